"""What the benchmark reads off a running stack: CPU, memory, what is still on its way, and how soon a contact is told."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

import nats
import psutil
import psycopg
from nats.js import JetStreamContext

from stack.demo.client import Person, Platform
from stack.supervisor import Stack

SERVICES = ("gateway", "dispatch", "notify", "registry")
RATE, DELAY_SECONDS = 50, 12
POLL_SECONDS = 0.002


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """CPU that each process has used so far; PostgreSQL with all its children."""
    found = {}
    for name, process in _processes(stack).items():
        family = [process, *process.children(recursive=True)] if name == "postgres" else [process]
        found[name] = sum(map(_cpu_of, family))
    return found


def _cpu_of(process: psutil.Process) -> float:
    """None of one that ended meanwhile: what short-lived helpers of PostgreSQL used is counted for it once they are gone."""
    with suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:2])
    return 0.0


def resident_megabytes(stack: Stack) -> dict[str, float]:
    """Memory that each process holds now."""
    return {name: process.memory_info().rss / 1e6 for name, process in _processes(stack).items()}


def _processes(stack: Stack) -> dict[str, psutil.Process]:
    own = {name: psutil.Process(stack.pid(name)) for name in SERVICES}
    return own | {"postgres": psutil.Process(stack.postgres.pid), "nats": psutil.Process(stack.nats.pid)}


@dataclass
class Backlog:
    """Events of dispatch that are not in an inbox yet."""

    database: psycopg.AsyncConnection[Any]
    stream: JetStreamContext

    @classmethod
    @asynccontextmanager
    async def watch(cls, stack: Stack) -> AsyncIterator[Self]:
        client = await nats.connect(stack.nats.url)
        database = await psycopg.AsyncConnection.connect(stack.database_url("dispatch"), autocommit=True)
        try:
            yield cls(database, client.jetstream())
        finally:
            await database.close()
            await client.close()

    async def drained(self) -> float:
        """Wait until nothing is on its way any more; return how long that took, in seconds."""
        begun = time.monotonic()
        while await self._unpublished() or await self._unheard():  # noqa: ASYNC110 - work of other processes
            await asyncio.sleep(0.02)
        return time.monotonic() - begun

    async def _unpublished(self) -> bool:
        cursor = await self.database.execute("SELECT EXISTS (SELECT 1 FROM outbox WHERE published_at IS NULL)")
        row = await cursor.fetchone()
        return bool(row and row[0])

    async def _unheard(self) -> bool:
        info = await self.stream.consumer_info("FAHU_DISPATCH", "notify")
        return bool(info.num_pending or info.num_ack_pending)


async def inbox_delays(stack: Stack, people: list[Person], contact: str, title: str, body: str) -> tuple[float, float]:
    """Seconds from the answer 201 to the row in the agency contact's inbox, at a steady rate: p50 and p99."""
    answered: dict[str, float] = {}
    seen: dict[str, float] = {}
    watching = asyncio.create_task(_watch_inbox(stack.database_url("notify"), contact, seen))
    async with Platform(stack.url("gateway"), stack.url("wechat")) as platform:

        async def submit(person: Person) -> None:
            request = {"kind": "demand", "category_code": "hrss", "title": title, "body": body}
            key = {"idempotency-key": uuid.uuid4().hex}
            demand = await platform.call("POST", "/demands", person.token, json=request, headers=key)
            answered[demand["id"]] = time.monotonic()

        begun, sending = time.monotonic(), []
        for number in range(RATE * DELAY_SECONDS):
            await asyncio.sleep(max(0.0, begun + number / RATE - time.monotonic()))
            sending.append(asyncio.create_task(submit(people[number % len(people)])))
        await asyncio.gather(*sending)
    for _ in range(500):
        if answered.keys() <= seen.keys():
            break
        await asyncio.sleep(0.02)
    watching.cancel()
    delays = sorted(max(0.0, seen.get(demand, float("inf")) - at) for demand, at in answered.items())
    return delays[len(delays) // 2], delays[int(len(delays) * 0.99)]


async def _watch_inbox(url: str, person: str, seen: dict[str, float]) -> None:
    """Note when each demand first shows in a person's inbox."""
    query = "SELECT subject_id::text FROM notification WHERE person_id = %s ORDER BY id DESC LIMIT 40"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as database:
        while True:
            for (demand,) in await (await database.execute(query, (person,))).fetchall():
                seen.setdefault(demand, time.monotonic())
            await asyncio.sleep(POLL_SECONDS)
