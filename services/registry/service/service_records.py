"""Services to enterprises (PRJ-3): the area records, the enterprise answers, and silence counts after the days set.

That a record is presumed is nowhere written: it follows from its state and `answer_until`. So no sweep misses it or does
it twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.errors import FieldViolation
from services.registry import errors
from services.registry.models import Project, ServiceRecord
from services.registry.queries import projects as project_queries
from services.registry.queries import service_records as queries
from services.registry.queries.service_records import PointServed, RecordView
from services.registry.rules.projects import today
from services.registry.rules.service_records import NEXT, Patience, ServiceKind, ServiceState, is_day_of
from services.registry.service import programme_events
from services.registry.service.errands import Errand, check_version

ASKED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Service:
    """What was done, and when."""

    served_on: date
    kind: ServiceKind
    note: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Which record, in the version that the caller saw."""

    record_id: UUID
    version: int


async def record(
    errand: Errand, patience: Patience, project_id: UUID, service: Service, designation_ids: Sequence[UUID]
) -> list[UUID]:
    """Record one service to several liaison points, all or none. Returns the ids in the order of the points."""
    session = errand.session
    project = await project_queries.project_to_change(session, errand.actor, project_id)
    present = await queries.recorded(session, project.id, service.served_on, service.kind, designation_ids)
    if await errand.is_repeat():
        return [present[point] for point in designation_ids if point in present]
    area_code = serving_area(project)
    _check_day(project, service.served_on, errand.now)
    await queries.hold_points(session, project.year, area_code, designation_ids)
    points = await queries.points_of_area(session, project.year, area_code, designation_ids)
    refused = []
    for place, point in enumerate(designation_ids):
        if point not in points or point in present:
            why = errors.ServiceRecordedAlready if point in present else errors.PointNotOfArea
            refused.append(FieldViolation(f"designation_ids[{place}]", why.reason, why.message))
    if refused:
        raise errors.ServicesRefused(refused)
    made = [new_record(errand, patience, project, service, points[point]) for point in designation_ids]
    await write(errand, project, made, points)
    await errand.record("SERVICES_RECORDED", f"project/{project.id}")
    return [one.id for one in made]


def serving_area(project: Project) -> str:
    """The area whose points a project serves. Agencies have no duty to cover, so nothing is recorded for theirs."""
    if project.area_code is None:
        raise errors.ProjectNotOfArea
    if project.state not in project_queries.BEGUN:
        raise errors.ProjectWrongState(state=project.state)
    return project.area_code


def _check_day(project: Project, served_on: date, now: datetime) -> None:
    if not is_day_of(served_on, project.starts_on, project.ends_on, today(now)):
        raise errors.ServiceDayInvalid(starts_on=project.starts_on.isoformat(), ends_on=project.ends_on.isoformat())


def new_record(errand: Errand, patience: Patience, project: Project, service: Service, point: PointServed) -> ServiceRecord:
    until, provisional = patience.until(errand.now) if point.liaison_id else (None, False)
    return ServiceRecord(
        id=uuid7(),
        year=project.year,
        area_code=project.area_code,
        project_id=project.id,
        designation_id=point.designation_id,
        served_on=service.served_on,
        kind=service.kind,
        note=service.note,
        state=ServiceState.RECORDED,
        asked_id=point.liaison_id,
        asked_at=errand.now if point.liaison_id else None,
        answer_until=until,
        provisional=provisional,
        recorded_by=errand.actor.person_id,
        recorded_at=errand.now,
        version=1,
    )


async def write(errand: Errand, project: Project, made: Sequence[ServiceRecord], points: dict[UUID, PointServed]) -> None:
    """Insert the records, and ask the contacts."""
    errand.session.add_all(made)
    await errand.session.flush()
    for one in made:
        subject = programme_events.subject_of(one, project.unit_code, points[one.designation_id].enterprise_id)
        programme_events.service_recorded(errand.session, one, subject)


async def confirm(errand: Errand, seen: Seen) -> None:
    """The enterprise says that it was served."""
    view = await queries.record_to_answer(errand.session, errand.actor, seen.record_id)
    if not await _is_repeat(errand, view.record, seen):
        _move(view.record, ServiceState.CONFIRMED)
        view.record.answered_by, view.record.answered_at = errand.actor.person_id, errand.now
        await _save(errand, view, "SERVICE_CONFIRMED")


async def dispute(errand: Errand, seen: Seen, reason: str) -> None:
    """The enterprise says that it was not. Who recorded it is told."""
    view = await queries.record_to_answer(errand.session, errand.actor, seen.record_id)
    if not await _is_repeat(errand, view.record, seen):
        _move(view.record, ServiceState.DISPUTED)
        view.record.answered_by, view.record.answered_at = errand.actor.person_id, errand.now
        view.record.dispute_reason = reason
        await _save(errand, view, "SERVICE_DISPUTED", reason)


async def withdraw(errand: Errand, seen: Seen, reason: str) -> None:
    """The area takes back what it recorded, unless it is confirmed."""
    view = await queries.record_to_withdraw(errand.session, errand.actor, seen.record_id)
    if not await _is_repeat(errand, view.record, seen):
        _move(view.record, ServiceState.WITHDRAWN)
        view.record.withdrawn_by, view.record.withdrawn_at = errand.actor.person_id, errand.now
        view.record.withdrawal_reason = reason
        await _save(errand, view, "SERVICE_WITHDRAWN", reason)


async def ask_again(session: AsyncSession, patience: Patience, now: datetime) -> int:
    """Ask contacts who were appointed after a service was recorded. Silence counts from now on."""
    found = await queries.unasked(session, ASKED_AT_ONCE)
    for one, unit_code, enterprise_id, person_id in found:
        one.asked_id, one.asked_at = person_id, now
        one.answer_until, one.provisional = patience.until(now)
        one.version += 1
        programme_events.service_recorded(session, one, programme_events.subject_of(one, unit_code, enterprise_id))
    return len(found)


async def forget_asked(session: AsyncSession, enterprise_id: UUID, now: datetime) -> None:
    """The silence of a contact who left says nothing: whoever follows is asked anew, with the whole of the time."""
    for one in await queries.waiting(session, enterprise_id, now):
        one.asked_id = one.asked_at = one.answer_until = None
        one.provisional = False
        one.version += 1


async def recount(session: AsyncSession, patience: Patience, now: datetime) -> int:
    """Count again what a holiday notice was awaited for. Returns how many are settled or moved; again, none."""
    changed = 0
    for one in await queries.provisional(session, now):
        counted = patience.until(one.asked_at or one.recorded_at)
        changed += counted != (one.answer_until, one.provisional)
        one.answer_until, one.provisional = counted
    return changed


async def _is_repeat(errand: Errand, one: ServiceRecord, seen: Seen) -> bool:
    """Whether this very request was served before. Raises StaleVersion."""
    if await errand.is_repeat():
        return True
    check_version(one.version, seen.version)
    return False


def _move(one: ServiceRecord, state: ServiceState) -> None:
    """The one way in which a record changes its state."""
    if state not in NEXT[ServiceState(one.state)]:
        raise errors.ServiceRecordWrongState(state=one.state)
    one.state = state


async def _save(errand: Errand, view: RecordView, action: str, reason: str = "") -> None:
    one = view.record
    one.version += 1
    await errand.session.flush()
    subject = programme_events.subject_of(one, view.project.unit_code, view.enterprise.id)
    office = await queries.contacts_of(errand.session, view.project.unit_code)
    programme_events.service_answered(errand.session, one, subject, dict.fromkeys([one.recorded_by, *office]))
    await errand.record(action, f"service-record/{one.id}", reason)
