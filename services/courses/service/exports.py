"""Lists for files: what the caller may list, nothing more. That a file was taken is kept, with how many rows it had."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from services.courses.errors import ExportTooLarge
from services.courses.models import Booking, Lecture
from services.courses.queries import attendance as attendance_queries
from services.courses.queries import bookings as booking_queries
from services.courses.queries import consultation_records as record_queries
from services.courses.queries import consultations as consultation_queries
from services.courses.queries import corps as corps_queries
from services.courses.queries import courseware as courseware_queries
from services.courses.queries import lecture_files as lecture_queries
from services.courses.queries import lecture_requests as request_queries
from services.courses.queries import needs as need_queries
from services.courses.queries.consultation_records import RecordFilter, RecordView
from services.courses.queries.consultations import ConsultationFilter, ConsultationView
from services.courses.queries.corps import CorpsFilter, MemberView
from services.courses.queries.courseware import CoursewareFilter, CoursewareView
from services.courses.queries.lecture_files import LectureLine
from services.courses.queries.lecture_requests import RequestFilter, RequestView
from services.courses.queries.lectures import LectureFilter, check_overseen
from services.courses.queries.needs import NeedFilter, NeedView
from services.courses.rules.corps import Corps
from services.courses.service.errands import Errand

MOST_ROWS = 5_000
Found = TypeVar("Found")


async def export_lectures(errand: Errand, wanted: LectureFilter) -> Sequence[LectureLine]:
    """Lectures of a year. Raises ExportTooLarge."""
    found = await lecture_queries.lectures_for_file(errand.session, errand.actor, wanted, errand.now, MOST_ROWS + 1)
    return await _kept(errand, "LECTURES_EXPORTED", f"lectures/{wanted.year}", found)


async def export_bookings(errand: Errand, lecture_id: UUID) -> tuple[Lecture, Sequence[Booking]]:
    """A lecture with its bookings. Raises LectureNotFound, PermissionDenied or ExportTooLarge."""
    await check_overseen(errand.session, errand.actor, lecture_id)
    found = await booking_queries.bookings_for_file(errand.session, lecture_id, MOST_ROWS + 1)
    await _kept(errand, "BOOKINGS_EXPORTED", f"lecture/{lecture_id}", found)
    return await errand.session.get_one(Lecture, lecture_id), found


async def export_consultations(errand: Errand, wanted: ConsultationFilter) -> Sequence[ConsultationView]:
    """Sessions of a year. Raises ExportTooLarge."""
    session, actor = errand.session, errand.actor
    found = await consultation_queries.consultations_for_file(session, actor, wanted, errand.now, MOST_ROWS + 1)
    return await _kept(errand, "CONSULTATIONS_EXPORTED", f"consultations/{wanted.year}", found)


async def export_records(errand: Errand, wanted: RecordFilter) -> Sequence[RecordView]:
    """Records of a year's sessions. Raises ExportTooLarge."""
    found = await record_queries.records_for_file(errand.session, errand.actor, wanted, MOST_ROWS + 1)
    return await _kept(errand, "CONSULTATION_RECORDS_EXPORTED", f"consultation-records/{wanted.year}", found)


async def export_requests(errand: Errand, wanted: RequestFilter) -> Sequence[RequestView]:
    """Requests for lectures of a year. Raises ExportTooLarge."""
    found = await request_queries.requests_for_file(errand.session, errand.actor, wanted, MOST_ROWS + 1)
    return await _kept(errand, "LECTURE_REQUESTS_EXPORTED", f"lecture-requests/{wanted.year}", found)


async def export_attendance(errand: Errand, lecture_id: UUID) -> tuple[Lecture, Sequence[Booking]]:
    """A lecture with who had seats in it. Raises LectureNotFound, PermissionDenied or ExportTooLarge."""
    await check_overseen(errand.session, errand.actor, lecture_id)
    found = await attendance_queries.seated_for_file(errand.session, lecture_id, MOST_ROWS + 1)
    await _kept(errand, "ATTENDANCE_EXPORTED", f"lecture/{lecture_id}", found)
    return await errand.session.get_one(Lecture, lecture_id), found


async def export_members(errand: Errand, corps: Corps, year: int) -> Sequence[MemberView]:
    """Who is in a corps now. Raises ExportTooLarge."""
    found = await corps_queries.members(errand.session, errand.actor, CorpsFilter(corps, year), MOST_ROWS + 1)
    return await _kept(errand, f"{corps}_EXPORTED", f"corps/{year}", found)


async def export_needs(errand: Errand, wanted: NeedFilter) -> Sequence[NeedView]:
    """Needs of a year. Raises ExportTooLarge."""
    found = await need_queries.needs_for_file(errand.session, wanted, MOST_ROWS + 1)
    return await _kept(errand, "NEEDS_EXPORTED", f"needs/{wanted.year}", found)


async def export_courseware(errand: Errand, wanted: CoursewareFilter) -> Sequence[CoursewareView]:
    """Courseware of a year. Raises ExportTooLarge."""
    found = await courseware_queries.courseware_for_file(errand.session, errand.actor, wanted, MOST_ROWS + 1)
    return await _kept(errand, "COURSEWARE_EXPORTED", f"courseware/{wanted.year}", found)


async def _kept(errand: Errand, action: str, subject: str, found: Sequence[Found]) -> Sequence[Found]:
    """What was found, if that is all of it: a file that stops in the middle would be taken for the list."""
    if len(found) > MOST_ROWS:
        raise ExportTooLarge(rows=str(MOST_ROWS))
    await errand.record(action, subject, f"{len(found)} rows")
    return found
