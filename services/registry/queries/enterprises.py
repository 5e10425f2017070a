"""Enterprises as callers may see them. `visible_to` is the one predicate, for one enterprise and for lists alike."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, exists, false, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import EnterpriseNotFound
from services.registry.models import Designation, Enterprise, EnterpriseYear, Liaison, Person
from services.registry.rules import Level


@dataclass(frozen=True, slots=True)
class EnterpriseView:
    """An enterprise in a year: where it is, its designation of that year and its present contact."""

    enterprise: Enterprise
    area_code: str
    designation: Designation | None
    liaison: Liaison | None
    person: Person | None


@dataclass(frozen=True, slots=True)
class EnterpriseFilter:
    """What a list is narrowed to; empty and None narrow nothing."""

    year: int
    area_code: str = ""
    level: Level | None = None
    text: str = ""


def area_in(year: int) -> ScalarSelect[str]:
    """Where the enterprise of the outer query is in a year: as that year says, else as the last year before it said."""
    return (
        select(EnterpriseYear.area_code)
        .where(EnterpriseYear.enterprise_id == Enterprise.id, EnterpriseYear.year <= year)
        .order_by(EnterpriseYear.year.desc())
        .limit(1)
        .scalar_subquery()
    )


def visible_to(actor: Actor, year: int) -> ColumnElement[bool]:
    """A contact sees its own enterprise for as long as it is its contact, an area officer those of its area in the year."""
    if actor.has(Role.ROLE_CENTRE_OPERATOR, Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR):
        return true()
    allowed: list[ColumnElement[bool]] = [false()]
    if actor.has(Role.ROLE_LIAISON):
        own = aliased(Liaison)
        allowed.append(
            exists().where(own.enterprise_id == Enterprise.id, own.person_id == actor.person_id, own.ended_at.is_(None))
        )
    if actor.has(Role.ROLE_AREA_OFFICER) and actor.area_code:
        allowed.append(area_in(year) == actor.area_code)
    return or_(*allowed)


def appointable_by(actor: Actor, year: int) -> ColumnElement[bool]:
    """Whose contact the actor may appoint. Seeing more, as a supervisor does, gives an area officer no more to say."""
    if actor.has(Role.ROLE_CENTRE_LEAD):
        return true()
    if actor.has(Role.ROLE_AREA_OFFICER) and actor.area_code:
        return area_in(year) == actor.area_code
    return false()


def _views(actor: Actor, year: int) -> Select[Enterprise, str, Designation, Liaison, Person]:
    of_year = and_(Designation.enterprise_id == Enterprise.id, Designation.year == year, Designation.active)
    present = and_(Liaison.enterprise_id == Enterprise.id, Liaison.ended_at.is_(None))
    return (
        select(Enterprise, area_in(year), Designation, Liaison, Person)
        .outerjoin(Designation, of_year)
        .outerjoin(Liaison, present)
        .outerjoin(Person, Person.id == Liaison.person_id)
        .where(visible_to(actor, year))
    )


def _view(row: Row[Enterprise, str, Designation, Liaison, Person]) -> EnterpriseView:
    enterprise, area_code, designation, liaison, person = row
    return EnterpriseView(enterprise, area_code or "", designation, liaison, person)


async def enterprise_view(session: AsyncSession, actor: Actor, enterprise_id: UUID, year: int) -> EnterpriseView:
    """One enterprise. Raises EnterpriseNotFound also for one that the caller may not see."""
    row = (await session.execute(_views(actor, year).where(Enterprise.id == enterprise_id))).first()
    if row is None:
        raise EnterpriseNotFound
    return _view(row)


async def enterprise_to_appoint(session: AsyncSession, actor: Actor, enterprise_id: UUID, year: int) -> Enterprise:
    """The locked row: whoever changes an enterprise, its designations or its contact holds this lock.

    Raises EnterpriseNotFound, and PermissionDenied for one that the actor sees without having a say in it.
    """
    query = select(Enterprise, appointable_by(actor, year)).where(Enterprise.id == enterprise_id, visible_to(actor, year))
    found = (await session.execute(query.with_for_update(of=Enterprise))).first()
    if found is None:
        raise EnterpriseNotFound
    enterprise, appointable = found
    if not appointable:
        raise PermissionDenied
    return enterprise


async def enterprises_to_appoint(
    session: AsyncSession, actor: Actor, usccs: Sequence[str], year: int
) -> dict[str, Enterprise]:
    """Those of some codes in whose contact the actor has a say, locked in one order."""
    query = select(Enterprise).where(Enterprise.uscc.in_(usccs), appointable_by(actor, year)).order_by(Enterprise.id)
    return {one.uscc: one for one in await session.scalars(query.with_for_update(of=Enterprise))}


async def enterprises_page(
    session: AsyncSession, actor: Actor, wanted: EnterpriseFilter, page_size: int, page_token: str
) -> tuple[Sequence[EnterpriseView], str]:
    """One page by name, and the token of the next; names are compared by code point."""
    size = normal_page_size(page_size)
    filtered_by = fingerprint(list="enterprises", **asdict(wanted))
    last = decode_token(page_token, filtered_by, kinds=(str, UUID)) if page_token else ()
    views = await enterprises_of(session, actor, wanted, size + 1, last)
    if len(views) <= size:
        return views, ""
    end = views[size - 1].enterprise
    return views[:size], encode_token(filtered_by, (end.name, end.id))


async def enterprises_of(
    session: AsyncSession, actor: Actor, wanted: EnterpriseFilter, most: int, after: tuple[str, UUID] | tuple[()] = ()
) -> list[EnterpriseView]:
    """So many of those designated in a year that the caller may see, by name, after a name and id."""
    query = _views(actor, wanted.year).where(Designation.id.is_not(None))
    if wanted.area_code:
        query = query.where(Designation.area_code == wanted.area_code)
    if wanted.level:
        query = query.where(Designation.level == wanted.level)
    if wanted.text:
        contains = [column.icontains(wanted.text, autoescape=True) for column in (Enterprise.name, Enterprise.uscc)]
        query = query.where(or_(*contains))
    if after:
        query = query.where(tuple_(Enterprise.name, Enterprise.id) > tuple_(*after))
    return [_view(row) for row in await session.execute(query.order_by(Enterprise.name, Enterprise.id).limit(most))]


async def active_liaison(session: AsyncSession, enterprise_id: UUID) -> Liaison | None:
    return await session.scalar(select(Liaison).where(Liaison.enterprise_id == enterprise_id, Liaison.ended_at.is_(None)))


async def designations_of(session: AsyncSession, enterprise_ids: Sequence[UUID]) -> Sequence[Designation]:
    """The active designations of some enterprises, of all years, locked for a change."""
    query = select(Designation).where(Designation.enterprise_id.in_(enterprise_ids), Designation.active)
    return (await session.scalars(query.order_by(Designation.id).with_for_update())).all()
