"""Plaques as callers may see them. `visible_to` is the one predicate, for one plaque, lists and drawings alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kit.auth import Actor
from kit.errors import PermissionDenied
from services.registry.errors import PersonNotFound, PlaqueNotFound, PlaqueYearNotPublished
from services.registry.models import AreaName, Cohort, Designation, Enterprise, Liaison, Plaque, StaffAccount
from services.registry.rules.cohort_years import UNPUBLISHED
from services.registry.rules.plaques import LIVE, PlaqueState

MANAGERS = (Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR)
Rows = Select[Plaque, Designation, UUID]


@dataclass(frozen=True, slots=True)
class PlaqueView:
    """A plaque with its designation, and the plaque that was made in its place."""

    plaque: Plaque
    designation: Designation
    replaced_by: UUID | None


@dataclass(frozen=True, slots=True)
class PlaqueFilter:
    """What a list is narrowed to; empty and None narrow nothing."""

    year: int
    area_code: str = ""
    level: str = ""
    state: PlaqueState | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A liaison point with the names that its plaque would bear today."""

    designation: Designation
    enterprise_name: str
    area_name: str


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """A contact sees those of its own enterprise for as long as it is its contact, an officer those of its area."""
    if actor.has(*MANAGERS, Role.ROLE_CENTRE_OPERATOR):
        return true()
    allowed: list[ColumnElement[bool]] = [false(), _in_area_of(actor)]
    if actor.has(Role.ROLE_LIAISON):
        own = aliased(Liaison)
        mine = (own.enterprise_id == Designation.enterprise_id, own.person_id == actor.person_id, own.ended_at.is_(None))
        allowed.append(exists().where(*mine))
    return or_(*allowed)


def issuable_by(actor: Actor) -> ColumnElement[bool]:
    """Seeing more gives an area officer no more to say."""
    return true() if actor.has(*MANAGERS) else _in_area_of(actor)


def _in_area_of(actor: Actor) -> ColumnElement[bool]:
    if actor.has(Role.ROLE_AREA_OFFICER) and actor.area_code:
        return Designation.area_code == actor.area_code
    return false()


def _views(actor: Actor) -> Rows:
    successor = aliased(Plaque)
    return (
        select(Plaque, Designation, successor.id)
        .join(Designation, Designation.id == Plaque.designation_id)
        .outerjoin(successor, successor.replaces == Plaque.id)
        .where(visible_to(actor))
    )


def _view(row: Row[Plaque, Designation, UUID]) -> PlaqueView:
    return PlaqueView(*row)


async def plaque_view(session: AsyncSession, actor: Actor, plaque_id: UUID) -> PlaqueView:
    """One plaque. Raises PlaqueNotFound also for one that the caller may not see."""
    row = (await session.execute(_views(actor).where(Plaque.id == plaque_id))).first()
    if row is None:
        raise PlaqueNotFound
    return _view(row)


async def plaque_to_change(session: AsyncSession, actor: Actor, plaque_id: UUID) -> tuple[Plaque, Designation]:
    """The plaque, locked after its designation: nobody withdraws that meanwhile.

    Raises PlaqueNotFound, and PermissionDenied for one that the actor sees without having a say in it.
    """
    point = select(Plaque.designation_id).where(Plaque.id == plaque_id).scalar_subquery()
    await session.execute(select(Designation.id).where(Designation.id == point).with_for_update(read=True))
    query = select(Plaque, Designation, issuable_by(actor)).join(Designation, Designation.id == Plaque.designation_id)
    query = query.where(Plaque.id == plaque_id, visible_to(actor)).with_for_update(of=Plaque)
    found = (await session.execute(query.execution_options(populate_existing=True))).first()
    if found is None:
        raise PlaqueNotFound
    plaque, designation, allowed = found
    if not allowed:
        raise PermissionDenied
    return plaque, designation


