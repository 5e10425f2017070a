"""What courses tells people of lectures that enterprises ask for: whose move it is, how long it has been, how it ended.

Slots, offers and reasons are read where the message leads.
"""

from datetime import UTC

from fahu.courses.v1 import events_pb2 as events
from fahu.courses.v1 import lecture_request_pb2 as pb

from services.notify.rules import Kind
from services.notify.service.telling import Readers, Told

# How a request ended; one in which the lecture was agreed on is at its end as well.
ENDS = {
    pb.LECTURE_REQUEST_STATE_ACCEPTED: "ACCEPTED",
    pb.LECTURE_REQUEST_STATE_DECLINED: "DECLINED",
    pb.LECTURE_REQUEST_STATE_WITHDRAWN: "WITHDRAWN",
    pb.LECTURE_REQUEST_STATE_EXPIRED: "EXPIRED",
}


def _told(kind: Kind, people: list[str], request: events.LectureRequestSubject) -> Told:
    due = request.due_at.ToDatetime(UTC).isoformat() if request.HasField("due_at") else None
    facts: dict[str, object] = {"unit": request.unit_code, "due": due, "end": ENDS.get(request.state, "")}
    return Told(kind, people, request.lecture_request_id, request.serial, request.version, facts)


def _changed(event: events.LectureRequestChanged) -> list[Told]:
    request, liaisons, agency = event.request, list(event.liaison_ids), list(event.agency_contact_ids)
    if request.turn == pb.REQUEST_SIDE_ENTERPRISE:
        return [_told(Kind.LECTURE_REQUEST_ANSWERED, liaisons, request)]
    if request.turn == pb.REQUEST_SIDE_AGENCY:
        new = request.state == pb.LECTURE_REQUEST_STATE_REQUESTED
        return [_told(Kind.LECTURE_REQUESTED if new else Kind.LECTURE_REQUEST_COUNTERED, agency, request)]
    ended = _told(Kind.LECTURE_REQUEST_ENDED, liaisons, request)
    return [ended, _told(Kind.AGENCY_LECTURE_REQUEST_ENDED, agency, request)]


def _due(event: events.LectureRequestDue) -> Told:
    kind = Kind.LECTURE_REQUEST_HALFWAY if event.percent < 80 else Kind.LECTURE_REQUEST_WARNING
    if event.request.turn == pb.REQUEST_SIDE_ENTERPRISE:
        kind = Kind.LECTURE_REQUEST_REMINDER
    return _told(kind, list(event.audience_ids), event.request)


def _overdue(event: events.LectureRequestOverdue) -> list[Told]:
    late = _told(Kind.LECTURE_REQUEST_OVERDUE, list(event.agency_ids), event.request)
    return [late, _told(Kind.CENTRE_LECTURE_REQUEST_OVERDUE, list(event.centre_ids), event.request)]


READERS: Readers = {
    events.LectureRequestChanged: _changed,
    events.LectureRequestDue: _due,
    events.LectureRequestOverdue: _overdue,
}
