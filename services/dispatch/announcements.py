"""Events to the others: one message for each kind of line in the timeline, with ids, enums, versions and times only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2, events_pb2
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.dispatch.rules import Action, Party

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contacts:
    """Who is to be told about a demand, by party."""

    liaison: tuple[UUID, ...] = ()
    agency: tuple[UUID, ...] = ()
    centre: tuple[UUID, ...] = ()

    def of(self, parties: Sequence[Party]) -> events_pb2.Audience:
        return events_pb2.Audience(
            liaison_ids=[str(p) for p in self.liaison] if Party.LIAISON in parties else [],
            agency_ids=[str(p) for p in self.agency] if Party.AGENCY in parties else [],
            centre_ids=[str(p) for p in self.centre] if Party.CENTRE in parties else [],
        )


def stamp(moment: datetime) -> Timestamp:
    """A moment as protobuf has it. Its own FromDatetime takes five times as long."""
    return Timestamp(seconds=int(moment.timestamp()), nanos=moment.microsecond * 1000)


def subject_of(demand: Row) -> events_pb2.Subject:
    """What every event about a demand carries."""
    return events_pb2.Subject(
        demand_id=str(demand["id"]),
        serial=demand["serial"],
        version=demand["version"],
        state=demand_pb2.State.Value(f"STATE_{demand['state']}"),
        enterprise_id=str(demand["enterprise_id"]),
        lead_unit_code=demand["lead_unit_code"],
        round=demand["round"],
        category_code=demand["category_code"],
        channel=demand_pb2.Channel.Value(f"CHANNEL_{demand['channel']}"),
    )


def event_of(action: Action, demand: Row, audience: events_pb2.Audience, due: datetime | None, facts: Row) -> Message:
    """The event that an action is to the others. `facts` are the fields it has beside subject, audience and due time."""
    kind, due_field = _EVENTS[action]
    fields: Row = {"demand": subject_of(demand), "audience": audience, **facts}
    if due_field and due:
        fields[due_field] = stamp(due)
    return kind(**fields)


# Taking a demand in is told by the event of its routing, which the same transaction brings.
SILENT = frozenset({Action.SUBMIT})
_EVENTS: dict[Action, tuple[type[Message], str]] = {
    Action.ROUTE: (events_pb2.DemandDispatched, "due_at"),
    Action.NEED_TRIAGE: (events_pb2.DemandTriageRequired, "due_at"),
    Action.DISPATCH: (events_pb2.DemandDispatched, "due_at"),
    Action.ACCEPT: (events_pb2.DemandAccepted, ""),
    Action.HANDLE_NOW: (events_pb2.DemandDispositionSet, "due_at"),
    Action.PROMISE: (events_pb2.DemandDispositionSet, "due_at"),
    Action.PARK: (events_pb2.DemandDispositionSet, "due_at"),
    Action.ANSWER: (events_pb2.DemandReplied, "rate_until"),
    Action.REPLY_DIRECTLY: (events_pb2.DemandReplied, "rate_until"),
    Action.RATE: (events_pb2.DemandRated, ""),
    Action.CLOSE: (events_pb2.DemandClosed, ""),
    Action.EXPIRE: (events_pb2.DemandClosed, ""),
    Action.WITHDRAW: (events_pb2.DemandWithdrawn, ""),
}
