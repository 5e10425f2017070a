"""Results of a survey by question, area and industry; part B as far as rules/disclosure.py lets it be shown.

Kept as JSON: {"questions": [...], "groups": {"AREA/INDUSTRY": {question: {row: [answered, {option: count}, sum]}}}};
a group names an area, an industry, both or neither ("/"). A tally that is not shown is null; what nobody answered has none.
"guarded" ({"AREA/INDUSTRY": {question: [row]}}) names the tallies of part A that only readers who may export answers see.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.registry.rules.disclosure import EVERYWHERE, Cell, Group, Shown, groups_of, members, shown_groups
from services.registry.rules.figures import Rated, Score
from services.registry.rules.questions import DEFAULT_SCALE, Kind, Question

UNKNOWN = "?"  # an area or industry that is not told
PARTS = {"part_a": "A", "part_b": "B"}
Key = tuple[str, str]
Judged = dict[tuple[tuple[Cell, int], ...], Shown]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a cell answered a question (of a matrix: in a row) so; option "" counts all who answered it."""

    question: str
    row: str
    option: str
    area: str
    industry: str
    count: int
    total: float | None


@dataclass(slots=True)
class Tally:
    """What a group answered to a question: how many did, how often each option was chosen, and the sum of numbers."""

    answered: int = 0
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    total: float | None = None

    def add(self, other: "Tally") -> None:
        self.answered += other.answered
        for option, count in other.counts.items():
            self.counts[option] += count
        if other.total is not None:
            self.total = (self.total or 0) + other.total

    def plain(self) -> list[Any]:
        return [self.answered, dict(sorted(self.counts.items())), None if self.total is None else round(self.total, 4)]


