"""Finding demands by words: lists and counts.

The index of words cannot deliver in order of time, and the matches of a frequent word grow with the years. So one looks back
stride by stride, and stops where there is enough: the strides are joined one after the other, in their order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, Text, cast, func, literal, select, values
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import words
from services.dispatch.models import Demand, DemandSearch
from services.dispatch.queries.access import marks_of, visible_to
from services.dispatch.queries.demands import Filter, first_id, named, narrowed, newest_ids
from services.dispatch.rules import State

ENDLESS = 2**62
FEW = 1000
FOUND_LIMIT = 200  # each is looked at, unlike those that are counted by an index


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a search begins and ends, in running numbers: `high` is not part of it."""

    newest: int
    high: int = ENDLESS
    floor: int = 0


async def reach(session: AsyncSession, wanted: Filter, before: UUID | None) -> Reach:
    """From the newest demand, or the last one of the page before, or the end of the period, back to the period's begin."""
    last = first_id(wanted.submitted_until) if wanted.submitted_until else None
    number, by_id = DemandSearch.number, DemandSearch.demand_id
    upto = by_id <= min(filter(None, (last, before))) if last or before else by_id.is_not(None)
    newest = select(number).where(upto).order_by(by_id.desc()).limit(1).scalar_subquery()
    high = select(number).where(by_id == before).scalar_subquery() if before else literal(ENDLESS)
    since = by_id >= first_id(wanted.submitted_from) if wanted.submitted_from else by_id.is_(None)
    floor = select(number).where(since).order_by(by_id).limit(1).scalar_subquery()
    found = (await session.execute(select(newest, high, floor))).one()
    # Numbers and ids are given out by several processes: within a moment their orders differ.
    low = max(0, found[2] - 1000) if found[2] else 0
    return Reach(found[0] or 0, found[1] or 0, low)


async def found_page(
    session: AsyncSession, actor: Actor, wanted: Filter, now: datetime, within: Reach, size: int
) -> Sequence[Any]:
    """Up to `size` + 1 of the demands that the filter's text finds, by number, newest first."""
    if (wanted.states or wanted.overdue) and await _are_few(session, actor, wanted, now):
        found = _among_few(actor, wanted, now, within, size + 1)
    else:
        found = _found(actor, wanted, now, within, size + 1, in_order=True)
    if found is None:
        return []
    newest = found.subquery("newest")
    query = named(actor).join(newest, newest.c.demand_id == Demand.id)
    return (await session.execute(query.order_by(newest.c.number.desc()))).all()


async def found_counts(
    session: AsyncSession, actor: Actor, wanted: Filter, now: datetime, within: Reach
) -> dict[State, int]:
    """How many the text finds in each state; counting stops at FOUND_LIMIT altogether."""
    found = _found(actor, replace(wanted, states=()), now, within, FOUND_LIMIT, in_order=False)
    counted = dict.fromkeys(State, 0)
    if found is not None:
        some = found.subquery("some")
        for state, number in await session.execute(select(some.c.state, func.count()).group_by(some.c.state)):
            counted[State(state)] = number
    return counted


async def _are_few(session: AsyncSession, actor: Actor, wanted: Filter, now: datetime) -> bool:
    """Whether the states, or being late, leave so few that looking at the words of each is the shorter way."""
    some = _few(actor, wanted, now, FEW + 1)
    return (await session.execute(select(func.count()).select_from(some))).scalar_one() <= FEW


def _few(actor: Actor, wanted: Filter, now: datetime, size: int) -> Subquery:
    others = narrowed(actor, replace(wanted, states=(), overdue=False), now)
    return newest_ids(actor, wanted, others, now, size)


def _among_few(actor: Actor, wanted: Filter, now: datetime, within: Reach, size: int) -> Select[Any] | None:
    asked = words.question(wanted.text)
    if asked is None:
        return None
    few = _few(actor, wanted, now, FEW)
    one = select(DemandSearch).where(DemandSearch.demand_id == few.c.id).offset(0).correlate(few).lateral("one")
    found = select(one.c.demand_id, one.c.number).select_from(few.join(one, literal(True)))
    asks = one.c.words.op("@@")(cast(asked, TSQUERY)), one.c.number < within.high
    return found.where(*asks).order_by(one.c.number.desc()).limit(size)


def _found(
    actor: Actor,
    wanted: Filter,
    now: datetime,
    within: Reach,
    size: int,
    in_order: bool,
) -> Select[Any] | None:
    asked = words.question(wanted.text)
    if asked is None:
        return None
    named_by = [(kind, getattr(wanted, name, "")) for kind, name in words.MARKS]
    marks = [words.quoted(words.mark(kind, value)) for kind, value in named_by if value]
    conditions = [visible_to(actor), *narrowed(actor, wanted, now)]
    return looking_back(words.all_of([asked, *marks]), actor, conditions, within, size, in_order)


def looking_back(
    asked: str,
    actor: Actor,
    conditions: Sequence[ColumnElement[bool]],
    within: Reach,
    size: int,
    in_order: bool = True,
) -> Select[Any]:
    """At most `size` matches, stride by stride. A stride is not looked into once those before it have yielded enough."""
    stretches = [
        (words.all_of(list(filter(None, (one.asked, asked)))), one.low, one.high)
        for one in words.strides(within.newest, within.high, within.floor, marks_of(actor))
    ]
    stride = values(
        sql_column("asked", Text), sql_column("low", BigInteger), sql_column("high", BigInteger), name="stride"
    ).data(stretches)
    matches = select(DemandSearch.demand_id, DemandSearch.number, DemandSearch.words).where(
        DemandSearch.words.op("@@")(cast(stride.c.asked, TSQUERY)),
        DemandSearch.number >= stride.c.low,
        DemandSearch.number < stride.c.high,
    )
    # An offset, even of none, keeps the planner from beginning at the demands and looking up the words of each.
    by_words = (
        (matches.order_by(DemandSearch.number.desc()) if in_order else matches)
        .offset(0)
        .correlate(stride)
        .lateral("by_words")
    )
    seen_of_them = (
        select(by_words, Demand.state, Demand.title)
        .join(Demand, Demand.id == by_words.c.demand_id)
        .where(*conditions)
        .limit(size)
        .correlate(stride)
    )
    within_stride = seen_of_them.order_by(by_words.c.number.desc()) if in_order else seen_of_them
    found = within_stride.lateral("found")
    return select(found).select_from(stride.join(found, literal(True))).limit(size)
