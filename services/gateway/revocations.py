"""Whose access tokens are void, and since when: a contact who is replaced is out at once.

Learnt twice: at once from the bus, and every second from registry, which knows all that still matter. While both are away
the gateway keeps serving; a revoked token then lives on until it expires, ten minutes at most.
"""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import grpc
from fahu.registry.v1 import account_service_pb2 as pb
from fahu.registry.v1 import events_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from nats.aio.client import Client
from nats.aio.msg import Msg

from kit.auth import Actor
from services.gateway.errors import TokenRevoked

if TYPE_CHECKING:  # exists for type checkers only
    from fahu.registry.v1.account_service_pb2_grpc import AccountServiceAsyncStub

SUBJECT = "fahu.registry.v1.access_revoked.*"
POLL_SECONDS = 1.0
CALL_SECONDS = 2.0
PAGE = 1_000  # registry's
log = logging.getLogger(__name__)


class Revocations:
    """Kept in memory, each for the life of a token."""

    def __init__(self, sessions: "AccountServiceAsyncStub", token_seconds: float, on_revoked: Callable[[str], None]) -> None:
        self._sessions = sessions
        self._token_seconds = token_seconds
        self._on_revoked = on_revoked
        self._before: dict[str, float] = {}
        self._position = 0
        self._away = False

    def check(self, actor: Actor) -> None:
        """Raise TokenRevoked for a token made before its person's access was revoked."""
        before = self._before.get(actor.subject)
        if before is not None and actor.issued_at.timestamp() < before:
            raise TokenRevoked

    def note(self, person_id: str, before: float) -> None:
        if before > self._before.get(person_id, 0.0):
            self._before[person_id] = before
            self._on_revoked(person_id)

    async def subscribe(self, client: Client) -> None:
        """Listen on the bus; the client renews the subscription whenever it reconnects."""
        await client.subscribe(SUBJECT, cb=self._on_message)

    async def _on_message(self, message: Msg) -> None:
        event = events_pb2.AccessRevoked.FromString(message.data)
        self.note(event.person_id, _seconds(event.before))

    async def poll(self) -> None:
        """Ask registry for what is new; its absence is logged when it begins and when it ends."""
        try:
            await self._catch_up()
        except grpc.aio.AioRpcError as error:
            if not self._away:
                log.warning("revocations: registry is away (%s); tokens live out their ten minutes", error.code().name)
            self._away = True
        else:
            if self._away:
                log.info("revocations: registry is back")
            self._away = False

    async def _catch_up(self) -> None:
        full = True
        while full:
            request = pb.ListRevocationsRequest(after_position=self._position)
            rows = (await self._sessions.ListRevocations(request, timeout=CALL_SECONDS)).revocations
            for row in rows:
                self.note(row.person_id, _seconds(row.before))
                self._position = row.position
            full = len(rows) >= PAGE
        oldest = time.time() - self._token_seconds
        self._before = {person: before for person, before in self._before.items() if before >= oldest}


def _seconds(stamp: Timestamp) -> float:
    return stamp.seconds + stamp.nanos / 1e9
