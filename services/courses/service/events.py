"""The events of courses, as rows in the outbox of the transaction that made them true."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fahu.courses.v1 import events_pb2, lecture_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import outbox
from services.courses.models import Booking, Lecture
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


def booking_changed(session: AsyncSession, booking: Booking, lecture: Lecture, liaison_id: UUID | None) -> None:
    event = booking_event(booking, lecture, liaison_id)
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


def evaluation_given(session: AsyncSession, lecture: Lecture, count: int) -> None:
    """Somebody rated a lecture; neither who nor how is anybody's business on the bus."""
    event = events_pb2.EvaluationGiven(lecture=lecture_subject(lecture), evaluation_count=count)
    outbox.add(session, event, str(lecture.id), count)
