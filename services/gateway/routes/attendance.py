"""签到: who came to a lecture, by the code at its door or by the agency's hand (notice: 法治宣讲服务团)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import attendance_service_pb2 as pb
from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, LiaisonCaller, allow
from services.gateway.openapi import tells
from services.gateway.routes.bookings import BookingOut, booking_answer, on_booking
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.invites import qr_svg
from services.gateway.routes.lectures import AGENCY, Host
from services.gateway.schemas import WHOLE, In, Out, remark, written
from services.gateway.sheets import GIVES_XLSX, xlsx_answer
from services.gateway.words import moment_of

router = APIRouter(prefix="/api/v1", tags=["attendance"])
Overseer = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
Heads = Annotated[int, Field(ge=1, le=1000, description="到场人数。How many came."), WHOLE]


class CheckInBody(In):
    """现场的签到码，和到场人数。"""

    code: Annotated[
        str,
        Field(
            pattern=r"^([0-9]{6}|[A-Za-z0-9_-]{20,40})$",
            description="六位签到码，或二维码中的 scene。The six digits, or the scene of the QR code.",
        ),
    ]
    heads: Heads


class AttendedIn(In):
    """到场人数；多于报名人数的须说明原因。"""

    heads: Heads
    reason: Annotated[str, remark(500)] = ""


class WalkInIn(In):
    """未报名而到场的企业。"""

    enterprise_name: Annotated[str, written(200), Field(description="联系点企业全称。Its name as a liaison point.")]
    heads: Heads


class OpenCheckInOut(Out):
    """现场出示的签到码；只告知这一次，重新生成即失效。"""

    code: Annotated[str, Field(description="六位数字，供联系人输入。Six digits, to be typed.")]
    scene: Annotated[str, Field(description="二维码中的 scene。What identifies the check-in in the QR code.")]
    qr_text: Annotated[str, Field(description="二维码的内容。What the QR code says.")]
    qr_svg: Annotated[str, Field(description="二维码，SVG。The QR code.")]
    expires_at: datetime


@router.post(
    "/lectures/{lecture_id}/check-in",
    response_model=OpenCheckInOut,
    summary="出示签到码",
    openapi_extra=tells("LECTURE_NOT_FOUND", "LECTURE_WRONG_STATE", "CHECK_IN_CLOSED"),
)
async def open_check_in(lecture_id: UUID, caller: Host) -> Response:
    """Make a code for the door of the caller's own lecture, around the time that it is held. The one before it ends.

    Without an Idempotency-Key: only a hash is kept, so a lost answer cannot be told again. Ask for another code.
    """
    shown = await caller.clients.attendance.OpenCheckIn(pb.OpenCheckInRequest(lecture_id=str(lecture_id)))
    text = caller.parts.check_in_link.format(scene=shown.scene)
    out = OpenCheckInOut(
        code=shown.code,
        scene=shown.scene,
        qr_text=text,
        qr_svg=qr_svg(text),
        expires_at=moment_of(shown.expires_at),
    )
    return json_answer(out, 200, {"cache-control": "no-store"})


@router.post(
    "/bookings/{booking_id}/check-in",
    response_model=BookingOut,
    summary="签到",
    openapi_extra=tells(
        "BOOKING_NOT_FOUND",
        "BOOKING_WRONG_STATE",
        "CHECK_IN_CODE_WRONG",
        "HEADS_OVER_BOOKED",
        "TOO_MANY_ATTEMPTS",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def check_in(booking_id: UUID, body: CheckInBody, caller: LiaisonCaller) -> Response:
    """The contact stands at the door and says so with the code shown there. Wrong codes are counted."""
    request = pb.CheckInRequest(on=on_booking(booking_id, caller), code=body.code, heads=body.heads)
    async with caller.parts.check_in_guesses.watched(caller.actor.subject):
        answer = await caller.clients.attendance.CheckIn(request)
    return booking_answer(answer.booking)


@router.post(
    "/bookings/{booking_id}/attendance",
    response_model=BookingOut,
    summary="登记到场",
    openapi_extra=tells(
        "BOOKING_NOT_FOUND",
        "BOOKING_WRONG_STATE",
        "LECTURE_WRONG_STATE",
        "LECTURE_NOT_STARTED",
        "HEADS_OVER_BOOKED",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def mark_attended(booking_id: UUID, body: AttendedIn, caller: Host) -> Response:
    """The agency writes down that the enterprise came, also when it was taken for absent. It is not taken back."""
    request = pb.MarkAttendedRequest(on=on_booking(booking_id, caller), heads=body.heads, reason=body.reason)
    return booking_answer((await caller.clients.attendance.MarkAttended(request)).booking)


@router.post(
    "/lectures/{lecture_id}/walk-ins",
    status_code=201,
    response_model=BookingOut,
    summary="登记未报名到场的企业",
    openapi_extra=tells(
        "LECTURE_NOT_FOUND",
        "LECTURE_WRONG_STATE",
        "LECTURE_NOT_STARTED",
        "LECTURE_FULL",
        "ENTERPRISE_NOT_DESIGNATED",
        "ALREADY_BOOKED",
        idempotent=True,
        etag=True,
    ),
)
async def record_walk_in(lecture_id: UUID, body: WalkInIn, caller: Host) -> Response:
    """An enterprise came without a booking, and seats are free for it."""
    request = pb.RecordWalkInRequest(
        lecture_id=str(lecture_id),
        enterprise_name=body.enterprise_name,
        heads=body.heads,
        request_id=caller.heads.idempotency_key(),
    )
    return booking_answer((await caller.clients.attendance.RecordWalkIn(request)).booking, 201)


@router.get(
    "/lectures/{lecture_id}/attendance.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出签到表",
    openapi_extra=tells("LECTURE_NOT_FOUND", "EXPORT_TOO_LARGE"),
)
async def export_attendance(lecture_id: UUID, caller: Overseer) -> Response:
    """Who has seats and who came, as XLSX; before the lecture, the list to sign at its door."""
    request = pb.ExportAttendanceRequest(lecture_id=str(lecture_id))
    answer = await caller.clients.attendance.ExportAttendance(request)
    return xlsx_answer(f"签到表 {answer.lecture_serial}", answer.content)
