"""Liaison points of a published list: made of accepted nominations, withdrawn, replaced. What was stays (REG-1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.db import constraint_of
from services.registry.errors import (
    CohortWrongState,
    DesignationReplaced,
    DesignationWithdrawn,
    EnterpriseDesignated,
    SeatsTaken,
)
from services.registry.models import Designation, Enterprise
from services.registry.queries import cohort_years
from services.registry.queries import cohorts as cohort_queries
from services.registry.queries import designations as queries
from services.registry.queries.designations import PointView
from services.registry.rules.cohort_years import CohortState
from services.registry.service import audit, events, newcomers
from services.registry.service.errands import Errand, check_version

SEAT = "uq_designation_seat"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who takes the place: the name may be left out for an enterprise that is known."""

    uscc: str
    name: str


async def designate_accepted(session: AsyncSession, year: int, now: datetime) -> None:
    """Make the accepted nominations of a year liaison points, each with its event. In a few statements, however many."""
    accepted = await queries.accepted(session, year)
    ids = [nomination.enterprise_id for nomination in accepted]
    enterprises = await queries.locked_enterprises(session, ids)
    liaisons = await cohort_queries.liaison_ids(session, ids)
    for nomination in accepted:
        enterprise = enterprises[nomination.enterprise_id]
        made = _new(year, nomination.enterprise_id, nomination.area_code, nomination.level, nomination.seat_no, now)
        session.add(made)
        enterprise.version += 1
        events.point_changed(session, made, enterprise, liaisons.get(enterprise.id))
    await session.flush()


async def withdraw(errand: Errand, designation_id: UUID, expected: int, reason: str) -> None:
    """End a liaison point of a year that is not closed."""
    found = await _to_change(errand, designation_id, expected)
    if found is None:
        return
    designation, enterprise = found
    if not designation.active:
        raise DesignationWithdrawn
    await _end(errand, designation, enterprise, reason)
    await errand.record("DESIGNATION_WITHDRAWN", f"designation/{designation.id}", reason)


async def replace(errand: Errand, designation_id: UUID, expected: int, reason: str, newcomer: Newcomer) -> None:
    """Put another enterprise of the area in the place of one, which is withdrawn with it if it was not before."""
    found = await _to_change(errand, designation_id, expected)
    if found is None:
        return
    old, enterprise = found
    if old.replaced_by:
        raise DesignationReplaced
    comes = await _newcomer(errand, old, newcomer)
    if old.active:
        await _end(errand, old, enterprise, reason)
    made = await _take_place(errand, old, comes)
    old.replaced_by = made.id
    await errand.record("DESIGNATION_REPLACED", f"designation/{old.id}", reason)


async def export(errand: Errand, year: int) -> list[PointView]:
    """All of a year that the actor may see, for a file of theirs."""
    await cohort_years.cohort(errand.session, year)
    views = await queries.all_points(errand.session, errand.actor, year)
    await audit.record(errand.session, errand.actor, "DESIGNATIONS_EXPORTED", f"cohort/{year}", errand.now)
    return views


async def _newcomer(errand: Errand, old: Designation, newcomer: Newcomer) -> Enterprise:
    """Who comes: an enterprise of the area that is no liaison point of the year, not even the one to be replaced."""
    year, area = old.year, old.area_code
    enterprise = await newcomers.enterprise_of(errand.session, year, area, newcomer.uscc, newcomer.name, errand.now)
    if await queries.is_designated(errand.session, year, enterprise.id):
        raise EnterpriseDesignated
    return enterprise


async def _take_place(errand: Errand, old: Designation, enterprise: Enterprise) -> Designation:
    """A liaison point with the area, level and seat of an old one. Raises SeatsTaken if somebody has the seat by now."""
    session = errand.session
    made = _new(old.year, enterprise.id, old.area_code, old.level, old.seat_no, errand.now)
    try:
        async with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        if constraint_of(error) == SEAT:
            raise SeatsTaken(seats="3") from error
        raise
    enterprise.version += 1
    liaisons = await cohort_queries.liaison_ids(session, [enterprise.id])
    events.point_changed(session, made, enterprise, liaisons.get(enterprise.id))
    return made


async def _end(errand: Errand, designation: Designation, enterprise: Enterprise, reason: str) -> None:
    designation.active = False
    designation.withdrawn_at, designation.withdrawn_by = errand.now, errand.actor.person_id
    designation.withdrawn_reason = reason
    designation.version += 1
    enterprise.version += 1
    liaisons = await cohort_queries.liaison_ids(errand.session, [enterprise.id])
    events.point_changed(errand.session, designation, enterprise, liaisons.get(enterprise.id))
    await errand.session.flush()


async def _to_change(errand: Errand, designation_id: UUID, expected: int) -> tuple[Designation, Enterprise] | None:
    """The locked rows, cohort first, of a list in force. None if this very request was served before."""
    session = errand.session
    year, enterprise_id = await queries.year_of_point(session, errand.actor, designation_id)
    cohort = await cohort_years.cohort_held(session, year)
    enterprise = (await queries.locked_enterprises(session, [enterprise_id]))[enterprise_id]
    designation = await queries.locked(session, designation_id)
    if await errand.is_repeat():
        return None
    check_version(designation.version, expected)
    if cohort.state != CohortState.PUBLISHED:
        raise CohortWrongState(year=str(year), state=cohort.state)
    return designation, enterprise


def _new(year: int, enterprise_id: UUID, area_code: str, level: str, seat_no: int | None, now: datetime) -> Designation:
    return Designation(
        id=uuid7(),
        year=year,
        enterprise_id=enterprise_id,
        area_code=area_code,
        level=level,
        seat_no=seat_no,
        active=True,
        version=1,
        created_at=now,
    )
