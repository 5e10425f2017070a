"""Areas and units: loading what the notice says, who holds which duty (REG-9), and telling it all again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.calendar import BEIJING
from services.registry.errors import PersonNotFound
from services.registry.models import Area, AreaName, StaffAccount, Unit, UnitDuty
from services.registry.queries import units as queries
from services.registry.reference import AREAS, ReferenceUnit, name_ranges, units_on
from services.registry.rules import Duty
from services.registry.service import audit, events

UNIT_FIELDS = ("name", "kind", "area_code", "position")


async def load_reference(session: AsyncSession, actor: Actor, now: datetime) -> int:
    """Bring areas and units to what reference.py says; returns how many areas and units changed."""
    areas = [await _put_area(session, code) for code in AREAS]
    units = [await _put_unit(session, unit) for unit in units_on(now.astimezone(BEIJING).date())]
    changed = sum(areas) + sum(units)
    if changed:
        await audit.record(session, actor, "REFERENCE_LOADED", "reference", now)
    return changed


async def _put_area(session: AsyncSession, code: str) -> bool:
    wanted, area = AREAS[code], await session.get(Area, code)
    if area is None:
        area = Area(code=code, kind=wanted.kind, district_quota=wanted.district_quota)
        session.add(area)
        await session.flush()
        changed = True
    else:
        changed = (area.kind, area.district_quota) != (wanted.kind, wanted.district_quota)
        area.kind, area.district_quota = wanted.kind, wanted.district_quota
    present = {(name.name, name.valid) for name in await session.scalars(select(AreaName).where(AreaName.area_code == code))}
    if present == set(name_ranges(code)):
        return changed
    await session.execute(delete(AreaName).where(AreaName.area_code == code))
    session.add_all(AreaName(area_code=code, name=name, valid=valid) for name, valid in name_ranges(code))
    await session.flush()
    return True


async def _put_unit(session: AsyncSession, wanted: ReferenceUnit) -> bool:
    unit = await session.get(Unit, wanted.code, with_for_update=True)
    if unit is None:
        unit = Unit(code=wanted.code, version=0, active=True)
        session.add(unit)
    elif all(getattr(unit, field) == getattr(wanted, field) for field in UNIT_FIELDS):
        return False
    for field in UNIT_FIELDS:
        setattr(unit, field, getattr(wanted, field))
    unit.version += 1
    await events.unit_changed(session, unit)
    return True


async def set_duty(session: AsyncSession, actor: Actor, unit_code: str, duty: Duty, person_id: UUID, now: datetime) -> None:
    """Make a member of the unit's staff its leader or contact; whoever was it before no longer is."""
    unit = await queries.unit_for_update(session, unit_code)
    account = await session.get(StaffAccount, person_id)
    if account is None or not account.active or account.unit_code != unit_code:
        raise PersonNotFound
    present = await queries.present_duty(session, unit_code, duty)
    if present is not None:
        if present.person_id == person_id:
            return
        present.ended_at = max(now, present.started_at)  # it may have begun while this waited for the unit
        await session.flush()
    session.add(UnitDuty(id=uuid7(), unit_code=unit_code, duty=duty, person_id=person_id, started_at=now))
    unit.version += 1
    await events.unit_changed(session, unit)
    await audit.record(session, actor, f"DUTY_{duty}", f"unit/{unit_code}", now)


async def announce_units(session: AsyncSession) -> int:
    """Tell every unit again, for a listener that has none of them. Versions stay: who knows them learns nothing new."""
    found = (await session.scalars(select(Unit).order_by(Unit.position))).all()
    for unit in found:
        await events.unit_changed(session, unit)
    return len(found)
