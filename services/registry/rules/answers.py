"""What answers to a part of a questionnaire must be like, and which questions are shown.

By kind: single "o1" · multiple ["o1", "o2"] · matrix {"r1": "o1"} · number 12.5 · text "…" · rating 4. Nothing, "", [] and
{} are no answer. An answer to a question that is not shown, or was retired, is dropped: a mind was changed before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.rules.conditions import holds
from services.registry.rules.questions import (
    DEFAULT_SCALE,
    DEFAULT_TEXT,
    NUMBER_LIMIT,
    Kind,
    Question,
    Reason,
    Wrong,
    is_key,
    is_number,
    is_plain,
    keys_of,
    live_keys,
    wrong,
)

_EMPTY: tuple[object, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers as they may be kept, what is wrong with them, and how much of what was shown is answered."""

    answers: dict[str, Any]
    errors: list[Wrong]
    percent: int


def check_answers(part: Mapping[str, Any], given: object, complete: bool) -> Checked:
    """Check answers to a checked part. `complete`: handed in, so that what is required must be there; else a draft."""
    if not isinstance(given, dict):
        return Checked({}, [wrong("answers", Reason.TYPE_WRONG, wanted="对象")], 0)
    known = {question["key"] for question in part["questions"]}
    errors = [wrong(_path(key), Reason.FIELD_UNKNOWN) for key in given if key not in known]
    answers: dict[str, Any] = {}
    shown = 0
    for question in part["questions"]:
        if not is_shown(question, answers):
            continue
        shown += 1
        answer = _stripped(given.get(question["key"]))
        found = _check(question, answer, complete)
        errors += found
        if not found and answer not in _EMPTY:
            answers[question["key"]] = answer
    return Checked(answers, errors, 100 * len(answers) // shown if shown else 100)


def is_shown(question: Question, answers: Mapping[str, Any]) -> bool:
    """Whether a question is shown to who answered those before it so."""
    return not question.get("retired") and ("show_if" not in question or holds(question["show_if"], answers))


def _path(key: object) -> str:
    return f"answers.{key}" if is_key(key) else "answers"  # nothing of what is no key is told back


def _stripped(answer: object) -> object:
    return answer.strip() if isinstance(answer, str) else answer


def _check(question: Question, answer: object, complete: bool) -> list[Wrong]:
    path = _path(question["key"])
    if answer in _EMPTY:
        return [wrong(path, Reason.MISSING)] if complete and question.get("required") else []
    match question["kind"]:
        case Kind.SINGLE:
            return _choice(path, question, answer)
        case Kind.MULTIPLE:
            return _choices(path, question, answer, complete)
        case Kind.MATRIX:
            return _matrix(path, question, answer, complete)
        case Kind.NUMBER:
            return _number(path, question, answer)
        case Kind.TEXT:
            return _text(path, question, answer)
    return _rating(path, question, answer)


def _choice(path: str, question: Question, answer: object) -> list[Wrong]:
    if not isinstance(answer, str):
        return [wrong(path, Reason.TYPE_WRONG, wanted="选项")]
    if answer in live_keys(question["options"]):
        return []
    return [wrong(path, Reason.OPTION_RETIRED if answer in keys_of(question["options"]) else Reason.VALUE_UNKNOWN)]


def _choices(path: str, question: Question, answer: object, complete: bool) -> list[Wrong]:
    if not isinstance(answer, list):
        return [wrong(path, Reason.TYPE_WRONG, wanted="选项列表")]
    if len(answer) > len(question["options"]):
        return [wrong(path, Reason.TOO_MANY, limit=len(question["options"]))]
    found = [error for place, one in enumerate(answer) for error in _choice(f"{path}[{place}]", question, one)]
    if found:
        return found
    if len(set(answer)) < len(answer):
        return [wrong(path, Reason.DUPLICATE)]
    low, high = question.get("min_choices", 0), question.get("max_choices", len(answer))
    if len(answer) > high:
        return [wrong(path, Reason.TOO_MANY, limit=high)]
    return [wrong(path, Reason.TOO_FEW, limit=low)] if complete and len(answer) < low else []


def _matrix(path: str, question: Question, answer: object, complete: bool) -> list[Wrong]:
    if not isinstance(answer, dict):
        return [wrong(path, Reason.TYPE_WRONG, wanted="逐行的选项")]
    rows = live_keys(question["rows"])
    found = [wrong(path, Reason.FIELD_UNKNOWN) for row in answer if row not in rows]
    for row in rows & answer.keys():
        found += _choice(f"{path}.{row}", question, answer[row])
    if complete and question.get("required"):
        found += [wrong(f"{path}.{row}", Reason.MISSING) for row in sorted(rows - answer.keys())]
    return found


def _number(path: str, question: Question, answer: object) -> list[Wrong]:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return [wrong(path, Reason.TYPE_WRONG, wanted="数字")]
    low, high = question.get("min", -NUMBER_LIMIT), question.get("max", NUMBER_LIMIT)
    if not is_number(answer) or not low <= answer <= high:
        return [wrong(path, Reason.OUT_OF_RANGE, low=low, high=high)]
    places = question.get("decimals", 0)
    return [wrong(path, Reason.FORMAT_INVALID)] if round(answer, places) != answer else []


def _text(path: str, question: Question, answer: object) -> list[Wrong]:
    if not isinstance(answer, str):
        return [wrong(path, Reason.TYPE_WRONG, wanted="文字")]
    limit = question.get("max_length", DEFAULT_TEXT)
    if len(answer) > limit:
        return [wrong(path, Reason.TOO_LONG, limit=limit)]
    return [] if is_plain(answer) else [wrong(path, Reason.FORMAT_INVALID)]


def _rating(path: str, question: Question, answer: object) -> list[Wrong]:
    if isinstance(answer, bool) or not isinstance(answer, int):
        return [wrong(path, Reason.TYPE_WRONG, wanted="整数")]
    scale = question.get("scale", DEFAULT_SCALE)
    return [] if 1 <= answer <= scale else [wrong(path, Reason.OUT_OF_RANGE, low=1, high=scale)]
