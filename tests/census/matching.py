"""How often a way of matching two lists is right, and how often it may be by luck.

Each respondent has a value on the named side and a value on the anonymous side; an attacker sees the values of both sides,
each in an order of its own, and guesses who belongs to whom. A guess at random is right once on average, however many there
are: the number of fixed points of a random permutation is as good as Poisson with mean 1. Where an attacker knows groups
(an area is no secret), luck is right once in each group.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from statistics import NormalDist, mean
from typing import Any

ALPHA = 1e-4  # how likely all the strategies together may cry wolf
Values = Sequence[Any]
Intervals = list[tuple[int, int]]


def intervals(values: Values) -> Intervals:
    """For each value, the ranks that it may have: from, and up to but not including. Equal values share theirs."""
    ordered = sorted(values)
    return [(bisect_left(ordered, value), bisect_right(ordered, value)) for value in values]


def by_rank(named: Values, anonymous: Values) -> float:
    """Right guesses on average where the first of one side is taken for the first of the other, and so on."""
    right = 0.0
    for (a, b), (c, d) in zip(intervals(named), intervals(anonymous), strict=True):
        right += max(0, min(b, d) - max(a, c)) / ((b - a) * (d - c))
    return right


def by_equality(named: Values, anonymous: Values) -> float:
    """Right guesses on average where equal values are taken for the same respondent."""
    counts = Counter(anonymous)
    return sum(1 / counts[mine] for mine, theirs in zip(named, anonymous, strict=True) if mine == theirs)


def by_nearness(named: Values, anonymous: Values, after: bool) -> float:
    """Right guesses on average where the next value (or, unless `after`, the nearest) is taken for the same respondent."""
    counts = Counter(anonymous)
    ordered = sorted(counts)
    right = 0.0
    for mine, theirs in zip(named, anonymous, strict=True):
        place = bisect_left(ordered, mine)
        around = ordered[place : place + 1] if after else ordered[max(0, place - 1) : place + 1]
        if around and min(around, key=lambda value: abs(value - mine)) == theirs:
            right += 1 / counts[theirs]
    return right


def likeness(named: Values, anonymous: Values) -> float:
    """Spearman's rank correlation, in standard deviations of what unrelated lists have. 0 where one has a single value."""
    first = [a + b for a, b in intervals(named)]
    second = [a + b for a, b in intervals(anonymous)]
    middle, other = mean(first), mean(second)
    spread = math.sqrt(sum((x - middle) ** 2 for x in first) * sum((y - other) ** 2 for y in second))
    if not spread:
        return 0.0
    together = sum((x - middle) * (y - other) for x, y in zip(first, second, strict=True))
    return together / spread * math.sqrt(len(first) - 1)


Score = Callable[[Values, Values], float]


def in_groups(score: Score, named: Values, anonymous: Values, groups: Sequence[Hashable]) -> float:
    """The same within each group, added up."""
    return sum(score([named[one] for one in part], [anonymous[one] for one in part]) for part in _parts(groups))


def likeness_in_groups(named: Values, anonymous: Values, groups: Sequence[Hashable]) -> float:
    """The same within each group, put together so that it is one standard deviation wide again."""
    return in_groups(likeness, named, anonymous, groups) / math.sqrt(len(set(groups)))


def _parts(groups: Sequence[Hashable]) -> Iterable[Sequence[int]]:
    members: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    return members.values()


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
