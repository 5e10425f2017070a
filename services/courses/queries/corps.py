"""The corps of a year as they are read, and what changing them depends on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from services.courses.errors import MemberNotFound
from services.courses.models import (
    MEMBERS,
    Consultant,
    Consultation,
    ConsultationStaff,
    GroupUnit,
    Lecture,
    Lecturer,
    LectureRequest,
    Unit,
)
from services.courses.queries.access import member_visible_to, sends_for
from services.courses.rules.consultations import ConsultationState
from services.courses.rules.corps import Corps
from services.courses.rules.lecture_requests import OPEN
from services.courses.rules.lectures import LectureState

AGENCY_KIND = "AGENCY"
AnyMember = Lecturer | Consultant


@dataclass(frozen=True, slots=True)
class CorpsFilter:
    corps: Corps
    year: int
    unit_code: str = ""
    with_ended: bool = False


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody in a corps, with the name of their unit."""

    corps: Corps
    member: AnyMember
    unit_name: str

    @property
    def group_number(self) -> int:
        return getattr(self.member, "group_number", 0)


@dataclass(frozen=True, slots=True)
class Sender:
    """A unit that sends people into a corps. `group_number` is 0 in the lecture corps."""

    unit_code: str
    unit_name: str
    group_number: int


def _views(actor: Actor, corps: Corps) -> Select[Any, str]:
    table = MEMBERS[corps]
    query = select(table, func.coalesce(Unit.name, table.unit_code)).outerjoin(Unit, Unit.code == table.unit_code)
    return query.where(member_visible_to(actor, table))


async def members(session: AsyncSession, actor: Actor, wanted: CorpsFilter, most: int | None = None) -> list[MemberView]:
    """A corps by unit and seat, the newest first in each seat; so many at most, if that is said."""
    table = MEMBERS[wanted.corps]
    query = _views(actor, wanted.corps).where(table.year == wanted.year)
    if wanted.unit_code:
        query = query.where(table.unit_code == wanted.unit_code)
    if not wanted.with_ended:
        query = query.where(table.ended_at.is_(None))
    places = (table.unit_code, table.seat, table.appointed_at.desc())
    order = (Consultant.group_number, *places) if wanted.corps is Corps.CONSULTATION else places
    return [MemberView(wanted.corps, *row) for row in await session.execute(query.order_by(*order).limit(most))]


async def member_view(session: AsyncSession, actor: Actor, corps: Corps, member_id: UUID) -> MemberView:
    """One of them. Raises MemberNotFound also for one whom the caller may not see."""
    row = (await session.execute(_views(actor, corps).where(MEMBERS[corps].id == member_id))).first()
    if row is None:
        raise MemberNotFound
    return MemberView(corps, *row)


async def check_may_change(session: AsyncSession, actor: Actor, corps: Corps, member_id: UUID) -> None:
    """Raises MemberNotFound for who may not see them, PermissionDenied for who sees them without sending for their unit."""
    view = await member_view(session, actor, corps, member_id)
    if not sends_for(actor, view.member.unit_code):
        raise PermissionDenied


async def lock_member(session: AsyncSession, corps: Corps, member_id: UUID) -> AnyMember:
    """The member as they are once nobody else changes them, nor gives them a lecture or a seat in a session."""
    table = MEMBERS[corps]
    query = select(table).where(table.id == member_id).with_for_update(key_share=True)
    return cast(AnyMember, (await session.scalars(query.execution_options(populate_existing=True))).one())


async def senders(session: AsyncSession, corps: Corps) -> list[Sender]:
    """The units that send people into a corps."""
    query: Select[str, str, int]
    if corps is Corps.LECTURE:
        query = select(Unit.code, Unit.name, literal(0)).where(Unit.kind == AGENCY_KIND, Unit.active)
        query = query.order_by(Unit.code)
    else:
        name = func.coalesce(Unit.name, GroupUnit.unit_code)
        query = select(GroupUnit.unit_code, name, GroupUnit.group_number).outerjoin(Unit, Unit.code == GroupUnit.unit_code)
        query = query.where(func.coalesce(Unit.active, True)).order_by(GroupUnit.group_number, GroupUnit.unit_code)
    return [Sender(*row) for row in await session.execute(query)]


async def gaps(session: AsyncSession, wanted: CorpsFilter) -> list[Sender]:
    """Units that should send somebody, and have nobody in the corps."""
    table = MEMBERS[wanted.corps]
    query = select(table.unit_code).where(table.year == wanted.year, table.ended_at.is_(None))
    there = set(await session.scalars(query))
    missing = [sender for sender in await senders(session, wanted.corps) if sender.unit_code not in there]
    return [sender for sender in missing if wanted.unit_code in ("", sender.unit_code)]


async def present(session: AsyncSession, corps: Corps, year: int, unit_code: str = "") -> Sequence[AnyMember]:
    """Who is in a corps now, of one unit if named, by seat."""
    table = MEMBERS[corps]
    query = select(table).where(table.year == year, table.ended_at.is_(None))
    if unit_code:
        query = query.where(table.unit_code == unit_code)
    query = query.order_by(table.unit_code, table.seat).execution_options(populate_existing=True)
    return cast(Sequence[AnyMember], (await session.scalars(query)).all())


async def lectures_ahead(session: AsyncSession, lecturer_id: UUID, now: datetime) -> list[UUID]:
    """Lectures that somebody is still to give."""
    coming = (LectureState.PLANNED, LectureState.OPEN)
    query = select(Lecture.id).where(Lecture.lecturer_id == lecturer_id, Lecture.state.in_(coming), Lecture.starts_at > now)
    return list(await session.scalars(query.order_by(Lecture.id)))


async def requests_offered(session: AsyncSession, lecturer_id: UUID) -> list[UUID]:
    """Open requests of enterprises to which somebody was offered: nobody else gives the lecture once that is accepted."""
    query = select(LectureRequest.id).where(LectureRequest.lecturer_id == lecturer_id, LectureRequest.state.in_(OPEN))
    return list(await session.scalars(query.order_by(LectureRequest.id)))


async def consultations_ahead(session: AsyncSession, consultant_id: UUID, now: datetime) -> list[UUID]:
    """Sessions in which somebody is still to sit."""
    coming = (ConsultationState.PLANNED, ConsultationState.ANNOUNCED)
    query = select(Consultation.id).join(ConsultationStaff, ConsultationStaff.consultation_id == Consultation.id)
    query = query.where(Consultation.state.in_(coming), Consultation.starts_at > now)
    return list(
        await session.scalars(query.where(ConsultationStaff.consultant_id == consultant_id).order_by(Consultation.id))
    )
