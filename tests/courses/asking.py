"""How enterprises ask for lectures, and how both sides answer, in tests."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from fahu.courses.v1 import lecture_request_service_pb2 as rpc
from fahu.courses.v1.lecture_request_service_pb2_grpc import LectureRequestServiceStub

from kit.auth import Actor
from kit.calendar import BEIJING
from tests.courses.conftest import HOST, NOW, YEAR, Firm, World, stamp

TODAY = NOW.astimezone(BEIJING).date()
# All slots of a request are of one year: near the end of one they are asked for in the next.
FIRST = TODAY if (TODAY + timedelta(days=20)).year == YEAR else date(YEAR + 1, 1, 1)


def begin(days: int) -> datetime:
    """Ten in the morning of a day ahead."""
    return datetime.combine(FIRST + timedelta(days=days), time(10), BEIJING).astimezone(UTC)


def slots(*days: int) -> list[rpc.SlotDraft]:
    return [rpc.SlotDraft(starts_at=stamp(begin(day)), ends_at=stamp(begin(day) + timedelta(hours=2))) for day in days]


def draft(world: World, **changes: Any) -> rpc.CreateLectureRequestRequest:
    """The lecture on the courseware, for eight, in the enterprise's canteen."""
    values: dict[str, Any] = {
        "courseware_id": str(world.courseware),
        "slots": slots(3, 4, 5),
        "place": "示例路1号 职工食堂",
        "heads": 8,
        "request_id": uuid4().hex,
    }
    if "topic" in changes:
        del values["courseware_id"]
    return rpc.CreateLectureRequestRequest(**(values | changes))


def offer(world: World, capacity: int = 30, **changes: Any) -> rpc.OfferDraft:
    values: dict[str, Any] = {"lecturer_id": str(world.lecturer), "capacity": capacity}
    return rpc.OfferDraft(**(values | changes))


def on(request: Any, request_id: str = "") -> rpc.LectureRequestPrecondition:
    return rpc.LectureRequestPrecondition(
        lecture_request_id=request.id, expected_version=request.version, request_id=request_id or uuid4().hex
    )


async def asking_in(world: World) -> "Asking":
    """The world in the year that lectures are asked for."""
    if FIRST.year != YEAR:
        await world.change("ALTER TABLE lecturer DISABLE TRIGGER USER")  # nobody moves from one year to another
        for table in ("liaison_point", "lecturer"):
            await world.change(f"UPDATE {table} SET year = {FIRST.year}")
        await world.change("ALTER TABLE lecturer ENABLE TRIGGER USER")
    return Asking(world)


class Asking:
    """The service of lecture requests, in the words of whoever is named."""

    def __init__(self, world: World) -> None:
        self.world = world

    def stub(self, actor: Actor) -> Any:
        return self.world.stub(LectureRequestServiceStub, actor)

    async def ask(self, firm: Firm, **changes: Any) -> Any:
        request = draft(self.world, **changes)
        return (await self.stub(firm.contact).CreateLectureRequest(request)).lecture_request

    async def get(self, request_id: str, actor: Actor = HOST) -> Any:
        request = rpc.GetLectureRequestRequest(lecture_request_id=request_id)
        return (await self.stub(actor).GetLectureRequest(request)).lecture_request

    async def listed(self, actor: Actor, **narrowed: Any) -> list[Any]:
        return list(
            (await self.stub(actor).ListLectureRequests(rpc.ListLectureRequestsRequest(**narrowed))).lecture_requests
        )

    async def accept(self, seen: Any, actor: Actor = HOST, slot: int = 1, request_id: str = "", **given: Any) -> Any:
        if actor is HOST or "capacity" in given:
            given = {"offer": offer(self.world, **given)}
        request = rpc.AcceptLectureRequestRequest(on=on(seen, request_id), slot=slot, **given)
        return (await self.stub(actor).AcceptLectureRequest(request)).lecture_request

    async def counter(self, seen: Any, actor: Actor = HOST, days: tuple[int, ...] = (6,), **given: Any) -> Any:
        if actor is HOST:
            given = {"offer": offer(self.world, **given)}
        request = rpc.CounterLectureRequestRequest(on=on(seen), slots=slots(*days), **given)
        return (await self.stub(actor).CounterLectureRequest(request)).lecture_request

    async def decline(self, seen: Any, actor: Actor = HOST, reason: str = "本月讲师均已排满") -> Any:
        request = rpc.DeclineLectureRequestRequest(on=on(seen), reason=reason)
        return (await self.stub(actor).DeclineLectureRequest(request)).lecture_request

    async def withdraw(self, seen: Any, firm: Firm) -> Any:
        request = rpc.WithdrawLectureRequestRequest(on=on(seen), reason="厂区停产检修")
        return (await self.stub(firm.contact).WithdrawLectureRequest(request)).lecture_request

    async def join(self, seen: Any, firm: Firm, heads: int = 2, request_id: str = "") -> Any:
        request = rpc.JoinLectureRequestRequest(
            lecture_request_id=seen.id, heads=heads, request_id=request_id or uuid4().hex
        )
        return (await self.stub(firm.contact).JoinLectureRequest(request)).lecture_request

    async def leave(self, seen: Any, firm: Firm) -> Any:
        request = rpc.LeaveLectureRequestRequest(lecture_request_id=seen.id, request_id=uuid4().hex)
        return (await self.stub(firm.contact).LeaveLectureRequest(request)).lecture_request
