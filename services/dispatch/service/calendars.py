"""Loading a year's table of working days, and what follows for the clocks that run (DEM-5; 调休, 民法典 201、203)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.calendar import WorkingCalendar, library_tables
from kit.errors import StaleVersion
from services.dispatch import moves, rules
from services.dispatch.models import CalendarDay, CalendarTable, ClockChange
from services.dispatch.moves import Act, Course
from services.dispatch.queries import calendars, changes
from services.dispatch.recounting import Recount, recount
from services.dispatch.rules import Action, Party, YearTable

SEEDED = "国务院办公厅关于{year}年部分节假日安排的通知"


async def set_year(session: AsyncSession, actor: Actor, expected: int, table: YearTable, now: datetime) -> None:
    """Load a year's table over the revision the caller saw; the same asked again changes nothing more."""
    rules.check_year_table(table)
    revision = await calendars.next_revision(session)
    if revision != expected + 1:
        present = await calendars.year(session, table.year)
        if present and _is_that(present, actor, expected, table):
            return
        raise StaleVersion(version=str(revision - 1))
    await _put(session, revision, table, actor.person_id, now)


def _is_that(present: calendars.Year, actor: Actor, expected: int, table: YearTable) -> bool:
    """Whether the year's table is what this very request made of the revision that it expected."""
    same = (present.days_off, present.workdays) == (tuple(sorted(table.days_off)), tuple(sorted(table.workdays)))
    mine = present.table.loaded_by == actor.person_id and present.table.notice == table.notice
    return same and mine and present.table.revision == expected + 1


async def load_years(session: AsyncSession, tables: Sequence[YearTable], now: datetime) -> int:
    """Load tables by command; one that the calendar has so already is passed by. Returns how many were loaded."""
    loaded = 0
    for table in tables:
        rules.check_year_table(table)
        revision = await calendars.next_revision(session)
        present = await calendars.year(session, table.year)
        if present is None or dict.fromkeys(present.days_off, False) | dict.fromkeys(present.workdays, True) != table.days:
            await _put(session, revision, table, None, now)
            loaded += 1
    return loaded


async def of_library(session: AsyncSession) -> list[YearTable]:
    """The years that the library knows and the calendar does not: what was corrected by hand is not undone by it."""
    known = {table.year for table in await calendars.years(session)}
    return [
        YearTable(year, SEEDED.format(year=year), tuple(d for d in days if not days[d]), tuple(d for d in days if days[d]))
        for year, days in sorted(library_tables().items())
        if year not in known
    ]


async def _put(session: AsyncSession, revision: int, table: YearTable, by: UUID | None, now: datetime) -> None:
    session.add(CalendarTable(revision=revision, year=table.year, notice=table.notice, loaded_by=by, loaded_at=now))
    await session.flush()
    rows = [{"revision": revision, "day": day, "works": works} for day, works in table.days.items()]
    await session.execute(insert(CalendarDay), rows)


async def refresh(session: AsyncSession, course: Course) -> None:
    """Exchange the calendar of this process if the database has a newer one."""
    newest = await calendars.revision(session)
    if newest != course.revision:
        course.calendar = WorkingCalendar(await calendars.tables(session))
        course.revision = newest


def concerned(rows: Sequence[Any], course: Course, now: datetime) -> list[UUID]:
    """The demands of these clocks for which the calendar changes something."""
    found = (row.demand_id for row in rows if recount([row._asdict()], row.promised_on, now, course.calendar))
    return list(dict.fromkeys(found))


async def reschedule(session: AsyncSession, course: Course, demand_id: UUID, now: datetime) -> int:
    """Count the running clocks of one demand again; one line tells of all that changed. Returns how many did."""
    found = await changes.demand_for_move(session, None, demand_id)
    recounts = recount(found.clocks, found.row["promised_on"], now, course.calendar)
    if not recounts:
        return 0
    after_by_id = {one.after["id"]: one.after for one in recounts}
    written = moves.start(found.row, [after_by_id.get(row["id"], row) for row in found.clocks])
    told = (Party.AGENCY,) if any(one.fell_free for one in recounts) else ()
    table = await session.get(CalendarTable, course.revision)
    act = Act(None, now, table.notice if table else "", also_told=told)
    after = moves.take(written, Action.RESCHEDULE, act, course, found.contacts)
    await moves.save(session, written)
    session.add_all(_logged(one, after, course.revision, now) for one in recounts)
    return len(recounts)


def _logged(one: Recount, demand: moves.Row, revision: int, now: datetime) -> ClockChange:
    return ClockChange(
        demand_id=demand["id"],
        sequence=demand["version"],
        clock_id=one.after["id"],
        revision=revision,
        old_due_at=one.before["due_at"],
        new_due_at=one.after["due_at"],
        old_provisional=one.before["provisional"],
        new_provisional=one.after["provisional"],
        day_off=bool(one.after["day_off"]),
        breach_lifted=one.lifted,
        changed_at=now,
    )
