"""Tries to find out who gave which anonymous answer, by every query that comes to mind, and compares with luck.

The attacker reads all tables and knows exactly who answered. The checker knows the truth, by marks in the answers that the
attacker does not look at. Left out is what no query shows: the memory of processes, the write-ahead log, backups in between.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.census import matching
from tests.census.sights import Row, Sights

Side = Mapping[str, Sequence[Any]]  # by the name of a trace, the values of all respondents in one order
LEAST_ROWS = 0.9  # a table that has a row for so many of the respondents may be a step on the way


@dataclass(frozen=True)
class Respondent:
    """`named`: an id of who answered. `mark`: stands in the anonymous answer. `group`: what the answer may tell of them."""

    named: str
    mark: str
    group: Hashable = None


@dataclass
class Findings:
    """What the strategies came to; the best of each kind, and what luck would have allowed."""

    respondents: int
    strategies: int = 0
    right: float = 0.0
    best: str = "none"
    allowed: int = 0
    alike: float = 0.0
    most_alike: str = "none"
    alike_allowed: float = 0.0
    faults: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.right / self.respondents

    @property
    def joined(self) -> bool:
        """Whether more was found out than by luck."""
        return self.right >= self.allowed or self.alike >= self.alike_allowed

    def line(self) -> str:
        return (
            f"strategies={self.strategies} joined={self.right:.1f}/{self.respondents} by {self.best} (luck < {self.allowed})"
            f" alike={self.alike:.1f} by {self.most_alike} (luck < {self.alike_allowed:.1f})"
        )


def attack(sights: Sights, respondents: Sequence[Respondent], table: str) -> Findings:
    """Try everything. `table` holds the anonymous answers."""
    answers = _anonymous(sights, respondents, table)
    found = Findings(len(respondents))
    if faults := [
        f"the mark {one.mark} stands in {len(answers[one.mark])} answers"
        for one in respondents
        if len(answers[one.mark]) != 1
    ]:
        found.faults = faults[:3]
        return found
    places = [answers[one.mark][0] for one in respondents]
    groups = [one.group for one in respondents]
    named, reached = _named(sights, respondents, table)
    _note(found, sum(1 / len(ids) for ids, place in zip(reached, places, strict=True) if place in ids), "ids")
    anonymous = _side(table, [sights.rows[place] for place in places])
    for (mine, values), (theirs, others) in product(named.items(), anonymous.items()):
        for name, score in _scores(values, others):
            _note(found, matching.in_groups(score, values, others, groups), f"{mine} {name} {theirs}")
        alike = abs(matching.likeness_in_groups(values, others, groups))
        found.alike, found.most_alike = max((found.alike, found.most_alike), (alike, f"{mine} ~ {theirs}"))
    for name, right in _by_a_step(sights, named, anonymous, places, table):
        _note(found, right, name)
    found.allowed = matching.most_by_luck(len(set(groups)), found.strategies)
    found.alike_allowed = matching.most_alike_by_luck(found.strategies)
    return found


def _note(found: Findings, right: float, strategy: str) -> None:
    found.strategies += 1
    if right > found.right:
        found.right, found.best = right, strategy


def _anonymous(sights: Sights, respondents: Sequence[Respondent], table: str) -> Mapping[str, list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    marks = {one.mark for one in respondents}
    size = {len(mark) for mark in marks}
    for place, row in enumerate(sights.rows):
        if row.table == table:
            text = row.text
            found = {text[at : at + length] for at in _starts(text) for length in size} & marks
            for mark in found:
                places[mark].append(place)
    return places


def _starts(text: str) -> Iterator[int]:
    """Where a mark may begin: marks begin with a sign that answers have nowhere else."""
    at = text.find(MARK)
    while at >= 0:
        yield at
        at = text.find(MARK, at + 1)


MARK = "§"


def _named(
    sights: Sights, respondents: Sequence[Respondent], table: str
) -> tuple[dict[str, Sequence[Any]], list[list[int]]]:
    """All traces that named rows leave, and which anonymous rows their ids lead to."""
    rows: list[defaultdict[str, list[Row]]] = []
    leads: list[list[int]] = []
    for one in respondents:
        by_table: defaultdict[str, list[Row]] = defaultdict(list)
        lead = []
        for place in sights.reached_from(one.named.replace("-", "")):
            row = sights.rows[place]
            if row.table == table:
                lead.append(place)
            else:
                by_table[row.table].append(row)
        rows.append(by_table)
        leads.append(lead)
    named: dict[str, Sequence[Any]] = {}
    for other in sorted(set[str]().union(*rows)):
        for which, pick in (("first", min), ("last", max)) if any(len(one[other]) > 1 for one in rows) else (("", min),):
            named |= _traces_of(f"{which} {other}".strip(), [one[other] for one in rows], pick)
    return named, leads


def _traces_of(
    name: str, rows: Sequence[Sequence[Row]], pick: Callable[[Sequence[Any]], Any]
) -> Iterator[tuple[str, Sequence[Any]]]:
    """Traces that every respondent has in a table."""
    for trace in sorted({trace for own in rows for row in own for trace in row.traces}):
        values = [[row.traces[trace] for row in own if trace in row.traces] for own in rows]
        if all(values):
            picked = [pick(own) for own in values]
            if len(set(picked)) > 1:
                yield f"{name}.{trace}", picked


def _side(name: str, rows: Sequence[Row]) -> dict[str, Sequence[Any]]:
    return dict(_traces_of(name, [[row] for row in rows], min))


def _scores(values: Sequence[Any], others: Sequence[Any]) -> Iterator[tuple[str, matching.Score]]:
    yield "in order of", matching.by_rank
    yield "in reverse of", lambda mine, theirs: matching.by_rank(mine, _reversed(theirs))
    if isinstance(values[0], str) or isinstance(others[0], str):
        return
    yield "equals", matching.by_equality
    yield "just before", lambda mine, theirs: matching.by_nearness(mine, theirs, after=True)
    yield "nearest to", lambda mine, theirs: matching.by_nearness(mine, theirs, after=False)


def _reversed(values: Sequence[Any]) -> Sequence[int]:
    """Ranks from the other end."""
    return [-(a + b) for a, b in matching.intervals(values)]


def _by_a_step(
    sights: Sights, named: Side, anonymous: Side, places: Sequence[int], table: str
) -> Iterator[tuple[str, float]]:
    """Through tables that lead neither from a name nor to an answer: first in some order, then in another."""
    counts = Counter(row.table for row in sights.rows)
    for step, count in counts.items():
        if step == table or any(name.split(".")[0].split(" ")[-1] == step for name in named):
            continue
        if not len(places) * LEAST_ROWS <= count <= len(places) * 2:
            continue
        rows = [row for row in sights.rows if row.table == step][: len(places)]
        if len(rows) < len(places):
            continue
        traces = _side(step, rows)
        for (a, mine), (b, first), (c, second), (d, theirs) in product(
            _times(named), traces.items(), traces.items(), _times(anonymous)
        ):
            if b != c:
                yield f"{a} in order of {b}, {c} in order of {d}", _composed(mine, first, second, theirs)


def _times(side: Side) -> list[tuple[str, Sequence[Any]]]:
    """Those that tell when: ages, times and places."""
    return [
        (name, values) for name, values in side.items() if any(word in name for word in ("xmin", "ctid", "_at", "(comm"))
    ]


def _composed(mine: Sequence[Any], first: Sequence[Any], second: Sequence[Any], theirs: Sequence[Any]) -> float:
    """Right guesses where one side leads to the rows between in one order, and these to the other side in another."""
    by_first = sorted(range(len(first)), key=lambda row: first[row])
    rank_second = {row: rank for rank, row in enumerate(sorted(range(len(second)), key=lambda row: second[row]))}
    ranks = {one: rank for rank, one in enumerate(sorted(range(len(mine)), key=lambda one: mine[one]))}
    last = {one: rank for rank, one in enumerate(sorted(range(len(theirs)), key=lambda one: theirs[one]))}
    return sum(rank_second[by_first[ranks[one]]] == last[one] for one in ranks)
