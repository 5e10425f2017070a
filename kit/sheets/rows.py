"""Rows of a file as they come, and what is wrong with them. All that is wrong is collected, nothing is written before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from kit.calendar import BEIJING

# As people and spreadsheets write days; a spreadsheet adds midnight.
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(T00:00:00)?", re.ASCII)

# A spreadsheet keeps moments as fractions of days, and may give those back a little too early.
_MINUTE = re.compile(r"(.+?)(?:T| +)([0-9]{1,2})[:：]([0-9]{2})(?:[:：]([0-9]{2})(?:\.[0-9]+)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a file, by column header. Numbered as a spreadsheet shows it: the header is row 1."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong with a file. `reason` is stable, `message` is for people; no column where the row as a whole is."""

    row: int
    column: str
    reason: StrEnum
    message: str


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a file may have, and those that it must have."""

    all: tuple[str, ...]
    required: tuple[str, ...]


def day_of(text: str) -> date | None:
    """The day that a cell names; None for none."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()[:3]))
    except ValueError:
        return None


def minute_of(text: str) -> datetime | None:
    """The moment in Shanghai that a cell names, to the nearest minute; None for none."""
    found = _MINUTE.fullmatch(text)
    day = day_of(found[1]) if found else None
    if not found or day is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[1:])
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=BEIJING)
        return (moment + timedelta(seconds=30)).replace(second=0)
    except (ValueError, OverflowError):
        return None
