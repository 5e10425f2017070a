"""What questionnaires are made of: kinds, limits, and the ways a questionnaire or an answer to it may be wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from typing_extensions import TypeIs

Question = Mapping[str, Any]
MAX_QUESTIONS = 100
MAX_OPTIONS = 50
MAX_SCALE = 10
DEFAULT_SCALE = 5
MAX_TEXT = 2_000
DEFAULT_TEXT = 500
NUMBER_LIMIT = 10**12
MAX_DECIMALS = 4
# What is left of a sealed part B for its answers (docs/decisions/0020-unlinkable-answers.md).
PART_B_BYTES = 16_000

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_BAD_CHARACTER = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


class Kind(StrEnum):
    """单选, 多选, 矩阵, 数字, 文字, 评分."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    MATRIX = "matrix"
    NUMBER = "number"
    TEXT = "text"
    RATING = "rating"


class Reason(StrEnum):
    """Why a questionnaire or an answer is refused. Stable; the messages are for people."""

    MISSING = "MISSING"
    TYPE_WRONG = "TYPE_WRONG"
    FIELD_UNKNOWN = "FIELD_UNKNOWN"
    FORMAT_INVALID = "FORMAT_INVALID"
    VALUE_UNKNOWN = "VALUE_UNKNOWN"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    TOO_LONG = "TOO_LONG"
    TOO_MANY = "TOO_MANY"
    TOO_FEW = "TOO_FEW"
    DUPLICATE = "DUPLICATE"
    REFERENCE_NOT_EARLIER = "REFERENCE_NOT_EARLIER"
    REFERENCE_UNFIT = "REFERENCE_UNFIT"
    CONDITION_TOO_DEEP = "CONDITION_TOO_DEEP"
    ALL_RETIRED = "ALL_RETIRED"
    PART_TOO_LARGE = "PART_TOO_LARGE"
    KEY_GONE = "KEY_GONE"
    CHANGED_AFTER_ANSWERS = "CHANGED_AFTER_ANSWERS"
    REVIVED = "REVIVED"
    OPTION_RETIRED = "OPTION_RETIRED"


MESSAGES = {
    Reason.MISSING: "必填。",
    Reason.TYPE_WRONG: "类型不对，应为{wanted}。",
    Reason.FIELD_UNKNOWN: "没有这一项。",
    Reason.FORMAT_INVALID: "格式不对，或含有不可见字符。",
    Reason.VALUE_UNKNOWN: "不在可选范围内。",
    Reason.OUT_OF_RANGE: "应在 {low} 到 {high} 之间。",
    Reason.TOO_LONG: "最多 {limit} 个字。",
    Reason.TOO_MANY: "最多 {limit} 项。",
    Reason.TOO_FEW: "至少 {limit} 项。",
    Reason.DUPLICATE: "重复。",
    Reason.REFERENCE_NOT_EARLIER: "显示条件只能引用同一部分中排在前面的题目。",
    Reason.REFERENCE_UNFIT: "显示条件与所引用题目的题型或选项不符。",
    Reason.CONDITION_TOO_DEEP: "显示条件太复杂，最多 {limit} 项、{depth} 层。",
    Reason.ALL_RETIRED: "至少保留一项未停用的。",
    Reason.PART_TOO_LARGE: "乙部分全部填满会超过 {limit} 字节，请减少文字题或缩短字数上限。",
    Reason.KEY_GONE: "已经有人作答，题目、选项和行只能停用，不能删除。",
    Reason.CHANGED_AFTER_ANSWERS: "已经有人作答，不能再改；可以停用它，另加一项。",
    Reason.REVIVED: "停用后不能恢复；可以另加一项。",
    Reason.OPTION_RETIRED: "该选项已停用。",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong, and where: "part_a.questions[2].options[0].key" or "answers.b_court"."""

    path: str
    reason: Reason
    message: str


def wrong(path: str, reason: Reason, **values: object) -> Wrong:
    return Wrong(path, reason, MESSAGES[reason].format(**values))


def is_key(value: object) -> bool:
    """Whether a value may name a question, option or row: lower-case letters, digits and underscores, a letter first."""
    return isinstance(value, str) and bool(_KEY.fullmatch(value))


def is_plain(text: str) -> bool:
    """Whether a text holds no character that nobody sees; lines may end."""
    return not _BAD_CHARACTER.search(text)


def is_number(value: object) -> TypeIs[int | float]:
    """An int or a finite float within the limit; no truth value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -NUMBER_LIMIT <= value <= NUMBER_LIMIT  # also False for what is not a number


def keys_of(items: object) -> list[str]:
    """The keys of options or rows, retired ones too."""
    return (
        [item["key"] for item in items if isinstance(item, dict) and is_key(item.get("key"))]
        if isinstance(items, list)
        else []
    )


def live_keys(items: list[dict[str, Any]]) -> set[str]:
    """The keys of options or rows that may be chosen."""
    return {item["key"] for item in items if not item.get("retired")}
