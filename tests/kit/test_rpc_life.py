"""What happens to calls when things go wrong: retries, outages of the database, a server that stops."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from sqlalchemy import text

from kit.context import CallContext, current_call, enter_call
from kit.db import Database
from kit.errors import NotFound, Unavailable
from kit.rpc.client import RpcChannel, refusal_of
from tests import signing
from tests.conftest import MakeDatabase
from tests.kit.puppet import ASK, NAME, SERVE, Puppet, ask, call, served

Does = Callable[[str], Awaitable[str]]


@pytest.fixture
async def doll() -> Puppet:
    return Puppet()


@pytest.fixture
async def channel(doll: Puppet) -> AsyncIterator[RpcChannel]:
    async with served(doll) as address:
        channel = RpcChannel(address)
        yield channel
        await channel.close()


@pytest.fixture
async def database(make_database: MakeDatabase) -> AsyncIterator[Database]:
    database = Database(make_database("plain", lambda _url: None), pool_size=3)
    yield database
    await database.close()


def failing(times: int, error: Exception, then: Does) -> Does:
    """Fails so many times, then does what it should."""
    left = times

    async def does(value: str) -> str:
        nonlocal left
        left -= 1
        if left >= 0:
            raise error
        return await then(value)

    return does


async def test_what_is_away_for_a_moment_is_asked_again(doll: Puppet, channel: RpcChannel) -> None:
    doll.does = failing(2, Unavailable(), doll.echo)
    assert await ask(channel, "still there?") == "still there?"
    assert len(doll.calls) == 3


async def test_what_stays_away_is_given_up_after_three_calls(doll: Puppet, channel: RpcChannel) -> None:
    doll.does = failing(99, Unavailable(), doll.echo)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel)
    assert (refusal_of(refused.value).reason, len(doll.calls)) == ("UNAVAILABLE", 3)


async def test_what_must_not_happen_twice_is_asked_once(doll: Puppet) -> None:
    """And everything else on the same channel as before."""
    async with served(doll) as target:
        careful = RpcChannel(target, once=[ASK])
        for method, token, calls in ((ASK, None, 1), (SERVE, signing.signer("gateway").for_service(), 3)):
            doll.does, doll.calls = failing(99, Unavailable(), doll.echo), []
            with pytest.raises(grpc.aio.AioRpcError):
                await ask(careful, method=method, token=token)
            assert len(doll.calls) == calls
        await careful.close()


@pytest.mark.parametrize("error", [NotFound(), RuntimeError("ours")])
async def test_a_refusal_is_not_asked_for_twice(doll: Puppet, channel: RpcChannel, error: Exception) -> None:
    doll.does = failing(99, error, doll.echo)
    with pytest.raises(grpc.aio.AioRpcError):
        await ask(channel)
    assert len(doll.calls) == 1


async def test_request_id_caller_and_deadline_travel_to_the_child_call(doll: Puppet, channel: RpcChannel) -> None:
    seen: list[CallContext] = []

    async def pass_on(depth: str) -> str:
        context = current_call()
        seen.append(context)
        if depth == "2":
            return depth
        answer = await ask_as_served(channel, context, str(int(depth) + 1))
        assert current_call() == context
        return answer

    doll.does = pass_on
    await ask(channel, "0", seconds=2)
    assert len({context.request_id for context in seen}) == 1
    assert len({actor.subject for actor, _ in doll.calls}) == 1
    deadlines = [context.deadline or 0.0 for context in seen]
    assert len(deadlines) == 3
    # Each hop has what its parent had left, give or take the grain of the clock on the wire.
    grain = 0.02
    assert max(deadlines) - min(deadlines) < grain
    assert deadlines[0] - time.monotonic() < 2 + grain


async def ask_as_served(channel: RpcChannel, context: CallContext, value: str) -> str:
    enter_call(context)
    return str((await call(channel, ASK)(StringValue(value=value))).value)


async def test_a_call_ends_at_its_deadline(doll: Puppet, channel: RpcChannel) -> None:
    async def dawdle(_value: str) -> str:
        await asyncio.sleep(30)
        return ""

    doll.does = dawdle
    begin = time.monotonic()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel, seconds=0.3)
    assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - begin < 1


async def refused_by(database: Database, sqlstate: str) -> None:
    """A unit of work that the real database refuses with this error."""
    async with database.begin() as session:
        await session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$"))


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
async def test_a_conflict_is_run_again_unseen(doll: Puppet, channel: RpcChannel, database: Database, sqlstate: str) -> None:
    runs = 0

    async def third_time_lucky(value: str) -> str:
        nonlocal runs
        runs += 1
        if runs < 3:
            await refused_by(database, sqlstate)
        return value

    doll.does = third_time_lucky
    assert await ask(channel, "done") == "done"
    assert runs == 3


async def test_a_rule_broken_in_the_database_is_not_run_again(doll: Puppet, channel: RpcChannel, database: Database) -> None:
    async def clash(_value: str) -> str:
        await refused_by(database, "23505")
        return ""

    doll.does = clash
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel)
    assert (refused.value.code(), len(doll.calls)) == (grpc.StatusCode.INTERNAL, 1)


async def test_a_statement_that_took_too_long_is_an_outage(doll: Puppet, channel: RpcChannel, database: Database) -> None:
    async def linger(_value: str) -> str:
        async with database.begin() as session:
            await session.execute(text("SET LOCAL statement_timeout = 20"))
            await session.execute(text("SELECT pg_sleep(5)"))
        return ""

    doll.does = linger
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel)
    assert refusal_of(refused.value).reason == "DATABASE_UNAVAILABLE"


def counting(database: Database) -> Does:
    async def does(_value: str) -> str:
        async with database.begin() as session:
            return str(await session.scalar(text("SELECT 1")))

    return does


async def test_an_absent_database_is_told_as_such(doll: Puppet, channel: RpcChannel) -> None:
    nowhere = Database("postgresql://postgres@127.0.0.1:1/nowhere")
    doll.does = counting(nowhere)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel)
    found = refusal_of(refused.value)
    assert (found.code, found.reason) == (grpc.StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE")
    await nowhere.close()


async def test_health_and_reflection_answer_without_a_token(doll: Puppet) -> None:
    async with served(doll) as address, grpc.aio.insecure_channel(address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=2)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        question = reflection_pb2.ServerReflectionRequest(list_services="")
        stream = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([question]), timeout=2)
        async for told in stream:
            assert NAME in [service.name for service in told.list_services_response.service]


async def test_a_stopping_server_says_so_and_finishes_what_it_began(doll: Puppet) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def wait(value: str) -> str:
        begun.set()
        await go.wait()
        return value

    doll.does = wait
    server = doll.server()
    port = await server.start("127.0.0.1", 0)
    channel, plain = RpcChannel(f"127.0.0.1:{port}"), grpc.aio.insecure_channel(f"127.0.0.1:{port}")
    watch = health_pb2_grpc.HealthStub(plain).Watch(health_pb2.HealthCheckRequest(), timeout=5)
    told = [(await watch.read()).status]
    in_flight = asyncio.create_task(ask(channel, "finish me"))
    await begun.wait()
    stopping = asyncio.create_task(server.stop(5))
    told.append((await watch.read()).status)
    watch.cancel()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel, "too late", seconds=1)
    go.set()
    assert await in_flight == "finish me"
    await asyncio.wait_for(stopping, 3)
    assert told == [health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING]
    assert refused.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
    assert [request.value for _, request in doll.calls] == ["finish me"]
    await asyncio.gather(channel.close(), plain.close())


async def test_a_stop_does_not_wait_for_ever(doll: Puppet) -> None:
    begun = asyncio.Event()

    async def dawdle(_value: str) -> str:
        begun.set()
        return await asyncio.sleep(30, "")

    doll.does = dawdle
    server = doll.server()
    channel = RpcChannel(f"127.0.0.1:{await server.start('127.0.0.1', 0)}")
    in_flight = asyncio.create_task(ask(channel))
    await begun.wait()
    begin = time.monotonic()
    await server.stop(0.3)
    assert time.monotonic() - begin < 2
    with pytest.raises(grpc.aio.AioRpcError):
        await in_flight
    await channel.close()


async def test_a_port_that_is_taken_is_not_shared(doll: Puppet) -> None:
    async with served(doll) as address:
        second = doll.server()
        with pytest.raises(RuntimeError, match="bind"):
            await second.start("127.0.0.1", int(address.rpartition(":")[2]))
