"""并案: demands about one matter are joined, answered together, and rated apart (notice 三（三）2: 研判、答复)."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import joint_case_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from services.gateway.auth import CENTRE, Caller, CentreCaller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_moves import Replier, ReplyIn
from services.gateway.routes.demand_schemas import CLAIMS, REPLIES, DemandLine, demand_line, json_answer
from services.gateway.schemas import UNIQUE, GivenId, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.words import moment_of

router = APIRouter(prefix="/api/v1/joint-cases", tags=["joint-cases"])
AGENCY = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD)
Reader = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
Signer = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_LEAD))]
CASE = "/{joint_case_id}"


def _tells(*reasons: str) -> dict[str, Any]:
    return tells("JOINT_CASE_NOT_FOUND", "JOINT_MEMBERS_REFUSED", *reasons, idempotent=True, versioned=True, etag=True)


def _on(joint_case_id: UUID, caller: Caller) -> pb.JointPrecondition:
    """Which case, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.JointPrecondition(joint_case_id=str(joint_case_id), expected_version=version, request_id=key)


class JointCaseIn(In):
    """并案的事由和需求；部门能看到事由，请勿写明企业。"""

    title: Annotated[str, written(100)]
    demand_ids: Annotated[list[GivenId], Field(min_length=2, max_length=50, json_schema_extra=UNIQUE)]


class MembersIn(In):
    """加入并案的需求；并案最多 50 条。"""

    demand_ids: Annotated[list[GivenId], Field(min_length=1, max_length=50, json_schema_extra=UNIQUE)]


class RemovalIn(In):
    """移出并案的需求及原因。"""

    demand_ids: Annotated[list[GivenId], Field(min_length=1, max_length=50, json_schema_extra=UNIQUE)]
    reason: Annotated[str, written(500), Field(description="企业看不到。Not shown to the enterprise.")]


class SignatureIn(In):
    """签发或退回。"""

    approve: bool
    note: Annotated[str, remark(1000)] = ""


class JointCaseQuery(Page):
    """What narrows the list."""

    unanswered: Annotated[bool, Field(description="只看尚有未答复的。Only with some that are not answered.")] = False


class JointCaseOut(TypedDict):
    """一个并案，只含查看者有权查看的需求。With the demands that the caller may see."""

    id: Id
    title: str
    created_by: Id
    created_at: datetime
    version: Annotated[int, Field(description="版本，即 ETag；并案或其中需求有变即变。Changes with any of its demands.")]
    members: list[DemandLine]


class JointAnswerOut(TypedDict):
    """并案此后的情况，以及答复到的需求。"""

    joint_case: JointCaseOut
    answered_ids: Annotated[list[Id], Field(description="已答复或待签发的需求。Answered, or to be signed.")]


class JointDecisionOut(TypedDict):
    """并案此后的情况，以及签发或退回的需求。"""

    joint_case: JointCaseOut
    decided_ids: list[Id]


class JointCaseListed(Out):
    """列表中的一个并案。"""

    id: Id
    title: str
    created_by: Id
    created_at: datetime
    members: Annotated[int, Field(description="查看者有权查看的需求数。Those the caller may see.")]
    unanswered: Annotated[int, Field(description="其中尚未答复的。Of them, not answered yet.")]


class JointCases(Out):
    """One page, newest first."""

    joint_cases: list[JointCaseListed]
    next_page_token: NextPageToken


@router.post(
    "",
    status_code=201,
    response_model=JointCaseOut,
    summary="并案",
    openapi_extra=tells("JOINT_MEMBERS_REFUSED", idempotent=True, etag=True),
)
async def create_joint_case(body: JointCaseIn, caller: CentreCaller) -> Response:
    """Join demands that are not answered yet. Each stays its enterprise's own; no enterprise learns of another."""
    request = pb.CreateJointCaseRequest(
        title=body.title, demand_ids=map(str, body.demand_ids), request_id=caller.heads.idempotency_key()
    )
    return _answer((await caller.clients.joint_cases.CreateJointCase(request)).joint_case, caller, 201)


