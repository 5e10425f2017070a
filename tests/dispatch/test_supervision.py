"""Orders to agencies: each level after the one before, with a term of its own."""

from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2
from fahu.dispatch.v1 import supervision_service_pb2 as rpc

from kit.auth import Actor
from services.dispatch.rules import Action, State
from services.dispatch.service.deadlines import sweep
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.looks import audience, read, refused, runs
from tests.dispatch.scenes import demand_at, take, workday
from tests.dispatch.test_look_backs import badly_rated, change

REMINDER, ORDER, LISTED = (level for level in pb.OrderLevel.values() if level)


def call_on(world: World, level: Any = REMINDER, **fields: Any) -> dict[str, Any]:
    return {"level": level, "text": "请尽快答复企业", "due_on": workday(world, 2)} | fields


async def issue(world: World, demand: Any, level: Any = REMINDER, actor: Actor | None = None) -> Any:
    return await world.move(actor or world.centre(), "IssueOrder", demand, **call_on(world, level))


def order_clock(demand: Any, order: Any) -> Any:
    (found,) = [one for one in demand.clocks if one.kind == pb.CLOCK_KIND_ORDER and one.ref == order.id]
    return found


async def test_an_order_has_its_own_term_and_changes_no_state(world: World) -> None:
    before = await demand_at(world, State.HANDLING)
    demand = await issue(world, before)
    (order,) = demand.orders
    assert (order.level, order.unit_code, order.text) == (REMINDER, "hrss", "请尽快答复企业")
    assert (order.due_on, order.answer, order.HasField("closed_at")) == (workday(world, 2), "", False)
    assert (demand.state, demand.holder, demand.held_since) == (before.state, before.holder, before.held_since)
    running = order_clock(demand, order)
    assert (runs(running), running.holder) == (True, pb.PARTY_AGENCY)
    assert str(world.course.calendar.day_of(running.due_at.ToDatetime(UTC))) == order.due_on
    told = await audience(world, demand, events_pb2.DemandOrderIssued)
    assert told == {"agency_ids": [str(world.contacts["hrss"])], "agency_lead_ids": [str(world.leaders["hrss"])]}
    demand = await world.move(world.agency(), "AnswerOrder", demand, order_id=order.id, answer="明日答复")
    assert (demand.orders[0].answer, runs(order_clock(demand, order))) == ("明日答复", False)
    assert set(await audience(world, demand, events_pb2.DemandOrderAnswered)) == {"centre_ids", "supervisor_ids"}
    demand = await world.move(world.supervisor(), "CloseOrder", demand, order_id=order.id, note="已落实")
    assert demand.orders[0].HasField("closed_at")
    assert demand.state == before.state


async def test_each_level_follows_the_one_before_and_is_given_once_at_a_time(world: World) -> None:
    demand = await demand_at(world, State.ACCEPTED)
    for level in (ORDER, LISTED):
        assert (await refused(world, world.centre(), "IssueOrder", demand, **call_on(world, level)))[
            0
        ] == "ORDER_LEVEL_INVALID"
    demand = await issue(world, demand)
    for level in (REMINDER, LISTED):
        assert (await refused(world, world.centre(), "IssueOrder", demand, **call_on(world, level)))[
            0
        ] == "ORDER_LEVEL_INVALID"
    reminder = demand.orders[0]
    demand = await issue(world, demand, ORDER, world.supervisor())
    demand = await world.move(world.centre(), "CloseOrder", demand, order_id=reminder.id)
    demand = await issue(world, demand)
    demand = await issue(world, demand, LISTED)
    assert [one.level for one in demand.orders] == [REMINDER, ORDER, REMINDER, LISTED]
    assert len([one for one in demand.clocks if one.kind == pb.CLOCK_KIND_ORDER and runs(one)]) == 3


