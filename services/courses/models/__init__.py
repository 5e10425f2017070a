"""Tables of courses. What the database can hold true, it holds: constraints first, checks in code second."""

from services.courses.models.acts import Act
from services.courses.models.attendance import CheckIn, RatingLink
from services.courses.models.base import DEAD_LETTER, INBOX, OUTBOX, Base
from services.courses.models.calendar_feeds import CalendarFeed
from services.courses.models.corps import Consultant, ConsultationGroup, GroupUnit, Lecturer
from services.courses.models.courseware import Courseware
from services.courses.models.evaluations import EmployeeEvaluation, Evaluation
from services.courses.models.lectures import Booking, Lecture
from services.courses.models.reference import LiaisonPoint, Unit, Zone, ZoneArea

__all__ = [
    "DEAD_LETTER",
    "INBOX",
    "OUTBOX",
    "Act",
    "Base",
    "Booking",
    "CalendarFeed",
    "CheckIn",
    "Consultant",
    "ConsultationGroup",
    "Courseware",
    "EmployeeEvaluation",
    "Evaluation",
    "GroupUnit",
    "Lecture",
    "Lecturer",
    "LiaisonPoint",
    "RatingLink",
    "Unit",
    "Zone",
    "ZoneArea",
]
