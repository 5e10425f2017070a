"""Promises that lie far ahead: with the yes of the centre's lead, and with interim reports until the answer is near."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import events_pb2

from services.dispatch.service.deadlines import sweep
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.scenes import NO, YES, workday


async def promised(world: World, ahead: int) -> Any:
    """A demand whose agency promised a day so many working days ahead, as the centre's lead agreed."""
    demand = await world.move(world.agency(), "AcceptDemand", await world.submit())
    plan = {"kind": pb.DISPOSITION_KIND_TIME_BOUND, "promised_on": workday(world, ahead)}
    demand = await world.move(world.agency(), "SetDisposition", demand, **plan, reason="需跨省核对缴费记录。")
    return await decided(world, world.centre_lead(), demand, YES) if demand.approvals else demand


async def decided(world: World, actor: Any, demand: Any, answer: dict[str, Any]) -> Any:
    return await world.move(actor, "DecideApproval", demand, approval_id=demand.approvals[0].id, **answer)


def reports(demand: Any) -> list[tuple[bool, datetime]]:
    """The clocks of interim reports: whether each runs, and when it is due."""
    found = [one for one in demand.clocks if one.kind == pb.CLOCK_KIND_REPORT]
    return [(not one.HasField("stopped_at"), one.due_at.ToDatetime(UTC)) for one in found]


def after(world: World, days: int) -> datetime:
    return world.course.calendar.add_workdays(datetime.now(UTC), days).at


async def test_only_a_promise_far_ahead_needs_reports(world: World) -> None:
    assert reports(await promised(world, 10)) == []
    assert reports(await promised(world, 15)) == []
    assert reports(await promised(world, 16)) == [(True, after(world, 15))]


async def test_a_report_is_told_to_the_enterprise_and_the_next_is_due_until_the_answer_is_near(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    demand = await promised(world, 20)
    demand = await world.move(world.agency(), "ReportProgress", demand, text="已函询社保经办机构。")
    assert reports(demand) == [(False, after(world, 15)), (True, after(world, 15))]
    later = after(world, 6)  # 14 working days before the promised day
    monkeypatch.setattr("services.dispatch.servicer.edge.now", lambda: later)
    demand = await world.move(world.agency(), "ReportProgress", demand, text="已收到复函，正在核算。")
    assert [runs for runs, _ in reports(demand)] == [False, False]
    liaison = world.enterprise.actor()
    lines = (await world.call(liaison, "ListDemandEvents", rpc.ListDemandEventsRequest(demand_id=demand.id))).events
    told = [(line.type, line.text) for line in lines if line.type == "progress_reported"]
    assert told == [("progress_reported", "已函询社保经办机构。"), ("progress_reported", "已收到复函，正在核算。")]
    rows = await world.sql(
        "SELECT payload FROM outbox WHERE aggregate_id = :id AND type LIKE '%ProgressReported' ORDER BY id", id=demand.id
    )
    first, last = [events_pb2.DemandProgressReported.FromString(row.payload) for row in rows]
    assert list(first.audience.liaison_ids) == [str(world.enterprise.liaison)]
    assert (first.due_at.ToDatetime(UTC), last.HasField("due_at")) == (after(world, 15), False)
    await scenes.check_histories(world)


async def test_a_report_that_is_missed_is_told_and_booked_like_any_term(world: World) -> None:
    demand = await promised(world, 30)
    await world.sql("UPDATE demand_clock SET next_look = NULL WHERE kind <> 'REPORT' OR demand_id <> :id", id=demand.id)
    async with world.database.begin() as session:
        await sweep(session, world.course, after(world, 15) + timedelta(seconds=1))
    query = "SELECT payload FROM outbox WHERE aggregate_id = :id AND type LIKE '%DeadlineBreached'"
    (row,) = await world.sql(query, id=demand.id)
    told = events_pb2.DeadlineBreached.FromString(row.payload)
    assert told.clock == pb.CLOCK_KIND_REPORT
    assert (list(told.audience.agency_ids), len(told.audience.centre_ids)) == ([str(world.contacts["hrss"])], 1)


async def test_the_clock_stands_still_while_the_enterprise_is_asked_and_ends_with_the_answer(world: World) -> None:
    demand = await world.move(world.agency(), "RequestInfo", await promised(world, 20), questions=["用工几年？"])
    (clock,) = [one for one in demand.clocks if one.kind == pb.CLOCK_KIND_REPORT]
    assert clock.HasField("paused_at")
    demand = await world.move(world.enterprise.actor(), "SupplyInfo", demand, answer="五年")
    assert [runs for runs, _ in reports(demand)] == [True]
    demand = await world.move(world.agency(), "ReplyDemand", demand, **scenes.ANSWER)
    demand = await decided(world, world.leader(), demand, YES)
    assert [runs for runs, _ in reports(demand)] == [False]


async def test_an_extension_that_goes_far_is_the_centre_leads_to_grant_and_starts_reports(world: World) -> None:
    demand = await promised(world, 3)
    asked = {"promised_on": workday(world, 18), "reason": "需跨省核对"}
    demand = await world.move(world.agency(), "RequestExtension", demand, **asked)
    request = REQUESTS["DecideApproval"](on=on(demand), approval_id=demand.approvals[0].id, **YES)
    assert (await world.refused(world.centre(), "DecideApproval", request)).reason == "APPROVAL_NOT_YOURS"
    demand = await decided(world, world.centre_lead(), demand, YES)
    assert reports(demand) == [(True, after(world, 15))]
    row = "SELECT payload FROM outbox WHERE aggregate_id = :id AND type LIKE '%DemandExtended'"
    ((payload,),) = await world.sql(row, id=demand.id)
    assert events_pb2.DemandExtended.FromString(payload).due_at.ToDatetime(UTC) == after(world, 18)
    near = await promised(world, 3)
    near = await world.move(world.agency(), "RequestExtension", near, promised_on=workday(world, 6), reason="需核对")
    assert (await decided(world, world.centre(), near, NO)).approvals == []
