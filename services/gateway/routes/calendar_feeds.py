"""日历订阅: bookings as files and as an address for the calendars of phones and desks."""

from typing import Annotated, Any
from uuid import UUID

from fahu.courses.v1 import calendar_feed_service_pb2 as pb
from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import Anybody, LiaisonCaller
from services.gateway.ics import calendar_answer
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import Out

router = APIRouter(prefix="/api/v1", tags=["calendar"])
GIVES_ICS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}}
Token = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{1,200}$", description="订阅地址中的令牌。The secret part of the address.")
]


class CalendarFeedOut(Out):
    """日历订阅地址，等同密码；只告知这一次，重新生成即失效。"""

    path: Annotated[str, Field(description="订阅地址，接在本站网址之后。To be put behind this site's own address.")]


@router.get(
    "/bookings/{booking_id}/calendar.ics",
    response_class=Response,
    responses=GIVES_ICS,
    summary="报名的日历文件",
    openapi_extra=tells("BOOKING_NOT_FOUND", etag=True),
)
async def get_calendar_entry(booking_id: UUID, caller: LiaisonCaller) -> Response:
    """One booking for the calendar of a phone. A later file updates an earlier one, and takes a cancelled booking away."""
    request = pb.GetCalendarEntryRequest(booking_id=str(booking_id))
    entry = (await caller.clients.calendar_feeds.GetCalendarEntry(request)).entry
    return calendar_answer([entry], caller.heads, entry.booking.lecture_serial)


@router.post("/me/calendar-feed", response_model=CalendarFeedOut, summary="生成日历订阅地址", openapi_extra=tells())
async def renew_calendar_feed(caller: LiaisonCaller) -> Response:
    """Make the secret address of the caller's bookings. The one before it ends.

    Without an Idempotency-Key: only a hash is kept, so a lost answer cannot be told again. Ask for another address.
    """
    made = await caller.clients.calendar_feeds.RenewCalendarFeed(pb.RenewCalendarFeedRequest())
    out = CalendarFeedOut(path=f"/api/v1/calendar/{made.token}.ics")
    return json_answer(out, 200, {"cache-control": "no-store"})


@router.get(
    "/calendar/{token}.ics",
    response_class=Response,
    responses=GIVES_ICS,
    summary="订阅日历",
    openapi_extra=tells("CALENDAR_FEED_NOT_FOUND", "TOO_MANY_ATTEMPTS", etag=True),
)
async def get_calendar_feed(token: Token, guest: Anybody) -> Response:
    """Bookings of a contact, of lectures ahead and of the last 90 days. Calendars cannot sign in: the address is the key."""
    async with guest.parts.link_guesses.watched(guest.address):
        found = await guest.parts.clients.subscribed.GetCalendarFeed(pb.GetCalendarFeedRequest(token=token))
    return calendar_answer(found.entries, guest.heads, "fahu")
