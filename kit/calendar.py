"""Working days as the State Council sets them each year, make-up days (调休) included, and deadlines in them.

All days are days in Beijing; every moment handed out is in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Self

import chinese_calendar  # type: ignore[import-untyped]

# China has kept UTC+8 without summer time since September 1991, so no time zone database is needed
# (slim images have none).
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
CLOSE_OF_BUSINESS = time(17, 30)

# A year's notice reaches back into the last days of the year before: that of 2019 moved 29–31 December 2018.
_NEW_YEAR_REACH = timedelta(days=7)
_ONE_DAY = timedelta(days=1)

YearTables = Mapping[int, Mapping[date, bool]]


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline. Provisional: a holiday notice still to come may move it, and it is computed again then."""

    at: datetime
    provisional: bool


class WorkingCalendar:
    """Which days are worked, and when a number of working days is over.

    `tables` holds, for each year whose holiday notice is known, the days that differ from Monday to Friday:
    True where a weekend is worked, False where a weekday is free. A year without a table counts Monday to
    Friday and makes whatever depends on it provisional.
    """

    def __init__(self, tables: YearTables, *, close: time = CLOSE_OF_BUSINESS, zone: tzinfo = BEIJING) -> None:
        self._years = frozenset(tables)
        # In order of years, because a later notice has the last word on a day that two of them name.
        self._exceptions = {day: works for year in sorted(tables) for day, works in tables[year].items()}
        self._close = close
        self._zone = zone
        # Everything that comes in on a day is due on the same few days.
        self._workdays_after = lru_cache(maxsize=1024)(self._count_workdays)

    @classmethod
    def from_library(cls, *, close: time = CLOSE_OF_BUSINESS, zone: tzinfo = BEIJING) -> Self:
        """The calendar of the years that the installed chinesecalendar knows."""
        return cls(library_tables(), close=close, zone=zone)

    def is_provisional(self, year: int) -> bool:
        """Whether the year's holiday notice is not known here."""
        return year not in self._years

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day."""
        if isinstance(day, datetime):
            raise TypeError("give a day, not a moment: which day a moment is on depends on the time zone")
        return self._exceptions.get(day, day.weekday() < 5)

    def day_of(self, moment: datetime) -> date:
        """The day on which a moment falls here."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(self._zone).date()

    def add_workdays(self, start: datetime, n: int) -> Due:
        """Close of business of the n-th working day after the day of `start`, which itself does not count.

        That is how the Civil Code counts (民法典 201, 203): from the next day, to the end of business hours.
        """
        if n < 1:
            raise ValueError("a deadline is at least one working day ahead")
        return self._workdays_after(self.day_of(start), n)

    def _count_workdays(self, day: date, n: int) -> Due:
        provisional = False
        while n:
            day += _ONE_DAY
            provisional = provisional or not self._settled(day)
            n -= self.is_workday(day)
        return Due(self._closing(day), provisional)

    def due_on(self, day: date) -> Due:
        """Close of business of a day somebody named; provisional where it may still become a free day."""
        return Due(self._closing(day), not self._settled(day))

    def workdays_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`, negative when `b` comes first.

        Counts as add_workdays does: to the day of `add_workdays(start, n)` it is n.
        """
        if b < a:
            return -self.workdays_between(b, a)
        return sum(self.is_workday(a + timedelta(days=ahead)) for ahead in range(1, (b - a).days + 1))

    def _settled(self, day: date) -> bool:
        """Whether no notice still to come can change the day."""
        return day.year in self._years and (day + _NEW_YEAR_REACH).year in self._years

    def _closing(self, day: date) -> datetime:
        return datetime.combine(day, self._close, self._zone).astimezone(UTC)


def fraction_at(start: datetime, due: datetime, fraction: float) -> datetime:
    """The moment when that share of the time is gone (0.5, 0.8 for warnings).

    Plain elapsed time, nights and weekends included: a warning says how far off the deadline is, not how
    many office hours are left, and needs no calendar to be checked.
    """
    return start + (due - start) * fraction


def library_tables() -> dict[int, dict[date, bool]]:
    """The years and exceptions that the installed chinesecalendar knows, to seed a table of our own."""
    tables: dict[int, dict[date, bool]] = {}
    for day in chinese_calendar.holidays:
        tables.setdefault(day.year, {})[day] = False
    for day in chinese_calendar.workdays:
        tables.setdefault(day.year, {})[day] = True
    return tables
