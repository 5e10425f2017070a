"""What is shown of part B gives nobody away: an attacker with all shown totals and linear algebra learns of no few."""

import random
from collections.abc import Callable, Iterable, Iterator
from itertools import product

import pytest

from services.registry.rules.disclosure import Cell, Group, groups_of, members, shown_groups, size_of, tells_of_few

Counts = dict[Cell, int]


def attacked(shown: Iterable[Group], counts: Counts) -> list[dict[Cell, int]]:
    """Sums of fewer than five people, and differences of fewer than twenty, that are combinations of shown totals."""
    return [found for found in learned(shown, counts, 20) if people(found, counts) < 5 or len(set(found.values())) > 1]


def people(weights: Iterable[Cell], counts: Counts) -> int:
    return sum(counts[cell] for cell in weights)


def learned(shown: Iterable[Group], counts: Counts, below: int) -> Iterator[dict[Cell, int]]:
    """The weights of every combination of shown totals that is about fewer people than `below`, by elimination.

    Only those that cannot be made of others about some of the same cells: nothing further follows from the rest. All weights
    of such are 1 and -1 (this is asserted), for all matrices on the way are of 0, 1 and -1.
    """
    cells = sorted((cell for cell, count in counts.items() if count), key=lambda cell: -counts[cell])
    rows: list[list[int]] = []
    for group in shown:
        rows = independent(rows, [int(cell in members(group, cells)) for cell in cells])
    yield from left_of(rows, 0, 0, cells, counts, below)


def left_of(
    rows: list[list[int]], place: int, used: int, cells: list[Cell], counts: Counts, below: int
) -> Iterator[dict[Cell, int]]:
    """What is left of combinations that are nothing in some columns: each column is kept or used up."""
    if not rows:
        return
    if place == len(cells):
        if len(rows) == 1:
            yield {cell: weight for cell, weight in zip(cells, rows[0], strict=True) if weight}
        return
    if used + counts[cells[place]] < below:
        yield from left_of(rows, place + 1, used + counts[cells[place]], cells, counts, below)
    yield from left_of(eliminated(rows, place), place + 1, used, cells, counts, below)


def eliminated(rows: list[list[int]], place: int) -> list[list[int]]:
    pivot = next((row for row in rows if row[place]), None)
    return [minus(row, pivot, place) for row in rows if row is not pivot] if pivot else rows


def minus(row: list[int], pivot: list[int], place: int) -> list[int]:
    times = row[place] * pivot[place]
    left = [value - times * other for value, other in zip(row, pivot, strict=True)] if times else row
    assert abs(pivot[place]) == 1
    assert set(left) <= {-1, 0, 1}
    return left


def independent(rows: list[list[int]], row: list[int]) -> list[list[int]]:
    """The rows and one more, unless it follows from them."""
    left = row
    basis: list[list[int]] = rows
    while basis and any(left):
        pivot = basis[0]
        place = next(place for place, value in enumerate(pivot) if value)
        left = minus(left, pivot, place)
        basis = [minus(other, pivot, place) for other in basis[1:]]
    return [*rows, row] if any(left) else rows


def sums_only(shown: Iterable[Group], counts: Counts) -> list[dict[Cell, int]]:
    """What an attacker finds who does not think of differences."""
    return [found for found in learned(shown, counts, 5) if len(set(found.values())) == 1]


def invented(seed: int, areas: int = 4, industries: int = 4) -> Counts:
    """Cells of nobody, few and many, as a census has them."""
    chance = random.Random(seed)
    sizes = (0, 0, 1, 2, 3, 4, 5, 6, 9, 20)
    cells = product([f"a{number}" for number in range(areas)], [f"i{number}" for number in range(industries)])
    return {cell: chance.choice(sizes) for cell in cells}


def primary(counts: Counts) -> set[Group]:
    """What would be shown if only groups of fewer than five were hidden."""
    return {group for group in groups_of(counts) if size_of(group, counts) >= 5}


def hidden_until(found: Callable[[Iterable[Group], Counts], list[dict[Cell, int]]], counts: Counts) -> set[Group]:
    """What would be shown if groups were hidden until this attacker finds nothing, then shown again if they may."""
    shown, allowed = primary(counts), primary(counts)
    while shown and found(shown, counts):
        shown.discard(min(shown, key=lambda group: (not all(group), not any(group), size_of(group, counts), group)))
    for group in sorted(allowed - shown, key=lambda group: (all(group), -size_of(group, counts), group)):
        if not found({*shown, group}, counts):
            shown.add(group)
    return shown


@pytest.mark.parametrize("seed", range(60))
def test_no_few_follow_from_what_is_shown(seed: int) -> None:
    counts = invented(seed)
    shown = shown_groups(counts).groups
    assert all(size_of(group, counts) >= 5 for group in shown)
    assert attacked(shown, counts) == []


