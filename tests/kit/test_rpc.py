"""The edge of every service, through a real channel: who gets in, with what, and what a refusal tells."""

import logging
from collections.abc import AsyncIterator
from uuid import uuid4

import grpc
import pytest
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.notify.v1.notify_service_pb2 import MarkReadRequest
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY

from kit.context import CallContext, enter_call, new_request_id
from kit.errors import FieldsInvalid, FieldViolation, NotFound, ServiceError
from kit.rpc.access import RuleMissing, rules_of
from kit.rpc.client import RpcChannel, refusal_of
from kit.rpc.interceptors import INTERNAL_MESSAGE
from tests import signing
from tests.kit import puppet
from tests.kit.puppet import ASK, MARK, NAME, SERVE, Puppet, ask, call, served

LIAISON = signing.person(Role.ROLE_LIAISON)


@pytest.fixture(scope="module")
async def target() -> AsyncIterator[tuple[Puppet, str]]:
    doll = Puppet()
    async with served(doll) as address:
        yield doll, address


@pytest.fixture
async def doll(target: tuple[Puppet, str]) -> Puppet:
    target[0].calls.clear()
    target[0].does = target[0].echo
    return target[0]


@pytest.fixture(scope="module")
async def channel(target: tuple[Puppet, str]) -> AsyncIterator[RpcChannel]:
    channel = RpcChannel(target[1])
    yield channel
    await channel.close()


@pytest.fixture(scope="module")
async def bare(target: tuple[Puppet, str]) -> AsyncIterator[grpc.aio.Channel]:
    """A caller who keeps none of our habits."""
    async with grpc.aio.insecure_channel(target[1]) as channel:
        yield channel


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


@pytest.mark.parametrize("seconds", [None, 60.0, 3600.0])
async def test_a_call_without_a_sensible_deadline_is_refused(
    doll: Puppet, bare: grpc.aio.Channel, seconds: float | None
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(bare, ASK)(StringValue(), timeout=seconds, metadata=bearer(signing.token_of(LIAISON)))
    found = refusal_of(refused.value)
    assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "DEADLINE_MISSING")
    assert found.metadata == {"limit": "30"}
    assert not doll.calls


async def test_half_a_minute_is_just_allowed(doll: Puppet, bare: grpc.aio.Channel) -> None:
    await call(bare, ASK)(StringValue(), timeout=30, metadata=bearer(signing.token_of(LIAISON)))
    assert len(doll.calls) == 1


def tokens() -> dict[str, str]:
    return {
        "liaison": signing.token_of(LIAISON),
        "supervisor": signing.token_of(signing.person(Role.ROLE_SUPERVISOR)),
        "liaison and centre": signing.token_of(signing.person(Role.ROLE_LIAISON, Role.ROLE_CENTRE_LEAD)),
        "centre": signing.token_of(signing.person(Role.ROLE_CENTRE_LEAD)),
        "nobody": signing.token_of(signing.person()),
        "gateway": signing.signer("gateway").for_service(),
        "dispatch": signing.signer("dispatch").for_service(),
        "stranger": "",
    }


ADMITTED = {ASK: {"liaison", "supervisor", "liaison and centre"}, SERVE: {"gateway"}}


@pytest.mark.parametrize("method", [ASK, SERVE])
async def test_only_those_the_contract_names_get_in(doll: Puppet, channel: RpcChannel, method: str) -> None:
    outcomes = {}
    for name, token in tokens().items():
        try:
            await ask(channel, token=token, method=method)
            outcomes[name] = "in"
        except grpc.aio.AioRpcError as error:
            outcomes[name] = refusal_of(error).reason
    expected = {name: "in" if name in ADMITTED[method] else "PERMISSION_DENIED" for name in tokens()}
    assert outcomes == expected | {"stranger": "TOKEN_INVALID"}
    assert len(doll.calls) == len(ADMITTED[method])


async def test_the_caller_is_told_apart_from_the_next(doll: Puppet, channel: RpcChannel) -> None:
    people = [signing.person(Role.ROLE_LIAISON) for _ in range(3)]
    for person in people:
        await ask(channel, token=signing.token_of(person))
    assert [actor.subject for actor, _ in doll.calls] == [person.subject for person in people]


