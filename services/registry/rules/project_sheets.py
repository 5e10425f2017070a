"""What a file of projects must be like: a row for each node, the project told in each. All that is wrong is collected.

The columns are those of the export, so that what was taken out can be put in: what is there already stays as it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from kit.sheets.rows import Columns, RowError, SheetRow, day_of
from kit.texts import harmless, is_safe_text
from services.registry.rules.projects import MOST_NODES, fits_year

SERIAL, YEAR, UNIT, TITLE, STATE = "项目编号", "年度", "单位", "项目名称", "状态"
LEADER, HANDLER, STARTS, ENDS, DESCRIPTION = "责任领导", "承办人", "开始日期", "结束日期", "项目说明"
NODE, DUE, DONE = "时间节点", "应完成日期", "实际完成日期"
HEADER = (
    *(SERIAL, YEAR, UNIT, TITLE, STATE, LEADER, HANDLER, STARTS, ENDS),
    *(NODE, DUE, DONE, "佐证", "逾期天数", "改期次数", DESCRIPTION),
)
# Nodes may be left out, their columns may not: misspelt, they would be lost in silence.
FILE = Columns(HEADER, (TITLE, STARTS, ENDS, NODE, DUE))
# What each row of one project says alike; empty where it says nothing.
OF_PROJECT = (TITLE, LEADER, HANDLER, STARTS, ENDS, DESCRIPTION)
PLANNED = "计划中"
TITLE_LENGTH = 100
CELL_LENGTH = 1_000  # a reader of files keeps no more of a cell


class ProjectRowReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    YEAR_DIFFERS = "YEAR_DIFFERS"
    UNIT_DIFFERS = "UNIT_DIFFERS"
    PROJECT_UNKNOWN = "PROJECT_UNKNOWN"
    PROJECT_AMBIGUOUS = "PROJECT_AMBIGUOUS"
    PROJECT_DIFFERS = "PROJECT_DIFFERS"
    PROJECT_NOT_PLANNED = "PROJECT_NOT_PLANNED"
    ROW_DIFFERS = "ROW_DIFFERS"
    ROW_REPEATED = "ROW_REPEATED"
    STAFF_UNKNOWN = "STAFF_UNKNOWN"
    STAFF_AMBIGUOUS = "STAFF_AMBIGUOUS"
    DAY_INVALID = "DAY_INVALID"
    PROJECT_DAYS_INVALID = "PROJECT_DAYS_INVALID"
    NODE_DAY_INVALID = "NODE_DAY_INVALID"
    TOO_MANY_NODES = "TOO_MANY_NODES"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"


Why = ProjectRowReason
MESSAGES = {
    Why.NO_ROWS: "文件里没有数据行。",
    Why.VALUE_MISSING: "「{column}」不能为空。",
    Why.YEAR_DIFFERS: "这里导入的是 {year} 年的项目。",
    Why.UNIT_DIFFERS: "只能导入本单位的项目。",
    Why.PROJECT_UNKNOWN: "本单位 {year} 年没有编号为「{value}」的项目；新项目请不填编号。",
    Why.PROJECT_AMBIGUOUS: "已有多个项目叫「{value}」，请填项目编号，或为新项目另起名称。",
    Why.PROJECT_DIFFERS: "与已有项目 {serial} 不同。导入不修改已有项目，请在平台上修改，或为新项目另起名称。",
    Why.PROJECT_NOT_PLANNED: "新项目从「计划中」开始，节点在启动后才能填报完成。",
    Why.ROW_DIFFERS: "与第 {first} 行同一项目的「{column}」不同。",
    Why.ROW_REPEATED: "与第 {first} 行重复。",
    Why.STAFF_UNKNOWN: "本单位没有叫「{value}」的在册人员。",
    Why.STAFF_AMBIGUOUS: "本单位有多人叫「{value}」，请留空，导入后在平台上选定。",
    Why.DAY_INVALID: "不是有效的日期，应为 2026-06-30 这样的形式。",
    Why.PROJECT_DAYS_INVALID: "起止日期须在 {year} 年内，且结束不早于开始。",
    Why.NODE_DAY_INVALID: "节点日期须在项目起止日期内。",
    Why.TOO_MANY_NODES: "一个项目最多 {limit} 个时间节点。",
    Why.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    Why.TEXT_TOO_LONG: "「{column}」最多 {limit} 个字。",
}


@dataclass(frozen=True, slots=True)
class PresentProject:
    """A project that is there already: as a file writes it, and its nodes by name and day."""

    serial: str
    cells: Mapping[str, str]
    nodes: frozenset[tuple[str, date]]
    cancelled: bool


@dataclass(slots=True)
class NewProject:
    """A project as understood so far. What could not be read stays empty; without errors nothing that must be there does."""

    title: str
    description: str
    leader_id: UUID | None
    handler_id: UUID | None
    starts_on: date | None
    ends_on: date | None
    nodes: dict[tuple[str, date], int] = field(default_factory=dict)


class ProjectCheck:
    """Reads the rows of one file against what is known of the unit and year. `errors` grows; `new` holds what is to be."""

    def __init__(
        self, year: int, unit: Sequence[str], staff: Mapping[str, Sequence[UUID]], present: Sequence[PresentProject]
    ) -> None:
        self.year, self.unit, self.staff = year, unit, staff
        self.new: list[NewProject] = []
        self._errors: list[RowError] = []
        self._by_serial = {one.serial: one for one in present}
        self._by_title: dict[str, list[PresentProject]] = defaultdict(list)
        for one in present:
            if not one.cancelled:
                self._by_title[one.cells[TITLE]].append(one)

    @property
    def errors(self) -> list[RowError]:
        """In the order of the file: by row, then by column."""
        return sorted(self._errors, key=lambda error: (error.row, HEADER.index(error.column) if error.column else -1))

    def read(self, rows: Sequence[SheetRow]) -> None:
        """Understand every row, those of one project together."""
        if not rows:
            self._fail(1, "", Why.NO_ROWS)
        together: dict[str, list[SheetRow]] = defaultdict(list)
        for row in rows:
            self._check_place(row)
            name = _cell(row, SERIAL) or _cell(row, TITLE)
            if name:
                together[name].append(row)
            else:
                self._fail(row.number, TITLE, Why.VALUE_MISSING)
        for name, its_rows in together.items():
            self._project(name, its_rows)

    def _fail(self, row: int, column: str, reason: ProjectRowReason, **values: object) -> None:
        message = MESSAGES[reason].format(column=column, year=self.year, **values)
        self._errors.append(RowError(row, column, reason, message))

    def _check_place(self, row: SheetRow) -> None:
        if _cell(row, YEAR) not in ("", str(self.year)):
            self._fail(row.number, YEAR, Why.YEAR_DIFFERS)
        if _cell(row, UNIT) not in ("", *self.unit):
            self._fail(row.number, UNIT, Why.UNIT_DIFFERS)

    def _project(self, name: str, rows: Sequence[SheetRow]) -> None:
        known = self._by_title.get(name, [])
        if _cell(rows[0], SERIAL):
            if name not in self._by_serial:
                for row in rows:
                    self._fail(row.number, SERIAL, Why.PROJECT_UNKNOWN, value=name[:30])
                return
            known = [self._by_serial[name]]
        if len(known) > 1:
            self._fail(rows[0].number, TITLE, Why.PROJECT_AMBIGUOUS, value=name[:30])
        elif known:
            self._compare(known[0], rows)
        else:
            self.new.append(self._read_new(rows))

    def _compare(self, present: PresentProject, rows: Sequence[SheetRow]) -> None:
        """What is there stays as it is, so a file that says otherwise is not silently passed over."""
        for row in rows:
            for column in OF_PROJECT:
                given = _cell(row, column)
                if given and _day_or_text(given) != _day_or_text(present.cells[column]):
                    self._fail(row.number, column, Why.PROJECT_DIFFERS, serial=present.serial)
            node, due = _cell(row, NODE), day_of(_cell(row, DUE))
            if node and (due is None or (node, due) not in present.nodes):
                self._fail(row.number, NODE, Why.PROJECT_DIFFERS, serial=present.serial)

    def _read_new(self, rows: Sequence[SheetRow]) -> NewProject:
        first, number = rows[0], rows[0].number
        for row in rows[1:]:
            for column in OF_PROJECT:
                if _cell(row, column) not in ("", _cell(first, column)):
                    self._fail(row.number, column, Why.ROW_DIFFERS, first=number)
        people = [self._person(first, column) for column in (LEADER, HANDLER)]
        days = [self._day(first, column) for column in (STARTS, ENDS)]
        title, description = self._text(first, TITLE, TITLE_LENGTH), self._description(first)
        made = NewProject(title, description, people[0], people[1], days[0], days[1])
        if made.starts_on and made.ends_on and not fits_year(self.year, made.starts_on, made.ends_on):
            self._fail(number, STARTS, Why.PROJECT_DAYS_INVALID)
        for row in rows:
            self._add_node(made, row)
        if len(made.nodes) > MOST_NODES:
            self._fail(number, NODE, Why.TOO_MANY_NODES, limit=MOST_NODES)
        return made

    def _add_node(self, made: NewProject, row: SheetRow) -> None:
        if _cell(row, STATE) not in ("", PLANNED):
            self._fail(row.number, STATE, Why.PROJECT_NOT_PLANNED)
        if _cell(row, DONE):
            self._fail(row.number, DONE, Why.PROJECT_NOT_PLANNED)
        if not _cell(row, NODE) and not _cell(row, DUE):
            return
        title, due = self._text(row, NODE, TITLE_LENGTH), self._day(row, DUE)
        if due is None:
            return
        if made.starts_on and made.ends_on and not made.starts_on <= due <= made.ends_on:
            self._fail(row.number, DUE, Why.NODE_DAY_INVALID)
        first = made.nodes.setdefault((title, due), row.number)
        if first != row.number:
            self._fail(row.number, NODE, Why.ROW_REPEATED, first=first)

    def _day(self, row: SheetRow, column: str) -> date | None:
        value = _cell(row, column)
        day = day_of(value)
        if day is None:
            self._fail(row.number, column, Why.DAY_INVALID if value else Why.VALUE_MISSING)
        return day

    def _person(self, row: SheetRow, column: str) -> UUID | None:
        value = _cell(row, column)
        found = self.staff.get(value, ())
        if value and len(found) != 1:
            reason = Why.STAFF_AMBIGUOUS if found else Why.STAFF_UNKNOWN
            self._fail(row.number, column, reason, value=value[:30])
            return None
        return found[0] if found else None

    def _text(self, row: SheetRow, column: str, limit: int) -> str:
        value = _cell(row, column)
        if not value:
            self._fail(row.number, column, Why.VALUE_MISSING)
        elif not is_safe_text(value):
            self._fail(row.number, column, Why.TEXT_UNSAFE)
        elif len(value) > limit:
            self._fail(row.number, column, Why.TEXT_TOO_LONG, limit=limit)
        return value

    def _description(self, row: SheetRow) -> str:
        """It may have lines, each of which is looked at like a text of its own but for how it begins."""
        value = _cell(row, DESCRIPTION)
        if harmless(value) != value or not all(is_safe_text(f"。{line}") for line in value.splitlines()):
            self._fail(row.number, DESCRIPTION, Why.TEXT_UNSAFE)
        elif len(value) >= CELL_LENGTH:
            self._fail(row.number, DESCRIPTION, Why.TEXT_TOO_LONG, limit=CELL_LENGTH - 1)
        return value


def _cell(row: SheetRow, column: str) -> str:
    return row.cells.get(column, "").strip()


def _day_or_text(value: str) -> date | str:
    """What a cell says, however its day or its line breaks are written."""
    return day_of(value) or " ".join(value.split())
