"""What a row of a cohort file must be like (REG-2 to REG-4). All that is wrong is collected."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kit.sheets.rows import Columns, RowError, SheetRow
from kit.texts import is_person_name, is_safe_text
from services.registry.rules import (
    NAME_LENGTH,
    Level,
    is_uscc_text,
    normal_phone,
    uscc_check_character,
)

USCC, NAME, AREA, LEVEL = "统一社会信用代码", "企业名称", "街镇(园区)", "级别"
CONTACT, PHONE, CONSENT = "联系人", "手机号", "同意"
COLUMNS = (USCC, NAME, AREA, LEVEL, CONTACT, PHONE, CONSENT)
REQUIRED = (USCC, NAME, AREA, LEVEL)
FILE = Columns(COLUMNS, REQUIRED)
LEVELS = {"区级": Level.DISTRICT, "镇级": Level.TOWN}
LEVEL_NAMES = {level: name for name, level in LEVELS.items()}


class RowReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    USCC_FORMAT = "USCC_FORMAT"
    USCC_CHECK_CHARACTER = "USCC_CHECK_CHARACTER"
    USCC_REPEATED = "USCC_REPEATED"
    NAME_TOO_LONG = "NAME_TOO_LONG"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    AREA_UNKNOWN = "AREA_UNKNOWN"
    AREA_NOT_DESIGNATED = "AREA_NOT_DESIGNATED"
    AREA_DIFFERS = "AREA_DIFFERS"
    LEVEL_UNKNOWN = "LEVEL_UNKNOWN"
    LEVEL_DIFFERS = "LEVEL_DIFFERS"
    DESIGNATION_WITHDRAWN = "DESIGNATION_WITHDRAWN"
    DISTRICT_SEATS_TAKEN = "DISTRICT_SEATS_TAKEN"
    CONTACT_INCOMPLETE = "CONTACT_INCOMPLETE"
    CONTACT_NAME = "CONTACT_NAME"
    LIAISON_EXISTS = "LIAISON_EXISTS"
    PHONE_INVALID = "PHONE_INVALID"
    PHONE_REPEATED = "PHONE_REPEATED"
    PHONE_IN_USE = "PHONE_IN_USE"
    CONSENT_UNKNOWN = "CONSENT_UNKNOWN"
    CONSENT_MISSING = "CONSENT_MISSING"


MESSAGES = {
    RowReason.NO_ROWS: "文件里没有数据行。",
    RowReason.VALUE_MISSING: "「{column}」不能为空。",
    RowReason.USCC_FORMAT: "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z），这里是 {length} 位。",
    RowReason.USCC_CHECK_CHARACTER: "校验不通过：按前 17 位计算，末位应为 {expected}。请核对整个代码。",
    RowReason.USCC_REPEATED: "与第 {first} 行的统一社会信用代码重复。",
    RowReason.NAME_TOO_LONG: "企业名称最多 {limit} 个字。",
    RowReason.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    RowReason.AREA_UNKNOWN: "{year} 年没有叫「{value}」的街镇或园区；请填当年的名称或代码。",
    RowReason.AREA_NOT_DESIGNATED: "{area}不设联系点。",
    RowReason.AREA_DIFFERS: "该企业 {year} 年已登记在{area}。",
    RowReason.LEVEL_UNKNOWN: "级别只能填「区级」或「镇级」。",
    RowReason.LEVEL_DIFFERS: "该企业 {year} 年已是{level}联系点。",
    RowReason.DESIGNATION_WITHDRAWN: "该企业 {year} 年的联系点已被撤销，不能再导入。",
    RowReason.DISTRICT_SEATS_TAKEN: "{area}的区级联系点只有 {quota} 个，已经满了。",
    RowReason.CONTACT_INCOMPLETE: "联系人和手机号要么都填，要么都不填。",
    RowReason.CONTACT_NAME: "联系人应填姓名，最多 50 个字。",
    RowReason.LIAISON_EXISTS: "该企业已有另一位联系人，请用「更换联系人」办理。",
    RowReason.PHONE_INVALID: "不是有效的 11 位手机号。",
    RowReason.PHONE_REPEATED: "与第 {first} 行的手机号重复；一人只能担任一家企业的联系人。",
    RowReason.PHONE_IN_USE: "该手机号属于工作人员或另一家企业的联系人。",
    RowReason.CONSENT_UNKNOWN: "同意只能填「是」或「否」。",
    RowReason.CONSENT_MISSING: "联系人本人同意后才能填报，请在「同意」一栏填「是」。",
}


@dataclass(frozen=True, slots=True)
class AreaOfYear:
    """An area with all names that it bears in the year of the cohort; the last is the newest."""

    code: str
    names: tuple[str, ...]
    district_quota: int


@dataclass(slots=True)
class Point:
    """A row as understood so far. What could not be read stays empty; without errors nothing compulsory is."""

    row: int
    uscc: str = ""
    name: str = ""
    area: AreaOfYear | None = None
    level: Level | None = None
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the database holds already about the enterprises and numbers of a file, by 统一社会信用代码 and by number.

    `phones` gives the enterprise whose contact has a number; an empty text for staff.
    """

    places: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)
    contacts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    phones: Mapping[str, str] = field(default_factory=dict)
    seats: Mapping[str, frozenset[str]] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()


