"""People: by the number or WeChat account they come with, and with what they are allowed to be called."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import PersonNotFound
from services.registry.models import Enterprise, Liaison, Person, StaffAccount, Unit
from services.registry.queries.enterprises import area_in


@dataclass(frozen=True, slots=True)
class AccountView:
    """A person with everything that their roles follow from."""

    person: Person
    staff: StaffAccount | None
    unit: Unit | None
    enterprise: Enterprise | None
    enterprise_area: str

    @property
    def roles(self) -> frozenset[int]:
        """Roles held now."""
        staff = frozenset(self.staff.roles) if self.staff else frozenset()
        return staff | {int(Role.ROLE_LIAISON)} if self.enterprise else staff

    @property
    def area_code(self) -> str:
        return self.enterprise_area or (self.unit.area_code if self.unit else None) or ""


async def account_view(session: AsyncSession, person_id: UUID, year: int) -> AccountView:
    """Raises PersonNotFound."""
    query = (
        select(Person, StaffAccount, Unit, Enterprise, area_in(year))
        .outerjoin(StaffAccount, and_(StaffAccount.person_id == Person.id, StaffAccount.active))
        .outerjoin(Unit, and_(Unit.code == StaffAccount.unit_code))
        .outerjoin(Liaison, and_(Liaison.person_id == Person.id, Liaison.ended_at.is_(None)))
        .outerjoin(Enterprise, Enterprise.id == Liaison.enterprise_id)
        .where(Person.id == person_id)
    )
    row = (await session.execute(query)).first()
    if row is None:
        raise PersonNotFound
    person, staff, unit, enterprise, area = row
    return AccountView(person, staff, unit, enterprise, area or "")


async def person_by_phone(session: AsyncSession, phone_index: bytes) -> Person | None:
    """Whoever the number belongs to now, locked: roles are given and taken under this lock."""
    query = select(Person).where(Person.phone_index == phone_index, Person.active)
    return await session.scalar(query.with_for_update())


async def people_by_phones(session: AsyncSession, phone_indexes: Sequence[bytes]) -> Sequence[Person]:
    """The same for several numbers, locked in one order."""
    query = select(Person).where(Person.phone_index.in_(phone_indexes), Person.active).order_by(Person.id)
    return (await session.scalars(query.with_for_update())).all()


async def person_by_openid(session: AsyncSession, openid_index: bytes) -> Person | None:
    """Whoever signs in with a WeChat account now, locked like `person_by_phone`."""
    return await session.scalar(select(Person).where(Person.openid_index == openid_index).with_for_update())


async def lock_person(session: AsyncSession, person_id: UUID) -> None:
    """Signing in and being shut out happen one after the other: what is read of a person from here on stays so."""
    await session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


async def any_role(session: AsyncSession, person_ids: Sequence[UUID]) -> bool:
    """Whether one of the people is staff or somebody's contact now."""
    staff = exists().where(StaffAccount.person_id.in_(person_ids), StaffAccount.active)
    liaison = exists().where(Liaison.person_id.in_(person_ids), Liaison.ended_at.is_(None))
    return bool(await session.scalar(select(or_(staff, liaison))))


async def has_role(session: AsyncSession, person_id: UUID) -> bool:
    return await any_role(session, [person_id])


async def staff_by_login(session: AsyncSession, login_name: str) -> StaffAccount | None:
    """An account in use; None for a login name that opens nothing."""
    return await session.scalar(select(StaffAccount).where(StaffAccount.login_name == login_name, StaffAccount.active))


async def people_with_units(session: AsyncSession, ids: Sequence[UUID]) -> list[tuple[Person, str]]:
    """Those of the ids that are people, with the unit code of those who are or were staff."""
    query = select(Person, StaffAccount.unit_code).outerjoin(StaffAccount, StaffAccount.person_id == Person.id)
    return [(person, unit or "") for person, unit in await session.execute(query.where(Person.id.in_(ids)))]


async def contacts_ever_of(session: AsyncSession, person_id: UUID) -> set[UUID]:
    """Everybody who is or was a contact of the enterprise that this person is the contact of now."""
    own = select(Liaison.enterprise_id).where(Liaison.person_id == person_id, Liaison.ended_at.is_(None))
    return set(await session.scalars(select(Liaison.person_id).where(Liaison.enterprise_id.in_(own))))


async def people(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Person]:
    return (await session.scalars(select(Person).where(Person.id.in_(ids)))).all()
