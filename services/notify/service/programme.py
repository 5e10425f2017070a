"""What the year's programme asks of people: nodes that are due or late, services to confirm or disputed, nominations that
were rejected, recommendations addressed to a unit.

Registry names the readers in the event, so nobody is asked. What people wrote is read where the message leads.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from fahu.registry.v1 import events_pb2 as events
from fahu.registry.v1 import service_record_pb2 as services

from kit.calendar import BEIJING, CLOSE_OF_BUSINESS
from services.notify.rules import Kind
from services.notify.service.telling import Readers, Told


def _end_of(day: str) -> str:
    return datetime.combine(date.fromisoformat(day), CLOSE_OF_BUSINESS, BEIJING).astimezone(UTC).isoformat()


def _node(kind: Kind, node: events.ProjectNodeWarning) -> Told:
    facts: dict[str, object] = {"unit": node.unit_code, "due": _end_of(node.due_on)}
    return Told(kind, node.person_ids, node.project_id, node.serial, node.version, facts)


def _due(event: events.ProjectNodeDue) -> Told:
    return _node(Kind.PROJECT_NODE_TODAY if event.today else Kind.PROJECT_NODE_SOON, event.node)


def _late(event: events.ProjectNodeLate) -> Told:
    return _node(Kind.PROJECT_NODE_LATE, event.node)


def _service(kind: Kind, people: Sequence[str], service: events.ServiceSubject, **facts: object) -> Told:
    named = {"unit": service.unit_code, **facts}
    return Told(kind, people, service.service_record_id, service.serial, service.version, named)


def _recorded(event: events.ServiceRecorded) -> Told:
    due = event.answer_until.ToDatetime(UTC).isoformat() if event.HasField("answer_until") else None
    asked = [event.liaison_person_id] if event.liaison_person_id else []
    return _service(Kind.SERVICE_TO_CONFIRM, asked, event.service, due=due)


def _answered(event: events.ServiceAnswered) -> Told:
    """The enterprise's yes is read in the list; its no has to be seen to."""
    disputed = event.service.state == services.SERVICE_STATE_DISPUTED
    return _service(Kind.SERVICE_DISPUTED, event.recorder_person_ids if disputed else (), event.service)


def _rejected(event: events.NominationRejected) -> Told:
    facts: dict[str, object] = {"unit": event.unit_code}
    serial = f"TJ{event.year}"
    return Told(Kind.NOMINATION_REJECTED, event.officer_ids, event.nomination_id, serial, event.version, facts)


def _recommended(event: events.RecommendationChanged) -> Told:
    """What becomes of it afterwards is read in the list."""
    facts: dict[str, object] = {"unit": event.owner_unit, "due": _end_of(event.due_on)}
    people, serial = event.addressed_person_ids, f"DY{event.year}"
    return Told(Kind.RECOMMENDATION_ADDRESSED, people, event.recommendation_id, serial, event.version, facts)


READERS: Readers = {
    events.ProjectNodeDue: _due,
    events.ProjectNodeLate: _late,
    events.ServiceRecorded: _recorded,
    events.ServiceAnswered: _answered,
    events.NominationRejected: _rejected,
    events.RecommendationChanged: _recommended,
}
