"""Sessions of consultation as they are read, and what planning one depends on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import ConsultantNotFound, ConsultationNotFound, UnitInNoGroup
from services.courses.models import (
    Consultant,
    Consultation,
    ConsultationGroup,
    ConsultationRecord,
    ConsultationStaff,
    GroupUnit,
    LiaisonPoint,
    SlotBooking,
    Unit,
    Zone,
    ZoneArea,
)
from services.courses.queries.access import consultation_visible_to, of_own_group
from services.courses.rules.consultations import HOLDING, ConsultationState, SlotBookingState

TAKEN = (
    select(func.count())
    .where(SlotBooking.consultation_id == Consultation.id, SlotBooking.state.in_(HOLDING))
    .correlate(Consultation)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class ConsultationFilter:
    year: int
    quarter: int
    group_number: int
    zone_code: str
    state: str
    bookable: bool


@dataclass(frozen=True, slots=True)
class Adviser:
    """Who sits in a session."""

    consultant_id: UUID
    name: str
    unit_code: str
    unit_name: str
    topics: str


@dataclass(frozen=True, slots=True)
class ConsultationView:
    """A session with the names that are shown with it, how many of its slots are taken, and who sits in it."""

    consultation: Consultation
    group_name: str
    group_topics: str
    zone_name: str
    taken: int
    advisers: Sequence[Adviser]


def _views(actor: Actor) -> Select[Any]:
    query = select(Consultation, ConsultationGroup.name, ConsultationGroup.topics, Zone.name, TAKEN)
    query = query.join(ConsultationGroup, ConsultationGroup.number == Consultation.group_number)
    return query.join(Zone, Zone.code == Consultation.zone_code).where(consultation_visible_to(actor))


async def _with_advisers(session: AsyncSession, rows: Any) -> list[ConsultationView]:
    """In one query for all of them."""
    query = select(ConsultationStaff.consultation_id, Consultant, Unit.name)
    query = query.join(Consultant, Consultant.id == ConsultationStaff.consultant_id)
    query = query.join(Unit, Unit.code == Consultant.unit_code)
    query = query.where(ConsultationStaff.consultation_id.in_([row[0].id for row in rows]))
    found: dict[UUID, list[Adviser]] = defaultdict(list)
    for consultation_id, one, unit in await session.execute(query.order_by(Unit.name, Consultant.seat, Consultant.id)):
        found[consultation_id].append(Adviser(one.id, one.name, one.unit_code, unit, one.topics))
    return [ConsultationView(row[0], row[1], row[2], row[3], row[4], found[row[0].id]) for row in rows]


async def consultation_view(session: AsyncSession, actor: Actor, consultation_id: UUID) -> ConsultationView:
    """One session. Raises ConsultationNotFound also for one that the caller may not see."""
    query = _views(actor).where(Consultation.id == consultation_id).execution_options(populate_existing=True)
    rows = (await session.execute(query)).all()
    if not rows:
        raise ConsultationNotFound
    return (await _with_advisers(session, rows))[0]


async def consultations_page(
    session: AsyncSession, actor: Actor, wanted: ConsultationFilter, now: datetime, page_size: int, page_token: str
) -> tuple[Sequence[ConsultationView], str]:
    """One page, soonest first, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="consultations", **asdict(wanted))
    query = _narrowed(_views(actor), wanted, now)
    if page_token:
        starts_at, last = decode_token(page_token, filtered_by, kinds=(datetime, UUID))
        later = and_(Consultation.starts_at == starts_at, Consultation.id > last)
        query = query.where(or_(Consultation.starts_at > starts_at, later))
    rows = (await session.execute(query.order_by(Consultation.starts_at, Consultation.id).limit(size + 1))).all()
    views = await _with_advisers(session, rows[:size])
    if len(rows) <= size:
        return views, ""
    last_one = views[-1].consultation
    return views, encode_token(filtered_by, (last_one.starts_at, last_one.id))


async def consultations_for_file(
    session: AsyncSession, actor: Actor, wanted: ConsultationFilter, now: datetime, most: int
) -> Sequence[ConsultationView]:
    """So many sessions at most that are wanted and that the caller may see, soonest first."""
    query = _narrowed(_views(actor), wanted, now).order_by(Consultation.starts_at, Consultation.id)
    return await _with_advisers(session, (await session.execute(query.limit(most))).all())


