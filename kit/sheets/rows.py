"""Rows of a file as they come, and what is wrong with them. All that is wrong is collected, nothing is written before."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


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
