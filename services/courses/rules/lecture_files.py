"""What a row of a file of lectures must be like: the rules of planning one. All that is wrong is collected."""

from bisect import bisect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kit.calendar import BEIJING
from kit.sheets.rows import Columns, RowError, SheetRow, minute_of
from kit.texts import harmless, is_safe_text
from services.courses.rules.lectures import Times

COURSEWARE, LECTURER, PLACE, ZONE, STARTS, ENDS, SEATS = COLUMNS = (
    *("课件编号", "讲师", "地点", "片区", "开始时间", "结束时间", "座位数"),
)
FILE = Columns(COLUMNS, tuple(column for column in COLUMNS if column != ZONE))
LONGEST_PLACE, MOST_SEATS = 200, 1_000
Cells = tuple[str, ...]


class LectureReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    COURSEWARE = "COURSEWARE_NOT_FOUND"
    LECTURER = "LECTURER_NOT_FOUND"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    ZONE = "ZONE_NOT_FOUND"
    TIME_INVALID = "TIME_INVALID"
    STARTS_INVALID = "STARTS_INVALID"
    ENDS_INVALID = "ENDS_INVALID"
    SEATS_INVALID = "SEATS_INVALID"
    BUSY = "LECTURER_BUSY"
    BUSY_IN_FILE = "LECTURER_BUSY_IN_FILE"
    ROW_REPEATED = "ROW_REPEATED"


MESSAGES = {
    LectureReason.NO_ROWS: "文件里没有数据行。",
    LectureReason.VALUE_MISSING: "「{column}」不能为空。",
    LectureReason.COURSEWARE: "本部门没有编号为「{value}」、可以宣讲的课件。",
    LectureReason.LECTURER: "「{value}」不是本部门该年度在任的讲师。",
    LectureReason.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    LectureReason.TEXT_TOO_LONG: "最多 {most} 个字。",
    LectureReason.ZONE: "没有叫「{value}」的片区；面向全区的请留空。",
    LectureReason.TIME_INVALID: "请填日期和时间，例如 2026-06-18 14:00。",
    LectureReason.STARTS_INVALID: "应在 {year} 年内，且晚于现在。",
    LectureReason.ENDS_INVALID: "应晚于开始时间，最长 12 小时。",
    LectureReason.SEATS_INVALID: "应填 1 到 {most} 的整数。",
    LectureReason.BUSY: "该讲师这一时段已有宣讲。",
    LectureReason.BUSY_IN_FILE: "与第 {first} 行是同一讲师，时间重叠。",
    LectureReason.ROW_REPEATED: "与第 {first} 行重复。",
}


@dataclass(frozen=True, slots=True)
class LectureEntry:
    """A row that was understood and is not planned yet."""

    courseware_id: UUID
    lecturer_id: UUID
    place: str
    zone_code: str
    starts_at: datetime
    ends_at: datetime
    capacity: int


