"""Needs from a file and into one: every row is good and all are written, or nothing is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from kit.sheets.rows import RowError, SheetRow
from services.courses.queries import needs as queries
from services.courses.rules.need_files import NeedCheck
from services.courses.service import needs
from services.courses.service.errands import Errand
from services.courses.service.needs import NeedDraft


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an import."""

    row_count: int
    created_count: int = 0
    errors: list[RowError] = field(default_factory=list)


async def import_needs(errand: Errand, year: int, rows: Sequence[SheetRow], dry_run: bool) -> Outcome:
    """Check all rows and, if all are good, add what the year does not have yet."""
    check = NeedCheck(await queries.agencies_at_work(errand.session))
    await asyncio.to_thread(check.read, rows)
    if check.errors or dry_run:
        return Outcome(len(rows), errors=check.errors)
    there = await queries.present_needs(errand.session, year)
    new = [one for one in check.entries if (one.unit_code, one.category_code, one.text) not in there]
    for one in new:
        await needs.add(errand, year, NeedDraft(one.unit_code, one.category_code, one.text, one.source))
    return Outcome(len(rows), len(new))
