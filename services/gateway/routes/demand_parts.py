"""What belongs to a demand, as the API shows it: requests, assistance, questions, look-backs, orders, stretches of time."""

from datetime import datetime
from typing import Annotated, Literal

from fahu.dispatch.v1 import demand_pb2 as pb
from pydantic import Field
from typing_extensions import TypedDict

from services.gateway.schemas import Day, Id
from services.gateway.words import Words, moment, moment_of

PartyWord = Literal["liaison", "agency", "agency_lead", "co_handler", "former_agency", "centre", "supervisor", "platform"]
ApprovalWord = Literal["return", "over_cap", "park", "extension", "reply", "park_review", "infeasible", "appeal"]
ApprovalStateWord = Literal["pending", "approved", "denied", "void"]
ReturnWord = Literal["not_our_duty", "other_agency_leads", "unclear", "before_the_courts"]
OriginWord = Literal["bad_rating", "withdrawn", "parked", "overdue", "rest", "own_motion"]
OutcomeWord = Literal["solved", "partly", "unsolved", "relapsed", "unreachable"]
OrderWord = Literal["reminder", "order", "listed"]

PARTIES, APPROVALS, APPROVAL_STATES = Words(pb.Party), Words(pb.ApprovalKind), Words(pb.ApprovalState)
RETURNS, ORIGINS = Words(pb.ReturnReason), Words(pb.LookBackOrigin)
OUTCOMES, ORDERS = Words(pb.LookBackOutcome), Words(pb.OrderLevel)


class ApprovalOut(TypedDict):
    """部门的一项申请：退单、延期、留作参考等，由谁决定、结果如何。"""

    id: Id
    kind: ApprovalWord
    stage: Annotated[PartyWord | None, Field(description="由谁决定。Who decides.")]
    state: ApprovalStateWord
    reason: str
    unit_code: str
    asked_by: Id
    asked_at: datetime
    day: Annotated[Day | None, Field(description="申请的日期。The day asked for.")]
    proposed_unit_code: Annotated[str | None, Field(description="退单时建议的部门。The agency a return proposes.")]
    return_reason: ReturnWord | None
    text: Annotated[str, Field(description="待审核的答复或说明。What is to be signed.")]
    note: str
    decided_at: datetime | None


class CoHandlerOut(TypedDict):
    """协办部门及其意见。"""

    unit_code: str
    unit_name: str
    opinion: Annotated[str, Field(description="协办意见，企业看不到。Not shown to the enterprise.")]
    opinion_at: datetime | None
    waived: Annotated[bool, Field(description="区综治中心决定不再等待。The centre does without.")]
    round: int


class InfoRequestOut(TypedDict):
    """请企业补充的问题及其回复。"""

    questions: list[str]
    unit_code: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None
    timed_out: bool


class LookBackOut(TypedDict):
    """回头看：未参与办理的人对结果的核实。"""

    id: Id
    round: int
    origin: OriginWord
    opened_at: datetime
    attempts: Annotated[int, Field(description="联系不上的次数。How often nobody was reached.")]
    outcome: OutcomeWord | None
    note: str
    unit_code: str | None
    recorded_at: datetime | None


class OrderOut(TypedDict):
    """催办、督办单或列入通报。"""

    id: Id
    level: OrderWord
    unit_code: str
    text: str
    issued_at: datetime
    due_on: Day | None
    answer: str
    answered_at: datetime | None
    closed_at: datetime | None


class SegmentOut(TypedDict):
    """由谁持有的一段时间；各段相加即总时长。"""

    holder: PartyWord
    unit_code: str | None
    started_at: datetime
    ended_at: datetime
    counted: Annotated[bool, Field(description="答复之后的时间不计。False after the answer.")]
    round: int