async def page(session: AsyncSession, actor: Actor, wanted: PlaqueFilter, after: int, size: int) -> Sequence[PlaqueView]:
    """Up to `size` + 1 plaques of a year behind a number."""
    query = _views(actor).where(Plaque.year == wanted.year, Plaque.number > after)
    if wanted.area_code:
        query = query.where(Designation.area_code == wanted.area_code)
    if wanted.level:
        query = query.where(Designation.level == wanted.level)
    if wanted.state:
        query = query.where(Plaque.state == wanted.state)
    return [_view(row) for row in await session.execute(query.order_by(Plaque.number).limit(size + 1))]


async def to_draw(session: AsyncSession, actor: Actor, year: int, after: int, size: int) -> Sequence[Plaque]:
    """Up to `size` + 1 plaques of a year behind a number that are worth drawing: made or issued, of points that stand."""
    query = select(Plaque).join(Designation, Designation.id == Plaque.designation_id).where(visible_to(actor))
    query = query.where(Plaque.year == year, Plaque.number > after, Plaque.state.in_(LIVE), Designation.active)
    return (await session.scalars(query.order_by(Plaque.number).limit(size + 1))).all()


async def to_export(session: AsyncSession, actor: Actor, year: int) -> list[tuple[Plaque, Designation, str]]:
    """All plaques of a year that the actor may see, with the codes of their enterprises."""
    query = select(Plaque, Designation, Enterprise.uscc).join(Designation, Designation.id == Plaque.designation_id)
    query = query.join(Enterprise, Enterprise.id == Designation.enterprise_id)
    query = query.where(Plaque.year == year, visible_to(actor)).order_by(Plaque.number)
    return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def lock_numbers(session: AsyncSession, year: int) -> int:
    """The last number of a year, for who holds this lock to count on from. Raises PlaqueYearNotPublished."""
    state = await session.scalar(select(Cohort.state).where(Cohort.year == year).with_for_update())
    if state is None or state in UNPUBLISHED:
        raise PlaqueYearNotPublished(year=str(year))
    return await session.scalar(select(func.max(Plaque.number)).where(Plaque.year == year)) or 0


async def candidates(session: AsyncSession, year: int, day: date) -> list[Candidate]:
    """Points of a year that never had a plaque: district level first, by area and seat, then town level by area and name."""
    query = _named(day).where(Designation.year == year, Designation.active)
    query = query.where(~exists().where(Plaque.designation_id == Designation.id))
    order = (Designation.seat_no.is_(None), Designation.area_code, Designation.seat_no, Enterprise.name, Designation.id)
    found = await session.execute(query.order_by(*order).with_for_update(of=Designation, read=True))
    return [Candidate(*row) for row in found]


async def candidate(session: AsyncSession, designation_id: UUID, day: date) -> Candidate:
    """One point with its names of a day."""
    return Candidate(*(await session.execute(_named(day).where(Designation.id == designation_id))).one())


def _named(day: date) -> Select[Designation, str, str]:
    borne = and_(AreaName.area_code == Designation.area_code, AreaName.valid.contains(day))
    query = select(Designation, Enterprise.name, AreaName.name).join(Enterprise, Enterprise.id == Designation.enterprise_id)
    return query.join(AreaName, borne)


async def live_count(session: AsyncSession, year: int) -> int:
    query = select(func.count()).select_from(Plaque).where(Plaque.year == year, Plaque.state.in_(LIVE))
    return await session.scalar(query) or 0


async def successor_of(session: AsyncSession, plaque_id: UUID) -> UUID | None:
    return await session.scalar(select(Plaque.id).where(Plaque.replaces == plaque_id))


async def check_staff(session: AsyncSession, person_id: UUID) -> None:
    """Raise PersonNotFound unless somebody is on the staff."""
    account = await session.get(StaffAccount, person_id)
    if account is None or not account.active:
        raise PersonNotFound


async def by_token(session: AsyncSession, token: str) -> Any:
    """State, year and wording of the plaque that a code leads to, and whether its point stands. Raises PlaqueNotFound."""
    query = select(Plaque.state, Plaque.year, Plaque.wording, Designation.active)
    query = query.join(Designation, Designation.id == Plaque.designation_id).where(Plaque.token == token)
    row = (await session.execute(query)).first()
    if row is None:
        raise PlaqueNotFound
    return row
