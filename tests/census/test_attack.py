"""The attack itself: it sees what is there to be seen, and nothing where there is nothing."""

import random
from typing import Any

import pytest

from tests.census import matching
from tests.census.matching import Column

RNG = random.Random(20)
NUMBER = 400


def unrelated() -> list[int]:
    return RNG.sample(range(10_000), NUMBER)


def by_rank(named: list[int], anonymous: list[Any]) -> float:
    return matching.by_rank(Column(named), Column(anonymous))


def likeness(named: list[int], anonymous: list[Any]) -> float:
    return matching.likeness(Column(named), Column(anonymous))


def test_the_same_order_is_found_whatever_the_values() -> None:
    named = unrelated()
    assert by_rank(named, [value * value for value in named]) == NUMBER
    assert matching.by_rank(Column(named), Column([-value for value in named]), backwards=True) == NUMBER
    assert likeness(named, [-value for value in named]) == pytest.approx(-((NUMBER - 1) ** 0.5))


def test_the_same_order_within_groups_is_found() -> None:
    groups = [one % 20 for one in range(NUMBER)]
    named = unrelated()
    moved = [value + 100_000 * (7 * group % 20) for value, group in zip(named, groups, strict=True)]
    first, second = Column(named, groups), Column(moved, groups)
    assert matching.by_rank(first, second) == NUMBER
    assert matching.likeness(first, second) == pytest.approx(20 * 19**0.5 / 20**0.5)
    assert by_rank(named, moved) < NUMBER / 4


def test_what_is_unrelated_is_matched_by_luck_only() -> None:
    strategies = 200
    right = [by_rank(unrelated(), unrelated()) for _ in range(strategies)]
    assert max(right) < matching.most_by_luck(1, strategies)
    assert 0.7 < sum(right) / strategies < 1.3
    groups = [one % 20 for one in range(NUMBER)]
    pairs = [(Column(unrelated(), groups), Column(unrelated(), groups)) for _ in range(strategies)]
    right = [matching.by_rank(*pair) for pair in pairs]
    assert max(right) < matching.most_by_luck(20, strategies)
    assert 18 < sum(right) / strategies < 22
    alike = [matching.likeness(*pair) for pair in pairs]
    assert max(map(abs, alike)) < matching.most_alike_by_luck(strategies)
    assert 0.8 < sum(one * one for one in alike) / strategies < 1.25


def test_values_shared_by_all_tell_nothing_and_shared_by_few_tell_a_part() -> None:
    named = list(range(NUMBER))
    assert by_rank(named, [0] * NUMBER) == pytest.approx(1)
    assert by_rank(named, [value // 4 for value in named]) == pytest.approx(NUMBER / 4)
    assert matching.by_equality(Column(named), Column([value // 2 for value in named])) == 0.5


def test_a_moment_later_is_found() -> None:
    named = unrelated()
    later = Column([value + RNG.uniform(0, 0.4) for value in named])
    assert matching.by_nearness(Column(named), later, after=True) == NUMBER


def test_an_order_blurred_by_a_crowd_is_still_alike() -> None:
    named = list(range(NUMBER))
    blurred = [value + RNG.uniform(0, NUMBER / 2) for value in named]
    assert by_rank(named, blurred) < 20
    assert likeness(named, blurred) > matching.most_alike_by_luck(10_000)


def test_luck_grows_with_the_number_of_tries_and_groups() -> None:
    assert matching.most_by_luck(1, 1) == 7
    assert matching.most_by_luck(1, 1) < matching.most_by_luck(1, 10_000) < matching.most_by_luck(20, 10_000)
