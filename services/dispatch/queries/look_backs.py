"""Look-backs, and the samples they are drawn in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import errors
from services.dispatch.models import (
    Demand,
    DemandClock,
    DemandEvent,
    DemandRating,
    LookBack,
    LookBackCandidate,
    LookBackSample,
)
from services.dispatch.queries.access import reading, visible_to
from services.dispatch.rules import Clock, LookBackOrigin, Party, Solved, State

OF_OFFICE = (Party.AGENCY, Party.AGENCY_LEAD, Party.CO_HANDLER, Party.CENTRE)
# The lines of the timeline with which a demand comes to rest: closed, withdrawn, parked, or parked once more.
TO_REST = or_(
    DemandEvent.type.in_(("closed", "withdrawn", "park_reviewed")),
    and_(DemandEvent.type == "disposition_set", DemandEvent.state == State.PARKED),
)
RESTING = Demand.state.in_((State.CLOSED, State.WITHDRAWN, State.PARKED))
KEEP_CANDIDATES = text("""
INSERT INTO look_back_candidate (sample_id, demand_id, stratum, drawn)
SELECT :sample, * FROM unnest(CAST(:ids AS uuid[]), CAST(:strata AS text[]), CAST(:drawn AS boolean[]))
""")


async def open_of(session: AsyncSession, demand_id: UUID) -> LookBack | None:
    """The look-back of a demand that is not recorded yet; there is one at most."""
    query = select(LookBack).where(LookBack.demand_id == demand_id, LookBack.recorded_at.is_(None))
    return (await session.scalars(query)).first()


async def latest_of(session: AsyncSession, demand_id: UUID) -> LookBack | None:
    query = select(LookBack).where(LookBack.demand_id == demand_id).order_by(LookBack.id.desc()).limit(1)
    return (await session.scalars(query)).first()


async def look_backs_page(
    session: AsyncSession,
    actor: Actor,
    recorded: bool,
    origin: LookBackOrigin | None,
    before: UUID | None,
    size: int,
) -> Sequence[Any]:
    """Up to `size` + 1 look-backs, newest first, each with its demand's words and when it is due."""
    due = and_(DemandClock.demand_id == Demand.id, DemandClock.kind == Clock.LOOK_BACK, DemandClock.stopped_at.is_(None))
    wanted: list[ColumnElement[bool]] = [LookBack.recorded_at.is_not(None) if recorded else LookBack.recorded_at.is_(None)]
    wanted += [LookBack.origin == origin] if origin else []
    wanted += [LookBack.id < before] if before else []
    about = (Demand.serial, Demand.title, Demand.lead_unit_code, Demand.state, Demand.version, *reading(actor))
    query = (
        select(LookBack, *about, DemandClock.due_at)
        .join(Demand, Demand.id == LookBack.demand_id)
        .outerjoin(DemandClock, due)
        .where(visible_to(actor), *wanted)
    )
    return (await session.execute(query.order_by(LookBack.id.desc()).limit(size + 1))).all()


async def population(session: AsyncSession, actor: Actor, since: datetime, until: datetime) -> Sequence[Any]:
    """The demands that rest since this period, with what tells their stratum."""
    line, rating, clock = DemandEvent.demand_id, DemandRating.demand_id, DemandClock.demand_id
    bad = or_(DemandRating.satisfaction < 3, DemandRating.solved == Solved.NO)
    late = and_(DemandClock.breached_at.is_not(None), DemandClock.holder.in_(OF_OFFICE))
    accepted = exists().where(line == Demand.id, DemandEvent.type == "accepted")
    query = select(
        Demand.id,
        exists().where(rating == Demand.id, bad).label("badly_rated"),
        and_(Demand.state == State.WITHDRAWN, accepted).label("withdrawn_after_acceptance"),
        (Demand.state == State.PARKED).label("parked"),
        exists().where(clock == Demand.id, late).label("overdue"),
    ).where(
        RESTING,
        Demand.submitted_at < until,
        Demand.updated_at >= since,
        exists().where(line == Demand.id, TO_REST, DemandEvent.at >= since, DemandEvent.at < until),
        visible_to(actor),
    )
    return (await session.execute(query)).all()


async def sample(session: AsyncSession, sample_id: UUID) -> LookBackSample:
    """One sample. Raises SampleNotFound."""
    found = await session.get(LookBackSample, sample_id)
    if found is None:
        raise errors.SampleNotFound
    return found