@dataclass(frozen=True, slots=True)
class Spell:
    """When a lecturer speaks; `row` says which of the file, 0 for a lecture that was planned before."""

    starts_at: datetime
    ends_at: datetime
    row: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What an agency can plan with. Zones are codes by code and by name; `cells` are its lectures of the year,
    as rows, and `spells` those of each lecturer that are not cancelled, the first one first."""

    year: int
    now: datetime
    courseware: Mapping[str, UUID]
    lecturers: Mapping[str, UUID]
    zones: Mapping[str, str]
    zone_names: Mapping[str, str]
    cells: Collection[Cells]
    spells: Mapping[UUID, Sequence[Spell]] = field(default_factory=dict)


def shown_time(moment: datetime) -> str:
    """A moment as a file says it, in Shanghai: "2026-06-18 14:00"."""
    return f"{moment.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def cells_of(serial: str, lecturer: str, place: str, zone: str, starts: datetime, ends: datetime, seats: int) -> Cells:
    """A lecture as a row of a file, in the order of COLUMNS, and as it is read again."""
    texts = (serial, lecturer, place, zone, shown_time(starts), shown_time(ends), str(seats))
    return tuple(harmless(text.strip()) for text in texts)


class LectureCheck:
    """Reads the rows of one file: `entries` are understood and new, `errors` are not."""

    def __init__(self, known: Known) -> None:
        self.entries: list[LectureEntry] = []
        self._errors: list[RowError] = []
        self._known = known
        self._spells = {lecturer: list(spells) for lecturer, spells in known.spells.items()}
        self._first: dict[Cells, int] = {}

    @property
    def errors(self) -> list[RowError]:
        """In the order of the file: by row, then by column."""
        return sorted(self._errors, key=lambda error: (error.row, COLUMNS.index(error.column) if error.column else -1))

    def read(self, rows: Sequence[SheetRow]) -> None:
        if not rows:
            self._fail(1, "", LectureReason.NO_ROWS)
        for row in rows:
            self._read(row.number, {column: row.cells.get(column, "").strip() for column in COLUMNS})

    def _fail(self, row: int, column: str, reason: LectureReason, **values: object) -> None:
        self._errors.append(RowError(row, column, reason, MESSAGES[reason].format(column=column, **values)))

    def _read(self, row: int, cells: dict[str, str]) -> None:
        starts, ends = minute_of(cells[STARTS]), minute_of(cells[ENDS])
        said = self._as_known(cells, starts, ends)
        if said in self._known.cells:
            return
        first = self._first.setdefault(said, row)
        if first != row:
            self._fail(row, "", LectureReason.ROW_REPEATED, first=first)
            return
        before = len(self._errors)
        courseware = self._one_of(row, COURSEWARE, cells, self._known.courseware, LectureReason.COURSEWARE)
        lecturer = self._one_of(row, LECTURER, cells, self._known.lecturers, LectureReason.LECTURER)
        self._place(row, cells[PLACE])
        if cells[ZONE] and cells[ZONE] not in self._known.zones:
            self._fail(row, ZONE, LectureReason.ZONE, value=cells[ZONE][:30])
        times = self._times(row, cells, starts, ends)
        if lecturer and times:
            self._reserve(row, lecturer, times)
        seats = self._seats(row, cells[SEATS])
        if courseware and lecturer and times and len(self._errors) == before:
            zone = self._known.zones.get(cells[ZONE], "")
            self.entries.append(
                LectureEntry(courseware, lecturer, cells[PLACE], zone, times.starts_at, times.ends_at, seats)
            )

    def _as_known(self, cells: dict[str, str], starts: datetime | None, ends: datetime | None) -> Cells:
        """The row as it would be exported, whichever way its zone and its times are written."""
        zone = self._known.zone_names.get(self._known.zones.get(cells[ZONE], ""), cells[ZONE])
        shown = {ZONE: zone} | {column: shown_time(at) for column, at in ((STARTS, starts), (ENDS, ends)) if at}
        return tuple((cells | shown)[column] for column in COLUMNS)

    def _one_of(
        self, row: int, column: str, cells: Mapping[str, str], those: Mapping[str, UUID], reason: LectureReason
    ) -> UUID | None:
        found = those.get(cells[column])
        if not cells[column]:
            self._fail(row, column, LectureReason.VALUE_MISSING)
        elif found is None:
            self._fail(row, column, reason, value=cells[column][:30])
        return found

    def _place(self, row: int, place: str) -> None:
        if not place:
            self._fail(row, PLACE, LectureReason.VALUE_MISSING)
        elif not is_safe_text(place):
            self._fail(row, PLACE, LectureReason.TEXT_UNSAFE)
        elif len(place) > LONGEST_PLACE:
            self._fail(row, PLACE, LectureReason.TEXT_TOO_LONG, most=LONGEST_PLACE)

    def _times(self, row: int, cells: Mapping[str, str], starts: datetime | None, ends: datetime | None) -> Times | None:
        """When it is, if it can be then. Booking closes some time before, whenever that is."""
        for column, at in ((STARTS, starts), (ENDS, ends)):
            if at is None:
                reason = LectureReason.TIME_INVALID if cells[column] else LectureReason.VALUE_MISSING
                self._fail(row, column, reason)
        if starts is None:
            return None
        # Without an end the beginning is looked at alone.
        times = Times(starts, ends or starts, starts)
        fault = times.fault(self._known.now, self._known.year)
        if fault == "starts_at":
            self._fail(row, STARTS, LectureReason.STARTS_INVALID, year=self._known.year)
        elif fault and ends:
            self._fail(row, ENDS, LectureReason.ENDS_INVALID)
        return None if fault else times

    def _seats(self, row: int, value: str) -> int:
        """How many; 0 for none."""
        seats = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
        if not value:
            self._fail(row, SEATS, LectureReason.VALUE_MISSING)
        elif not 1 <= seats <= MOST_SEATS:
            self._fail(row, SEATS, LectureReason.SEATS_INVALID, most=MOST_SEATS)
        return seats

    def _reserve(self, row: int, lecturer: UUID, times: Times) -> None:
        """Nobody gives two lectures at once, those of the file included."""
        spells = self._spells.setdefault(lecturer, [])
        place = bisect(spells, times.starts_at, key=lambda spell: spell.starts_at)
        for other in spells[max(place - 1, 0) : place + 1]:
            if times.starts_at < other.ends_at and other.starts_at < times.ends_at:
                reason = LectureReason.BUSY_IN_FILE if other.row else LectureReason.BUSY
                self._fail(row, STARTS, reason, first=other.row)
                return
        spells.insert(place, Spell(times.starts_at, times.ends_at, row))
