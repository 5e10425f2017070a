"""Courseware 「以案释法」 (LEC-2): its states, and what a year's catalogue needs before it is published (LEC-3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CoursewareState(StrEnum):
    """An agency drafts and submits, 区委依法治区办 approves; the catalogue publishes."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class NeedSource(StrEnum):
    """Where a need comes from."""

    SURVEY = "SURVEY"
    DEMAND = "DEMAND"
    OTHER = "OTHER"


# What a lecture may be given from.
TEACHABLE = (CoursewareState.APPROVED, CoursewareState.PUBLISHED)
# 「每个部门不少于2个」.
LEAST_OF_AN_AGENCY = 2
MOST_FILES = 10

NEXT_COURSEWARE: dict[CoursewareState, frozenset[CoursewareState]] = {
    CoursewareState.DRAFT: frozenset({CoursewareState.SUBMITTED, CoursewareState.RETIRED}),
    CoursewareState.SUBMITTED: frozenset({CoursewareState.APPROVED, CoursewareState.DRAFT, CoursewareState.RETIRED}),
    CoursewareState.APPROVED: frozenset({CoursewareState.PUBLISHED, CoursewareState.RETIRED}),
    CoursewareState.PUBLISHED: frozenset({CoursewareState.RETIRED}),
    CoursewareState.RETIRED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many approved or published items an agency of the corps has in a year."""

    unit_code: str
    unit_name: str
    have: int
    want: int = LEAST_OF_AN_AGENCY

    @property
    def lacks(self) -> bool:
        return self.have < self.want


def lacking(agencies: Iterable[Progress]) -> list[Progress]:
    """Whose items are too few for a catalogue."""
    return [one for one in agencies if one.lacks]


def courseware_serial(year: int, number: int) -> str:
    """For people: "KJ2026-000012"."""
    return f"KJ{year}-{number:06d}"


def need_serial(year: int, number: int) -> str:
    """For people: "XQ2026-000012"."""
    return f"XQ{year}-{number:06d}"