async def test_orders_to_the_agency_before_do_not_count_against_its_successor(world: World) -> None:
    demand = await issue(world, await demand_at(world, State.CLOSED))
    demand = await take(world, demand, Action.REOPEN)
    assert not runs(order_clock(await read(world, demand), (await read(world, demand)).orders[0]))
    demand = await world.move(world.centre(), "DispatchDemand", demand, unit_code="eco_env")
    assert (await refused(world, world.centre(), "IssueOrder", demand, **call_on(world, ORDER)))[0] == "ORDER_LEVEL_INVALID"
    demand = await issue(world, demand)
    first, second = demand.orders
    assert (first.unit_code, first.HasField("closed_at")) == ("hrss", True)
    assert (second.unit_code, second.HasField("closed_at")) == ("eco_env", False)
    assert [one.unit_code for one in (await read(world, demand, world.agency("eco_env"))).orders] == ["eco_env"]


DAYS = [
    (lambda world: str(scenes.today(world)), "ORDER_DAY_INVALID"),
    (lambda world: scenes.free_day(world), "ORDER_DAY_INVALID"),
    (lambda world: str(scenes.today(world) + timedelta(days=400)), "ORDER_DAY_INVALID"),
    (lambda _: "2026-02-30", "DAY_INVALID"),
    (lambda _: "soon", "FIELDS_INVALID"),
]


@pytest.mark.parametrize(("day", "reason"), DAYS)
async def test_an_answer_is_due_on_a_working_day_ahead(world: World, day: Any, reason: str) -> None:
    demand = await demand_at(world, State.ACCEPTED)
    fields = call_on(world, due_on=day(world))
    assert (await refused(world, world.centre(), "IssueOrder", demand, **fields))[0] == reason


async def test_nobody_gives_orders_about_what_is_before_a_court(world: World) -> None:
    demand = await demand_at(world, State.ACCEPTED)
    await change(world, "UPDATE demand SET judicial = true WHERE id = :id", id=demand.id)
    for actor in (world.centre(), world.supervisor()):
        assert (await refused(world, actor, "IssueOrder", demand, **call_on(world)))[0] == "JUDICIAL_MATTER"


async def test_nobody_is_called_on_who_does_not_have_it(world: World) -> None:
    demand = await demand_at(world, State.TRIAGE)
    reason, facts = await refused(world, world.centre(), "IssueOrder", demand, **call_on(world))
    assert (reason, facts["state"]) == ("DEMAND_WRONG_STATE", "TRIAGE")


async def test_an_order_is_answered_once_by_its_agency_and_closed_once(world: World) -> None:
    demand = await issue(world, await demand_at(world, State.ACCEPTED))
    order_id, answer = demand.orders[0].id, {"answer": "明日答复"}
    may = {"own agency's contact", "own agency's lead", "own agency's handler"}
    sees = {"supervisor who handles elsewhere"}
    for name, actor in scenes.everybody(world).items():
        if name not in may:
            hidden = name in ("another agency", "agency without unit")
            expected = "ORDER_NOT_FOUND" if name in sees else "DEMAND_NOT_FOUND" if hidden else "PERMISSION_DENIED"
            found = await refused(world, actor, "AnswerOrder", demand, order_id=order_id, **answer)
            assert found[0] == expected, name
    found = await refused(world, world.agency(), "AnswerOrder", demand, order_id=str(uuid4()), **answer)
    assert found[0] == "ORDER_NOT_FOUND"
    demand = await world.move(world.leader(), "AnswerOrder", demand, order_id=order_id, **answer)
    assert (await refused(world, world.agency(), "AnswerOrder", demand, order_id=order_id, **answer))[0] == "ORDER_NOT_FOUND"
    assert (await refused(world, world.agency(), "CloseOrder", demand, order_id=order_id))[0] == "PERMISSION_DENIED"
    elsewhere = await demand_at(world, State.ACCEPTED)
    assert (await refused(world, world.centre(), "CloseOrder", elsewhere, order_id=order_id))[0] == "ORDER_NOT_FOUND"
    demand = await world.move(world.centre(), "CloseOrder", demand, order_id=order_id)
    assert (await refused(world, world.centre(), "CloseOrder", demand, order_id=order_id))[0] == "ORDER_NOT_FOUND"