class Parts(TypedDict):
    """What only the whole demand holds. Requests, look-backs and orders are for staff."""

    designated: Annotated[bool, Field(description="已指定承办，不能再退单。It may not be sent back again.")]
    judicial: Annotated[bool, Field(description="涉及诉讼或检察程序。Before a court or a procuratorate.")]
    shielded: Annotated[bool, Field(description="部门看不到企业身份。Agencies do not learn whose it is.")]
    subject_unit_code: Annotated[str | None, Field(description="所涉部门，只告知企业和区综治中心。The agency it is about.")]
    joint_case_id: Annotated[Id | None, Field(description="所属并案，企业看不到。Its joint case; not for the enterprise.")]
    linked_demand_id: Id | None
    kpi_excluded: Annotated[bool, Field(description="不计入考核。Left out of the assessment.")]
    extensions: int
    info_requests: int
    approvals: list[ApprovalOut]
    co_handlers: list[CoHandlerOut]
    info_request: InfoRequestOut | None
    look_back: LookBackOut | None
    orders: list[OrderOut]
    segments: list[SegmentOut]


def parts_of(demand: pb.Demand, *, enterprise: bool) -> Parts:
    """The parts as this caller may read them."""
    return Parts(
        designated=demand.designated,
        judicial=demand.judicial,
        shielded=demand.shielded,
        subject_unit_code=demand.subject_unit_code or None,
        joint_case_id=demand.joint_case_id or None,
        linked_demand_id=demand.linked_demand_id or None,
        kpi_excluded=demand.kpi_excluded,
        extensions=demand.extensions,
        info_requests=demand.info_requests,
        approvals=[] if enterprise else [_approval(one) for one in demand.approvals],
        co_handlers=[_co_handler(one, enterprise) for one in demand.co_handlers],
        info_request=_info_request(demand.info_request) if demand.HasField("info_request") else None,
        look_back=_look_back(demand.look_back) if demand.HasField("look_back") and not enterprise else None,
        orders=[] if enterprise else [_order(one) for one in demand.orders],
        segments=[_segment(one) for one in demand.segments],
    )


def _approval(one: pb.Approval) -> ApprovalOut:
    return ApprovalOut(
        id=one.id,
        kind=APPROVALS.of(one.kind),
        stage=PARTIES.of(one.stage),
        state=APPROVAL_STATES.of(one.state),
        reason=one.reason,
        unit_code=one.unit_code,
        asked_by=one.asked_by,
        asked_at=moment_of(one.asked_at),
        day=one.day or None,
        proposed_unit_code=one.proposed_unit_code or None,
        return_reason=RETURNS.of(one.return_reason),
        text=one.text,
        note=one.note,
        decided_at=moment(one, "decided_at"),
    )


def _co_handler(one: pb.CoHandler, enterprise: bool) -> CoHandlerOut:
    return CoHandlerOut(
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        opinion="" if enterprise else one.opinion,
        opinion_at=moment(one, "opinion_at"),
        waived=one.waived,
        round=one.round,
    )


def _info_request(one: pb.InfoRequest) -> InfoRequestOut:
    return InfoRequestOut(
        questions=list(one.questions),
        unit_code=one.unit_code,
        asked_at=moment_of(one.asked_at),
        answer=one.answer,
        answered_at=moment(one, "answered_at"),
        timed_out=one.timed_out,
    )


def _look_back(one: pb.LookBack) -> LookBackOut:
    return LookBackOut(
        id=one.id,
        round=one.round,
        origin=ORIGINS.of(one.origin),
        opened_at=moment_of(one.opened_at),
        attempts=one.attempts,
        outcome=OUTCOMES.of(one.outcome),
        note=one.note,
        unit_code=one.unit_code or None,
        recorded_at=moment(one, "recorded_at"),
    )


def _order(one: pb.SupervisionOrder) -> OrderOut:
    return OrderOut(
        id=one.id,
        level=ORDERS.of(one.level),
        unit_code=one.unit_code,
        text=one.text,
        issued_at=moment_of(one.issued_at),
        due_on=one.due_on or None,
        answer=one.answer,
        answered_at=moment(one, "answered_at"),
        closed_at=moment(one, "closed_at"),
    )


def _segment(one: pb.Segment) -> SegmentOut:
    return SegmentOut(
        holder=PARTIES.of(one.holder),
        unit_code=one.unit_code or None,
        started_at=moment_of(one.started_at),
        ended_at=moment_of(one.ended_at),
        counted=one.counted,
        round=one.round,
    )
