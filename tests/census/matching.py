"""How often a way of matching two lists is right, and how often it may be by luck.

Each respondent has a value on the named side and a value on the anonymous side; an attacker sees the values of both sides,
each in an order of its own, and guesses who belongs to whom. A guess at random is right once on average, however many there
are: the number of fixed points of a random permutation is as good as Poisson with mean 1. Where an attacker knows groups
(an area is no secret), luck is right once in each group.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from statistics import NormalDist
from typing import Any

ALPHA = 1e-4  # how likely all the strategies together may cry wolf
Values = Sequence[Any]


class Column:
    """One value of each respondent, and where it stands among those of its group. Made once, compared often."""

    def __init__(self, values: Values, groups: Sequence[Hashable] = ()) -> None:
        self.values = values
        self.parts = list(_parts(groups or [None] * len(values)))
        self.is_text = isinstance(values[0], str)

    @cached_property
    def ranks(self) -> list[tuple[int, int]]:
        """The ranks that each may have within its group: from, and up to but not including. Equal values share theirs."""
        found = [(0, 0)] * len(self.values)
        for part in self.parts:
            ordered = sorted(self.values[one] for one in part)
            for one in part:
                found[one] = bisect_left(ordered, self.values[one]), bisect_right(ordered, self.values[one])
        return found

    @cached_property
    def ranks_from_behind(self) -> list[tuple[int, int]]:
        found = [(0, 0)] * len(self.values)
        for part in self.parts:
            for one in part:
                low, high = self.ranks[one]
                found[one] = len(part) - high, len(part) - low
        return found

    @cached_property
    def deviations(self) -> list[float]:
        """How far each rank is from the middle of its group, so that the squares of a group add up to 1, or are all 0."""
        found = [0.0] * len(self.values)
        for part in self.parts:
            ranks = {one: sum(self.ranks[one]) / 2 - len(part) / 2 for one in part}
            norm = math.sqrt(sum(rank * rank for rank in ranks.values()))
            for one in part:
                found[one] = ranks[one] / norm if norm else 0.0
        return found

    @cached_property
    def weights(self) -> list[float]:
        """The same, so that a product with the deviations of an unrelated column is one standard deviation wide."""
        found = [0.0] * len(self.values)
        for part in self.parts:
            for one in part:
                found[one] = self.deviations[one] * math.sqrt((len(part) - 1) / len(self.parts))
        return found

    @cached_property
    def counts(self) -> Counter[Any]:
        return Counter(self.values)

    @cached_property
    def ordered(self) -> list[Any]:
        return sorted(self.counts)


def _parts(groups: Sequence[Hashable]) -> Iterable[Sequence[int]]:
    members: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    return members.values()


def by_rank(named: Column, anonymous: Column, backwards: bool = False) -> float:
    """Right guesses on average where the first of one side is taken for the first of the other (or the last), and so on."""
    right = 0.0
    others = anonymous.ranks_from_behind if backwards else anonymous.ranks
    for (a, b), (c, d) in zip(named.ranks, others, strict=True):
        both = min(b, d) - max(a, c)
        if both > 0:
            right += both / ((b - a) * (d - c))
    return right


def by_equality(named: Column, anonymous: Column) -> float:
    """Right guesses on average where equal values are taken for the same respondent."""
    pairs = zip(named.values, anonymous.values, strict=True)
    return sum(1 / anonymous.counts[mine] for mine, theirs in pairs if mine == theirs)


def by_nearness(named: Column, anonymous: Column, after: bool) -> float:
    """Right guesses on average where the next value (or, unless `after`, the nearest) is taken for the same respondent."""
    ordered, right = anonymous.ordered, 0.0
    for mine, theirs in zip(named.values, anonymous.values, strict=True):
        place = bisect_left(ordered, mine)
        around = ordered[place : place + 1] if after else ordered[max(0, place - 1) : place + 1]
        if theirs in around and min(around, key=lambda value: abs(value - mine)) == theirs:
            right += 1 / anonymous.counts[theirs]
    return right


def likeness(named: Column, anonymous: Column) -> float:
    """Spearman's rank correlation within the groups, in standard deviations of what unrelated columns have."""
    return math.fsum(a * b for a, b in zip(named.weights, anonymous.deviations, strict=True))


def most_by_luck(luck: float, strategies: int) -> int:
    """The number of right guesses that none of so many strategies reaches by luck, but once in 1 / ALPHA runs."""
    allowed, count, term = ALPHA / strategies, 0, math.exp(-luck)
    left = 1 - term
    while left > allowed:
        count += 1
        term *= luck / count
        left -= term
    return count + 1


def most_alike_by_luck(strategies: int) -> float:
    """The same for `likeness`, in standard deviations."""
    return NormalDist().inv_cdf(1 - ALPHA / (2 * strategies))
