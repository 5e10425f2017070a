"""预约上门宣讲: enterprises ask an agency to come, and others of the zone join (notice 三（二）1: 自主预约课程)."""

from typing import Annotated, Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import lecture_request_pb2
from fahu.courses.v1 import lecture_request_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from services.gateway.auth import AnyRole, Caller, LiaisonCaller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.bookings import GivingUpIn
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.lecture_request_schemas import (
    REQUEST_STATES,
    AcceptIn,
    CounterIn,
    JoinIn,
    LectureRequestIn,
    LectureRequestOut,
    LectureRequestQuery,
    LectureRequests,
    request_out,
)
from services.gateway.routes.lectures import AGENCY, ReasonIn

router = APIRouter(prefix="/api/v1/lecture-requests", tags=["lecture-requests"])
Answerer = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON, *AGENCY))]
REQUEST = "/{lecture_request_id}"
OFFERED = ("CAPACITY_TOO_SMALL", "COURSEWARE_NOT_FOUND", "LECTURER_NOT_FOUND")
TURN = "LECTURE_REQUEST_NOT_YOUR_TURN"


def _told(*reasons: str, versioned: bool = True) -> dict[str, Any]:
    reasons = ("LECTURE_REQUEST_NOT_FOUND", "LECTURE_REQUEST_WRONG_STATE", *reasons)
    return tells(*reasons, idempotent=True, versioned=versioned, etag=True)


