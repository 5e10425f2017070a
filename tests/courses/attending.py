"""People at the door of a lecture."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from fahu.courses.v1 import attendance_service_pb2 as rpc
from fahu.courses.v1 import evaluation_service_pb2 as said_rpc
from fahu.courses.v1.attendance_service_pb2_grpc import AttendanceServiceStub
from fahu.courses.v1.evaluation_service_pb2_grpc import EvaluationServiceStub

from kit.auth import Actor
from tests.courses.conftest import HOST, Firm, World, on_booking

GOOD: dict[str, Any] = {"content": 5, "usefulness": 4, "delivery": 3, "comment": "案例很贴近实际"}


class Door:
    """A lecture that is being held, and what is done at its door."""

    def __init__(self, world: World, lecture: Any, bookings: Sequence[Any]) -> None:
        self.world, self.lecture, self.bookings = world, lecture, bookings

    def attendance(self, actor: Actor = HOST) -> Any:
        return self.world.stub(AttendanceServiceStub, actor)

    def evaluations(self, actor: Actor | str) -> Any:
        return self.world.stub(EvaluationServiceStub, actor)

    async def show(self, actor: Actor = HOST) -> Any:
        return await self.attendance(actor).OpenCheckIn(rpc.OpenCheckInRequest(lecture_id=self.lecture.id))

    async def check_in(self, number: int, code: str, heads: int = 1, request_id: str = "") -> Any:
        """The booking of this number comes."""
        on = on_booking(self.bookings[number], request_id)
        request = rpc.CheckInRequest(on=on, code=code, heads=heads)
        return (await self.attendance(self.world.firms[number].contact).CheckIn(request)).booking

    async def mark(self, booking: Any, heads: int = 1, reason: str = "", actor: Actor = HOST) -> Any:
        request = rpc.MarkAttendedRequest(on=on_booking(booking), heads=heads, reason=reason)
        return (await self.attendance(actor).MarkAttended(request)).booking

    async def walk_in(self, firm: Firm, heads: int = 1, request_id: str = "", actor: Actor = HOST) -> Any:
        named = {"lecture_id": self.lecture.id, "enterprise_name": firm.name, "heads": heads}
        request = rpc.RecordWalkInRequest(**named, request_id=request_id or uuid4().hex)
        return (await self.attendance(actor).RecordWalkIn(request)).booking

    async def rate(self, number: int, request_id: str = "", **changes: Any) -> Any:
        content = said_rpc.EvaluationContent(**(GOOD | changes))
        request = said_rpc.GiveEvaluationRequest(
            booking_id=self.bookings[number].id, content=content, request_id=request_id or uuid4().hex
        )
        return (await self.evaluations(self.world.firms[number].contact).GiveEvaluation(request)).content

    async def link(self, scene: str) -> str:
        request = said_rpc.MakeRatingLinkRequest(scene=scene)
        return str((await self.evaluations("gateway").MakeRatingLink(request)).token)

    async def rate_by(self, token: str, **changes: Any) -> None:
        content = said_rpc.EvaluationContent(**(GOOD | changes))
        request = said_rpc.GiveEmployeeEvaluationRequest(token=token, content=content)
        await self.evaluations("gateway").GiveEmployeeEvaluation(request)

    async def results(self, actor: Actor = HOST) -> Any:
        request = said_rpc.GetLectureEvaluationsRequest(lecture_id=self.lecture.id)
        return await self.evaluations(actor).GetLectureEvaluations(request)


async def hold(world: World, booked: int = 1, capacity: int = 3, heads: int = 1) -> Door:
    """A lecture that begins now, with some bookings by the first firms."""
    lecture = await world.lecture(capacity=capacity)
    bookings = [await world.book(lecture, firm, heads=heads) for firm in world.firms[:booked]]
    await world.put_back(lecture, hours=240)
    return Door(world, lecture, bookings)


async def all_of(*calls: Any) -> list[Any]:
    """What each of several at once came to: an answer or a refusal."""
    return await asyncio.gather(*calls, return_exceptions=True)
