"""咨询预约: slots of consultations, booked by enterprises of the zone, district-level points first (notice 三（二）2)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import consultation_pb2
from fahu.courses.v1 import slot_booking_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import AnyRole, Caller, LiaisonCaller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.bookings import GivingUpIn
from services.gateway.routes.consultations import CONSULTATION, GroupStaff
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.lectures import AGENCY, ReasonIn
from services.gateway.routes.project_schemas import Year
from services.gateway.schemas import WHOLE, Id, In, NextPageToken, Out, Page, remark
from services.gateway.words import Words, moment_of

router = APIRouter(prefix="/api/v1", tags=["slot-bookings"])
Mover = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON, *AGENCY, Role.ROLE_SUPERVISOR))]
SlotBookingStateWord = Literal["booked", "cancelled", "attended", "no_show"]
SlotEnderWord = Literal["enterprise", "host"]
SLOT_BOOKING_STATES = Words(consultation_pb2.SlotBookingState)
SLOT_ENDERS = Words(consultation_pb2.SlotBookingEnder)
SLOT_BOOKING = "/slot-bookings/{slot_booking_id}"
SlotNumber = Annotated[int, Field(ge=1, le=100, description="第几个时段。Number of the slot."), WHOLE]


class SlotBookingIn(In):
    """要哪个时段，想问什么。"""

    slot_number: SlotNumber
    topic: Annotated[str, remark(500), Field(description="想问的问题，便于咨询员准备；可不填。May be empty.")] = ""


class SlotMoveIn(In):
    """改到哪个时段。"""

    slot_number: SlotNumber


class AttendanceIn(In):
    """来了没有。"""

    attended: bool


class SlotBookingQuery(Page):
    """Which bookings, and which page of them."""

    year: Year = 0
    consultation: Annotated[UUID | None, Field(description="场次。The session.")] = None
    slot_booking_state: Annotated[SlotBookingStateWord | None, Field(description="状态。State.")] = None


class SlotOut(Out):
    """一个时段。"""

    number: int
    starts_at: datetime
    ends_at: datetime
    taken: bool
    slot_booking_id: Annotated[Id | None, Field(description="您可以查看的预约。The booking, if the caller may see it.")]


class Slots(Out):
    """In their order."""

    slots: list[SlotOut]


class SlotBookingOut(Out):
    """一次预约。"""

    id: Id
    consultation_id: Id
    consultation_serial: str
    group_number: int
    place: str
    slot_number: int
    starts_at: datetime
    ends_at: datetime
    enterprise_id: Id
    enterprise_name: str
    area_code: str
    district_level: Annotated[bool, Field(description="是否区级联系点。Whether it is a district-level point.")]
    topic: str
    state: SlotBookingStateWord
    ended_by: SlotEnderWord | None
    end_reason: str | None
    booked_at: datetime
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class SlotBookings(Out):
    """One page, newest first."""

    slot_bookings: list[SlotBookingOut]
    next_page_token: NextPageToken


def _told(*reasons: str) -> dict[str, Any]:
    reasons = ("SLOT_BOOKING_NOT_FOUND", "SLOT_BOOKING_WRONG_STATE", *reasons)
    return tells(*reasons, idempotent=True, versioned=True, etag=True)


@router.get(f"{CONSULTATION}/slots", summary="咨询时段", openapi_extra=tells("CONSULTATION_NOT_FOUND"))
async def list_slots(consultation_id: UUID, caller: AnyRole) -> Slots:
    """The slots of a session, and which of them are free."""
    answer = await caller.clients.slot_bookings.ListSlots(pb.ListSlotsRequest(consultation_id=str(consultation_id)))
    return Slots(slots=[_slot(one) for one in answer.slots])


@router.post(
    f"{CONSULTATION}/slot-bookings",
    status_code=201,
    response_model=SlotBookingOut,
    summary="预约时段",
    openapi_extra=tells(
        "CONSULTATION_NOT_FOUND",
        "CONSULTATION_CLOSED",
        "ENTERPRISE_NOT_DESIGNATED",
        "CONSULTATION_OF_OTHER_ZONE",
        "DISTRICT_LEVEL_FIRST",
        "SLOT_NOT_FOUND",
        "SLOT_TAKEN",
        "SLOT_BOOKED_ALREADY",
        idempotent=True,
        etag=True,
    ),
)
async def book_slot(consultation_id: UUID, body: SlotBookingIn, caller: LiaisonCaller) -> Response:
    """Book a free slot for the caller's enterprise. Until `open_to_all_at` only district-level points do."""
    request = pb.BookSlotRequest(
        consultation_id=str(consultation_id),
        slot_number=body.slot_number,
        topic=body.topic,
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.slot_bookings.BookSlot(request)).slot_booking, 201)