async def keep_sample(session: AsyncSession, values: dict[str, Any]) -> LookBackSample | None:
    """Write a new sample; None if this very request has drawn one. Of two such at once the second waits for the first."""
    statement = insert(LookBackSample).values(values).on_conflict_do_nothing().returning(LookBackSample)
    return (await session.scalars(statement)).first()


async def sample_of_request(session: AsyncSession, actor: Actor, request_id: str) -> LookBackSample:
    """The sample that this person drew under this request id."""
    query = select(LookBackSample).where(LookBackSample.drawn_by == actor.person_id, LookBackSample.request_id == request_id)
    return (await session.scalars(query)).one()


async def samples_page(session: AsyncSession, before: UUID | None, size: int) -> Sequence[LookBackSample]:
    query = select(LookBackSample).order_by(LookBackSample.id.desc()).limit(size + 1)
    return (await session.scalars(query.where(LookBackSample.id < before) if before else query)).all()


async def strata(session: AsyncSession, sample_ids: Sequence[UUID]) -> Sequence[Any]:
    """Of each stratum of these samples: how many candidates, how many drawn, how many of them still to be opened."""
    to_open = _to_open(LookBackCandidate.drawn, LookBackSample.drawn_at)
    query = (
        select(
            LookBackCandidate.sample_id,
            LookBackCandidate.stratum,
            func.count().label("population"),
            func.count().filter(LookBackCandidate.drawn).label("drawn"),
            func.count().filter(to_open).label("to_open"),
        )
        .join(LookBackSample, LookBackSample.id == LookBackCandidate.sample_id)
        .join(Demand, Demand.id == LookBackCandidate.demand_id)
        .where(LookBackCandidate.sample_id.in_(sample_ids))
        .group_by(LookBackCandidate.sample_id, LookBackCandidate.stratum)
    )
    return (await session.execute(query)).all()


def _to_open(drawn: Any, drawn_at: Any) -> Any:
    """Whether a drawn demand still needs a look-back: it rests, none is open, and none was recorded since it came to rest.

    One that moved on since is not looked back on before it rests again: then another sample finds it.
    """
    ended = (
        select(func.max(DemandEvent.at))
        .where(DemandEvent.demand_id == Demand.id, TO_REST, DemandEvent.at < drawn_at)
        .correlate(Demand, LookBackSample)
        .scalar_subquery()
    )
    served = (
        exists()
        .where(LookBack.demand_id == Demand.id, or_(LookBack.recorded_at.is_(None), LookBack.recorded_at >= ended))
        .correlate(Demand, LookBackSample)
    )
    return and_(drawn, RESTING, ~served)


async def to_open(session: AsyncSession, found: LookBackSample, limit: int) -> Sequence[Any]:
    """The next drawn demands that need a look-back, with their strata, in order, so that two who open meet in it."""
    query = (
        select(LookBackCandidate.demand_id, LookBackCandidate.stratum)
        .join(Demand, Demand.id == LookBackCandidate.demand_id)
        .where(LookBackCandidate.sample_id == found.id, _to_open(LookBackCandidate.drawn, found.drawn_at))
    )
    return (await session.execute(query.order_by(LookBackCandidate.demand_id).limit(limit))).all()


async def candidates_page(
    session: AsyncSession, actor: Actor, sample_id: UUID, after: UUID | None, size: int
) -> Sequence[Any]:
    """Up to `size` + 1 candidates that the actor may see, by demand id."""
    query = (
        select(LookBackCandidate, Demand.serial)
        .join(Demand, Demand.id == LookBackCandidate.demand_id)
        .where(LookBackCandidate.sample_id == sample_id, visible_to(actor))
    )
    query = query.where(LookBackCandidate.demand_id > after) if after else query
    return (await session.execute(query.order_by(LookBackCandidate.demand_id).limit(size + 1))).all()


async def candidates(session: AsyncSession, sample_id: UUID) -> Sequence[Any]:
    """All that a sample was drawn from: ids, strata, and whether each was drawn."""
    query = select(LookBackCandidate.demand_id, LookBackCandidate.stratum, LookBackCandidate.drawn)
    return (await session.execute(query.where(LookBackCandidate.sample_id == sample_id))).all()
