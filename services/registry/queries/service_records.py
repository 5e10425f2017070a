"""Records of services as callers may see them; `visible_to` is the one predicate, for one record and for lists alike."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import ServiceRecordNotFound
from services.registry.models import Cohort, Designation, Enterprise, Liaison, Project, ServiceRecord, UnitDuty
from services.registry.queries.projects import READ_ALL
from services.registry.rules import Duty
from services.registry.rules.cohort_years import CohortState
from services.registry.rules.service_records import PRESUMED, ServiceState


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record with the project and the enterprise that it is about."""

    record: ServiceRecord
    project: Project
    enterprise: Enterprise


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What a list is narrowed to; empty and None narrow nothing. `state` may be PRESUMED."""

    year: int
    area_code: str = ""
    project_id: UUID | None = None
    designation_id: UUID | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class PointServed:
    """A liaison point that may be served, with the contact who is asked."""

    designation_id: UUID
    enterprise_id: UUID
    liaison_id: UUID | None


def own_of(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor is the present contact of the enterprise in question."""
    held = aliased(Liaison)
    mine = (held.enterprise_id == Designation.enterprise_id, held.person_id == actor.person_id, held.ended_at.is_(None))
    return exists().where(*mine) if actor.has(Role.ROLE_LIAISON) else false()


def point_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Of the year's liaison points and what was done for them: an officer sees the area's, a contact its own."""
    if actor.has(*READ_ALL):
        return true()
    allowed = [own_of(actor)]
    if actor.has(Role.ROLE_AREA_OFFICER) and actor.area_code:
        allowed.append(Designation.area_code == actor.area_code)
    return or_(*allowed)


def _views(actor: Actor) -> Select[ServiceRecord, Project, Enterprise]:
    return (
        select(ServiceRecord, Project, Enterprise)
        .join(Project, Project.id == ServiceRecord.project_id)
        .join(Designation, Designation.id == ServiceRecord.designation_id)
        .join(Enterprise, Enterprise.id == Designation.enterprise_id)
        .where(point_visible_to(actor))
    )


async def record_view(session: AsyncSession, actor: Actor, record_id: UUID) -> RecordView:
    """One record. Raises ServiceRecordNotFound also for one that the caller may not see."""
    row = (await session.execute(_views(actor).where(ServiceRecord.id == record_id))).first()
    if row is None:
        raise ServiceRecordNotFound
    return RecordView(*row)


async def record_to_answer(session: AsyncSession, actor: Actor, record_id: UUID) -> RecordView:
    """The locked record; PermissionDenied for who sees it without being the enterprise's contact."""
    return await _locked(session, actor, record_id, own_of(actor))


async def record_to_withdraw(session: AsyncSession, actor: Actor, record_id: UUID) -> RecordView:
    """The locked record; PermissionDenied for who sees it without being of the office that recorded it."""
    ours = Project.unit_code == actor.unit_code if actor.has(Role.ROLE_AREA_OFFICER) else false()
    return await _locked(session, actor, record_id, ours)


async def _locked(session: AsyncSession, actor: Actor, record_id: UUID, allowed: ColumnElement[bool]) -> RecordView:
    query = _views(actor).add_columns(allowed).where(ServiceRecord.id == record_id).with_for_update(of=ServiceRecord)
    row = (await session.execute(query)).first()
    if row is None:
        raise ServiceRecordNotFound
    record, project, enterprise, may = row
    if not may:
        raise PermissionDenied
    return RecordView(record, project, enterprise)


def in_state(state: str, now: datetime) -> ColumnElement[bool]:
    """Records that are shown in a state; silence that lasted until its end is presumed to be a yes."""
    silent = and_(ServiceRecord.state == ServiceState.RECORDED, ServiceRecord.answer_until <= now)
    if state == PRESUMED:
        return silent
    if state == ServiceState.RECORDED:
        open_ended = or_(ServiceRecord.answer_until.is_(None), ServiceRecord.answer_until > now)
        return and_(ServiceRecord.state == state, open_ended)
    return ServiceRecord.state == state


