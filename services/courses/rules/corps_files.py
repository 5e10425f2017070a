"""What a row of a file of the corps must be like. All that is wrong is collected."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kit.sheets.rows import Columns, RowError, SheetRow
from kit.texts import is_person_name, is_safe_text
from services.courses.rules.corps import SEATS

UNIT, NAME, POST, TOPICS = "单位", "姓名", "职务", "主题"
COLUMNS = (UNIT, NAME, POST, TOPICS)
FILE = Columns(COLUMNS, (UNIT, NAME))
LONGEST = {POST: 50, TOPICS: 200}


class RowReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    UNIT_UNKNOWN = "UNIT_UNKNOWN"
    UNIT_NOT_YOURS = "UNIT_NOT_YOURS"
    PERSON_NAME = "PERSON_NAME"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    ROW_REPEATED = "ROW_REPEATED"
    SEATS_TAKEN = "CORPS_SEATS_TAKEN"


MESSAGES = {
    RowReason.NO_ROWS: "文件里没有数据行。",
    RowReason.VALUE_MISSING: "「{column}」不能为空。",
    RowReason.UNIT_UNKNOWN: "没有叫「{value}」的选派单位；请填单位的全称或代码。",
    RowReason.UNIT_NOT_YOURS: "只能填报本单位的人员。",
    RowReason.PERSON_NAME: "应填姓名，最多 50 个字。",
    RowReason.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    RowReason.TEXT_TOO_LONG: "最多 {most} 个字。",
    RowReason.ROW_REPEATED: "与第 {first} 行重复。",
    RowReason.SEATS_TAKEN: "每个单位最多两人，该单位已有{names}；换人请办理替换。",
}


@dataclass(frozen=True, slots=True)
class KnownMember:
    """Somebody who is in the corps now."""

    name: str
    post: str
    topics: str


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit that sends people, and whom it has sent. `open_to_caller`: whether the caller may send for it."""

    code: str
    name: str
    open_to_caller: bool
    members: Mapping[str, KnownMember] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that was understood and changes something. A column that the file has not leaves what is there."""

    row: int
    unit: KnownUnit
    name: str
    post: str
    topics: str

    @property
    def is_new(self) -> bool:
        return self.name not in self.unit.members


class Check:
    """Reads the rows of one file. `errors` grows; `entries` holds what changes something."""

    def __init__(self, units: Iterable[KnownUnit]) -> None:
        self.entries: list[Entry] = []
        self._errors: list[RowError] = []
        self._units = {key: unit for unit in units for key in (unit.code, unit.name)}
        self._first: dict[tuple[str, str], int] = {}

    @property
    def errors(self) -> list[RowError]:
        """In the order of the file: by row, then by column."""
        return sorted(self._errors, key=lambda error: (error.row, COLUMNS.index(error.column) if error.column else -1))

    def read(self, rows: Sequence[SheetRow]) -> None:
        """Understand every row, then count seats: a unit's third is one too many, whoever it is."""
        if not rows:
            self._fail(1, "", RowReason.NO_ROWS)
        for row in rows:
            self._read(row)
        self._count_seats()

    def _fail(self, row: int, column: str, reason: RowReason, **values: object) -> None:
        self._errors.append(RowError(row, column, reason, MESSAGES[reason].format(column=column, **values)))

    def _read(self, row: SheetRow) -> None:
        cells = {column: value.strip() for column, value in row.cells.items()}
        unit, name = self._unit(row.number, cells.get(UNIT, "")), self._name(row.number, cells.get(NAME, ""))
        for column, most in LONGEST.items():
            self._text(row.number, column, cells.get(column, ""), most)
        if unit is None or not name:
            return
        first = self._first.setdefault((unit.code, name), row.number)
        if first != row.number:
            self._fail(row.number, NAME, RowReason.ROW_REPEATED, first=first)
            return
        there = unit.members.get(name, KnownMember(name, "", ""))
        entry = Entry(row.number, unit, name, cells.get(POST, there.post), cells.get(TOPICS, there.topics))
        if entry.is_new or (entry.post, entry.topics) != (there.post, there.topics):
            self.entries.append(entry)

    def _unit(self, row: int, value: str) -> KnownUnit | None:
        unit = self._units.get(value)
        if not value:
            self._fail(row, UNIT, RowReason.VALUE_MISSING)
        elif unit is None:
            self._fail(row, UNIT, RowReason.UNIT_UNKNOWN, value=value[:30])
        elif not unit.open_to_caller:
            self._fail(row, UNIT, RowReason.UNIT_NOT_YOURS)
        return unit

    def _name(self, row: int, value: str) -> str:
        """The name; empty if it is none."""
        if not value:
            self._fail(row, NAME, RowReason.VALUE_MISSING)
        elif not is_safe_text(value):
            self._fail(row, NAME, RowReason.TEXT_UNSAFE)
        elif not is_person_name(value):
            self._fail(row, NAME, RowReason.PERSON_NAME)
        else:
            return value
        return ""

    def _text(self, row: int, column: str, value: str, most: int) -> None:
        if value and not is_safe_text(value):
            self._fail(row, column, RowReason.TEXT_UNSAFE)
        elif len(value) > most:
            self._fail(row, column, RowReason.TEXT_TOO_LONG, most=most)

    def _count_seats(self) -> None:
        names = {entry.unit.code: list(entry.unit.members) for entry in self.entries}
        for entry in self.entries:
            there = names[entry.unit.code]
            if not entry.is_new:
                continue
            if len(there) >= len(SEATS):
                self._fail(entry.row, NAME, RowReason.SEATS_TAKEN, names="、".join(there))
            else:
                there.append(entry.name)