def _narrowed(query: Select[Any], wanted: ConsultationFilter, now: datetime) -> Select[Any]:
    query = query.where(Consultation.year == wanted.year)
    if wanted.quarter:
        query = query.where(Consultation.quarter == wanted.quarter)
    if wanted.group_number:
        query = query.where(Consultation.group_number == wanted.group_number)
    if wanted.zone_code:
        query = query.where(Consultation.zone_code == wanted.zone_code)
    if wanted.state:
        query = query.where(Consultation.state == wanted.state)
    if wanted.bookable:
        open_now = (Consultation.state == ConsultationState.ANNOUNCED, Consultation.starts_at > now)
        query = query.where(*open_now, Consultation.slot_count > TAKEN)
    return query


async def consultation_to_change(session: AsyncSession, actor: Actor, consultation_id: UUID) -> Consultation:
    """The locked session; PermissionDenied for who sees it without being of its group."""
    visible = select(of_own_group(actor)).where(Consultation.id == consultation_id, consultation_visible_to(actor))
    mine = await session.scalar(visible)
    if mine is None:
        raise ConsultationNotFound
    if not mine:
        raise PermissionDenied
    return await lock_consultation(session, consultation_id)


async def lock_consultation(session: AsyncSession, consultation_id: UUID, *, shared: bool = False) -> Consultation:
    """The session as it is once nobody else changes it. Bookings share the lock and do not wait for one another."""
    query = select(Consultation).where(Consultation.id == consultation_id)
    query = query.with_for_update(read=True) if shared else query.with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def own_group(session: AsyncSession, actor: Actor) -> int:
    """The number of the group of the caller's unit."""
    found = await session.get(GroupUnit, actor.unit_code)
    if found is None:
        raise UnitInNoGroup
    return found.group_number


async def check_consultants(session: AsyncSession, group_number: int, year: int, wanted: Sequence[UUID]) -> None:
    """Raise ConsultantNotFound unless all of them advise for the group in that year, and have not ended.

    They are locked, so that the time of none ends before the session in which they sit is written.
    """
    here = (Consultant.group_number == group_number, Consultant.year == year, Consultant.ended_at.is_(None))
    query = select(Consultant.id).where(*here, Consultant.id.in_(wanted)).order_by(Consultant.id)
    found = (await session.scalars(query.with_for_update(read=True))).all()
    if len(found) != len(set(wanted)):
        raise ConsultantNotFound


async def seated(session: AsyncSession, consultation_id: UUID) -> set[UUID]:
    """Who sits in it."""
    query = select(ConsultationStaff.consultant_id).where(ConsultationStaff.consultation_id == consultation_id)
    return set(await session.scalars(query))


async def somebody_sits(session: AsyncSession, consultation_id: UUID) -> bool:
    """Whether anybody is left to advise in it: who has ended does not count."""
    query = select(ConsultationStaff.consultant_id).join(Consultant, Consultant.id == ConsultationStaff.consultant_id)
    query = query.where(ConsultationStaff.consultation_id == consultation_id, Consultant.ended_at.is_(None))
    return await session.scalar(query.limit(1)) is not None


async def somebody_came(session: AsyncSession, consultation_id: UUID) -> bool:
    """Whether a booking was kept, or anything was recorded: the session was held then, whoever says otherwise."""
    kept = (SlotBooking.consultation_id == consultation_id, SlotBooking.state == SlotBookingState.ATTENDED)
    recorded = exists().where(ConsultationRecord.consultation_id == consultation_id)
    return bool(await session.scalar(select(or_(exists().where(*kept), recorded))))


async def contacts_of_zone(session: AsyncSession, year: int, zone_code: str) -> list[UUID]:
    """Present contacts of the points of a zone, those of district level first."""
    query = select(LiaisonPoint.liaison_person_id).join(ZoneArea, ZoneArea.area_code == LiaisonPoint.area_code)
    here = (LiaisonPoint.year == year, LiaisonPoint.active, ZoneArea.zone_code == zone_code)
    query = query.where(*here, LiaisonPoint.liaison_person_id.is_not(None))
    found = await session.scalars(query.order_by(LiaisonPoint.level, LiaisonPoint.designation_id))
    return [one for one in found if one]
