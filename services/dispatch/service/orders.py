"""Supervision orders: 催办, 督办单, 列入通报, each after the one before (DEM-7). No order changes a demand's state."""

from datetime import date
from uuid import UUID

import uuid_utils.compat
from fahu.dispatch.v1 import demand_pb2

from services.dispatch import errors, rules
from services.dispatch.clocks import Name, Start
from services.dispatch.models import SupervisionOrder
from services.dispatch.queries import orders
from services.dispatch.rules import Action, Clock, OrderLevel, Party
from services.dispatch.service import guards
from services.dispatch.service.change import Change, save, take


async def issue_order(change: Change, level: OrderLevel, text: str, due_on: date | None) -> None:
    """Call on the agency in the lead."""
    rules.check_move(Action.ISSUE_ORDER, change.state)
    unit_code = change.row["lead_unit_code"]
    guards.check_hands_off(change)
    if not unit_code:
        raise errors.DemandWrongState(state=change.state, action=Action.ISSUE_ORDER)
    day = rules.check_order_day(due_on, change.course.calendar.day_of(change.now), change.course.calendar)
    await _check_level(change, level, unit_code)
    order_id = uuid_utils.compat.uuid7()
    start = Start(_clock(order_id), Party.AGENCY, unit_code, day)
    take(change, Action.ISSUE_ORDER, change.act(text), None, _facts(level), starts=[start])
    await save(change)
    order = SupervisionOrder(
        id=order_id,
        demand_id=change.on.demand_id,
        level=level,
        unit_code=unit_code,
        text=text,
        due_on=day,
        issued_by=change.actor.person_id,
        issued_unit=change.actor.unit_code,
        issued_at=change.now,
        answer="",
    )
    change.session.add(order)


async def _check_level(change: Change, level: OrderLevel, unit_code: str) -> None:
    """Raise OrderLevelInvalid unless it is this level's turn. Orders to an agency that lost the lead are done with."""
    found = await orders.orders_of(change.session, change.on.demand_id)
    for stale in (one for one in found if one.closed_at is None and one.unit_code != unit_code):
        stale.closed_by, stale.closed_at = change.actor.person_id, change.now
    mine = [one for one in found if one.unit_code == unit_code]
    before = rules.level_before(level)
    missing = before is not None and all(one.level != before for one in mine)
    if missing or any(one.level == level and one.closed_at is None for one in mine):
        raise errors.OrderLevelInvalid
    await change.session.flush()


async def answer_order(change: Change, order_id: UUID, answer: str) -> None:
    """The agency's answer, once."""
    rules.check_move(Action.ANSWER_ORDER, change.state)
    order = await _open(change, order_id)
    if order.answered_at or order.unit_code != change.actor.unit_code:
        raise errors.OrderNotFound
    take(change, Action.ANSWER_ORDER, change.act(answer), None, _facts(order.level), stops=[_clock(order_id)])
    await save(change)
    order.answer, order.answered_by, order.answered_at = answer, change.actor.person_id, change.now


async def close_order(change: Change, order_id: UUID, note: str) -> None:
    """Be done with an order, answered or not."""
    rules.check_move(Action.CLOSE_ORDER, change.state)
    order = await _open(change, order_id)
    take(change, Action.CLOSE_ORDER, change.act(note), None, _facts(order.level), stops=[_clock(order_id)])
    await save(change)
    order.closed_by, order.closed_at = change.actor.person_id, change.now


async def _open(change: Change, order_id: UUID) -> SupervisionOrder:
    order = await orders.open_order(change.session, change.on.demand_id, order_id)
    if order is None:
        raise errors.OrderNotFound
    return order


def _clock(order_id: UUID) -> Name:
    return Name(Clock.ORDER, str(order_id))


def _facts(level: str) -> dict[str, int]:
    return {"level": demand_pb2.OrderLevel.Value(f"ORDER_LEVEL_{level}")}
