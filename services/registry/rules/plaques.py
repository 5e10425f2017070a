"""What stands on a plaque, what it is worth and what may happen to it (REG-6). Paper keeps the names of its year."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.registry.rules import Level

POINT = "法治化营商环境联系点"
DISTRICT = "金山区"
BASIS = "《金山区开展组团式联系服务企业优化法治化营商环境的实施意见》"
# The notice names those who lead (二、目标任务), and one plaque for either level: they award both.
AWARDED_BY = ("中共上海市金山区委政法委员会", "中共上海市金山区委全面依法治区委员会办公室")
CODE_ADDRESS = "/v/"
TOKEN_BYTES = 16
MOST_TOLD = 10
_NUMERALS = "〇一二三四五六七八九"
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s.]+')


class PlaqueState(StrEnum):
    """已制作, 已颁发, 已交回, 已遗失. Another one takes the place of the last two; they stay what they are."""

    MADE = "MADE"
    ISSUED = "ISSUED"
    RETURNED = "RETURNED"
    LOST = "LOST"


class Standing(StrEnum):
    """有效, 尚未生效, 已过期, 已撤销."""

    VALID = "VALID"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


class Form(StrEnum):
    """铭牌, 证书."""

    PLAQUE = "PLAQUE"
    CERTIFICATE = "CERTIFICATE"


STATE_WORDS = {
    PlaqueState.MADE: "已制作",
    PlaqueState.ISSUED: "已颁发",
    PlaqueState.RETURNED: "已交回",
    PlaqueState.LOST: "已遗失",
}
STANDING_WORDS = {
    Standing.VALID: "有效",
    Standing.NOT_YET_VALID: "尚未生效",
    Standing.EXPIRED: "已过期",
    Standing.WITHDRAWN: "已撤销",
}
COLUMNS = ("编号", "企业名称", "统一社会信用代码", "级别", "街镇(园区)", "铭牌文字", "状态", "效力", "制作日期", "颁发日期")
LIVE = (PlaqueState.MADE, PlaqueState.ISSUED)
ENDED = (PlaqueState.RETURNED, PlaqueState.LOST)
MOVES = {
    PlaqueState.MADE: {PlaqueState.ISSUED, PlaqueState.LOST},
    PlaqueState.ISSUED: {PlaqueState.RETURNED, PlaqueState.LOST},
}


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on one plaque and its certificate, frozen when it was made."""

    year: int
    serial: str
    wording: str
    enterprise_name: str
    area_name: str
    awarded_by: tuple[str, ...]
    made_on: date
    token: str


def may_become(state: PlaqueState, wanted: PlaqueState) -> bool:
    return wanted in MOVES.get(state, ())


def standing(state: PlaqueState, year: int, point_stands: bool, this_year: int) -> Standing:
    """What a plaque is worth. What was taken away stays so, whatever the year."""
    if not point_stands or state in ENDED:
        return Standing.WITHDRAWN
    if year > this_year:  # made and handed over in good time, it is worth nothing before its year begins
        return Standing.NOT_YET_VALID
    return Standing.VALID if year == this_year else Standing.EXPIRED


def wording(level: Level, area_name: str) -> str:
    return (DISTRICT if level is Level.DISTRICT else area_name) + POINT


def serial(year: int, number: int) -> str:
    """发文字号 as officials write it: 六角括号 around the year."""
    return f"金法联〔{year}〕{number:03}号"


def day_of_names(year: int, today: date) -> date:
    """The day of a year whose names its paper bears: today, or the day of that year that is nearest to it."""
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))


def bears_old_names(state: PlaqueState, year: int, today: date) -> bool:
    """Whether who takes a plaque's place says what that one said: a copy of what is lost, and no later names in the past."""
    return state is PlaqueState.LOST or year < today.year


def day_is_good(issued_on: date, year: int, today: date) -> bool:
    """A handover has happened, and at most a year ahead of the plaque's own."""
    return date(year - 1, 1, 1) <= issued_on <= today


def unknown_characters(text: str, known: frozenset[int]) -> list[str]:
    """Characters that would be a box or nothing on paper: those without a shape, and those that only steer other text."""
    return [char for char in dict.fromkeys(text) if ord(char) not in known or unicodedata.category(char)[0] == "C"]


def told(characters: Iterable[str]) -> str:
    """Characters for who has to look for them; those that show nothing by their number alone."""
    return "、".join(
        f"{char}(U+{ord(char):04X})" if unicodedata.category(char)[0] != "C" else f"U+{ord(char):04X}" for char in characters
    )


def file_name(number: int, area_name: str, enterprise_name: str) -> str:
    """序号_区域_企业, with nothing in it that a file system minds."""
    area, enterprise = (_NOT_IN_NAMES.sub(" ", part).strip() for part in (area_name, enterprise_name))
    return f"{number:03}_{area}_{enterprise[:50]}.pdf"


def cohort_file_name(year: int, form: Form) -> str:
    return f"{year}年度{POINT}{'铭牌' if form is Form.PLAQUE else '证书'}.pdf"


def texts(words: Words) -> dict[str, object]:
    """What the template sets, but for the code."""
    year = str(words.year)
    made = words.made_on
    return {
        "enterprise": words.enterprise_name,
        "area": words.wording.removesuffix(POINT),
        "point": POINT,
        "year": year,
        "year-in-words": "".join(_NUMERALS[int(digit)] for digit in year) + "年",
        "bodies": list(words.awarded_by),
        "serial": words.serial,
        "text": f"根据{BASIS}，经推荐、审定，确定你单位为{year}年度{words.wording}。特发此证。",
        "term": f"{year}年1月1日至{year}年12月31日",
        "day": f"{made.year}年{made.month}月{made.day}日",
    }
