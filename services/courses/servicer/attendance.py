"""AttendanceService: who came."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import attendance_service_pb2 as rpc
from fahu.courses.v1 import booking_service_pb2
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1.attendance_service_pb2_grpc import AttendanceServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import bookings as queries
from services.courses.rules import attendance_sheet as sheet
from services.courses.rules.attendance import AttendanceTerms
from services.courses.rules.lectures import serial_of
from services.courses.service import attendance, exports
from services.courses.service.bookings import Seen
from services.courses.servicer.bookings import UseCase, shown
from services.courses.servicer.edge import errand, stamp


class AttendanceServicer(AttendanceServiceServicer):
    """See proto/fahu/courses/v1/attendance_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, terms: AttendanceTerms) -> None:
        self.db = db
        self.terms = terms

    async def OpenCheckIn(self, request: rpc.OpenCheckInRequest, context: Any) -> rpc.OpenCheckInResponse:
        async with errand(self.db, actor_of(context), request, "") as begun:
            found = await attendance.open_check_in(begun, self.terms, UUID(request.lecture_id))
        return rpc.OpenCheckInResponse(code=found.code, scene=found.scene, expires_at=stamp(found.expires_at))

    async def CheckIn(self, request: rpc.CheckInRequest, context: Any) -> rpc.CheckInResponse:
        use_case = partial(attendance.check_in, code=request.code, heads=request.heads)
        return rpc.CheckInResponse(booking=await self._change(request, request.on, context, use_case))

    async def MarkAttended(self, request: rpc.MarkAttendedRequest, context: Any) -> rpc.MarkAttendedResponse:
        reason = request.reason.strip()
        use_case = partial(attendance.mark_attended, terms=self.terms, heads=request.heads, reason=reason)
        return rpc.MarkAttendedResponse(booking=await self._change(request, request.on, context, use_case))

    async def RecordWalkIn(self, request: rpc.RecordWalkInRequest, context: Any) -> rpc.RecordWalkInResponse:
        actor, name = actor_of(context), request.enterprise_name.strip()
        async with errand(self.db, actor, request, request.request_id) as begun:
            lecture_id = UUID(request.lecture_id)
            booking_id = await attendance.record_walk_in(begun, self.terms, lecture_id, name, request.heads)
            begun.session.expire_all()
            found = shown(await queries.booking_view(begun.session, actor, booking_id))
        return rpc.RecordWalkInResponse(booking=found)

    async def ExportAttendance(self, request: rpc.ExportAttendanceRequest, context: Any) -> rpc.ExportAttendanceResponse:
        async with errand(self.db, actor_of(context), request, "") as begun:
            lecture, bookings = await exports.export_attendance(begun, UUID(request.lecture_id))
        rows = [sheet.row_of(number, one) for number, one in enumerate(bookings, 1)]
        content = await asyncio.to_thread(spreadsheet.write_rows, sheet.TITLE, sheet.COLUMNS, rows)
        return rpc.ExportAttendanceResponse(content=content, lecture_serial=serial_of(lecture.year, lecture.number))

    async def _change(
        self, request: Message, on: booking_service_pb2.BookingPrecondition, context: Any, use_case: UseCase
    ) -> pb.Booking:
        """One change of a booking, from the lock of its lecture to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.booking_id), on.expected_version)
        async with errand(self.db, actor, request, on.request_id) as begun:
            await use_case(begun, seen)
            begun.session.expire_all()
            return shown(await queries.booking_view(begun.session, actor, seen.booking_id))
