"""What becomes of a recommendation of the research report (SUR-4): who proposes, adopts and does it, and when it is late."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from services.registry.errors.findings import RecommendationWrongState


class RecommendationState(StrEnum):
    """Proposed, adopted by the supervisor, done by its owner; or declined with a reason, before it was done."""

    PROPOSED = "PROPOSED"
    ADOPTED = "ADOPTED"
    DONE = "DONE"
    DECLINED = "DECLINED"


S = RecommendationState
# From which states each state is reached; changing its words leaves the state as it is.
REACHED_FROM: Mapping[S, frozenset[S]] = MappingProxyType(
    {
        S.ADOPTED: frozenset({S.PROPOSED}),
        S.DONE: frozenset({S.ADOPTED}),
        S.DECLINED: frozenset({S.PROPOSED, S.ADOPTED}),
    }
)
OPEN = frozenset({S.PROPOSED, S.ADOPTED})
WORDS: Mapping[S, str] = MappingProxyType(
    {S.PROPOSED: "拟提出", S.ADOPTED: "已采纳", S.DONE: "已落实", S.DECLINED: "未采纳"}
)


def check_move(state: RecommendationState, wanted: RecommendationState) -> None:
    """Raise RecommendationWrongState unless one leads to the other."""
    if state not in REACHED_FROM[wanted]:
        raise RecommendationWrongState(state=state.lower())


def check_open(state: RecommendationState) -> None:
    """Raise RecommendationWrongState for one that is settled: its words stay."""
    if state not in OPEN:
        raise RecommendationWrongState(state=state.lower())


def is_late(state: RecommendationState, due_on: date, today: date) -> bool:
    """Whether what was adopted should be done by now. Late is what a day makes of it, no state of its own."""
    return state == S.ADOPTED and due_on < today
