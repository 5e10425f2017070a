"""Which groups of an anonymous questionnaire may be shown (SUR, part B): none from which a few respondents' answers follow.

Groups are made of cells (area × industry). What is shown can be added, subtracted and weighed. A sum that follows from it
must be about five people. A difference tells more: one person less three others is told apart by the signs, unless their
answers cancel out. So it must be about twenty.

What can be learned is found in a graph: hidden cells are edges between their area and their industry, the areas
(industries) that are hidden being one vertex, since the total tells of them together. A shown area tells the sum of the
edges of its vertex. Combinations of such sums weigh an edge by the difference of two numbers, one for each end: so whatever
is learned is made up of cuts of the graph, no weight of one taken back by another. Edges that cross a cut towards the
industries are added, the others subtracted. In a tree nothing is subtracted, for every edge is a cut by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.registry.rules.cuts import Graph, holds, is_tree, parts

LEAST = 5
LEAST_APART = 20
EVERYWHERE = ""

Cell = tuple[str, str]
Group = tuple[str, str]
Vertex = tuple[str, ...]


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


def shown_groups(counts: Mapping[Cell, int]) -> Shown:
    """The groups that may be shown together, for a question that `counts` people answered in each cell.

    Where many answered, industries are worth the cells that must be hidden for them; where few did, cells come first, for
    most industries could not be shown anyhow.
    """
    counts = {cell: count for cell, count in counts.items() if count}
    sizes = {group: size_of(group, counts) for group in groups_of(counts)}
    found = [_gathered(counts, sizes, industries_first) for industries_first in (True, False)]
    return Shown(max(found, key=lambda shown: (sum(not all(group) for group in shown), len(shown))))


def _gathered(counts: Mapping[Cell, int], sizes: Mapping[Group, int], industries_first: bool) -> frozenset[Group]:
    """One group after another unless it tells of few: the total, areas, then industries or cells, the large ones first."""
    last = [(False, True), (True, True)] if industries_first else [(True, True), (False, True)]
    turns = [(False, False), (True, False), *last]  # whether an area, whether an industry is named

    def turn(group: Group) -> tuple[int, int, Group]:
        return turns.index((bool(group[0]), bool(group[1]))), -sizes[group], group

    shown: set[Group] = set()
    for group in sorted((group for group, size in sizes.items() if size >= LEAST), key=turn):
        if not tells_of_few({*shown, group}, counts):
            shown.add(group)
    return frozenset(shown)


def tells_of_few(shown: Iterable[Group], counts: Mapping[Cell, int]) -> bool:
    """Whether something about few people may follow from shown groups, each of which has `LEAST` or more."""
    return not all(holds(part, LEAST if is_tree(part) else LEAST_APART) for part in parts(_hidden(set(shown), counts)))


def _hidden(shown: set[Group], counts: Mapping[Cell, int]) -> Graph[Vertex]:
    """How many people are in hidden cells, between an area and an industry as far as those are told apart."""
    other_areas: Vertex = ("areas",)
    # Without the total nothing is known of cells of which area and industry are hidden: their ends are one.
    other_industries: Vertex = ("industries",) if (EVERYWHERE, EVERYWHERE) in shown else other_areas
    graph: Graph[Vertex] = {}
    for cell, count in counts.items():
        area, industry = (cell[0], EVERYWHERE), (EVERYWHERE, cell[1])
        one: Vertex = area if area in shown else other_areas
        other: Vertex = industry if industry in shown else other_industries
        if count and cell not in shown and one != other:
            edges = graph.setdefault(one, {})
            edges[other] = graph.setdefault(other, {})[one] = edges.get(other, 0) + count
    return graph
