"""Keeps calendar and terms of this process as the database has them, and the running clocks as the calendar has them.

Several processes do so side by side. Each passes over all running clocks when it has learned of a table, its start included,
and once more when everything has ended that may have begun by the calendar before. A clock that stands right is left alone.
"""

import json
import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from kit.db import Database
from services.dispatch.moves import Course
from services.dispatch.queries.calendars import running_clocks
from services.dispatch.rules import YearTable
from services.dispatch.service import calendars, terms

log = logging.getLogger(__name__)
FIELDS = {"year", "notice", "days_off", "workdays"}
LONGEST_CALL = timedelta(seconds=40)  # the door to dispatch lets none take longer than 30
BATCH = 500


class CalendarKeeper:
    """One for each process."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course
        self._passed = -1
        self._passes: list[datetime] = []

    async def look(self, now: datetime) -> int:
        """Learn of tables, and pass if it is time to. Returns how many clocks changed."""
        await self.learn()
        if self.course.revision != self._passed:
            self._passed = self.course.revision
            self._passes = [now, now + LONGEST_CALL]
        if not self._passes or now < self._passes[0]:
            return 0
        changed = await self.recount(now)
        self._passes.pop(0)
        return changed

    async def learn(self) -> None:
        """Have the calendar, and the terms set for agencies and categories, that the database has."""
        async with self.db.read() as session:
            await calendars.refresh(session, self.course)
            await terms.refresh(session, self.course, datetime.now(UTC))

    async def recount(self, now: datetime) -> int:
        """Pass over all running clocks. Each demand is a transaction of its own."""
        after, changed, more = None, 0, True
        while more:
            async with self.db.read() as session:
                rows = await running_clocks(session, after, BATCH)
            for demand_id in calendars.concerned(rows, self.course, now):
                async with self.db.begin() as session:
                    changed += await calendars.reschedule(session, self.course, demand_id, now)
            after, more = rows[-1].id if rows else None, len(rows) == BATCH
        if changed:
            log.info("calendar revision %s changed %s running clocks", self.course.revision, changed)
        return changed


def tables_of(path: Path) -> list[YearTable]:
    """The tables in a file: JSON, one or a list of {"year", "notice", "days_off", "workdays"}, days as "2026-10-01"."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return [_table_of(one) for one in (found if isinstance(found, list) else [found])]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SystemExit(f"{path}: {error}") from error


def _table_of(found: dict[str, Any]) -> YearTable:
    if found.keys() != FIELDS or not found["days_off"] or not str(found["notice"]).strip():
        raise ValueError(f"a table has a notice, some days off, and no fields but {', '.join(sorted(FIELDS))}")
    days_off, workdays = (tuple(map(date.fromisoformat, found[name])) for name in ("days_off", "workdays"))
    return YearTable(int(found["year"]), str(found["notice"]).strip(), days_off, workdays)
