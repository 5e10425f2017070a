"""How firmly a graph with weighed edges holds together (Nagamochi and Ibaraki, 1992; Stoer and Wagner, 1997)."""

from collections.abc import Hashable, Iterator
from typing import TypeVar

Vertex = TypeVar("Vertex", bound=Hashable)
Graph = dict[Vertex, dict[Vertex, int]]


def parts(graph: Graph[Vertex]) -> Iterator[Graph[Vertex]]:
    """Copies of the connected parts."""
    met: set[Vertex] = set()
    for start in graph:
        if start in met:
            continue
        met.add(start)
        part = [start]
        for one in part:  # grows on the way
            new = [other for other in graph[one] if other not in met]
            met.update(new)
            part += new
        yield {one: dict(graph[one]) for one in part}


def is_tree(part: Graph[Vertex]) -> bool:
    """Whether each edge of a connected part is a cut."""
    return sum(map(len, part.values())) == 2 * (len(part) - 1)


def holds(part: Graph[Vertex], weight: int) -> bool:
    """Whether the edges of every cut of a connected part weigh as much together. Takes the part apart."""
    if any(sum(others.values()) < weight for others in part.values()):
        return False
    while len(part) > 1:
        (kept, _), *others = _by_bounds(part)
        if others[-1][1] < weight:
            return False
        for one, bound in others:
            if bound >= weight:  # no cut of less is between it and the one before
                _join(part, kept, one)
            else:
                kept = one
    return True


def _by_bounds(part: Graph[Vertex]) -> list[tuple[Vertex, int]]:
    """The vertices, always the one next that weighs most towards those before, and that weight.

    To take a vertex apart from the one before costs as much at least; for the last it is the price.
    """
    bounds = dict.fromkeys(part, 0)
    found: list[tuple[Vertex, int]] = []
    while bounds:
        one = max(bounds, key=bounds.__getitem__)
        found.append((one, bounds.pop(one)))
        for other, weight in part[one].items():
            if other in bounds:
                bounds[other] += weight
    return found


def _join(part: Graph[Vertex], one: Vertex, other: Vertex) -> None:
    """Make `other` a part of `one`."""
    for neighbour, weight in part.pop(other).items():
        del part[neighbour][other]
        if neighbour != one:
            part[one][neighbour] = part[neighbour][one] = part[one].get(neighbour, 0) + weight
