"""From an event of registry about people's accounts to what each of its readers is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from fahu.registry.v1 import account_pb2, events_pb2
from google.protobuf.message import Message

from services.notify.rules import Kind

DECIDED_SOON = (account_pb2.REBINDING_STATE_ASKED, account_pb2.REBINDING_STATE_APPROVED)


@dataclass(frozen=True, slots=True)
class Told:
    """What a message is about, by which number or name, with which facts, and who is told what."""

    subject_id: str
    serial: str
    readers: Mapping[str, Kind]
    facts: dict[str, object]


def _rebinding(event: events_pb2.RebindingChanged) -> Told:
    """The person by the present account; whoever may decide, when it is asked; the centre, when it was not the person."""
    readers: dict[str, Kind] = {}
    if event.state == account_pb2.REBINDING_STATE_ASKED:
        readers = dict.fromkeys(event.decider_ids, Kind.REBINDING_TO_DECIDE) | {event.person_id: Kind.REBINDING_ASKED}
    elif event.state == account_pb2.REBINDING_STATE_APPROVED:
        readers = {event.person_id: Kind.REBINDING_APPROVED}
    elif event.state == account_pb2.REBINDING_STATE_OBJECTED:
        readers = dict.fromkeys(event.centre_ids, Kind.CENTRE_REBINDING_OBJECTED)
    due = {"due": event.effective_at.ToDatetime(UTC).isoformat()} if event.state in DECIDED_SOON else {}
    return Told(event.rebinding_id, event.serial, readers, {**due})


def _resigned(event: events_pb2.LiaisonResigned) -> Told:
    readers = dict.fromkeys(event.appointer_ids, Kind.LIAISON_RESIGNED)
    return Told(event.enterprise_id, event.enterprise_name, readers, {})


READERS: dict[type[Message], Callable[[Any], Told]] = {
    events_pb2.RebindingChanged: _rebinding,
    events_pb2.LiaisonResigned: _resigned,
}


def read(event: Any) -> Told:
    return READERS[type(event)](event)
