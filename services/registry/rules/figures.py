"""How figures are told: shares, means and rates as a reader sees them, and nothing where nothing was to be counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NOTHING = "—"
HIDDEN = "＊"


def rate(part: int, whole: int) -> float | None:
    """A share of 1; None where there is nothing to divide by."""
    return part / whole if whole else None


def percent(part: int, whole: int) -> str:
    """83.3%, or — where the denominator is 0: never 0% and never 100%. Halves are rounded up, as people do."""
    if not whole:
        return NOTHING
    tenths = (part * 2000 + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def decimal(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Turnout:
    """How a survey went, in all or in an area: how many there were, were asked, answered, and answered validly."""

    name: str
    population: int
    sent: int
    returned: int
    valid: int


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one category's demands in a year, in the order of dispatch's CategoryCourse.

    `replied_late` are those whose term to answer passed, `accepted_late` those whose term to accept did; `satisfied` counts
    ratings of 4 and 5 (非常满意、满意).
    """

    category_code: str
    submitted: int = 0
    dispatched: int = 0
    accepted: int = 0
    accepted_late: int = 0
    replied: int = 0
    replied_late: int = 0
    rated: int = 0
    satisfied: int = 0
    returned: int = 0
    closed: int = 0
    reopened: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Course") -> "Course":
        names = [name for name in self.__dataclass_fields__ if name != "category_code"]
        return Course(self.category_code, **{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class Served:
    """How many of an area's liaison points were served at least once, and how many of these by nobody's objection only."""

    name: str
    points: int
    served: int
    presumed: int


@dataclass(frozen=True, slots=True)
class Programme:
    """How a year's programme ran, but for demands. `advice` was adopted; `nodes` were due by the time it was counted."""

    points: int
    plaques: int
    projects: int
    nodes: int
    nodes_on_time: int
    advice: int
    advice_done: int
    areas: Sequence[Served]


@dataclass(frozen=True, slots=True)
class Need:
    """What enterprises need of one agency: how many named it in the questionnaire, and how many demands it got last year."""

    category_code: str
    name: str
    named: int
    demands: int


def ranked(names: Mapping[str, str], named: Mapping[str, int], demands: Mapping[str, int]) -> list[Need]:
    """Needs by how many enterprises named them, then by demands, then in the notice's order (that of `names`)."""
    needs = [Need(code, name, named.get(code, 0), demands.get(code, 0)) for code, name in names.items()]
    return sorted(needs, key=lambda need: (-need.named, -need.demands))


def in_all(courses: Iterable[Course]) -> Course:
    return sum(courses, Course(""))


@dataclass(frozen=True, slots=True)
class Score:
    """How one agency, or one thing asked, was rated: by how many, the mean, and how often each mark was given.

    `answered` is None where so few answered that nothing is shown.
    """

    name: str
    answered: int | None
    mean: float | None
    marks: Sequence[int]


@dataclass(frozen=True, slots=True)
class Rated:
    """A question that rates: its title, the names of its marks, and a score for each thing asked."""

    title: str
    marks: Sequence[str]
    scores: Sequence[Score]


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation as the report tells it."""

    text: str
    owner: str
    due: str
    state: str
