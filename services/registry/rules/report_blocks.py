"""What a report is written in."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Small print below a table: how a figure is made."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are shares of the page's width. The first column is words, the others figures."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar for each row, the longest first as given."""

    caption: str
    rows: Sequence[tuple[str, float]]
    decimals: int = 0


Block = Heading | Paragraph | Note | Table | Bars
