"""协办: other agencies assist the lead with an opinion, which its answer waits for."""

from typing import Annotated
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import co_handling_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, CentreCaller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import DemandOut, demand_answer
from services.gateway.routes.look_backs import DEMAND, on, told
from services.gateway.schemas import Asked, Code, In, Out, written

router = APIRouter(prefix="/api/v1", tags=["demands"])
Adder = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_HANDLER, *CENTRE))]
Assistant = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER))]


class CoHandlerIn(In):
    """请哪个部门协办。"""

    unit_code: Code


class OpinionIn(In):
    """协办意见，企业看不到。"""

    opinion: Annotated[str, written(5000)]


class OpinionWaiverIn(In):
    """不再等待哪个部门的意见，为什么。"""

    unit_code: Code
    reason: Annotated[str, written(500)]


class SuggestionQuery(Asked):
    """For which lead."""

    lead_unit_code: Annotated[Code, Field(description="主办部门。The agency in the lead.")]


class AssistantOut(Out):
    """可协办的部门。"""

    unit_code: str
    unit_name: str


class Assistants(Out):
    """In the notice's order."""

    agencies: list[AssistantOut]


@router.get("/co-handler-suggestions", summary="建议协办部门", openapi_extra=tells())
async def suggest_co_handlers(query: Annotated[SuggestionQuery, Query()], caller: Adder) -> Assistants:
    """The other agencies of the lead's consultation group that can be asked."""
    request = pb.SuggestCoHandlersRequest(lead_unit_code=query.lead_unit_code)
    answer = await caller.clients.co_handling.SuggestCoHandlers(request)
    found = [AssistantOut(unit_code=one.unit_code, unit_name=one.unit_name) for one in answer.agencies]
    return Assistants(agencies=found)


@router.post(
    f"{DEMAND}/co-handlers",
    response_model=DemandOut,
    summary="请部门协办",
    openapi_extra=told(
        "UNIT_NOT_AN_AGENCY", "UNIT_WITHOUT_CONTACT", "SUBJECT_AGENCY", "CO_HANDLER_INVALID", "JUDICIAL_MATTER"
    ),
)
async def add_co_handler(demand_id: UUID, body: CoHandlerIn, caller: Adder) -> Response:
    """Ask another agency for its opinion, within three working days."""
    request = pb.AddCoHandlerRequest(on=on(demand_id, caller), unit_code=body.unit_code)
    return demand_answer((await caller.clients.co_handling.AddCoHandler(request)).demand, caller)


@router.post(f"{DEMAND}/opinion", response_model=DemandOut, summary="协办意见", openapi_extra=told("CO_HANDLER_INVALID"))
async def give_opinion(demand_id: UUID, body: OpinionIn, caller: Assistant) -> Response:
    """Give the opinion of an assisting agency, once."""
    request = pb.GiveOpinionRequest(on=on(demand_id, caller), opinion=body.opinion)
    return demand_answer((await caller.clients.co_handling.GiveOpinion(request)).demand, caller)


@router.post(
    f"{DEMAND}/opinion-waiver",
    response_model=DemandOut,
    summary="不再等待协办意见",
    openapi_extra=told("CO_HANDLER_INVALID"),
)
async def waive_opinion(demand_id: UUID, body: OpinionWaiverIn, caller: CentreCaller) -> Response:
    """Do without an opinion that is missing."""
    request = pb.WaiveOpinionRequest(on=on(demand_id, caller), unit_code=body.unit_code, reason=body.reason)
    return demand_answer((await caller.clients.co_handling.WaiveOpinion(request)).demand, caller)
