"""What a row of a census file must be like (SUR-2): every above-scale enterprise, 石化街道 included."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kit.sheets.rows import Columns, RowError, SheetRow
from kit.texts import is_safe_text
from services.registry.rules import NAME_LENGTH, is_uscc_text, uscc_check_character
from services.registry.rules.cohorts import AreaOfYear
from services.registry.rules.surveys import INDUSTRIES

USCC, NAME, AREA, INDUSTRY, ABOVE_SCALE = "统一社会信用代码", "企业名称", "街镇(园区)", "行业", "规上"
COLUMNS = (USCC, NAME, AREA, INDUSTRY, ABOVE_SCALE)
FILE = Columns(COLUMNS, COLUMNS)
# "C", "C26", "C 制造业", "C制造业".
_CODE = re.compile(r"([A-T])(?:\d{2,4})?(?:[ .、-]*(\D*))")


class CensusReason(StrEnum):
    """Why a row is refused. Stable; the messages are for people."""

    NO_ROWS = "NO_ROWS"
    VALUE_MISSING = "VALUE_MISSING"
    USCC_FORMAT = "USCC_FORMAT"
    USCC_CHECK_CHARACTER = "USCC_CHECK_CHARACTER"
    USCC_REPEATED = "USCC_REPEATED"
    NAME_TOO_LONG = "NAME_TOO_LONG"
    TEXT_UNSAFE = "TEXT_UNSAFE"
    AREA_UNKNOWN = "AREA_UNKNOWN"
    AREA_DIFFERS = "AREA_DIFFERS"
    INDUSTRY_UNKNOWN = "INDUSTRY_UNKNOWN"
    ABOVE_SCALE_UNKNOWN = "ABOVE_SCALE_UNKNOWN"


class Obstacle(StrEnum):
    """What keeps an enterprise in the area in which it is in a year."""

    SUBMITTED = "SUBMITTED"
    ACCEPTED = "ACCEPTED"
    INVITED = "INVITED"
    DESIGNATED = "DESIGNATED"


OBSTACLES = {
    Obstacle.SUBMITTED: "推荐已提交，须先由该区域撤回",
    Obstacle.ACCEPTED: "推荐已通过，须先由该区域撤回",
    Obstacle.INVITED: "当年的问卷链接已生成",
    Obstacle.DESIGNATED: "当年已设为联系点",
}
MESSAGES = {
    CensusReason.NO_ROWS: "文件里没有数据行。",
    CensusReason.VALUE_MISSING: "「{column}」不能为空。",
    CensusReason.USCC_FORMAT: "统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z），这里是 {length} 位。",
    CensusReason.USCC_CHECK_CHARACTER: "校验不通过：按前 17 位计算，末位应为 {expected}。请核对整个代码。",
    CensusReason.USCC_REPEATED: "与第 {first} 行的统一社会信用代码重复。",
    CensusReason.NAME_TOO_LONG: "企业名称最多 {limit} 个字。",
    CensusReason.TEXT_UNSAFE: "不能以 = + - @ 开头，也不能含有不可见字符。",
    CensusReason.AREA_UNKNOWN: "{year} 年没有叫「{value}」的街镇或园区；请填当年的名称或代码。",
    CensusReason.AREA_DIFFERS: "该企业 {year} 年已登记在{area}，{obstacle}，不能改到{value}。",
    CensusReason.INDUSTRY_UNKNOWN: "行业请填国民经济行业分类的门类，如「制造业」「C」或「C26」。",
    CensusReason.ABOVE_SCALE_UNKNOWN: "规上只能填「是」或「否」。",
}


@dataclass(slots=True)
class Entry:
    """A row as understood so far. What could not be read stays empty; without errors nothing is."""

    row: int
    uscc: str = ""
    name: str = ""
    area: AreaOfYear | None = None
    industry: str = ""
    above_scale: bool = False


class CensusCheck:
    """Reads the rows of one file for one year. `errors` grows; `entries` holds what was understood."""

    def __init__(self, year: int, areas: Iterable[AreaOfYear]) -> None:
        self.year = year
        self.entries: list[Entry] = []
        self._errors: list[RowError] = []
        self._areas = {key: area for area in areas for key in (area.code, *area.names)}

    @property
    def errors(self) -> list[RowError]:
        """In the order of the file: by row, then by column."""
        return sorted(self._errors, key=lambda error: (error.row, COLUMNS.index(error.column) if error.column else -1))

    def read(self, rows: Sequence[SheetRow]) -> None:
        """Understand every row by itself, and find what is in the file twice."""
        if not rows:
            self._fail(1, "", CensusReason.NO_ROWS)
        first: dict[str, int] = {}
        for row in rows:
            entry = Entry(row.number)
            missing = [column for column in COLUMNS if not row.cells.get(column, "").strip()]
            for column in missing:
                self._fail(row.number, column, CensusReason.VALUE_MISSING)
            self._read_enterprise(entry, row.cells)
            self._read_place(entry, row.cells)
            if entry.uscc and first.setdefault(entry.uscc, row.number) != row.number:
                self._fail(row.number, USCC, CensusReason.USCC_REPEATED, first=first[entry.uscc])
            self.entries.append(entry)

    def moved(self, places: Mapping[str, str]) -> list[Entry]:
        """Who is elsewhere in the year. `places` are areas that the database has, by 统一社会信用代码."""
        return [entry for entry in self.entries if entry.area and places.get(entry.uscc, entry.area.code) != entry.area.code]

    def compare(self, places: Mapping[str, str], obstacles: Mapping[str, Obstacle]) -> None:
        """Refuse the moves in whose way something stands, by 统一社会信用代码."""
        for entry in self.moved(places):
            if entry.area and (obstacle := obstacles.get(entry.uscc)):
                names = {"area": self.name_of(places[entry.uscc]), "value": entry.area.names[-1]}
                self._fail(entry.row, AREA, CensusReason.AREA_DIFFERS, obstacle=OBSTACLES[obstacle], **names)

    def name_of(self, area_code: str) -> str:
        """The newest name of an area in the year."""
        return self._areas[area_code].names[-1]

    def _fail(self, row: int, column: str, reason: CensusReason, **values: object) -> None:
        message = MESSAGES[reason].format(column=column, year=self.year, **values)
        self._errors.append(RowError(row, column, reason, message))

    def _read_enterprise(self, entry: Entry, cells: Mapping[str, str]) -> None:
        uscc = "".join(unicodedata.normalize("NFKC", cells.get(USCC, "")).split()).upper()
        name = cells.get(NAME, "").strip()
        if uscc and not is_uscc_text(uscc):
            self._fail(entry.row, USCC, CensusReason.USCC_FORMAT, length=len(uscc))
        elif uscc and uscc[-1] != (expected := uscc_check_character(uscc[:-1])):
            self._fail(entry.row, USCC, CensusReason.USCC_CHECK_CHARACTER, expected=expected)
        else:
            entry.uscc = uscc
        if len(name) > NAME_LENGTH:
            self._fail(entry.row, NAME, CensusReason.NAME_TOO_LONG, limit=NAME_LENGTH)
        elif not is_safe_text(name):
            self._fail(entry.row, NAME, CensusReason.TEXT_UNSAFE)
        else:
            entry.name = name

    def _read_place(self, entry: Entry, cells: Mapping[str, str]) -> None:
        area, above_scale = cells.get(AREA, "").strip(), cells.get(ABOVE_SCALE, "").strip()
        entry.area = self._areas.get(area)
        if area and entry.area is None:
            self._fail(entry.row, AREA, CensusReason.AREA_UNKNOWN, value=area[:30])
        given = cells.get(INDUSTRY, "").strip()
        entry.industry = industry_of(given)
        if given and not entry.industry:
            self._fail(entry.row, INDUSTRY, CensusReason.INDUSTRY_UNKNOWN)
        entry.above_scale = above_scale == "是"
        if above_scale not in ("", "是", "否"):
            self._fail(entry.row, ABOVE_SCALE, CensusReason.ABOVE_SCALE_UNKNOWN)


def industry_of(text: str) -> str:
    """The letter of a 门类, given as letter, name, both, or a code within it; empty if it is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    letters = {unicodedata.normalize("NFKC", name): letter for letter, name in INDUSTRIES.items()}
    if plain in letters:
        return letters[plain]
    found = _CODE.fullmatch(plain.upper())
    return found[1] if found and (not found[2] or letters.get(found[2]) == found[1]) else ""
