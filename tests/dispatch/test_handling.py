"""What others have a say in: promises, extensions, signatures, parking, questions; and that time never says yes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import events_pb2
from fahu.dispatch.v1 import handling_service_pb2 as handling
from sqlalchemy import text

from kit.auth import Actor
from services.dispatch.__main__ import sweep_all
from services.dispatch.rules import Action, State
from services.dispatch.service.deadlines import sweep
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.scenes import demand_at, take, workday


async def refused(world: World, actor: Actor, method: str, demand: Any, **fields: Any) -> tuple[str, dict[str, str]]:
    found = await world.refused(actor, method, REQUESTS[method](on=on(demand), **fields))
    return found.reason, found.metadata


async def decide(world: World, actor: Actor, demand: Any, approve: bool, note: str = "") -> Any:
    (pending,) = (await read(world, demand)).approvals
    fields = {"approval_id": pending.id, "approve": approve, "note": note}
    return await world.move(actor, "DecideApproval", await read(world, demand), **fields)


async def read(world: World, demand: Any, actor: Actor | None = None) -> Any:
    request = rpc.GetDemandRequest(demand_id=demand.id)
    return (await world.call(actor or world.centre(), "GetDemand", request)).demand


def clock(demand: Any, kind: pb.ClockKind.ValueType) -> Any:
    return [one for one in demand.clocks if one.kind == kind][-1]


def runs(one: Any) -> bool:
    return not one.HasField("stopped_at") and not one.HasField("paused_at")


async def audience(world: World, demand: Any, kind: Any) -> dict[str, list[str]]:
    query = "SELECT payload FROM outbox WHERE aggregate_id = :id AND type = :type ORDER BY id DESC LIMIT 1"
    ((payload,),) = await world.sql(query, id=demand.id, type=kind.DESCRIPTOR.full_name)
    return {field.name: list(ids) for field, ids in kind.FromString(payload).audience.ListFields()}


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


async def timeline(world: World, demand: Any) -> Any:
    request = rpc.ListDemandEventsRequest(demand_id=demand.id)
    return (await world.call(world.enterprise.actor(), "ListDemandEvents", request)).events


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


async def test_parking_is_signed_and_countersigned_and_told_to_the_enterprise(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    handle = clock(demand, pb.CLOCK_KIND_HANDLE)
    asked = await take(world, demand, Action.ASK_PAUSED)
    assert not runs(clock(asked, pb.CLOCK_KIND_HANDLE))
    signed = await decide(world, world.leader(), asked, approve=True)
    assert (signed.state, signed.approvals[0].stage) == (pb.STATE_HANDLING, pb.PARTY_CENTRE)
    assert [one.holder for one in signed.clocks if one.kind == pb.CLOCK_KIND_APPROVAL and runs(one)] == [pb.PARTY_CENTRE]
    parked = await decide(world, world.centre(), signed, approve=True)
    assert (parked.state, parked.disposition.review_on) == (pb.STATE_PARKED, scenes.park(world)["review_on"])
    assert clock(parked, pb.CLOCK_KIND_HANDLE).due_at == handle.due_at
    told = await audience(world, parked, events_pb2.DemandDispositionSet)
    assert told["liaison_ids"] == [str(world.enterprise.liaison)]


async def test_a_third_review_is_the_centre_leads_to_allow_and_parked_never_counts_as_answered(world: World) -> None:
    demand = await demand_at(world, State.PARKED)
    for _ in range(2):
        demand = await take(world, demand, Action.REVIEW_PARK)
    asked = await take(world, demand, Action.REVIEW_PARK)
    assert asked.approvals[0].kind == pb.APPROVAL_KIND_PARK_REVIEW
    again = await decide(world, world.centre_lead(), asked, approve=True)
    assert (again.state, again.disposition.review_on) == (pb.STATE_PARKED, scenes.reparked(world)["review_on"])
    assert not again.HasField("reply")


async def test_what_cannot_be_met_ends_in_a_reasoned_answer_that_can_be_rated(world: World) -> None:
    demand = await demand_at(world, State.PARKED)
    fields = {"conclusion": "规划已明确不予调整。", "legal_basis": "《城乡规划法》第四十七条", "next_steps": "可另行选址。"}
    asked = await world.move(world.leader(), "ProposeInfeasible", demand, **fields)
    assert not runs(clock(asked, pb.CLOCK_KIND_PARK_REVIEW))
    ended = await decide(world, world.centre_lead(), asked, approve=True)
    assert (ended.state, ended.reply.kind, ended.reply.unit_code) == (pb.STATE_REPLIED, pb.REPLY_KIND_INFEASIBLE, "hrss")
    rated = await take(world, ended, Action.RATE)
    assert rated.state == pb.STATE_CLOSED


async def test_a_condition_that_is_met_brings_every_demand_back_that_waits_for_it_once(world: World) -> None:
    tag = f"待{uuid4().hex[:8]}批复"
    fields = scenes.park(world) | {"condition_tags": [tag]}
    waiting = []
    for _ in range(3):
        demand = await world.move(world.agency(), "SetDisposition", await demand_at(world, State.ACCEPTED), **fields)
        demand = await decide(world, world.leader(), demand, approve=True)
        waiting.append(await decide(world, world.centre(), demand, approve=True))
    met = handling.MeetConditionRequest(name=tag, note="沪府〔2026〕5号")
    first = (await world.call(world.agency(), "MeetCondition", met)).condition
    assert (first.waiting, first.met_unit) == (3, "hrss")
    any_assembly: Any = world
    for _ in range(2):
        await sweep_all(any_assembly, world.course)
        await world.call(world.centre(), "MeetCondition", met)
    for demand in waiting:
        assert (await world.events(demand.id)).count("DemandRevived") == 1
        told = await audience(world, demand, events_pb2.DemandRevived)
        assert set(told) == {"agency_ids", "liaison_ids"}
        review = clock(await read(world, demand), pb.CLOCK_KIND_PARK_REVIEW)
        assert review.due_at.ToDatetime(UTC) == world.course.calendar.add_workdays(datetime.now(UTC), 3).at
    again = fields | {"kind": pb.DISPOSITION_KIND_REFERENCE}
    accepted = await demand_at(world, State.ACCEPTED)
    assert await refused(world, world.agency(), "SetDisposition", accepted, **again) == ("CONDITION_MET", {"condition": tag})
    nothing = handling.MeetConditionRequest(name="无此条件", note="无")
    assert (await world.refused(world.agency(), "MeetCondition", nothing)).reason == "CONDITION_NOT_FOUND"
    resumed = await take(world, await read(world, waiting[0]), Action.RESUME)
    assert (resumed.state, resumed.disposition.promised_on) == (pb.STATE_HANDLING, workday(world, 3))


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
