"""BookingService: seats booked, waited for, offered, accepted and given up."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import booking_service_pb2 as rpc
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1.booking_service_pb2_grpc import BookingServiceServicer
from google.protobuf.message import Message

from kit import faults
from kit.coalesce import Coalescer
from kit.context import current_call
from kit.db import Database
from kit.enums import name_of, number_of
from kit.errors import FieldsInvalid, FieldViolation
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import bookings as queries
from services.courses.queries.bookings import BookingFilter, BookingView
from services.courses.rules.lectures import serial_of, why_waiting
from services.courses.service import bookings, exports
from services.courses.service.bookings import Booked, Outcome, Seen, Wish
from services.courses.service.errands import Errand
from services.courses.servicer import sheets
from services.courses.servicer.edge import errand, moment, now, stamp

UseCase = Callable[[Errand, Seen], Awaitable[None]]


class BookingServicer(BookingServiceServicer):
    """See proto/fahu/courses/v1/booking_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._book: Coalescer[Wish, Booked | UUID] = Coalescer(self._book_batch)

    async def BookLecture(self, request: rpc.BookLectureRequest, context: Any) -> rpc.BookLectureResponse:
        actor, lecture_id = actor_of(context), UUID(request.lecture_id)
        wish = Wish(actor, lecture_id, request.heads, request.request_id, fingerprint(request), current_call())
        result = await self._book(wish)
        if isinstance(result, Booked):
            free = result.hall.capacity - result.hall.taken
            return rpc.BookLectureResponse(booking=booking(result, result.hall, result.position, free))
        async with self.db.read() as session:
            return rpc.BookLectureResponse(booking=shown(await queries.booking_view(session, actor, result)))

    async def _book_batch(self, batch: Sequence[Wish]) -> Sequence[Outcome]:
        """Serve the wishes that came in together."""
        async with self.db.begin() as session:
            outcomes = await bookings.book(session, batch, now())
        faults.point("book.after_commit")
        return outcomes

    async def ListBookings(self, request: rpc.ListBookingsRequest, context: Any) -> rpc.ListBookingsResponse:
        wanted = BookingFilter(_lecture_of(request), name_of(pb.BookingState, request.state), request.year)
        async with self.db.read() as session:
            views, token = await queries.bookings_page(
                session, actor_of(context), wanted, request.page_size, request.page_token
            )
        found = [booking(view.booking, view.lecture) for view in views]
        return rpc.ListBookingsResponse(bookings=found, next_page_token=token)

    async def GetBooking(self, request: rpc.GetBookingRequest, context: Any) -> rpc.GetBookingResponse:
        async with self.db.read() as session:
            view = await queries.booking_view(session, actor_of(context), UUID(request.booking_id))
        return rpc.GetBookingResponse(booking=shown(view))

    async def AcceptOffer(self, request: rpc.AcceptOfferRequest, context: Any) -> rpc.AcceptOfferResponse:
        return rpc.AcceptOfferResponse(booking=await self._change(request, request.on, context, bookings.accept))

    async def CancelBooking(self, request: rpc.CancelBookingRequest, context: Any) -> rpc.CancelBookingResponse:
        use_case = partial(bookings.cancel, reason=request.reason.strip())
        return rpc.CancelBookingResponse(booking=await self._change(request, request.on, context, use_case))

    async def ReleaseBooking(self, request: rpc.ReleaseBookingRequest, context: Any) -> rpc.ReleaseBookingResponse:
        use_case = partial(bookings.release, reason=request.reason.strip())
        return rpc.ReleaseBookingResponse(booking=await self._change(request, request.on, context, use_case))

    async def ExportBookings(self, request: rpc.ExportBookingsRequest, context: Any) -> rpc.ExportBookingsResponse:
        async with errand(self.db, actor_of(context), request, "") as begun:
            lecture, found = await exports.export_bookings(begun, UUID(request.lecture_id))
            serial, rows = serial_of(lecture.year, lecture.number), [sheets.booking_row(one) for one in found]
        content = await asyncio.to_thread(spreadsheet.write_rows, "报名名单", sheets.BOOKINGS, rows)
        return rpc.ExportBookingsResponse(content=content, lecture_serial=serial)

    async def _change(self, request: Message, on: rpc.BookingPrecondition, context: Any, use_case: UseCase) -> pb.Booking:
        """One change of a booking, from the lock of its lecture to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.booking_id), on.expected_version)
        async with errand(self.db, actor, request, on.request_id) as begun:
            await use_case(begun, seen)
            begun.session.expire_all()
            found = shown(await queries.booking_view(begun.session, actor, seen.booking_id))
        faults.point("booking.after_commit")
        return found


def _lecture_of(request: rpc.ListBookingsRequest) -> UUID | None:
    try:
        return UUID(request.lecture_id) if request.lecture_id else None
    except ValueError as error:
        raise FieldsInvalid([FieldViolation("lecture_id", "string.uuid", "This is no UUID.")]) from error


def shown(view: BookingView) -> pb.Booking:
    """One booking with its place in the queue."""
    return booking(view.booking, view.lecture, view.position, view.lecture.capacity - view.lecture.taken)


def booking(one: Any, of: Any, position: int = 0, free: int = 0) -> pb.Booking:
    """A booking and its lecture, rows of their tables or what has their columns."""
    return pb.Booking(
        id=str(one.id),
        lecture_id=str(of.id),
        lecture_serial=serial_of(of.year, of.number),
        lecture_title=of.title,
        place=of.place,
        starts_at=stamp(of.starts_at),
        ends_at=stamp(of.ends_at),
        unit_code=of.unit_code,
        enterprise_id=str(one.enterprise_id),
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        heads=one.heads,
        state=number_of(pb.BookingState, one.state),
        position=position,
        waiting_reason=number_of(pb.WaitingReason, why_waiting(position, free) if position else ""),
        offered_until=moment(one.offered_until),
        ended_by=number_of(pb.BookingEnder, one.ended_by),
        end_reason=one.end_reason or "",
        attended_heads=one.attended_heads or 0,
        booked_at=stamp(one.booked_at),
        version=one.version,
    )
