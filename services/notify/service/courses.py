"""What courses tells people: seats booked, waited for, offered or lost; lectures that change, are near, fall out or are to
be rated; what became of an agency's courseware.

Courses names the readers in the event, so nobody is asked. Reasons that people wrote are read where the message leads.
"""

from datetime import UTC

from fahu.courses.v1 import courseware_pb2
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
# Who drafts and submits is not told; what is sent back is a draft again.
OF_COURSEWARE = {
    courseware_pb2.COURSEWARE_STATE_APPROVED: Kind.COURSEWARE_APPROVED,
    courseware_pb2.COURSEWARE_STATE_PUBLISHED: Kind.COURSEWARE_PUBLISHED,
    courseware_pb2.COURSEWARE_STATE_RETIRED: Kind.COURSEWARE_RETIRED,
}


def _facts(lecture: events.LectureSubject, **more: object) -> dict[str, object]:
    return {"unit": lecture.unit_code, "starts": lecture.starts_at.ToDatetime(UTC).isoformat(), **more}


def _booking(event: events.BookingChanged) -> Told | None:
    """Of a lecture that is cancelled, contacts are told once: by the lecture."""
    if event.state == pb.BOOKING_STATE_ATTENDED:
        return _to_rate(event)
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
    return Told(kind, people, event.booking_id, event.lecture.serial, event.version, _facts(event.lecture, due=due))


def _to_rate(event: events.BookingChanged) -> Told:
    """Whoever checks in at the door sits in the lecture, and is asked once it is over."""
    facts = _facts(event.lecture, not_before=event.lecture.ends_at.ToDatetime(UTC).isoformat())
    people, lecture = [event.liaison_person_id], event.lecture
    return Told(Kind.LECTURE_TO_RATE, people, event.booking_id, lecture.serial, event.version, facts)


def _lecture(event: events.LectureChanged) -> Told | None:
    kind, lecture = OF_LECTURES.get(event.lecture.state), event.lecture
    if kind is None:
        return None
    return Told(kind, event.liaison_ids, lecture.lecture_id, lecture.serial, lecture.version, _facts(lecture))


def _reminder(event: events.LectureReminderDue) -> Told:
    people, lecture = [event.liaison_person_id], event.lecture
    return Told(Kind.LECTURE_REMINDER, people, event.booking_id, lecture.serial, event.version, _facts(lecture))


def _courseware(event: events.CoursewareChanged) -> Told | None:
    kind = Kind.COURSEWARE_SENT_BACK if event.sent_back else OF_COURSEWARE.get(event.state)
    if kind is None:
        return None
    return Told(kind, event.contact_ids, event.courseware_id, event.serial, event.version, {"unit": event.unit_code})


READERS: Readers = {
    events.BookingChanged: _booking,
    events.LectureChanged: _lecture,
    events.LectureReminderDue: _reminder,
    events.CoursewareChanged: _courseware,
}
