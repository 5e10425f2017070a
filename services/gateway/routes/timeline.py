"""What happened to one demand, line by line, and how the messages about it reached people."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2, dispatch_service_pb2
from fahu.notify.v1 import notification_pb2, notify_service_pb2
from fastapi import APIRouter, Depends
from pydantic import Field

from services.gateway.auth import CENTRE, AnyRole, Caller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import STATES, StateWord
from services.gateway.schemas import Day, Id, Out
from services.gateway.texts.demands import line_text
from services.gateway.words import Words, day, moment_of

router = APIRouter(prefix="/api/v1/demands/{demand_id}", tags=["demands"])
Tracker = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR))]
EventWord = Literal[
    "submitted",
    "triage_required",
    "dispatched",
    "accepted",
    "contacted",
    "return_requested",
    "return_approved",
    "return_denied",
    "disposition_set",
    "approval_requested",
    "approval_signed",
    "approval_denied",
    "extended",
    "info_requested",
    "info_supplied",
    "info_timeout",
    "co_handler_added",
    "opinion_given",
    "opinion_waived",
    "revived",
    "resumed",
    "park_reviewed",
    "replied",
    "rated",
    "closed",
    "look_back_opened",
    "look_back_tried",
    "looked_back",
    "reopened",
    "order_issued",
    "order_answered",
    "order_closed",
    "appeal_requested",
    "appeal_decided",
    "excluded",
    "identity_revealed",
    "joined",
    "taken_out",
    "rescheduled",
    "progress_reported",
    "withdrawn",
]
NARROWED_BY_DAY = ("extended", "resumed")
DeliveryWord = Literal["pending", "sent", "call_task", "called", "inbox_only"]
DELIVERIES = Words(notification_pb2.DeliveryState)


class TimelineLine(Out):
    """One thing that happened."""

    sequence: int
    type: EventWord
    state: Annotated[StateWord, Field(description="此后的状态。The state afterwards.")]
    at: datetime
    sentence: Annotated[str, Field(description="供阅读的一句话。What happened, to be read.")]
    text: Annotated[str, Field(description="当事人所写的内容。What the person wrote.")]
    promised_on: Day | None
    person_id: Annotated[Id | None, Field(description="系统所为则为空。Null if the platform did it.")]
    who: Annotated[str | None, Field(description="姓名，按查看者的权限显示。As the caller may see it.")]
    unit_code: str | None
    unit_name: str | None
    lead_unit_code: str | None
    lead_unit_name: str | None
    asked_by_agency: bool


class Timeline(Out):
    """All lines of a demand, oldest first."""

    events: list[TimelineLine]


class DeliveryOut(Out):
    """The way of one message to one person."""

    notification_id: Id
    person_id: Id
    who: str | None
    kind: str
    state: DeliveryWord
    attempts: int
    error_code: Annotated[int, Field(description="微信最近一次的错误码，0 为无。WeChat's last error code.")]
    updated_at: datetime


class Deliveries(Out):
    """At most 200, newest first."""

    deliveries: list[DeliveryOut]


@router.get("/timeline", summary="办理过程", openapi_extra=tells("DEMAND_NOT_FOUND"))
async def list_demand_events(demand_id: UUID, caller: AnyRole) -> Timeline:
    """What happened to a demand, oldest first. Names are left out while the registry is away."""
    request = dispatch_service_pb2.ListDemandEventsRequest(demand_id=str(demand_id))
    answer, units = await asyncio.gather(caller.clients.dispatch.ListDemandEvents(request), caller.clients.unit_names())
    people = await caller.clients.person_names(event.person_id for event in answer.events)
    return Timeline(events=[_line(event, people, units, caller) for event in answer.events])


@router.get("/deliveries", summary="消息送达情况", openapi_extra=tells())
async def list_deliveries(demand_id: UUID, caller: Tracker) -> Deliveries:
    """How the messages about a demand reached people; empty if there were none."""
    request = notify_service_pb2.ListDeliveriesRequest(subject_id=str(demand_id))
    answer = await caller.clients.notify.ListDeliveries(request)
    people = await caller.clients.person_names(one.person_id for one in answer.deliveries)
    return Deliveries(deliveries=[_delivery(one, people) for one in answer.deliveries])


def _line(event: demand_pb2.DemandEvent, people: dict[str, str], units: dict[str, str], caller: Caller) -> TimelineLine:
    unit, lead = units.get(event.unit_code, ""), units.get(event.lead_unit_code, "")
    promised = day(event.promised_on)
    sentence = line_text(_kind(event), unit, lead, promised, enterprise=caller.of_enterprise, language=caller.heads.language)
    return TimelineLine(
        sequence=event.sequence,
        type=event.type,
        state=STATES.of(event.state),
        at=moment_of(event.at),
        sentence=sentence,
        text=event.text,
        promised_on=event.promised_on or None,
        person_id=event.person_id or None,
        who=people.get(event.person_id),
        unit_code=event.unit_code or None,
        unit_name=unit or None,
        lead_unit_code=event.lead_unit_code or None,
        lead_unit_name=lead or None,
        asked_by_agency=event.asked_by_agency,
    )


def _kind(event: demand_pb2.DemandEvent) -> str:
    """Which sentence tells it."""
    if event.type == "submitted" and event.unit_code:
        return "submitted on_behalf"
    if event.type == "dispatched" and not event.person_id:
        return "dispatched automatic"
    if event.type == "disposition_set":
        return f"disposition_set {'promised' if event.promised_on else STATES.of(event.state)}"
    if event.type in NARROWED_BY_DAY and event.promised_on:
        return f"{event.type} promised"
    if event.type == "reopened":
        return f"reopened {STATES.of(event.state)}"
    return event.type


def _delivery(one: notification_pb2.Delivery, people: dict[str, str]) -> DeliveryOut:
    return DeliveryOut(
        notification_id=one.notification_id,
        person_id=one.person_id,
        who=people.get(one.person_id),
        kind=one.kind,
        state=DELIVERIES.of(one.state),
        attempts=one.attempts,
        error_code=one.error_code,
        updated_at=moment_of(one.updated_at),
    )
