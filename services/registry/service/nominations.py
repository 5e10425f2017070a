"""Nominations (REG-5): written and handed in by areas, decided by the supervisor. An accepted district one has a seat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from kit.db import constraint_of
from kit.errors import FieldViolation, PermissionDenied, ServiceError, StaleVersion
from services.registry.errors import (
    AreaNotInCohort,
    CohortWrongState,
    NominationExists,
    NominationNotFound,
    NominationsRefused,
    NominationWrongState,
    SeatsTaken,
)
from services.registry.models import Cohort, Nomination
from services.registry.queries import cohort_years
from services.registry.queries import nominations as queries
from services.registry.queries.nominations import NominationView
from services.registry.rules import Level
from services.registry.rules.cohort_years import HANDING_IN, UNPUBLISHED, CohortState
from services.registry.rules.nominations import NEXT, NominationDraft, NominationState, Nominator
from services.registry.service import audit, newcomers, programme_events
from services.registry.service.errands import Errand, check_version

SEAT = "uq_nomination_seat"
REVIEW = frozenset({CohortState.REVIEWING})


@dataclass(frozen=True, slots=True)
class Content:
    """What an area says of an enterprise."""

    level: Level
    nominator: Nominator
    reason: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Which nomination, in the version that the caller saw."""

    nomination_id: UUID
    version: int


def move(nomination: Nomination, wanted: NominationState, errand: Errand, reason: str = "") -> None:
    """Take a nomination to another state: whatever changes the state of one comes through here."""
    if wanted not in NEXT[NominationState(nomination.state)]:
        raise NominationWrongState(state=nomination.state)
    nomination.state = wanted
    nomination.version += 1
    if wanted is NominationState.SUBMITTED:
        nomination.submitted_at = errand.now
    if wanted in (NominationState.REJECTED, NominationState.WITHDRAWN):
        nomination.seat_no = None
        nomination.ended_by, nomination.ended_at, nomination.ended_reason = errand.actor.person_id, errand.now, reason


async def create(errand: Errand, year: int, draft: NominationDraft) -> UUID:
    """Draft a nomination of the actor's area. Of two at once the second learns that there is one."""
    if made := await _made_before(errand):
        return made
    session, area = errand.session, area_of(errand)
    cohort = await cohort_for(errand, year, UNPUBLISHED)
    enterprise = await newcomers.enterprise_of(session, cohort.year, area, draft.uscc, draft.name, errand.now)
    if made := await _made_before(errand):  # by the very same request, which had the enterprise until now
        return made
    if await queries.is_nominated(session, year, enterprise.id):
        raise NominationExists
    nomination = new(errand, year, enterprise.id, area, draft)
    session.add(nomination)
    await errand.record("NOMINATION_CREATED", f"nomination/{nomination.id}")
    return nomination.id


async def update(errand: Errand, nomination_id: UUID, expected: int, content: Content) -> None:
    """Write a draft of the actor's area anew."""
    found = await _to_change(errand, nomination_id, expected, UNPUBLISHED)
    if found is None:
        return
    nomination, _ = found
    _check_own(errand, nomination)
    if nomination.state != NominationState.DRAFT:
        raise NominationWrongState(state=nomination.state)
    nomination.level, nomination.nominator, nomination.reason = content.level, content.nominator, content.reason
    nomination.version += 1
    await errand.record("NOMINATION_UPDATED", f"nomination/{nomination_id}")


async def submit(errand: Errand, nomination_id: UUID, expected: int) -> None:
    """Hand a draft of the actor's area in."""
    found = await _to_change(errand, nomination_id, expected, HANDING_IN)
    if found:
        _check_own(errand, found[0])
        move(found[0], NominationState.SUBMITTED, errand)
        await errand.record("NOMINATION_SUBMITTED", f"nomination/{nomination_id}")


async def withdraw(errand: Errand, nomination_id: UUID, expected: int, reason: str) -> None:
    """Take one of the actor's area back; a seat that it had is free."""
    found = await _to_change(errand, nomination_id, expected, UNPUBLISHED)
    if found:
        _check_own(errand, found[0])
        move(found[0], NominationState.WITHDRAWN, errand, reason)
        await errand.record("NOMINATION_WITHDRAWN", f"nomination/{nomination_id}", reason)


async def reject(errand: Errand, nomination_id: UUID, expected: int, reason: str) -> None:
    found = await _to_change(errand, nomination_id, expected, REVIEW)
    if found:
        move(found[0], NominationState.REJECTED, errand, reason)
        await programme_events.nomination_rejected(errand.session, found[0])
        await errand.record("NOMINATION_REJECTED", f"nomination/{nomination_id}", reason)


async def accept(errand: Errand, nomination_id: UUID, expected: int) -> None:
    """Accept one; of district level it takes a seat of its area. Raises SeatsTaken."""
    found = await _to_change(errand, nomination_id, expected, REVIEW)
    if found:
        await _accept(errand, *found)
        await errand.record("NOMINATION_ACCEPTED", f"nomination/{nomination_id}")


