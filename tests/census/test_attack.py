"""The attack itself: it sees what is there to be seen, and nothing where there is nothing."""

import random

import pytest

from tests.census import matching

RNG = random.Random(20)
NUMBER = 400


def unrelated() -> list[int]:
    return RNG.sample(range(10_000), NUMBER)


def test_the_same_order_is_found_whatever_the_values() -> None:
    named = unrelated()
    assert matching.by_rank(named, [value * value for value in named]) == NUMBER
    assert matching.likeness(named, [-value for value in named]) == pytest.approx(-((NUMBER - 1) ** 0.5))


def test_what_is_unrelated_is_matched_by_luck_only() -> None:
    strategies = 200
    right = [matching.by_rank(unrelated(), unrelated()) for _ in range(strategies)]
    assert max(right) < matching.most_by_luck(1, strategies)
    assert 0.7 < sum(right) / strategies < 1.3
    alike = [abs(matching.likeness(unrelated(), unrelated())) for _ in range(strategies)]
    assert max(alike) < matching.most_alike_by_luck(strategies)


def test_values_shared_by_all_tell_nothing_and_shared_by_few_tell_a_part() -> None:
    named = list(range(NUMBER))
    assert matching.by_rank(named, [0] * NUMBER) == pytest.approx(1)
    assert matching.by_rank(named, [value // 4 for value in named]) == pytest.approx(NUMBER / 4)
    assert matching.by_equality(named, [value // 2 for value in named]) == 0.5


def test_a_moment_later_is_found() -> None:
    named = [float(value) for value in unrelated()]
    later = [value + RNG.uniform(0, 0.4) for value in named]
    assert matching.by_nearness(named, later, after=True) == NUMBER


def test_an_order_blurred_by_a_crowd_is_still_alike() -> None:
    named = list(range(NUMBER))
    blurred = [value + RNG.uniform(0, NUMBER / 2) for value in named]
    assert matching.by_rank(named, blurred) < 20
    assert matching.likeness(named, blurred) > matching.most_alike_by_luck(10_000)


def test_luck_grows_with_the_number_of_tries_and_groups() -> None:
    assert matching.most_by_luck(1, 1) == 7
    assert matching.most_by_luck(1, 1) < matching.most_by_luck(1, 10_000) < matching.most_by_luck(20, 10_000)
