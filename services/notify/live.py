"""Tells open pages that an inbox changed, right after the commit.

This alone goes past the outbox, and past every stream. It is a hint to whoever happens to look, and the inbox is the record:
a lost hint costs a page its refresh, while keeping and acknowledging each would cost more than writing the inbox does.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress

from fahu.notify.v1.events_pb2 import InboxChanged
from nats.aio.client import Client
from nats.errors import Error as NatsError
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

MOST_WAITING = 10_000
SUBJECT = "fahu.live.inbox_changed."


class OpenPages:
    """Hints on their way. Without a client, as for commands, nobody is told."""

    def __init__(self, client: Client | None = None) -> None:
        self._client = client
        self._waiting: deque[InboxChanged] = deque(maxlen=MOST_WAITING)
        self._wake = asyncio.Event()

    def tell_after_commit(self, session: AsyncSession, changes: Sequence[InboxChanged]) -> None:
        """Tell of these changes if, and only if, the session's transaction commits."""
        if self._client:
            event.listen(session.sync_session, "after_commit", lambda _session: self._take(changes), once=True)

    def _take(self, changes: Iterable[InboxChanged]) -> None:
        self._waiting.extend(changes)
        self._wake.set()

    async def run(self) -> None:
        """Tell until cancelled. A bus that is away is not waited for: by then the pages have asked by themselves."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._tell(self._waiting.popleft())

    async def _tell(self, change: InboxChanged) -> None:
        if self._client and self._client.is_connected:
            with suppress(NatsError, OSError):
                await self._client.publish(SUBJECT + change.person_id, change.SerializeToString())
