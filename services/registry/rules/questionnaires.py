"""What a questionnaire must be like: a part A that is answered by name, and a part B that is nobody's (SUR-1, SUR-5).

A part is {"title", "intro"?, "questions": [...]}. A question is {"key", "kind", "text", "hint"?, "required"?, "show_if"?,
"retired"?, "agency"?} and, by its kind: "options" (single, multiple, matrix), "min_choices"?, "max_choices"? (multiple),
"rows" (matrix), "min"?, "max"?, "decimals"?, "unit"? (number), "max_length"? (text), "scale"?, "low"?, "high"? (rating).
An option or row is {"key", "text", "retired"?, "agency"?}. Keys never change their meaning; "agency" is the code of the
unit that an answer is about. Answers are checked in rules/answers.py, conditions in rules/conditions.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.registry.rules.conditions import check_condition
from services.registry.rules.questions import (
    DEFAULT_TEXT,
    MAX_DECIMALS,
    MAX_OPTIONS,
    MAX_QUESTIONS,
    MAX_SCALE,
    MAX_TEXT,
    NUMBER_LIMIT,
    PART_B_BYTES,
    Kind,
    Question,
    Reason,
    Wrong,
    is_key,
    is_number,
    is_plain,
    wrong,
)

PARTS = ("part_a", "part_b")
_COMMON = frozenset({"key", "kind", "text", "hint", "required", "show_if", "retired", "agency"})
_OWN = {
    Kind.SINGLE: frozenset({"options"}),
    Kind.MULTIPLE: frozenset({"options", "min_choices", "max_choices"}),
    Kind.MATRIX: frozenset({"options", "rows"}),
    Kind.NUMBER: frozenset({"min", "max", "decimals", "unit"}),
    Kind.TEXT: frozenset({"max_length"}),
    Kind.RATING: frozenset({"scale", "low", "high"}),
}
_ITEM = frozenset({"key", "text", "retired", "agency"})
# Texts with their limits, and whole numbers with their ranges.
_TEXTS = {"hint": 300, "unit": 20, "low": 20, "high": 20}
_WHOLE = {
    "decimals": (0, MAX_DECIMALS),
    "max_length": (1, MAX_TEXT),
    "scale": (2, MAX_SCALE),
    "min_choices": (0, MAX_OPTIONS),
    "max_choices": (1, MAX_OPTIONS),
}
# Of one answer beside its text: key, quotes, colon, comma; the longest number; a character of a text in UTF-8, or escaped.
_FRAME_BYTES, _NUMBER_BYTES, _CHARACTER_BYTES = 48, 24, 4


def check_questionnaire(part_a: object, part_b: object) -> list[Wrong]:
    """All that is wrong with both parts, in their order. No key stands in both."""
    found: list[Wrong] = []
    taken: set[str] = set()
    for name, part in zip(PARTS, (part_a, part_b), strict=True):
        found += check_part(name, part, taken)
    if not found and isinstance(part_b, dict) and worst_bytes(part_b) > PART_B_BYTES:
        found.append(wrong("part_b", Reason.PART_TOO_LARGE, limit=PART_B_BYTES))
    return found


def check_part(path: str, part: object, taken: set[str] | None = None) -> list[Wrong]:
    """All that is wrong with one part. `taken` are keys of questions used before; those of this part are added."""
    if not isinstance(part, dict):
        return [wrong(path, Reason.TYPE_WRONG, wanted="对象")]
    found = [wrong(path, Reason.FIELD_UNKNOWN)] if part.keys() - {"title", "intro", "questions"} else []
    found += _text(f"{path}.title", part.get("title"), 100)
    found += _text(f"{path}.intro", part.get("intro", ""), 1_000, compulsory=False)
    questions = part.get("questions")
    found += _list(f"{path}.questions", questions, MAX_QUESTIONS)
    if not isinstance(questions, list) or len(questions) > MAX_QUESTIONS:
        return found
    earlier: dict[str, Question] = {}
    known = set() if taken is None else taken
    for place, question in enumerate(questions):
        found += _question(f"{path}.questions[{place}]", question, earlier, known)
        if isinstance(question, dict) and is_key(question.get("key")):
            earlier.setdefault(question["key"], question)
            known.add(question["key"])
    return found


def check_next_version(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Wrong]:
    """What of a checked part may not follow one that was answered: questions, options and rows are retired or added only."""
    found = _kept(f"{path}.questions", old["questions"], new["questions"])
    before = {question["key"]: question for question in old["questions"]}
    for place, question in enumerate(new["questions"]):
        if known := before.get(question["key"]):
            for name in ("options", "rows"):
                found += _kept(f"{path}.questions[{place}].{name}", known.get(name, []), question.get(name, []))
    return found


def worst_bytes(part: Mapping[str, Any]) -> int:
    """The most bytes that the answers to a checked part may take as JSON."""
    return sum(_FRAME_BYTES + _worst_answer(question) for question in part["questions"])


def _worst_answer(question: Question) -> int:
    match question["kind"]:
        case Kind.TEXT:
            return int(question.get("max_length", DEFAULT_TEXT)) * _CHARACTER_BYTES
        case Kind.MULTIPLE:
            return _FRAME_BYTES * len(question["options"])
        case Kind.MATRIX:
            return 2 * _FRAME_BYTES * len(question["rows"])
        case Kind.SINGLE:
            return _FRAME_BYTES
    return _NUMBER_BYTES


def _question(path: str, question: object, earlier: Mapping[str, Question], taken: set[str]) -> Iterator[Wrong]:
    if not isinstance(question, dict):
        yield wrong(path, Reason.TYPE_WRONG, wanted="对象")
        return
    yield from _key(f"{path}.key", question.get("key"), taken)
    yield from _text(f"{path}.text", question.get("text"), 300)
    yield from _agency(path, question)
    for name in ("required", "retired"):
        if not isinstance(question.get(name, False), bool):
            yield wrong(f"{path}.{name}", Reason.TYPE_WRONG, wanted="true 或 false")
    if "show_if" in question:
        yield from check_condition(f"{path}.show_if", question["show_if"], earlier)
    kind = question.get("kind")
    if not isinstance(kind, str) or kind not in list(Kind):
        yield wrong(f"{path}.kind", Reason.VALUE_UNKNOWN if kind else Reason.MISSING)
        return
    for name in sorted(str(name) for name in question.keys() - _COMMON - _OWN[Kind(kind)]):
        yield wrong(f"{path}.{name}" if is_key(name) else path, Reason.FIELD_UNKNOWN)
    yield from _of_kind(path, question, _OWN[Kind(kind)] | {"hint"})


def _of_kind(path: str, question: Question, names: frozenset[str]) -> Iterator[Wrong]:
    """What only some kinds have."""
    for name in ("options", "rows"):
        if name in names:
            yield from _items(f"{path}.{name}", question.get(name))
    for name, limit in _TEXTS.items():
        if name in names and name in question:
            yield from _text(f"{path}.{name}", question[name], limit, compulsory=False)
    for name, (low, high) in _WHOLE.items():
        if name in names and name in question:
            yield from _whole(f"{path}.{name}", question[name], low, high)
    for name in ("min", "max"):
        if name in names and name in question and not is_number(question[name]):
            yield wrong(f"{path}.{name}", Reason.OUT_OF_RANGE, low=-NUMBER_LIMIT, high=NUMBER_LIMIT)
    for low_name, high_name in (("min", "max"), ("min_choices", "max_choices")):
        least, most = question.get(low_name), question.get(high_name)
        if low_name in names and is_number(least) and is_number(most) and least > most:
            yield wrong(f"{path}.{low_name}", Reason.OUT_OF_RANGE, low=-NUMBER_LIMIT, high=most)


def _items(path: str, items: object) -> Iterator[Wrong]:
    """Options or rows."""
    yield from _list(path, items, MAX_OPTIONS)
    if not isinstance(items, list) or not items or len(items) > MAX_OPTIONS:
        return
    taken: set[str] = set()
    for place, item in enumerate(items):
        at = f"{path}[{place}]"
        if not isinstance(item, dict):
            yield wrong(at, Reason.TYPE_WRONG, wanted="对象")
            continue
        if item.keys() - _ITEM:
            yield wrong(at, Reason.FIELD_UNKNOWN)
        yield from _key(f"{at}.key", item.get("key"), taken)
        yield from _text(f"{at}.text", item.get("text"), 200)
        yield from _agency(at, item)
        if not isinstance(item.get("retired", False), bool):
            yield wrong(f"{at}.retired", Reason.TYPE_WRONG, wanted="true 或 false")
        elif is_key(item.get("key")):
            taken.add(item["key"])
    if all(isinstance(item, dict) and item.get("retired") is True for item in items):
        yield wrong(path, Reason.ALL_RETIRED)


def _key(path: str, key: object, taken: set[str]) -> Iterator[Wrong]:
    if key is None or key == "":
        yield wrong(path, Reason.MISSING)
    elif not is_key(key):
        yield wrong(path, Reason.FORMAT_INVALID)
    elif key in taken:
        yield wrong(path, Reason.DUPLICATE)


def _agency(path: str, held: Mapping[str, Any]) -> Iterator[Wrong]:
    if "agency" in held and not is_key(held["agency"]):
        yield wrong(f"{path}.agency", Reason.FORMAT_INVALID)


def _text(path: str, text: object, limit: int, compulsory: bool = True) -> Iterator[Wrong]:
    if text is None:
        yield wrong(path, Reason.MISSING)
    elif not isinstance(text, str):
        yield wrong(path, Reason.TYPE_WRONG, wanted="文字")
    elif len(text) > limit:
        yield wrong(path, Reason.TOO_LONG, limit=limit)
    elif not is_plain(text):
        yield wrong(path, Reason.FORMAT_INVALID)
    elif compulsory and not text.strip():
        yield wrong(path, Reason.MISSING)


def _list(path: str, items: object, limit: int) -> Iterator[Wrong]:
    if items is None:
        yield wrong(path, Reason.MISSING)
    elif not isinstance(items, list):
        yield wrong(path, Reason.TYPE_WRONG, wanted="列表")
    elif not items:
        yield wrong(path, Reason.TOO_FEW, limit=1)
    elif len(items) > limit:
        yield wrong(path, Reason.TOO_MANY, limit=limit)


def _whole(path: str, value: object, low: int, high: int) -> Iterator[Wrong]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield wrong(path, Reason.TYPE_WRONG, wanted="整数")
    elif not low <= value <= high:
        yield wrong(path, Reason.OUT_OF_RANGE, low=low, high=high)


def _kept(path: str, old: Sequence[Question], new: Sequence[Question]) -> list[Wrong]:
    """Whether everything old is still there and means the same."""
    places = {item["key"]: place for place, item in enumerate(new)}
    found = []
    for item in old:
        place = places.get(item["key"])
        if place is None:
            found.append(wrong(path, Reason.KEY_GONE))
        elif _meaning(item) != _meaning(new[place]):
            found.append(wrong(f"{path}[{place}]", Reason.CHANGED_AFTER_ANSWERS))
        elif item.get("retired") and not new[place].get("retired"):
            found.append(wrong(f"{path}[{place}].retired", Reason.REVIVED))
    return found


def _meaning(item: Question) -> dict[str, Any]:
    """Everything of a question, option or row but what is compared piece by piece."""
    return {name: value for name, value in item.items() if name not in ("retired", "options", "rows")}
