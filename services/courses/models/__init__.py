"""Tables of courses. What the database can hold true, it holds: constraints first, checks in code second."""

from services.courses.models.acts import (
    Act,
)
from services.courses.models.attendance import (
    CheckIn,
    RatingLink,
)
from services.courses.models.base import (
    DEAD_LETTER,
    INBOX,
    OUTBOX,
    Base,
)
from services.courses.models.calendar_feeds import (
    CalendarFeed,
)
from services.courses.models.catalogues import (
    Catalogue,
    CatalogueItem,
)
from services.courses.models.consultations import (
    Consultation,
    ConsultationRecord,
    ConsultationStaff,
    SlotBooking,
)
from services.courses.models.corps import (
    MEMBERS,
    Consultant,
    ConsultationGroup,
    GroupUnit,
    Lecturer,
    Member,
)
from services.courses.models.courseware import (
    Courseware,
    CoursewareFile,
    CoursewareNeed,
    Need,
)
from services.courses.models.evaluations import (
    EmployeeEvaluation,
    Evaluation,
    Said,
)
from services.courses.models.lecture_requests import (
    LectureRequest,
    RequestParty,
    RequestSlot,
)
from services.courses.models.lectures import (
    Booking,
    Lecture,
)
from services.courses.models.reference import (
    LiaisonPoint,
    Unit,
    Zone,
    ZoneArea,
)

__all__ = [
    "DEAD_LETTER",
    "INBOX",
    "MEMBERS",
    "OUTBOX",
    "Act",
    "Base",
    "Booking",
    "CalendarFeed",
    "Catalogue",
    "CatalogueItem",
    "CheckIn",
    "Consultant",
    "Consultation",
    "ConsultationGroup",
    "ConsultationRecord",
    "ConsultationStaff",
    "Courseware",
    "CoursewareFile",
    "CoursewareNeed",
    "EmployeeEvaluation",
    "Evaluation",
    "GroupUnit",
    "Lecture",
    "LectureRequest",
    "Lecturer",
    "LiaisonPoint",
    "Member",
    "Need",
    "RatingLink",
    "RequestParty",
    "RequestSlot",
    "Said",
    "SlotBooking",
    "Unit",
    "Zone",
    "ZoneArea",
]
