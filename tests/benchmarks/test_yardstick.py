"""What we measure with has to be right itself: the load tells what happened, the bare pipeline stores what it is sent."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
import pytest

from benchmarks.bare.pipeline import bare_pipeline
from benchmarks.compare_environments import make_request
from benchmarks.load import LOST, Plan, Result, Target, run
from stack.servers import Postgres

Answer = Callable[[int, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _server(answer: Answer) -> AsyncIterator[Target]:
    """A server that answers the n-th request of all its connections as told."""
    numbers = itertools.count()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing() and await reader.readline():
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
            await answer(next(numbers), writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield Target(port=server.sockets[0].getsockname()[1], path="/")


async def _load(target: Target, plan: Plan) -> Result:
    return await asyncio.to_thread(run, target, plan, make_request)


async def test_every_fourth_answer_an_error_and_every_tenth_connection_lost() -> None:
    async def answer(number: int, writer: asyncio.StreamWriter) -> None:
        if number % 10 == 9:
            writer.close()
            return
        status = b"503 Busy" if number % 4 == 0 else b"201 Created"
        writer.write(b"HTTP/1.1 %b\r\ncontent-length: 2\r\n\r\nok" % status)

    async with _server(answer) as target:
        result = await _load(target, Plan(clients=4, seconds=0.6, warmup=0.1))
    assert set(result.statuses) == {201, 503, LOST}
    assert set(result.errors) == {503, LOST}
    assert result.statuses[LOST] / result.answered == pytest.approx(0.10, abs=0.02)
    assert result.statuses[503] / result.answered == pytest.approx(0.25, abs=0.03)


async def test_a_fixed_rate_is_kept_and_a_stall_is_charged_to_all_it_held_up() -> None:
    async def answer(number: int, writer: asyncio.StreamWriter) -> None:
        if number == 50:
            await asyncio.sleep(0.4)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    async with _server(answer) as target:
        result = await _load(target, Plan(clients=1, seconds=1.0, warmup=0.0, rate=100))
    assert result.throughput == pytest.approx(100, rel=0.25)
    assert result.p50 < 0.1
    assert result.p99 > 0.3  # one slow answer in a hundred, but forty requests waited for it


def test_bare_pipeline_stores_two_rows_for_each_answer(postgres: Postgres) -> None:
    postgres.create_database("bare_pipeline")
    url = postgres.url("bare_pipeline")
    with bare_pipeline(url) as pipeline:
        result = run(pipeline.target, Plan(clients=4, seconds=0.5, warmup=0.0), make_request)
    with psycopg.connect(url) as connection:
        query = b"SELECT count(*), count(e.demand_id) FROM demand d LEFT JOIN demand_event e ON e.demand_id = d.id"
        row = connection.execute(query).fetchone()
    assert not result.errors
    assert row is not None
    assert row[0] == row[1] >= result.answered > 0
