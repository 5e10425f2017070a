"""Published liaison points as callers may see them, with what became of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import DesignationNotFound
from services.registry.models import Designation, Enterprise, Nomination
from services.registry.queries.cohort_years import name_in, within_reach
from services.registry.rules import Level
from services.registry.rules.nominations import NominationState


@dataclass(frozen=True, slots=True)
class PointView:
    """A designation with its enterprise, and its area by the name of its year."""

    designation: Designation
    enterprise: Enterprise
    area_name: str


@dataclass(frozen=True, slots=True)
class PointFilter:
    """What a list is narrowed to; empty and None narrow nothing."""

    year: int
    area_code: str = ""
    level: Level | None = None
    withdrawn_too: bool = False


def _views() -> Select[Designation, Enterprise, str]:
    named = name_in(Designation.area_code, Designation.year)
    return select(Designation, Enterprise, named).join(Enterprise, Enterprise.id == Designation.enterprise_id)


def _of_year(actor: Actor, wanted: PointFilter) -> Select[Designation, Enterprise, str]:
    query = _views().where(Designation.year == wanted.year, within_reach(actor, Designation.area_code))
    if wanted.area_code:
        query = query.where(Designation.area_code == wanted.area_code)
    if wanted.level:
        query = query.where(Designation.level == wanted.level)
    if not wanted.withdrawn_too:
        query = query.where(Designation.active)
    return query.order_by(Designation.area_code, Designation.id)


async def point(session: AsyncSession, actor: Actor, designation_id: UUID) -> PointView:
    """One liaison point. Raises DesignationNotFound also for one that the caller may not see."""
    mine = (Designation.id == designation_id, within_reach(actor, Designation.area_code))
    row = (await session.execute(_views().where(*mine))).first()
    if row is None:
        raise DesignationNotFound
    return PointView(*row)


async def points_page(
    session: AsyncSession, actor: Actor, wanted: PointFilter, page_size: int, page_token: str
) -> tuple[list[PointView], str]:
    """One page by area, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="designations", **asdict(wanted))
    query = _of_year(actor, wanted)
    if page_token:
        last = decode_token(page_token, filtered_by, kinds=(str, UUID))
        query = query.where(tuple_(Designation.area_code, Designation.id) > tuple_(*last))
    found = [PointView(*row) for row in await session.execute(query.limit(size + 1))]
    if len(found) <= size:
        return found, ""
    end = found[size - 1].designation
    return found[:size], encode_token(filtered_by, (end.area_code, end.id))


async def all_points(session: AsyncSession, actor: Actor, year: int) -> list[PointView]:
    """All of a year that the caller may see, withdrawn ones included."""
    query = _of_year(actor, PointFilter(year, withdrawn_too=True))
    return [PointView(*row) for row in await session.execute(query)]


async def points_of(
    session: AsyncSession, enterprise_id: UUID, page_size: int, page_token: str
) -> tuple[list[PointView], str]:
    """What an enterprise has been, the newest year first. Whether the caller may see the enterprise is asked before."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="history", enterprise=enterprise_id)
    query = _views().where(Designation.enterprise_id == enterprise_id)
    if page_token:
        last = decode_token(page_token, filtered_by, kinds=(int, UUID))
        query = query.where(tuple_(Designation.year, Designation.id) < tuple_(*last))
    ordered = query.order_by(Designation.year.desc(), Designation.id.desc()).limit(size + 1)
    found = [PointView(*row) for row in await session.execute(ordered)]
    if len(found) <= size:
        return found, ""
    end = found[size - 1].designation
    return found[:size], encode_token(filtered_by, (end.year, end.id))


async def year_of_point(session: AsyncSession, actor: Actor, designation_id: UUID) -> tuple[int, UUID]:
    """Year and enterprise of a liaison point that the caller may see. Raises DesignationNotFound."""
    query = select(Designation.year, Designation.enterprise_id).where(Designation.id == designation_id)
    row = (await session.execute(query.where(within_reach(actor, Designation.area_code)))).first()
    if row is None:
        raise DesignationNotFound
    return row[0], row[1]


async def locked(session: AsyncSession, designation_id: UUID) -> Designation:
    """The row for whoever changes it; its cohort and its enterprise are locked before."""
    query = select(Designation).where(Designation.id == designation_id).with_for_update()
    return (await session.scalars(query)).one()


async def locked_enterprises(session: AsyncSession, enterprise_ids: Sequence[UUID]) -> dict[UUID, Enterprise]:
    """Locked in one order, for whoever changes their designations."""
    query = select(Enterprise).where(Enterprise.id.in_(enterprise_ids)).order_by(Enterprise.id).with_for_update()
    return {enterprise.id: enterprise for enterprise in await session.scalars(query)}


async def is_designated(session: AsyncSession, year: int, enterprise_id: UUID) -> bool:
    held = (Designation.year == year, Designation.enterprise_id == enterprise_id, Designation.active)
    return await session.scalar(select(Designation.id).where(*held)) is not None


async def accepted(session: AsyncSession, year: int) -> Sequence[Nomination]:
    """The nominations that become liaison points, district-level seats first within each area."""
    query = select(Nomination).where(Nomination.year == year, Nomination.state == NominationState.ACCEPTED)
    return (await session.scalars(query.order_by(Nomination.area_code, Nomination.seat_no, Nomination.id))).all()
