"""Every reason for which a request is refused: its HTTP status, its title, and the field at fault where it is always one.

Reasons come from the services' contracts (error_reason.proto), from kit and from the gateway itself; a test proves that none
is missing here.
"""

from services.gateway.texts.problems.attendance import ATTENDANCE, ATTENDANCE_DETAILS
from services.gateway.texts.problems.base import Problem
from services.gateway.texts.problems.cohorts import COHORTS, GAPS
from services.gateway.texts.problems.consultations import CONSULTATION_DETAILS, CONSULTATIONS
from services.gateway.texts.problems.corps import CORPS, CORPS_DETAILS
from services.gateway.texts.problems.courses import COURSES, COURSES_DETAILS
from services.gateway.texts.problems.courseware import COURSEWARE, COURSEWARE_DETAILS, COURSEWARE_GAPS
from services.gateway.texts.problems.details import DETAILS, FIELDS, LIMITS
from services.gateway.texts.problems.dispatch import DISPATCH, UPLOADS
from services.gateway.texts.problems.edge import GATEWAY, SHARED
from services.gateway.texts.problems.findings import FINDINGS
from services.gateway.texts.problems.lecture_requests import LECTURE_REQUEST_DETAILS, LECTURE_REQUESTS
from services.gateway.texts.problems.liaisons import LIAISONS
from services.gateway.texts.problems.notify import NOTIFY
from services.gateway.texts.problems.plaques import PLAQUE_DETAILS, PLAQUES
from services.gateway.texts.problems.projects import PROJECTS
from services.gateway.texts.problems.registry import REGISTRY
from services.gateway.texts.problems.survey_answers import SURVEY_ANSWERS
from services.gateway.texts.problems.surveys import SURVEYS

PROBLEMS: dict[str, Problem] = (
    DISPATCH
    | UPLOADS
    | COHORTS
    | ATTENDANCE
    | CONSULTATIONS
    | CORPS
    | COURSES
    | COURSEWARE
    | FINDINGS
    | LECTURE_REQUESTS
    | LIAISONS
    | NOTIFY
    | PLAQUES
    | PROJECTS
    | REGISTRY
    | SURVEY_ANSWERS
    | SURVEYS
    | SHARED
    | GATEWAY
)
for more in (
    ATTENDANCE_DETAILS,
    CONSULTATION_DETAILS,
    CORPS_DETAILS,
    COURSES_DETAILS,
    COURSEWARE_DETAILS,
    LECTURE_REQUEST_DETAILS,
    PLAQUE_DETAILS,
):
    DETAILS |= more
GAPS |= COURSEWARE_GAPS

__all__ = ["DETAILS", "FIELDS", "GAPS", "LIMITS", "PROBLEMS", "Problem"]