@pytest.mark.parametrize("size", [(2, 2), (2, 3), (3, 2), (3, 3), (2, 5)])
def test_nor_do_they_in_thousands_of_small_tables(size: tuple[int, int]) -> None:
    tables = [invented(seed, *size) for seed in range(600)]
    assert [counts for counts in tables if attacked(shown_groups(counts).groups, counts)] == []


@pytest.mark.parametrize("size", [(2, 2), (2, 3), (3, 3)])
def test_whatever_is_shown_is_not_judged_more_mildly_than_by_the_attacker(size: tuple[int, int]) -> None:
    """Not only what is chosen to be shown: with and without the total and any margin."""
    verdicts = []
    for seed in range(600):
        counts, chance = invented(seed, *size), random.Random(seed)
        shown = [group for group in sorted(primary(counts)) if chance.random() < 0.7]
        verdicts.append((tells_of_few(shown, counts), bool(attacked(shown, counts))))
    assert (False, True) not in verdicts
    assert min(verdicts.count((True, True)), verdicts.count((False, False))) > 40


def test_a_difference_gives_away_as_a_sum_does() -> None:
    """Area a less industry C is one person less three others, who can be told apart by their signs."""
    counts = {("a", "C"): 5, ("a", "F"): 1, ("b", "C"): 3, ("b", "F"): 5}
    margins = {group for group in groups_of(counts) if not all(group)}
    assert sums_only(margins, counts) == []
    assert {("a", "F"), ("b", "C")} in [set(found) for found in attacked(margins, counts)]
    assert tells_of_few(margins, counts)
    assert shown_groups(counts).groups == {("", ""), ("a", ""), ("b", "")}


def test_the_attacker_finds_few_where_only_sums_are_looked_for() -> None:
    """The negative control of differences."""
    tables = [invented(seed, 2, 3) for seed in range(300)]
    found = [attacked(hidden_until(sums_only, counts), counts) for counts in tables]
    assert sum(any(people(weights, counts) < 5 for weights in one) for one, counts in zip(found, tables, strict=True)) > 20


def test_the_attacker_finds_few_where_only_small_groups_are_hidden() -> None:
    """The negative control: without complementary hiding most tables give somebody away."""
    found = [seed for seed in range(60) if attacked(primary(invented(seed)), invented(seed))]
    assert len(found) > 40


def test_what_is_hidden_does_not_follow_from_its_neighbours() -> None:
    counts = {("a", "C"): 2, ("a", "F"): 10, ("b", "C"): 12, ("b", "F"): 14}
    shown = shown_groups(counts)
    assert ("a", "C") not in shown
    # The total of area a less its other cell would tell, so would the column of C, and the last cell would tell of both.
    assert shown.groups == {("", ""), ("a", ""), ("b", ""), ("b", "C"), ("b", "F")}


def test_where_many_answered_industries_are_shown_for_some_of_their_cells() -> None:
    counts = {(area, industry): 30 for area in "abc" for industry in "CFI"} | {("a", "C"): 4}
    shown = shown_groups(counts).groups
    assert {group for group in groups_of(counts) if not all(group)} <= shown
    assert sum(map(all, shown)) == 5


def test_two_hidden_cells_of_two_people_do_not_stand_alone() -> None:
    """They cannot be told apart, but together they are four people, whom the rest of the row would tell of."""
    counts = {("a", "C"): 2, ("a", "F"): 2, ("a", "I"): 30, ("b", "C"): 40, ("b", "F"): 40, ("b", "I"): 40}
    shown = shown_groups(counts)
    assert ("a", "I") not in shown
    assert attacked(shown.groups, counts) == []


def test_a_margin_is_hidden_where_the_other_margins_would_tell() -> None:
    counts = {("a", "C"): 3, ("b", "C"): 50, ("c", "C"): 60}
    shown = shown_groups(counts)
    assert ("a", "") not in shown
    assert attacked(shown.groups, counts) == []
    assert {("", ""), ("c", ""), ("c", "C")} <= shown.groups


@pytest.mark.parametrize("counts", [{}, {("a", "C"): 0}, {("a", "C"): 4}, {("a", "C"): 1, ("b", "F"): 3}])
def test_too_few_in_all_show_nothing(counts: Counts) -> None:
    assert shown_groups(counts).groups == frozenset()


def test_nothing_is_hidden_without_need() -> None:
    counts = {(area, industry): 5 for area in "abc" for industry in "CFI"}
    assert shown_groups(counts).groups == set(groups_of(counts))


def test_a_census_is_judged_in_no_time_and_always_alike() -> None:
    chance = random.Random(7)
    counts: Counts = {}
    for _ in range(2_000):
        cell = f"a{chance.randrange(12):02}", f"i{int(20 * chance.random() ** 2):02}"
        counts[cell] = counts.get(cell, 0) + 1
    shown = shown_groups(counts)
    assert shown == shown_groups(dict(reversed(counts.items())))
    assert sum(1 for group in shown.groups if not all(group)) > 25
