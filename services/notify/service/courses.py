"""What courses tells people: seats booked, waited for, offered or lost; lectures that change, are near, or fall out.

Courses names the readers in the event, so nobody is asked. Reasons that people wrote are read where the message leads.
"""

from datetime import UTC

from fahu.courses.v1 import events_pb2 as events
from fahu.courses.v1 import lecture_pb2 as pb

from services.notify.rules import Kind
from services.notify.service.telling import Readers, Told

# What a contact is told of its booking, by where that stands. What the enterprise did itself it knows.
OF_BOOKINGS = {
    pb.BOOKING_STATE_CONFIRMED: Kind.LECTURE_BOOKED,
    pb.BOOKING_STATE_WAITING: Kind.LECTURE_WAITING,
    pb.BOOKING_STATE_OFFERED: Kind.LECTURE_OFFERED,
    pb.BOOKING_STATE_LAPSED: Kind.LECTURE_LAPSED,
}
OF_LECTURES = {
    pb.LECTURE_STATE_OPEN: Kind.LECTURE_CHANGED,
    pb.LECTURE_STATE_CANCELLED: Kind.LECTURE_CANCELLED,
}


def _facts(lecture: events.LectureSubject, **more: object) -> dict[str, object]:
    return {"unit": lecture.unit_code, "starts": lecture.starts_at.ToDatetime(UTC).isoformat(), **more}


def _booking(event: events.BookingChanged) -> Told | None:
    """Of a lecture that is cancelled, contacts are told once: by the lecture."""
    if event.lecture.state != pb.LECTURE_STATE_OPEN:
        return None
    kind, people = OF_BOOKINGS.get(event.state), [event.liaison_person_id]
    if event.state == pb.BOOKING_STATE_CANCELLED and event.ended_by == pb.BOOKING_ENDER_HOST:
        kind = Kind.BOOKING_RELEASED
    elif event.state == pb.BOOKING_STATE_CANCELLED:
        kind, people = Kind.BOOKING_GIVEN_UP, list(event.agency_contact_ids)
    if kind is None:
        return None
    due = event.offered_until.ToDatetime(UTC).isoformat() if event.HasField("offered_until") else None
    told = [person for person in people if person]
    return Told(kind, told, event.booking_id, event.lecture.serial, event.version, _facts(event.lecture, due=due))


def _lecture(event: events.LectureChanged) -> Told | None:
    kind, lecture = OF_LECTURES.get(event.lecture.state), event.lecture
    if kind is None:
        return None
    return Told(kind, event.liaison_ids, lecture.lecture_id, lecture.serial, lecture.version, _facts(lecture))


def _reminder(event: events.LectureReminderDue) -> Told:
    people, lecture = [event.liaison_person_id], event.lecture
    return Told(Kind.LECTURE_REMINDER, people, event.booking_id, lecture.serial, event.version, _facts(lecture))


READERS: Readers = {
    events.BookingChanged: _booking,
    events.LectureChanged: _lecture,
    events.LectureReminderDue: _reminder,
}
