"""Publishes what the outbox holds. Woken in-process right after a commit; a slow poll finds what a dead process left."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from nats.aio.client import Client
from nats.errors import Error as NatsError
from sqlalchemy import text

from kit import faults
from kit.db import Database, is_outage
from kit.events import outbox
from kit.events.bus import headers_of
from kit.telemetry import OUTBOX_OLDEST, OUTBOX_PUBLISHED

BATCH = 128
POLL_SECONDS = 0.25
# While events come in numbers, this much is waited for more of them: they are marked together.
GATHER_SECONDS = 0.02
MEMORY_LIMIT = 10_000
LEASE = timedelta(seconds=10)
ACK_SECONDS = 2.0

CLAIM = text("""
UPDATE outbox SET lease_until = :lease WHERE id IN (
  SELECT id FROM outbox WHERE published_at IS NULL AND lease_until < now()
  ORDER BY lease_until, id LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING id, subject, type, aggregate_id, aggregate_version, request_id, payload, created_at
""")
MARK = "UPDATE outbox SET published_at = now() WHERE id = ANY(%(ids)s)"
OLDEST = text("SELECT EXTRACT(EPOCH FROM now() - min(created_at)) FROM outbox WHERE published_at IS NULL")
PURGE = text("""
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < :before AND published_at IS NOT NULL LIMIT 5000)
""")
REPUBLISH = text("""
UPDATE outbox SET published_at = NULL, lease_until = now() WHERE created_at >= :since AND published_at IS NOT NULL
""")
log = logging.getLogger(__name__)


class Relay:
    """One per process. Several processes may share an outbox: rows are leased, and the bus drops what it has seen."""

    def __init__(self, database: Database, client: Client, source: str) -> None:
        self._database = database
        self._client = client
        self._stream = client.jetstream(publish_async_max_pending=BATCH)
        self._source = source
        self._fresh: deque[outbox.Row] = deque()
        self._wake = asyncio.Event()
        self._next_poll = 0.0
        database.before_commit = outbox.flush
        database.committed = self.take

    def take(self, rows: Sequence[outbox.Row]) -> None:
        """Remember what just committed. What memory has no room for is found by the poll."""
        if rows and len(self._fresh) < MEMORY_LIMIT:
            self._fresh.extend(rows)
            self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled. An outage of bus or database is waited out, and rows keep their order over it."""
        while True:
            try:
                await self._publish_fresh()
                await self._publish_claimed()
            except Exception as error:
                if not (is_outage(error) or isinstance(error, NatsError | OSError | TimeoutError)):
                    raise
                log.warning("relay waits: %s", type(error).__name__)
                if isinstance(error, NatsError) and self._client.is_connected:
                    self._fresh.clear()  # the bus refused them: to the back of the queue, for the poll to find
                self._wake.set()
                await asyncio.sleep(POLL_SECONDS)

    async def _publish_fresh(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
        except TimeoutError:
            return
        self._wake.clear()
        while rows := list(itertools.islice(self._fresh, BATCH)):
            await self._publish(rows)
            for _ in rows:
                self._fresh.popleft()
            if len(rows) > 1:
                await asyncio.sleep(GATHER_SECONDS)

    async def _publish_claimed(self) -> None:
        if asyncio.get_running_loop().time() < self._next_poll:
            return
        self._next_poll = asyncio.get_running_loop().time() + POLL_SECONDS
        while self._client.is_connected and (rows := await self._claim()):
            await self._publish(rows)

    async def _claim(self) -> list[outbox.Row]:
        async with self._database.read() as session:
            found = await session.execute(CLAIM, {"lease": datetime.now(UTC) + LEASE, "batch": BATCH})
            rows = [outbox.Row(*row) for row in found]
        return sorted(rows, key=lambda row: row.id)

    async def _publish(self, rows: list[outbox.Row]) -> None:
        faults.point("relay.before_publish")
        if not self._client.is_connected:  # its memory would fill with our attempts
            raise ConnectionError("the bus is away")
        await self._send(rows)
        faults.point("relay.before_mark")
        async with self._database.direct() as run:
            await run(MARK, {"ids": [row.id for row in rows]})
        faults.point("relay.after_mark")
        OUTBOX_PUBLISHED.inc(len(rows))

    async def _send(self, rows: list[outbox.Row]) -> None:
        """Publish all, then wait until the stream has every one of them. Raises if it has not in time."""
        try:
            answers = [
                await self._stream.publish_async(row.subject, row.payload, ACK_SECONDS, headers=self._headers(row))
                for row in rows
            ]
        except Exception:
            # What was begun stays in the context's books for ever; a new one starts clean.
            self._stream = self._client.jetstream(publish_async_max_pending=BATCH)
            raise
        faults.point("relay.before_answer")
        await asyncio.wait_for(asyncio.gather(*answers), ACK_SECONDS)

    def _headers(self, row: outbox.Row) -> dict[str, str]:
        return headers_of(
            str(row.id), row.type, self._source, row.created_at, row.aggregate_id, row.aggregate_version, row.request_id
        )

    async def tidy(self) -> None:
        """Measure the backlog and drop what is published and older than the retention; called once a minute."""
        async with self._database.read() as session:
            OUTBOX_OLDEST.set(await session.scalar(OLDEST) or 0)
            await session.execute(PURGE, {"before": datetime.now(UTC) - outbox.RETENTION})


async def rebuild(database: Database, since: datetime) -> int:
    """Have every event since a moment published again; listeners drop those they have seen. Returns how many."""
    async with database.begin() as session:
        result = await session.execute(REPUBLISH, {"since": since})
        return int(result.rowcount)  # type: ignore[attr-defined]
