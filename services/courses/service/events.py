"""The events of courses, as rows in the outbox of the transaction that made them true."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fahu.courses.v1 import courseware_pb2, events_pb2, lecture_pb2, lecture_request_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import outbox
from services.courses.models import Booking, Catalogue, Courseware, Lecture, LectureRequest
from services.courses.rules import lecture_requests
from services.courses.rules.courseware import CoursewareState, courseware_serial
from services.courses.rules.lectures import serial_of

TOLD_AT_ONCE = 200


def stamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


def lecture_subject(lecture: Any) -> events_pb2.LectureSubject:
    """Of a row of the table, or of whatever else has its columns."""
    return events_pb2.LectureSubject(
        lecture_id=str(lecture.id),
        serial=serial_of(lecture.year, lecture.number),
        year=lecture.year,
        unit_code=lecture.unit_code,
        kind=lecture_pb2.LectureKind.Value(f"LECTURE_KIND_{lecture.kind}"),
        state=lecture_pb2.LectureState.Value(f"LECTURE_STATE_{lecture.state}"),
        starts_at=stamp(lecture.starts_at),
        ends_at=stamp(lecture.ends_at),
        version=lecture.version,
    )


def lecture_changed(session: AsyncSession, lecture: Lecture, liaison_ids: Sequence[UUID] = ()) -> None:
    """One event for everybody who keeps a copy; beyond 200 contacts to tell, further ones."""
    for begin in range(0, max(len(liaison_ids), 1), TOLD_AT_ONCE):
        told = [str(person) for person in liaison_ids[begin : begin + TOLD_AT_ONCE]]
        event = events_pb2.LectureChanged(lecture=lecture_subject(lecture), liaison_ids=told)
        outbox.add(session, event, str(lecture.id), lecture.version)


def booking_changed(
    session: AsyncSession, booking: Booking, lecture: Lecture, liaison_id: UUID | None, agency_ids: Sequence[UUID] = ()
) -> None:
    event = booking_event(booking, lecture, liaison_id)
    event.agency_contact_ids.extend(str(person) for person in agency_ids)
    outbox.add(session, event, str(booking.id), booking.version)


def reminder_due(session: AsyncSession, booking: Booking, lecture: Lecture, liaison_id: UUID) -> None:
    """Whoever is told is told by id; nothing else of the booking has changed."""
    event = events_pb2.LectureReminderDue(
        lecture=lecture_subject(lecture),
        booking_id=str(booking.id),
        liaison_person_id=str(liaison_id),
        version=booking.version,
    )
    outbox.add(session, event, str(booking.id), booking.version)


def booking_event(booking: Any, lecture: Any, liaison_id: UUID | None) -> events_pb2.BookingChanged:
    return events_pb2.BookingChanged(
        lecture=lecture_subject(lecture),
        booking_id=str(booking.id),
        enterprise_id=str(booking.enterprise_id),
        designation_id=str(booking.designation_id),
        area_code=booking.area_code,
        state=lecture_pb2.BookingState.Value(f"BOOKING_STATE_{booking.state}"),
        ended_by=lecture_pb2.BookingEnder.Value(f"BOOKING_ENDER_{booking.ended_by or 'UNSPECIFIED'}"),
        heads=booking.heads,
        attended_heads=booking.attended_heads or 0,
        offered_until=stamp(booking.offered_until) if booking.offered_until else None,
        liaison_person_id=str(liaison_id or ""),
        version=booking.version,
    )


def request_subject(request: LectureRequest) -> events_pb2.LectureRequestSubject:
    return events_pb2.LectureRequestSubject(
        lecture_request_id=str(request.id),
        serial=lecture_requests.serial_of(request.year, request.number),
        year=request.year,
        unit_code=request.unit_code,
        courseware_id=str(request.courseware_id or ""),
        enterprise_id=str(request.enterprise_id),
        designation_id=str(request.designation_id),
        area_code=request.area_code,
        zone_code=request.zone_code,
        state=lecture_request_pb2.LectureRequestState.Value(f"LECTURE_REQUEST_STATE_{request.state}"),
        turn=lecture_request_pb2.RequestSide.Value(f"REQUEST_SIDE_{request.turn or 'UNSPECIFIED'}"),
        due_at=stamp(request.due_at) if request.turn else None,
        created_at=stamp(request.created_at),
        first_due_at=stamp(request.first_due_at),
        answered_at=stamp(request.answered_at) if request.answered_at else None,
        lecture_id=str(request.lecture_id or ""),
        version=request.version,
    )


def request_changed(
    session: AsyncSession, request: LectureRequest, liaison_ids: Sequence[UUID], agency_ids: Sequence[UUID]
) -> None:
    event = events_pb2.LectureRequestChanged(
        request=request_subject(request),
        liaison_ids=map(str, liaison_ids),
        agency_contact_ids=map(str, agency_ids),
    )
    outbox.add(session, event, str(request.id), request.version)


def request_due(session: AsyncSession, request: LectureRequest, percent: int, told: Sequence[UUID]) -> None:
    subject = request_subject(request)
    event = events_pb2.LectureRequestDue(request=subject, percent=percent, audience_ids=map(str, told))
    outbox.add(session, event, str(request.id), request.version)


def request_overdue(
    session: AsyncSession, request: LectureRequest, agency_ids: Sequence[UUID], centre_ids: Sequence[UUID]
) -> None:
    event = events_pb2.LectureRequestOverdue(
        request=request_subject(request), agency_ids=map(str, agency_ids), centre_ids=map(str, centre_ids)
    )
    outbox.add(session, event, str(request.id), request.version)


def courseware_changed(session: AsyncSession, courseware: Courseware, contact_ids: Sequence[UUID] = ()) -> None:
    event = events_pb2.CoursewareChanged(
        courseware_id=str(courseware.id),
        serial=courseware_serial(courseware.year, courseware.number),
        year=courseware.year,
        unit_code=courseware.unit_code,
        state=courseware_pb2.CoursewareState.Value(f"COURSEWARE_STATE_{courseware.state}"),
        sent_back=courseware.state == CoursewareState.DRAFT and courseware.note is not None,
        contact_ids=[str(person) for person in contact_ids],
        version=courseware.version,
    )
    outbox.add(session, event, str(courseware.id), courseware.version)


def catalogue_published(session: AsyncSession, catalogue: Catalogue) -> None:
    event = events_pb2.CataloguePublished(
        year=catalogue.year,
        version=catalogue.version,
        item_count=catalogue.item_count,
        published_at=stamp(catalogue.published_at),
    )
    outbox.add(session, event, str(catalogue.year), catalogue.version)


def evaluation_given(session: AsyncSession, lecture: Lecture, count: int) -> None:
    """Somebody rated a lecture; neither who nor how is anybody's business on the bus."""
    event = events_pb2.EvaluationGiven(lecture=lecture_subject(lecture), evaluation_count=count)
    outbox.add(session, event, str(lecture.id), count)
