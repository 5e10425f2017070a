"""Projects of a year: their states, and when a node asks for attention (notice 三（一）3: 时间节点, 责任领导). Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from kit.calendar import BEIJING

MOST_NODES = 50
NOTICE = timedelta(days=7)
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
# What has been told of a node: nothing, that it is due within the notice, that it is due today, each week that it is late.
UNTOLD, SOON, TODAY = 0, 1, 2


class ProjectState(StrEnum):
    PLANNED = "PLANNED"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


# What may become of a project; the one table of it.
NEXT: dict[ProjectState, frozenset[ProjectState]] = {
    ProjectState.PLANNED: frozenset({ProjectState.ACTIVE, ProjectState.CANCELLED}),
    ProjectState.ACTIVE: frozenset({ProjectState.COMPLETED, ProjectState.CANCELLED}),
    ProjectState.COMPLETED: frozenset(),
    ProjectState.CANCELLED: frozenset(),
}


def today(now: datetime) -> date:
    """The day in Shanghai, which is what due days go by."""
    return now.astimezone(BEIJING).date()


def serial_of(year: int, number: int) -> str:
    """The number that people call a project by."""
    return f"XM{year}-{number:06}"


def number_of(serial: str) -> tuple[int, int] | None:
    """Year and number of a serial; None for what is none."""
    head, _, tail = serial.upper().partition("-")
    if head[:2] == "XM" and head[2:].isascii() and head[2:].isdigit() and tail.isascii() and tail.isdigit():
        return int(head[2:][:9]), int(tail[:18])
    return None


def fits_year(year: int, starts_on: date, ends_on: date) -> bool:
    """A project of a year begins and ends in it, in this order."""
    return starts_on <= ends_on and starts_on.year == ends_on.year == year


def days_late(due_on: date, done_on: date | None, day: date) -> int:
    """Days past the due day, until it was done or until a day; 0 in time."""
    return max(((done_on or day) - due_on).days, 0)


def stage(due_on: date, day: date) -> int:
    """What is to be told of an open node on a day; stages only rise, so each is told once."""
    if day < due_on - NOTICE:
        return UNTOLD
    if day < due_on:
        return SOON
    return TODAY if day == due_on else TODAY + week_late(due_on, day)


def week_late(due_on: date, day: date) -> int:
    """Which week it is late in: 1 from the day after the due day."""
    return 1 + ((day - due_on).days - 1) // 7


def next_look(due_on: date, told: int) -> date:
    """The first day on which there is more to tell than that."""
    if told < TODAY:
        return due_on - NOTICE if told == UNTOLD else due_on
    return due_on + _DAY + (told - TODAY) * _WEEK
