"""When a question is shown: a small expression over earlier answers. It is data, looked at piece by piece, and never run.

{"question": "a1", "is": "yes"}            the option chosen, or one of those chosen; with "row" for a matrix
{"question": "a1", "any_of": ["x", "y"]}   one of these
{"question": "a5", "at_least": 3}          and "at_most": of a number or a rating
{"question": "a5", "answered": true}       or false
{"all": [...]}, {"any": [...]}, {"not": {...}}
"""

from collections.abc import Iterator, Mapping
from typing import Any

from services.registry.rules.questions import Kind, Question, Reason, Wrong, is_number, keys_of, wrong

MAX_NODES = 20
MAX_DEPTH = 5
_CHOICES = {"is", "any_of"}
_BOUNDS = {"at_least", "at_most"}
_CHOSEN = {Kind.SINGLE, Kind.MULTIPLE, Kind.MATRIX}
_MEASURED = {Kind.NUMBER, Kind.RATING}


def check_condition(path: str, condition: object, earlier: Mapping[str, Question]) -> Iterator[Wrong]:
    """All that is wrong with a condition on the questions before its own."""
    if _size(condition, 1) > MAX_NODES:
        yield wrong(path, Reason.CONDITION_TOO_DEEP, limit=MAX_NODES, depth=MAX_DEPTH)
    else:
        yield from _check(path, condition, earlier)


def holds(condition: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Whether a checked condition holds for checked answers. What was not answered is, has and reaches nothing."""
    if "all" in condition:
        return all(holds(part, answers) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, answers) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], answers)
    given = answers.get(condition["question"])
    if "answered" in condition:
        return (given is not None) is condition["answered"]
    if given is None:
        return False
    if "at_least" in condition:
        return bool(given >= condition["at_least"])
    if "at_most" in condition:
        return bool(given <= condition["at_most"])
    if "row" in condition:
        given = given.get(condition["row"])
    wanted = condition["any_of"] if "any_of" in condition else [condition["is"]]
    return any(one in wanted for one in (given if isinstance(given, list) else [given]))


def _size(condition: object, depth: int) -> int:
    """How many pieces a condition has; too many for one that is too deep."""
    if depth > MAX_DEPTH:
        return MAX_NODES + 1
    if not isinstance(condition, dict):
        return 1
    parts = [condition["not"]] if "not" in condition else condition.get("all", condition.get("any", []))
    parts = parts if isinstance(parts, list) else []
    if len(parts) > MAX_NODES:
        return MAX_NODES + 1
    return 1 + sum(_size(part, depth + 1) for part in parts)


def _check(path: str, condition: object, earlier: Mapping[str, Question]) -> Iterator[Wrong]:
    if not isinstance(condition, dict):
        yield wrong(path, Reason.TYPE_WRONG, wanted="对象")
        return
    for name in ("all", "any"):
        if condition.keys() == {name}:
            yield from _check_parts(f"{path}.{name}", condition[name], earlier)
            return
    if condition.keys() == {"not"}:
        yield from _check(f"{path}.not", condition["not"], earlier)
        return
    yield from _check_test(path, condition, earlier)


def _check_parts(path: str, parts: object, earlier: Mapping[str, Question]) -> Iterator[Wrong]:
    if not isinstance(parts, list):
        yield wrong(path, Reason.TYPE_WRONG, wanted="列表")
    elif not parts:
        yield wrong(path, Reason.TOO_FEW, limit=1)
    else:
        for place, part in enumerate(parts):
            yield from _check(f"{path}[{place}]", part, earlier)


def _check_test(path: str, test: dict[str, Any], earlier: Mapping[str, Question]) -> Iterator[Wrong]:
    """One comparison with one answer: a question, exactly one operator, and a row for a matrix."""
    operators = test.keys() & (_CHOICES | _BOUNDS | {"answered"})
    if len(operators) != 1 or test.keys() - operators - {"row"} != {"question"}:
        yield wrong(path, Reason.FORMAT_INVALID)
        return
    name = test["question"]
    question = earlier.get(name) if isinstance(name, str) else None
    if question is None:
        yield wrong(f"{path}.question", Reason.REFERENCE_NOT_EARLIER)
    elif not _fits(next(iter(operators)), test, question):
        yield wrong(path, Reason.REFERENCE_UNFIT)


def _fits(operator: str, test: dict[str, Any], question: Question) -> bool:
    value, kind = test[operator], question.get("kind")
    matrix = kind == Kind.MATRIX and operator in _CHOICES
    if matrix != ("row" in test) or (matrix and test["row"] not in keys_of(question.get("rows"))):
        return False
    if operator == "answered":
        return isinstance(value, bool)
    if operator in _BOUNDS:
        return kind in _MEASURED and is_number(value)
    wanted = value if operator == "any_of" else [value]
    options = keys_of(question.get("options"))
    return kind in _CHOSEN and isinstance(wanted, list) and bool(wanted) and all(one in options for one in wanted)
