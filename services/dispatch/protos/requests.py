"""What is asked and answered about a demand, from the columns of its tables."""

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import handling_service_pb2 as handling_rpc

from kit.auth import Actor
from services.dispatch.announcements import stamp
from services.dispatch.models import (
    ConditionTag,
    DemandApproval,
    DemandCoHandler,
    DemandInfoRequest,
)
from services.dispatch.protos.words import Fields, day_of, enum_of, is_staff


def approval_of(row: DemandApproval) -> pb.Approval:
    """A request, with what is to be signed."""
    content: Fields = row.content
    return pb.Approval(
        id=str(row.id),
        kind=enum_of(pb.ApprovalKind, "APPROVAL_KIND", row.kind),
        stage=enum_of(pb.Party, "PARTY", row.stage),
        state=enum_of(pb.ApprovalState, "APPROVAL_STATE", row.state),
        reason=row.reason,
        unit_code=row.unit_code,
        asked_by=str(row.asked_by),
        asked_at=stamp(row.asked_at),
        day=day_of(row.day),
        proposed_unit_code=row.proposed_unit_code,
        note=row.note,
        decided_at=stamp(row.decided_at) if row.decided_at else None,
        return_reason=enum_of(pb.ReturnReason, "RETURN_REASON", row.return_reason),
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


def condition_of(row: ConditionTag, waiting: int) -> handling_rpc.Condition:
    return handling_rpc.Condition(
        name=row.name,
        waiting=waiting,
        met_at=stamp(row.met_at) if row.met_at else None,
        met_unit=row.met_unit,
        note=row.note,
    )
