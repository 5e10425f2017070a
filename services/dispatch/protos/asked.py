"""What requests ask for, as use cases and queries take it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import joint_case_service_pb2 as joint_rpc
from google.protobuf.message import Message

from kit.idempotency import fingerprint
from services.dispatch import errors, rules
from services.dispatch.protos.words import name_of
from services.dispatch.queries.demands import Filter
from services.dispatch.service.answers import Answer
from services.dispatch.service.change import Precondition
from services.dispatch.service.intake import MINI_PROGRAM, Draft


def draft_of(request: rpc.SubmitDemandRequest) -> Draft:
    return Draft(
        kind=name_of(pb.DemandKind, "DEMAND_KIND", request.kind),
        category_code=request.category_code,
        title=request.title,
        body=request.body,
        channel=name_of(pb.Channel, "CHANNEL", request.channel) if request.channel else MINI_PROGRAM,
        enterprise_id=UUID(request.enterprise_id) if request.enterprise_id else None,
        subject_unit_code=request.subject_unit_code,
        shielded=request.shielded,
        before_court=request.before_court,
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


def answer_of(request: rpc.ReplyDemandRequest | joint_rpc.ReplyJointCaseRequest) -> Answer:
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
