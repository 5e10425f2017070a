"""A sender and a listener over one small database and a real bus, for the tests of the event plumbing."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message
from nats.aio.client import Client
from sqlalchemy import Column, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database, driver_url, new_metadata
from kit.events import bus, inbox, outbox
from kit.events.consumer import Consumer
from kit.events.handling import Delivery, Handler, Handling
from kit.events.relay import Relay

METADATA = new_metadata()
OUTBOX = outbox.table(METADATA)
INBOX, DEAD = inbox.tables(METADATA)
EFFECT = Table(
    "effect",
    METADATA,
    Column("number", sqlalchemy.BigInteger, sqlalchemy.Identity(), primary_key=True),
    Column("aggregate", Text, nullable=False),
    Column("text", Text, nullable=False),
)
WAIT_SECONDS = 8.0
_numbers = itertools.count(1)


def make_tables(url: str) -> None:
    engine = sqlalchemy.create_engine(driver_url(url))
    METADATA.create_all(engine)
    engine.dispose()


def event_type(source: str) -> type[Message]:
    """An event of a service of this name, as if a .proto file of it had been compiled: it holds one text."""
    file = descriptor_pb2.FileDescriptorProto(name=f"{source}.proto", package=f"fahu.{source}.v1", syntax="proto3")
    message = file.message_type.add(name="NoteTaken")
    kinds = descriptor_pb2.FieldDescriptorProto
    message.field.add(name="text", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"fahu.{source}.v1.NoteTaken"))


async def keep(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """The effect of an event: a row. Poison has none."""
    for delivery in deliveries:
        if delivery.event.text.startswith("poison"):
            raise ValueError(delivery.event.text)
        row = {"aggregate": delivery.aggregate_id, "text": delivery.event.text}
        await session.execute(EFFECT.insert(), row)


@dataclass
class Line:
    """One source of events with its own database, stream and listener."""

    source: str
    database: Database
    client: Client
    kind: Any
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def note(self, *texts: str, aggregate: str = "a", version: int = 1, fail: bool = False) -> None:
        """Change state and tell of it, an event for each text; or fail after all that."""
        async with self.database.begin() as session:
            await session.execute(text("SELECT 1"))
            for number, words in enumerate(texts):
                outbox.add(session, self.kind(text=words), aggregate, version + number)
            if fail:
                raise RuntimeError("half way")

    def relay(self) -> Relay:
        return Relay(self.database, self.client, self.source)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.tasks.append(task)
        return task

    def consumer(self, handler: Handler = keep) -> Consumer:
        return Consumer(self.database, self.client.jetstream(), self.source, "listener", {self.kind: handler})

    def handling(self, handler: Handler = keep) -> Handling:
        return Handling("listener", {self.kind: handler})

    async def both_ways(self, handler: Handler = keep) -> None:
        """Have a stream, send what is noted and listen to it."""
        await bus.ensure_stream(self.client.jetstream(), self.source)
        self.start(self.relay().run())
        self.start(self.consumer(handler).run())

    async def rows(self, query: str) -> list[Any]:
        async with self.database.read() as session:
            return list((await session.execute(text(query))).all())

    async def effects(self) -> list[str]:
        return [row.text for row in await self.rows("SELECT text FROM effect ORDER BY number")]

    async def pending(self) -> int:
        return int((await self.rows("SELECT count(*) FROM outbox WHERE published_at IS NULL"))[0][0])

    async def dead(self) -> list[Any]:
        return await self.rows("SELECT * FROM dead_letter ORDER BY created_at")

    async def until(self, done: Callable[[], Coroutine[Any, Any, bool]], seconds: float = WAIT_SECONDS) -> None:
        """Wait until something holds; a TimeoutError if it never does."""
        async with asyncio.timeout(seconds):
            while not await done():  # noqa: ASYNC110 - it happens in a database
                await asyncio.sleep(0.002)

    async def within(self, task: asyncio.Task[None], seconds: float) -> None:
        """Wait for a task to end, without ending it."""
        async with asyncio.timeout(seconds):
            await asyncio.shield(task)

    async def until_effects(self, count: int, seconds: float = WAIT_SECONDS, settle: float = 0.1) -> list[str]:
        """Wait for that many effects, and a moment longer for one too many."""

        async def reached() -> bool:
            return len(await self.effects()) >= count

        with contextlib.suppress(TimeoutError):
            await self.until(reached, seconds)
        await asyncio.sleep(settle)
        return await self.effects()

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks.clear()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    client = Client()
    await bus.connect(client, url, "test")
    yield client
    await client.close()


@asynccontextmanager
async def laid(url: str, nats_url: str) -> AsyncIterator[Line]:
    """A line over this database and bus, with nothing running yet."""
    source = f"line{next(_numbers)}"
    database = Database(url)
    async with connected(nats_url) as client:
        line = Line(source, database, client, event_type(source))
        database.before_commit = outbox.flush
        yield line
        await line.stop()
    await database.close()
