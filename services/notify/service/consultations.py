"""What courses tells enterprises of consultations on site: sessions of their zone, their slots, what may follow.

Places, reasons and what was said are read where the message leads.
"""

from collections.abc import Sequence
from datetime import UTC

from fahu.courses.v1 import consultation_pb2 as pb
from fahu.courses.v1 import events_pb2 as events
from google.protobuf.timestamp_pb2 import Timestamp

from services.notify.rules import Kind
from services.notify.service.telling import Readers, Told


def _written(moment: Timestamp) -> str:
    return moment.ToDatetime(UTC).isoformat()


def _consultation(event: events.ConsultationChanged) -> Told | None:
    session = event.consultation
    facts: dict[str, object] = {"starts": _written(session.starts_at)}
    if session.HasField("open_to_all_at"):
        facts["opens"] = _written(session.open_to_all_at)
    if session.state == pb.CONSULTATION_STATE_CANCELLED:
        kind = Kind.CONSULTATION_CANCELLED
    elif session.state == pb.CONSULTATION_STATE_ANNOUNCED:
        kind = Kind.CONSULTATION_ANNOUNCED if event.announced else Kind.CONSULTATION_CHANGED
    else:
        return None
    people: Sequence[str] = event.liaison_ids
    return Told(kind, people, session.consultation_id, session.serial, session.version, facts)


def _slot(event: events.SlotBookingChanged) -> Told | None:
    """Of a session that is cancelled, contacts are told once: by the session. What the enterprise gave up it knows."""
    if event.consultation.state != pb.CONSULTATION_STATE_ANNOUNCED:
        return None
    if event.state == pb.SLOT_BOOKING_STATE_BOOKED:
        kind = Kind.SLOT_CHANGED if event.moved_by_host else Kind.SLOT_BOOKED
    elif event.state == pb.SLOT_BOOKING_STATE_CANCELLED and event.ended_by == pb.SLOT_BOOKING_ENDER_HOST:
        kind = Kind.SLOT_RELEASED
    else:
        return None
    facts: dict[str, object] = {"starts": _written(event.slot_starts_at)}
    people, serial = [event.liaison_person_id], event.consultation.serial
    return Told(kind, people, event.slot_booking_id, serial, event.version, facts)


def _follow_up(event: events.ConsultationFollowUpAsked) -> Told:
    people, facts = [event.liaison_person_id], {"unit": event.unit_code}
    record, serial = event.consultation_record_id, event.consultation_serial
    return Told(Kind.CONSULTATION_FOLLOW_UP, people, record, serial, event.version, dict(facts))


READERS: Readers = {
    events.ConsultationChanged: _consultation,
    events.SlotBookingChanged: _slot,
    events.ConsultationFollowUpAsked: _follow_up,
}
