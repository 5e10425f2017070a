"""What a questionnaire and answers to it must be like, and who may be told apart in part B."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest

from services.registry.rules.anonymity import FEWEST, coarsened
from services.registry.rules.answers import check_answers
from services.registry.rules.questionnaires import check_next_version, check_questionnaire, worst_bytes
from services.registry.rules.questions import PART_B_BYTES

YES_NO = [{"key": "yes", "text": "是"}, {"key": "no", "text": "否"}]
PART_A: dict[str, Any] = {
    "title": "需求",
    "questions": [
        {"key": "a1", "kind": "single", "text": "有法务吗", "required": True, "options": YES_NO},
        {"key": "a2", "kind": "number", "text": "几人", "min": 1, "max": 99, "show_if": {"question": "a1", "is": "yes"}},
        {"key": "a3", "kind": "multiple", "text": "需要什么", "max_choices": 1, "options": YES_NO, "required": True},
        {
            "key": "a4",
            "kind": "matrix",
            "text": "各项",
            "rows": [{"key": "r1", "text": "甲"}, {"key": "r2", "text": "乙"}],
            "options": YES_NO,
        },
        {"key": "a5", "kind": "text", "text": "补充", "max_length": 5},
    ],
}
PART_B: dict[str, Any] = {
    "title": "评价",
    "questions": [
        {"key": "b1", "kind": "rating", "text": "法院", "agency": "court"},
        {"key": "b2", "kind": "text", "text": "原因", "max_length": 200, "show_if": {"question": "b1", "at_most": 3}},
    ],
}


def changed(part: dict[str, Any], place: int, **values: Any) -> dict[str, Any]:
    other = deepcopy(part)
    other["questions"][place].update(values)
    return other


def told(part_a: Any, part_b: Any = PART_B) -> list[tuple[str, str]]:
    return [(one.path, one.reason) for one in check_questionnaire(part_a, part_b)]


def test_a_good_questionnaire_is_good() -> None:
    assert told(PART_A) == []


DEEP: dict[str, Any] = {"question": "a1", "is": "yes"}
for _ in range(8):
    DEEP = {"not": DEEP}
WIDE = {"any": [{"question": "a1", "is": "yes"}] * 21}
BAD = {
    "no object": ([], "part_a", "TYPE_WRONG"),
    "no questions": ({"title": "空", "questions": []}, "part_a.questions", "TOO_FEW"),
    "101 questions": ({"title": "多", "questions": PART_A["questions"] * 21}, "part_a.questions", "TOO_MANY"),
    "an unknown kind": (changed(PART_A, 0, kind="essay"), "part_a.questions[0].kind", "VALUE_UNKNOWN"),
    "a key twice": (changed(PART_A, 1, key="a1"), "part_a.questions[1].key", "DUPLICATE"),
    "a key of the other part": (changed(PART_A, 4, key="b1"), "part_b.questions[0].key", "DUPLICATE"),
    "51 options": (
        changed(PART_A, 0, options=[{"key": f"o{n}", "text": "x"} for n in range(51)]),
        "part_a.questions[0].options",
        "TOO_MANY",
    ),
    "all retired": (
        changed(PART_A, 2, options=[{"key": "x", "text": "x", "retired": True}]),
        "part_a.questions[2].options",
        "ALL_RETIRED",
    ),
    "a field of another kind": (changed(PART_A, 0, scale=5), "part_a.questions[0].scale", "FIELD_UNKNOWN"),
    "a text with a NUL": (changed(PART_A, 0, text="有\x00吗"), "part_a.questions[0].text", "FORMAT_INVALID"),
    "half a character": (changed(PART_A, 0, text="\ud800"), "part_a.questions[0].text", "FORMAT_INVALID"),
    "itself": (
        changed(PART_A, 1, show_if={"question": "a2", "at_least": 1}),
        "part_a.questions[1].show_if.question",
        "REFERENCE_NOT_EARLIER",
    ),
    "a later one": (
        changed(PART_A, 1, show_if={"all": [{"question": "a3", "is": "yes"}]}),
        "part_a.questions[1].show_if.all[0].question",
        "REFERENCE_NOT_EARLIER",
    ),
    "an option that is none": (
        changed(PART_A, 1, show_if={"question": "a1", "is": "maybe"}),
        "part_a.questions[1].show_if",
        "REFERENCE_UNFIT",
    ),
    "a size of a choice": (
        changed(PART_A, 1, show_if={"question": "a1", "at_least": 2}),
        "part_a.questions[1].show_if",
        "REFERENCE_UNFIT",
    ),
    "code": (changed(PART_A, 1, show_if="__import__('os')"), "part_a.questions[1].show_if", "TYPE_WRONG"),
    "too deep": (changed(PART_A, 1, show_if=DEEP), "part_a.questions[1].show_if", "CONDITION_TOO_DEEP"),
    "too wide": (changed(PART_A, 1, show_if=WIDE), "part_a.questions[1].show_if", "CONDITION_TOO_DEEP"),
    "from 9 to 1": (changed(PART_A, 1, min=9, max=1), "part_a.questions[1].min", "OUT_OF_RANGE"),
    "not a number": (changed(PART_A, 1, min=float("nan")), "part_a.questions[1].min", "OUT_OF_RANGE"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_is_told_with_its_place(case: str) -> None:
    part, path, reason = BAD[case]
    assert (path, reason) in told(part)


def test_everything_wrong_is_told_at_once() -> None:
    part = changed(changed(PART_A, 0, text=""), 4, max_length=0)
    assert told(part) == [("part_a.questions[0].text", "MISSING"), ("part_a.questions[4].max_length", "OUT_OF_RANGE")]


def test_a_part_b_that_does_not_fit_its_envelope_is_refused_when_it_is_written() -> None:
    texts = [{"key": f"t{n}", "kind": "text", "text": "x", "max_length": 2000} for n in range(2)]
    assert told(PART_A, {"title": "评价", "questions": texts}) == [("part_b", "PART_TOO_LARGE")]
    assert told(PART_A, {"title": "评价", "questions": texts[:1]}) == []


def test_the_longest_answers_are_no_longer_than_counted() -> None:
    part = {"title": "评价", "questions": [{"key": "k" * 40, "kind": "text", "text": "x", "max_length": 2000}]}
    for text in ("𠀀" * 2000, '"' * 2000, "\n" * 1998 + "xx"):
        checked = check_answers(part, {"k" * 40: text}, complete=True)
        assert not checked.errors
        assert len(json.dumps(checked.answers, ensure_ascii=False).encode()) <= worst_bytes(part) <= PART_B_BYTES


def answered(given: Any, complete: bool = True, part: dict[str, Any] = PART_A) -> list[tuple[str, str]]:
    return [(one.path, one.reason) for one in check_answers(part, given, complete).errors]


GOOD = {"a1": "yes", "a2": 12, "a3": ["no"], "a4": {"r1": "yes"}, "a5": "好"}


def test_good_answers_are_kept_and_counted() -> None:
    checked = check_answers(PART_A, GOOD, complete=True)
    assert (checked.answers, checked.errors, checked.percent) == (GOOD, [], 100)
    assert check_answers(PART_A, {"a1": "no", "a3": ["no"]}, complete=True).percent == 50  # a2 is not shown


WRONG = {
    "nothing": ({}, [("answers.a1", "MISSING"), ("answers.a3", "MISSING")]),
    "a list": ([1], [("answers", "TYPE_WRONG")]),
    "an option that is none": (GOOD | {"a1": "maybe"}, [("answers.a1", "VALUE_UNKNOWN")]),
    "true": (GOOD | {"a2": True}, [("answers.a2", "TYPE_WRONG")]),
    "a part of a person": (GOOD | {"a2": 1.5}, [("answers.a2", "FORMAT_INVALID")]),
    "no number": (GOOD | {"a2": float("nan")}, [("answers.a2", "OUT_OF_RANGE")]),
    "a huge number": (GOOD | {"a2": 10**400}, [("answers.a2", "OUT_OF_RANGE")]),
    "too many": (GOOD | {"a3": ["yes", "no"]}, [("answers.a3", "TOO_MANY")]),
    "one twice": (GOOD | {"a3": ["yes", "yes"]}, [("answers.a3", "DUPLICATE")]),
    "objects for options": (GOOD | {"a3": [{}]}, [("answers.a3[0]", "TYPE_WRONG")]),
    "an unknown row": (GOOD | {"a4": {"r9": "yes"}}, [("answers.a4", "FIELD_UNKNOWN")]),
    "too long": (GOOD | {"a5": "六个字太长了"}, [("answers.a5", "TOO_LONG")]),
    "a NUL": (GOOD | {"a5": "\x00"}, [("answers.a5", "FORMAT_INVALID")]),
    "an unknown question": (GOOD | {"b1": 3}, [("answers.b1", "FIELD_UNKNOWN")]),
    "a hostile key": (GOOD | {"<script>": 3}, [("answers", "FIELD_UNKNOWN")]),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_answers_are_told(case: str) -> None:
    given, expected = WRONG[case]
    assert answered(given) == expected


def test_a_draft_may_lack_what_an_answer_may_not() -> None:
    assert answered({}, complete=False) == []
    assert answered({"a2": "x"}, complete=False) == []  # not shown yet: dropped
    assert answered({"a1": "yes", "a2": "x"}, complete=False) == [("answers.a2", "TYPE_WRONG")]


def test_what_is_no_longer_shown_is_dropped() -> None:
    kept = check_answers(PART_A, GOOD | {"a1": "no"}, complete=True)
    assert not kept.errors
    assert kept.answers == {key: value for key, value in GOOD.items() if key != "a2"} | {"a1": "no"}


def test_a_retired_option_is_refused_and_a_retired_question_not_asked() -> None:
    retired = changed(PART_A, 0, options=[YES_NO[0], YES_NO[1] | {"retired": True}])
    assert answered({"a1": "no", "a3": ["no"]}, part=retired) == [("answers.a1", "OPTION_RETIRED")]
    assert answered({"a1": "yes"}, part=changed(PART_A, 2, retired=True)) == []


def test_a_later_version_may_retire_and_add_only() -> None:
    def next_version(new: dict[str, Any]) -> list[tuple[str, str]]:
        return [(one.path, one.reason) for one in check_next_version("part_a", PART_A, new)]

    retired = changed(PART_A, 0, options=[YES_NO[0], YES_NO[1] | {"retired": True}, {"key": "later", "text": "以后"}])
    retired["questions"].append({"key": "a6", "kind": "rating", "text": "新的"})
    assert next_version(retired) == []
    assert next_version(changed(PART_A, 0, text="另一个问题")) == [("part_a.questions[0]", "CHANGED_AFTER_ANSWERS")]
    assert next_version(changed(PART_A, 0, options=YES_NO[:1])) == [("part_a.questions[0].options", "KEY_GONE")]
    assert next_version(PART_A | {"questions": PART_A["questions"][1:]}) == [("part_a.questions", "KEY_GONE")]
    again = [(one.path, one.reason) for one in check_next_version("part_a", changed(PART_A, 1, retired=True), PART_A)]
    assert again == [("part_a.questions[1].retired", "REVIVED")]


@pytest.mark.parametrize("seed", range(40))
def test_nobody_in_part_b_is_told_apart_from_fewer_than_four_others(seed: int) -> None:
    chance = random.Random(seed)
    places: list[tuple[str | None, str | None]] = [
        (f"area{chance.randrange(6)}", chance.choice([None, "C", "F", "I"])) for _ in range(chance.randrange(5, 60))
    ]
    result = coarsened(places)
    assert result is not None
    assert min(Counter(result).values()) >= FEWEST
    for (area, industry), (told_area, told_industry) in zip(places, result, strict=True):
        assert told_area in (None, area)
        assert told_industry in (None, industry)


def test_large_groups_keep_their_place_and_four_answers_are_none() -> None:
    places: Sequence[tuple[str | None, str | None]] = [("a", "C")] * 5 + [("b", "C")] * 7
    assert coarsened(places) == places
    assert coarsened(places[:4]) is None
