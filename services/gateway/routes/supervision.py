"""Supervision orders (催办、督办、通报), appeals about ratings, and what does not count in the assessment."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as enums
from fahu.dispatch.v1 import supervision_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import STATES, DemandOut, StateWord, demand_answer
from services.gateway.routes.look_backs import DEMAND, Overseer, on, told
from services.gateway.schemas import AnyCode, Day, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["oversight"])
AGENCY = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD)
OfAgency = Annotated[Caller, Depends(allow(*AGENCY))]
AgencyLead = Annotated[Caller, Depends(allow(Role.ROLE_AGENCY_LEAD))]
CentreLead = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]
Staff = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
OrderLevelWord = Literal["reminder", "order", "listed"]
LEVELS = Words(enums.OrderLevel)


class OrderIn(In):
    """催办、督办单或列入通报：要求什么，何日前答复。"""

    level: OrderLevelWord
    text: Annotated[str, written(1000)]
    due_on: Annotated[Day, Field(description="须为今后的工作日。A working day ahead.")]


class OrderAnswerIn(In):
    """部门的答复。"""

    answer: Annotated[str, written(2000)]


class OrderClosingIn(In):
    """办结说明，可不填。"""

    note: Annotated[str, remark(500)] = ""


class ReasonIn(In):
    """理由。"""

    reason: Annotated[str, written(1000)]


class AppealIn(In):
    """申诉理由。"""

    reason: Annotated[str, written(2000)]


class RulingIn(In):
    """申诉是否成立；评价本身不变，裁定与评价一并显示。"""

    uphold: bool
    ruling: Annotated[str, written(1000)]


class OrderQuery(Page):
    """What narrows the list."""

    order_level: Annotated[OrderLevelWord | None, Field(description="层级。Only of this level.")] = None
    open: Annotated[bool, Field(description="只看未办结的。Only those not closed.")] = False
    agency: Annotated[AnyCode, Field(description="被督办部门代码。Only to this agency.")] = ""


class OrderListed(Out):
    """一件催办、督办或通报及其需求。"""

    id: Id
    demand_id: Id
    serial: str
    title: str
    state: StateWord
    version: Annotated[int, Field(description="需求的版本，作 If-Match。The demand's version, for If-Match.")]
    level: OrderLevelWord
    unit_code: str
    text: str
    issued_at: datetime
    due_on: Day
    breached_at: datetime | None
    answer: str
    answered_at: datetime | None
    closed_at: datetime | None


class OrderPage(Out):
    """Orders, newest first."""

    orders: list[OrderListed]
    next_page_token: NextPageToken


@router.post(
    f"{DEMAND}/orders",
    response_model=DemandOut,
    summary="催办、督办、列入通报",
    openapi_extra=told("ORDER_LEVEL_INVALID", "ORDER_DAY_INVALID", "DAY_INVALID", "JUDICIAL_MATTER"),
)
async def issue_order(demand_id: UUID, body: OrderIn, caller: Overseer) -> Response:
    """Call on the agency in the lead. An order follows a reminder, and what is listed an order."""
    request = pb.IssueOrderRequest(
        on=on(demand_id, caller), level=LEVELS.number(body.level), text=body.text, due_on=body.due_on
    )
    return demand_answer((await caller.clients.supervision.IssueOrder(request)).demand, caller)


@router.post(
    f"{DEMAND}/orders/{{order_id}}/answer",
    response_model=DemandOut,
    summary="答复督办",
    openapi_extra=told("ORDER_NOT_FOUND"),
)
async def answer_order(demand_id: UUID, order_id: UUID, body: OrderAnswerIn, caller: OfAgency) -> Response:
    """The agency's answer to an order, once."""
    request = pb.AnswerOrderRequest(on=on(demand_id, caller), order_id=str(order_id), answer=body.answer)
    return demand_answer((await caller.clients.supervision.AnswerOrder(request)).demand, caller)


@router.post(
    f"{DEMAND}/orders/{{order_id}}/close",
    response_model=DemandOut,
    summary="办结督办",
    openapi_extra=told("ORDER_NOT_FOUND"),
)
async def close_order(demand_id: UUID, order_id: UUID, body: OrderClosingIn, caller: Overseer) -> Response:
    """Be done with an order, answered or not."""
    request = pb.CloseOrderRequest(on=on(demand_id, caller), order_id=str(order_id), note=body.note)
    return demand_answer((await caller.clients.supervision.CloseOrder(request)).demand, caller)


@router.get("/orders", summary="督办清单", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_orders(query: Annotated[OrderQuery, Query()], caller: Staff) -> OrderPage:
    """Orders, newest first; for an agency those to it."""
    request = pb.ListOrdersRequest(
        level=LEVELS.number(query.order_level),
        open=query.open,
        unit_code=query.agency,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.supervision.ListOrders(request)
    return OrderPage(orders=[_listed(one) for one in answer.orders], next_page_token=answer.next_page_token)


def _listed(one: pb.OrderEntry) -> OrderListed:
    order = one.order
    return OrderListed(
        id=order.id,
        demand_id=one.demand_id,
        serial=one.serial,
        title=one.title,
        state=STATES.of(one.state),
        version=one.version,
        level=LEVELS.of(order.level),
        unit_code=order.unit_code,
        text=order.text,
        issued_at=moment_of(order.issued_at),
        due_on=order.due_on,
        breached_at=moment(one, "breached_at"),
        answer=order.answer,
        answered_at=moment(order, "answered_at"),
        closed_at=moment(order, "closed_at"),
    )


@router.post(f"{DEMAND}/appeal", response_model=DemandOut, summary="申诉评价", openapi_extra=told("APPROVAL_PENDING"))
async def ask_appeal(demand_id: UUID, body: AppealIn, caller: AgencyLead) -> Response:
    """Ask that the latest rating does not count in the assessment."""
    request = pb.AskAppealRequest(on=on(demand_id, caller), reason=body.reason)
    return demand_answer((await caller.clients.supervision.AskAppeal(request)).demand, caller)


@router.post(
    f"{DEMAND}/appeal-decision", response_model=DemandOut, summary="裁定申诉", openapi_extra=told("APPROVAL_NOT_FOUND")
)
async def decide_appeal(demand_id: UUID, body: RulingIn, caller: CentreLead) -> Response:
    """Rule on an appeal. The rating stays visible as it is, with the ruling."""
    request = pb.DecideAppealRequest(on=on(demand_id, caller), uphold=body.uphold, ruling=body.ruling)
    return demand_answer((await caller.clients.supervision.DecideAppeal(request)).demand, caller)


@router.post(f"{DEMAND}/kpi-exclusion", response_model=DemandOut, summary="不计入考核", openapi_extra=told())
async def exclude_from_kpi(demand_id: UUID, body: ReasonIn, caller: CentreLead) -> Response:
    """Keep a demand out of the agency's assessment. It stays visible and is counted apart."""
    request = pb.ExcludeFromKpiRequest(on=on(demand_id, caller), reason=body.reason)
    return demand_answer((await caller.clients.supervision.ExcludeFromKpi(request)).demand, caller)
