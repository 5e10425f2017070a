"""Reading demands: lists, counts, one demand, its timeline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Subquery, Values, func, literal, not_, select, union, union_all, values
from sqlalchemy import column as sql_column
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.db import Run
from services.dispatch import errors
from services.dispatch.models import (
    Demand,
    DemandClock,
    DemandEvent,
    Unit,
)
from services.dispatch.queries import access
from services.dispatch.queries.access import visible_to, ways_to
from services.dispatch.rules import State

COUNT_LIMIT = 1000
LAST_MILLISECOND = 2**48 - 1
# An id is made a moment after the time that a demand is booked at.
SLACK = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list or count is narrowed to; empty means not narrowed."""

    states: tuple[State, ...] = ()
    lead_unit_code: str = ""
    area_code: str = ""
    category_code: str = ""
    submitted_from: datetime | None = None
    submitted_until: datetime | None = None
    text: str = ""
    overdue: bool = False


def narrowed(actor: Actor, wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions a filter stands for, so that none finds what its asker may not learn."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(Demand.state.in_(wanted.states))
    for column, value in (
        (Demand.lead_unit_code, wanted.lead_unit_code),
        (Demand.category_code, wanted.category_code),
    ):
        if value:
            conditions.append(column == value)
    if wanted.area_code:
        conditions.append(access.in_area(actor, wanted.area_code))
    if wanted.submitted_from:
        conditions += [Demand.submitted_at >= wanted.submitted_from, Demand.id >= first_id(wanted.submitted_from)]
    if wanted.submitted_until:
        conditions += [Demand.submitted_at < wanted.submitted_until, Demand.id < first_id(wanted.submitted_until + SLACK)]
    if wanted.overdue:
        late = select(DemandClock.demand_id).where(DemandClock.stopped_at.is_(None), DemandClock.due_at < now)
        conditions.append(Demand.id.in_(late))
    return conditions


def first_id(moment: datetime) -> UUID:
    """The least id that a demand taken in at this moment can have: ids begin with their millisecond."""
    return UUID(int=max(0, min(int(moment.timestamp() * 1000), LAST_MILLISECOND)) << 80)


SUMMARY = [column for column in Demand.__table__.columns if column.name not in ("body", "request_id", "request_hash")]


def named(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Demands as lists show them, with the name of the agency in the lead, and what the actor may read of them."""
    name = func.coalesce(Unit.name, "").label("lead_unit_name")
    subject = access.told_subject(actor).label("subject_told")
    return select(*SUMMARY, name, subject, *access.reading(actor)).outerjoin(Unit, Unit.code == Demand.lead_unit_code)


async def demands_page(
    session: AsyncSession, actor: Actor, wanted: Filter, now: datetime, before: UUID | None, size: int
) -> Sequence[Any]:
    """Up to `size` + 1 demands, newest first, that come after `before`; the extra one tells that there are more."""
    conditions = narrowed(actor, replace(wanted, states=(), overdue=False), now)
    if before:
        conditions.append(Demand.id < before)
    newest = newest_ids(actor, wanted, conditions, now, size + 1)
    query = named(actor).join(newest, newest.c.id == Demand.id)
    return (await session.execute(query.order_by(Demand.id.desc()))).all()


def newest_ids(
    actor: Actor, wanted: Filter, conditions: Sequence[ColumnElement[bool]], now: datetime, size: int
) -> Subquery:
    """The ids of the newest demands that the actor may see and that meet the conditions and the filter's states."""
    if wanted.overdue:
        return _newest([_late([visible_to(actor), *conditions], now)], wanted.states, size)
    ways = ways_to(actor)
    # A category beside an agency's own is rare with it: only the index with the state finds such a pair by itself.
    by_pair = wanted.category_code and (wanted.lead_unit_code or len(ways) > 1)
    states = wanted.states or (tuple(State) if by_pair else ())
    ids: Any = select(Demand.id, Demand.state)
    return _newest([ids.where(way, *conditions) for way in ways], states, size)


def _late(conditions: Sequence[ColumnElement[bool]], now: datetime) -> Select[Any]:
    """The demands with a term that ran out, by their terms: few are late, many are not."""
    ran_out = select(DemandClock.demand_id).where(DemandClock.stopped_at.is_(None), DemandClock.due_at < now)
    late = ran_out.distinct().subquery("late")
    # An offset, even of none, keeps the planner from beginning at the demands.
    each = select(Demand.id, Demand.state).where(Demand.id == late.c.demand_id, *conditions).offset(0).correlate(late)
    demand = each.lateral("demand_late")
    return select(demand.c.id, demand.c.state).select_from(late.join(demand, literal(True)))


def _newest(ways: Sequence[Select[Any]], states: Sequence[State], size: int) -> Subquery:
    """The ids alone, which indexes know without the rows: of each way and state by itself; together they have no order."""
    each = [_of_states(ids, states, size) if states else _first(ids, size) for ids in ways]
    if len(each) == 1 and not states:
        return each[0].subquery("newest")
    merged = union(*each).subquery("merged")
    return select(merged.c.id).order_by(merged.c.id.desc()).limit(size).subquery("newest")


def _of_states(ids: Select[Any], states: Sequence[State], size: int) -> Select[Any]:
    wanted = _those(states)
    some = _first(ids.where(ids.selected_columns[1] == wanted.c.state), size).correlate(wanted).lateral("some")
    return select(some).select_from(wanted.join(some, literal(True)))


def _first(ids: Select[Any], size: int) -> Select[Any]:
    return ids.order_by(ids.selected_columns[0].desc()).limit(size)


def _those(states: Iterable[State]) -> Values:
    return values(sql_column("state", Demand.state.type), name="states").data([(state.value,) for state in states])


async def demand_detail(session: AsyncSession, actor: Actor, demand_id: UUID) -> Row[Any]:
    """One demand with its text. Raises DemandNotFound if it is not there for the actor."""
    query = named(actor).add_columns(Demand.body).where(Demand.id == demand_id, visible_to(actor))
    row = (await session.execute(query)).first()
    if row is None:
        raise errors.DemandNotFound
    return row


async def counts(session: AsyncSession, actor: Actor, wanted: Filter, now: datetime) -> dict[State, int]:
    """How many demands the actor sees in each state; each count stops at COUNT_LIMIT, so that it never grows dear."""
    conditions = narrowed(actor, replace(wanted, states=(), overdue=False), now)
    if wanted.overdue:
        late = _late([visible_to(actor), *conditions], now).subquery()
        query = select(late.c.state, func.least(func.count(), COUNT_LIMIT)).group_by(late.c.state)
    else:
        query = _each_state(ways_to(actor), conditions)
    found = dict.fromkeys(State, 0)
    for state, number in await session.execute(query):
        found[State(state)] = number
    return found


def _each_state(ways: Sequence[ColumnElement[bool]], conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    states = _those(State)
    some: list[Select[Any]] = []
    for number, way in enumerate(ways):
        others = [not_(earlier) for earlier in ways[:number]]
        query = select(literal(1)).where(Demand.state == states.c.state, way, *others, *conditions)
        some.append(query.limit(COUNT_LIMIT).correlate(states))
    every = some[0] if len(some) == 1 else union_all(*some)
    count = select(func.least(func.count(), COUNT_LIMIT)).select_from(every.lateral("some")).correlate(states)
    return select(states.c.state, count.scalar_subquery()).select_from(states)


async def timeline(session: AsyncSession, actor: Actor, demand_id: UUID) -> Sequence[Any]:
    """The lines of one demand, oldest first, each with what its reader may learn. Raises DemandNotFound."""
    query = (
        select(DemandEvent, Demand.judicial, *access.reading(actor))
        .join(Demand, Demand.id == DemandEvent.demand_id)
        .where(DemandEvent.demand_id == demand_id, visible_to(actor))
        .order_by(DemandEvent.sequence)
    )
    lines = (await session.execute(query)).all()
    if not lines:
        raise errors.DemandNotFound
    return lines


async def demand_of_request(run: Run, person_id: UUID, request_id: str) -> tuple[UUID, bytes] | None:
    """Id and request fingerprint of the demand that this person submitted under this request id, if there is one."""
    query = "SELECT id, request_hash FROM demand WHERE submitted_by = %(person)s AND request_id = %(request)s"
    found = await run(query, {"person": person_id, "request": request_id})
    return (found[0][0], found[0][1]) if found else None


async def served_before(session: AsyncSession, demand_id: UUID, actor: Actor, request_id: str) -> bytes | None:
    """Fingerprint of the request that this person made on this demand under this id, if there was one."""
    return await session.scalar(
        select(DemandEvent.request_hash).where(
            DemandEvent.demand_id == demand_id,
            DemandEvent.person_id == actor.person_id,
            DemandEvent.request_id == request_id,
        )
    )
