"""What a row of a file of leaders and contacts must be like (REG-9). All that is wrong is collected."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from fahu.access.v1.access_pb2 import Role

from kit.sheets.rows import Columns, RowError, SheetRow
from kit.texts import is_person_name, is_safe_text
from services.registry.rules import Duty, UnitKind, normal_phone

UNIT, DUTY, NAME, PHONE = "单位", "职责", "姓名", "手机号"
COLUMNS = (UNIT, DUTY, NAME, PHONE)
FILE = Columns(COLUMNS, COLUMNS)
DUTIES = {"分管负责人": Duty.LEADER, "联系人": Duty.CONTACT}
DUTY_NAMES = {duty: name for name, duty in DUTIES.items()}
UNIT_KIND_NAMES = {
    UnitKind.AGENCY: "部门",
    UnitKind.CENTRE: "区综治中心",
    UnitKind.AREA_OFFICE: "街镇(园区)",
    UnitKind.SUPERVISOR: "监督单位",
    UnitKind.OTHER: "其他单位",
}
# The role that somebody new is given with a duty. Elsewhere an operator gives roles.
ROLES: Mapping[tuple[UnitKind, Duty], int] = {
    (UnitKind.AGENCY, Duty.LEADER): Role.ROLE_AGENCY_LEAD,
    (UnitKind.AGENCY, Duty.CONTACT): Role.ROLE_AGENCY_CONTACT,
    (UnitKind.AREA_OFFICE, Duty.LEADER): Role.ROLE_AREA_OFFICER,
    (UnitKind.AREA_OFFICE, Duty.CONTACT): Role.ROLE_AREA_OFFICER,
}


class RowReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    UNIT_UNKNOWN = "UNIT_UNKNOWN"
    DUTY_UNKNOWN = "DUTY_UNKNOWN"
    DUTY_REPEATED = "DUTY_REPEATED"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    PERSON_INCOMPLETE = "PERSON_INCOMPLETE"
    PERSON_NAME = "PERSON_NAME"
    PERSON_DIFFERS = "PERSON_DIFFERS"
    PHONE_INVALID = "PHONE_INVALID"
    PHONE_IN_USE = "PHONE_IN_USE"
    STAFF_ELSEWHERE = "STAFF_ELSEWHERE"
    STAFF_UNKNOWN = "STAFF_UNKNOWN"


MESSAGES = {
    RowReason.NO_ROWS: "文件里没有数据行。",
    RowReason.VALUE_MISSING: "「{column}」不能为空。",
    RowReason.UNIT_UNKNOWN: "没有叫「{value}」的单位；请填单位的全称或代码。",
    RowReason.DUTY_UNKNOWN: "职责只能填「分管负责人」或「联系人」。",
    RowReason.DUTY_REPEATED: "与第 {first} 行重复：一个单位的同一职责只能填一人。",
    RowReason.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    RowReason.PERSON_INCOMPLETE: "姓名和手机号要么都填，要么都不填。",
    RowReason.PERSON_NAME: "应填姓名，最多 50 个字。",
    RowReason.PERSON_DIFFERS: "该手机号登记的是另一个姓名，请核对。",
    RowReason.PHONE_INVALID: "不是有效的 11 位手机号。",
    RowReason.PHONE_IN_USE: "该手机号属于一家企业的联系人。",
    RowReason.STAFF_ELSEWHERE: "该人员在另一个单位任职，请先由管理员办理调动。",
    RowReason.STAFF_UNKNOWN: "该单位的人员须先由管理员登记。",
}


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit as it stands, with the name and number of who holds each duty."""

    code: str
    name: str
    kind: UnitKind
    holders: Mapping[Duty, tuple[str, str, str]] = field(default_factory=dict)
    """By duty: name, number, masked number."""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Who has a number now. `unit_code` and `roles` are of staff, empty for others."""

    name: str
    unit_code: str = ""
    roles: frozenset[int] = frozenset()
    is_liaison: bool = False


@dataclass(slots=True)
class Post:
    """A row as understood so far. Without a phone it changes nothing."""

    row: int
    unit: KnownUnit | None = None
    duty: Duty | None = None
    name: str = ""
    phone: str = ""


class Check:
    """Reads the rows of one file. `errors` grows; `posts` holds what was understood."""

    def __init__(self, units: Iterable[KnownUnit]) -> None:
        self.posts: list[Post] = []
        self._errors: list[RowError] = []
        self._units = {key: unit for unit in units for key in (unit.code, unit.name)}

    @property
    def errors(self) -> list[RowError]:
        """In the order of the file: by row, then by column."""
        return sorted(self._errors, key=lambda error: (error.row, COLUMNS.index(error.column) if error.column else -1))

    def read(self, rows: Sequence[SheetRow]) -> None:
        """Understand every row by itself, and find what is in the file twice or contradicts itself."""
        if not rows:
            self._fail(1, "", RowReason.NO_ROWS)
        for row in rows:
            post = Post(row.number)
            self._read_place(post, row.cells)
            self._read_person(post, row.cells)
            self.posts.append(post)
        self._find_repeated()

    def compare(self, people: Mapping[str, KnownPerson]) -> None:
        """Find what contradicts who has the numbers now, and leave out what is so already."""
        named: dict[str, Post] = {}
        for post in self.posts:
            if not post.phone or post.unit is None or post.duty is None:
                continue
            first = named.setdefault(post.phone, post)
            if first.name != post.name:
                self._fail(post.row, NAME, RowReason.PERSON_DIFFERS)
            elif first.unit is not post.unit:
                self._fail(post.row, PHONE, RowReason.STAFF_ELSEWHERE)
            self._compare(post, post.unit, post.duty, people.get(post.phone))

    def _compare(self, post: Post, unit: KnownUnit, duty: Duty, known: KnownPerson | None) -> None:
        if known and known.is_liaison:
            self._fail(post.row, PHONE, RowReason.PHONE_IN_USE)
        elif known and known.unit_code and known.name != post.name:
            self._fail(post.row, NAME, RowReason.PERSON_DIFFERS)
        elif known and known.unit_code and known.unit_code != unit.code:
            self._fail(post.row, PHONE, RowReason.STAFF_ELSEWHERE)
        elif not (known and known.unit_code) and (unit.kind, duty) not in ROLES:
            self._fail(post.row, PHONE, RowReason.STAFF_UNKNOWN)

    def _fail(self, row: int, column: str, reason: RowReason, **values: object) -> None:
        self._errors.append(RowError(row, column, reason, MESSAGES[reason].format(column=column, **values)))

    def _read_place(self, post: Post, cells: Mapping[str, str]) -> None:
        unit, duty = cells.get(UNIT, "").strip(), cells.get(DUTY, "").strip()
        post.unit, post.duty = self._units.get(unit), DUTIES.get(duty)
        if not unit:
            self._fail(post.row, UNIT, RowReason.VALUE_MISSING)
        elif post.unit is None:
            self._fail(post.row, UNIT, RowReason.UNIT_UNKNOWN, value=unit[:30])
        if not duty:
            self._fail(post.row, DUTY, RowReason.VALUE_MISSING)
        elif post.duty is None:
            self._fail(post.row, DUTY, RowReason.DUTY_UNKNOWN)

    def _read_person(self, post: Post, cells: Mapping[str, str]) -> None:
        name, phone = cells.get(NAME, "").strip(), "".join(unicodedata.normalize("NFKC", cells.get(PHONE, "")).split())
        holder = post.unit.holders.get(post.duty) if post.unit and post.duty else None
        if holder and name == holder[0] and phone in holder[1:]:  # as exported: it is so already
            return
        if bool(name) != bool(phone):
            self._fail(post.row, PHONE if name else NAME, RowReason.PERSON_INCOMPLETE)
        if name and not is_safe_text(name):
            self._fail(post.row, NAME, RowReason.TEXT_UNSAFE)
        elif name and not is_person_name(name):
            self._fail(post.row, NAME, RowReason.PERSON_NAME)
        if phone and normal_phone(phone) is None:
            self._fail(post.row, PHONE, RowReason.PHONE_INVALID)
        post.name, post.phone = name, normal_phone(phone) or ""
        if holder and (post.name, post.phone) == holder[:2]:
            post.name = post.phone = ""

    def _find_repeated(self) -> None:
        first: dict[tuple[str, Duty], int] = {}
        for post in self.posts:
            if post.unit and post.duty:
                row = first.setdefault((post.unit.code, post.duty), post.row)
                if row != post.row:
                    self._fail(post.row, DUTY, RowReason.DUTY_REPEATED, first=row)