@router.get("/slot-bookings", summary="预约列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_slot_bookings(query: Annotated[SlotBookingQuery, Query()], caller: AnyRole) -> SlotBookings:
    """Bookings of the caller's enterprise, group or area; for the centre and supervisors all."""
    request = pb.ListSlotBookingsRequest(
        year=query.year,
        consultation_id=str(query.consultation or ""),
        state=SLOT_BOOKING_STATES.number(query.slot_booking_state),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.slot_bookings.ListSlotBookings(request)
    found = [_shown(one) for one in answer.slot_bookings]
    return SlotBookings(slot_bookings=found, next_page_token=answer.next_page_token)


@router.get(
    SLOT_BOOKING,
    response_model=SlotBookingOut,
    summary="一次预约",
    openapi_extra=tells("SLOT_BOOKING_NOT_FOUND", etag=True),
)
async def get_slot_booking(slot_booking_id: UUID, caller: AnyRole) -> Response:
    """One booking with the time of its slot."""
    request = pb.GetSlotBookingRequest(slot_booking_id=str(slot_booking_id))
    return _answer((await caller.clients.slot_bookings.GetSlotBooking(request)).slot_booking)


@router.post(
    f"{SLOT_BOOKING}/move",
    response_model=SlotBookingOut,
    summary="改约时段",
    openapi_extra=_told("CONSULTATION_CLOSED", "SLOT_NOT_FOUND", "SLOT_TAKEN"),
)
async def move_slot_booking(slot_booking_id: UUID, body: SlotMoveIn, caller: Mover) -> Response:
    """Take another free slot of the same session instead: the enterprise, or the group for it."""
    request = pb.MoveSlotBookingRequest(on=_on(slot_booking_id, caller), slot_number=body.slot_number)
    return _answer((await caller.clients.slot_bookings.MoveSlotBooking(request)).slot_booking)


@router.post(
    f"{SLOT_BOOKING}/cancel",
    response_model=SlotBookingOut,
    summary="取消预约",
    openapi_extra=_told("CONSULTATION_CLOSED"),
)
async def cancel_slot_booking(slot_booking_id: UUID, body: GivingUpIn, caller: LiaisonCaller) -> Response:
    """Give the slot up, for another enterprise to take."""
    request = pb.CancelSlotBookingRequest(on=_on(slot_booking_id, caller), reason=body.reason)
    return _answer((await caller.clients.slot_bookings.CancelSlotBooking(request)).slot_booking)


@router.post(
    f"{SLOT_BOOKING}/release",
    response_model=SlotBookingOut,
    summary="主办方取消预约",
    openapi_extra=_told("CONSULTATION_CLOSED"),
)
async def release_slot_booking(slot_booking_id: UUID, body: ReasonIn, caller: GroupStaff) -> Response:
    """Take a booking back on the group's side. The enterprise reads why."""
    request = pb.ReleaseSlotBookingRequest(on=_on(slot_booking_id, caller), reason=body.reason)
    return _answer((await caller.clients.slot_bookings.ReleaseSlotBooking(request)).slot_booking)


@router.post(
    f"{SLOT_BOOKING}/attendance",
    response_model=SlotBookingOut,
    summary="登记到场",
    openapi_extra=_told("CONSULTATION_NOT_STARTED"),
)
async def mark_slot_booking(slot_booking_id: UUID, body: AttendanceIn, caller: GroupStaff) -> Response:
    """Say whether the enterprise came. That it did not may be corrected."""
    request = pb.MarkSlotBookingRequest(on=_on(slot_booking_id, caller), attended=body.attended)
    return _answer((await caller.clients.slot_bookings.MarkSlotBooking(request)).slot_booking)


def _on(slot_booking_id: UUID, caller: Caller) -> pb.SlotBookingPrecondition:
    """Which booking, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.SlotBookingPrecondition(slot_booking_id=str(slot_booking_id), expected_version=version, request_id=key)


def _answer(one: consultation_pb2.SlotBooking, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    if status == 201:
        headers["location"] = f"/api/v1/slot-bookings/{one.id}"
    return json_answer(_shown(one), status, headers)


def _slot(one: consultation_pb2.Slot) -> SlotOut:
    return SlotOut(
        number=one.number,
        starts_at=moment_of(one.starts_at),
        ends_at=moment_of(one.ends_at),
        taken=one.taken,
        slot_booking_id=one.slot_booking_id or None,
    )


def _shown(one: consultation_pb2.SlotBooking) -> SlotBookingOut:
    return SlotBookingOut(
        id=one.id,
        consultation_id=one.consultation_id,
        consultation_serial=one.consultation_serial,
        group_number=one.group_number,
        place=one.place,
        slot_number=one.slot_number,
        starts_at=moment_of(one.starts_at),
        ends_at=moment_of(one.ends_at),
        enterprise_id=one.enterprise_id,
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        district_level=one.district_level,
        topic=one.topic,
        state=SLOT_BOOKING_STATES.of(one.state),
        ended_by=SLOT_ENDERS.of(one.ended_by),
        end_reason=one.end_reason or None,
        booked_at=moment_of(one.booked_at),
        version=one.version,
    )
