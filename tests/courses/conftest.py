"""A real courses behind a real channel, over a database of its own that knows agencies, areas and some liaison points."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import booking_service_pb2 as booking_rpc
from fahu.courses.v1 import events_pb2
from fahu.courses.v1 import lecture_service_pb2 as lecture_rpc
from fahu.courses.v1.booking_service_pb2_grpc import BookingServiceStub
from fahu.courses.v1.lecture_service_pb2_grpc import LectureServiceStub
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import text

from kit import migrate
from kit.auth import Actor
from kit.blobs import FolderBlobs
from kit.db import Database
from kit.events import outbox
from kit.filing import MAX_REQUEST_BYTES
from kit.rpc.client import Refusal, RpcChannel, refusal_of
from kit.rpc.server import RpcServer
from kit.scanning import NoScanner
from kit.uploads import Checker
from services.courses.__main__ import MIGRATIONS, SERVICES, registrations
from services.courses.filing import Filing
from services.courses.models import Courseware, Lecturer, LiaisonPoint, Unit
from services.courses.rules.years import year_of
from services.courses.service.reference import load_groups_and_zones
from services.courses.settings import CoursesSettings
from tests import signing
from tests.conftest import MakeDatabase
from tests.courses.speaker import Speaker

NOW = datetime.now(UTC)
# That of the lectures, ten days ahead: near the end of a year the next.
YEAR = year_of(NOW + timedelta(days=10))
AGENCIES = (
    "court",
    "procuratorate",
    "public_security",
    "justice",
    "hrss",
    "eco_env",
    "emergency",
    "market_reg",
    "fire_rescue",
)
EVENTS: dict[str, Any] = {
    one.full_name: getattr(events_pb2, name) for name, one in events_pb2.DESCRIPTOR.message_types_by_name.items()
}
HOST = signing.person(Role.ROLE_AGENCY_HANDLER, unit="hrss")
OTHER_HOST = signing.person(Role.ROLE_AGENCY_LEAD, unit="justice")
SUPERVISOR = signing.person(Role.ROLE_SUPERVISOR, unit="rule_of_law_office")
CENTRE = signing.person(Role.ROLE_CENTRE_LEAD, unit="centre")


@dataclass(frozen=True)
class Firm:
    """A liaison point and its contact."""

    designation_id: UUID
    enterprise_id: UUID
    name: str
    area_code: str
    contact: Actor


@dataclass
class World:
    """The running service, its database behind it, and stubs that speak for whoever is named."""

    database: Database
    target: str
    channels: list[RpcChannel]
    firms: list[Firm]
    lecturer: UUID
    courseware: UUID
    filing: Filing

    def stub(self, kind: Callable[[Any], Any], actor: Actor | str) -> Any:
        signer = signing.signer(actor) if isinstance(actor, str) else Speaker(actor)
        self.channels.append(RpcChannel(self.target, signer))
        return kind(self.channels[-1])

    def lectures(self, actor: Actor = HOST) -> Any:
        return self.stub(LectureServiceStub, actor)

    def bookings(self, actor: Actor) -> Any:
        return self.stub(BookingServiceStub, actor)

    def draft(self, capacity: int = 3, **changes: Any) -> lecture_rpc.LectureDraft:
        """A lecture ten days ahead; `starts_in` moves it, in hours."""
        starts_at = NOW + timedelta(hours=changes.pop("starts_in", 240))
        values: dict[str, Any] = {
            "courseware_id": str(self.courseware),
            "lecturer_id": str(self.lecturer),
            "place": "区政务服务中心二楼报告厅",
            "starts_at": stamp(starts_at),
            "ends_at": stamp(starts_at + timedelta(hours=2)),
            "capacity": capacity,
        }
        return lecture_rpc.LectureDraft(**(values | changes))

    async def lecture(self, capacity: int = 3, **changes: Any) -> Any:
        """A lecture that takes bookings."""
        request = lecture_rpc.PlanLectureRequest(draft=self.draft(capacity, **changes), request_id=uuid4().hex)
        planned = (await self.lectures().PlanLecture(request)).lecture
        on = lecture_rpc.LecturePrecondition(lecture_id=planned.id, expected_version=planned.version, request_id=uuid4().hex)
        return (await self.lectures().OpenLecture(lecture_rpc.OpenLectureRequest(on=on))).lecture

    async def more_firms(self, number: int) -> list[Firm]:
        """Further liaison points."""
        found = [_firm(one) for one in range(number)]
        async with self.database.begin() as session:
            session.add_all(map(_point, found))
        return found

    async def get(self, lecture_id: str, actor: Actor = HOST) -> Any:
        return (await self.lectures(actor).GetLecture(lecture_rpc.GetLectureRequest(lecture_id=lecture_id))).lecture

    async def book(self, lecture: Any, firm: Firm, heads: int = 1, request_id: str = "") -> Any:
        request = booking_rpc.BookLectureRequest(lecture_id=lecture.id, heads=heads, request_id=request_id or uuid4().hex)
        return (await self.bookings(firm.contact).BookLecture(request)).booking

    async def booking(self, booking_id: str, actor: Actor) -> Any:
        return (await self.bookings(actor).GetBooking(booking_rpc.GetBookingRequest(booking_id=booking_id))).booking

    async def cancel(self, booking: Any, firm: Firm, request_id: str = "") -> Any:
        request = booking_rpc.CancelBookingRequest(on=on_booking(booking, request_id))
        return (await self.bookings(firm.contact).CancelBooking(request)).booking

    async def accept(self, booking: Any, firm: Firm, request_id: str = "") -> Any:
        request = booking_rpc.AcceptOfferRequest(on=on_booking(booking, request_id))
        return (await self.bookings(firm.contact).AcceptOffer(request)).booking

    async def events(self, kind: type[Message], aggregate_id: str = "") -> list[Any]:
        """Events of a kind in the order they were written, of one aggregate if named."""
        rows = await self.rows("SELECT type, aggregate_id, payload FROM outbox ORDER BY created_at, id")
        wanted = [row for row in rows if row[0] == kind.DESCRIPTOR.full_name and aggregate_id in ("", row[1])]
        return [EVENTS[row[0]].FromString(row[2]) for row in wanted]

    async def rows(self, query: str, **params: object) -> list[Any]:
        async with self.database.read() as session:
            return list(await session.execute(text(query), params))

    async def change(self, statement: str, **params: object) -> None:
        async with self.database.begin() as session:
            await session.execute(text(statement), params)

    async def put_back(self, lecture: Any, hours: int) -> None:
        """Let a lecture have been so many hours earlier."""
        columns = ", ".join(
            f"{name} = {name} - make_interval(hours => :hours)" for name in ("starts_at", "ends_at", "closes_at")
        )
        await self.change(f"UPDATE lecture SET {columns} WHERE id = CAST(:id AS uuid)", id=lecture.id, hours=hours)


def stamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


def on_booking(booking: Any, request_id: str = "") -> booking_rpc.BookingPrecondition:
    return booking_rpc.BookingPrecondition(
        booking_id=booking.id, expected_version=booking.version, request_id=request_id or uuid4().hex
    )


async def refusal(call: Awaitable[Any]) -> Refusal:
    """Why a call is refused; fails if it is not."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return refusal_of(caught.value)


