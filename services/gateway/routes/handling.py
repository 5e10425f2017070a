"""What others have a say in: extensions, requests and decisions, questions to the enterprise, parking (notice 三（三）2)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as enums
from fahu.dispatch.v1 import dispatch_service_pb2 as base
from fahu.dispatch.v1 import handling_service_pb2 as pb
from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, LiaisonCaller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import DemandOut, demand_answer
from services.gateway.schemas import UNIQUE, Day, Id, In, Out, remark, written
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["demands"])
Handler = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_HANDLER))]
Lead = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_LEAD))]
Asker = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_HANDLER, *CENTRE))]
Decider = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_LEAD, *CENTRE))]
Follower = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_LEAD, *CENTRE, Role.ROLE_SUPERVISOR))]
AGENCY = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD)
Staff = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
Knower = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD, *CENTRE))]
Tag = Annotated[str, written(40)]
KINDS, PARTIES = Words(enums.ApprovalKind), Words(enums.Party)
DEMAND = "/demands/{demand_id}"


def _tells(*reasons: str) -> dict[str, object]:
    return tells("DEMAND_NOT_FOUND", "DEMAND_WRONG_STATE", *reasons, idempotent=True, versioned=True, etag=True)


def _on(demand_id: UUID, caller: Caller) -> base.Precondition:
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return base.Precondition(demand_id=str(demand_id), expected_version=version, request_id=key)


class ExtensionIn(In):
    """新的答复日期和理由；企业会看到理由。"""

    promised_on: Day
    reason: Annotated[str, written(1000)]


class DecisionIn(In):
    """同意或不同意。"""

    approve: bool
    note: Annotated[str, remark(1000)] = ""


class QuestionsIn(In):
    """请企业补充的问题，逐条列明。"""

    questions: Annotated[list[Annotated[str, written(300)]], Field(min_length=1, max_length=10)]


class InfoIn(In):
    """企业的补充说明。"""

    answer: Annotated[str, written(5000)]


class ParkingReviewIn(In):
    """继续留作参考：说明、仍欠缺的条件、下次复核日期。"""

    explanation: Annotated[str, remark(2000)] = ""
    condition_tags: Annotated[list[Tag], Field(max_length=5, default_factory=list, json_schema_extra=UNIQUE)]
    review_on: Day | None = None


class ResumptionIn(In):
    """条件已具备，承诺答复日期。"""

    promised_on: Day | None = None
    explanation: Annotated[str, remark(2000)] = ""


class InfeasibleIn(In):
    """拟作出的答复：客观上无法办理。"""

    conclusion: Annotated[str, written(5000)]
    legal_basis: Annotated[str, written(2000)]
    next_steps: Annotated[str, written(2000)]


class ConditionIn(In):
    """哪项条件已具备，依据是什么。"""

    name: Tag
    note: Annotated[str, written(500)]


class PendingOut(Out):
    """一项待决定的请求。"""

    id: Id
    kind: str
    stage: str
    reason: str
    text: str
    unit_code: str
    asked_at: datetime
    day: Day | None
    demand_id: Id
    serial: str
    title: str
    version: Annotated[int, Field(description="需求的版本，决定时作 If-Match。The demand's version, for If-Match.")]


class PendingList(Out):
    """Requests that wait for a decision, oldest first."""

    approvals: list[PendingOut]


class ConditionOut(Out):
    """留作参考的需求所等待的一项条件。"""

    name: str
    waiting: Annotated[int, Field(description="等待它的需求数，1000 表示 1000 及以上。1000 means 1000 or more.")]
    met_at: datetime | None
    met_unit: str | None
    note: str


class Conditions(Out):
    """Conditions, those not met first."""

    conditions: list[ConditionOut]


DAY_REASONS = ("PROMISED_DAY_PAST", "PROMISED_DAY_NOT_A_WORKDAY", "PROMISED_DAY_TOO_FAR", "DAY_INVALID")


@router.post(
    f"{DEMAND}/extension",
    response_model=DemandOut,
    summary="申请延期",
    openapi_extra=_tells(
        "APPROVAL_PENDING", "EXTENSIONS_USED_UP", "EXTENSION_TOO_LATE", "EXTENSION_NOT_LATER", *DAY_REASONS
    ),
)
async def request_extension(demand_id: UUID, body: ExtensionIn, caller: Handler) -> Response:
    """Ask the centre to put the promised day off. The enterprise reads the reason."""
    request = pb.RequestExtensionRequest(on=_on(demand_id, caller), promised_on=str(body.promised_on), reason=body.reason)
    return demand_answer((await caller.clients.handling.RequestExtension(request)).demand, caller)


@router.post(
    f"{DEMAND}/approvals/{{approval_id}}/decision",
    response_model=DemandOut,
    summary="审批",
    openapi_extra=_tells(
        "APPROVAL_NOT_FOUND",
        "APPROVAL_NOT_YOURS",
        "REVIEW_DAY_OUT_OF_RANGE",
        "OPINION_MISSING",
        "JUDICIAL_MATTER",
        *DAY_REASONS,
    ),
)
async def decide_approval(demand_id: UUID, approval_id: UUID, body: DecisionIn, caller: Decider) -> Response:
    """Say yes or no to a request of the agency. Time alone decides nothing."""
    request = pb.DecideApprovalRequest(
        on=_on(demand_id, caller), approval_id=str(approval_id), approve=body.approve, note=body.note
    )
    return demand_answer((await caller.clients.handling.DecideApproval(request)).demand, caller)


@router.get("/approvals", summary="待审批", openapi_extra=tells())
async def list_approvals(caller: Follower) -> PendingList:
    """Requests that wait for a decision: before the caller, or all for those who follow them."""
    answer = await caller.clients.handling.ListApprovals(pb.ListApprovalsRequest())
    return PendingList(approvals=[_pending(one) for one in answer.approvals])


def _pending(one: pb.PendingApproval) -> PendingOut:
    approval = one.approval
    return PendingOut(
        id=approval.id,
        kind=KINDS.of(approval.kind),
        stage=PARTIES.of(approval.stage),
        reason=approval.reason,
        text=approval.text,
        unit_code=approval.unit_code,
        asked_at=moment_of(approval.asked_at),
        day=approval.day or None,
        demand_id=one.demand_id,
        serial=one.serial,
        title=one.title,
        version=one.version,
    )


@router.post(
    f"{DEMAND}/info-request",
    response_model=DemandOut,
    summary="请企业补充",
    openapi_extra=_tells("INFO_REQUESTS_USED_UP"),
)
async def request_info(demand_id: UUID, body: QuestionsIn, caller: Asker) -> Response:
    """Ask the enterprise concrete questions, at most twice. The clock at hand stands still until it answers."""
    request = pb.RequestInfoRequest(on=_on(demand_id, caller), questions=body.questions)
    return demand_answer((await caller.clients.handling.RequestInfo(request)).demand, caller)


@router.post(f"{DEMAND}/info", response_model=DemandOut, summary="补充说明", openapi_extra=_tells())
async def supply_info(demand_id: UUID, body: InfoIn, caller: LiaisonCaller) -> Response:
    """Answer the latest questions."""
    request = pb.SupplyInfoRequest(on=_on(demand_id, caller), answer=body.answer)
    return demand_answer((await caller.clients.handling.SupplyInfo(request)).demand, caller)


@router.post(
    f"{DEMAND}/parking-review",
    response_model=DemandOut,
    summary="复核后继续留作参考",
    openapi_extra=_tells(
        "APPROVAL_PENDING",
        "EXPLANATION_MISSING",
        "CONDITION_TAG_MISSING",
        "CONDITION_MET",
        "REVIEW_DAY_MISSING",
        "REVIEW_DAY_OUT_OF_RANGE",
        "DAY_INVALID",
    ),
)
async def review_parking(demand_id: UUID, body: ParkingReviewIn, caller: Handler) -> Response:
    """Keep a parked demand parked; from the third time on the centre's lead is asked."""
    request = pb.ReviewParkingRequest(
        on=_on(demand_id, caller),
        explanation=body.explanation,
        condition_tags=body.condition_tags,
        review_on=body.review_on or "",
    )
    return demand_answer((await caller.clients.handling.ReviewParking(request)).demand, caller)


