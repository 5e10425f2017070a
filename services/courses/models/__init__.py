"""Tables of courses. What the database can hold true, it holds: constraints first, checks in code second."""

from services.courses.models.acts import Act
from services.courses.models.base import DEAD_LETTER, INBOX, OUTBOX, Base
from services.courses.models.corps import MEMBERS, Consultant, ConsultationGroup, GroupUnit, Lecturer
from services.courses.models.courseware import Courseware
from services.courses.models.lectures import Booking, Lecture
from services.courses.models.reference import LiaisonPoint, Unit, Zone, ZoneArea

__all__ = [
    "DEAD_LETTER",
    "INBOX",
    "MEMBERS",
    "OUTBOX",
    "Act",
    "Base",
    "Booking",
    "Consultant",
    "ConsultationGroup",
    "Courseware",
    "GroupUnit",
    "Lecture",
    "Lecturer",
    "LiaisonPoint",
    "Unit",
    "Zone",
    "ZoneArea",
]
