"""Another WeChat account: told to the one there is, decided by somebody else, and not before a day has passed."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_pb2, events_pb2
from fahu.registry.v1 import account_service_pb2 as accounts_pb
from fahu.registry.v1 import rebinding_service_pb2 as pb
from fahu.registry.v1.rebinding_service_pb2_grpc import RebindingServiceStub

from kit.auth import Actor
from services.registry.service import accounts, people, rebindings
from services.registry.service.audit import OPERATOR, Retry
from services.registry.service.people import StaffDraft
from services.registry.service.sessions import OpenSession
from tests import signing
from tests.registry.conftest import LEAD, World, race, refusal
from tests.registry.files import FENGJING, ZHUJING, line
from tests.registry.test_liaisons import FOREIGN_OFFICER, OFFICER, replacement

PHONE, STAFF_PHONE = "13800000001", "13900000001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
State = account_pb2.RebindingState


async def enter(world: World, openid: str, phone: str = "") -> Any:
    return await world.accounts().SignInWithWechat(accounts_pb.SignInWithWechatRequest(openid=openid, phone=phone))


async def bound(world: World) -> Any:
    """A contact of 朱泾镇 who signed in with the WeChat account "old"."""
    await world.import_lines(line(1, contact="张三", phone=PHONE), line(2, contact="李四", phone="13800000002"))
    return await enter(world, "old", PHONE)


async def ask(world: World, openid: str = "new", phone: str = PHONE) -> Any:
    return await world.stub(RebindingServiceStub, "gateway").AskRebinding(pb.AskRebindingRequest(openid=openid, phone=phone))


async def the_one(world: World, actor: Actor = LEAD) -> Any:
    return (await world.stub(RebindingServiceStub, actor).ListRebindings(pb.ListRebindingsRequest())).rebindings[0]


async def decide(world: World, actor: Actor = OFFICER, approve: bool = True, **fields: Any) -> Any:
    if "rebinding_id" not in fields:
        found = await the_one(world)
        fields = {"rebinding_id": found.id, "expected_version": found.version} | fields
    request = pb.DecideRebindingRequest(approve=approve, note="已当面核实", **({"request_id": uuid4().hex} | fields))
    return await world.stub(RebindingServiceStub, actor).DecideRebinding(request)


async def enter_at(world: World, now: datetime, openid: str = "new") -> OpenSession:
    async with world.database.begin() as session:
        return await accounts.sign_in_with_wechat(session, world.personal, openid, "", now, world.policy)


async def reason(call: Awaitable[Any]) -> str:
    return (await refusal(call)).reason


def owner(account: Any) -> Actor:
    return signing.person(Role.ROLE_LIAISON, organisation=account.enterprise_id, person_id=account.person_id)


async def test_the_new_account_comes_in_after_a_day_and_the_old_one_is_out(world: World) -> None:
    old = await bound(world)
    asked = await ask(world)
    assert asked.effective_at.ToDatetime(UTC) - asked.asked_at.ToDatetime(UTC) == DAY
    assert (await enter(world, "old")).account == old.account  # nothing has changed
    assert (await decide(world)).rebinding.state == State.REBINDING_STATE_APPROVED
    waiting = await refusal(enter(world, "new"))
    assert (waiting.reason, waiting.metadata["state"]) == ("REBINDING_WAITING", "approved")
    effective_at = asked.effective_at.ToDatetime(UTC)
    assert datetime.fromisoformat(waiting.metadata["effective_at"]) == effective_at.replace(microsecond=0)

    opened = await enter_at(world, effective_at)
    assert str(opened.person_id) == old.account.person_id
    assert opened.tokens_from
    dead = accounts_pb.RefreshSessionRequest(refresh_token=old.session.refresh_token)
    assert await reason(world.accounts().RefreshSession(dead)) == "SESSION_ENDED"
    assert [one.person_id for one in await world.events(events_pb2.AccessRevoked)] == [old.account.person_id]
    assert await reason(enter(world, "old")) == "WECHAT_NOT_BOUND"
    assert (await enter(world, "new")).account == old.account
    assert (await world.rows("SELECT state, openid, openid_index FROM rebinding"))[0] == ("EFFECTED", None, None)


async def test_a_token_of_the_new_account_is_made_after_those_of_the_old_are_void(world: World) -> None:
    await bound(world)
    await ask(world)
    await decide(world)
    await world.change("ALTER TABLE rebinding DISABLE TRIGGER rebinding_goes_one_way")
    await world.change("UPDATE rebinding SET asked_at = asked_at - interval '2 days', effective_at = now() - interval '1 s'")
    await enter(world, "new")
    answered = datetime.now(UTC)
    revoked = (await world.accounts().ListRevocations(accounts_pb.ListRevocationsRequest())).revocations
    assert revoked[0].before.ToDatetime(UTC) <= answered


@pytest.mark.parametrize(("approved", "after", "let_in"), [(True, 23, False), (True, 24, True), (False, 48, False)])
async def test_it_takes_both_the_yes_and_the_day(world: World, approved: bool, after: int, let_in: bool) -> None:
    await bound(world)
    asked = (await ask(world)).asked_at.ToDatetime(UTC)
    if approved:
        await decide(world)
    found = await asyncio.gather(enter_at(world, asked + after * HOUR), return_exceptions=True)
    assert isinstance(found[0], OpenSession) is let_in


async def test_a_late_yes_is_in_time_and_a_week_later_none_is(world: World) -> None:
    await bound(world)
    asked = (await ask(world)).asked_at.ToDatetime(UTC)
    found = await the_one(world)
    late = asked + 7 * DAY
    async with world.database.begin() as session:
        with pytest.raises(Exception, match="expired"):
            await rebindings.decide(session, LEAD, UUID(found.id), True, "x", 1, _retry("late"), late)
    async with world.database.begin() as session:
        await rebindings.decide(session, LEAD, UUID(found.id), True, "x", 1, _retry("in time"), late - HOUR)
    with pytest.raises(Exception, match="not known yet"):
        await enter_at(world, late)
    assert await enter_at(world, late - timedelta(seconds=1))


def _retry(request_id: str) -> Any:
    return Retry(request_id, b"mark")


async def test_the_present_account_objects_and_the_centre_is_alerted(world: World) -> None:
    roles = frozenset({int(Role.ROLE_CENTRE_OPERATOR)})
    operator = await world.staff(StaffDraft("centre", roles, "王综治", STAFF_PHONE))
    me = owner((await bound(world)).account)
    await ask(world)
    await decide(world)
    stub = world.stub(RebindingServiceStub, me)
    shown = (await stub.GetOwnRebinding(pb.GetOwnRebindingRequest())).rebinding
    assert (shown.state, shown.serial[:3]) == (State.REBINDING_STATE_APPROVED, "HB-")
    request = pb.ObjectRebindingRequest(request_id="tap")
    await stub.ObjectRebinding(request)
    await stub.ObjectRebinding(request)  # the answer got lost
    told = await world.events(events_pb2.RebindingChanged)
    assert [one.state for one in told] == [1, 2, State.REBINDING_STATE_OBJECTED]
    assert list(told[-1].centre_ids) == [str(operator)]
    assert await reason(stub.GetOwnRebinding(pb.GetOwnRebindingRequest())) == "REBINDING_NOT_FOUND"
    with pytest.raises(Exception, match="not known yet"):
        await enter_at(world, datetime.now(UTC) + 2 * DAY)
    assert (await enter(world, "old")).account.name == "张三"
    barred = await refusal(ask(world))
    assert barred.reason == "REBINDING_BARRED"
    assert datetime.fromisoformat(barred.metadata["until"]) > datetime.now(UTC) + 6 * DAY


async def test_who_sees_and_who_decides(world: World) -> None:
    me = owner((await bound(world)).account)
    await ask(world)
    found = await the_one(world, OFFICER)
    assert (found.name, found.phone, found.organisation) == ("张*", "138****0001", line(1).name)
    named = {"rebinding_id": found.id, "expected_version": found.version}
    assert not (
        await world.stub(RebindingServiceStub, FOREIGN_OFFICER).ListRebindings(pb.ListRebindingsRequest())
    ).rebindings
    assert await reason(decide(world, FOREIGN_OFFICER, **named)) == "REBINDING_NOT_FOUND"
    sees_all = signing.person(Role.ROLE_AREA_OFFICER, Role.ROLE_CENTRE_OPERATOR, unit="centre", area=FENGJING)
    assert await reason(decide(world, sees_all, **named)) == "PERMISSION_DENIED"
    himself = signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{ZHUJING}", area=ZHUJING, person_id=me.person_id)
    assert await reason(decide(world, himself, **named)) == "REBINDING_OWN"
    assert await reason(decide(world, **(named | {"expected_version": 9}))) == "STALE_VERSION"
    refused = await decide(world, approve=False, **named)
    assert (refused.rebinding.state, refused.rebinding.decided_by) == (State.REBINDING_STATE_REFUSED, OFFICER.subject)
    after = named | {"expected_version": 2}
    assert await reason(decide(world, **after)) == "REBINDING_WRONG_STATE"
    with pytest.raises(Exception, match="not known yet"):
        await enter_at(world, datetime.now(UTC) + 2 * DAY)


async def test_staff_are_decided_about_by_another_lead_only(world: World) -> None:
    lead = frozenset({int(Role.ROLE_CENTRE_LEAD)})
    person = await world.staff(StaffDraft("centre", lead, "王综治", STAFF_PHONE))
    other = await world.staff(StaffDraft("centre", lead, "赵综治", "13900000002"))
    officers = frozenset({int(Role.ROLE_AREA_OFFICER)})
    await world.staff(StaffDraft(f"area-{ZHUJING}", officers, "钱镇", "13900000003"))
    await enter(world, "old", STAFF_PHONE)
    await ask(world, phone=STAFF_PHONE)
    told = (await world.events(events_pb2.RebindingChanged))[0]
    assert (list(told.decider_ids), list(told.centre_ids)) == ([str(other)], [str(other)])
    own = signing.person(Role.ROLE_CENTRE_LEAD, unit="centre", person_id=person)
    assert await reason(decide(world, own)) == "REBINDING_OWN"
    found = await the_one(world)
    assert await reason(decide(world, OFFICER, rebinding_id=found.id, expected_version=1)) == "REBINDING_NOT_FOUND"
    assert (await decide(world, LEAD)).rebinding.organisation == "区综治中心"


async def test_what_may_not_be_asked(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE), line(2, contact="李四", phone="13800000002"))
    assert await reason(ask(world)) == "REBINDING_NOT_NEEDED"
    await enter(world, "old", PHONE)
    await enter(world, "li", "13800000002")
    assert await reason(ask(world, "old")) == "REBINDING_NOT_NEEDED"
    assert await reason(ask(world, "li")) == "WECHAT_OF_ANOTHER"
    assert await reason(ask(world, phone="13700000000")) == "NOT_ON_ROSTER"
    first = await ask(world)
    assert await ask(world) == first
    assert await reason(ask(world, "third")) == "REBINDING_OPEN"
    assert await reason(ask(world, phone="13800000002")) == "REBINDING_OPEN"
    assert len(await world.events(events_pb2.RebindingChanged)) == 1


async def test_two_accounts_at_once_leave_one_request(world: World) -> None:
    await bound(world)
    passed, refused = await race(*[ask(world, f"new-{number}") for number in range(4)])
    assert (len(passed), refused) == (1, ["REBINDING_OPEN"] * 3)
    found = await the_one(world)
    named = {"rebinding_id": found.id, "expected_version": 1}
    decided, late = await race(decide(world, **named), decide(world, LEAD, approve=False, **named))
    assert (len(decided), late) == (1, ["STALE_VERSION"])


async def test_an_objection_at_the_moment_of_effect_wins_or_comes_too_late(world: World) -> None:
    me = owner((await bound(world)).account)
    asked = await ask(world)
    await decide(world)
    stub = world.stub(RebindingServiceStub, me)
    objecting = stub.ObjectRebinding(pb.ObjectRebindingRequest(request_id="tap"))
    done = await asyncio.gather(enter_at(world, asked.effective_at.ToDatetime(UTC)), objecting, return_exceptions=True)
    won = [not isinstance(one, BaseException) for one in done]
    state = (await world.rows("SELECT state FROM rebinding"))[0][0]
    assert (sum(won), state) == (1, "EFFECTED" if won[0] else "OBJECTED")


async def test_the_same_decision_again_is_one(world: World) -> None:
    await bound(world)
    await ask(world)
    found = await the_one(world)
    same = {"rebinding_id": found.id, "expected_version": 1, "request_id": "the-same"}
    assert await decide(world, **same) == await decide(world, **same)
    assert await reason(decide(world, approve=False, **same)) == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize("ending", ["replaced", "unbound"])
async def test_a_request_ends_with_what_it_was_about(world: World, ending: str) -> None:
    await bound(world)
    await ask(world)
    if ending == "replaced":
        await world.registry().ReplaceLiaison(replacement(await world.enterprise(line(1)), phone="13800000003"))
    else:
        async with world.database.begin() as session:
            await people.unbind_wechat(session, world.personal, OPERATOR, PHONE, datetime.now(UTC))
    assert (await world.rows("SELECT state FROM rebinding"))[0][0] == "CANCELLED"
    if ending == "unbound":
        assert (await enter(world, "new", PHONE)).account.name == "张三"


async def test_what_is_past_its_time_is_told_so_and_written_down(world: World) -> None:
    await bound(world)
    await ask(world)
    await world.change("ALTER TABLE rebinding DISABLE TRIGGER rebinding_goes_one_way")
    old = "asked_at = asked_at - interval '8 days', effective_at = effective_at - interval '8 days'"
    await world.change(f"UPDATE rebinding SET {old}, expires_at = expires_at - interval '8 days'")
    assert (await the_one(world)).state == State.REBINDING_STATE_EXPIRED
    stub = world.stub(RebindingServiceStub)
    for state, count in ((State.REBINDING_STATE_ASKED, 0), (State.REBINDING_STATE_EXPIRED, 1)):
        assert len((await stub.ListRebindings(pb.ListRebindingsRequest(state=state))).rebindings) == count
    assert await reason(enter(world, "new")) == "WECHAT_NOT_BOUND"
    async with world.database.begin() as session:
        await rebindings.expire_old(session, datetime.now(UTC))
    assert (await world.rows("SELECT state, openid FROM rebinding"))[0] == ("EXPIRED", None)
    assert (await ask(world)).state == State.REBINDING_STATE_ASKED
