"""What another calendar does to clocks that run: their due times are counted again from what they always followed from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kit.calendar import Due, WorkingCalendar
from kit.deadlines import WARNINGS, Term, due_of, next_mark
from services.dispatch.rules import Clock

Row = dict[str, Any]
# Somebody named the day these are due on and was held to a working day then.
NAMED = frozenset({Clock.HANDLE, Clock.ORDER})


@dataclass(frozen=True, slots=True)
class Recount:
    """One clock before and after."""

    before: Row
    after: Row

    @property
    def lifted(self) -> bool:
        """Whether it was booked as overdue, and is not by the newer table."""
        return bool(self.before["breached_at"] and not self.after["breached_at"])

    @property
    def fell_free(self) -> bool:
        return bool(self.after["day_off"] and not self.before["day_off"])


def recount(rows: Iterable[Row], promised_on: date | None, now: datetime, calendar: WorkingCalendar) -> list[Recount]:
    """The clocks that change by this calendar. Counting again by the same one finds none."""
    found = []
    for row in rows:
        if row["stopped_at"] is None and row["due_at"] is not None:
            after = row | _counted(row, promised_on, now, calendar)
            if after != row:
                found.append(Recount(row, after))
    return found


def _counted(row: Row, promised_on: date | None, now: datetime, calendar: WorkingCalendar) -> Row:
    """What the calendar makes of one clock.

    A promised day stays that day, also where the clock stood still and got back the working days it had left: the enterprise
    was told the day, not their number.
    """
    day = (promised_on if row["kind"] == Clock.HANDLE else None) or row["term_day"]
    due = due_of(Term(row["term_days"], day), row["counted_from"], calendar)
    assert due is not None  # noqa: S101 - only clocks with an end are counted
    free = True if row["kind"] in NAMED and day and not calendar.is_workday(day) else None
    return {"provisional": due.provisional, "day_off": free} | _due(row, due, now)


def _due(row: Row, due: Due, now: datetime) -> Row:
    """The due time, and with it the warnings. Those that were given are not given again.

    Nobody is late after the fact: a due time that would lie behind stays where it was.
    """
    if due.at == row["due_at"] or (due.at <= now and due.at < row["due_at"]):
        return {}
    lifted = bool(row["breached_at"]) and due.at > now
    fired = WARNINGS[-2] if lifted else row["fired"]
    look = None if row["paused_at"] else next_mark(row["started_at"], due.at, fired)
    return {"due_at": due.at, "fired": fired, "next_look": look} | ({"breached_at": None} if lifted else {})
