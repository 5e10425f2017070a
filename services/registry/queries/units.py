"""Areas by the names of a day, and units with who does what for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import UnitNotFound
from services.registry.models import Area, AreaName, Person, Unit, UnitDuty
from services.registry.rules import Duty, UnitKind


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An area as it is called on a day."""

    code: str
    name: str
    kind: str
    district_quota: int


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit with the people who hold its duties."""

    unit: Unit
    holders: list[tuple[UnitDuty, Person]]


async def areas_on(session: AsyncSession, day: date) -> list[NamedArea]:
    """All areas by code. An area without a name on the day is left out."""
    query = (
        select(Area.code, AreaName.name, Area.kind, Area.district_quota)
        .join(AreaName, AreaName.area_code == Area.code)
        .where(AreaName.valid.contains(day))
        .order_by(Area.code)
    )
    return [NamedArea(*row) for row in await session.execute(query)]


async def units(session: AsyncSession, kind: UnitKind | None) -> list[UnitView]:
    """Active units in the notice's order, in one query."""
    query = (
        select(Unit, UnitDuty, Person)
        .outerjoin(UnitDuty, and_(UnitDuty.unit_code == Unit.code, UnitDuty.ended_at.is_(None)))
        .outerjoin(Person, Person.id == UnitDuty.person_id)
        .where(Unit.active)
        .order_by(Unit.position, UnitDuty.duty.desc())
    )
    if kind:
        query = query.where(Unit.kind == kind)
    views: dict[str, UnitView] = {}
    for unit, duty, person in await session.execute(query):
        view = views.setdefault(unit.code, UnitView(unit, []))
        if duty is not None and person is not None:
            view.holders.append((duty, person))
    return list(views.values())


async def unit_for_update(session: AsyncSession, code: str) -> Unit:
    unit = await session.get(Unit, code, with_for_update=True)
    if unit is None:
        raise UnitNotFound(unit=code)
    return unit


async def present_duty(session: AsyncSession, unit_code: str, duty: Duty) -> UnitDuty | None:
    held = (UnitDuty.unit_code == unit_code, UnitDuty.duty == duty, UnitDuty.ended_at.is_(None))
    return await session.scalar(select(UnitDuty).where(*held))


async def duties_of_person(session: AsyncSession, person_id: UUID) -> Sequence[UnitDuty]:
    held = (UnitDuty.person_id == person_id, UnitDuty.ended_at.is_(None))
    return (await session.scalars(select(UnitDuty).where(*held).order_by(UnitDuty.unit_code))).all()


async def holders_of(session: AsyncSession, unit_code: str, duty: Duty) -> list[UUID]:
    """Ids of the people who have a duty for the unit: contacts are told when something arrives, leaders sign."""
    held = (UnitDuty.unit_code == unit_code, UnitDuty.duty == duty, UnitDuty.ended_at.is_(None))
    return list(await session.scalars(select(UnitDuty.person_id).where(*held)))


async def office_of(session: AsyncSession, area_code: str) -> str:
    """Code of an area's office; empty for an area without one."""
    query = select(Unit.code).where(Unit.area_code == area_code, Unit.kind == UnitKind.AREA_OFFICE)
    return await session.scalar(query.order_by(Unit.active.desc(), Unit.code).limit(1)) or ""
