"""Rows of a file as they come, and what is wrong with them. All that is wrong is collected, nothing is written before."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# As people and spreadsheets write days; a spreadsheet adds midnight.
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(T00:00:00)?", re.ASCII)


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