@router.get("", summary="并案列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_joint_cases(query: Annotated[JointCaseQuery, Query()], caller: Reader) -> JointCases:
    """Cases with a demand that the caller may see, newest first."""
    request = pb.ListJointCasesRequest(unanswered=query.unanswered, page_size=query.page_size, page_token=query.page_token)
    answer = await caller.clients.joint_cases.ListJointCases(request)
    return JointCases(joint_cases=[_listed(one) for one in answer.joint_cases], next_page_token=answer.next_page_token)


@router.get(CASE, response_model=JointCaseOut, summary="一个并案", openapi_extra=tells("JOINT_CASE_NOT_FOUND", etag=True))
async def get_joint_case(joint_case_id: UUID, caller: Reader) -> Response:
    """One case with the demands that the caller may see."""
    request = pb.GetJointCaseRequest(joint_case_id=str(joint_case_id))
    case = (await caller.clients.joint_cases.GetJointCase(request)).joint_case
    etag = etag_of(case.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(case, caller)


@router.post(f"{CASE}/members", response_model=JointCaseOut, summary="加入并案", openapi_extra=_tells("JOINT_CASE_FULL"))
async def add_to_joint_case(joint_case_id: UUID, body: MembersIn, caller: CentreCaller) -> Response:
    """Join more demands."""
    request = pb.AddToJointCaseRequest(on=_on(joint_case_id, caller), demand_ids=map(str, body.demand_ids))
    return _answer((await caller.clients.joint_cases.AddToJointCase(request)).joint_case, caller)


@router.post(f"{CASE}/members/removal", response_model=JointCaseOut, summary="移出并案", openapi_extra=_tells())
async def take_out_of_joint_case(joint_case_id: UUID, body: RemovalIn, caller: CentreCaller) -> Response:
    """Let demands that are not answered yet go their own way again."""
    request = pb.TakeOutOfJointCaseRequest(
        on=_on(joint_case_id, caller), demand_ids=map(str, body.demand_ids), reason=body.reason
    )
    return _answer((await caller.clients.joint_cases.TakeOutOfJointCase(request)).joint_case, caller)


@router.post(
    f"{CASE}/reply",
    response_model=JointAnswerOut,
    summary="一并答复",
    openapi_extra=_tells("JOINT_CASE_IDLE", "REPLY_KIND_NOT_ALLOWED", "LEGAL_BASIS_MISSING"),
)
async def reply_joint_case(joint_case_id: UUID, body: ReplyIn, caller: Replier) -> Response:
    """Give one answer to all demands of the case that the caller may answer now: to all of them, or to none."""
    request = pb.ReplyJointCaseRequest(
        on=_on(joint_case_id, caller),
        kind=REPLIES.number(body.kind),
        conclusion=body.conclusion,
        legal_basis=body.legal_basis,
        next_steps=body.next_steps,
        claim=CLAIMS.number(body.claim),
    )
    answer = await caller.clients.joint_cases.ReplyJointCase(request)
    found = JointAnswerOut(joint_case=_case(answer.joint_case, caller), answered_ids=list(answer.answered_ids))
    return json_answer(found, headers=_headers(answer.joint_case))


@router.post(
    f"{CASE}/reply-decision", response_model=JointDecisionOut, summary="一并签发", openapi_extra=_tells("JOINT_CASE_IDLE")
)
async def decide_joint_reply(joint_case_id: UUID, body: SignatureIn, caller: Signer) -> Response:
    """Sign, or refuse, what is still to be signed of the agency's latest joint answer."""
    request = pb.DecideJointReplyRequest(on=_on(joint_case_id, caller), approve=body.approve, note=body.note)
    answer = await caller.clients.joint_cases.DecideJointReply(request)
    found = JointDecisionOut(joint_case=_case(answer.joint_case, caller), decided_ids=list(answer.decided_ids))
    return json_answer(found, headers=_headers(answer.joint_case))


def _answer(case: pb.JointCase, caller: Caller, status: int = 200) -> Response:
    headers = _headers(case) | ({"location": f"/api/v1/joint-cases/{case.id}"} if status == 201 else {})
    return json_answer(_case(case, caller), status, headers)


def _headers(case: pb.JointCase) -> dict[str, str]:
    return {"etag": etag_of(case.version), "cache-control": "private, no-cache", "vary": "Accept-Language"}


def _case(case: pb.JointCase, caller: Caller) -> JointCaseOut:
    return JointCaseOut(
        id=case.id,
        title=case.title,
        created_by=case.created_by,
        created_at=moment_of(case.created_at),
        version=case.version,
        members=[demand_line(one, caller) for one in case.members],
    )


def _listed(one: pb.JointCaseSummary) -> JointCaseListed:
    return JointCaseListed(
        id=one.id,
        title=one.title,
        created_by=one.created_by,
        created_at=moment_of(one.created_at),
        members=one.members,
        unanswered=one.unanswered,
    )
