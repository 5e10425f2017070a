"""The life of a year's cohort (REG-1, SUR-6), who may nominate when, and what keeps a list from being published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CohortState(StrEnum):
    """In their order; a cohort goes from each to the next, and back only from reviewing to recommending."""

    PREPARING = "PREPARING"
    SURVEYING = "SURVEYING"
    RECOMMENDING = "RECOMMENDING"
    REVIEWING = "REVIEWING"
    PUBLISHED = "PUBLISHED"
    CLOSED = "CLOSED"


class Origin(StrEnum):
    """A list that was decided elsewhere and imported, or one that is made here."""

    IMPORTED = "IMPORTED"
    RUN = "RUN"


class GapKind(StrEnum):
    """What a list may lack."""

    AREA_SEATS_OPEN = "AREA_SEATS_OPEN"
    TOWN_TARGET_OFF = "TOWN_TARGET_OFF"
    NOMINATIONS_UNDECIDED = "NOMINATIONS_UNDECIDED"
    TOTAL_OFF_TARGET = "TOTAL_OFF_TARGET"
    SURVEY_NOT_CLOSED = "SURVEY_NOT_CLOSED"


NEXT: Mapping[CohortState, frozenset[CohortState]] = {
    CohortState.PREPARING: frozenset({CohortState.SURVEYING}),
    CohortState.SURVEYING: frozenset({CohortState.RECOMMENDING}),
    CohortState.RECOMMENDING: frozenset({CohortState.REVIEWING}),
    CohortState.REVIEWING: frozenset({CohortState.RECOMMENDING, CohortState.PUBLISHED}),
    CohortState.PUBLISHED: frozenset({CohortState.CLOSED}),
    CohortState.CLOSED: frozenset(),
}
UNPUBLISHED = frozenset(CohortState) - {CohortState.PUBLISHED, CohortState.CLOSED}
# What is refused while reviewing leaves a seat to be nominated for anew, so areas may still hand in.
HANDING_IN = frozenset({CohortState.RECOMMENDING, CohortState.REVIEWING})
# The notice says 每年年初. Both are defaults: what is set for a year goes.
DEFAULT_RECOMMEND_BY = (3, 31)
DEFAULT_DISTRICT_PER_AREA = 3


def may_become(state: CohortState, wanted: CohortState) -> bool:
    return wanted in NEXT[state]


def default_recommend_by(year: int) -> date:
    """The day by which areas nominate, where none is set."""
    return date(year, *DEFAULT_RECOMMEND_BY)


@dataclass(frozen=True, slots=True)
class AreaCount:
    """An area of a cohort by the name of the year: how many points it has and shall have. No town target: any number."""

    code: str
    name: str
    district_have: int
    district_want: int
    town_have: int
    town_target: int | None
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that a list lacks, or has too much of. No area: of the district as a whole."""

    kind: GapKind
    area_code: str
    area_name: str
    have: int
    want: int


def gaps_of(areas: Sequence[AreaCount], target_total: int | None, survey_closed: bool | None) -> list[Gap]:
    """Everything that a list lacks, area by area and then as a whole. `survey_closed` is None where none is asked for."""
    found = []
    for area in areas:
        found += _gaps_in(area)
    total = sum(area.district_have + area.town_have for area in areas)
    if target_total is not None and total != target_total:
        found.append(Gap(GapKind.TOTAL_OFF_TARGET, "", "", total, target_total))
    if survey_closed is False:
        found.append(Gap(GapKind.SURVEY_NOT_CLOSED, "", "", 0, 1))
    return found


def _gaps_in(area: AreaCount) -> list[Gap]:
    have_and_want = [(GapKind.AREA_SEATS_OPEN, area.district_have, area.district_want)]
    if area.town_target is not None:
        have_and_want.append((GapKind.TOWN_TARGET_OFF, area.town_have, area.town_target))
    have_and_want.append((GapKind.NOMINATIONS_UNDECIDED, area.undecided, 0))
    return [Gap(kind, area.code, area.name, have, want) for kind, have, want in have_and_want if have != want]
