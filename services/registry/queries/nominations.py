"""Nominations as callers may see them: an area officer those of its area, centre and supervisors all."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import NominationNotFound
from services.registry.models import Enterprise, Nomination
from services.registry.queries.cohort_years import name_in, within_reach
from services.registry.queries.enterprises import area_in
from services.registry.rules import Level
from services.registry.rules.nominations import STANDING, NominationState


@dataclass(frozen=True, slots=True)
class NominationView:
    """A nomination with its enterprise, and its area by the name of the year."""

    nomination: Nomination
    enterprise: Enterprise
    area_name: str


@dataclass(frozen=True, slots=True)
class NominationFilter:
    """What a list is narrowed to; empty and None narrow nothing."""

    year: int
    area_code: str = ""
    state: NominationState | None = None
    level: Level | None = None


def _views(actor: Actor) -> Select[Nomination, Enterprise, str]:
    named = name_in(Nomination.area_code, Nomination.year)
    query = select(Nomination, Enterprise, named).join(Enterprise, Enterprise.id == Nomination.enterprise_id)
    return query.where(within_reach(actor, Nomination.area_code))


def _of_year(actor: Actor, wanted: NominationFilter) -> Select[Nomination, Enterprise, str]:
    query = _views(actor).where(Nomination.year == wanted.year)
    if wanted.area_code:
        query = query.where(Nomination.area_code == wanted.area_code)
    if wanted.state:
        query = query.where(Nomination.state == wanted.state)
    if wanted.level:
        query = query.where(Nomination.level == wanted.level)
    return query.order_by(Nomination.area_code, Nomination.id)


async def nomination(session: AsyncSession, actor: Actor, nomination_id: UUID) -> NominationView:
    """One nomination. Raises NominationNotFound also for one that the caller may not see."""
    row = (await session.execute(_views(actor).where(Nomination.id == nomination_id))).first()
    if row is None:
        raise NominationNotFound
    return NominationView(*row)


async def nominations_page(
    session: AsyncSession, actor: Actor, wanted: NominationFilter, page_size: int, page_token: str
) -> tuple[list[NominationView], str]:
    """One page by area, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="nominations", **asdict(wanted))
    query = _of_year(actor, wanted)
    if page_token:
        last = decode_token(page_token, filtered_by, kinds=(str, UUID))
        query = query.where(tuple_(Nomination.area_code, Nomination.id) > tuple_(*last))
    found = [NominationView(*row) for row in await session.execute(query.limit(size + 1))]
    if len(found) <= size:
        return found, ""
    end = found[size - 1].nomination
    return found[:size], encode_token(filtered_by, (end.area_code, end.id))


async def all_nominations(session: AsyncSession, actor: Actor, year: int) -> list[NominationView]:
    """All of a year that the caller may see."""
    return [NominationView(*row) for row in await session.execute(_of_year(actor, NominationFilter(year)))]


async def year_of(session: AsyncSession, actor: Actor, nomination_id: UUID) -> int:
    """The year of a nomination that the caller may see. Raises NominationNotFound."""
    query = select(Nomination.year).where(Nomination.id == nomination_id, within_reach(actor, Nomination.area_code))
    year = await session.scalar(query)
    if year is None:
        raise NominationNotFound
    return year


async def years_of(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> Sequence[int]:
    """The years of those among some nominations that the caller may see, in the order in which cohorts are locked."""
    query = select(Nomination.year).where(Nomination.id.in_(ids), within_reach(actor, Nomination.area_code))
    return (await session.scalars(query.distinct().order_by(Nomination.year))).all()


async def locked_by_id(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Nomination]:
    """The rows that the caller may see, in one order, for whoever changes them; their cohorts are held before."""
    query = select(Nomination).where(Nomination.id.in_(ids), within_reach(actor, Nomination.area_code))
    found = await session.scalars(query.order_by(Nomination.id).with_for_update())
    return {one.id: one for one in found}


async def nominations_by_id(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, NominationView]:
    """Those that the caller may see."""
    rows = await session.execute(_views(actor).where(Nomination.id.in_(ids)))
    return {row[0].id: NominationView(*row) for row in rows}


async def locked(session: AsyncSession, nomination_id: UUID) -> Nomination:
    """The row for whoever changes it; its cohort is held before."""
    query = select(Nomination).where(Nomination.id == nomination_id).with_for_update()
    return (await session.scalars(query)).one()


async def is_nominated(session: AsyncSession, year: int, enterprise_id: UUID) -> bool:
    standing = (Nomination.year == year, Nomination.enterprise_id == enterprise_id, Nomination.state.in_(STANDING))
    return await session.scalar(select(Nomination.id).where(*standing)) is not None


async def free_seats(session: AsyncSession, year: int, area_code: str, seats: int) -> list[int]:
    """The numbered seats of an area that no accepted nomination has, lowest first."""
    query = select(Nomination.seat_no).where(Nomination.year == year, Nomination.area_code == area_code)
    taken = set(await session.scalars(query.where(Nomination.seat_no.is_not(None))))
    return [seat for seat in range(1, seats + 1) if seat not in taken]


async def known_by_code(
    session: AsyncSession, year: int, usccs: Sequence[str]
) -> tuple[dict[str, tuple[Enterprise, str]], dict[UUID, Nomination]]:
    """Enterprises of a file that exist, locked in one order, with where they are in the year; and what stands for them."""
    query = select(Enterprise, area_in(year)).where(Enterprise.uscc.in_(usccs)).order_by(Enterprise.id)
    rows = await session.execute(query.with_for_update(of=Enterprise))
    found = {enterprise.uscc: (enterprise, str(area or "")) for enterprise, area in rows}
    ids = [enterprise.id for enterprise, _ in found.values()]
    standing = (Nomination.year == year, Nomination.enterprise_id.in_(ids), Nomination.state.in_(STANDING))
    nominations = await session.scalars(select(Nomination).where(*standing).order_by(Nomination.id).with_for_update())
    return found, {one.enterprise_id: one for one in nominations}


async def ids_by_code(session: AsyncSession, usccs: Sequence[str]) -> dict[str, UUID]:
    query = select(Enterprise.uscc, Enterprise.id).where(Enterprise.uscc.in_(usccs))
    return {row[0]: row[1] for row in await session.execute(query)}