async def records_page(
    session: AsyncSession, actor: Actor, wanted: RecordFilter, now: datetime, page_size: int, page_token: str
) -> tuple[Sequence[RecordView], str]:
    """One page, newest first, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="service records", **asdict(wanted))
    query = _narrowed(actor, wanted, now)
    if page_token:
        query = query.where(ServiceRecord.id < decode_token(page_token, filtered_by, kinds=(UUID,))[0])
    found = await session.execute(query.order_by(ServiceRecord.id.desc()).limit(size + 1))
    views = [RecordView(*row) for row in found]
    if len(views) <= size:
        return views, ""
    return views[:size], encode_token(filtered_by, (views[size - 1].record.id,))


async def for_file(
    session: AsyncSession, actor: Actor, wanted: RecordFilter, now: datetime, most: int
) -> Sequence[RecordView]:
    """The same list for a file: by area, enterprise and day, at most so many."""
    order = (ServiceRecord.area_code, Enterprise.name, ServiceRecord.served_on, ServiceRecord.id)
    found = await session.execute(_narrowed(actor, wanted, now).order_by(*order).limit(most))
    return [RecordView(*row) for row in found]


def _narrowed(actor: Actor, wanted: RecordFilter, now: datetime) -> Select[ServiceRecord, Project, Enterprise]:
    query = _views(actor).where(ServiceRecord.year == wanted.year)
    if wanted.area_code:
        query = query.where(ServiceRecord.area_code == wanted.area_code)
    if wanted.project_id:
        query = query.where(ServiceRecord.project_id == wanted.project_id)
    if wanted.designation_id:
        query = query.where(ServiceRecord.designation_id == wanted.designation_id)
    if wanted.state:
        query = query.where(in_state(wanted.state, now))
    return query


async def hold_points(
    session: AsyncSession, year: int, area_code: str, designation_ids: Collection[UUID] | None = None
) -> None:
    """Have active points of an area and year, all or some, and their contacts stay as they are until the transaction ends.

    Enterprises first, then points, each in one order: so does whoever ends a contact or a point.
    """
    wanted = [Designation.year == year, Designation.area_code == area_code, Designation.active]
    if designation_ids is not None:
        wanted.append(Designation.id.in_(designation_ids))
    enterprises = select(Enterprise.id).where(Enterprise.id.in_(select(Designation.enterprise_id).where(*wanted)))
    await session.execute(enterprises.order_by(Enterprise.id).with_for_update(read=True))
    points = select(Designation.id).where(*wanted).order_by(Designation.id)
    await session.execute(points.with_for_update(read=True))


async def points_of_area(
    session: AsyncSession, year: int, area_code: str, designation_ids: Collection[UUID] | None = None
) -> dict[UUID, PointServed]:
    """Active liaison points of an area and year, all or some, each with its present contact."""
    query = select(Designation.id, Designation.enterprise_id, Liaison.person_id)
    query = query.outerjoin(Liaison, and_(Liaison.enterprise_id == Designation.enterprise_id, Liaison.ended_at.is_(None)))
    query = query.where(Designation.year == year, Designation.area_code == area_code, Designation.active)
    if designation_ids is not None:
        query = query.where(Designation.id.in_(designation_ids))
    return {row[0]: PointServed(*row) for row in await session.execute(query)}


async def recorded(
    session: AsyncSession, project_id: UUID, served_on: date, kind: str, designation_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Which of some points have this very service recorded and not withdrawn: the record of each."""
    same = (ServiceRecord.project_id == project_id, ServiceRecord.served_on == served_on, ServiceRecord.kind == kind)
    query = select(ServiceRecord.designation_id, ServiceRecord.id).where(*same)
    query = query.where(ServiceRecord.designation_id.in_(designation_ids), ServiceRecord.state != ServiceState.WITHDRAWN)
    return {row[0]: row[1] for row in await session.execute(query)}


async def keys_of(session: AsyncSession, project_ids: Collection[UUID]) -> set[tuple[UUID, UUID, date, str]]:
    """What is recorded for some projects and not withdrawn: point, project, day and kind of each."""
    key = (ServiceRecord.designation_id, ServiceRecord.project_id, ServiceRecord.served_on, ServiceRecord.kind)
    query = select(*key).where(ServiceRecord.project_id.in_(project_ids), ServiceRecord.state != ServiceState.WITHDRAWN)
    return {(row[0], row[1], row[2], row[3]) for row in await session.execute(query)}


async def views_of(session: AsyncSession, actor: Actor, record_ids: Sequence[UUID]) -> list[RecordView]:
    """Some records in the order given."""
    rows = await session.execute(_views(actor).where(ServiceRecord.id.in_(record_ids)))
    found = {row[0].id: RecordView(*row) for row in rows}
    return [found[record_id] for record_id in record_ids if record_id in found]


async def contacts_of(session: AsyncSession, unit_code: str) -> list[UUID]:
    held = (UnitDuty.unit_code == unit_code, UnitDuty.duty == Duty.CONTACT, UnitDuty.ended_at.is_(None))
    return list(await session.scalars(select(UnitDuty.person_id).where(*held)))


async def unasked(session: AsyncSession, most: int) -> Sequence[Row[ServiceRecord, str, UUID, UUID]]:
    """Records that nobody could be asked about, whose enterprise has a contact now: locked, others' locks are skipped.

    Of points withdrawn since, or of a year that is closed, nobody is asked any more: nothing depends on the answer.
    """
    query = (
        select(ServiceRecord, Project.unit_code, Designation.enterprise_id, Liaison.person_id)
        .join(Project, Project.id == ServiceRecord.project_id)
        .join(Designation, Designation.id == ServiceRecord.designation_id)
        .join(Cohort, Cohort.year == Designation.year)
        .join(Liaison, and_(Liaison.enterprise_id == Designation.enterprise_id, Liaison.ended_at.is_(None)))
        .where(ServiceRecord.asked_id.is_(None), ServiceRecord.state == ServiceState.RECORDED)
        .where(Designation.active, Cohort.state != CohortState.CLOSED)
    )
    held = (ServiceRecord, Liaison)  # who is about to leave is not asked
    query = query.order_by(ServiceRecord.id).limit(most).with_for_update(of=held, skip_locked=True)
    return (await session.execute(query)).all()


async def waiting(session: AsyncSession, enterprise_id: UUID, now: datetime) -> Sequence[ServiceRecord]:
    """Records of an enterprise whose contact was asked and may still be silent without that being an answer; locked."""
    points = select(Designation.id).where(Designation.enterprise_id == enterprise_id)
    asked = (ServiceRecord.state == ServiceState.RECORDED, ServiceRecord.answer_until > now)
    query = select(ServiceRecord).where(ServiceRecord.designation_id.in_(points), *asked).order_by(ServiceRecord.id)
    return (await session.scalars(query.with_for_update())).all()


async def provisional(session: AsyncSession, now: datetime) -> Sequence[ServiceRecord]:
    """Records whose time to answer still runs and may yet be moved by a holiday notice; locked likewise."""
    waiting = (ServiceRecord.provisional, ServiceRecord.state == ServiceState.RECORDED, ServiceRecord.answer_until > now)
    query = select(ServiceRecord).where(*waiting).order_by(ServiceRecord.id)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()
