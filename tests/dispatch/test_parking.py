"""留作参考 that comes back: signed twice, reviewed, revived when its condition is met, or ended with a reason."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2
from fahu.dispatch.v1 import handling_service_pb2 as handling

from services.dispatch.__main__ import sweep_all
from services.dispatch.rules import Action, State
from tests.dispatch import scenes
from tests.dispatch.conftest import World
from tests.dispatch.looks import audience, clock, decide, read, refused, runs
from tests.dispatch.scenes import demand_at, take, workday


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