def test_a_service_with_an_rpc_that_names_no_caller_does_not_start() -> None:
    good = puppet.describe("careful.v1.Careful", [("Do", StringValue, [Role.ROLE_LIAISON], [])])
    empty = puppet.describe("careless.v1.Careless", [("Do", StringValue, [], []), ("Undo", StringValue, [], [])])
    silent = puppet.describe("silent.v1.Silent", [("Do", StringValue, [], [])], ruled=False)
    assert set(rules_of([good], access_pb2.rule)) == {"/careful.v1.Careful/Do"}
    with pytest.raises(
        RuleMissing, match=r"careless\.v1\.Careless\.Do, careless\.v1\.Careless\.Undo, silent\.v1\.Silent\.Do"
    ):
        rules_of([good, empty, silent], access_pb2.rule)


async def test_what_the_contract_does_not_know_is_unimplemented(channel: RpcChannel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel, method=f"/{NAME}/Guess")
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def mark(channel: RpcChannel, *ids: str) -> None:
    enter_call(CallContext(new_request_id(), signing.token_of(LIAISON)))
    await call(channel, MARK)(MarkReadRequest(notification_ids=ids))


async def test_all_fields_at_fault_are_told_at_once(doll: Puppet, channel: RpcChannel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await mark(channel, "one", str(uuid4()), "three")
    found = refusal_of(refused.value)
    assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELDS_INVALID")
    assert [(v.field, v.rule) for v in found.violations] == [
        ("notification_ids[0]", "string.uuid"),
        ("notification_ids[2]", "string.uuid"),
    ]
    assert all(v.description for v in found.violations)
    assert not doll.calls


async def test_text_that_the_database_cannot_hold_is_a_field_at_fault(doll: Puppet, channel: RpcChannel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel, "before\x00after")
    found = refusal_of(refused.value)
    assert [(v.field, v.rule) for v in found.violations] == [("value", "string.no_nul")]
    assert not doll.calls
    assert await ask(channel, "令牌\t\n") == "令牌\t\n"


class Overdrawn(ServiceError):
    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "OVERDRAWN"
    message = "The account is {balance} short."


async def test_a_refusal_arrives_as_it_was_meant(doll: Puppet, channel: RpcChannel) -> None:
    async def refuse(_text: str) -> str:
        raise Overdrawn(balance="三百 €", account="公共")

    doll.does = refuse
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel)
    found = refusal_of(refused.value)
    assert (found.code, found.reason, found.domain) == (Overdrawn.code, "OVERDRAWN", "puppet.test")
    assert found.metadata == {"balance": "三百 €", "account": "公共"}
    assert refused.value.details() == "The account is 三百 € short."


async def test_however_much_is_at_fault_it_is_told(doll: Puppet, channel: RpcChannel) -> None:
    violations = [FieldViolation(f"things[{place}].name", "SOME_REASON", "描述" * 50) for place in range(250)]

    async def refuse(_text: str) -> str:
        raise FieldsInvalid(violations)

    doll.does = refuse
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel)
    assert refusal_of(refused.value).violations == tuple(violations)


async def test_an_error_of_ours_is_logged_whole_and_told_not_at_all(
    doll: Puppet, channel: RpcChannel, caplog: pytest.LogCaptureFixture
) -> None:
    async def stumble(_text: str) -> str:
        raise KeyError("SELECT password FROM staff")

    doll.does = stumble
    with caplog.at_level(logging.ERROR), pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(channel)
    assert refused.value.code() is grpc.StatusCode.INTERNAL
    assert refused.value.details() == INTERNAL_MESSAGE
    assert "password" not in str(refused.value.trailing_metadata()) + str(refused.value.debug_error_string())
    assert "SELECT password FROM staff" in caplog.text


async def test_a_refusal_without_details_is_its_code(bare: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call(bare, f"/{NAME}/Guess")(StringValue(), timeout=1)
    found = refusal_of(refused.value)
    assert (found.code, found.reason, found.violations) == (grpc.StatusCode.UNIMPLEMENTED, "", ())


def handled(code: str) -> float:
    labels = {"grpc_type": "unary", "grpc_service": NAME, "grpc_method": "Ask", "grpc_code": code}
    return REGISTRY.get_sample_value("grpc_server_handled_total", labels) or 0.0


async def test_calls_are_counted_by_their_outcome(doll: Puppet, channel: RpcChannel) -> None:
    async def refuse(_text: str) -> str:
        raise NotFound

    before = handled("OK"), handled("NOT_FOUND")
    await ask(channel)
    doll.does = refuse
    with pytest.raises(grpc.aio.AioRpcError):
        await ask(channel)
    assert (handled("OK"), handled("NOT_FOUND")) == (before[0] + 1, before[1] + 1)
