"""What a row of a file of services must be like. All that is wrong is collected."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kit.sheets.rows import Columns, RowError, SheetRow
from kit.texts import is_safe_text
from services.registry.rules.service_records import KIND_NAMES, ServiceKind

USCC, PROJECT, DAY, KIND, NOTE = "统一社会信用代码", "项目", "服务日期", "服务方式", "说明"
COLUMNS = (USCC, PROJECT, DAY, KIND, NOTE)
FILE = Columns(COLUMNS, (USCC, PROJECT, DAY, KIND))
KINDS = {name: kind for kind, name in KIND_NAMES.items()}
NOTE_LENGTH = 1_000


class ServiceRowReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    POINT_UNKNOWN = "POINT_UNKNOWN"
    PROJECT_UNKNOWN = "PROJECT_UNKNOWN"
    PROJECT_AMBIGUOUS = "PROJECT_AMBIGUOUS"
    PROJECT_NOT_BEGUN = "PROJECT_NOT_BEGUN"
    DAY_INVALID = "DAY_INVALID"
    DAY_OF_OTHER_YEAR = "DAY_OF_OTHER_YEAR"
    DAY_AHEAD = "DAY_AHEAD"
    KIND_UNKNOWN = "KIND_UNKNOWN"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    NOTE_TOO_LONG = "NOTE_TOO_LONG"
    ROW_REPEATED = "ROW_REPEATED"


Why = ServiceRowReason
MESSAGES = {
    Why.NO_ROWS: "文件里没有数据行。",
    Why.VALUE_MISSING: "「{column}」不能为空。",
    Why.POINT_UNKNOWN: "本区域 {year} 年的联系点中没有这家企业。",
    Why.PROJECT_UNKNOWN: "本单位 {year} 年没有编号或名称为「{value}」的项目。",
    Why.PROJECT_AMBIGUOUS: "有多个项目叫「{value}」，请填项目编号。",
    Why.PROJECT_NOT_BEGUN: "该项目尚未启动或已取消，不能登记服务。",
    Why.DAY_INVALID: "不是有效的日期，应为 2026-06-30 这样的形式。",
    Why.DAY_OF_OTHER_YEAR: "服务日期不在 {year} 年。",
    Why.DAY_AHEAD: "服务日期还没有到。",
    Why.KIND_UNKNOWN: "服务方式只能填走访、座谈、培训、问卷或其他。",
    Why.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    Why.NOTE_TOO_LONG: "说明最多 {limit} 个字。",
    Why.ROW_REPEATED: "与第 {first} 行重复：同一企业、项目、日期和方式只登记一次。",
}


# As people and spreadsheets write days; a spreadsheet adds midnight.
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(T00:00:00)?", re.ASCII)


def _day_of(text: str) -> date | None:
    """The day that a cell names; None for none."""
    found = _DAY.fullmatch(text)
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()[:3]))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class KnownProject:
    """A project of the unit and year, by all that a file may call it."""

    id: UUID
    serial: str
    title: str
    begun: bool


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A row that is good."""

    designation_id: UUID
    project_id: UUID
    served_on: date
    kind: ServiceKind
    note: str

    @property
    def key(self) -> tuple[UUID, UUID, date, str]:
        return self.designation_id, self.project_id, self.served_on, self.kind


class ServiceCheck:
    """Reads the rows of one file against what is known: the area's points by code, the unit's projects. `errors` grows."""

    def __init__(self, year: int, today: date, points: Mapping[str, UUID], projects: Sequence[KnownProject]) -> None:
        self.year, self.today, self.points = year, today, points
        self.errors: list[RowError] = []
        self.lines: list[ServiceLine] = []
        self._projects: dict[str, list[KnownProject]] = defaultdict(list)
        for project in projects:
            for name in {str(project.id), project.serial, project.title}:
                self._projects[name].append(project)

    def read(self, rows: Sequence[SheetRow]) -> None:
        """Understand every row, and find what is in the file twice."""
        if not rows:
            self._fail(1, "", Why.NO_ROWS)
        first: dict[tuple[UUID, UUID, date, str], int] = {}
        for row in rows:
            line = self._line(row)
            if line is None:
                continue
            if line.key in first:
                self._fail(row.number, "", Why.ROW_REPEATED, first=first[line.key])
            first.setdefault(line.key, row.number)
            self.lines.append(line)
        self.errors.sort(key=lambda error: (error.row, COLUMNS.index(error.column) if error.column else -1))

    def _fail(self, row: int, column: str, reason: ServiceRowReason, **values: object) -> None:
        message = MESSAGES[reason].format(column=column, year=self.year, **values)
        self.errors.append(RowError(row, column, reason, message))

    def _line(self, row: SheetRow) -> ServiceLine | None:
        point, project = self._point(row), self._project(row)
        served_on, kind, note = self._day(row), self._kind(row), self._note(row)
        if point is None or project is None or served_on is None or kind is None or note is None:
            return None
        return ServiceLine(point, project, served_on, kind, note)

    def _value(self, row: SheetRow, column: str) -> str:
        value = row.cells.get(column, "").strip()
        if not value:
            self._fail(row.number, column, Why.VALUE_MISSING)
        return value

    def _point(self, row: SheetRow) -> UUID | None:
        value = self._value(row, USCC).upper()
        if value and value not in self.points:
            self._fail(row.number, USCC, Why.POINT_UNKNOWN)
        return self.points.get(value)

    def _project(self, row: SheetRow) -> UUID | None:
        value = self._value(row, PROJECT)
        found = self._projects.get(value, [])
        if not value:
            return None
        if len(found) != 1:
            self._fail(row.number, PROJECT, Why.PROJECT_AMBIGUOUS if found else Why.PROJECT_UNKNOWN, value=value)
            return None
        if not found[0].begun:
            self._fail(row.number, PROJECT, Why.PROJECT_NOT_BEGUN)
        return found[0].id

    def _day(self, row: SheetRow) -> date | None:
        value = self._value(row, DAY)
        if not value:
            return None
        day = _day_of(value)
        if day is None:
            self._fail(row.number, DAY, Why.DAY_INVALID)
            return None
        if day.year != self.year:
            self._fail(row.number, DAY, Why.DAY_OF_OTHER_YEAR)
        elif day > self.today:
            self._fail(row.number, DAY, Why.DAY_AHEAD)
        return day

    def _kind(self, row: SheetRow) -> ServiceKind | None:
        value = self._value(row, KIND)
        if value and value not in KINDS:
            self._fail(row.number, KIND, Why.KIND_UNKNOWN)
        return KINDS.get(value)

    def _note(self, row: SheetRow) -> str | None:
        value = row.cells.get(NOTE, "").strip()
        if value and not is_safe_text(value):
            self._fail(row.number, NOTE, Why.TEXT_UNSAFE)
            return None
        if len(value) >= NOTE_LENGTH:  # a reader of files keeps no more of a cell
            self._fail(row.number, NOTE, Why.NOTE_TOO_LONG, limit=NOTE_LENGTH - 1)
            return None
        return value
