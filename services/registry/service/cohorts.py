"""A year's liaison points from a file (REG-1 to REG-4): every row is good and all are written, or nothing is."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.sheets.rows import RowError, SheetRow
from services.registry.models import Designation, Enterprise, EnterpriseYear, Liaison
from services.registry.personal import PersonalData
from services.registry.queries import cohort_years
from services.registry.queries import cohorts as queries
from services.registry.rules import Level
from services.registry.rules.cohorts import Check, Point
from services.registry.service import audit, events, newcomers, people
from services.registry.service import cohort_years as years
from services.registry.service.liaisons import points_changed


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did: with errors, nothing."""

    row_count: int
    created_count: int = 0
    errors: list[RowError] = field(default_factory=list)


async def import_cohort(
    session: AsyncSession,
    personal: PersonalData,
    actor: Actor,
    year: int,
    rows: Sequence[SheetRow],
    now: datetime,
    dry_run: bool = False,
) -> ImportOutcome:
    """Check all rows and, if all are good, write what is new in them. The same rows again change nothing.

    One import at a time: what one has checked, no other changes before it has written. Raises CohortIsRun for a year whose
    list is made here, and CohortWrongState for one that is closed.
    """
    check = Check(year, await queries.areas_of_year(session, year))
    await asyncio.to_thread(check.read, rows)
    await cohort_years.lock_lists(session)
    await years.check_import(session, year)
    made = None
    while made is None:  # until nobody makes one of them known between our look and our writing
        present = await _compare(session, personal, year, check)
        if check.errors or dry_run:
            return ImportOutcome(len(rows), errors=check.errors)
        new = {point.uscc: point.name for point in check.points if point.uscc not in present}
        made = await newcomers.make_all_known(session, new, now, version=0)  # points_changed counts up
    touched = await _rename(session, year, check.points, present) | made.keys()
    created, anything = await _write(session, personal, year, check.points, present | made, touched, now)
    if anything:
        await audit.record(session, actor, "COHORT_IMPORTED", f"cohort/{year}", now)
    return ImportOutcome(len(rows), created)


async def _compare(session: AsyncSession, personal: PersonalData, year: int, check: Check) -> dict[str, Enterprise]:
    """Find what contradicts the database; returns the enterprises that exist already, locked."""
    present = await queries.enterprises_for_update(session, [point.uscc for point in check.points if point.uscc])
    ids = {enterprise.id: uscc for uscc, enterprise in present.items()}
    phones = [point.phone for point in check.points if point.phone]
    check.compare(await queries.known(session, personal, year, ids, phones))
    return present


async def _write(
    session: AsyncSession,
    personal: PersonalData,
    year: int,
    points: Sequence[Point],
    present: dict[str, Enterprise],
    touched: set[str],
    now: datetime,
) -> tuple[int, bool]:
    """Write what is new of enterprises that are all there, some of them just `touched`.

    Returns how many designations are new, and whether anything was written at all.
    """
    created = await _write_designations(session, year, points, present, now)
    touched = touched | created | await _write_contacts(session, personal, year, points, present, now)
    changed = [present[uscc] for uscc in sorted(touched)]
    liaisons = await queries.liaison_ids(session, [enterprise.id for enterprise in changed])
    await points_changed(session, changed, {enterprise.id: liaisons.get(enterprise.id) for enterprise in changed})
    return len(created), bool(touched)


async def _rename(session: AsyncSession, year: int, points: Sequence[Point], present: Mapping[str, Enterprise]) -> set[str]:
    """New names of known enterprises; returns their codes."""
    newer = await queries.designated_after(session, year, [enterprise.id for enterprise in present.values()])
    renamed = set()
    for point in points:
        known = present.get(point.uscc)
        if known and known.name != point.name and known.id not in newer:  # the list of an earlier year has earlier names
            known.name = point.name
            renamed.add(point.uscc)
    await session.flush()
    return renamed


async def _write_designations(
    session: AsyncSession, year: int, points: Sequence[Point], present: dict[str, Enterprise], now: datetime
) -> set[str]:
    """Designations for those who have none this year; returns their codes. Version 0, for points_changed counts up."""
    held = select(Designation.enterprise_id).where(Designation.year == year, Designation.active)
    designated = set(await session.scalars(held))
    new = [point for point in points if present[point.uscc].id not in designated]
    if not new:
        return set()
    seats = await queries.free_seats(session, year)
    await years.keep_imported(session, year, now)
    places, rows = [], []
    for point in new:
        area, level, enterprise_id = point.area.code if point.area else "", point.level or Level.TOWN, present[point.uscc].id
        places.append({"enterprise_id": enterprise_id, "year": year, "area_code": area})
        seat = seats[area].pop(0) if level is Level.DISTRICT else None
        rows.append(
            {"id": uuid7(), "level": level, "seat_no": seat, "active": True, "version": 0, "created_at": now} | places[-1]
        )
    await session.execute(upsert(EnterpriseYear).on_conflict_do_nothing(), places)
    await session.execute(insert(Designation), rows)
    return {point.uscc for point in new}


async def _write_contacts(
    session: AsyncSession,
    personal: PersonalData,
    year: int,
    points: Sequence[Point],
    present: dict[str, Enterprise],
    now: datetime,
) -> set[str]:
    """Contacts for enterprises that have none; returns their codes."""
    named = [point for point in points if point.phone]
    having = await queries.liaison_ids(session, [present[point.uscc].id for point in named])
    new = [point for point in named if present[point.uscc].id not in having]
    claimed = await people.claim_people(session, personal, {point.phone: point.contact for point in new}, now)
    rows = [
        {
            "id": uuid7(),
            "enterprise_id": present[point.uscc].id,
            "person_id": claimed[point.phone],
            "consented_at": now,
            "consent_version": f"cohort-{year}",
        }
        for point in new
    ]
    if rows:
        await session.execute(insert(Liaison), rows)
    return {point.uscc for point in new}


async def announce_points(session: AsyncSession) -> int:
    """Tell every liaison point of all years again, for a listener that has none of them."""
    query = select(Designation, Enterprise, Liaison.person_id).join(Enterprise, Enterprise.id == Designation.enterprise_id)
    query = query.outerjoin(Liaison, (Liaison.enterprise_id == Enterprise.id) & Liaison.ended_at.is_(None))
    found = (await session.execute(query.order_by(Designation.year, Designation.id))).all()
    for designation, enterprise, person_id in found:
        events.point_changed(session, designation, enterprise, person_id)
    return len(found)
