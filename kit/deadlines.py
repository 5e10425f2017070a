"""Terms and their marks: when one is over, and when half and four fifths of it are gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kit.calendar import Due, WorkingCalendar, fraction_at

WARNINGS = (50, 80, 100)  # per cent of a clock's time; the last is the breach


@dataclass(frozen=True, slots=True)
class Term:
    """What a due time follows from: a day that somebody named, or a number of working days. Neither: it has none."""

    days: int | None = None
    day: date | None = None


def due_of(term: Term, counted_from: datetime, calendar: WorkingCalendar) -> Due | None:
    """When a term is over; None where it has no end."""
    if term.day is not None:
        return calendar.due_on(term.day)
    return calendar.add_workdays(counted_from, term.days) if term.days is not None else None


def passed(started_at: datetime, due_at: datetime, now: datetime) -> int:
    """The highest mark that has passed, 0 if none has."""
    return max((mark for mark in WARNINGS if fraction_at(started_at, due_at, mark / 100) <= now), default=0)


def next_mark(started_at: datetime, due_at: datetime, fired: int) -> datetime | None:
    """When the first mark after `fired` is reached; None if there is none left."""
    ahead: Iterable[int] = (mark for mark in WARNINGS if mark > fired)
    return min((fraction_at(started_at, due_at, mark / 100) for mark in ahead), default=None)
