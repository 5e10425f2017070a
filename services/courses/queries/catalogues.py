"""Catalogues as they are read, and what publishing one depends on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import CatalogueNotFound
from services.courses.models import Catalogue, CatalogueItem, Courseware, GroupUnit, Unit
from services.courses.queries.access import sees_old_catalogues
from services.courses.rules.courseware import TEACHABLE, CoursewareState, Progress

# Two who publish for one year at once come one after the other.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('catalogue', :year))")


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as it was, and whether it was retired since."""

    item: CatalogueItem
    retired: bool


@dataclass(frozen=True, slots=True)
class CatalogueView:
    catalogue: Catalogue
    items: Sequence[ItemView]


async def lock_year(session: AsyncSession, year: int) -> None:
    await session.execute(ONE_AT_A_TIME, {"year": year})


async def lock_teachable(session: AsyncSession, year: int) -> Sequence[Courseware]:
    """What may be published for the year, locked. What is retired at this moment is waited for, and then not among them."""
    query = select(Courseware).where(Courseware.year == year, Courseware.state.in_(TEACHABLE)).order_by(Courseware.id)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def corps(session: AsyncSession) -> Sequence[Unit]:
    """The agencies of the corps in the order of their groups, as they stay until the transaction ends."""
    query = select(Unit).join(GroupUnit, GroupUnit.unit_code == Unit.code).where(Unit.kind == "AGENCY", Unit.active)
    return (
        await session.scalars(query.order_by(GroupUnit.group_number, Unit.code).with_for_update(read=True, of=Unit))
    ).all()


async def names_of(session: AsyncSession, codes: set[str]) -> dict[str, str]:
    rows = await session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes)))
    return {row.code: row.name for row in rows}


async def progress(session: AsyncSession, year: int) -> Sequence[Progress]:
    """How many approved or published items each agency of the corps has."""
    counted = and_(Courseware.unit_code == Unit.code, Courseware.year == year, Courseware.state.in_(TEACHABLE))
    query = select(Unit.code, Unit.name, func.count(Courseware.id)).join(GroupUnit, GroupUnit.unit_code == Unit.code)
    query = query.outerjoin(Courseware, counted).where(Unit.kind == "AGENCY", Unit.active)
    rows = await session.execute(
        query.group_by(Unit.code, Unit.name, GroupUnit.group_number).order_by(GroupUnit.group_number, Unit.code)
    )
    return [Progress(code, name, have) for code, name, have in rows]


async def newest(session: AsyncSession, year: int) -> Catalogue | None:
    query = select(Catalogue).where(Catalogue.year == year).order_by(Catalogue.version.desc()).limit(1)
    return (await session.scalars(query)).first()


async def lines_of(session: AsyncSession, catalogue: Catalogue) -> Sequence[CatalogueItem]:
    mine = and_(CatalogueItem.year == catalogue.year, CatalogueItem.version == catalogue.version)
    return (await session.scalars(select(CatalogueItem).where(mine).order_by(CatalogueItem.position))).all()


async def catalogue_view(session: AsyncSession, actor: Actor, year: int, version: int) -> CatalogueView:
    """One version, 0 for the newest. Raises CatalogueNotFound also for an old one that the caller may not see."""
    found = await newest(session, year)
    if found and version not in (0, found.version):
        found = await session.get(Catalogue, (year, version)) if sees_old_catalogues(actor) else None
    if found is None:
        raise CatalogueNotFound
    query = select(CatalogueItem, Courseware.state).join(Courseware, Courseware.id == CatalogueItem.courseware_id)
    mine = and_(CatalogueItem.year == year, CatalogueItem.version == found.version)
    rows = await session.execute(query.where(mine).order_by(CatalogueItem.position))
    return CatalogueView(found, [ItemView(item, state == CoursewareState.RETIRED) for item, state in rows])


async def versions_page(
    session: AsyncSession, year: int, page_size: int, page_token: str
) -> tuple[Sequence[Catalogue], str]:
    """One page of a year's versions, newest first, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="catalogues", year=year)
    query = select(Catalogue).where(Catalogue.year == year)
    if page_token:
        (last,) = decode_token(page_token, filtered_by, kinds=(int,))
        query = query.where(Catalogue.version < last)
    found = (await session.scalars(query.order_by(Catalogue.version.desc()).limit(size + 1))).all()
    return found[:size], encode_token(filtered_by, (found[size - 1].version,)) if len(found) > size else ""
