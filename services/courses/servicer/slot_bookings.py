"""SlotBookingService: slots seen, booked, changed, given up, and who came."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import consultation_pb2 as pb
from fahu.courses.v1 import slot_booking_service_pb2 as rpc
from fahu.courses.v1.slot_booking_service_pb2_grpc import SlotBookingServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of, number_of
from kit.rpc.interceptors import actor_of
from services.courses.queries import slot_bookings as queries
from services.courses.queries.slot_bookings import SlotBookingFilter, SlotBookingView
from services.courses.rules.consultations import serial_of, slot_times
from services.courses.service import slot_bookings
from services.courses.service.errands import Errand
from services.courses.service.slot_bookings import DISTRICT, Seen
from services.courses.servicer.edge import errand, stamp, uuid_or_none

UseCase = Callable[[Errand, Seen], Awaitable[None]]


class SlotBookingServicer(SlotBookingServiceServicer):
    """See proto/fahu/courses/v1/slot_booking_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def ListSlots(self, request: rpc.ListSlotsRequest, context: Any) -> rpc.ListSlotsResponse:
        async with self.db.read() as session:
            found, taken = await queries.taken_slots(session, actor_of(context), UUID(request.consultation_id))
        slots = []
        for number in range(1, found.slot_count + 1):
            starts_at, ends_at = slot_times(found.starts_at, found.slot_minutes, number)
            shown = str(taken.get(number) or "")
            one = pb.Slot(number=number, starts_at=stamp(starts_at), ends_at=stamp(ends_at), slot_booking_id=shown)
            one.taken = number in taken
            slots.append(one)
        return rpc.ListSlotsResponse(slots=slots)

    async def BookSlot(self, request: rpc.BookSlotRequest, context: Any) -> rpc.BookSlotResponse:
        actor, consultation_id = actor_of(context), UUID(request.consultation_id)
        async with errand(self.db, actor, request, request.request_id) as begun:
            made = await slot_bookings.book(begun, consultation_id, request.slot_number, request.topic.strip())
            view = await queries.slot_booking_view(begun.session, actor, made)
        return rpc.BookSlotResponse(slot_booking=slot_booking(view))

    async def ListSlotBookings(self, request: rpc.ListSlotBookingsRequest, context: Any) -> rpc.ListSlotBookingsResponse:
        of = uuid_or_none("consultation_id", request.consultation_id)
        wanted = SlotBookingFilter(of, name_of(pb.SlotBookingState, request.state), request.year)
        async with self.db.read() as session:
            views, token = await queries.slot_bookings_page(
                session, actor_of(context), wanted, request.page_size, request.page_token
            )
        return rpc.ListSlotBookingsResponse(slot_bookings=map(slot_booking, views), next_page_token=token)

    async def GetSlotBooking(self, request: rpc.GetSlotBookingRequest, context: Any) -> rpc.GetSlotBookingResponse:
        async with self.db.read() as session:
            view = await queries.slot_booking_view(session, actor_of(context), UUID(request.slot_booking_id))
        return rpc.GetSlotBookingResponse(slot_booking=slot_booking(view))

    async def MoveSlotBooking(self, request: rpc.MoveSlotBookingRequest, context: Any) -> rpc.MoveSlotBookingResponse:
        use_case = partial(slot_bookings.change_slot, slot_number=request.slot_number)
        return rpc.MoveSlotBookingResponse(slot_booking=await self._change(request, request.on, context, use_case))

    async def CancelSlotBooking(self, request: rpc.CancelSlotBookingRequest, context: Any) -> rpc.CancelSlotBookingResponse:
        use_case = partial(slot_bookings.cancel, reason=request.reason.strip())
        return rpc.CancelSlotBookingResponse(slot_booking=await self._change(request, request.on, context, use_case))

    async def ReleaseSlotBooking(
        self, request: rpc.ReleaseSlotBookingRequest, context: Any
    ) -> rpc.ReleaseSlotBookingResponse:
        use_case = partial(slot_bookings.release, reason=request.reason.strip())
        return rpc.ReleaseSlotBookingResponse(slot_booking=await self._change(request, request.on, context, use_case))

    async def MarkSlotBooking(self, request: rpc.MarkSlotBookingRequest, context: Any) -> rpc.MarkSlotBookingResponse:
        use_case = partial(slot_bookings.mark, attended=request.attended)
        return rpc.MarkSlotBookingResponse(slot_booking=await self._change(request, request.on, context, use_case))

    async def _change(
        self, request: Message, on: rpc.SlotBookingPrecondition, context: Any, use_case: UseCase
    ) -> pb.SlotBooking:
        """One change of a booking, from the lock of its session to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.slot_booking_id), on.expected_version)
        async with errand(self.db, actor, request, on.request_id) as begun:
            await use_case(begun, seen)
            return slot_booking(await queries.slot_booking_view(begun.session, actor, seen.slot_booking_id))


def slot_booking(view: SlotBookingView) -> pb.SlotBooking:
    """A booking as it is shown, with the time of its slot."""
    one, of = view.booking, view.consultation
    starts_at, ends_at = slot_times(of.starts_at, of.slot_minutes, one.slot_number)
    return pb.SlotBooking(
        id=str(one.id),
        consultation_id=str(of.id),
        consultation_serial=serial_of(of.year, of.number),
        group_number=of.group_number,
        place=of.place,
        slot_number=one.slot_number,
        starts_at=stamp(starts_at),
        ends_at=stamp(ends_at),
        enterprise_id=str(one.enterprise_id),
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        district_level=one.level == DISTRICT,
        topic=one.topic,
        state=number_of(pb.SlotBookingState, one.state),
        ended_by=number_of(pb.SlotBookingEnder, one.ended_by),
        end_reason=one.end_reason or "",
        booked_at=stamp(one.booked_at),
        version=one.version,
    )
