"""The year's programme in the matrix, a file for each part of it. What is not named here is asked plainly."""

from tests.journeys.programme import (
    answers,
    attendance,
    cohorts,
    consultations,
    corps,
    courseware,
    findings,
    lecture_requests,
    lectures,
    plaques,
    projects,
    surveys,
)

PARTS = (
    answers,
    attendance,
    cohorts,
    consultations,
    corps,
    courseware,
    findings,
    lecture_requests,
    lectures,
    plaques,
    projects,
    surveys,
)
DOORS = {name: door for part in PARTS for name, door in part.DOORS.items()}
CALLS = {name: door for part in PARTS for name, door in part.CALLS.items()}
NOT_FOUND = {kind: reason for part in PARTS for kind, reason in getattr(part, "NOT_FOUND", {}).items()}
SHEETS = {name: sheet for part in PARTS for name, sheet in getattr(part, "SHEETS", {}).items()}
