"""From an event of dispatch to what each of its readers is told: the kind for each party, and the facts the text needs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2 as events
from google.protobuf.message import Message

from services.notify.rules import Kind

Facts = dict[str, object]
K = Kind


@dataclass(frozen=True, slots=True)
class Notice:
    """What the parties of an event's audience are told. A party nobody foresaw gets a plain line."""

    liaison: Kind = K.DEMAND_CHANGED
    agency: Kind = K.DEMAND_CHANGED
    agency_lead: Kind = K.DEMAND_CHANGED
    co_handler: Kind = K.DEMAND_CHANGED
    former_agency: Kind = K.DEMAND_CHANGED
    centre: Kind = K.DEMAND_CHANGED
    supervisor: Kind = K.DEMAND_CHANGED


Read = tuple[Notice, Facts]
# The parties, and where an audience names their people. Whoever stands first counts where two are told the same amount.
AUDIENCE = {
    "agency": "agency_ids",
    "liaison": "liaison_ids",
    "agency_lead": "agency_lead_ids",
    "co_handler": "co_handler_ids",
    "centre": "centre_ids",
    "supervisor": "supervisor_ids",
    "former_agency": "former_agency_ids",
}


def _names(enum: Any, prefix: str) -> dict[int, str]:
    """Values by number. A number that is new to us is worded in general."""
    return {number: name.removeprefix(prefix) for name, number in enum.items()}


TRIAGE_REASONS = _names(pb.TriageReason, "TRIAGE_REASON_")
DISPOSITIONS = _names(pb.DispositionKind, "DISPOSITION_KIND_")
REPLIES = _names(pb.ReplyKind, "REPLY_KIND_")
SOLVED = _names(pb.Solved, "SOLVED_")
CLOCKS = _names(pb.ClockKind, "CLOCK_KIND_")
APPROVALS = _names(pb.ApprovalKind, "APPROVAL_KIND_")
RETURN_REASONS = _names(pb.ReturnReason, "RETURN_REASON_")
ORIGINS = _names(pb.LookBackOrigin, "LOOK_BACK_ORIGIN_")
OUTCOMES = _names(pb.LookBackOutcome, "LOOK_BACK_OUTCOME_")
LEVELS = _names(pb.OrderLevel, "ORDER_LEVEL_")

