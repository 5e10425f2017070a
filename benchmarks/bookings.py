"""`make bench-bookings`: contended bookings a second through the gateway, beside a bare guarded UPDATE behind the same edge.

All clients want seats of one lecture. The two take turns, so that whatever else the machine does falls on both. Then turns
at the end of a short queue and of one of 10,000 are compared in the same way.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import uvloop

from benchmarks import load
from stack.operate import surroundings_of
from stack.process import Server, free_port, lifeline, spawn
from stack.supervisor import Stack
from tests.race.halls import Client, Halls, connected, rows

CLIENTS = (1, 8, 32)
ROUNDS, SECONDS = 4, 4.0
PARTIES = 12_000
ROOM = 1_000_000
LONG_QUEUE = 10_000
RATIO_WANTED, QUEUE_WANTED = 0.60, 0.90
JSON = "Content-Type: application/json\r\n"
BARE_TABLES = """
CREATE TABLE bare_lecture (id uuid PRIMARY KEY, capacity bigint NOT NULL, taken bigint NOT NULL DEFAULT 0,
  CHECK (taken BETWEEN 0 AND capacity));
CREATE TABLE bare_booking (id uuid PRIMARY KEY, lecture_id uuid NOT NULL REFERENCES bare_lecture,
  enterprise_id uuid NOT NULL, heads bigint NOT NULL, made_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (lecture_id, enterprise_id));
"""
BARE_LECTURE = "INSERT INTO bare_lecture (id, capacity) VALUES (%s, %s)"
# Bookings that wait, behind one that has all seats.
FULL = """
INSERT INTO booking
  (id, lecture_id, enterprise_id, enterprise_name, designation_id, area_code, level, heads, state, queue_number, booked_by,
   booked_at, changed_at, request_id, request_mark, version)
SELECT uuidv7(), %s, gen_random_uuid(), '示例', gen_random_uuid(), '310116101', 'TOWN', 1,
  CASE WHEN n = 0 THEN 'CONFIRMED' ELSE 'WAITING' END, n, gen_random_uuid(), now(), now(), 'bench', '', 1
