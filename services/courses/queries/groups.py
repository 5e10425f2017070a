"""The consultation groups, and the zones with their areas."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.courses.errors import GroupNotFound, ZoneNotFound
from services.courses.models import ConsultationGroup, GroupUnit, Unit, Zone, ZoneArea


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with code and name of each of its units."""

    group: ConsultationGroup
    units: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ZoneView:
    zone: Zone
    area_codes: list[str]


async def groups(session: AsyncSession, number: int = 0) -> list[GroupView]:
    """By number; only one if it is named."""
    name = func.coalesce(Unit.name, GroupUnit.unit_code)
    query = select(GroupUnit.group_number, GroupUnit.unit_code, name).outerjoin(Unit, Unit.code == GroupUnit.unit_code)
    units: dict[int, list[tuple[str, str]]] = {}
    for group_number, code, unit_name in await session.execute(query.order_by(GroupUnit.unit_code)):
        units.setdefault(group_number, []).append((code, unit_name))
    found = await session.scalars(select(ConsultationGroup).order_by(ConsultationGroup.number))
    return [GroupView(one, units.get(one.number, [])) for one in found if number in (0, one.number)]


async def lock_group(session: AsyncSession, number: int) -> ConsultationGroup:
    found = await session.get(ConsultationGroup, number, with_for_update=True)
    if found is None:
        raise GroupNotFound
    return found


async def zones(session: AsyncSession, code: str = "") -> list[ZoneView]:
    """In their order; only one if it is named."""
    areas: dict[str, list[str]] = {}
    for row in await session.scalars(select(ZoneArea).order_by(ZoneArea.area_code)):
        areas.setdefault(row.zone_code, []).append(row.area_code)
    found = await session.scalars(select(Zone).where(Zone.active).order_by(Zone.position))
    return [ZoneView(one, areas.get(one.code, [])) for one in found if code in ("", one.code)]


async def lock_zones(session: AsyncSession, code: str) -> dict[str, Zone]:
    """All zones: areas go from one to another, so whoever changes one waits for whoever changes another."""
    found = {zone.code: zone for zone in await session.scalars(select(Zone).order_by(Zone.code).with_for_update())}
    if code not in found or not found[code].active:
        raise ZoneNotFound
    return found


async def places(session: AsyncSession) -> dict[str, ZoneArea]:
    """In which zone each area lies."""
    return {row.area_code: row for row in await session.scalars(select(ZoneArea).order_by(ZoneArea.area_code))}


async def known_areas(session: AsyncSession) -> set[str]:
    """Areas that lie in a zone, and those that registry told of since."""
    told = await session.scalars(select(Unit.area_code).where(Unit.area_code != ""))
    return {*await places(session), *told}