NOBODY = Notice()
IN_TRIAGE = Notice(liaison=K.DEMAND_IN_TRIAGE, centre=K.CENTRE_TRIAGE_REQUIRED)
ROUTED = Notice(liaison=K.DEMAND_ROUTED, agency=K.DEMAND_DISPATCHED, co_handler=K.CO_DEMAND_DISPATCHED)
FORWARDED = Notice(liaison=K.DEMAND_FORWARDED, agency=K.DEMAND_DISPATCHED, co_handler=K.CO_DEMAND_DISPATCHED)
ACCEPTED = Notice(liaison=K.DEMAND_ACCEPTED)
RETURN_REQUESTED = Notice(centre=K.CENTRE_RETURN_REQUESTED)
RETURN_DENIED = Notice(agency=K.RETURN_DENIED)
RETURNED_TO_TRIAGE = Notice(liaison=K.DEMAND_REASSESSED, former_agency=K.RETURN_APPROVED)
RETURNED_TO_OTHER = Notice(liaison=K.DEMAND_FORWARDED, agency=K.DEMAND_DISPATCHED, former_agency=K.RETURN_APPROVED)
DISPOSED = Notice(liaison=K.DEMAND_DISPOSITION_SET, agency=K.APPROVAL_GRANTED)
PROMISE_CHANGED = Notice(liaison=K.DEMAND_PROMISE_CHANGED, agency=K.APPROVAL_GRANTED)
PARKED = Notice(liaison=K.DEMAND_PARKED, agency=K.APPROVAL_GRANTED, centre=K.CENTRE_DEMAND_PARKED)
APPROVAL_REQUESTED = Notice(agency_lead=K.APPROVAL_TO_SIGN, centre=K.CENTRE_APPROVAL_REQUESTED)
APPROVAL_DENIED = Notice(agency=K.APPROVAL_DENIED)
EXTENDED = Notice(liaison=K.DEMAND_EXTENDED, agency=K.APPROVAL_GRANTED)
INFO_REQUESTED = Notice(liaison=K.DEMAND_INFO_REQUESTED)
INFO_FOR_TRIAGE = Notice(liaison=K.DEMAND_INFO_TIMED_OUT, agency=K.INFO_SUPPLIED, centre=K.CENTRE_INFO_SUPPLIED)
INFO_FOR_AGENCY = Notice(liaison=K.DEMAND_INFO_TIMED_OUT, agency=K.INFO_SUPPLIED, centre=K.CENTRE_INFO_NOTED)
CO_HANDLER_ADDED = Notice(co_handler=K.CO_HANDLER_ADDED)
OPINION = Notice(agency=K.OPINION_GIVEN, co_handler=K.OPINION_WAIVED)
REVIVED = Notice(liaison=K.DEMAND_CONDITION_MET, agency=K.DEMAND_REVIVED)
RESUMED = Notice(liaison=K.DEMAND_RESUMED, agency=K.AGENCY_DEMAND_RESUMED)
PARK_REVIEWED = Notice(liaison=K.DEMAND_PARK_REVIEWED, agency=K.APPROVAL_GRANTED)
REPLIED = Notice(liaison=K.DEMAND_REPLIED, agency=K.AGENCY_DEMAND_REPLIED)
RATED = Notice(agency=K.DEMAND_RATED, centre=K.CENTRE_LOOK_BACK_DUE)
LOOK_BACK_OPENED = Notice(centre=K.CENTRE_LOOK_BACK_OPENED)
LOOKED_BACK = Notice(agency=K.LOOKED_BACK)
REOPENED = Notice(
    former_agency=K.AGENCY_DEMAND_REASSESSED, centre=K.CENTRE_DEMAND_REOPENED, supervisor=K.SUPERVISOR_DEMAND_REWORKED
)
REWORKED = Notice(
    liaison=K.DEMAND_REOPENED,
    agency=K.AGENCY_DEMAND_REOPENED,
    centre=K.CENTRE_DEMAND_REWORKED,
    supervisor=K.SUPERVISOR_DEMAND_REWORKED,
)
CLOSED = Notice(liaison=K.DEMAND_CLOSED, agency=K.AGENCY_DEMAND_CLOSED)
WITHDRAWN = Notice(agency=K.DEMAND_WITHDRAWN, centre=K.CENTRE_DEMAND_WITHDRAWN, co_handler=K.DEMAND_WITHDRAWN)
ORDER_ISSUED = Notice(agency=K.ORDER_ISSUED, agency_lead=K.ORDER_ISSUED)
ORDER_ANSWERED = Notice(centre=K.ORDER_ANSWERED, supervisor=K.ORDER_ANSWERED)
ORDER_CLOSED = Notice(agency=K.ORDER_CLOSED)
APPEAL_DECIDED = Notice(agency=K.APPEAL_DECIDED)
EXCLUDED = Notice(agency=K.DEMAND_EXCLUDED)
PROGRESS_REPORTED = Notice(liaison=K.DEMAND_PROGRESS_REPORTED)
REVEALED = Notice(agency=K.IDENTITY_REVEALED)
JOINED = Notice(liaison=K.DEMAND_JOINED, agency=K.AGENCY_DEMAND_JOINED)


def _of_staff(kind: Kind, liaison: Kind, centre: Kind | None = None, supervisor: Kind | None = None) -> Notice:
    return Notice(liaison, kind, kind, kind, kind, centre or kind, supervisor or kind)


