"""报名: seats in lectures, the queue for them, and offers (notice 三（二）1: 自主预约课程)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.courses.v1 import booking_service_pb2 as pb
from fahu.courses.v1 import lecture_pb2
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import AnyRole, Caller, LiaisonCaller
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.lectures import Host, ReasonIn
from services.gateway.routes.project_schemas import Year
from services.gateway.schemas import WHOLE, Code, Id, In, NextPageToken, Out, Page, remark
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["bookings"])
BookingStateWord = Literal["confirmed", "waiting", "offered", "lapsed", "cancelled", "attended", "no_show"]
EnderWord = Literal["enterprise", "host", "time"]
WhyWord = Literal["full", "ahead", "party"]
BOOKING_STATES, ENDERS, WHYS = (
    Words(lecture_pb2.BookingState),
    Words(lecture_pb2.BookingEnder),
    Words(lecture_pb2.WaitingReason),
)
BOOKING = "/bookings/{booking_id}"


class BookingIn(In):
    """几个人来。"""

    heads: Annotated[int, Field(ge=1, le=1000, description="人数，不超过每家上限。How many come."), WHOLE] = 1


class GivingUpIn(In):
    """为什么不来了；可以不写。"""

    reason: Annotated[str, remark(500)] = ""


class BookingQuery(Page):
    """Which bookings, and which page of them."""

    year: Year = 0
    lecture: Annotated[UUID | None, Field(description="场次。The lecture.")] = None
    booking_state: Annotated[BookingStateWord | None, Field(description="状态。State.")] = None


class QueueOut(Out):
    """候补的位次，和为什么还没轮到。"""

    position: Annotated[int, Field(description="第几位，1 为下一个。1 is next.")]
    why: Annotated[
        WhyWord,
        Field(description="full 没有余位；ahead 前面还有人；party 余位不够你们的人数。Why it has no seats yet."),
    ]


class BookingOut(Out):
    """一家企业的报名。"""

    id: Id
    lecture_id: Id
    lecture_serial: str
    lecture_title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    unit_code: Code
    enterprise_id: Id
    enterprise_name: str
    area_code: str
    heads: int
    state: Annotated[BookingStateWord, Field(description="offered 为座位已保留，待确认。Held until accepted.")]
    queue: Annotated[QueueOut | None, Field(description="候补时才有；列表中不给出。While it waits; not in lists.")]
    offered_until: Annotated[datetime | None, Field(description="保留到何时，逾时让给下一位。Then it goes to the next.")]
    ended_by: EnderWord | None
    end_reason: str | None
    attended_heads: int | None
    booked_at: datetime
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class Bookings(Out):
    """One page, newest first."""

    bookings: list[BookingOut]
    next_page_token: NextPageToken


def _told(*reasons: str) -> dict[str, Any]:
    reasons = ("BOOKING_NOT_FOUND", "BOOKING_WRONG_STATE", *reasons)
    return tells(*reasons, idempotent=True, versioned=True, etag=True)


@router.post(
    "/lectures/{lecture_id}/bookings",
    status_code=201,
    response_model=BookingOut,
    summary="报名",
    openapi_extra=tells(
        "LECTURE_NOT_FOUND",
        "LECTURE_CLOSED",
        "ENTERPRISE_NOT_DESIGNATED",
        "LECTURE_OF_OTHER_ZONE",
        "TOO_MANY_HEADS",
        "ALREADY_BOOKED",
        idempotent=True,
        etag=True,
    ),
)
async def book_lecture(lecture_id: UUID, body: BookingIn, caller: LiaisonCaller) -> Response:
    """Book seats for the caller's enterprise; when none are free, or others wait, join the end of the queue."""
    key = caller.heads.idempotency_key()
    request = pb.BookLectureRequest(lecture_id=str(lecture_id), heads=body.heads, request_id=key)
    answer = await caller.clients.book_lecture(request)
    return booking_answer(answer.booking, 201)


@router.get("/bookings", summary="报名列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_bookings(query: Annotated[BookingQuery, Query()], caller: AnyRole) -> Bookings:
    """Bookings of the caller's enterprise, agency or area; for the centre and supervisors all."""
    request = pb.ListBookingsRequest(
        year=query.year,
        lecture_id=str(query.lecture or ""),
        state=BOOKING_STATES.number(query.booking_state),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.bookings.ListBookings(request)
    return Bookings(bookings=[booking_out(one) for one in answer.bookings], next_page_token=answer.next_page_token)


@router.get(BOOKING, response_model=BookingOut, summary="一次报名", openapi_extra=tells("BOOKING_NOT_FOUND", etag=True))
async def get_booking(booking_id: UUID, caller: AnyRole) -> Response:
    """One booking, with its place in the queue and why it still waits."""
    answer = await caller.clients.bookings.GetBooking(pb.GetBookingRequest(booking_id=str(booking_id)))
    return booking_answer(answer.booking)


@router.post(f"{BOOKING}/accept", response_model=BookingOut, summary="确认递补", openapi_extra=_told("OFFER_ENDED"))
async def accept_offer(booking_id: UUID, caller: LiaisonCaller) -> Response:
    """Take the seats that are held for the enterprise."""
    request = pb.AcceptOfferRequest(on=on_booking(booking_id, caller))
    return booking_answer((await caller.clients.bookings.AcceptOffer(request)).booking)


@router.post(f"{BOOKING}/cancel", response_model=BookingOut, summary="取消报名", openapi_extra=_told("LECTURE_STARTED"))
async def cancel_booking(booking_id: UUID, body: GivingUpIn, caller: LiaisonCaller) -> Response:
    """Give up seats, the place in the queue, or an offer. What falls free goes to those who wait."""
    request = pb.CancelBookingRequest(on=on_booking(booking_id, caller), reason=body.reason)
    return booking_answer((await caller.clients.bookings.CancelBooking(request)).booking)


@router.post(
    f"{BOOKING}/release", response_model=BookingOut, summary="主办方取消报名", openapi_extra=_told("LECTURE_STARTED")
)
async def release_booking(booking_id: UUID, body: ReasonIn, caller: Host) -> Response:
    """Take a booking back on the agency's side. The enterprise reads why."""
    request = pb.ReleaseBookingRequest(on=on_booking(booking_id, caller), reason=body.reason)
    return booking_answer((await caller.clients.bookings.ReleaseBooking(request)).booking)


def on_booking(booking_id: UUID, caller: Caller) -> pb.BookingPrecondition:
    """Which booking, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.BookingPrecondition(booking_id=str(booking_id), expected_version=version, request_id=key)


def booking_answer(one: lecture_pb2.Booking, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    if status == 201:
        headers["location"] = f"/api/v1/bookings/{one.id}"
    return json_answer(booking_out(one), status, headers)


def booking_out(one: lecture_pb2.Booking) -> BookingOut:
    queue = QueueOut(position=one.position, why=WHYS.of(one.waiting_reason)) if one.position else None
    return BookingOut(
        id=one.id,
        lecture_id=one.lecture_id,
        lecture_serial=one.lecture_serial,
        lecture_title=one.lecture_title,
        place=one.place,
        starts_at=moment_of(one.starts_at),
        ends_at=moment_of(one.ends_at),
        unit_code=one.unit_code,
        enterprise_id=one.enterprise_id,
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        heads=one.heads,
        state=BOOKING_STATES.of(one.state),
        queue=queue,
        offered_until=moment(one, "offered_until"),
        ended_by=ENDERS.of(one.ended_by),
        end_reason=one.end_reason or None,
        attended_heads=one.attended_heads or None,
        booked_at=moment_of(one.booked_at),
        version=one.version,
    )