@router.post(
    f"{DEMAND}/resume",
    response_model=DemandOut,
    summary="条件具备，转为限时办理",
    openapi_extra=_tells("PROMISED_DAY_MISSING", "PROMISED_DAY_OVER_CAP", "JUDICIAL_MATTER", *DAY_REASONS),
)
async def resume_demand(demand_id: UUID, body: ResumptionIn, caller: Asker) -> Response:
    """Take a parked demand up, with a promised day."""
    request = pb.ResumeDemandRequest(
        on=_on(demand_id, caller), promised_on=body.promised_on or "", explanation=body.explanation
    )
    return demand_answer((await caller.clients.handling.ResumeDemand(request)).demand, caller)


@router.post(
    f"{DEMAND}/infeasible",
    response_model=DemandOut,
    summary="提请作无法办理答复",
    openapi_extra=_tells("APPROVAL_PENDING"),
)
async def propose_infeasible(demand_id: UUID, body: InfeasibleIn, caller: Lead) -> Response:
    """Ask the centre's lead to let a parked demand end with a reasoned answer."""
    request = pb.ProposeInfeasibleRequest(on=_on(demand_id, caller), **body.model_dump())
    return demand_answer((await caller.clients.handling.ProposeInfeasible(request)).demand, caller)


@router.get("/conditions", summary="留作参考所待条件", openapi_extra=tells())
async def list_conditions(caller: Staff) -> Conditions:
    """What parked demands wait for."""
    answer = await caller.clients.handling.ListConditions(pb.ListConditionsRequest())
    return Conditions(conditions=[_condition(one) for one in answer.conditions])


@router.post("/conditions/met", summary="条件已具备", openapi_extra=tells("CONDITION_NOT_FOUND"))
async def meet_condition(body: ConditionIn, caller: Knower) -> ConditionOut:
    """Say that a condition is met; every demand that waits for it comes back, once. Saying it again changes nothing."""
    request = pb.MeetConditionRequest(name=body.name, note=body.note)
    return _condition((await caller.clients.handling.MeetCondition(request)).condition)


def _condition(one: pb.Condition) -> ConditionOut:
    return ConditionOut(
        name=one.name, waiting=one.waiting, met_at=moment(one, "met_at"), met_unit=one.met_unit or None, note=one.note
    )