FROM generate_series(0, %s::int) n
"""


@dataclass(frozen=True)
class Bookings:
    """Each request is of another enterprise, with a key of its own."""

    tokens: tuple[str, ...]

    def __call__(self, number: int) -> tuple[bytes, bytes]:
        token = self.tokens[number % len(self.tokens)]
        headers = f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid.uuid4().hex}\r\n{JSON}"
        return headers.encode(), json.dumps({"heads": 1}).encode()


@dataclass
class Turns:
    """What the turns of two that are compared came to."""

    first: list[load.Result] = field(default_factory=list)
    second: list[load.Result] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        return [b.throughput / a.throughput for a, b in zip(self.first, self.second, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def errors(self) -> int:
        return sum(sum(result.errors.values()) for result in (*self.first, *self.second))

    def line(self, what: str, first: str, second: str) -> str:
        return (
            f"  {what}: {_told(first, self.first)} | {_told(second, self.second)} | ratio {self.ratio:.2f} ({_span(self)})"
        )


def _told(name: str, results: list[load.Result]) -> str:
    def middle(values: list[float]) -> float:
        return statistics.median(values)

    throughput, p50, p99 = (middle([getattr(r, name) for r in results]) for name in ("throughput", "p50", "p99"))
    refused = {status: count for result in results for status, count in result.errors.items()}
    return (
        f"{name} {throughput:5.0f}/s p50 {p50 * 1e3:5.1f} p99 {p99 * 1e3:6.1f} ms{f' refused {refused}' if refused else ''}"
    )


def _span(turns: Turns) -> str:
    return f"{min(turns.ratios):.2f}–{max(turns.ratios):.2f}"


@dataclass
class Ground:
    """The two doors, and lectures to book behind them."""

    halls: Halls
    connection: psycopg.AsyncConnection[Any]
    requests: Bookings
    door: int
    bare_door: int

    async def ours(self, clients: int, lecture: UUID | None = None) -> load.Result:
        found = lecture or await self.halls.lecture(ROOM)
        return await self._turn(self.door, found, clients)

    async def bare(self, clients: int) -> load.Result:
        lecture = uuid.uuid4()
        await self.connection.execute(BARE_LECTURE, (lecture, ROOM))
        return await self._turn(self.bare_door, lecture, clients)

    async def full(self, waiting: int) -> UUID:
        """A lecture without a free seat, with so many who wait."""
        lecture = await self.halls.lecture(2)
        await self.connection.execute("UPDATE lecture SET capacity = 1, most_heads = 1 WHERE id = %s", (lecture,))
        await self.connection.execute(FULL, (lecture, waiting))
        return lecture

    async def _turn(self, port: int, lecture: UUID, clients: int) -> load.Result:
        target = load.Target(port, f"/api/v1/lectures/{lecture}/bookings")
        return await asyncio.to_thread(load.run, target, load.Plan(clients, SECONDS), self.requests)


async def bench(folder: Path) -> int:
    begun = time.monotonic()
    stack = Stack("bench-bookings", folder, services=("registry", "courses", "gateway"), demo_data="none")
    async with stack, connected(stack) as connection:
        await connection.execute(BARE_TABLES)
        halls = await Halls.build(connection)
        parties = await halls.clients(PARTIES, stack)
        with bare_platform(stack, folder) as bare_door:
            ground = Ground(halls, connection, Bookings(_tokens(parties)), _port(stack.url()), bare_door)
            scores = {clients: Turns() for clients in CLIENTS}
            for _ in range(ROUNDS):
                for clients, turns in scores.items():
                    turns.first.append(await ground.bare(clients))
                    turns.second.append(await ground.ours(clients))
            queues = Turns()
            for _ in range(ROUNDS):
                queues.first.append(await ground.ours(32, await ground.full(10)))
                queues.second.append(await ground.ours(32, await ground.full(LONG_QUEUE)))
        ((wrong,),) = await rows(connection, "SELECT count(*) FROM lecture WHERE taken > capacity")
    for clients, turns in scores.items():
        print(turns.line(f"{clients:2d} clients", "bare", "ours"))
    print(queues.line("queue", "of 10", f"of {LONG_QUEUE}"))
    return _verdict(scores, queues, int(wrong), time.monotonic() - begun)


def _verdict(scores: dict[int, Turns], queues: Turns, oversold: int, seconds: float) -> int:
    busiest = scores[32]
    errors = sum(turns.errors for turns in (*scores.values(), queues))
    booked = sum(result.answered for turns in (*scores.values(), queues) for result in turns.second)
    p99 = statistics.median(result.p99 for result in busiest.second)
    good = busiest.ratio >= RATIO_WANTED and queues.ratio >= QUEUE_WANTED and not errors and not oversold
    print(
        f"bench-bookings: ratio_32={busiest.ratio:.2f} wanted={RATIO_WANTED} p99_32_ms={p99 * 1e3:.0f} "
        f"queue_ratio={queues.ratio:.2f} wanted={QUEUE_WANTED} errors={errors} oversold={oversold} booked={booked} "
        f"seconds={seconds:.0f}"
    )
    return 0 if good else 1


def _tokens(parties: list[Client]) -> tuple[str, ...]:
    return tuple(one.token for one in parties)


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


@contextmanager
def bare_platform(stack: Stack, folder: Path) -> Iterator[int]:
    """A second door, with bare bookings behind it, beside the first and on the same servers. Yields its port."""
    courses = surroundings_of(stack.layout, "courses") | {"FAHU_GRPC_PORT": str(free_port())}
    gateway = surroundings_of(stack.layout, "gateway") | {"FAHU_HTTP_PORT": str(free_port())}
    gateway["FAHU_COURSES_TARGET"] = f"127.0.0.1:{courses['FAHU_GRPC_PORT']}"
    with _serving("benchmarks.bare.courses", courses, folder), _serving("services.gateway", gateway, folder):
        yield int(gateway["FAHU_HTTP_PORT"])


@contextmanager
def _serving(module: str, env: dict[str, str], folder: Path) -> Iterator[None]:
    env["FAHU_OPS_PORT"] = str(free_port())
    log = folder / f"{module}.log"
    server = Server(spawn([*lifeline("KILL"), sys.executable, "-m", module], log, env=env), log, int(env["FAHU_OPS_PORT"]))
    try:
        server.wait_ready(lambda: _is_ready(server.port))
        yield
    finally:
        server.stop()


def _is_ready(port: int) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2.0, trust_env=False).is_success
    return False


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="fahu-bench-") as scratch:
        Path(scratch).chmod(0o755)  # PostgreSQL runs as another user where we are root
        sys.exit(uvloop.run(bench(Path(scratch))))
