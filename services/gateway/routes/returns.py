"""退单: an agency sends a demand back, the centre decides, and a receipt remains (notice 三（三）2: 派单)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import return_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, CentreCaller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_parts import APPROVAL_STATES, RETURNS, ApprovalStateWord, ReturnWord
from services.gateway.routes.demand_schemas import DemandOut, demand_answer
from services.gateway.routes.look_backs import DEMAND, on, told
from services.gateway.schemas import Code, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.words import moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["demands"])
AGENCY = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD)
Contact = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_CONTACT))]
Reader = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
UNFIT = ("UNIT_NOT_AN_AGENCY", "SUBJECT_AGENCY", "JUDICIAL_MATTER")


class ReturnIn(In):
    """退单理由、依据，以及建议的承办部门。"""

    reason: ReturnWord
    basis: Annotated[str, written(1000), Field(description="职责依据等，企业看不到。Not shown to the enterprise.")]
    proposed_unit_code: Annotated[Code | None, Field(description="应由哪个部门承办。Who should lead instead.")] = None


class ReturnDecisionIn(In):
    """同意并转其他部门，或同意并重新研判；不同意即指定该部门承办。"""

    approve: bool
    unit_code: Annotated[
        Code | None, Field(description="同意时转交的部门；空为重新研判。Who leads now; null for triage. For a yes only.")
    ] = None
    note: Annotated[str, remark(1000), Field(description="给部门的说明，企业看不到。Not shown to the enterprise.")] = ""


class ReturnQuery(Page):
    """How far they got."""

    return_state: Annotated[
        list[ApprovalStateWord],
        Field(max_length=10, default_factory=list, description="可多选，默认全部。Any of these; all by default."),
    ]


class ReturnOut(Out):
    """退单回执：部门自己的理由和区综治中心的决定。"""

    id: Id
    serial: str
    unit_code: str
    reason: ReturnWord
    basis: str
    proposed_unit_code: str | None
    asked_at: datetime
    state: ApprovalStateWord
    decided_at: datetime | None
    note: str
    demand_id: Annotated[Id | None, Field(description="部门看不到。Null for agencies.")]


class Returns(Out):
    """One page, newest first."""

    returns: list[ReturnOut]
    next_page_token: NextPageToken


@router.post(
    f"{DEMAND}/return",
    response_model=DemandOut,
    summary="退单",
    openapi_extra=told("APPROVAL_PENDING", "RETURN_TOO_LATE", "RETURN_USED_UP", *UNFIT),
)
async def ask_return(demand_id: UUID, body: ReturnIn, caller: Contact) -> Response:
    """Send a demand back: once, within one working day of its dispatch, with what that rests on."""
    request = pb.AskReturnRequest(
        on=on(demand_id, caller),
        reason=RETURNS.number(body.reason),
        basis=body.basis,
        proposed_unit_code=body.proposed_unit_code or "",
    )
    return demand_answer((await caller.clients.returns.AskReturn(request)).demand, caller)


@router.post(
    f"{DEMAND}/return-decision",
    response_model=DemandOut,
    summary="退单审核",
    openapi_extra=told("UNIT_WITHOUT_CONTACT", *UNFIT),
)
async def decide_return(demand_id: UUID, body: ReturnDecisionIn, caller: CentreCaller) -> Response:
    """Grant a return, or, as the centre's lead, deny it: then the agency is designated and has to accept."""
    request = pb.DecideReturnRequest(
        on=on(demand_id, caller), approve=body.approve, unit_code=body.unit_code or "", note=body.note
    )
    return demand_answer((await caller.clients.returns.DecideReturn(request)).demand, caller)


@router.get("/returns", summary="退单回执", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_returns(query: Annotated[ReturnQuery, Query()], caller: Reader) -> Returns:
    """An agency's own returns, as receipts; all for those who follow them."""
    request = pb.ListReturnsRequest(
        states=[APPROVAL_STATES.number(one) for one in query.return_state],
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.returns.ListReturns(request)
    return Returns(returns=[_return(one) for one in answer.returns], next_page_token=answer.next_page_token)


def _return(one: pb.Return) -> ReturnOut:
    return ReturnOut(
        id=one.id,
        serial=one.serial,
        unit_code=one.unit_code,
        reason=RETURNS.of(one.reason),
        basis=one.basis,
        proposed_unit_code=one.proposed_unit_code or None,
        asked_at=moment_of(one.asked_at),
        state=APPROVAL_STATES.of(one.state),
        decided_at=moment(one, "decided_at"),
        note=one.note,
        demand_id=one.demand_id or None,
    )
