"""Needs as they are read; who may read them at all, the contract says."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import NeedNotFound
from services.courses.models import Courseware, CoursewareNeed, Need, Unit
from services.courses.rules.courseware import TEACHABLE

ANSWERS = (
    select(func.count())
    .select_from(CoursewareNeed)
    .join(Courseware, Courseware.id == CoursewareNeed.courseware_id)
    .where(CoursewareNeed.need_id == Need.id, Courseware.state.in_(TEACHABLE))
    .correlate(Need)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class NeedFilter:
    year: int
    unit_code: str
    source: str
    gaps: bool


@dataclass(frozen=True, slots=True)
class NeedView:
    """A need with its agency's name, and how many items that may be taught answer it."""

    need: Need
    unit_name: str
    answers: int


def _views() -> Select[*tuple[Any, ...]]:
    query = select(Need, func.coalesce(Unit.name, ""), ANSWERS).outerjoin(Unit, Unit.code == Need.unit_code)
    return query.execution_options(populate_existing=True)


async def need_view(session: AsyncSession, need_id: UUID) -> NeedView:
    """One need. Raises NeedNotFound."""
    row = (await session.execute(_views().where(Need.id == need_id))).first()
    if row is None:
        raise NeedNotFound
    return NeedView(*row)


async def needs_page(
    session: AsyncSession, wanted: NeedFilter, page_size: int, page_token: str
) -> tuple[Sequence[NeedView], str]:
    """One page in the order in which the needs were added, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="needs", **asdict(wanted))
    query = _narrowed(wanted)
    if page_token:
        (last,) = decode_token(page_token, filtered_by, kinds=(int,))
        query = query.where(Need.number > last)
    rows = (await session.execute(query.order_by(Need.number).limit(size + 1))).all()
    views = [NeedView(*row) for row in rows[:size]]
    return views, encode_token(filtered_by, (views[-1].need.number,)) if len(rows) > size else ""


async def needs_for_file(session: AsyncSession, wanted: NeedFilter, most: int) -> Sequence[NeedView]:
    """So many needs at most that are wanted, in the order in which they were added."""
    return [NeedView(*row) for row in await session.execute(_narrowed(wanted).order_by(Need.number).limit(most))]


def _narrowed(wanted: NeedFilter) -> Select[*tuple[Any, ...]]:
    query = _views().where(Need.year == wanted.year)
    if wanted.unit_code:
        query = query.where(Need.unit_code == wanted.unit_code)
    if wanted.source:
        query = query.where(Need.source == wanted.source)
    if wanted.gaps:
        query = query.where(Need.end_reason.is_(None), ANSWERS == 0)
    return query


async def present_needs(session: AsyncSession, year: int) -> set[tuple[str, str, str]]:
    """Agency, category and text of what the year needs already."""
    query = select(Need.unit_code, Need.category_code, Need.text).where(Need.year == year, Need.end_reason.is_(None))
    return {(unit or "", category or "", said) for unit, category, said in await session.execute(query)}


async def agencies_at_work(session: AsyncSession) -> dict[str, str]:
    """Codes of agencies, by code and by name."""
    rows = (await session.execute(select(Unit.code, Unit.name).where(Unit.kind == "AGENCY", Unit.active))).all()
    return {key: code for code, name in rows for key in (code, name)}


async def need_to_change(session: AsyncSession, need_id: UUID) -> Need:
    """The locked need. Raises NeedNotFound."""
    found = await session.get(Need, need_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NeedNotFound
    return found