def questions_of(part_a: Mapping[str, Any], part_b: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every question that was ever asked, retired ones too, with what a reader of results needs to know."""
    return [
        {
            "part": PARTS[name],
            "key": question["key"],
            "kind": question["kind"],
            "text": question["text"],
            "agency": question.get("agency", ""),
            "retired": bool(question.get("retired")),
            "unit": question.get("unit", ""),
            "rows": [_item(row) for row in question.get("rows", [])],
            "options": _options(question),
        }
        for name, part in (("part_a", part_a), ("part_b", part_b))
        for question in part["questions"]
    ]


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    named = {"key": item["key"], "text": item["text"], "agency": item.get("agency", "")}
    return named | {"retired": bool(item.get("retired"))}


def _options(question: Question) -> list[dict[str, Any]]:
    """The marks of a rating are its options, the best first."""
    if question["kind"] != Kind.RATING:
        return [_item(option) for option in question.get("options", [])]
    marks = range(int(question.get("scale", DEFAULT_SCALE)), 0, -1)
    return [{"key": str(mark), "text": f"{mark}分", "agency": "", "retired": False} for mark in marks]


def results_of(questions: Sequence[Mapping[str, Any]], named: Iterable[Count], anonymous: Iterable[Count]) -> dict[str, Any]:
    """What is kept of a survey: all groups of part A, and those of part B that may be shown."""
    groups: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    guarded: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    judged: Judged = {}  # most questions are answered by the same people
    for (question, row), cells in _by_question(named).items():
        for group, shown in _judge(cells, judged):
            groups[name_of(group)][question][row] = _sum(group, cells).plain()
            if not shown:
                guarded[name_of(group)][question].append(row)
    for (question, row), cells in _by_question(anonymous).items():
        for group, shown in _judge(cells, judged):
            groups[name_of(group)][question][row] = _sum(group, cells).plain() if shown else None
    return {
        "questions": list(questions),
        "groups": {name: groups[name] for name in sorted(groups)},
        "guarded": {name: guarded[name] for name in sorted(guarded)},
    }


def _judge(cells: Mapping[Cell, Tally], judged: Judged) -> Iterator[tuple[Group, bool]]:
    """Every group that answered a question, and whether nothing about few follows from it and the others that are shown."""
    counts = {cell: tally.answered for cell, tally in cells.items()}
    same = tuple(sorted(counts.items()))
    if same not in judged:
        judged[same] = shown_groups(counts)
    return ((group, group in judged[same]) for group in groups_of(counts))


def without_guarded(groups: Mapping[str, Any], guarded: Mapping[str, Any]) -> dict[str, Any]:
    """Groups as they are for who may not export answers."""
    return {
        name: {
            question: {row: None if row in guarded.get(name, {}).get(question, ()) else tally for row, tally in rows.items()}
            for question, rows in tallies.items()
        }
        for name, tallies in groups.items()
    }


def name_of(group: Group) -> str:
    return "/".join(group)


def _by_question(counts: Iterable[Count]) -> dict[Key, dict[Cell, Tally]]:
    found: dict[Key, dict[Cell, Tally]] = defaultdict(lambda: defaultdict(Tally))
    for one in counts:
        tally = found[one.question, one.row][one.area, one.industry]
        if one.option:
            tally.counts[one.option] += one.count
        else:
            tally.answered += one.count
            tally.total = one.total
    return found


def _sum(group: Group, cells: Mapping[Cell, Tally]) -> Tally:
    whole = Tally()
    for cell in members(group, cells):
        whole.add(cells[cell])
    return whole


def wanted_groups(area: str, industry: str, by_area: Iterable[str] = (), by_industry: Iterable[str] = ()) -> list[Group]:
    """The groups of a question to the results: one, or one for each area or industry, within what is asked for."""
    areas = [code for code in by_area if area in (EVERYWHERE, code)] or [area]
    industries = [code for code in by_industry if industry in (EVERYWHERE, code)] or [industry]
    return [(one, other) for one in areas for other in industries]


def meanings_of(questions: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Which option of which question of part A stands for a need of which agency."""
    named = [
        question for question in questions if question["part"] == "A" and question["kind"] in (Kind.SINGLE, Kind.MULTIPLE)
    ]
    return [(one["key"], option["key"], option["agency"]) for one in named for option in one["options"] if option["agency"]]


def rated_of(results: Mapping[str, Any], names: Mapping[str, str]) -> list[Rated]:
    """What part B rates, over all: a table for each matrix, and one for all ratings on the same scale about agencies."""
    whole = results["groups"].get(name_of((EVERYWHERE, EVERYWHERE)), {})
    found: list[Rated] = []
    by_scale: dict[int, list[Score]] = defaultdict(list)
    for question in (one for one in results["questions"] if one["part"] == "B"):
        tallies = whole.get(question["key"], {})
        options = question["options"]
        if question["kind"] == Kind.MATRIX:
            scores = [
                _score(names.get(row["agency"], row["text"]), tallies, row["key"], options) for row in question["rows"]
            ]
            found.append(Rated(question["text"], [option["text"] for option in options], scores))
        elif question["kind"] == Kind.RATING and question["agency"]:
            by_scale[len(options)].append(
                _score(names.get(question["agency"], question["text"]), tallies, "", options, True)
            )
        elif question["kind"] == Kind.RATING:
            marks = [option["text"] for option in options]
            found.append(Rated(question["text"], marks, [_score("全区", tallies, "", options, True)]))
    for scale, scores in sorted(by_scale.items()):
        marks = [f"{mark}分" for mark in range(scale, 0, -1)]
        found.append(Rated(f"对各部门的评分（{scale}分制）", marks, scores))
    return found


def _score(
    name: str, tallies: Mapping[str, Any], row: str, options: Sequence[Mapping[str, Any]], numbers: bool = False
) -> Score:
    """How one thing was rated; hidden if its tally is, and by nobody if there is none."""
    tally = tallies.get(row, [0, {}, None])
    if tally is None:
        return Score(name, None, None, [])
    answered, counts, _ = tally
    return Score(name, answered, mean_of(tally) if numbers else None, [counts.get(one["key"], 0) for one in options])


def mean_of(tally: Sequence[Any]) -> float | None:
    """The mean of numbers and ratings; None for what has none."""
    answered, _, total = tally
    return None if total is None or not answered else total / answered
