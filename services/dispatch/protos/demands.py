"""A demand and what belongs to it, from the columns of its tables."""

from collections.abc import Iterable, Sequence

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc

from kit.auth import Actor
from services.dispatch import rules
from services.dispatch.announcements import stamp
from services.dispatch.models import (
    DemandDisposition,
    DemandEvent,
    DemandRating,
    DemandReply,
    DemandSegment,
)
from services.dispatch.protos.words import Fields, day_of, enum_of, is_staff
from services.dispatch.queries import access


def demand_of(row: Fields, lead_unit_name: str, clocks: Iterable[Fields]) -> pb.Demand:
    """A demand from the columns of its table. Columns that a list leaves out stay empty."""
    return pb.Demand(
        id=str(row["id"]),
        serial=row["serial"],
        kind=enum_of(pb.DemandKind, "DEMAND_KIND", row["kind"]),
        category_code=row["category_code"],
        title=row["title"],
        body=row.get("body", ""),
        channel=enum_of(pb.Channel, "CHANNEL", row["channel"]),
        enterprise_id=str(row["enterprise_id"]),
        enterprise_name=row["enterprise_name"],
        area_code=row["area_code"],
        year=row["year"],
        state=enum_of(pb.State, "STATE", row["state"]),
        round=row["round"],
        lead_unit_code=row["lead_unit_code"],
        lead_unit_name=lead_unit_name,
        triage_reason=enum_of(pb.TriageReason, "TRIAGE_REASON", row["triage_reason"]),
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
        "holder": enum_of(pb.Party, "PARTY", row["holder"]),
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
    kind = enum_of(pb.DispositionKind, "DISPOSITION_KIND", row["disposition"])
    return pb.Disposition(kind=kind, promised_on=day_of(row["promised_on"]), review_on=day_of(row["review_on"]))


def clock_of(clock: Fields) -> pb.Clock:
    """A clock from the columns of its table."""
    moments = {name: clock[name] for name in CLOCK_MOMENTS if clock.get(name)}
    return pb.Clock(
        kind=enum_of(pb.ClockKind, "CLOCK_KIND", clock["kind"]),
        ref=clock["ref"],
        holder=enum_of(pb.Party, "PARTY", clock["holder"]),
        round=clock["round"],
        provisional=clock["provisional"],
        day_off=bool(clock.get("day_off")),
        **{name: stamp(moment) for name, moment in moments.items()},
    )


CLOCK_MOMENTS = ("started_at", "due_at", "stopped_at", "breached_at", "paused_at", "first_due_at")


def disposition_of(row: DemandDisposition) -> pb.Disposition:
    return pb.Disposition(
        kind=enum_of(pb.DispositionKind, "DISPOSITION_KIND", row.kind),
        explanation=row.explanation,
        promised_on=day_of(row.promised_on),
        condition_tags=row.condition_tags,
        review_on=day_of(row.review_on),
        set_at=stamp(row.set_at),
    )


def reply_of(row: DemandReply) -> pb.Reply:
    return pb.Reply(
        id=str(row.id),
        round=row.round,
        kind=enum_of(pb.ReplyKind, "REPLY_KIND", row.kind),
        conclusion=row.conclusion,
        legal_basis=row.legal_basis,
        next_steps=row.next_steps,
        claim=enum_of(pb.Claim, "CLAIM", row.claim),
        unit_code=row.unit_code,
        replied_at=stamp(row.replied_at),
    )


def rating_of(row: DemandRating) -> pb.Rating:
    solved = enum_of(pb.Solved, "SOLVED", row.solved)
    return pb.Rating(
        satisfaction=row.satisfaction,
        solved=solved,
        comment=row.comment,
        rated_at=stamp(row.rated_at),
        excluded=row.excluded,
        ruling=row.ruling,
    )


def segment_of(row: DemandSegment) -> pb.Segment:
    return pb.Segment(
        holder=enum_of(pb.Party, "PARTY", row.holder),
        unit_code=row.unit_code,
        started_at=stamp(row.started_at),
        ended_at=stamp(row.ended_at),
        counted=row.counted,
        round=row.round,
    )


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
        "joined",
        "taken_out",
    }
)


def line_of(row: DemandEvent, actor: Actor, *, known: bool) -> pb.DemandEvent:
    """One line of the timeline, with what this caller may read of it. Not `known`: without who spoke for the enterprise."""
    hidden = not known and (not row.unit_code or row.type == "submitted")
    return pb.DemandEvent(
        sequence=row.sequence,
        type=row.type,
        state=enum_of(pb.State, "STATE", row.state),
        at=stamp(row.at),
        person_id="" if hidden else str(row.person_id or ""),
        unit_code="" if hidden else row.unit_code,
        lead_unit_code=row.lead_unit_code,
        text=row.text if is_staff(actor) or row.type not in INTERNAL_LINES else "",
        promised_on=str(row.changes.get("promised_on") or ""),
        asked_by_agency=row.asked_by_agency and actor.has(*access.ALL_SEEING),
    )


def counts_of(counts: dict[rules.State, int]) -> Sequence[rpc.StateCount]:
    return [rpc.StateCount(state=enum_of(pb.State, "STATE", state), count=number) for state, number in counts.items()]
