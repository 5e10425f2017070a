"""The table of a year's holidays as somebody loads it, checked before anything is counted by it."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.dispatch import errors

# A year's notice may reach back: that of 2019 moved 29 to 31 December 2018.
REACH = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class YearTable:
    """What the State Council's notice says of a year: the free days, weekends among them or not, and the make-up days."""

    year: int
    notice: str
    days_off: tuple[date, ...]
    workdays: tuple[date, ...]

    @property
    def days(self) -> dict[date, bool]:
        """Each day named, and whether it is worked."""
        return dict.fromkeys(self.days_off, False) | dict.fromkeys(self.workdays, True)


def check_year_table(table: YearTable) -> None:
    """Raise CalendarDayInvalid for the first day that is of another year, named twice, or made up for on a weekday."""
    first, last = date(table.year, 1, 1) - REACH, date(table.year, 12, 31)
    seen: set[date] = set()
    for field, days in (("days_off", table.days_off), ("workdays", table.workdays)):
        for day in days:
            known = first <= day <= last and day not in seen
            if not known or (field == "workdays" and day.weekday() < 5):
                raise errors.CalendarDayInvalid(day=day.isoformat(), field=field)
            seen.add(day)
