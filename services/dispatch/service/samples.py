"""Samples of demands to look back on, which anybody can draw again (DEM-8: 抽查)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.idempotency import check_same
from services.dispatch import moves, rules
from services.dispatch.moves import Act, Course
from services.dispatch.queries import changes, look_backs
from services.dispatch.rules import Action, LookBackOrigin
from services.dispatch.service.look_backs import also_told, facts_of, replier_of, row_of, start_of

BATCH = 25
MOST_OPENED = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sample as asked for."""

    since: datetime
    until: datetime
    share: Decimal
    seed: str
    request_id: str
    request_hash: bytes


async def draw_sample(session: AsyncSession, actor: Actor, wanted: Wanted, now: datetime) -> UUID:
    """Draw a sample and keep what it was drawn from. A retry returns the sample drawn then."""
    sample = await look_backs.keep_sample(session, _values(actor, wanted, now))
    if sample is None:
        earlier = await look_backs.sample_of_request(session, actor, wanted.request_id)
        check_same(earlier.request_hash, wanted.request_hash)
        return earlier.id
    rows = await look_backs.population(session, actor, wanted.since, wanted.until)
    population = {row.id: _stratum(row) for row in rows}
    drawn = rules.draw(population, sample.seed, sample.share)
    values = {
        "sample": sample.id,
        "ids": list(population),
        "strata": list(population.values()),
        "drawn": [demand_id in drawn for demand_id in population],
    }
    await session.execute(look_backs.KEEP_CANDIDATES, values)
    return sample.id


def _values(actor: Actor, wanted: Wanted, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid_utils.compat.uuid7(),
        "since": wanted.since,
        "until": wanted.until,
        "share": wanted.share,
        "seed": wanted.seed or secrets.token_hex(16),
        "drawn_by": actor.person_id,
        "drawn_at": now,
        "request_id": wanted.request_id,
        "request_hash": wanted.request_hash,
    }


def _stratum(row: Any) -> LookBackOrigin:
    return rules.stratum_of(
        badly_rated=row.badly_rated,
        withdrawn_after_acceptance=row.withdrawn_after_acceptance,
        parked=row.parked,
        overdue=row.overdue,
    )


async def open_drawn(session: AsyncSession, actor: Actor, sample_id: UUID, course: Course, now: datetime) -> int:
    """Open look-backs for some of the drawn that need one, at most a batch. Returns how many: none once all have theirs."""
    sample = await look_backs.sample(session, sample_id)
    due = course.calendar.day_of(sample.drawn_at + timedelta(days=course.terms.sample_days))
    wanted = await look_backs.to_open(session, sample, BATCH)
    for demand_id, stratum in wanted:
        movable = await changes.demand_for_move(session, None, demand_id)
        # Somebody may have opened one, or moved the demand on, while this waited for the lock: all are looked at again.
        if await look_backs.open_of(session, demand_id) or not rules.rests(movable.row["state"]):
            continue
        origin, replier = LookBackOrigin(stratum), await replier_of(session, movable.row)
        written = moves.start(movable.row, movable.clocks)
        act = Act(actor, now, "", also_told=also_told(replier))
        starts = [start_of(due)]
        moves.take(written, Action.OPEN_LOOK_BACK, act, course, movable.contacts, None, facts_of(origin), starts)
        await moves.save(session, written)
        session.add(row_of(demand_id, replier, origin, now, actor.person_id, sample_id))
        await session.flush()
    return len(wanted)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What a sample was, and what comes of drawing it again."""

    drawn: frozenset[UUID]
    redrawn: frozenset[UUID]


async def redraw(session: AsyncSession, sample_id: UUID) -> Redrawn:
    """Draw a sample again from what it was drawn from."""
    sample = await look_backs.sample(session, sample_id)
    rows = await look_backs.candidates(session, sample_id)
    population = {row.demand_id: LookBackOrigin(row.stratum) for row in rows}
    drawn = frozenset(row.demand_id for row in rows if row.drawn)
    return Redrawn(drawn, rules.draw(population, sample.seed, sample.share))