def _prepare(url: str) -> None:
    migrate.upgrade(MIGRATIONS, url)


async def _fill(database: Database) -> tuple[list[Firm], UUID, UUID]:
    """Agencies, zones, eight firms of two areas, a lecturer and an item of courseware that may be taught."""
    firms = [_firm(number) for number in range(8)]
    lecturer, courseware = uuid4(), uuid4()
    async with database.begin() as session:
        session.add_all(_unit(code) for code in AGENCIES)
        await load_groups_and_zones(session)
        session.add_all(map(_point, firms))
        await session.flush()
        session.add(new_lecturer(lecturer, "hrss", 1))
        session.add(new_courseware(courseware, "hrss"))
    return firms, lecturer, courseware


def _firm(number: int) -> Firm:
    area = "310116101" if number % 2 == 0 else "310116109"
    enterprise = uuid4()
    contact = signing.person(Role.ROLE_LIAISON, organisation=enterprise)
    return Firm(uuid4(), enterprise, f"测试企业{number}", area, contact)


def _unit(code: str) -> Unit:
    return Unit(
        code=code,
        name=f"名：{code}",
        kind="AGENCY",
        area_code="",
        active=True,
        contact_ids=[uuid4()],
        leader_ids=[],
        version=1,
    )


def _point(firm: Firm) -> LiaisonPoint:
    return LiaisonPoint(
        designation_id=firm.designation_id,
        enterprise_id=firm.enterprise_id,
        enterprise_name=firm.name,
        year=YEAR,
        area_code=firm.area_code,
        level="TOWN",
        active=True,
        liaison_person_id=firm.contact.person_id,
        contact_as_of=NOW,
        version=1,
    )


def new_lecturer(id: UUID, unit: str, seat: int) -> Lecturer:
    return Lecturer(
        id=id,
        year=YEAR,
        unit_code=unit,
        seat=seat,
        name=f"讲师{seat}",
        post="科长",
        topics="",
        appointed_by=uuid4(),
        appointed_at=NOW,
        version=1,
    )


def new_courseware(id: UUID, unit: str, state: str = "APPROVED") -> Courseware:
    return Courseware(
        id=id,
        year=YEAR,
        unit_code=unit,
        title="劳动合同解除的三个案例",
        summary="",
        minutes=60,
        anonymised=True,
        state=state,
        created_by=uuid4(),
        created_at=NOW,
        changed_at=NOW,
        version=1,
    )


@pytest.fixture
async def world(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[World]:
    url = await asyncio.to_thread(make_database, "courses", _prepare)
    database = Database(url)
    database.before_commit = outbox.flush
    firms, lecturer, courseware = await _fill(database)
    filing = Filing(database, FolderBlobs(tmp_path / "blobs"), Checker(workers=1), NoScanner())
    added = registrations(database, CoursesSettings.model_construct(), filing)
    server = RpcServer(SERVICES, access_pb2.rule, added, signing.verifier(), "courses.fahu", MAX_REQUEST_BYTES)
    port = await server.start("127.0.0.1", 0)
    channels: list[RpcChannel] = []
    yield World(database, f"127.0.0.1:{port}", channels, firms, lecturer, courseware, filing)
    for channel in channels:
        await channel.close()
    await server.stop(0.1)
    await filing.aclose()
    await database.close()