HALFWAY = _of_staff(K.DEADLINE_HALFWAY, K.RATING_REMINDER)
WARNED = _of_staff(K.DEADLINE_WARNING, K.RATING_REMINDER)
HALF_OF_INFO = _of_staff(K.DEADLINE_HALFWAY, K.INFO_REMINDER)
END_OF_INFO = _of_staff(K.DEADLINE_WARNING, K.INFO_REMINDER)
BREACHED = _of_staff(K.DEADLINE_BREACHED, K.DEADLINE_MISSED, K.CENTRE_DEADLINE_BREACHED, K.SUPERVISOR_DEADLINE_BREACHED)
BREACHED_BY_CENTRE = _of_staff(K.DEADLINE_BREACHED, K.DEADLINE_MISSED, K.CENTRE_OVERDUE, K.SUPERVISOR_DEADLINE_BREACHED)


def _due(event: Any, field: str = "due_at") -> Facts:
    return {"due": getattr(event, field).ToDatetime(UTC).isoformat()} if event.HasField(field) else {}


def _plain(notice: Notice) -> Callable[[Any], Read]:
    """The reader of an event that has nothing to tell apart but when something is due."""
    return lambda event: (notice, _due(event) if "due_at" in event.DESCRIPTOR.fields_by_name else {})


def _triage_required(event: events.DemandTriageRequired) -> Read:
    return IN_TRIAGE, {"reason": TRIAGE_REASONS.get(event.reason, ""), **_due(event)}


def _dispatched(event: events.DemandDispatched) -> Read:
    return ROUTED if event.automatic else FORWARDED, _due(event)


def _return_requested(event: events.DemandReturnRequested) -> Read:
    return RETURN_REQUESTED, {"return_reason": RETURN_REASONS.get(event.reason, ""), **_due(event)}


def _return_decided(event: events.DemandReturnDecided) -> Read:
    if not event.approved:
        return RETURN_DENIED, _due(event)
    return RETURNED_TO_TRIAGE if event.demand.state == pb.STATE_TRIAGE else RETURNED_TO_OTHER, _due(event)


def _disposition_set(event: events.DemandDispositionSet) -> Read:
    parked = event.kind == pb.DISPOSITION_KIND_REFERENCE
    facts = {"disposition": DISPOSITIONS.get(event.kind, ""), "approval": "PARK" if parked else "OVER_CAP", **_due(event)}
    return PARKED if parked else PROMISE_CHANGED if event.changed else DISPOSED, facts


def _approval(notice: Notice) -> Callable[[Any], Read]:
    return lambda event: (notice, {**_plain(notice)(event)[1], "approval": APPROVALS.get(event.kind, "")})


def _approved(notice: Notice, approval: str) -> Callable[[Any], Read]:
    return lambda event: (notice, {"approval": approval, **_due(event)})


def _info_supplied(event: events.DemandInfoSupplied) -> Read:
    for_triage = event.demand.state == pb.STATE_TRIAGE
    return INFO_FOR_TRIAGE if for_triage else INFO_FOR_AGENCY, {"timed_out": event.timed_out}


def _opinion_given(event: events.DemandOpinionGiven) -> Read:
    return OPINION, {"waived": event.waived}


def _replied(event: events.DemandReplied) -> Read:
    return REPLIED, {"reply": REPLIES.get(event.kind, ""), **_due(event, "rate_until")}


def _rated(event: events.DemandRated) -> Read:
    solved = SOLVED.get(event.solved, "")
    return RATED, {"satisfaction": event.satisfaction, "solved": solved, "look_back": event.look_back_due}


def _look_back_opened(event: events.DemandLookBackOpened) -> Read:
    return LOOK_BACK_OPENED, {"origin": ORIGINS.get(event.origin, ""), **_due(event)}


def _looked_back(event: events.DemandLookedBack) -> Read:
    return LOOKED_BACK, {"outcome": OUTCOMES.get(event.outcome, "")}


def _reopened(event: events.DemandReopened) -> Read:
    return REOPENED if event.by_enterprise else REWORKED, {"round": event.demand.round, **_due(event)}


def _closed(event: events.DemandClosed) -> Read:
    return CLOSED, {"unrated": event.rating_expired}


