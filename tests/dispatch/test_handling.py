"""What others have a say in: promises, extensions, signatures, questions; and that time never says yes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2
from fahu.dispatch.v1 import handling_service_pb2 as handling
from sqlalchemy import text

from kit.auth import Actor
from services.dispatch.rules import Action, State
from services.dispatch.service.deadlines import sweep
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.looks import audience, clock, decide, read, refused, runs, timeline
from tests.dispatch.scenes import demand_at, take, workday


def over_cap(world: World) -> dict[str, Any]:
    return {"kind": pb.DISPOSITION_KIND_TIME_BOUND, "promised_on": workday(world, 12), "explanation": "需现场调查"}


async def test_a_promise_beyond_the_cap_is_the_centre_leads_to_allow(world: World) -> None:
    demand = await demand_at(world, State.ACCEPTED)
    due = clock(demand, pb.CLOCK_KIND_CLASSIFY).due_at
    reason, facts = await refused(world, world.agency(), "SetDisposition", demand, **over_cap(world))
    assert (reason, facts) == ("PROMISED_DAY_OVER_CAP", {"cap": str(world.course.terms.promise_cap)})
    asked = await world.move(world.agency(), "SetDisposition", demand, **over_cap(world), reason="涉及三年台账")
    assert (asked.state, asked.approvals[0].kind) == (pb.STATE_ACCEPTED, pb.APPROVAL_KIND_OVER_CAP)
    assert not runs(clock(asked, pb.CLOCK_KIND_CLASSIFY))
    assert runs(clock(asked, pb.CLOCK_KIND_APPROVAL))
    assert await audience(world, asked, events_pb2.DemandApprovalRequested) == {
        "centre_ids": [str(world.contacts["centre"])]
    }
    ids = {"approval_id": asked.approvals[0].id, "approve": True}
    for nobody in (world.centre(), world.leader()):
        assert await refused(world, nobody, "DecideApproval", asked, **ids) == ("APPROVAL_NOT_YOURS", {"stage": "CENTRE"})
    allowed = await decide(world, world.centre_lead(), asked, approve=True)
    assert (allowed.state, allowed.disposition.promised_on) == (pb.STATE_HANDLING, over_cap(world)["promised_on"])
    handle = clock(allowed, pb.CLOCK_KIND_HANDLE)
    assert str(world.course.calendar.day_of(handle.due_at.ToDatetime(UTC))) == over_cap(world)["promised_on"]
    assert clock(allowed, pb.CLOCK_KIND_CLASSIFY).due_at == due


async def test_a_promise_that_is_denied_buys_no_time(world: World) -> None:
    demand = await demand_at(world, State.ACCEPTED)
    due = clock(demand, pb.CLOCK_KIND_CLASSIFY).due_at
    asked = await world.move(world.agency(), "SetDisposition", demand, **over_cap(world), reason="涉及三年台账")
    denied = await decide(world, world.centre_lead(), asked, approve=False, note="请在五日内办结")
    assert (denied.state, list(denied.approvals)) == (pb.STATE_ACCEPTED, [])
    again = clock(denied, pb.CLOCK_KIND_CLASSIFY)
    assert (runs(again), again.due_at) == (True, due)
    assert await audience(world, denied, events_pb2.DemandApprovalDenied) == {"agency_ids": [str(world.contacts["hrss"])]}


async def test_one_request_at_a_time_and_each_is_decided_once(world: World) -> None:
    demand = await demand_at(world, State.ACCEPTED)
    asked = await world.move(world.agency(), "SetDisposition", demand, **over_cap(world), reason="涉及三年台账")
    assert (await refused(world, world.agency(), "SetDisposition", asked, **scenes.park(world)))[0] == "APPROVAL_PENDING"
    other = {"approval_id": str(uuid4()), "approve": True}
    assert (await refused(world, world.centre_lead(), "DecideApproval", asked, **other))[0] == "APPROVAL_NOT_FOUND"
    decided = await decide(world, world.centre_lead(), asked, approve=True)
    same = {"approval_id": asked.approvals[0].id, "approve": False}
    assert (await refused(world, world.centre_lead(), "DecideApproval", decided, **same))[0] == "APPROVAL_NOT_FOUND"


async def test_what_was_to_be_handled_at_once_gets_a_day_once(world: World) -> None:
    demand = await take(world, await demand_at(world, State.ACCEPTED), Action.HANDLE_NOW)
    first = clock(demand, pb.CLOCK_KIND_HANDLE).due_at
    later = await take(world, demand, Action.PROMISE_LATER)
    handle = clock(later, pb.CLOCK_KIND_HANDLE)
    assert (later.extensions, later.disposition.kind) == (1, pb.DISPOSITION_KIND_TIME_BOUND)
    assert (handle.first_due_at, handle.due_at != first) == (first, True)
    assert (await refused(world, world.agency(), "SetDisposition", later, **scenes.promise(world)))[
        0
    ] == "DEMAND_WRONG_STATE"


async def test_an_extension_is_asked_in_time_for_later_at_most_twice(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    first = clock(demand, pb.CLOCK_KIND_HANDLE).due_at
    sooner = {"promised_on": workday(world, 2), "reason": "赶不及"}
    assert (await refused(world, world.agency(), "RequestExtension", demand, **sooner))[0] == "EXTENSION_NOT_LATER"
    for ahead in (5, 7):
        fields = {"promised_on": workday(world, ahead), "reason": "需核对缴费记录"}
        asked = await world.move(world.agency(), "RequestExtension", demand, **fields)
        assert runs(clock(asked, pb.CLOCK_KIND_HANDLE))
        demand = await decide(world, world.centre(), asked, approve=True)
        assert demand.disposition.promised_on == fields["promised_on"]
    handle = clock(demand, pb.CLOCK_KIND_HANDLE)
    assert (demand.extensions, handle.first_due_at) == (2, first)
    third = {"promised_on": workday(world, 9), "reason": "再延"}
    assert await refused(world, world.agency(), "RequestExtension", demand, **third) == ("EXTENSIONS_USED_UP", {"most": "2"})
    told = [line.text for line in (await timeline(world, demand)) if line.type == "extended"]
    assert told == ["需核对缴费记录"] * 2


async def test_an_extension_that_comes_too_late_is_refused(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    await world.sql(
        "UPDATE demand_clock SET due_at = now() + interval '1 minute' WHERE demand_id = :id AND kind = 'HANDLE'",
        id=demand.id,
    )
    fields = {"promised_on": workday(world, 6), "reason": "来不及"}
    assert await refused(world, world.agency(), "RequestExtension", demand, **fields) == (
        "EXTENSION_TOO_LATE",
        {"days": "1"},
    )


async def test_an_answer_is_signed_by_the_agencys_lead_in_the_name_of_who_wrote_it(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    asked = await take(world, demand, Action.ANSWER)
    assert asked.state == pb.STATE_HANDLING
    assert runs(clock(asked, pb.CLOCK_KIND_HANDLE))
    assert await audience(world, asked, events_pb2.DemandApprovalRequested) == {
        "agency_lead_ids": [str(world.leaders["hrss"])]
    }
    assert not (await read(world, demand, world.enterprise.actor())).approvals
    back = await decide(world, world.leader(), asked, approve=False, note="依据不够")
    asked = await take(world, back, Action.ANSWER)
    signed = await decide(world, world.leader(), asked, approve=True)
    assert (signed.state, signed.reply.conclusion) == (pb.STATE_REPLIED, scenes.ANSWER["conclusion"])
    ((person, signer),) = await world.sql(
        "SELECT person_id, signed_by FROM demand_reply WHERE demand_id = :id", id=demand.id
    )
    assert (person, signer) == (world.contacts["hrss"], world.leaders["hrss"])


async def test_what_the_lead_writes_needs_no_other_signature(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    assert (await world.move(world.leader(), "ReplyDemand", demand, **scenes.ANSWER)).state == pb.STATE_REPLIED


async def test_questions_stop_the_clock_and_an_answer_gives_back_what_was_left(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    asked = await take(world, demand, Action.ASK_INFO)
    assert (asked.state, asked.holder) == (pb.STATE_AWAITING_ENTERPRISE, pb.PARTY_LIAISON)
    assert not runs(clock(asked, pb.CLOCK_KIND_HANDLE))
    assert list(asked.info_request.questions) == ["用工几年？", "合同怎样约定？"]
    back = "UPDATE demand_clock SET paused_at = :start WHERE demand_id = :id AND kind = 'HANDLE'"
    await world.sql(back, id=demand.id, start=datetime.now(UTC) - timedelta(days=1))
    answered = await take(world, asked, Action.SUPPLY_INFO)
    assert (answered.state, answered.info_request.answer) == (pb.STATE_HANDLING, "均满五年，合同见附件。")
    handle = clock(answered, pb.CLOCK_KIND_HANDLE)
    due = world.course.calendar.day_of(handle.due_at.ToDatetime(UTC))
    assert runs(handle)
    assert due > date.fromisoformat(demand.disposition.promised_on)
    assert answered.disposition.promised_on == demand.disposition.promised_on
    ((promised,),) = await world.sql("SELECT promised_on FROM demand WHERE id = :id", id=demand.id)
    assert promised == due
    assert [one.holder for one in answered.segments][-2:] == [pb.PARTY_AGENCY, pb.PARTY_LIAISON]
    once_more = await take(world, await take(world, answered, Action.ASK_INFO), Action.SUPPLY_INFO)
    questions = {"questions": ["还有吗？"]}
    assert await refused(world, world.agency(), "RequestInfo", once_more, **questions) == (
        "INFO_REQUESTS_USED_UP",
        {"most": "2"},
    )


async def test_questions_that_nobody_answers_end_by_themselves(world: World) -> None:
    demand = await take(world, await demand_at(world, State.HANDLING), Action.ASK_INFO)
    await world.sql("UPDATE demand_clock SET next_look = NULL WHERE demand_id <> :id", id=demand.id)
    async with world.database.begin() as session:
        await sweep(session, world.course, datetime.now(UTC) + timedelta(days=30))
    back = await read(world, demand)
    assert (back.state, back.info_request.timed_out) == (pb.STATE_HANDLING, True)
    assert runs(clock(back, pb.CLOCK_KIND_HANDLE))
    assert (await world.events(demand.id)).count("DemandInfoSupplied") == 1


@pytest.mark.parametrize("days", [2, 400])
async def test_no_request_is_ever_granted_by_time(world: World, days: int) -> None:
    demand = await take(world, await demand_at(world, State.ACCEPTED), Action.ASK_PAUSED)
    await world.sql("UPDATE demand_clock SET next_look = NULL WHERE demand_id <> :id", id=demand.id)
    async with world.database.begin() as session:
        await sweep(session, world.course, datetime.now(UTC) + timedelta(days=days))
    still = await read(world, demand)
    assert (still.state, still.approvals[0].state) == (pb.STATE_ACCEPTED, pb.APPROVAL_STATE_PENDING)
    above = await audience(world, demand, events_pb2.DeadlineBreached)
    assert set(above) == {"agency_lead_ids", "centre_ids"}  # the centre learns that the lead does not decide


async def test_an_open_request_dies_with_the_demand(world: World) -> None:
    demand = await take(world, await demand_at(world, State.ACCEPTED), Action.ASK_PAUSED)
    await take(world, demand, Action.WITHDRAW)
    ((state,),) = await world.sql("SELECT state FROM demand_approval WHERE demand_id = :id", id=demand.id)
    assert state == "VOID"


async def test_each_sees_the_requests_that_are_before_them(world: World) -> None:
    demand = await take(world, await demand_at(world, State.ACCEPTED), Action.ASK_PAUSED)
    request = handling.ListApprovalsRequest()

    async def seen(actor: Actor) -> bool:
        found = await world.call(actor, "ListApprovals", request)
        return demand.id in {one.demand_id for one in found.approvals}

    assert await seen(world.leader())
    assert await seen(world.centre())
    assert not await seen(world.agency("eco_env", Role.ROLE_AGENCY_LEAD))
    await decide(world, world.leader(), demand, approve=True)
    assert not await seen(world.leader())


async def test_two_who_decide_at_once_decide_once(world: World) -> None:
    demand = await take(world, await demand_at(world, State.ACCEPTED), Action.ASK_PAUSED)
    async with world.database.begin() as session:
        await session.execute(text("SELECT 1 FROM demand WHERE id = CAST(:id AS uuid) FOR UPDATE"), {"id": demand.id})
    signed = await decide(world, world.leader(), demand, approve=True)
    stale = REQUESTS["DecideApproval"](on=on(demand), approval_id=demand.approvals[0].id, approve=False)
    assert (await world.refused(world.leader(), "DecideApproval", stale)).reason == "STALE_VERSION"
    assert signed.version == demand.version + 1


@pytest.mark.parametrize("days", [-1, 30])
async def test_what_is_handled_at_once_is_due_at_once_whatever_day_comes_with_it(world: World, days: int) -> None:
    demand = await demand_at(world, State.ACCEPTED)
    other = {"promised_on": str(scenes.today(world) + timedelta(days=days)), "review_on": "2020-01-01"}
    handled = await world.move(world.agency(), "SetDisposition", demand, kind=pb.DISPOSITION_KIND_IMMEDIATE, **other)
    assert (handled.disposition.promised_on, handled.disposition.review_on) == ("", "")
    due = clock(handled, pb.CLOCK_KIND_HANDLE).due_at.ToDatetime(UTC)
    assert str(world.course.calendar.day_of(due)) == workday(world, 1)


async def test_an_agency_that_handles_it_after_all_leaves_no_request_behind(world: World) -> None:
    """A promise over the cap is for a demand that is not being handled yet: nobody could ever have said yes to it."""
    far = {"kind": pb.DISPOSITION_KIND_TIME_BOUND, "promised_on": scenes.workday(world, 12), "reason": "需现场勘查。"}
    for plan in (scenes.NOW_PLAN, scenes.promise(world)):
        asked = await world.move(world.agency(), "SetDisposition", await demand_at(world, State.ACCEPTED), **far)
        assert [one.kind for one in asked.approvals] == [pb.APPROVAL_KIND_OVER_CAP]
        demand = await world.move(world.agency(), "SetDisposition", asked, **plan)
        assert (demand.state, len(demand.approvals)) == (pb.STATE_HANDLING, 0)
        ((state,),) = await world.sql("SELECT state FROM demand_approval WHERE demand_id = :id", id=demand.id)
        assert state == "VOID"
