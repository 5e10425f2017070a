"""Requests for another WeChat account, as callers may see and decide them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import RebindingNotFound
from services.registry.models import Enterprise, Liaison, Person, Rebinding, StaffAccount, Unit
from services.registry.queries.enterprises import area_in
from services.registry.rules.rebindings import OPEN, RebindingState


@dataclass(frozen=True, slots=True)
class RebindingView:
    """A request with whose it is, and for whom they act now."""

    rebinding: Rebinding
    person: Person
    enterprise: Enterprise | None
    unit: Unit | None


def _of_area(area_code: str, year: int) -> ColumnElement[bool]:
    """The person is the contact of an enterprise that is in the area in the year."""
    own = aliased(Liaison)
    query = select(Enterprise.id).join(own, own.enterprise_id == Enterprise.id)
    here = query.where(own.person_id == Rebinding.person_id, own.ended_at.is_(None), area_in(year) == area_code)
    return exists(here.correlate(Rebinding))


def decidable_by(actor: Actor, year: int) -> ColumnElement[bool]:
    """Who may decide: the lead of the centre anything, an area's officer what its contacts ask."""
    if actor.has(Role.ROLE_CENTRE_LEAD):
        return true()
    if actor.has(Role.ROLE_AREA_OFFICER) and actor.area_code:
        return _of_area(actor.area_code, year)
    return false()


def visible_to(actor: Actor, year: int) -> ColumnElement[bool]:
    """The one predicate of list, detail and decision. The centre sees all, others what they may decide."""
    return true() if actor.has(Role.ROLE_CENTRE_OPERATOR) else decidable_by(actor, year)


def _views() -> Select[Rebinding, Person, Enterprise, Unit]:
    return (
        select(Rebinding, Person, Enterprise, Unit)
        .join(Person, Person.id == Rebinding.person_id)
        .outerjoin(Liaison, and_(Liaison.person_id == Person.id, Liaison.ended_at.is_(None)))
        .outerjoin(Enterprise, Enterprise.id == Liaison.enterprise_id)
        .outerjoin(StaffAccount, and_(StaffAccount.person_id == Person.id, StaffAccount.active))
        .outerjoin(Unit, Unit.code == StaffAccount.unit_code)
    )


def _view(row: Row[Rebinding, Person, Enterprise, Unit]) -> RebindingView:
    return RebindingView(*row)


async def rebinding_view(session: AsyncSession, actor: Actor, rebinding_id: UUID, year: int) -> RebindingView:
    """Raises RebindingNotFound also for one that the caller may not see."""
    found = await session.execute(_views().where(Rebinding.id == rebinding_id, visible_to(actor, year)))
    row = found.first()
    if row is None:
        raise RebindingNotFound
    return _view(row)


async def rebinding_to_decide(session: AsyncSession, actor: Actor, rebinding_id: UUID, year: int) -> Rebinding:
    """Locked. Raises RebindingNotFound, and PermissionDenied for one that the actor sees without having a say in it."""
    query = select(Rebinding, decidable_by(actor, year)).where(Rebinding.id == rebinding_id, visible_to(actor, year))
    found = (await session.execute(query.with_for_update(of=Rebinding))).first()
    if found is None:
        raise RebindingNotFound
    rebinding, decidable = found
    if not decidable:
        raise PermissionDenied
    return rebinding


async def rebindings_page(
    session: AsyncSession,
    actor: Actor,
    year: int,
    state: RebindingState | None,
    now: datetime,
    page_size: int,
    page_token: str,
) -> tuple[Sequence[RebindingView], str]:
    """One page, newest first, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="rebindings", state=state)
    query = _views().where(visible_to(actor, year))
    if state:
        query = query.where(_in_state(state, now))
    if page_token:
        (last,) = decode_token(page_token, filtered_by, kinds=(UUID,))
        query = query.where(Rebinding.id < last)
    views = [_view(row) for row in await session.execute(query.order_by(Rebinding.id.desc()).limit(size + 1))]
    more = len(views) > size
    return views[:size], encode_token(filtered_by, (views[size - 1].rebinding.id,)) if more else ""


def _in_state(state: RebindingState, now: datetime) -> ColumnElement[bool]:
    """As `state_at` has it: what is past its time has expired, written down or not."""
    if state in OPEN:
        return and_(Rebinding.state == state, Rebinding.expires_at > now)
    if state is RebindingState.EXPIRED:
        return or_(Rebinding.state == state, and_(Rebinding.state.in_(OPEN), Rebinding.expires_at <= now))
    return Rebinding.state == state


async def own_view(session: AsyncSession, person_id: UUID, now: datetime) -> RebindingView:
    """The open request of a person. Raises RebindingNotFound."""
    own = (Rebinding.person_id == person_id, Rebinding.state.in_(OPEN), Rebinding.expires_at > now)
    row = (await session.execute(_views().where(*own))).first()
    if row is None:
        raise RebindingNotFound
    return _view(row)


async def open_of_person(session: AsyncSession, person_id: UUID) -> Rebinding | None:
    """The request that nobody has ended, also past its time; locked."""
    open_ones = select(Rebinding).where(Rebinding.person_id == person_id, Rebinding.state.in_(OPEN))
    return await session.scalar(open_ones.with_for_update().execution_options(populate_existing=True))


async def open_of_openid(session: AsyncSession, openid_index: bytes) -> Rebinding | None:
    """What a WeChat account asked for and nobody has ended. Not locked: lock the person, then ask again."""
    return await session.scalar(select(Rebinding).where(Rebinding.openid_index == openid_index))


async def barred_until(session: AsyncSession, person_id: UUID, after_objection: timedelta) -> datetime | None:
    """Until when nobody may ask for a person who objected last; None if they never did."""
    objected = (Rebinding.person_id == person_id, Rebinding.state == RebindingState.OBJECTED)
    ended = await session.scalar(select(Rebinding.ended_at).where(*objected).order_by(Rebinding.id.desc()).limit(1))
    return ended + after_objection if ended else None


async def overdue(session: AsyncSession, now: datetime) -> Sequence[Rebinding]:
    """Open ones past their time that nobody else is at; locked."""
    past = select(Rebinding).where(Rebinding.state.in_(OPEN), Rebinding.expires_at <= now)
    return (await session.scalars(past.with_for_update(skip_locked=True))).all()


async def area_of_contact(session: AsyncSession, person_id: UUID, year: int) -> str:
    """Where the enterprise is whose contact the person is; empty for staff."""
    query = select(area_in(year)).select_from(Enterprise).join(Liaison, Liaison.enterprise_id == Enterprise.id)
    return await session.scalar(query.where(Liaison.person_id == person_id, Liaison.ended_at.is_(None))) or ""


async def staff_with(session: AsyncSession, role: int, area_code: str = "") -> list[UUID]:
    """Everybody who holds a role now, in the office of an area if one is named."""
    query = select(StaffAccount.person_id).where(StaffAccount.active, StaffAccount.roles.contains([role]))
    if area_code:
        query = query.join(Unit, Unit.code == StaffAccount.unit_code).where(Unit.area_code == area_code)
    return list(await session.scalars(query.order_by(StaffAccount.person_id)))
