"""A year's above-scale enterprises from a file (SUR-2): every row is good and all are written, or nothing is.

An enterprise that moved is moved with it, unless something of the year stands for the old area already.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.sheets.rows import SheetRow
from services.registry.models import Enterprise, EnterpriseYear, Nomination
from services.registry.queries import cohorts as queries
from services.registry.queries import moves
from services.registry.queries.cohort_years import lock_lists
from services.registry.rules.census import CensusCheck, Entry
from services.registry.rules.nominations import NominationState
from services.registry.service import audit, newcomers, nominations
from services.registry.service.cohorts import ImportOutcome
from services.registry.service.errands import Errand
from services.registry.service.liaisons import points_changed


async def import_census(
    session: AsyncSession, actor: Actor, year: int, rows: Sequence[SheetRow], now: datetime, dry_run: bool = False
) -> ImportOutcome:
    """Check all rows and, if all are good, write what is new in them. The same rows again change nothing."""
    check = CensusCheck(year, await queries.areas_of_year(session, year))
    await asyncio.to_thread(check.read, rows)
    await lock_lists(session)
    made = None
    while made is None:  # until nobody makes one of them known between our look and our writing
        present = await queries.enterprises_for_update(session, [entry.uscc for entry in check.entries if entry.uscc])
        found = await _of_year(session, year, present)
        places = {uscc: place.area_code for uscc, place in found.items()}
        moved = {found[one.uscc].enterprise_id: one for one in check.moved(places)}
        obstacles = await moves.obstacles(session, year, moved)
        check.compare(places, {moved[one].uscc: obstacle for one, obstacle in obstacles.items()})
        if check.errors or dry_run:
            return ImportOutcome(len(rows), errors=check.errors)
        new = {entry.uscc: entry.name for entry in check.entries if entry.uscc not in present}
        made = await newcomers.make_all_known(session, new, now)
    await _rename(session, year, check.entries, present)
    present |= made
    errand = Errand(session, actor, now)
    told = {one: _in_words(check, places, entry) for one, entry in moved.items()}
    drafts = await _take_drafts_back(errand, year, told)
    changed = await _write_places(session, year, check.entries, present, found)
    for draft in drafts:
        await errand.record("NOMINATION_WITHDRAWN", f"nomination/{draft.id}", draft.ended_reason or "")
    for enterprise_id, words in told.items():
        await errand.record("ENTERPRISE_MOVED", f"enterprise/{enterprise_id}", words)
    if changed:
        await audit.record(session, actor, "CENSUS_IMPORTED", f"census/{year}", now)
    return ImportOutcome(len(rows), changed)


def _in_words(check: CensusCheck, places: dict[str, str], entry: Entry) -> str:
    there = entry.area.names[-1] if entry.area else ""
    return f"企业 {check.year} 年由{check.name_of(places[entry.uscc])}迁至{there}"


async def _take_drafts_back(errand: Errand, year: int, moved: dict[UUID, str]) -> list[Nomination]:
    """An area nominates only its own: its draft for who moved away is over, and stays to be seen there."""
    drafts = await moves.drafts(errand.session, year, moved)
    for draft in drafts:
        nominations.move(draft, NominationState.WITHDRAWN, errand, moved[draft.enterprise_id])
    await errand.session.flush()  # before the year's area changes under them
    return drafts


async def _of_year(session: AsyncSession, year: int, present: dict[str, Enterprise]) -> dict[str, EnterpriseYear]:
    codes = {enterprise.id: uscc for uscc, enterprise in present.items()}
    query = select(EnterpriseYear).where(EnterpriseYear.year == year, EnterpriseYear.enterprise_id.in_(codes))
    return {codes[place.enterprise_id]: place for place in await session.scalars(query)}


async def _rename(session: AsyncSession, year: int, entries: Sequence[Entry], present: Mapping[str, Enterprise]) -> None:
    """New names of known enterprises, unless a later year knows better."""
    renamed = [entry for entry in entries if entry.uscc in present and present[entry.uscc].name != entry.name]
    ids = [present[entry.uscc].id for entry in renamed]
    query = select(EnterpriseYear.enterprise_id).where(EnterpriseYear.year > year, EnterpriseYear.enterprise_id.in_(ids))
    newer = set(await session.scalars(query))
    changed = []
    for entry in renamed:
        enterprise = present[entry.uscc]
        if enterprise.id not in newer:
            enterprise.name = entry.name
            changed.append(enterprise)
    await session.flush()
    liaisons = await queries.liaison_ids(session, [enterprise.id for enterprise in changed])
    await points_changed(session, changed, {enterprise.id: liaisons.get(enterprise.id) for enterprise in changed})


async def _write_places(
    session: AsyncSession,
    year: int,
    entries: Sequence[Entry],
    present: dict[str, Enterprise],
    found: dict[str, EnterpriseYear],
) -> int:
    """The year of each; returns how many are new or changed."""
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for entry in entries:
        place = found.get(entry.uscc)
        key = {"enterprise_id": present[entry.uscc].id, "year": year}
        area_code = entry.area.code if entry.area else ""
        told = {"above_scale": entry.above_scale, "industry": entry.industry, "area_code": area_code}
        if place is None:
            new.append(key | told)
        elif (place.above_scale, place.industry, place.area_code) != tuple(told.values()):
            changed.append(key | told)
    if new:
        await session.execute(insert(EnterpriseYear), new)
    if changed:
        await session.execute(update(EnterpriseYear), changed)
    return len(new) + len(changed)
