"""The calendar as the database has it, and the clocks that run by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.models import CalendarDay, CalendarTable

# Whoever loads a table comes after whoever did before: revisions are in the order of their commits.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('calendar', 0))")
RUNNING = text("""
SELECT c.id, c.demand_id, c.kind, c.counted_from, c.started_at, c.term_days, c.term_day, c.due_at, c.provisional, c.day_off,
  c.breached_at, c.fired, c.paused_at, c.stopped_at, d.promised_on
FROM demand_clock c JOIN demand d ON d.id = c.demand_id
WHERE c.stopped_at IS NULL AND c.due_at IS NOT NULL AND (CAST(:after AS uuid) IS NULL OR c.id > :after)
ORDER BY c.id LIMIT :batch
""")
LATEST = select(func.max(CalendarTable.revision)).group_by(CalendarTable.year)
PRESENT = select(CalendarTable).where(CalendarTable.revision.in_(LATEST)).order_by(CalendarTable.year)


@dataclass(frozen=True, slots=True)
class Year:
    """The table of a year with its days."""

    table: CalendarTable
    days_off: tuple[date, ...]
    workdays: tuple[date, ...]


async def revision(session: AsyncSession) -> int:
    """The revision of the whole calendar: that of the table loaded last."""
    return await session.scalar(select(func.max(CalendarTable.revision))) or 0


async def next_revision(session: AsyncSession) -> int:
    """The revision of a table to be loaded in this transaction; nobody else loads one until it ends."""
    await session.execute(ONE_AT_A_TIME)
    return await revision(session) + 1


async def years(session: AsyncSession) -> Sequence[CalendarTable]:
    """The table of each year that has one."""
    return (await session.scalars(PRESENT)).all()


async def year(session: AsyncSession, wanted: int) -> Year | None:
    """The table of one year."""
    table = (await session.scalars(PRESENT.where(CalendarTable.year == wanted))).first()
    if table is None:
        return None
    query = select(CalendarDay).where(CalendarDay.revision == table.revision).order_by(CalendarDay.day)
    days = (await session.scalars(query)).all()
    return Year(table, tuple(one.day for one in days if not one.works), tuple(one.day for one in days if one.works))


async def tables(session: AsyncSession) -> dict[int, dict[date, bool]]:
    """The days that differ from Monday to Friday, for each year that has a table."""
    query = select(CalendarTable.year, CalendarDay.day, CalendarDay.works).where(CalendarTable.revision.in_(LATEST))
    found: dict[int, dict[date, bool]] = {}
    for number, day, works in await session.execute(query.join(CalendarDay, CalendarDay.revision == CalendarTable.revision)):
        found.setdefault(number, {})[day] = works
    return found


async def running_clocks(session: AsyncSession, after: UUID | None, batch: int) -> Sequence[Any]:
    """Clocks that run or stand still and have an end, in the order of their ids, with what their due times follow from."""
    return (await session.execute(RUNNING, {"after": after, "batch": batch})).all()
