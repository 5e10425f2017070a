"""Events to the others: one message for each kind of line in the timeline, with ids, enums, versions and times only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2
from fahu.dispatch.v1 import events_pb2 as pb
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.dispatch.rules import Action, Party

Row = dict[str, Any]
PARTY_FIELDS = {
    Party.LIAISON: "liaison_ids",
    Party.AGENCY: "agency_ids",
    Party.AGENCY_LEAD: "agency_lead_ids",
    Party.CO_HANDLER: "co_handler_ids",
    Party.FORMER_AGENCY: "former_agency_ids",
    Party.CENTRE: "centre_ids",
    Party.SUPERVISOR: "supervisor_ids",
}


STATES = {name.removeprefix("STATE_"): number for name, number in demand_pb2.State.items()}
CHANNELS = {name.removeprefix("CHANNEL_"): number for name, number in demand_pb2.Channel.items()}


@dataclass(frozen=True, slots=True)
class Contacts:
    """Who is to be told about a demand, by party. `of_subject` are those of the agency it is about: they never are."""

    liaison: tuple[UUID, ...] = ()
    agency: tuple[UUID, ...] = ()
    centre: tuple[UUID, ...] = ()
    agency_lead: tuple[UUID, ...] = ()
    co_handler: tuple[UUID, ...] = ()
    former_agency: tuple[UUID, ...] = ()
    supervisor: tuple[UUID, ...] = ()
    of_subject: frozenset[UUID] = frozenset()

    def of(self, parties: Sequence[Party]) -> pb.Audience:
        """The people of these parties."""
        found = {PARTY_FIELDS[party]: self._people(party) for party in parties}
        return pb.Audience(**found)

    def _people(self, party: Party) -> list[str]:
        people: tuple[UUID, ...] = getattr(self, party.lower())
        return [str(one) for one in people if party is Party.LIAISON or one not in self.of_subject]


def stamp(moment: datetime) -> Timestamp:
    """A moment as protobuf has it. Its own FromDatetime takes five times as long."""
    return Timestamp(seconds=int(moment.timestamp()), nanos=moment.microsecond * 1000)


def subject_of(demand: Row) -> pb.Subject:
    """What every event about a demand carries. Whose it is leaves by the bus only where everybody may know."""
    hidden = demand["shielded"] or demand["subject_unit_code"]
    return pb.Subject(
        demand_id=str(demand["id"]),
        serial=demand["serial"],
        version=demand["version"],
        state=STATES[demand["state"]],
        enterprise_id="" if hidden else str(demand["enterprise_id"]),
        lead_unit_code=demand["lead_unit_code"],
        round=demand["round"],
        category_code=demand["category_code"],
        channel=CHANNELS[demand["channel"]],
    )


def event_of(action: Action, demand: Row, audience: pb.Audience, due: datetime | None, facts: Row) -> Message:
    """The event that an action is to the others. `facts` are the fields it has beside subject, audience and due time."""
    kind = EVENTS[action]
    fields: Row = {"demand": subject_of(demand), "audience": audience, **facts}
    if due and (due_field := DUE_FIELD[kind]):
        fields[due_field] = stamp(due)
    return kind(**fields)


# Taking a demand in is told by the event of its routing, which the same transaction brings.
SILENT = frozenset({Action.SUBMIT})
EVENTS: dict[Action, type[Message]] = {
    Action.ROUTE: pb.DemandDispatched,
    Action.NEED_TRIAGE: pb.DemandTriageRequired,
    Action.DISPATCH: pb.DemandDispatched,
    Action.REPLY_DIRECTLY: pb.DemandReplied,
    Action.ACCEPT: pb.DemandAccepted,
    Action.LOG_CONTACT: pb.DemandContacted,
    Action.ASK_RETURN: pb.DemandReturnRequested,
    Action.RETURN_TO_TRIAGE: pb.DemandReturnDecided,
    Action.RETURN_TO_OTHER: pb.DemandReturnDecided,
    Action.DENY_RETURN: pb.DemandReturnDecided,
    Action.HANDLE_NOW: pb.DemandDispositionSet,
    Action.PROMISE: pb.DemandDispositionSet,
    Action.PROMISE_LATER: pb.DemandDispositionSet,
    Action.ASK_APPROVAL: pb.DemandApprovalRequested,
    Action.ASK_PAUSED: pb.DemandApprovalRequested,
    Action.PASS_ON: pb.DemandApprovalRequested,
    Action.DENY: pb.DemandApprovalDenied,
    Action.APPROVE_PROMISE: pb.DemandDispositionSet,
    Action.APPROVE_PARK: pb.DemandDispositionSet,
    Action.APPROVE_EXTENSION: pb.DemandExtended,
    Action.APPROVE_REVIEW: pb.DemandParkReviewed,
    Action.APPROVE_INFEASIBLE: pb.DemandReplied,
    Action.ASK_INFO: pb.DemandInfoRequested,
    Action.SUPPLY_INFO: pb.DemandInfoSupplied,
    Action.INFO_TIMEOUT: pb.DemandInfoSupplied,
    Action.ANSWER: pb.DemandReplied,
    Action.REVIVE: pb.DemandRevived,
    Action.RESUME: pb.DemandResumed,
    Action.REVIEW_PARK: pb.DemandParkReviewed,
    Action.ADD_CO_HANDLER: pb.DemandCoHandlerAdded,
    Action.GIVE_OPINION: pb.DemandOpinionGiven,
    Action.WAIVE_OPINION: pb.DemandOpinionGiven,
    Action.RATE: pb.DemandRated,
    Action.RATE_BADLY: pb.DemandRated,
    Action.CLOSE: pb.DemandClosed,
    Action.EXPIRE: pb.DemandClosed,
    Action.CLOSE_EXPLAINED: pb.DemandClosed,
    Action.OPEN_LOOK_BACK: pb.DemandLookBackOpened,
    Action.LOOK_BACK: pb.DemandLookedBack,
    Action.NOTE_UNREACHED: pb.DemandLookedBack,
    Action.REWORK: pb.DemandReopened,
    Action.REASSESS: pb.DemandReopened,
    Action.REOPEN: pb.DemandReopened,
    Action.ISSUE_ORDER: pb.DemandOrderIssued,
    Action.ANSWER_ORDER: pb.DemandOrderAnswered,
    Action.CLOSE_ORDER: pb.DemandOrderClosed,
    Action.ASK_APPEAL: pb.DemandApprovalRequested,
    Action.DECIDE_APPEAL: pb.DemandAppealDecided,
    Action.EXCLUDE: pb.DemandExcluded,
    Action.REVEAL: pb.DemandIdentityRevealed,
    Action.JOIN: pb.DemandJoined,
    Action.TAKE_OUT: pb.DemandJoined,
    Action.RESCHEDULE: pb.DemandRescheduled,
    Action.REPORT_PROGRESS: pb.DemandProgressReported,
    Action.WITHDRAW: pb.DemandWithdrawn,
}
# Which field of each event tells when something is due; empty where none does.
DUE_FIELD = {
    kind: next((name for name in ("due_at", "rate_until") if name in kind.DESCRIPTOR.fields_by_name), "")
    for kind in EVENTS.values()
}
