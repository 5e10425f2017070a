"""Pure decisions about codes, phones, names and years, and the words that the tables use (REG-2, REG-9)."""

import re
from datetime import datetime
from enum import StrEnum

from kit.calendar import BEIJING

USCC_LENGTH = 18
DISTRICT_SEATS = 3
NAME_LENGTH = 200
# GB 32100: digits and letters without I, O, S, V and Z; the weight of a place is 3 to its power, modulo 31.
_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(USCC_LENGTH - 1))
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


class AreaKind(StrEnum):
    TOWN = "TOWN"
    PARK = "PARK"
    SUBDISTRICT = "SUBDISTRICT"


class UnitKind(StrEnum):
    AGENCY = "AGENCY"
    CENTRE = "CENTRE"
    AREA_OFFICE = "AREA_OFFICE"
    SUPERVISOR = "SUPERVISOR"
    OTHER = "OTHER"


class Duty(StrEnum):
    """What a named person does for a unit: 分管负责人, 联系人."""

    LEADER = "LEADER"
    CONTACT = "CONTACT"


class Level(StrEnum):
    """区级, 镇级."""

    DISTRICT = "DISTRICT"
    TOWN = "TOWN"


def uscc_check_character(first17: str) -> str:
    """The 18th character of a 统一社会信用代码. Raises ValueError for characters that no code has."""
    if len(first17) != USCC_LENGTH - 1:
        raise ValueError("a code has 17 characters before its check character")
    total = sum(weight * _USCC_CHARACTERS.index(char) for weight, char in zip(_USCC_WEIGHTS, first17, strict=True))
    return _USCC_CHARACTERS[-total % 31]


def is_uscc_text(code: str) -> bool:
    """Whether a text has the length and the characters of a code; says nothing about the check character."""
    return len(code) == USCC_LENGTH and all(char in _USCC_CHARACTERS for char in code)


def normal_phone(text: str) -> str | None:
    """The 11 digits of a mainland mobile number written in any usual way; None if it is none."""
    digits = re.sub(r"[\s\-()（）]", "", text)
    digits = digits.removeprefix("+")
    if len(digits) == 13:
        digits = digits.removeprefix("86")
    return digits if _MOBILE.fullmatch(digits) else None


def year_of(now: datetime) -> int:
    """The year in Shanghai, which is what a cohort goes by."""
    return now.astimezone(BEIJING).year
