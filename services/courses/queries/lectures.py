"""Lectures as they are read, and what planning one depends on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import CoursewareNotFound, LectureNotFound, LecturerNotFound, ZoneNotFound
from services.courses.models import Courseware, Lecture, Lecturer, Unit, Zone
from services.courses.queries.access import hosted_by, lecture_visible_to, overseen_by
from services.courses.queries.bookings import lock_lecture
from services.courses.rules.courseware import TEACHABLE
from services.courses.rules.lectures import LectureState

Views = Select[Lecture, str, str, str]


@dataclass(frozen=True, slots=True)
class LectureFilter:
    year: int
    unit_code: str
    zone_code: str
    state: str
    bookable: bool


@dataclass(frozen=True, slots=True)
class LectureView:
    """A lecture with the names that are shown with it."""

    lecture: Lecture
    unit_name: str
    lecturer_name: str
    zone_name: str


def named_lectures() -> Views:
    """Lectures with the names that are shown with them, for whoever has a right to them by another way than their role."""
    names = (Unit.name, Lecturer.name, Zone.name)
    query = select(Lecture, *names).join(Unit, Unit.code == Lecture.unit_code)
    return query.join(Lecturer, Lecturer.id == Lecture.lecturer_id).outerjoin(Zone, Zone.code == Lecture.zone_code)


def visible_lectures(actor: Actor) -> Views:
    return named_lectures().where(lecture_visible_to(actor))


def view_of(row: Row[Lecture, str, str, str]) -> LectureView:
    return LectureView(row[0], row[1], row[2], row[3] or "")


async def lecture_view(session: AsyncSession, actor: Actor, lecture_id: UUID) -> LectureView:
    """One lecture. Raises LectureNotFound also for one that the caller may not see."""
    query = visible_lectures(actor).where(Lecture.id == lecture_id)
    row = (await session.execute(query.execution_options(populate_existing=True))).first()
    if row is None:
        raise LectureNotFound
    return view_of(row)


async def lectures_page(
    session: AsyncSession, actor: Actor, wanted: LectureFilter, now: datetime, page_size: int, page_token: str
) -> tuple[Sequence[LectureView], str]:
    """One page, soonest first, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="lectures", **asdict(wanted))
    query = narrowed(visible_lectures(actor), wanted, now)
    if page_token:
        starts_at, last = decode_token(page_token, filtered_by, kinds=(datetime, UUID))
        later = and_(Lecture.starts_at == starts_at, Lecture.id > last)
        query = query.where(or_(Lecture.starts_at > starts_at, later))
    rows = (await session.execute(query.order_by(Lecture.starts_at, Lecture.id).limit(size + 1))).all()
    views = [view_of(row) for row in rows]
    if len(views) <= size:
        return views, ""
    last_one = views[size - 1].lecture
    return views[:size], encode_token(filtered_by, (last_one.starts_at, last_one.id))


def narrowed(query: Views, wanted: LectureFilter, now: datetime) -> Views:
    """Those of them that are wanted."""
    query = query.where(Lecture.year == wanted.year)
    if wanted.unit_code:
        query = query.where(Lecture.unit_code == wanted.unit_code)
    if wanted.zone_code:
        query = query.where(or_(Lecture.zone_code == wanted.zone_code, Lecture.zone_code.is_(None)))
    if wanted.state:
        query = query.where(Lecture.state == wanted.state)
    if wanted.bookable:
        query = query.where(Lecture.state == LectureState.OPEN, Lecture.closes_at > now)
    return query


async def lecture_to_change(session: AsyncSession, actor: Actor, lecture_id: UUID) -> Lecture:
    """The locked lecture; PermissionDenied for who sees it without being of its agency."""
    query = select(hosted_by(actor)).where(Lecture.id == lecture_id, lecture_visible_to(actor))
    mine = await session.scalar(query)
    if mine is None:
        raise LectureNotFound
    if not mine:
        raise PermissionDenied
    return await lock_lecture(session, lecture_id)


async def check_overseen(session: AsyncSession, actor: Actor, lecture_id: UUID) -> None:
    """Raise LectureNotFound, or PermissionDenied for who sees the lecture without hosting or overseeing it."""
    query = select(overseen_by(actor)).where(Lecture.id == lecture_id, lecture_visible_to(actor))
    allowed = await session.scalar(query)
    if allowed is None:
        raise LectureNotFound
    if not allowed:
        raise PermissionDenied


async def courseware_to_teach(session: AsyncSession, unit_code: str, courseware_id: UUID) -> Courseware:
    """Courseware of the agency that may be taught; until the transaction ends, nobody retires it."""
    found = await session.get(Courseware, courseware_id, with_for_update={"read": True})
    if found is None or found.unit_code != unit_code or found.state not in TEACHABLE:
        raise CoursewareNotFound
    return found


async def present_lecturer(session: AsyncSession, unit_code: str, year: int, lecturer_id: UUID) -> Lecturer:
    """Who lectures for the agency in the year, and has not ended; nor does their time end before the caller is done."""
    found = await session.get(Lecturer, lecturer_id, populate_existing=True, with_for_update={"read": True})
    if found is None or (found.unit_code, found.year) != (unit_code, year) or found.ended_at:
        raise LecturerNotFound
    return found


async def active_zone(session: AsyncSession, code: str) -> str | None:
    """The zone's code; None for all zones. Raises ZoneNotFound."""
    if not code:
        return None
    zone = await session.get(Zone, code)
    if zone is None or not zone.active:
        raise ZoneNotFound
    return zone.code
