"""What a row of a file of needs must be like. All that is wrong is collected."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kit.sheets.rows import Columns, RowError, SheetRow
from kit.texts import is_safe_text
from services.courses.rules.courseware import NeedSource

UNIT, CATEGORY, TEXT, SOURCE = "部门", "类别", "需求", "来源"
COLUMNS = (UNIT, CATEGORY, TEXT, SOURCE)
FILE = Columns(COLUMNS, (TEXT,))
SOURCES = {"问卷": NeedSource.SURVEY, "需求": NeedSource.DEMAND, "其他": NeedSource.OTHER}
LONGEST = 500
CODE = re.compile(r"[0-9A-Za-z_-]{1,32}")


class NeedReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    UNIT_UNKNOWN = "UNIT_UNKNOWN"
    CATEGORY_INVALID = "CATEGORY_INVALID"
    SOURCE_UNKNOWN = "SOURCE_UNKNOWN"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    ROW_REPEATED = "ROW_REPEATED"


MESSAGES = {
    NeedReason.NO_ROWS: "文件里没有数据行。",
    NeedReason.VALUE_MISSING: "「{column}」不能为空。",
    NeedReason.UNIT_UNKNOWN: "没有叫「{value}」的部门；请填部门的全称或代码。",
    NeedReason.CATEGORY_INVALID: "应填需求类别的代码。",
    NeedReason.SOURCE_UNKNOWN: "应填问卷、需求或其他。",
    NeedReason.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    NeedReason.TEXT_TOO_LONG: "最多 {most} 个字。",
    NeedReason.ROW_REPEATED: "与第 {first} 行重复。",
}


@dataclass(frozen=True, slots=True)
class NeedEntry:
    """A row that was understood."""

    unit_code: str
    category_code: str
    text: str
    source: NeedSource


class NeedCheck:
    """Reads the rows of one file: `entries` are understood, `errors` are not. `agencies`: codes by code and by name."""

    def __init__(self, agencies: Mapping[str, str]) -> None:
        self.entries: list[NeedEntry] = []
        self.errors: list[RowError] = []
        self._agencies = agencies
        self._first: dict[tuple[str, str, str], int] = {}

    def read(self, rows: Sequence[SheetRow]) -> None:
        if not rows:
            self._fail(1, "", NeedReason.NO_ROWS)
        for row in rows:
            self._read(row)

    def _fail(self, row: int, column: str, reason: NeedReason, **values: object) -> None:
        self.errors.append(RowError(row, column, reason, MESSAGES[reason].format(column=column, **values)))

    def _read(self, row: SheetRow) -> None:
        cells = {column: row.cells.get(column, "").strip() for column in COLUMNS}
        before = len(self.errors)
        self._check(row.number, cells)
        if len(self.errors) > before:
            return
        unit = self._agencies.get(cells[UNIT], "")
        first = self._first.setdefault((unit, cells[CATEGORY], cells[TEXT]), row.number)
        if first != row.number:
            self._fail(row.number, TEXT, NeedReason.ROW_REPEATED, first=first)
            return
        source = SOURCES[cells[SOURCE] or "其他"]
        self.entries.append(NeedEntry(unit, cells[CATEGORY], cells[TEXT], source))

    def _check(self, row: int, cells: Mapping[str, str]) -> None:
        """In the order of the columns."""
        if not cells[UNIT] and not cells[CATEGORY]:
            self._fail(row, UNIT, NeedReason.VALUE_MISSING)
        if cells[UNIT] and cells[UNIT] not in self._agencies:
            self._fail(row, UNIT, NeedReason.UNIT_UNKNOWN, value=cells[UNIT][:30])
        if cells[CATEGORY] and not CODE.fullmatch(cells[CATEGORY]):
            self._fail(row, CATEGORY, NeedReason.CATEGORY_INVALID)
        if not cells[TEXT]:
            self._fail(row, TEXT, NeedReason.VALUE_MISSING)
        elif not is_safe_text(cells[TEXT]):
            self._fail(row, TEXT, NeedReason.TEXT_UNSAFE)
        elif len(cells[TEXT]) > LONGEST:
            self._fail(row, TEXT, NeedReason.TEXT_TOO_LONG, most=LONGEST)
        if cells[SOURCE] and cells[SOURCE] not in SOURCES:
            self._fail(row, SOURCE, NeedReason.SOURCE_UNKNOWN)
