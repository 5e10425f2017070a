"""What is shown of part B gives nobody away: an attacker with all shown totals and linear algebra learns of no few."""

import random
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations, product

import pytest

from services.registry.rules.disclosure import Cell, Group, groups_of, members, shown_groups, size_of

Counts = dict[Cell, int]


def attacked(shown: Iterable[Group], counts: Counts) -> list[tuple[Cell, ...]]:
    """Every set of cells with one to four people whose sum is a combination of shown totals, by elimination in fractions."""
    cells = sorted(cell for cell, count in counts.items() if count)
    rows = [[Fraction(cell in members(group, cells)) for cell in cells] for group in shown]
    basis: list[tuple[int, list[Fraction]]] = []
    for row in rows:
        left = reduced(row, basis)
        lead = next((place for place, value in enumerate(left) if value), None)
        if lead is not None:
            basis.append((lead, [value / left[lead] for value in left]))
    few = [cell for cell in cells if counts[cell] < 5]
    sets = [found for size in range(1, 5) for found in combinations(few, size) if sum(counts[cell] for cell in found) < 5]
    return [found for found in sets if not any(reduced([Fraction(cell in found) for cell in cells], basis))]


def reduced(row: list[Fraction], basis: list[tuple[int, list[Fraction]]]) -> list[Fraction]:
    for lead, other in basis:
        if row[lead]:
            times = row[lead]
            row = [value - times * subtracted for value, subtracted in zip(row, other, strict=True)]
    return row


def invented(seed: int, areas: int = 4, industries: int = 4) -> Counts:
    """Cells of nobody, few and many, as a census has them."""
    chance = random.Random(seed)
    sizes = (0, 0, 1, 2, 3, 4, 5, 6, 9, 20)
    cells = product([f"a{number}" for number in range(areas)], [f"i{number}" for number in range(industries)])
    return {cell: chance.choice(sizes) for cell in cells}


def primary(counts: Counts) -> set[Group]:
    """What would be shown if only groups of fewer than five were hidden."""
    return {group for group in groups_of(counts) if size_of(group, counts) >= 5}


@pytest.mark.parametrize("seed", range(60))
def test_no_few_follow_from_what_is_shown(seed: int) -> None:
    counts = invented(seed)
    shown = shown_groups(counts).groups
    assert all(size_of(group, counts) >= 5 for group in shown)
    assert attacked(shown, counts) == []


def test_the_attacker_finds_few_where_only_small_groups_are_hidden() -> None:
    """The negative control: without complementary hiding most tables give somebody away."""
    found = [seed for seed in range(60) if attacked(primary(invented(seed)), invented(seed))]
    assert len(found) > 40


def test_what_is_hidden_does_not_follow_from_its_neighbours() -> None:
    counts = {("a", "C"): 2, ("a", "F"): 10, ("b", "C"): 12, ("b", "F"): 14}
    shown = shown_groups(counts)
    assert ("a", "C") not in shown
    # The total of area a less its other cell would tell, so would the column of C, and the last cell would tell of both.
    assert not {group for group in shown.groups if all(group)}
    assert {("", ""), ("a", ""), ("b", ""), ("", "C"), ("", "F")} <= shown.groups


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
