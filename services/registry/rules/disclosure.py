"""Which groups of an anonymous questionnaire may be shown (SUR, part B): none from which a few respondents' answers follow.

Answers add up: a total less what is shown beside it gives what is hidden. So a group is hidden if fewer than five answered
in it, and further groups are hidden until nothing that adds and subtracts shown groups is about fewer than five people.

Groups are made of cells (area × industry). What a reader can work out about a set of hidden cells is linear algebra: it
follows from the shown totals if, and only if, every vector that those cannot see sums to nothing over the set. One vector
of generic numbers stands for all of them; fewer than five people are in four cells at most, so sums of four entries
suffice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

LEAST = 5
EVERYWHERE = ""
_PRIME = (1 << 61) - 1
_GENERIC = 48271

Cell = tuple[str, str]
Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """The groups that may be shown, of those asked for. A group names an area, an industry, both, or neither."""

    groups: frozenset[Group] = field(default_factory=frozenset)

    def __contains__(self, group: object) -> bool:
        return group in self.groups


def members(group: Group, cells: Iterable[Cell]) -> list[Cell]:
    """The cells that a group is made of."""
    area, industry = group
    return [cell for cell in cells if area in (EVERYWHERE, cell[0]) and industry in (EVERYWHERE, cell[1])]


def groups_of(counts: Mapping[Cell, int]) -> list[Group]:
    """Every group that somebody answered in."""
    found: set[Group] = set()
    for area, industry in (cell for cell, count in counts.items() if count):
        found |= {(EVERYWHERE, EVERYWHERE), (area, EVERYWHERE), (EVERYWHERE, industry), (area, industry)}
    return sorted(found)


def size_of(group: Group, counts: Mapping[Cell, int]) -> int:
    return sum(counts[cell] for cell in members(group, counts))


def shown_groups(counts: Mapping[Cell, int], least: int = LEAST) -> Shown:
    """The groups that may be shown together, for a question that `counts` people answered in each cell."""
    counts = {cell: count for cell, count in counts.items() if count}
    sizes = {group: size_of(group, counts) for group in groups_of(counts)}
    allowed = {group for group, size in sizes.items() if size >= least}
    shown = set(allowed)
    while found := disclosed(shown, counts, least):
        for few in found:
            shown.discard(_sacrifice(few, shown, sizes))
    # What was hidden on the way and need not be comes back: areas and industries first, the larger first.
    for group in sorted(allowed - shown, key=lambda group: (all(group), -sizes[group], group)):
        if not disclosed({*shown, group}, counts, least):
            shown.add(group)
    return Shown(frozenset(shown))


def disclosed(shown: Iterable[Group], counts: Mapping[Cell, int], least: int = LEAST) -> list[tuple[Cell, ...]]:
    """The smallest sets of cells with fewer people than `least` of which the answers follow from the shown groups."""
    cells = sorted(cell for cell, count in counts.items() if count)
    unseen = _unseen(shown, cells)
    few = [cell for cell in cells if counts[cell] < least]
    single: list[tuple[Cell, ...]] = [(cell,) for cell in few if unseen[cell] == 0]
    if single:
        return single
    return list(_vanishing(few, unseen, counts, least))[:1]


def _vanishing(
    few: list[Cell], unseen: Mapping[Cell, int], counts: Mapping[Cell, int], least: int
) -> Iterator[tuple[Cell, ...]]:
    """Sets of two to four cells whose entries sum to nothing. Quadruples are met in the middle."""
    by_value: dict[int, list[Cell]] = {}
    for cell in few:
        by_value.setdefault(unseen[cell], []).append(cell)
    pairs = [pair for pair in combinations(few, 2) if sum(counts[cell] for cell in pair) < least]
    sums: dict[int, list[tuple[Cell, Cell]]] = {}
    for pair in pairs:
        total = (unseen[pair[0]] + unseen[pair[1]]) % _PRIME
        if total == 0:
            yield pair
        for third in by_value.get(-total % _PRIME, ()):
            if third not in pair and counts[third] + counts[pair[0]] + counts[pair[1]] < least:
                yield (*pair, third)
        for other in sums.get(-total % _PRIME, ()):
            if not set(other) & set(pair) and sum(counts[cell] for cell in (*other, *pair)) < least:
                yield (*other, *pair)
        sums.setdefault(total, []).append(pair)


def _unseen(shown: Iterable[Group], cells: list[Cell]) -> dict[Cell, int]:
    """A generic vector over the cells that sums to nothing over every shown group."""
    rows = [dict.fromkeys(members(group, cells), 1) for group in sorted(shown)]
    pivots: dict[Cell, dict[Cell, int]] = {}
    for row in sorted(rows, key=len):
        for pivot in [cell for cell in row if cell in pivots]:
            _subtract(row, pivots[pivot], row.get(pivot, 0))
        if not row:
            continue
        lead = min(row)
        inverse = pow(row[lead], -1, _PRIME)
        row = {cell: value * inverse % _PRIME for cell, value in row.items()}
        for other in pivots.values():
            _subtract(other, row, other.get(lead, 0))
        pivots[lead] = row
    free = [cell for cell in cells if cell not in pivots]
    vector = {cell: pow(_GENERIC, place, _PRIME) for place, cell in enumerate(free, 3)}
    for lead, row in pivots.items():
        vector[lead] = -sum(value * vector[cell] for cell, value in row.items() if cell != lead) % _PRIME
    return vector


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], times: int) -> None:
    if not times:
        return
    for cell, value in other.items():
        left = (row.get(cell, 0) - times * value) % _PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)


def _sacrifice(few: Iterable[Cell], shown: set[Group], sizes: Mapping[Group, int]) -> Group:
    """What to hide: the smallest cell in line with what would follow, else the smallest other, else the smaller margin."""
    areas, industries = {cell[0] for cell in few}, {cell[1] for cell in few}
    inner = [group for group in shown if all(group)]
    near = [group for group in shown if group[0] in areas or group[1] in industries]
    for candidates in ([group for group in near if all(group)], inner, near, list(shown)):
        if candidates:
            return min(candidates, key=lambda group: (not any(group), sizes[group], group))
    raise AssertionError("what follows from nothing")
