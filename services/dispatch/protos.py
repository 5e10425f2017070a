"""From rows to messages and back, for the gRPC edge."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import handling_service_pb2 as handling_rpc
from google.protobuf.message import Message

from kit.auth import Actor
from kit.idempotency import fingerprint
from services.dispatch import errors, rules
from services.dispatch.announcements import stamp
from services.dispatch.models import (
    ConditionTag,
    DemandApproval,
    DemandCoHandler,
    DemandDisposition,
    DemandEvent,
    DemandInfoRequest,
    DemandRating,
    DemandReply,
    DemandSegment,
)
from services.dispatch.queries import access
from services.dispatch.queries.demands import Filter
from services.dispatch.service.answers import Answer
from services.dispatch.service.change import Precondition
from services.dispatch.service.intake import MINI_PROGRAM, Draft

Fields = dict[str, Any]


@cache  # looking a name up in protobuf's own table takes ten times as long
def _enum(kind: Any, prefix: str, value: str | None) -> Any:
    return kind.Value(f"{prefix}_{value}") if value else 0


def name_of(kind: Any, prefix: str, value: int) -> str:
    """The name an enum value has in our own enums and columns."""
    return str(kind.Name(value)).removeprefix(f"{prefix}_")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def demand_of(row: Fields, lead_unit_name: str, clocks: Iterable[Fields]) -> pb.Demand:
    """A demand from the columns of its table. Columns that a list leaves out stay empty."""
    return pb.Demand(
        id=str(row["id"]),
        serial=row["serial"],
        kind=_enum(pb.DemandKind, "DEMAND_KIND", row["kind"]),
        category_code=row["category_code"],
        title=row["title"],
        body=row.get("body", ""),
        channel=_enum(pb.Channel, "CHANNEL", row["channel"]),
        enterprise_id=str(row["enterprise_id"]),
        enterprise_name=row["enterprise_name"],
        area_code=row["area_code"],
        year=row["year"],
        state=_enum(pb.State, "STATE", row["state"]),
        round=row["round"],
        lead_unit_code=row["lead_unit_code"],
        lead_unit_name=lead_unit_name,
        triage_reason=_enum(pb.TriageReason, "TRIAGE_REASON", row["triage_reason"]),
        disposition=_disposition_in_short(row),
        clocks=[clock_of(clock) for clock in clocks],
        rating_expired=row["rating_expired"],
        submitted_at=stamp(row["submitted_at"]),
        updated_at=stamp(row["updated_at"]),
        closed_at=stamp(row["closed_at"]) if row["closed_at"] else None,
        version=row["version"],
        submitted_by=str(row["submitted_by"]),
        submitted_for_by_unit=row["submitted_for_by_unit"],
        **_standing(row),
    )


def _standing(row: Fields) -> Fields:
    """Who holds it, and what else sets it apart."""
    return {
        "holder": _enum(pb.Party, "PARTY", row["holder"]),
        "held_since": stamp(row["held_since"]) if row["held_since"] else None,
        "designated": row["designated"],
        "subject_unit_code": row["subject_unit_code"],
        "judicial": row["judicial"],
        "shielded": row["shielded"],
        "joint_case_id": str(row["joint_case_id"] or ""),
        "linked_demand_id": str(row["linked_demand_id"] or ""),
        "kpi_excluded": row["kpi_excluded"],
        "extensions": row["extensions"],
        "info_requests": row["info_requests"],
    }


def _disposition_in_short(row: Fields) -> pb.Disposition | None:
    if not row["disposition"]:
        return None
    kind = _enum(pb.DispositionKind, "DISPOSITION_KIND", row["disposition"])
    return pb.Disposition(kind=kind, promised_on=_day(row["promised_on"]), review_on=_day(row["review_on"]))


def clock_of(clock: Fields) -> pb.Clock:
    """A clock from the columns of its table."""
    moments = {name: clock[name] for name in CLOCK_MOMENTS if clock.get(name)}
    return pb.Clock(
        kind=_enum(pb.ClockKind, "CLOCK_KIND", clock["kind"]),
        ref=clock["ref"],
        holder=_enum(pb.Party, "PARTY", clock["holder"]),
        round=clock["round"],
        provisional=clock["provisional"],
        **{name: stamp(moment) for name, moment in moments.items()},
    )


CLOCK_MOMENTS = ("started_at", "due_at", "stopped_at", "breached_at", "paused_at", "first_due_at")


def disposition_of(row: DemandDisposition) -> pb.Disposition:
    return pb.Disposition(
        kind=_enum(pb.DispositionKind, "DISPOSITION_KIND", row.kind),
        explanation=row.explanation,
        promised_on=_day(row.promised_on),
        condition_tags=row.condition_tags,
        review_on=_day(row.review_on),
        set_at=stamp(row.set_at),
    )


def reply_of(row: DemandReply) -> pb.Reply:
    return pb.Reply(
        id=str(row.id),
        round=row.round,
        kind=_enum(pb.ReplyKind, "REPLY_KIND", row.kind),
        conclusion=row.conclusion,
        legal_basis=row.legal_basis,
        next_steps=row.next_steps,
        claim=_enum(pb.Claim, "CLAIM", row.claim),
        unit_code=row.unit_code,
        replied_at=stamp(row.replied_at),
    )


def rating_of(row: DemandRating) -> pb.Rating:
    solved = _enum(pb.Solved, "SOLVED", row.solved)
    return pb.Rating(
        satisfaction=row.satisfaction,
        solved=solved,
        comment=row.comment,
        rated_at=stamp(row.rated_at),
        excluded=row.excluded,
        ruling=row.ruling,
    )


def approval_of(row: DemandApproval) -> pb.Approval:
    """A request, with what is to be signed."""
    content: Fields = row.content
    return pb.Approval(
        id=str(row.id),
        kind=_enum(pb.ApprovalKind, "APPROVAL_KIND", row.kind),
        stage=_enum(pb.Party, "PARTY", row.stage),
        state=_enum(pb.ApprovalState, "APPROVAL_STATE", row.state),
        reason=row.reason,
        unit_code=row.unit_code,
        asked_by=str(row.asked_by),
        asked_at=stamp(row.asked_at),
        day=_day(row.day),
        proposed_unit_code=row.proposed_unit_code,
        note=row.note,
        decided_at=stamp(row.decided_at) if row.decided_at else None,
        return_reason=_enum(pb.ReturnReason, "RETURN_REASON", row.return_reason),
        text=content.get("conclusion") or content.get("explanation") or "",
    )


def info_request_of(row: DemandInfoRequest) -> pb.InfoRequest:
    return pb.InfoRequest(
        questions=row.questions,
        unit_code=row.unit_code,
        asked_at=stamp(row.asked_at),
        answer=row.answer,
        answered_at=stamp(row.answered_at) if row.answered_at else None,
        timed_out=row.timed_out,
    )


def co_handler_of(row: DemandCoHandler, name: str, actor: Actor) -> pb.CoHandler:
    """An agency that assists; what it says is between staff."""
    known = pb.CoHandler(unit_code=row.unit_code, unit_name=name, round=row.round)
    if is_staff(actor):
        known.opinion, known.waived = row.opinion, row.waived_at is not None
        if row.opinion_at:
            known.opinion_at.CopyFrom(stamp(row.opinion_at))
    return known


def segment_of(row: DemandSegment) -> pb.Segment:
    return pb.Segment(
        holder=_enum(pb.Party, "PARTY", row.holder),
        unit_code=row.unit_code,
        started_at=stamp(row.started_at),
        ended_at=stamp(row.ended_at),
        counted=row.counted,
        round=row.round,
    )


def condition_of(row: ConditionTag, waiting: int) -> handling_rpc.Condition:
    return handling_rpc.Condition(
        name=row.name,
        waiting=waiting,
        met_at=stamp(row.met_at) if row.met_at else None,
        met_unit=row.met_unit,
        note=row.note,
    )


def is_staff(actor: Actor) -> bool:
    """Whether somebody reads as staff; officers of towns and parks read as the enterprises they speak for."""
    return not actor.roles <= {int(Role.ROLE_LIAISON), int(Role.ROLE_AREA_OFFICER)}


# Their text is between staff.
INTERNAL_LINES = frozenset(
    {
        "dispatched",
        "return_requested",
        "return_approved",
        "return_denied",
        "approval_requested",
        "approval_signed",
        "approval_denied",
        "co_handler_added",
        "opinion_given",
        "opinion_waived",
        "order_issued",
        "order_answered",
        "order_closed",
        "appeal_requested",
        "appeal_decided",
        "excluded",
        "look_back_opened",
        "look_back_tried",
        "looked_back",
    }
)


def line_of(row: DemandEvent, actor: Actor) -> pb.DemandEvent:
    """One line of the timeline, with what this caller may read of it."""
    return pb.DemandEvent(
        sequence=row.sequence,
        type=row.type,
        state=_enum(pb.State, "STATE", row.state),
        at=stamp(row.at),
        person_id=str(row.person_id or ""),
        unit_code=row.unit_code,
        lead_unit_code=row.lead_unit_code,
        text=row.text if is_staff(actor) or row.type not in INTERNAL_LINES else "",
        promised_on=str(row.changes.get("promised_on") or ""),
        asked_by_agency=row.asked_by_agency and actor.has(*access.ALL_SEEING),
    )


def draft_of(request: rpc.SubmitDemandRequest) -> Draft:
    return Draft(
        kind=name_of(pb.DemandKind, "DEMAND_KIND", request.kind),
        category_code=request.category_code,
        title=request.title,
        body=request.body,
        channel=name_of(pb.Channel, "CHANNEL", request.channel) if request.channel else MINI_PROGRAM,
        enterprise_id=UUID(request.enterprise_id) if request.enterprise_id else None,
    )


def precondition_of(on: rpc.Precondition, request: Message) -> Precondition:
    return Precondition(UUID(on.demand_id), on.expected_version, on.request_id, fingerprint(request))


def plan_of(request: rpc.SetDispositionRequest) -> rules.Plan:
    return rules.Plan(
        kind=rules.Disposition(name_of(pb.DispositionKind, "DISPOSITION_KIND", request.kind)),
        explanation=request.explanation.strip(),
        promised_on=rules.read_day(request.promised_on, "promised_on"),
        condition_tags=tuple(tag.strip() for tag in request.condition_tags),
        review_on=rules.read_day(request.review_on, "review_on"),
    )


def answer_of(request: rpc.ReplyDemandRequest) -> Answer:
    return Answer(
        kind=rules.ReplyKind(name_of(pb.ReplyKind, "REPLY_KIND", request.kind)),
        conclusion=request.conclusion.strip(),
        legal_basis=request.legal_basis.strip(),
        next_steps=request.next_steps.strip(),
        claim=name_of(pb.Claim, "CLAIM", request.claim),
    )


def filter_of(wanted: rpc.DemandFilter) -> Filter:
    return Filter(
        states=tuple(rules.State(name_of(pb.State, "STATE", state)) for state in wanted.states),
        lead_unit_code=wanted.lead_unit_code,
        area_code=wanted.area_code,
        category_code=wanted.category_code,
        submitted_from=_moment(wanted, "submitted_from"),
        submitted_until=_moment(wanted, "submitted_until"),
        text=wanted.text,
        overdue=wanted.overdue,
    )


def _moment(wanted: rpc.DemandFilter, name: str) -> datetime | None:
    if not wanted.HasField(name):  # type: ignore[arg-type]
        return None
    stamped: Any = getattr(wanted, name)
    try:
        moment: datetime = stamped.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:  # the wire has room for moments that no calendar has
        raise errors.DayInvalid(field=name) from error
    return moment


def counts_of(counts: dict[rules.State, int]) -> Sequence[rpc.StateCount]:
    return [rpc.StateCount(state=_enum(pb.State, "STATE", state), count=number) for state, number in counts.items()]
