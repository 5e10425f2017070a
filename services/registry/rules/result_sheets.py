"""Results and answers as rows of a sheet. What was retired keeps its row or column: somebody chose it while it stood."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from services.registry.rules.disclosure import EVERYWHERE
from services.registry.rules.figures import HIDDEN
from services.registry.rules.questions import Kind
from services.registry.rules.results import UNKNOWN, mean_of, name_of

RETIRED = "（已停用）"
EVERYBODY, ANSWERED, MEAN = "全区", "作答数", "平均"
NOT_TOLD = "未列明"
PARTS = {"A": "甲部分", "B": "乙部分"}
ABOUT = ("统一社会信用代码", "企业名称", "镇（街道、园区）", "行业", "有效", "答题比例（%）")
Sheet = tuple[list[str], list[list[object]]]


def labelled(item: Mapping[str, Any]) -> str:
    return f"{item['text']}{RETIRED if item['retired'] else ''}"


def open_questions(results: Mapping[str, Any]) -> list[str]:
    """Questions of part B that were answered in words, by enough that their words may be read."""
    whole = results["groups"].get(name_of((EVERYWHERE, EVERYWHERE)), {})
    asked = [one["key"] for one in results["questions"] if one["part"] == "B" and one["kind"] == Kind.TEXT]
    return [key for key in asked if whole.get(key, {}).get("")]


def results_sheet(
    results: Mapping[str, Any],
    areas: Mapping[str, str],
    industries: Mapping[str, str],
    texts: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Sheet:
    """A row for each option of each question, how many answered first; a column for all, each area and each industry.

    What was written in part B (`texts`) follows its question, from nowhere in particular.
    """
    names = [(EVERYWHERE, EVERYWHERE), *((code, EVERYWHERE) for code in areas), *((EVERYWHERE, code) for code in industries)]
    shown = [names[0], *(name for name in names[1:] if name_of(name) in results["groups"])]
    called = {**areas, **industries}
    heads = [EVERYBODY, *(called[area or industry] for area, industry in shown[1:])]
    groups = [results["groups"].get(name_of(name), {}) for name in shown]
    rows = [
        [PARTS[question["part"]], number, labelled(question), row_text, option, *cells]
        for number, question in enumerate(results["questions"], 1)
        for row_key, row_text in _rows(question)
        for option, cells in [
            *_lines(question, [group.get(question["key"], {}).get(row_key, _NONE) for group in groups]),
            *((words, []) for words in texts.get(question["key"], ())),
        ]
    ]
    return ["部分", "题号", "题目", "行", "选项", *heads], rows


_NONE: tuple[int, dict[str, int], float | None] = (0, {}, None)


def _rows(question: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(row["key"], labelled(row)) for row in question["rows"]] or [("", "")]


def _lines(question: Mapping[str, Any], tallies: Sequence[Any]) -> Iterable[tuple[str, list[object]]]:
    yield ANSWERED, [HIDDEN if tally is None else tally[0] for tally in tallies]
    for option in question["options"]:
        key = option["key"]
        yield labelled(option), [HIDDEN if tally is None else tally[1].get(key, 0) for tally in tallies]
    if question["kind"] in (Kind.NUMBER, Kind.RATING):
        yield MEAN, [HIDDEN if tally is None else _rounded(mean_of(tally)) for tally in tallies]


def _rounded(mean: float | None) -> float | None:
    return None if mean is None else round(mean, 2)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of answers: its header, and what stands there for an answer."""

    header: str
    question: str
    cell: Callable[[Any], object]


def answer_columns(questions: Iterable[Mapping[str, Any]]) -> list[Column]:
    """The columns of part A: one for each question, option of several, and row of a matrix, retired or not."""
    part_a = [question for question in questions if question["part"] == "A"]
    return [column for number, question in enumerate(part_a, 1) for column in _columns(number, question)]


def _columns(number: int, question: Mapping[str, Any]) -> Iterable[Column]:
    head, key = f"{number}. {labelled(question)}", question["key"]
    texts = {option["key"]: option["text"] for option in question["options"]}
    match question["kind"]:
        case Kind.MULTIPLE:
            for option in question["options"]:
                yield Column(f"{head}：{labelled(option)}", key, _chosen(option["key"]))
        case Kind.MATRIX:
            for row in question["rows"]:
                yield Column(f"{head}：{labelled(row)}", key, _in_row(row["key"], texts))
        case Kind.SINGLE:
            yield Column(head, key, lambda answer: texts.get(answer, answer))
        case _:
            yield Column(head, key, lambda answer: answer)


def _chosen(option: str) -> Callable[[Any], object]:
    return lambda answer: "是" if option in answer else None


def _in_row(row: str, texts: Mapping[str, str]) -> Callable[[Any], object]:
    return lambda answer: texts.get(answer.get(row), answer.get(row))


@dataclass(frozen=True, slots=True)
class Answered:
    """Part A of an enterprise."""

    uscc: str
    name: str
    area: str
    industry: str
    valid: bool
    percent: int
    answers: Mapping[str, Any]


def answers_sheet(questions: Iterable[Mapping[str, Any]], answered: Iterable[Answered]) -> Sheet:
    """A row for each enterprise."""
    columns = answer_columns(questions)
    rows = [
        [one.uscc, one.name, one.area, one.industry, "是" if one.valid else "否", one.percent, *_cells(columns, one.answers)]
        for one in answered
    ]
    return [*ABOUT, *(column.header for column in columns)], rows


def _cells(columns: Iterable[Column], answers: Mapping[str, Any]) -> list[object]:
    return [column.cell(answers[column.question]) if column.question in answers else None for column in columns]


def named(code: str, names: Mapping[str, str]) -> str:
    """The name of an area or industry of results."""
    return NOT_TOLD if code == UNKNOWN else names.get(code, "")