async def test_an_order_outlives_the_answer_and_is_booked_when_late(world: World) -> None:
    demand = await issue(world, await demand_at(world, State.HANDLING))
    demand = await take(world, demand, Action.ANSWER)
    demand = await world.move(world.leader(), "DecideApproval", demand, approval_id=demand.approvals[0].id, approve=True)
    demand = await read(world, await take(world, demand, Action.CLOSE))
    running = order_clock(demand, demand.orders[0])
    assert runs(running)
    async with world.database.begin() as session:
        while await sweep(session, world.course, running.due_at.ToDatetime(UTC)) == 200:
            pass
    told = await audience(world, demand, events_pb2.DeadlineBreached)
    assert told == {"agency_ids": [str(world.contacts["hrss"])], "centre_ids": [str(world.contacts["centre"])]}
    request = rpc.ListOrdersRequest(open=True, page_size=100)
    listed = {one.demand_id: one for one in (await world.call(world.supervisor(), "ListOrders", request)).orders}
    assert listed[demand.id].HasField("breached_at")
    withdrawn = await take(world, await issue(world, await demand_at(world, State.ACCEPTED)), Action.WITHDRAW)
    order = (await read(world, withdrawn)).orders[0]
    assert not runs(order_clock(withdrawn, order))
    await world.move(world.centre(), "CloseOrder", withdrawn, order_id=order.id)


async def orders(world: World, actor: Actor, **fields: Any) -> list[Any]:
    return list((await world.call(actor, "ListOrders", rpc.ListOrdersRequest(page_size=100, **fields))).orders)


async def test_orders_are_listed_for_those_they_concern(world: World) -> None:
    demand = await issue(world, await issue(world, await demand_at(world, State.ACCEPTED)), ORDER)
    closed = await issue(world, await demand_at(world, State.ACCEPTED))
    closed = await world.move(world.centre(), "CloseOrder", closed, order_id=closed.orders[0].id)
    for actor in (world.centre(), world.supervisor(), world.agency(), world.leader()):
        found = await orders(world, actor, open=True)
        mine = [(one.order.level, one.serial, one.version) for one in found if one.demand_id == demand.id]
        assert mine == [(ORDER, demand.serial, demand.version), (REMINDER, demand.serial, demand.version)]
        assert closed.id not in {one.demand_id for one in found}
        assert closed.id in {one.demand_id for one in await orders(world, actor)}
        assert {one.order.level for one in await orders(world, actor, level=ORDER)} == {ORDER}
    other = world.agency("eco_env")
    assert {one.order.unit_code for one in await orders(world, other)} <= {"eco_env"}
    assert await orders(world, other, unit_code="hrss") == []
    first = await world.call(world.centre(), "ListOrders", rpc.ListOrdersRequest(page_size=1))
    again = rpc.ListOrdersRequest(page_size=1, page_token=first.next_page_token)
    assert (await world.call(world.centre(), "ListOrders", again)).orders[0].order.id < first.orders[0].order.id
    barred = await world.refused(world.enterprise.actor(), "ListOrders", rpc.ListOrdersRequest())
    assert barred.reason == "PERMISSION_DENIED"
    assert list((await read(world, demand, world.enterprise.actor())).orders) == []


CHANGES: dict[str, Any] = {
    "IssueOrder": lambda world, _: (world.centre(), call_on(world, ORDER)),
    "AnswerOrder": lambda world, demand: (world.agency(), {"order_id": demand.orders[0].id, "answer": "明日答复"}),
    "CloseOrder": lambda world, demand: (world.centre(), {"order_id": demand.orders[0].id, "note": ""}),
}


@pytest.mark.parametrize("method", CHANGES)
async def test_a_retry_changes_nothing_and_an_old_version_is_told(world: World, method: str) -> None:
    demand = await issue(world, await badly_rated(world))
    actor, fields = CHANGES[method](world, demand)
    stale = REQUESTS[method](on=on(demand, expected_version=demand.version - 1), **fields)
    assert (await world.refused(actor, method, stale)).reason == "STALE_VERSION"
    request = REQUESTS[method](on=on(demand), **fields)
    first = (await world.call(actor, method, request)).demand
    before = await world.snapshot()
    assert (await world.call(actor, method, request)).demand == first
    assert await world.snapshot() == before
    assert first.version == demand.version + 1


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
