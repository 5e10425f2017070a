"""Areas and units: loading what the notice says, who holds which duty (REG-9), and telling it all again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.calendar import BEIJING
from services.registry.errors import ContactNeedsSuccessor, PersonNotFound
from services.registry.models import Area, AreaName, StaffAccount, Unit, UnitDuty
from services.registry.queries import units as queries
from services.registry.reference import AREAS, ReferenceUnit, name_ranges, units_on
from services.registry.rules import Duty
from services.registry.service import audit, events

UNIT_FIELDS = ("name", "kind", "area_code", "position")


@dataclass(frozen=True, slots=True)
class Handover:
    """What becomes of the duties of somebody who leaves: a successor takes them, or by `force` nobody."""

    successor: UUID | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A duty of a unit that nobody has."""

    unit_code: str
    duty: Duty

    def __str__(self) -> str:
        return f"{self.unit_code} has no {self.duty.lower()}"


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
    await _check_staff_of(session, unit_code, person_id)
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


async def _check_staff_of(session: AsyncSession, unit_code: str, person_id: UUID) -> None:
    account = await session.get(StaffAccount, person_id)
    if account is None or not account.active or account.unit_code != unit_code:
        raise PersonNotFound


async def leave_duties(session: AsyncSession, person_id: UUID, handover: Handover, now: datetime) -> list[Vacancy]:
    """End all duties of a person who leaves, and give them to the successor; returns those that nobody has now.

    A unit without contact is told of nothing: what is sent to it goes to the centre. So that takes a word of its own.
    """
    vacant = []
    for held in await queries.duties_of_person(session, person_id):
        unit = await queries.unit_for_update(session, held.unit_code)
        if handover.successor is None:
            if held.duty == Duty.CONTACT and not handover.force:
                raise ContactNeedsSuccessor(unit=unit.code)
            vacant.append(Vacancy(unit.code, Duty(held.duty)))
        held.ended_at = max(now, held.started_at)
        await session.flush()
        if handover.successor is not None:
            await _check_staff_of(session, unit.code, handover.successor)
            taken = {"unit_code": unit.code, "duty": held.duty, "person_id": handover.successor}
            session.add(UnitDuty(id=uuid7(), started_at=now, **taken))
        unit.version += 1
        await events.unit_changed(session, unit)
    return vacant


async def announce_units(session: AsyncSession) -> int:
    """Tell every unit again, for a listener that has none of them. Versions stay: who knows them learns nothing new."""
    found = (await session.scalars(select(Unit).order_by(Unit.position))).all()
    for unit in found:
        await events.unit_changed(session, unit)
    return len(found)
