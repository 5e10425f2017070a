"""Nominations (REG-5): what becomes of one, and what a row of a file of them must be like."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kit.sheets.rows import Columns, RowError, SheetRow
from kit.texts import is_safe_text
from services.registry.rules import NAME_LENGTH, Level, is_uscc_text, uscc_check_character
from services.registry.rules.cohorts import LEVEL as LEVEL_COLUMN
from services.registry.rules.cohorts import LEVELS, MESSAGES, NAME, USCC, RowReason


class Nominator(StrEnum):
    """The area's office, or the chamber of commerce of the area (商会); the office files for both."""

    AREA = "AREA"
    CHAMBER = "CHAMBER"


class NominationState(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


STANDING = (NominationState.DRAFT, NominationState.SUBMITTED, NominationState.ACCEPTED)
# Who rejects what was accepted before, or takes it back, sets its seat free.
NEXT: Mapping[NominationState, frozenset[NominationState]] = {
    NominationState.DRAFT: frozenset({NominationState.SUBMITTED, NominationState.WITHDRAWN}),
    NominationState.SUBMITTED: frozenset({NominationState.ACCEPTED, NominationState.REJECTED, NominationState.WITHDRAWN}),
    NominationState.ACCEPTED: frozenset({NominationState.REJECTED, NominationState.WITHDRAWN}),
    NominationState.REJECTED: frozenset(),
    NominationState.WITHDRAWN: frozenset(),
}

NOMINATOR, REASON = "推荐单位", "推荐理由"
REASON_LENGTH = 1000
FILE = Columns((USCC, NAME, LEVEL_COLUMN, NOMINATOR, REASON), (USCC, LEVEL_COLUMN))
NOMINATORS = dict.fromkeys(("", "街镇", "园区", "街镇（园区）", "街镇(园区)"), Nominator.AREA) | {"商会": Nominator.CHAMBER}
NOMINATOR_NAMES = {Nominator.AREA: "街镇（园区）", Nominator.CHAMBER: "商会"}
STATE_NAMES = {
    NominationState.DRAFT: "草稿",
    NominationState.SUBMITTED: "待审核",
    NominationState.ACCEPTED: "已通过",
    NominationState.REJECTED: "未通过",
    NominationState.WITHDRAWN: "已撤回",
}


class NominationRowReason(StrEnum):
    """Why a row of nominations is refused, beside what is wrong with the row of any list. Stable."""

    NOMINATOR_UNKNOWN = "NOMINATOR_UNKNOWN"
    NOMINATION_EXISTS = "NOMINATION_EXISTS"
    NOMINATION_WRONG_AREA = "NOMINATION_WRONG_AREA"
    ENTERPRISE_NAME_DIFFERS = "ENTERPRISE_NAME_DIFFERS"
    NAME_MISSING = "ENTERPRISE_NAME_MISSING"
    REASON_TOO_LONG = "REASON_TOO_LONG"


OWN_MESSAGES = {
    NominationRowReason.NOMINATOR_UNKNOWN: "推荐单位只能填「街镇」「园区」或「商会」；不填为街镇（园区）。",
    NominationRowReason.NOMINATION_EXISTS: "该企业本年度已有推荐。",
    NominationRowReason.NOMINATION_WRONG_AREA: "该企业不在本街镇（园区），不能推荐。",
    NominationRowReason.ENTERPRISE_NAME_DIFFERS: "与该代码登记的企业名称不同，请核对；更名的企业请留空名称。",
    NominationRowReason.NAME_MISSING: "平台还没有这家企业，请填写名称。",
    NominationRowReason.REASON_TOO_LONG: "推荐理由最多 {limit} 个字。",
}
TEXTS: dict[str, str] = {str(reason): text for table in (MESSAGES, OWN_MESSAGES) for reason, text in table.items()}


@dataclass(frozen=True, slots=True)
class NominationDraft:
    """Whom an area nominates. The name may be left out for an enterprise that is known."""

    uscc: str
    name: str
    level: Level
    nominator: Nominator
    reason: str


def normal_uscc(text: str) -> str | None:
    """The code as it is written down, or None if it is none: form and check character are looked at."""
    code = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    return code if is_uscc_text(code) and uscc_check_character(code[:-1]) == code[-1] else None


@dataclass(slots=True)
class Check:
    """Reads rows into drafts and collects all that is wrong with them."""

    drafts: list[tuple[int, NominationDraft]] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def read(self, rows: Sequence[SheetRow]) -> None:
        first: dict[str, int] = {}
        for row in rows:
            draft = self._read(row)
            if draft.uscc and first.setdefault(draft.uscc, row.number) != row.number:
                self._fail(row.number, USCC, RowReason.USCC_REPEATED, first=first[draft.uscc])
            self.drafts.append((row.number, draft))
        if not rows:
            self._fail(1, "", RowReason.NO_ROWS)

    def compare(self, found: Iterable[tuple[int, str, NominationRowReason]]) -> None:
        """Take in what contradicts the database: row, column, reason."""
        for row, column, reason in found:
            self._fail(row, column, reason)
        self.errors.sort(key=lambda error: error.row)

    def _read(self, row: SheetRow) -> NominationDraft:
        cells = {column: row.cells.get(column, "").strip() for column in FILE.all}
        uscc = normal_uscc(cells[USCC])
        if not cells[USCC]:
            self._fail(row.number, USCC, RowReason.VALUE_MISSING)
        elif uscc is None:
            self._refuse_code(row.number, "".join(unicodedata.normalize("NFKC", cells[USCC]).split()).upper())
        self._read_texts(row.number, cells)
        level, nominator = LEVELS.get(cells[LEVEL_COLUMN]), NOMINATORS.get(cells[NOMINATOR])
        if level is None:
            missing = not cells[LEVEL_COLUMN]
            self._fail(row.number, LEVEL_COLUMN, RowReason.VALUE_MISSING if missing else RowReason.LEVEL_UNKNOWN)
        if nominator is None:
            self._fail(row.number, NOMINATOR, NominationRowReason.NOMINATOR_UNKNOWN)
        return NominationDraft(uscc or "", cells[NAME], level or Level.TOWN, nominator or Nominator.AREA, cells[REASON])

    def _read_texts(self, row: int, cells: Mapping[str, str]) -> None:
        if len(cells[NAME]) > NAME_LENGTH:
            self._fail(row, NAME, RowReason.NAME_TOO_LONG, limit=NAME_LENGTH)
        elif not is_safe_text(cells[NAME]):
            self._fail(row, NAME, RowReason.TEXT_UNSAFE)
        if len(cells[REASON]) >= REASON_LENGTH:  # a longer one was cut when it was read
            self._fail(row, REASON, NominationRowReason.REASON_TOO_LONG, limit=REASON_LENGTH - 1)

    def _refuse_code(self, row: int, code: str) -> None:
        if is_uscc_text(code):
            self._fail(row, USCC, RowReason.USCC_CHECK_CHARACTER, expected=uscc_check_character(code[:-1]))
        else:
            self._fail(row, USCC, RowReason.USCC_FORMAT, length=len(code))

    def _fail(self, row: int, column: str, reason: StrEnum, **values: object) -> None:
        self.errors.append(RowError(row, column, reason, TEXTS[reason].format(column=column, **values)))
