"""Courseware as it is read, and what its changes depend on."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.files import FileState
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import CoursewareNotFound, UnitNotFound
from services.courses.models import Courseware, CoursewareFile, CoursewareNeed, Lecture, LectureRequest, Need, Unit
from services.courses.queries.access import courseware_visible_to
from services.courses.rules.lecture_requests import OPEN
from services.courses.rules.lectures import LectureState

STILL_TO_BE_GIVEN = (LectureState.PLANNED, LectureState.OPEN)


@dataclass(frozen=True, slots=True)
class CoursewareFilter:
    year: int
    unit_code: str
    state: str
    need_id: UUID | None


@dataclass(frozen=True, slots=True)
class CoursewareView:
    """An item with its agency's name, the number of its files, and the needs it answers."""

    courseware: Courseware
    unit_name: str
    file_count: int
    needs: Sequence[Need]


def _views(actor: Actor) -> Select[*tuple[Any, ...]]:
    kept = and_(CoursewareFile.removed_at.is_(None), CoursewareFile.state != FileState.REFUSED)
    files = select(func.count()).where(CoursewareFile.courseware_id == Courseware.id, kept).scalar_subquery()
    query = select(Courseware, Unit.name, files).join(Unit, Unit.code == Courseware.unit_code)
    return query.where(courseware_visible_to(actor)).execution_options(populate_existing=True)


async def _with_needs(session: AsyncSession, rows: Sequence[Any]) -> list[CoursewareView]:
    """Needs of a whole page at once."""
    query = select(CoursewareNeed.courseware_id, Need).join(Need, Need.id == CoursewareNeed.need_id)
    query = query.where(CoursewareNeed.courseware_id.in_([row[0].id for row in rows])).order_by(Need.number)
    needs: dict[UUID, list[Need]] = {}
    for courseware_id, need in await session.execute(query):
        needs.setdefault(courseware_id, []).append(need)
    return [CoursewareView(row[0], row[1], row[2], needs.get(row[0].id, [])) for row in rows]


async def courseware_view(session: AsyncSession, actor: Actor, courseware_id: UUID) -> CoursewareView:
    """One item. Raises CoursewareNotFound also for one that the caller may not see."""
    row = (await session.execute(_views(actor).where(Courseware.id == courseware_id))).first()
    if row is None:
        raise CoursewareNotFound
    return (await _with_needs(session, [row]))[0]


async def courseware_page(
    session: AsyncSession, actor: Actor, wanted: CoursewareFilter, page_size: int, page_token: str
) -> tuple[Sequence[CoursewareView], str]:
    """One page in the order in which the items were made, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="courseware", **asdict(wanted))
    query = _narrowed(_views(actor), wanted)
    if page_token:
        (last,) = decode_token(page_token, filtered_by, kinds=(int,))
        query = query.where(Courseware.number > last)
    rows = (await session.execute(query.order_by(Courseware.number).limit(size + 1))).all()
    views = await _with_needs(session, rows[:size])
    return views, encode_token(filtered_by, (views[-1].courseware.number,)) if len(rows) > size else ""


async def courseware_for_file(
    session: AsyncSession, actor: Actor, wanted: CoursewareFilter, most: int
) -> Sequence[CoursewareView]:
    """So many items at most that are wanted and that the caller may see, in the order in which they were made."""
    query = _narrowed(_views(actor), wanted).order_by(Courseware.number).limit(most)
    return await _with_needs(session, (await session.execute(query)).all())


def _narrowed(query: Select[*tuple[Any, ...]], wanted: CoursewareFilter) -> Select[*tuple[Any, ...]]:
    query = query.where(Courseware.year == wanted.year)
    if wanted.unit_code:
        query = query.where(Courseware.unit_code == wanted.unit_code)
    if wanted.state:
        query = query.where(Courseware.state == wanted.state)
    if wanted.need_id:
        answering = select(CoursewareNeed.courseware_id).where(CoursewareNeed.need_id == wanted.need_id)
        query = query.where(Courseware.id.in_(answering))
    return query


async def courseware_to_change(
    session: AsyncSession, actor: Actor, courseware_id: UUID, may: ColumnElement[bool]
) -> Courseware:
    """The locked item; PermissionDenied for who sees it and may not change it."""
    allowed = await session.scalar(select(may).where(Courseware.id == courseware_id, courseware_visible_to(actor)))
    if allowed is None:
        raise CoursewareNotFound
    if not allowed:
        raise PermissionDenied
    query = select(Courseware).where(Courseware.id == courseware_id).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def need_ids_of(session: AsyncSession, courseware_id: UUID) -> set[UUID]:
    query = select(CoursewareNeed.need_id).where(CoursewareNeed.courseware_id == courseware_id)
    return set(await session.scalars(query))


async def needs_of_year(session: AsyncSession, year: int, need_ids: Iterable[UUID]) -> Sequence[Need]:
    return (await session.scalars(select(Need).where(Need.id.in_(need_ids), Need.year == year))).all()


async def file_states(session: AsyncSession, courseware_id: UUID) -> set[str]:
    """The states of its files, also of those whose bytes are still on their way."""
    mine = and_(CoursewareFile.courseware_id == courseware_id, CoursewareFile.removed_at.is_(None))
    return set(await session.scalars(select(CoursewareFile.state).where(mine).distinct()))


async def lectures_to_give(session: AsyncSession, courseware_id: UUID) -> int:
    """How many lectures are still to be given from it."""
    mine = and_(Lecture.courseware_id == courseware_id, Lecture.state.in_(STILL_TO_BE_GIVEN))
    return await session.scalar(select(func.count()).select_from(Lecture).where(mine)) or 0


async def requests_offered(session: AsyncSession, courseware_id: UUID) -> int:
    """To how many open requests of enterprises it was offered."""
    mine = and_(LectureRequest.offered_courseware_id == courseware_id, LectureRequest.state.in_(OPEN))
    return await session.scalar(select(func.count()).select_from(LectureRequest).where(mine)) or 0


async def agency_at_work(session: AsyncSession, code: str) -> Unit:
    """Raises UnitNotFound."""
    unit = await session.get(Unit, code)
    if unit is None or not unit.active or unit.kind != "AGENCY":
        raise UnitNotFound
    return unit


async def contacts_of(session: AsyncSession, code: str) -> list[UUID]:
    """The contacts of a unit, person ids."""
    return await session.scalar(select(Unit.contact_ids).where(Unit.code == code)) or []
