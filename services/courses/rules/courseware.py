"""Courseware 「以案释法」 (LEC-2): its states."""

from enum import StrEnum


class CoursewareState(StrEnum):
    """An agency drafts and submits, 区委依法治区办 approves; the catalogue publishes."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


# What a lecture may be given from.
TEACHABLE = (CoursewareState.APPROVED, CoursewareState.PUBLISHED)
