"""What the database holds about the enterprises and numbers of a cohort file."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.models import (
    Area,
    AreaName,
    Designation,
    Enterprise,
    EnterpriseYear,
    Liaison,
    Person,
    StaffAccount,
)
from services.registry.personal import PersonalData
from services.registry.rules import Level
from services.registry.rules.cohorts import AreaOfYear, Known


async def areas_of_year(session: AsyncSession, year: int) -> list[AreaOfYear]:
    """All areas with every name they bear on some day of the year, the newest last."""
    within = AreaName.valid.overlaps(Range(date(year, 1, 1), date(year + 1, 1, 1)))
    query = select(Area, AreaName.name).join(AreaName, AreaName.area_code == Area.code).where(within)
    names: dict[Area, list[str]] = defaultdict(list)
    for area, name in await session.execute(query.order_by(Area.code, func.lower(AreaName.valid).nulls_first())):
        names[area].append(name)
    return [AreaOfYear(area.code, tuple(borne), area.district_quota) for area, borne in names.items()]


async def enterprises_for_update(session: AsyncSession, usccs: Sequence[str]) -> dict[str, Enterprise]:
    """Those that exist already, locked in one order."""
    query = select(Enterprise).where(Enterprise.uscc.in_(usccs)).order_by(Enterprise.id).with_for_update()
    return {enterprise.uscc: enterprise for enterprise in await session.scalars(query)}


async def known(
    session: AsyncSession, personal: PersonalData, year: int, ids: dict[UUID, str], phones: Sequence[str]
) -> Known:
    """Everything a file could contradict. `ids` are the file's enterprises that exist, with their codes."""
    years = select(EnterpriseYear.enterprise_id, EnterpriseYear.area_code)
    years = years.where(EnterpriseYear.year == year, EnterpriseYear.enterprise_id.in_(ids))
    designated = select(Designation.enterprise_id, Designation.level, Designation.active)
    designated = designated.where(Designation.year == year, Designation.enterprise_id.in_(ids))
    ever = [(ids[enterprise], Level(level), active) for enterprise, level, active in await session.execute(designated)]
    levels = {uscc: level for uscc, level, active in ever if active}
    return Known(
        places={ids[enterprise]: area for enterprise, area in await session.execute(years)},
        levels=levels,
        withdrawn=frozenset(uscc for uscc, _, _ in ever) - levels.keys(),
        contacts=await contacts(session, personal, ids),
        phones=await phones_in_use(session, personal, phones),
        seats=await _seats(session, year),
    )


async def contacts(session: AsyncSession, personal: PersonalData, ids: dict[UUID, str]) -> dict[str, tuple[str, str]]:
    """Name and number of the present contacts of some enterprises, by their codes."""
    query = select(Liaison.enterprise_id, Person).join(Person, Person.id == Liaison.person_id)
    found = await session.execute(query.where(Liaison.ended_at.is_(None), Liaison.enterprise_id.in_(ids)))
    return {ids[enterprise]: (personal.name(person), personal.phone(person)) for enterprise, person in found}


async def phones_in_use(session: AsyncSession, personal: PersonalData, phones: Sequence[str]) -> dict[str, str]:
    """Numbers that somebody with a role has: the code of the enterprise they are the contact of, "" for staff."""
    by_index = {personal.phone_index(phone): phone for phone in phones}
    people = Person.active & Person.phone_index.in_(by_index)
    staff = select(Person.phone_index).join(StaffAccount, StaffAccount.person_id == Person.id)
    liaisons = select(Person.phone_index, Enterprise.uscc).join(Liaison, Liaison.person_id == Person.id)
    liaisons = liaisons.join(Enterprise, Enterprise.id == Liaison.enterprise_id).where(people, Liaison.ended_at.is_(None))
    held = {by_index[index]: uscc for index, uscc in await session.execute(liaisons)}
    return held | {by_index[index]: "" for index in await session.scalars(staff.where(people, StaffAccount.active))}


async def _seats(session: AsyncSession, year: int) -> dict[str, frozenset[str]]:
    query = select(Designation.area_code, Enterprise.uscc).join(Enterprise, Enterprise.id == Designation.enterprise_id)
    of_year = (Designation.year == year, Designation.active, Designation.level == Level.DISTRICT)
    seats: dict[str, set[str]] = defaultdict(set)
    for area, uscc in await session.execute(query.where(*of_year)):
        seats[area].add(uscc)
    return {area: frozenset(usccs) for area, usccs in seats.items()}


async def designated_after(session: AsyncSession, year: int, enterprise_ids: Sequence[UUID]) -> set[UUID]:
    """Those of some enterprises that were designated in a later year, too."""
    later = (Designation.year > year, Designation.enterprise_id.in_(enterprise_ids))
    return set(await session.scalars(select(Designation.enterprise_id).where(*later)))


async def free_seats(session: AsyncSession, year: int) -> dict[str, list[int]]:
    """The district-level seats of each area that nobody has, lowest first."""
    taken: dict[str, set[int]] = defaultdict(set)
    of_year = (Designation.year == year, Designation.active, Designation.seat_no.is_not(None))
    for area, seat in await session.execute(select(Designation.area_code, Designation.seat_no).where(*of_year)):
        taken[area].add(seat or 0)
    areas = await session.execute(select(Area.code, Area.district_quota))
    return {code: [seat for seat in range(1, quota + 1) if seat not in taken[code]] for code, quota in areas}


async def liaison_ids(session: AsyncSession, enterprise_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The present contact of each of some enterprises."""
    query = select(Liaison.enterprise_id, Liaison.person_id).where(Liaison.ended_at.is_(None))
    return {row[0]: row[1] for row in await session.execute(query.where(Liaison.enterprise_id.in_(enterprise_ids)))}
