"""What a row of a file of contacts must be like (REG-7). All that is wrong is collected.

The columns are those of the export of enterprises, so that it can be filled in and sent back: a row without a contact, or
with the one whom the enterprise has, masked or whole, changes nothing.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kit.crypto import mask_name, mask_phone
from kit.sheets.rows import Columns, RowError, SheetRow
from kit.texts import is_person_name, is_safe_text
from services.registry.rules import is_uscc_text, normal_phone, uscc_check_character
from services.registry.rules.cohorts import CONSENT, CONTACT, PHONE, USCC

VERSION = "同意文本版本"
COLUMNS = (USCC, CONTACT, PHONE, CONSENT, VERSION)
FILE = Columns(COLUMNS, (USCC, CONTACT, PHONE))
_VERSION = re.compile(r"[0-9A-Za-z._-]{0,20}")


class LiaisonRowReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    USCC_FORMAT = "USCC_FORMAT"
    USCC_CHECK_CHARACTER = "USCC_CHECK_CHARACTER"
    USCC_REPEATED = "USCC_REPEATED"
    ENTERPRISE_UNKNOWN = "ENTERPRISE_UNKNOWN"
    LIAISON_EXISTS = "LIAISON_EXISTS"
    CONTACT_INCOMPLETE = "CONTACT_INCOMPLETE"
    CONTACT_NAME = "CONTACT_NAME"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    PHONE_INVALID = "PHONE_INVALID"
    PHONE_REPEATED = "PHONE_REPEATED"
    PHONE_IN_USE = "PHONE_IN_USE"
    CONSENT_UNKNOWN = "CONSENT_UNKNOWN"
    CONSENT_MISSING = "CONSENT_MISSING"
    CONSENT_VERSION_INVALID = "CONSENT_VERSION_INVALID"


Why = LiaisonRowReason
MESSAGES = {
    Why.NO_ROWS: "文件里没有数据行。",
    Why.VALUE_MISSING: "「{column}」不能为空。",
    Why.USCC_FORMAT: "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z），这里是 {length} 位。",
    Why.USCC_CHECK_CHARACTER: "校验不通过：按前 17 位计算，末位应为 {expected}。请核对整个代码。",
    Why.USCC_REPEATED: "与第 {first} 行的统一社会信用代码重复。",
    Why.ENTERPRISE_UNKNOWN: "平台没有这家企业，或不由您确定其联系人。",
    Why.LIAISON_EXISTS: "该企业已有另一位联系人，请用「更换联系人」办理。",
    Why.CONTACT_INCOMPLETE: "联系人和手机号要么都填，要么都不填。",
    Why.CONTACT_NAME: "联系人应填姓名，最多 50 个字。",
    Why.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    Why.PHONE_INVALID: "不是有效的 11 位手机号。",
    Why.PHONE_REPEATED: "与第 {first} 行的手机号重复；一人只能担任一家企业的联系人。",
    Why.PHONE_IN_USE: "该手机号属于工作人员或另一家企业的联系人。",
    Why.CONSENT_UNKNOWN: "同意只能填「是」或「否」。",
    Why.CONSENT_MISSING: "联系人本人同意后才能填报，请在「同意」一栏填「是」。",
    Why.CONSENT_VERSION_INVALID: "同意文本版本最多 20 位，只能用字母、数字和 . _ -。",
}


@dataclass(slots=True)
class Appointment:
    """A row as understood so far. What could not be read stays empty; without errors only the version may."""

    row: int
    uscc: str
    name: str
    phone: str
    consent_version: str


@dataclass(frozen=True, slots=True)
class KnownLiaisons:
    """Who is whose contact already: name and number by 统一社会信用代码, None for none; and who has each number of the file.

    Enterprises that the caller has no say in are left out. `phones` gives the enterprise, or an empty text for staff.
    """

    contacts: Mapping[str, tuple[str, str] | None]
    phones: Mapping[str, str]


class LiaisonCheck:
    """Reads the rows of one file. `errors` grows; `new` holds who is to be appointed."""

    def __init__(self, rows: Sequence[SheetRow]) -> None:
        self.rows = rows
        self.new: list[Appointment] = []
        self._errors: list[RowError] = []

    @property
    def errors(self) -> list[RowError]:
        """In the order of the file: by row, then by column."""
        return sorted(self._errors, key=lambda error: (error.row, COLUMNS.index(error.column) if error.column else -1))

    @property
    def usccs(self) -> list[str]:
        return [uscc for uscc in (_plain(row, USCC).upper() for row in self.rows) if is_uscc_text(uscc)]

    @property
    def phones(self) -> list[str]:
        return sorted({phone for phone in (normal_phone(_plain(row, PHONE)) for row in self.rows) if phone})

    def compare(self, known: KnownLiaisons) -> None:
        """Understand every row, and find what is in the file twice or contradicts the database."""
        if not self.rows:
            self._fail(1, "", Why.NO_ROWS)
        usccs: dict[str, int] = {}
        phones: dict[str, int] = {}
        for row in self.rows:
            uscc = self._uscc(row)
            if uscc and usccs.setdefault(uscc, row.number) != row.number:
                self._fail(row.number, USCC, Why.USCC_REPEATED, first=usccs[uscc])
            elif uscc and uscc not in known.contacts:
                self._fail(row.number, USCC, Why.ENTERPRISE_UNKNOWN)
            if _says_nothing(row, known.contacts.get(uscc)):
                continue
            if known.contacts.get(uscc):
                self._fail(row.number, CONTACT, Why.LIAISON_EXISTS)
            phone = self._phone(row)
            if phone and phones.setdefault(phone, row.number) != row.number:
                self._fail(row.number, PHONE, Why.PHONE_REPEATED, first=phones[phone])
            if known.phones.get(phone, uscc) != uscc:
                self._fail(row.number, PHONE, Why.PHONE_IN_USE)
            self.new.append(Appointment(row.number, uscc, self._name(row), phone, self._consent(row)))

    def _fail(self, row: int, column: str, reason: LiaisonRowReason, **values: object) -> None:
        self._errors.append(RowError(row, column, reason, MESSAGES[reason].format(column=column, **values)))

    def _uscc(self, row: SheetRow) -> str:
        uscc = _plain(row, USCC).upper()
        if not uscc:
            self._fail(row.number, USCC, Why.VALUE_MISSING)
        elif not is_uscc_text(uscc):
            self._fail(row.number, USCC, Why.USCC_FORMAT, length=len(uscc))
        elif uscc[-1] != (expected := uscc_check_character(uscc[:-1])):
            self._fail(row.number, USCC, Why.USCC_CHECK_CHARACTER, expected=expected)
        else:
            return uscc
        return ""

    def _name(self, row: SheetRow) -> str:
        name = _cell(row, CONTACT)
        if not name:
            self._fail(row.number, CONTACT, Why.CONTACT_INCOMPLETE)
        elif not is_safe_text(name):
            self._fail(row.number, CONTACT, Why.TEXT_UNSAFE)
        elif not is_person_name(name):
            self._fail(row.number, CONTACT, Why.CONTACT_NAME)
        return name

    def _phone(self, row: SheetRow) -> str:
        given = _plain(row, PHONE)
        phone = normal_phone(given)
        if phone is None:
            self._fail(row.number, PHONE, Why.PHONE_INVALID if given else Why.CONTACT_INCOMPLETE)
        return phone or ""

    def _consent(self, row: SheetRow) -> str:
        """The version of the text that was consented to."""
        consent, version = _cell(row, CONSENT), _cell(row, VERSION)
        if consent not in ("", "是", "否"):
            self._fail(row.number, CONSENT, Why.CONSENT_UNKNOWN)
        elif consent != "是":
            self._fail(row.number, CONSENT, Why.CONSENT_MISSING)
        if not _VERSION.fullmatch(version):
            self._fail(row.number, VERSION, Why.CONSENT_VERSION_INVALID)
        return version


def _says_nothing(row: SheetRow, present: tuple[str, str] | None) -> bool:
    """Whether a row leaves its enterprise as it is."""
    name, phone = _cell(row, CONTACT), _plain(row, PHONE)
    if present is None:
        return not name and not phone
    names, phones = ("", present[0], mask_name(present[0])), ("", present[1], mask_phone(present[1]))
    return name in names and (phone in phones or normal_phone(phone) == present[1])


def _cell(row: SheetRow, column: str) -> str:
    return row.cells.get(column, "").strip()


def _plain(row: SheetRow, column: str) -> str:
    """Codes and numbers as people type them: full-width characters and spaces count as nothing special."""
    return "".join(unicodedata.normalize("NFKC", _cell(row, column)).split())
