"""Units with who holds their duties, to be compared with a file; and where nobody does."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.crypto import mask_phone
from services.registry.models import Liaison, Person, StaffAccount, Unit, UnitDuty
from services.registry.personal import PersonalData
from services.registry.rules import Duty, UnitKind
from services.registry.rules.duties import KnownPerson, KnownUnit

# REG-9 binds every agency and every area.
BOUND = (UnitKind.AGENCY, UnitKind.AREA_OFFICE)


@dataclass(frozen=True, slots=True)
class Gap:
    """A unit, and which of its duties nobody has."""

    unit: Unit
    missing: tuple[Duty, ...]


async def duty_gaps(session: AsyncSession) -> tuple[list[Gap], int]:
    """The gaps in the notice's order, and how many units there are to look at."""
    query = select(Unit, UnitDuty.duty).outerjoin(
        UnitDuty, and_(UnitDuty.unit_code == Unit.code, UnitDuty.ended_at.is_(None))
    )
    held: dict[Unit, set[str]] = defaultdict(set)
    for unit, duty in await session.execute(query.where(Unit.active, Unit.kind.in_(BOUND)).order_by(Unit.position)):
        held[unit].add(duty)
    gaps = [Gap(unit, tuple(duty for duty in Duty if duty not in duties)) for unit, duties in held.items()]
    return [gap for gap in gaps if gap.missing], len(held)


async def units_for_update(session: AsyncSession, personal: PersonalData) -> list[KnownUnit]:
    """All active units with their holders, locked in one order: nobody else changes a duty before this has."""
    units = (await session.scalars(select(Unit).where(Unit.active).order_by(Unit.code).with_for_update())).all()
    query = select(UnitDuty, Person).join(Person, Person.id == UnitDuty.person_id).where(UnitDuty.ended_at.is_(None))
    holders: dict[str, dict[Duty, tuple[str, str, str]]] = defaultdict(dict)
    for held, person in await session.execute(query):
        phone = personal.phone(person)
        holders[held.unit_code][Duty(held.duty)] = (personal.name(person), phone, mask_phone(phone))
    return [KnownUnit(unit.code, unit.name, UnitKind(unit.kind), holders[unit.code]) for unit in units]


async def known_people(session: AsyncSession, personal: PersonalData, phones: Sequence[str]) -> dict[str, KnownPerson]:
    """Who has each of some numbers now, locked in one order."""
    by_index = {personal.phone_index(phone): phone for phone in phones}
    is_liaison = exists().where(Liaison.person_id == Person.id, Liaison.ended_at.is_(None))
    query = select(Person, StaffAccount, is_liaison).outerjoin(
        StaffAccount, and_(StaffAccount.person_id == Person.id, StaffAccount.active)
    )
    query = query.where(Person.active, Person.phone_index.in_(by_index)).order_by(Person.id).with_for_update(of=Person)
    return {
        by_index[person.phone_index]: KnownPerson(
            personal.name(person), staff.unit_code if staff else "", frozenset(staff.roles if staff else ()), liaison
        )
        for person, staff, liaison in await session.execute(query)
    }
