"""From an event of dispatch to what each of its readers is told: the kind for each party, and the facts the text needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from fahu.dispatch.v1 import demand_pb2, events_pb2
from google.protobuf.message import Message

from services.notify.rules import Kind

Facts = dict[str, object]
K = Kind


@dataclass(frozen=True, slots=True)
class Notice:
    """What the parties of an event's audience are told. A party nobody foresaw gets a plain line."""

    liaison: Kind = K.DEMAND_CHANGED
    agency: Kind = K.DEMAND_CHANGED
    centre: Kind = K.DEMAND_CHANGED


def _names(enum: Any, prefix: str) -> dict[int, str]:
    """Values by number. A number that is new to us is worded in general."""
    return {number: name.removeprefix(prefix) for name, number in enum.items()}


TRIAGE_REASONS = _names(demand_pb2.TriageReason, "TRIAGE_REASON_")
DISPOSITIONS = _names(demand_pb2.DispositionKind, "DISPOSITION_KIND_")
REPLIES = _names(demand_pb2.ReplyKind, "REPLY_KIND_")
SOLVED = _names(demand_pb2.Solved, "SOLVED_")
CLOCKS = _names(demand_pb2.ClockKind, "CLOCK_KIND_")

IN_TRIAGE = Notice(liaison=K.DEMAND_IN_TRIAGE, centre=K.CENTRE_TRIAGE_REQUIRED)
ROUTED = Notice(liaison=K.DEMAND_ROUTED, agency=K.DEMAND_DISPATCHED)
FORWARDED = Notice(liaison=K.DEMAND_FORWARDED, agency=K.DEMAND_DISPATCHED)
ACCEPTED = Notice(liaison=K.DEMAND_ACCEPTED)
DISPOSED = Notice(liaison=K.DEMAND_DISPOSITION_SET)
PARKED = Notice(liaison=K.DEMAND_PARKED, centre=K.CENTRE_DEMAND_PARKED)
REPLIED = Notice(liaison=K.DEMAND_REPLIED)
RATED = Notice(agency=K.DEMAND_RATED, centre=K.CENTRE_LOOK_BACK_DUE)
CLOSED = Notice(liaison=K.DEMAND_CLOSED, agency=K.AGENCY_DEMAND_CLOSED)
WITHDRAWN = Notice(agency=K.DEMAND_WITHDRAWN, centre=K.CENTRE_DEMAND_WITHDRAWN)
HALFWAY = Notice(liaison=K.RATING_REMINDER, agency=K.DEADLINE_HALFWAY, centre=K.DEADLINE_HALFWAY)
WARNED = Notice(liaison=K.RATING_REMINDER, agency=K.DEADLINE_WARNING, centre=K.DEADLINE_WARNING)
BREACHED = Notice(liaison=K.DEADLINE_MISSED, agency=K.DEADLINE_BREACHED, centre=K.CENTRE_DEADLINE_BREACHED)


def _due(event: Any, field: str = "due_at") -> Facts:
    return {"due": getattr(event, field).ToDatetime(UTC).isoformat()} if event.HasField(field) else {}


def _triage_required(event: events_pb2.DemandTriageRequired) -> tuple[Notice, Facts]:
    return IN_TRIAGE, {"reason": TRIAGE_REASONS.get(event.reason, ""), **_due(event)}


def _dispatched(event: events_pb2.DemandDispatched) -> tuple[Notice, Facts]:
    return ROUTED if event.automatic else FORWARDED, _due(event)


def _accepted(_event: events_pb2.DemandAccepted) -> tuple[Notice, Facts]:
    return ACCEPTED, {}


def _disposition_set(event: events_pb2.DemandDispositionSet) -> tuple[Notice, Facts]:
    parked = event.kind == demand_pb2.DISPOSITION_KIND_REFERENCE
    return PARKED if parked else DISPOSED, {"disposition": DISPOSITIONS.get(event.kind, ""), **_due(event)}


def _replied(event: events_pb2.DemandReplied) -> tuple[Notice, Facts]:
    return REPLIED, {"reply": REPLIES.get(event.kind, ""), **_due(event, "rate_until")}


def _rated(event: events_pb2.DemandRated) -> tuple[Notice, Facts]:
    solved = SOLVED.get(event.solved, "")
    return RATED, {"satisfaction": event.satisfaction, "solved": solved, "look_back": event.look_back_due}


def _closed(event: events_pb2.DemandClosed) -> tuple[Notice, Facts]:
    return CLOSED, {"unrated": event.rating_expired}


def _withdrawn(_event: events_pb2.DemandWithdrawn) -> tuple[Notice, Facts]:
    return WITHDRAWN, {}


def _warning(event: events_pb2.DeadlineWarning) -> tuple[Notice, Facts]:
    return HALFWAY if event.percent < 80 else WARNED, {"clock": CLOCKS.get(event.clock, ""), **_due(event)}


def _breached(event: events_pb2.DeadlineBreached) -> tuple[Notice, Facts]:
    return BREACHED, {"clock": CLOCKS.get(event.clock, ""), **_due(event)}


READERS: dict[type[Message], Callable[[Any], tuple[Notice, Facts]]] = {
    events_pb2.DemandTriageRequired: _triage_required,
    events_pb2.DemandDispatched: _dispatched,
    events_pb2.DemandAccepted: _accepted,
    events_pb2.DemandDispositionSet: _disposition_set,
    events_pb2.DemandReplied: _replied,
    events_pb2.DemandRated: _rated,
    events_pb2.DemandClosed: _closed,
    events_pb2.DemandWithdrawn: _withdrawn,
    events_pb2.DeadlineWarning: _warning,
    events_pb2.DeadlineBreached: _breached,
}


def read(event: Any) -> tuple[Notice, Facts]:
    """What this event tells its audience, and the facts to word it with."""
    notice, facts = READERS[type(event)](event)
    return notice, {"unit": event.demand.lead_unit_code, **facts}
