"""Calls that travel together: each is let in, refused and told apart as if it had come alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.carrier.v1 import carrier_service_pb2 as pb
from fahu.carrier.v1.carrier_service_pb2_grpc import CarrierServiceStub
from google.protobuf.wrappers_pb2 import StringValue
from google.rpc.status_pb2 import Status

from kit.auth import Actor
from kit.context import CallContext, enter_call, new_request_id
from kit.rpc import carrier
from kit.rpc.carrier import Carried
from kit.rpc.client import RpcChannel, refusal_of
from tests import signing
from tests.kit.puppet import ASK, NAME, Puppet, call, served

LIAISON = signing.person(Role.ROLE_LIAISON)
CROWD = 40


@pytest.fixture
def doll() -> Puppet:
    return Puppet()


@pytest.fixture
async def messages(doll: Puppet) -> AsyncIterator[tuple[Carried[StringValue], list[int]]]:
    """The puppet's Ask, carried; and how many calls each message that carried some had."""
    async with served(doll, carrier.SERVICE) as address:
        alone, carrying = RpcChannel(address), RpcChannel(address, signer=signing.signer("gateway"))
        carried = Carried(carrying, ASK, call(alone, ASK), StringValue)
        sizes: list[int] = []
        send = carried._carry

        def counted(request: pb.CarryRequest, timeout: float) -> Any:
            sizes.append(len(request.calls))
            return send(request, timeout=timeout)

        carried._carry = counted  # type: ignore[assignment]
        yield carried, sizes
        await alone.close()
        await carrying.close()


async def ask(carried: Carried[StringValue], text: str, person: Actor | None = LIAISON, seconds: float = 5) -> str:
    token = signing.token_of(person) if person else ""
    enter_call(CallContext(new_request_id(), token, asyncio.get_running_loop().time() + seconds))
    return (await carried(StringValue(value=text))).value


async def ask_all(
    carried: Carried[StringValue], people: Sequence[Actor | None], texts: Sequence[str] | None = None
) -> list[str | BaseException]:
    given = texts or [str(number) for number in range(len(people))]
    calls = [ask(carried, text, person) for text, person in zip(given, people, strict=True)]
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_a_call_by_itself_travels_alone(doll: Puppet, messages: tuple[Carried[StringValue], list[int]]) -> None:
    carried, sizes = messages
    assert await ask(carried, "hello") == "hello"
    assert not sizes
    assert len(doll.calls) == 1


async def test_a_crowd_travels_in_few_messages_and_everybody_gets_their_own(
    doll: Puppet, messages: tuple[Carried[StringValue], list[int]]
) -> None:
    carried, sizes = messages
    people = [signing.person(Role.ROLE_LIAISON) for _ in range(CROWD)]
    assert await ask_all(carried, people) == [str(number) for number in range(CROWD)]
    assert sum(sizes) > CROWD / 2
    assert len(sizes) < CROWD / 4
    told = {request.value: actor.subject for actor, request in doll.calls}
    assert told == {str(number): person.subject for number, person in enumerate(people)}


async def test_who_may_not_call_may_not_in_company_either(
    doll: Puppet, messages: tuple[Carried[StringValue], list[int]]
) -> None:
    carried, sizes = messages
    strangers: list[Actor | None] = [signing.person(Role.ROLE_CENTRE_LEAD), None, LIAISON, signing.person()]
    found = await ask_all(carried, strangers * 10)
    reasons = [refusal_of(one).reason if isinstance(one, grpc.aio.AioRpcError) else "in" for one in found]
    assert reasons == ["PERMISSION_DENIED", "TOKEN_INVALID", "in", "PERMISSION_DENIED"] * 10
    assert sizes
    assert len(doll.calls) == 10


async def test_one_that_fails_does_not_touch_the_others(
    doll: Puppet, messages: tuple[Carried[StringValue], list[int]]
) -> None:
    carried, sizes = messages

    async def moody(text: str) -> str:
        if text == "bad":
            raise RuntimeError("a secret")
        return text

    doll.does = moody
    found = await ask_all(carried, [LIAISON] * CROWD, ["bad", "good"] * (CROWD // 2))
    assert sizes
    failures = [one for one in found if isinstance(one, grpc.aio.AioRpcError)]
    assert [one for one in found if isinstance(one, str)] == ["good"] * (CROWD // 2)
    assert {one.code() for one in failures} == {grpc.StatusCode.INTERNAL}
    assert not any("secret" in str(one.details()) for one in failures)


async def test_fields_at_fault_are_told_in_company_as_alone(messages: tuple[Carried[StringValue], list[int]]) -> None:
    carried, sizes = messages
    found = await ask_all(carried, [LIAISON] * CROWD, ["before\x00after"] * CROWD)
    assert sizes
    for one in found:
        assert isinstance(one, grpc.aio.AioRpcError)
        refusal = refusal_of(one)
        assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELDS_INVALID")
        assert [violation.rule for violation in refusal.violations] == ["string.no_nul"]


async def test_each_keeps_its_own_deadline(doll: Puppet, messages: tuple[Carried[StringValue], list[int]]) -> None:
    carried, _ = messages

    async def slow(text: str) -> str:
        await asyncio.sleep(0.6)
        return text

    doll.does = slow
    begun = asyncio.get_running_loop().time()
    with pytest.raises(grpc.aio.AioRpcError) as late:
        await ask(carried, "in a hurry", seconds=0.2)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert asyncio.get_running_loop().time() - begun < 0.5


async def test_a_server_without_a_carrier_gets_them_one_by_one(doll: Puppet) -> None:
    async with served(doll) as address:
        alone, carrying = RpcChannel(address), RpcChannel(address, signer=signing.signer("gateway"))
        carried = Carried(carrying, ASK, call(alone, ASK), StringValue)
        assert await ask_all(carried, [LIAISON] * CROWD) == [str(number) for number in range(CROWD)]
        await alone.close()
        await carrying.close()


async def test_a_server_that_is_away_is_told_to_all(doll: Puppet) -> None:
    async with served(doll, carrier.SERVICE) as address:
        pass
    alone, carrying = RpcChannel(address), RpcChannel(address, signer=signing.signer("gateway"))
    found = await ask_all(Carried(carrying, ASK, call(alone, ASK), StringValue), [LIAISON] * CROWD)
    assert {one.code() for one in found if isinstance(one, grpc.aio.AioRpcError)} == {grpc.StatusCode.UNAVAILABLE}
    assert len(found) == CROWD
    await alone.close()
    await carrying.close()


@pytest.mark.parametrize(
    ("method", "request_bytes", "code"),
    [
        (f"/{NAME}/Guess", b"", grpc.StatusCode.UNIMPLEMENTED),
        ("/fahu.carrier.v1.CarrierService/Carry", b"", grpc.StatusCode.UNIMPLEMENTED),
        (ASK, b"\xff", grpc.StatusCode.INTERNAL),
    ],
)
async def test_what_cannot_be_carried_is_refused(
    doll: Puppet, method: str, request_bytes: bytes, code: grpc.StatusCode
) -> None:
    async with served(doll, carrier.SERVICE) as address:
        carrying = RpcChannel(address, signer=signing.signer("gateway"))
        one = pb.CarriedCall(method=method, token=signing.token_of(LIAISON), seconds_left=5, request=request_bytes)
        stub: Any = CarrierServiceStub(carrying)  # type: ignore[call-overload]
        enter_call(CallContext(new_request_id()))
        (answer,) = (await stub.Carry(pb.CarryRequest(calls=[one]))).answers
        status = Status.FromString(answer.status)
        assert status.code == code.value[0]
        assert not doll.calls
        await carrying.close()
