"""Reading demands: lists, counts, one demand, its timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, func, literal, or_, select, values
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
from services.dispatch.queries.access import visible_to
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
    if found := wanted.text.strip():
        conditions.append(or_(Demand.serial == found.upper(), access.says(actor, found)))
    if wanted.overdue:
        late = exists().where(DemandClock.demand_id == Demand.id, DemandClock.stopped_at.is_(None), DemandClock.due_at < now)
        conditions.append(late)
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
    query = named(actor).where(visible_to(actor), *narrowed(actor, wanted, now))
    if before:
        query = query.where(Demand.id < before)
    return (await session.execute(query.order_by(Demand.id.desc()).limit(size + 1))).all()


async def demand_detail(session: AsyncSession, actor: Actor, demand_id: UUID) -> Row[Any]:
    """One demand with its text. Raises DemandNotFound if it is not there for the actor."""
    query = named(actor).add_columns(Demand.body).where(Demand.id == demand_id, visible_to(actor))
    row = (await session.execute(query)).first()
    if row is None:
        raise errors.DemandNotFound
    return row


async def counts(session: AsyncSession, actor: Actor, wanted: Filter, now: datetime) -> dict[State, int]:
    """How many demands the actor sees in each state; each count stops at COUNT_LIMIT, so that it never grows dear."""
    others = narrowed(actor, replace(wanted, states=()), now)
    states = values(sql_column("state", Demand.state.type), name="states").data([(state.value,) for state in State])
    some = (
        select(literal(1))
        .where(Demand.state == states.c.state, visible_to(actor), *others)
        .limit(COUNT_LIMIT)
        .correlate(states)
        .lateral("some")
    )
    count = select(func.count()).select_from(some).correlate(states).scalar_subquery()
    found = await session.execute(select(states.c.state, count).select_from(states))
    return {State(state): number for state, number in found}


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
