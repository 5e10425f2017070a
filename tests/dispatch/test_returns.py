"""退单: sent back once and in time, decided finally, and what remains of it for whom."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import events_pb2
from fahu.dispatch.v1 import return_service_pb2 as returns

from kit.auth import Actor
from services.dispatch.rules import Action, State
from services.dispatch.service.deadlines import sweep
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.looks import audience, clock, read, refused, runs
from tests.dispatch.scenes import demand_at, next_workday, take
from tests.dispatch.test_moves import event, timeline

AGENCY_CLOCKS = (pb.CLOCK_KIND_CONTACT, pb.CLOCK_KIND_CLASSIFY)


async def decided(world: World, demand: Any, **fields: Any) -> Any:
    return await world.move(world.centre_lead(), "DecideReturn", demand, **fields)


async def listed(world: World, actor: Actor, **fields: Any) -> list[Any]:
    return list((await world.call(actor, "ListReturns", returns.ListReturnsRequest(page_size=100, **fields))).returns)


@pytest.mark.parametrize("state", [State.DISPATCHED, State.ACCEPTED])
async def test_a_return_puts_the_ball_with_the_centre_and_stops_no_time_of_the_enterprise(
    world: World, state: State
) -> None:
    before = await demand_at(world, state)
    asked = await take(world, before, Action.ASK_RETURN)
    assert (asked.state, asked.holder, asked.lead_unit_code) == (pb.STATE_RETURN_REVIEW, pb.PARTY_CENTRE, "hrss")
    assert clock(asked, pb.CLOCK_KIND_ACCEPT).HasField("stopped_at")
    assert [runs(clock(asked, kind)) for kind in AGENCY_CLOCKS] == [False, False]
    assert [clock(asked, kind).due_at for kind in AGENCY_CLOCKS] == [clock(before, kind).due_at for kind in AGENCY_CLOCKS]
    assert runs(clock(asked, pb.CLOCK_KIND_TOTAL))
    decision = clock(asked, pb.CLOCK_KIND_APPROVAL)
    (approval,) = asked.approvals
    assert (decision.ref, decision.holder, runs(decision)) == (approval.id, pb.PARTY_CENTRE, True)
    assert decision.due_at.ToDatetime(UTC) == next_workday(world)
    assert (approval.kind, approval.return_reason) == (pb.APPROVAL_KIND_RETURN, scenes.RETURN["reason"])
    assert (approval.reason, approval.proposed_unit_code) == (scenes.RETURN["basis"], "eco_env")
    assert asked.segments[-1].unit_code == "hrss"
    told = await event(world, asked.id, events_pb2.DemandReturnRequested)
    assert (told.reason, told.due_at) == (scenes.RETURN["reason"], decision.due_at)
    assert await audience(world, asked, events_pb2.DemandReturnRequested) == {"centre_ids": [str(world.contacts["centre"])]}
    for actor, text in ((world.enterprise.actor(), ""), (world.agency(), scenes.RETURN["basis"])):
        line = (await timeline(world, actor, asked.id))[-1]
        assert (line.type, line.text) == ("return_requested", text)


async def dispatched_before(world: World, demand: Any, moment: datetime) -> None:
    await world.sql(
        "UPDATE demand_clock SET started_at = :at WHERE demand_id = :id AND kind = 'CLASSIFY'", id=demand.id, at=moment
    )


async def test_a_return_comes_within_one_working_day_of_the_dispatch(world: World) -> None:
    demand = await demand_at(world, State.ACCEPTED)
    await dispatched_before(world, demand, datetime.now(UTC) - timedelta(days=15))  # longer than any holiday
    found = await refused(world, world.agency(), "AskReturn", demand, **scenes.RETURN)
    assert found == ("RETURN_TOO_LATE", {"days": "1"})
    await dispatched_before(world, demand, datetime.now(UTC))
    assert (await take(world, demand, Action.ASK_RETURN)).state == pb.STATE_RETURN_REVIEW


async def test_a_return_that_is_denied_is_final_and_buys_no_time(world: World) -> None:
    before = await demand_at(world, State.ACCEPTED)
    asked = await take(world, before, Action.ASK_RETURN)
    no = REQUESTS["DecideReturn"](on=on(asked), approve=False)
    assert (await world.refused(world.centre(), "DecideReturn", no)).reason == "PERMISSION_DENIED"
    waited = "UPDATE demand_clock SET paused_at = now() - interval '10 days' WHERE demand_id = :id AND paused_at IS NOT NULL"
    await world.sql(waited, id=asked.id)
    denied = await decided(world, asked, approve=False, note="属劳动用工，请办理")
    assert (denied.state, denied.designated, denied.lead_unit_code) == (pb.STATE_DISPATCHED, True, "hrss")
    assert (denied.holder, list(denied.approvals)) == (pb.PARTY_AGENCY, [])
    accept = clock(denied, pb.CLOCK_KIND_ACCEPT)
    assert (runs(accept), accept.due_at.ToDatetime(UTC)) == (True, next_workday(world))
    assert len([one for one in denied.clocks if one.kind == pb.CLOCK_KIND_ACCEPT]) == 2
    for kind in AGENCY_CLOCKS:
        assert (runs(clock(denied, kind)), clock(denied, kind).due_at) == (True, clock(before, kind).due_at)
    told = await event(world, denied.id, events_pb2.DemandReturnDecided)
    assert (told.approved, told.due_at) == (False, accept.due_at)
    assert await audience(world, denied, events_pb2.DemandReturnDecided) == {"agency_ids": [str(world.contacts["hrss"])]}
    assert (await refused(world, world.agency(), "AskReturn", denied, **scenes.RETURN))[0] == "RETURN_USED_UP"
    accepted = await take(world, denied, Action.ACCEPT)
    assert (await refused(world, world.agency(), "AskReturn", accepted, **scenes.RETURN))[0] == "RETURN_USED_UP"
    ((state, note),) = await world.sql("SELECT state, note FROM demand_approval WHERE demand_id = :id", id=denied.id)
    assert (state, note) == ("DENIED", "属劳动用工，请办理")


async def test_what_came_due_while_the_centre_decided_is_overdue(world: World) -> None:
    asked = await take(world, await demand_at(world, State.DISPATCHED), Action.ASK_RETURN)
    await world.sql(
        "UPDATE demand_clock SET due_at = now() - interval '1 hour', started_at = now() - interval '2 days'"
        " WHERE demand_id = :id AND kind = 'CLASSIFY'",
        id=asked.id,
    )
    await sweep_only(world, asked, datetime.now(UTC))
    assert not clock(await read(world, asked), pb.CLOCK_KIND_CLASSIFY).HasField("breached_at")
    denied = await decided(world, asked, approve=False)
    await sweep_only(world, denied, datetime.now(UTC))
    assert clock(await read(world, denied), pb.CLOCK_KIND_CLASSIFY).HasField("breached_at")


async def sweep_only(world: World, demand: Any, now: datetime) -> None:
    await world.sql("UPDATE demand_clock SET next_look = NULL WHERE demand_id <> :id", id=demand.id)
    async with world.database.begin() as session:
        await sweep(session, world.course, now)


async def test_a_return_that_is_granted_takes_the_demand_out_of_the_agencys_sight(world: World) -> None:
    asked = await demand_at(world, State.RETURN_REVIEW)
    granted = await world.move(
        world.centre(), "DecideReturn", asked, approve=True, unit_code="eco_env", note="由生态环境局承办"
    )
    assert (granted.state, granted.lead_unit_code) == (pb.STATE_DISPATCHED, "eco_env")
    assert (granted.designated, granted.holder) == (False, pb.PARTY_AGENCY)
    started = granted.updated_at
    new = [one for one in granted.clocks if one.started_at == started]
    assert {one.kind for one in new} == {pb.CLOCK_KIND_ACCEPT, *AGENCY_CLOCKS}
    assert {one.kind for one in granted.clocks if runs(one)} == {one.kind for one in new} | {pb.CLOCK_KIND_TOTAL}
    (whose,) = {row[0] for row in await running_units(world, granted)}
    assert whose == "eco_env"
    assert await audience(world, granted, events_pb2.DemandReturnDecided) == {
        "agency_ids": [str(world.contacts["eco_env"])],
        "former_agency_ids": [str(world.contacts["hrss"])],
        "liaison_ids": [str(world.enterprise.liaison)],
    }
    told = await event(world, granted.id, events_pb2.DemandReturnDecided)
    assert (told.approved, told.due_at) == (True, clock(granted, pb.CLOCK_KIND_ACCEPT).due_at)
    await is_gone(world, granted, world.agency())
    await is_gone(world, granted, world.leader())
    (receipt,) = [one for one in await listed(world, world.agency()) if one.serial == granted.serial]
    assert (receipt.state, receipt.note, receipt.demand_id) == (pb.APPROVAL_STATE_APPROVED, "由生态环境局承办", "")
    assert (receipt.reason, receipt.basis) == (scenes.RETURN["reason"], scenes.RETURN["basis"])
    assert receipt.decided_at == started
    accepted = await world.move(world.agency("eco_env"), "AcceptDemand", granted)
    assert accepted.state == pb.STATE_ACCEPTED


async def running_units(world: World, demand: Any) -> list[Any]:
    return await world.sql(
        "SELECT unit_code FROM demand_clock WHERE demand_id = :id AND stopped_at IS NULL AND holder = 'AGENCY'", id=demand.id
    )


async def is_gone(world: World, demand: Any, actor: Actor) -> None:
    """Neither read nor listed nor counted nor moved."""
    for method in ("GetDemand", "ListDemandEvents"):
        assert (await world.refused(actor, method, REQUESTS[method](demand_id=demand.id))).reason == "DEMAND_NOT_FOUND"
    await world.find_words()
    wanted = rpc.DemandFilter(text=demand.serial)
    assert not (await world.call(actor, "ListDemands", rpc.ListDemandsRequest(filter=wanted))).demands
    counts = await world.call(actor, "CountDemands", rpc.CountDemandsRequest(filter=wanted))
    assert not sum(one.count for one in counts.counts)
    if actor.has(Role.ROLE_AGENCY_CONTACT):
        assert (await refused(world, actor, "AcceptDemand", demand))[0] == "DEMAND_NOT_FOUND"


async def test_each_agency_sends_back_once(world: World) -> None:
    demand = await take(world, await demand_at(world, State.RETURN_REVIEW), Action.RETURN_TO_OTHER)
    back = {"reason": pb.RETURN_REASON_NOT_OUR_DUTY, "basis": "不涉及排污", "proposed_unit_code": "hrss"}
    asked = await world.move(world.agency("eco_env"), "AskReturn", demand, **back)
    again = await decided(world, asked, approve=True, unit_code="hrss")
    assert (again.lead_unit_code, again.state) == ("hrss", pb.STATE_DISPATCHED)
    assert (await refused(world, world.agency(), "AskReturn", again, **scenes.RETURN))[0] == "RETURN_USED_UP"
    await is_gone(world, again, world.agency("eco_env"))


async def test_a_return_to_triage_begins_the_assessment_anew(world: World) -> None:
    asked = await demand_at(world, State.RETURN_REVIEW)
    back = await take(world, asked, Action.RETURN_TO_TRIAGE)
    assert (back.state, back.triage_reason) == (pb.STATE_TRIAGE, pb.TRIAGE_REASON_RETURNED)
    assert (back.lead_unit_code, back.holder) == ("", pb.PARTY_CENTRE)
    assert {one.kind for one in back.clocks if runs(one)} == {pb.CLOCK_KIND_TRIAGE, pb.CLOCK_KIND_TOTAL}
    told = await event(world, back.id, events_pb2.DemandReturnDecided)
    assert told.due_at == clock(back, pb.CLOCK_KIND_TRIAGE).due_at
    assert await audience(world, back, events_pb2.DemandReturnDecided) == {
        "former_agency_ids": [str(world.contacts["hrss"])],
        "liaison_ids": [str(world.enterprise.liaison)],
    }
    await is_gone(world, back, world.agency())
    sent = await take(world, back, Action.DISPATCH)
    assert (sent.triage_reason, sent.lead_unit_code) == (0, "hrss")
    assert (await refused(world, world.agency(), "AskReturn", sent, **scenes.RETURN))[0] == "RETURN_USED_UP"


async def about(world: World, demand: Any, subject: str) -> None:
    await world.sql("UPDATE demand SET subject_unit_code = :unit WHERE id = :id", id=demand.id, unit=subject)


PROPOSED = [("hrss", "UNIT_NOT_AN_AGENCY"), ("centre", "UNIT_NOT_AN_AGENCY"), ("nobody", "UNIT_NOT_AN_AGENCY")]


@pytest.mark.parametrize(("unit", "reason"), [*PROPOSED, ("eco_env", "SUBJECT_AGENCY")])
async def test_who_is_proposed_can_lead_it(world: World, unit: str, reason: str) -> None:
    demand = await demand_at(world, State.DISPATCHED)
    await about(world, demand, "eco_env")
    fields = scenes.RETURN | {"proposed_unit_code": unit}
    assert (await refused(world, world.agency(), "AskReturn", demand, **fields))[0] == reason


@pytest.mark.parametrize(("unit", "reason"), [*PROPOSED, ("eco_env", "SUBJECT_AGENCY"), ("court", "UNIT_WITHOUT_CONTACT")])
async def test_a_return_goes_to_who_can_lead_it(world: World, unit: str, reason: str) -> None:
    demand = await demand_at(world, State.RETURN_REVIEW)
    await about(world, demand, "eco_env")
    assert (await refused(world, world.centre(), "DecideReturn", demand, approve=True, unit_code=unit))[0] == reason


async def test_a_return_waits_for_no_other_request_and_none_is_decided_as_another(world: World) -> None:
    parking = await take(world, await demand_at(world, State.ACCEPTED), Action.ASK_PAUSED)
    assert (await refused(world, world.agency(), "AskReturn", parking, **scenes.RETURN))[0] == "APPROVAL_PENDING"
    asked = await demand_at(world, State.RETURN_REVIEW)
    for approve in (True, False):
        fields = {"approval_id": asked.approvals[0].id, "approve": approve}
        found = await refused(world, world.centre_lead(), "DecideApproval", asked, **fields)
        assert found[0] == "APPROVAL_NOT_FOUND"


@pytest.mark.parametrize("change", [{"basis": "　\n"}, {"reason": 0}])
async def test_a_return_says_why(world: World, change: dict[str, Any]) -> None:
    demand = await demand_at(world, State.DISPATCHED)
    assert (await refused(world, world.agency(), "AskReturn", demand, **scenes.RETURN | change))[0] == "FIELDS_INVALID"


async def test_no_return_is_ever_granted_by_time(world: World) -> None:
    demand = await demand_at(world, State.RETURN_REVIEW)
    await sweep_only(world, demand, datetime.now(UTC) + timedelta(days=400))
    still = await read(world, demand)
    assert (still.state, still.approvals[0].state) == (pb.STATE_RETURN_REVIEW, pb.APPROVAL_STATE_PENDING)
    assert clock(still, pb.CLOCK_KIND_APPROVAL).HasField("breached_at")


async def test_a_return_dies_with_the_demand(world: World) -> None:
    demand = await take(world, await demand_at(world, State.RETURN_REVIEW), Action.WITHDRAW)
    (receipt,) = [one for one in await listed(world, world.agency()) if one.serial == demand.serial]
    assert receipt.state == pb.APPROVAL_STATE_VOID


async def test_of_two_who_decide_at_once_one_does(world: World) -> None:
    demand = await demand_at(world, State.RETURN_REVIEW)
    calls = [decided(world, demand, approve=approve) for approve in (True, False, True)]
    found = await asyncio.gather(*calls, return_exceptions=True)
    lost = [error for error in found if isinstance(error, grpc.aio.AioRpcError)]
    assert [error.code() for error in lost] == [grpc.StatusCode.ABORTED] * 2
    assert (await world.events(demand.id)).count("DemandReturnDecided") == 1


async def test_receipts_are_the_agencys_own_and_those_who_follow_see_all(world: World) -> None:
    mine = await demand_at(world, State.RETURN_REVIEW)
    theirs = await take(world, await demand_at(world, State.RETURN_REVIEW), Action.RETURN_TO_OTHER)
    theirs = await world.move(world.agency("eco_env"), "AskReturn", theirs, **scenes.RETURN | {"proposed_unit_code": ""})
    assert {one.unit_code for one in await listed(world, world.agency())} == {"hrss"}
    (only,) = [one for one in await listed(world, world.leader()) if one.serial == theirs.serial]
    assert (only.unit_code, only.state) == ("hrss", pb.APPROVAL_STATE_APPROVED)
    for follower in (world.centre(), world.supervisor()):
        pending = await listed(world, follower, states=[pb.APPROVAL_STATE_PENDING])
        assert {one.state for one in pending} == {pb.APPROVAL_STATE_PENDING}
        ids = {(one.demand_id, one.unit_code) for one in pending}
        assert {(mine.id, "hrss"), (theirs.id, "eco_env")} <= ids
    assert await listed(world, world.agency("")) == []
    await about(world, mine, "committee")
    hidden = signing.person(Role.ROLE_SUPERVISOR, unit="committee")
    assert mine.id not in {one.demand_id for one in await listed(world, hidden)}
    for stranger in (world.enterprise.actor(), world.officer()):
        assert (await world.refused(stranger, "ListReturns", returns.ListReturnsRequest())).reason == "PERMISSION_DENIED"


async def test_receipts_come_page_by_page(world: World) -> None:
    for _ in range(3):
        await demand_at(world, State.RETURN_REVIEW)
    whole, token, paged = await listed(world, world.centre()), "", []
    while True:
        request = returns.ListReturnsRequest(page_size=2, page_token=token)
        answer = await world.call(world.centre(), "ListReturns", request)
        paged += list(answer.returns)
        token = answer.next_page_token
        if not token:
            break
    assert paged == whole
    moments = [(one.asked_at.seconds, one.asked_at.nanos) for one in whole]
    assert moments == sorted(moments, reverse=True)
    first = await world.call(world.centre(), "ListReturns", returns.ListReturnsRequest(page_size=2))
    other = returns.ListReturnsRequest(page_token=first.next_page_token, states=[pb.APPROVAL_STATE_PENDING])
    assert (await world.refused(world.centre(), "ListReturns", other)).reason == "PAGE_TOKEN_INVALID"


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