async def accept_all(errand: Errand, wanted: Sequence[Seen]) -> None:
    """Accept several in their order, or none. Raises NominationsRefused with everything that stands against any."""
    ids = [seen.nomination_id for seen in wanted]
    years = await queries.years_of(errand.session, errand.actor, ids)
    cohorts = {year: await cohort_years.cohort_alone(errand.session, year) for year in years}
    found = await queries.locked_by_id(errand.session, errand.actor, ids)
    if await errand.is_repeat():
        return
    refused = []
    for place, seen in enumerate(wanted):
        try:
            await _accept_seen(errand, seen, found, cohorts)
        except ServiceError as why:
            field = "version" if isinstance(why, StaleVersion) else "id"
            refused.append(FieldViolation(f"nominations[{place}].{field}", why.reason, str(why)))
    if refused:
        raise NominationsRefused(refused)
    await errand.record_all("NOMINATION_ACCEPTED", [f"nomination/{one}" for one in ids])


async def _accept_seen(errand: Errand, seen: Seen, found: Mapping[UUID, Nomination], cohorts: Mapping[int, Cohort]) -> None:
    if seen.nomination_id not in found:
        raise NominationNotFound
    nomination = found[seen.nomination_id]
    cohort = cohorts[nomination.year]
    check_version(nomination.version, seen.version)
    _check_state(cohort, REVIEW)
    await _accept(errand, nomination, cohort)


async def _accept(errand: Errand, nomination: Nomination, cohort: Cohort) -> None:
    if nomination.level == Level.DISTRICT:
        await _accept_with_seat(errand, nomination, cohort.district_per_area)
    else:
        move(nomination, NominationState.ACCEPTED, errand)


async def _accept_with_seat(errand: Errand, nomination: Nomination, seats: int) -> None:
    """The lowest free seat. Whoever is told by the index that it went meanwhile looks for another."""
    session = errand.session
    for _ in range(seats):
        free = await queries.free_seats(session, nomination.year, nomination.area_code, seats)
        if not free:
            break
        try:
            async with session.begin_nested():
                move(nomination, NominationState.ACCEPTED, errand)
                nomination.seat_no = free[0]
            return
        except IntegrityError as error:
            if constraint_of(error) != SEAT:
                raise
            await session.refresh(nomination)
    raise SeatsTaken(seats=str(seats))


async def export(errand: Errand, year: int) -> list[NominationView]:
    """All of a year that the actor may see, for a file of theirs."""
    await cohort_years.cohort(errand.session, year)
    views = await queries.all_nominations(errand.session, errand.actor, year)
    await audit.record(errand.session, errand.actor, "NOMINATIONS_EXPORTED", f"cohort/{year}", errand.now)
    return views


def area_of(errand: Errand) -> str:
    """The area that the actor nominates for."""
    if not errand.actor.area_code:
        raise PermissionDenied
    return errand.actor.area_code


async def cohort_for(errand: Errand, year: int, states: frozenset[CohortState]) -> Cohort:
    """The cohort, held in one of some states, in which the actor's area has liaison points."""
    cohort = await cohort_years.cohort_held(errand.session, year)
    _check_state(cohort, states)
    if not await cohort_years.check_area(errand.session, year, area_of(errand)):
        raise AreaNotInCohort(year=str(year))
    return cohort


def new(errand: Errand, year: int, enterprise_id: UUID, area_code: str, draft: NominationDraft) -> Nomination:
    return Nomination(
        id=uuid7(),
        year=year,
        enterprise_id=enterprise_id,
        area_code=area_code,
        nominator=draft.nominator,
        level=draft.level,
        reason=draft.reason,
        state=NominationState.DRAFT,
        suggested=False,
        version=1,
        created_by=errand.actor.person_id,
        created_at=errand.now,
    )


async def _made_before(errand: Errand) -> UUID | None:
    """What this very request made before."""
    subject = await errand.subject()
    return UUID(subject.removeprefix("nomination/")) if subject else None


async def _to_change(
    errand: Errand, nomination_id: UUID, expected: int, states: frozenset[CohortState]
) -> tuple[Nomination, Cohort] | None:
    """The locked nomination as the caller saw it, its cohort in one of some states. None if served before."""
    year = await queries.year_of(errand.session, errand.actor, nomination_id)
    cohort = await cohort_years.cohort_held(errand.session, year)
    nomination = await queries.locked(errand.session, nomination_id)
    if await errand.is_repeat():
        return None
    check_version(nomination.version, expected)
    _check_state(cohort, states)
    return nomination, cohort


def _check_state(cohort: Cohort, states: frozenset[CohortState]) -> None:
    if cohort.state not in states:
        raise CohortWrongState(year=str(cohort.year), state=cohort.state)


def _check_own(errand: Errand, nomination: Nomination) -> None:
    """Seeing more, as a supervisor does, gives an area officer no more to say."""
    if nomination.area_code != errand.actor.area_code:
        raise PermissionDenied