@router.get("", summary="上门宣讲预约", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_lecture_requests(query: Annotated[LectureRequestQuery, Query()], caller: AnyRole) -> LectureRequests:
    """Requests of the caller's enterprise, agency or area, those it joined, and the open ones of its zone."""
    request = pb.ListLectureRequestsRequest(
        year=query.year,
        unit_code=query.unit,
        state=REQUEST_STATES.number(query.request_state),
        joinable=query.joinable,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.lecture_requests.ListLectureRequests(request)
    found = [request_out(one) for one in answer.lecture_requests]
    return LectureRequests(lecture_requests=found, next_page_token=answer.next_page_token)


@router.get(
    REQUEST,
    response_model=LectureRequestOut,
    summary="一次上门宣讲预约",
    openapi_extra=tells("LECTURE_REQUEST_NOT_FOUND", etag=True),
)
async def get_lecture_request(lecture_request_id: UUID, caller: AnyRole) -> Response:
    """One request with the slots on the table. Who may join is not told who asked, nor where it will be."""
    request = pb.GetLectureRequestRequest(lecture_request_id=str(lecture_request_id))
    one = (await caller.clients.lecture_requests.GetLectureRequest(request)).lecture_request
    etag = etag_of(one.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(one)


@router.post(
    "",
    status_code=201,
    response_model=LectureRequestOut,
    summary="预约上门宣讲",
    openapi_extra=tells(
        "CHOICE_INVALID",
        "ENTERPRISE_NOT_DESIGNATED",
        "COURSEWARE_NOT_FOUND",
        "AGENCY_NOT_FOUND",
        "SLOTS_INVALID",
        "ZONE_NOT_FOUND",
        "LECTURE_REQUEST_EXISTS",
        idempotent=True,
        etag=True,
    ),
)
async def create_lecture_request(body: LectureRequestIn, caller: LiaisonCaller) -> Response:
    """Ask an agency to come, for courseware or a topic, with two or three slots. It answers within some working days."""
    request = body.message()
    request.request_id = caller.heads.idempotency_key()
    return _answer((await caller.clients.lecture_requests.CreateLectureRequest(request)).lecture_request, 201)


@router.post(
    f"{REQUEST}/accept",
    response_model=LectureRequestOut,
    summary="接受一个时段",
    openapi_extra=_told(TURN, "REQUEST_SLOT_NOT_FOUND", "SLOT_PAST", *OFFERED, "LECTURER_BUSY", "ENTERPRISE_NOT_DESIGNATED"),
)
async def accept_lecture_request(lecture_request_id: UUID, body: AcceptIn, caller: Answerer) -> Response:
    """Agree on one of the slots. The lecture is open then, and everybody who comes is booked in it."""
    request = pb.AcceptLectureRequestRequest(
        on=_on(lecture_request_id, caller), slot=body.slot, offer=body.offer.message() if body.offer else None
    )
    return _answer((await caller.clients.lecture_requests.AcceptLectureRequest(request)).lecture_request)


@router.post(
    f"{REQUEST}/counter",
    response_model=LectureRequestOut,
    summary="另提时段",
    openapi_extra=_told(TURN, "SLOTS_INVALID", *OFFERED),
)
async def counter_lecture_request(lecture_request_id: UUID, body: CounterIn, caller: Answerer) -> Response:
    """Answer with other slots, each side once. An agency says with them what it offers."""
    request = pb.CounterLectureRequestRequest(
        on=_on(lecture_request_id, caller),
        slots=[slot.message() for slot in body.slots],
        offer=body.offer.message() if body.offer else None,
    )
    return _answer((await caller.clients.lecture_requests.CounterLectureRequest(request)).lecture_request)


@router.post(f"{REQUEST}/decline", response_model=LectureRequestOut, summary="谢绝预约", openapi_extra=_told(TURN))
async def decline_lecture_request(lecture_request_id: UUID, body: ReasonIn, caller: Answerer) -> Response:
    """Say no. The other side reads why."""
    request = pb.DeclineLectureRequestRequest(on=_on(lecture_request_id, caller), reason=body.reason)
    return _answer((await caller.clients.lecture_requests.DeclineLectureRequest(request)).lecture_request)


@router.post(f"{REQUEST}/withdraw", response_model=LectureRequestOut, summary="撤回预约", openapi_extra=_told())
async def withdraw_lecture_request(lecture_request_id: UUID, body: GivingUpIn, caller: LiaisonCaller) -> Response:
    """Take it back, whoever's move it is. Who joined is told."""
    request = pb.WithdrawLectureRequestRequest(on=_on(lecture_request_id, caller), reason=body.reason)
    return _answer((await caller.clients.lecture_requests.WithdrawLectureRequest(request)).lecture_request)


@router.post(
    f"{REQUEST}/join",
    response_model=LectureRequestOut,
    summary="一同参加",
    openapi_extra=_told("ALREADY_JOINED", "TOO_MANY_HEADS", "LECTURE_REQUEST_FULL", versioned=False),
)
async def join_lecture_request(lecture_request_id: UUID, body: JoinIn, caller: LiaisonCaller) -> Response:
    """Come too: to an open request of the own zone. All who come are booked once a slot is accepted."""
    key = caller.heads.idempotency_key()
    request = pb.JoinLectureRequestRequest(lecture_request_id=str(lecture_request_id), heads=body.heads, request_id=key)
    return _answer((await caller.clients.lecture_requests.JoinLectureRequest(request)).lecture_request)


@router.post(
    f"{REQUEST}/leave",
    response_model=LectureRequestOut,
    summary="不再一同参加",
    openapi_extra=_told("NOT_JOINED", versioned=False),
)
async def leave_lecture_request(lecture_request_id: UUID, caller: LiaisonCaller) -> Response:
    """Stay away again, while no slot is accepted. Afterwards the booking is cancelled instead."""
    key = caller.heads.idempotency_key()
    request = pb.LeaveLectureRequestRequest(lecture_request_id=str(lecture_request_id), request_id=key)
    return _answer((await caller.clients.lecture_requests.LeaveLectureRequest(request)).lecture_request)


def _on(lecture_request_id: UUID, caller: Caller) -> pb.LectureRequestPrecondition:
    """Which request, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    given = str(lecture_request_id)
    return pb.LectureRequestPrecondition(lecture_request_id=given, expected_version=version, request_id=key)


def _answer(one: lecture_request_pb2.LectureRequest, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    if status == 201:
        headers["location"] = f"/api/v1/lecture-requests/{one.id}"
    return json_answer(request_out(one), status, headers)