class Check:
    """Reads the rows of one file for one year. `errors` grows; `points` holds what was understood."""

    def __init__(self, year: int, areas: Iterable[AreaOfYear]) -> None:
        self.year = year
        self.points: list[Point] = []
        self._errors: list[RowError] = []
        self._areas = {key: area for area in areas for key in (area.code, *area.names)}

    @property
    def errors(self) -> list[RowError]:
        """In the order of the file: by row, then by column."""
        return sorted(self._errors, key=lambda error: (error.row, COLUMNS.index(error.column) if error.column else -1))

    def read(self, rows: Sequence[SheetRow]) -> None:
        """Understand every row by itself, and find what is in the file twice."""
        if not rows:
            self._fail(1, "", RowReason.NO_ROWS)
        for row in rows:
            point = Point(row.number)
            self._read_enterprise(point, row.cells)
            self._read_place(point, row.cells)
            self._read_contact(point, row.cells)
            self.points.append(point)
        self._find_repeated(USCC, RowReason.USCC_REPEATED, [(point.uscc, point.row) for point in self.points])
        self._find_repeated(PHONE, RowReason.PHONE_REPEATED, [(point.phone, point.row) for point in self.points])

    def compare(self, known: Known) -> None:
        """Find what contradicts the database."""
        for point in self.points:
            self._compare_designation(point, known)
            self._compare_contact(point, known)
        self._count_seats(known)

    def _fail(self, row: int, column: str, reason: RowReason, **values: object) -> None:
        message = MESSAGES[reason].format(column=column, year=self.year, **values)
        self._errors.append(RowError(row, column, reason, message))

    def _read_enterprise(self, point: Point, cells: Mapping[str, str]) -> None:
        uscc, name = _plain(cells.get(USCC, "")).upper(), cells.get(NAME, "").strip()
        if not uscc:
            self._fail(point.row, USCC, RowReason.VALUE_MISSING)
        elif not is_uscc_text(uscc):
            self._fail(point.row, USCC, RowReason.USCC_FORMAT, length=len(uscc))
        elif uscc[-1] != (expected := uscc_check_character(uscc[:-1])):
            self._fail(point.row, USCC, RowReason.USCC_CHECK_CHARACTER, expected=expected)
        else:
            point.uscc = uscc
        if not name:
            self._fail(point.row, NAME, RowReason.VALUE_MISSING)
        elif len(name) > NAME_LENGTH:
            self._fail(point.row, NAME, RowReason.NAME_TOO_LONG, limit=NAME_LENGTH)
        elif not is_safe_text(name):
            self._fail(point.row, NAME, RowReason.TEXT_UNSAFE)
        else:
            point.name = name

    def _read_place(self, point: Point, cells: Mapping[str, str]) -> None:
        value, level = cells.get(AREA, "").strip(), cells.get(LEVEL, "").strip()
        area = self._areas.get(value)
        if not value:
            self._fail(point.row, AREA, RowReason.VALUE_MISSING)
        elif area is None:
            self._fail(point.row, AREA, RowReason.AREA_UNKNOWN, value=value[:30])
        elif not area.district_quota:
            self._fail(point.row, AREA, RowReason.AREA_NOT_DESIGNATED, area=area.names[-1])
        else:
            point.area = area
        point.level = LEVELS.get(level)
        if not level:
            self._fail(point.row, LEVEL, RowReason.VALUE_MISSING)
        elif point.level is None:
            self._fail(point.row, LEVEL, RowReason.LEVEL_UNKNOWN)

    def _read_contact(self, point: Point, cells: Mapping[str, str]) -> None:
        contact, phone = cells.get(CONTACT, "").strip(), _plain(cells.get(PHONE, ""))
        consent = cells.get(CONSENT, "").strip()
        if consent not in ("", "是", "否"):
            self._fail(point.row, CONSENT, RowReason.CONSENT_UNKNOWN)
        elif (contact or phone) and consent != "是":
            self._fail(point.row, CONSENT, RowReason.CONSENT_MISSING)
        if bool(contact) != bool(phone):
            self._fail(point.row, PHONE if contact else CONTACT, RowReason.CONTACT_INCOMPLETE)
        if contact and not is_safe_text(contact):
            self._fail(point.row, CONTACT, RowReason.TEXT_UNSAFE)
        elif contact and not is_person_name(contact):
            self._fail(point.row, CONTACT, RowReason.CONTACT_NAME)
        else:
            point.contact = contact
        if phone and normal_phone(phone) is None:
            self._fail(point.row, PHONE, RowReason.PHONE_INVALID)
        else:
            point.phone = normal_phone(phone) or ""

    def _find_repeated(self, column: str, reason: RowReason, values: list[tuple[str, int]]) -> None:
        first: dict[str, int] = {}
        for value, row in values:
            if value and first.setdefault(value, row) != row:
                self._fail(row, column, reason, first=first[value])

    def _compare_designation(self, point: Point, known: Known) -> None:
        place, level = known.places.get(point.uscc), known.levels.get(point.uscc)
        if place and point.area and place != point.area.code:
            self._fail(point.row, AREA, RowReason.AREA_DIFFERS, area=self._areas[place].names[-1])
        if point.uscc in known.withdrawn:
            self._fail(point.row, USCC, RowReason.DESIGNATION_WITHDRAWN)
        if level and point.level and level != point.level:
            self._fail(point.row, LEVEL, RowReason.LEVEL_DIFFERS, level=LEVEL_NAMES[level])

    def _compare_contact(self, point: Point, known: Known) -> None:
        if not point.phone:
            return
        present = known.contacts.get(point.uscc)
        if present and present != (point.contact, point.phone):
            self._fail(point.row, CONTACT, RowReason.LIAISON_EXISTS)
        if known.phones.get(point.phone, point.uscc) != point.uscc:
            self._fail(point.row, PHONE, RowReason.PHONE_IN_USE)

    def _count_seats(self, known: Known) -> None:
        """Three district-level points an area: those of the database, then those of the file in its order."""
        taken = defaultdict(set, {code: set(usccs) for code, usccs in known.seats.items()})
        for point in self.points:
            if point.level is not Level.DISTRICT or point.area is None:
                continue
            seats = taken[point.area.code]
            if point.uscc in seats:
                continue
            seats.add(point.uscc or f"row {point.row}")
            if len(seats) > point.area.district_quota:
                area, quota = point.area.names[-1], point.area.district_quota
                self._fail(point.row, LEVEL, RowReason.DISTRICT_SEATS_TAKEN, area=area, quota=quota)


def _plain(text: str) -> str:
    """Codes and numbers as people type them: full-width characters and spaces count as nothing special."""
    return "".join(unicodedata.normalize("NFKC", text).split())
