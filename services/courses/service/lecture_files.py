"""Lectures from a file: every row is good and all are planned, or none is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from kit.sheets.rows import RowError, SheetRow
from services.courses.queries import lecture_files as queries
from services.courses.rules.lecture_files import LectureCheck, LectureEntry
from services.courses.rules.lectures import LectureTerms
from services.courses.service import lectures
from services.courses.service.errands import Errand
from services.courses.service.lectures import LectureDraft


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an import."""

    row_count: int
    created_count: int = 0
    errors: list[RowError] = field(default_factory=list)


async def import_lectures(
    errand: Errand, terms: LectureTerms, year: int, rows: Sequence[SheetRow], dry_run: bool
) -> Outcome:
    """Check all rows and, if all are good, plan the lectures that the caller's agency does not have yet."""
    check = LectureCheck(await queries.known_of(errand.session, errand.actor.unit_code, year, errand.now))
    await asyncio.to_thread(check.read, rows)
    if check.errors or dry_run:
        return Outcome(len(rows), errors=check.errors)
    for entry in check.entries:
        await lectures.plan(errand, terms, _draft(entry))
    if check.entries:
        await errand.record("LECTURES_IMPORTED", f"lectures/{year}", f"{len(rows)} rows, {len(check.entries)} planned")
    return Outcome(len(rows), len(check.entries))


def _draft(entry: LectureEntry) -> LectureDraft:
    """As if planned by hand, with nothing said of what a file has no column for."""
    return LectureDraft(
        courseware_id=entry.courseware_id,
        lecturer_id=entry.lecturer_id,
        title="",
        place=entry.place,
        zone_code=entry.zone_code,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        closes_at=None,
        capacity=entry.capacity,
        most_heads=0,
        offer_minutes=0,
    )