def _order(notice: Notice) -> Callable[[Any], Read]:
    return lambda event: (notice, {**_plain(notice)(event)[1], "level": LEVELS.get(event.level, "")})


def _appeal_decided(event: events.DemandAppealDecided) -> Read:
    return APPEAL_DECIDED, {"upheld": event.upheld}


def _joined(event: events.DemandJoined) -> Read:
    return JOINED, {"taken_out": event.taken_out}


def _warning(event: events.DeadlineWarning) -> Read:
    halfway = event.percent < 80
    facts = {"clock": CLOCKS.get(event.clock, ""), **_due(event)}
    if event.clock == pb.CLOCK_KIND_INFO:
        return HALF_OF_INFO if halfway else END_OF_INFO, facts
    return HALFWAY if halfway else WARNED, facts


def _breached(event: events.DeadlineBreached) -> Read:
    holder = _holder(event)
    facts = {"clock": CLOCKS.get(event.clock, ""), "holder": holder, **_due(event)}
    return BREACHED_BY_CENTRE if holder == "CENTRE" else BREACHED, facts


def _holder(event: events.DeadlineBreached) -> str:
    """Whose clock it is. A request is before the agency's lead, who is told then, or before the centre."""
    if event.clock == pb.CLOCK_KIND_APPROVAL:
        return "AGENCY_LEAD" if event.audience.agency_lead_ids else "CENTRE"
    others = {pb.CLOCK_KIND_TRIAGE: "CENTRE", pb.CLOCK_KIND_LOOK_BACK: "CENTRE", pb.CLOCK_KIND_OPINION: "CO_HANDLER"}
    return others.get(event.clock, "AGENCY")


READERS: dict[type[Message], Callable[[Any], Read]] = {
    events.DemandTriageRequired: _triage_required,
    events.DemandDispatched: _dispatched,
    events.DemandAccepted: _plain(ACCEPTED),
    events.DemandContacted: _plain(NOBODY),
    events.DemandReturnRequested: _return_requested,
    events.DemandReturnDecided: _return_decided,
    events.DemandDispositionSet: _disposition_set,
    events.DemandApprovalRequested: _approval(APPROVAL_REQUESTED),
    events.DemandApprovalDenied: _approval(APPROVAL_DENIED),
    events.DemandExtended: _approved(EXTENDED, "EXTENSION"),
    events.DemandInfoRequested: _plain(INFO_REQUESTED),
    events.DemandInfoSupplied: _info_supplied,
    events.DemandCoHandlerAdded: _plain(CO_HANDLER_ADDED),
    events.DemandOpinionGiven: _opinion_given,
    events.DemandRevived: _plain(REVIVED),
    events.DemandResumed: _plain(RESUMED),
    events.DemandParkReviewed: _approved(PARK_REVIEWED, "PARK_REVIEW"),
    events.DemandReplied: _replied,
    events.DemandRated: _rated,
    events.DemandLookBackOpened: _look_back_opened,
    events.DemandLookedBack: _looked_back,
    events.DemandReopened: _reopened,
    events.DemandClosed: _closed,
    events.DemandWithdrawn: _plain(WITHDRAWN),
    events.DemandOrderIssued: _order(ORDER_ISSUED),
    events.DemandOrderAnswered: _order(ORDER_ANSWERED),
    events.DemandOrderClosed: _order(ORDER_CLOSED),
    events.DemandAppealDecided: _appeal_decided,
    events.DemandExcluded: _plain(EXCLUDED),
    events.DemandIdentityRevealed: _plain(REVEALED),
    events.DemandJoined: _joined,
    events.DemandRescheduled: _plain(NOBODY),
    events.DemandProgressReported: _plain(PROGRESS_REPORTED),
    events.DeadlineWarning: _warning,
    events.DeadlineBreached: _breached,
}


def read(event: Any) -> Read:
    """What this event tells its audience, and the facts to word it with."""
    notice, facts = READERS[type(event)](event)
    return notice, {"unit": event.demand.lead_unit_code, **facts}
