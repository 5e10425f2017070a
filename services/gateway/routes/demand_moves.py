"""The verbs that move a demand on, from dispatch to rating and withdrawal (notice 三（三）2: 派单、接收、反馈)."""

from typing import Annotated
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import dispatch_service_pb2 as pb
from fahu.dispatch.v1 import handling_service_pb2
from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, CentreCaller, LiaisonCaller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import (
    CLAIMS,
    DISPOSITIONS,
    REPLIES,
    SOLVED,
    ClaimWord,
    DemandOut,
    DispositionWord,
    ReplyWord,
    SolvedWord,
    demand_answer,
)
from services.gateway.schemas import UNIQUE, Code, Day, In, Score, remark, written

router = APIRouter(prefix="/api/v1/demands/{demand_id}", tags=["demands"])
Acceptor = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER))]
Handler = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_HANDLER))]
Replier = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD, *CENTRE))]
Tag = Annotated[str, written(40)]


def _tells(*reasons: str) -> dict[str, object]:
    return tells("DEMAND_NOT_FOUND", "DEMAND_WRONG_STATE", *reasons, idempotent=True, versioned=True, etag=True)


def _on(demand_id: UUID, caller: Caller) -> pb.Precondition:
    """Which demand, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.Precondition(demand_id=str(demand_id), expected_version=version, request_id=key)


class DispatchIn(In):
    """Which agency takes the lead."""

    unit_code: Code
    note: Annotated[str, remark(500), Field(description="给部门的说明，企业看不到。Not shown to the enterprise.")] = ""
    co_unit_codes: Annotated[
        list[Code],
        Field(max_length=8, default_factory=list, json_schema_extra=UNIQUE, description="协办部门。Who assists."),
    ]


class ReportIn(In):
    """阶段性报告。"""

    text: Annotated[str, written(2000), Field(description="办理进展，企业也能看到。The enterprise reads it.")]


class ContactIn(In):
    """What was said at the first contact."""

    note: Annotated[str, written(500), Field(description="联系情况，企业也能看到。The enterprise reads it too.")]


class DispositionIn(In):
    """即行即办; 限时办理, with the promised day; 留作参考, with explanation, missing conditions and day of review."""

    kind: DispositionWord
    explanation: Annotated[str, remark(2000)] = ""
    promised_on: Day | None = None
    condition_tags: Annotated[list[Tag], Field(max_length=5, default_factory=list, json_schema_extra=UNIQUE)]
    review_on: Day | None = None
    reason: Annotated[
        str, remark(1000), Field(description="超出可自行承诺的时限时的理由，报区综治中心审批。Why it lies beyond the cap.")
    ] = ""


class ReplyIn(In):
    """结论、法律依据、企业下一步; the law is compulsory for an answer."""

    kind: ReplyWord
    conclusion: Annotated[str, written(5000)]
    legal_basis: Annotated[str, remark(2000)] = ""
    next_steps: Annotated[str, written(2000)]
    claim: ClaimWord


class RatingIn(In):
    """5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意; whether it is solved is asked apart."""

    satisfaction: Score
    solved: SolvedWord
    comment: Annotated[str, remark(1000)] = ""


class WithdrawalIn(In):
    """Why; and whether the agency asked for it, which only the centre gets to see."""

    reason: Annotated[str, written(500)]
    asked_by_agency: bool = False


@router.post(
    "/dispatch",
    response_model=DemandOut,
    summary="人工派单",
    openapi_extra=_tells(
        "UNIT_NOT_AN_AGENCY", "UNIT_WITHOUT_CONTACT", "SUBJECT_AGENCY", "CO_HANDLER_INVALID", "JUDICIAL_MATTER"
    ),
)
async def dispatch_demand(demand_id: UUID, body: DispatchIn, caller: CentreCaller) -> Response:
    """Send a demand in triage to an agency, with those that assist it. Starts its time to accept."""
    request = pb.DispatchDemandRequest(
        on=_on(demand_id, caller), unit_code=body.unit_code, note=body.note, co_unit_codes=body.co_unit_codes
    )
    return demand_answer((await caller.clients.dispatch.DispatchDemand(request)).demand, caller)


@router.post("/accept", response_model=DemandOut, summary="接收", openapi_extra=_tells())
async def accept_demand(demand_id: UUID, caller: Acceptor) -> Response:
    """Take a demand on for the agency in the lead."""
    request = pb.AcceptDemandRequest(on=_on(demand_id, caller))
    return demand_answer((await caller.clients.dispatch.AcceptDemand(request)).demand, caller)


@router.post("/contact", response_model=DemandOut, summary="先行联系", openapi_extra=_tells())
async def log_contact(demand_id: UUID, body: ContactIn, caller: Acceptor) -> Response:
    """Note that the agency got in touch with the enterprise. Stops its time to do so."""
    request = pb.LogContactRequest(on=_on(demand_id, caller), note=body.note)
    return demand_answer((await caller.clients.dispatch.LogContact(request)).demand, caller)


@router.post("/progress-report", response_model=DemandOut, summary="阶段性报告", openapi_extra=_tells())
async def report_progress(demand_id: UUID, body: ReportIn, caller: Handler) -> Response:
    """Tell the enterprise how things stand; due every 15 working days while the promise lies further ahead than that."""
    request = handling_service_pb2.ReportProgressRequest(on=_on(demand_id, caller), text=body.text)
    return demand_answer((await caller.clients.handling.ReportProgress(request)).demand, caller)


@router.post(
    "/disposition",
    response_model=DemandOut,
    summary="确定办理方式",
    openapi_extra=_tells(
        "EXPLANATION_MISSING",
        "CONDITION_TAG_MISSING",
        "PROMISED_DAY_MISSING",
        "PROMISED_DAY_NOT_A_WORKDAY",
        "PROMISED_DAY_PAST",
        "PROMISED_DAY_OVER_CAP",
        "PROMISED_DAY_TOO_FAR",
        "CONDITION_MET",
        "APPROVAL_PENDING",
        "EXTENSION_TOO_LATE",
        "REVIEW_DAY_MISSING",
        "REVIEW_DAY_OUT_OF_RANGE",
        "DAY_INVALID",
    ),
)
async def set_disposition(demand_id: UUID, body: DispositionIn, caller: Handler) -> Response:
    """Choose one of the three ways to handle a demand."""
    request = pb.SetDispositionRequest(
        on=_on(demand_id, caller),
        kind=DISPOSITIONS.number(body.kind),
        explanation=body.explanation,
        promised_on=body.promised_on or "",
        condition_tags=body.condition_tags,
        review_on=body.review_on or "",
        reason=body.reason,
    )
    return demand_answer((await caller.clients.dispatch.SetDisposition(request)).demand, caller)


@router.post(
    "/reply",
    response_model=DemandOut,
    summary="答复",
    openapi_extra=_tells(
        "REPLY_KIND_NOT_ALLOWED", "LEGAL_BASIS_MISSING", "OPINION_MISSING", "APPROVAL_PENDING", "JUDICIAL_MATTER"
    ),
)
async def reply_demand(demand_id: UUID, body: ReplyIn, caller: Replier) -> Response:
    """Answer a demand: the agency, its lead signing, with kind answer; the centre directly or with guidance."""
    request = pb.ReplyDemandRequest(
        on=_on(demand_id, caller),
        kind=REPLIES.number(body.kind),
        conclusion=body.conclusion,
        legal_basis=body.legal_basis,
        next_steps=body.next_steps,
        claim=CLAIMS.number(body.claim),
    )
    return demand_answer((await caller.clients.dispatch.ReplyDemand(request)).demand, caller)


@router.post("/rating", response_model=DemandOut, summary="评价", openapi_extra=_tells("ALREADY_RATED"))
async def rate_demand(demand_id: UUID, body: RatingIn, caller: LiaisonCaller) -> Response:
    """Rate the latest reply, once."""
    request = pb.RateDemandRequest(
        on=_on(demand_id, caller),
        satisfaction=body.satisfaction,
        solved=SOLVED.number(body.solved),
        comment=body.comment,
    )
    return demand_answer((await caller.clients.dispatch.RateDemand(request)).demand, caller)


@router.post("/withdraw", response_model=DemandOut, summary="撤回", openapi_extra=_tells())
async def withdraw_demand(demand_id: UUID, body: WithdrawalIn, caller: LiaisonCaller) -> Response:
    """Take a demand back before it is answered."""
    request = pb.WithdrawDemandRequest(on=_on(demand_id, caller), reason=body.reason, asked_by_agency=body.asked_by_agency)
    return demand_answer((await caller.clients.dispatch.WithdrawDemand(request)).demand, caller)
