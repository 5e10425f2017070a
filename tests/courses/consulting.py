"""A world with consultants, and what groups and enterprises do with sessions of consultation."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import grpc
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import consultation_record_service_pb2 as record_rpc
from fahu.courses.v1 import consultation_service_pb2 as rpc
from fahu.courses.v1 import slot_booking_service_pb2 as slot_rpc
from fahu.courses.v1.consultation_record_service_pb2_grpc import ConsultationRecordServiceStub
from fahu.courses.v1.consultation_service_pb2_grpc import ConsultationServiceStub
from fahu.courses.v1.slot_booking_service_pb2_grpc import SlotBookingServiceStub

from kit.auth import Actor
from kit.calendar import BEIJING
from services.courses.models import Consultant
from services.courses.rules.years import year_of
from tests import signing
from tests.courses.conftest import HOST, NOW, Firm, World, stamp

# hrss is in the third group, like market_reg.
COLLEAGUE = signing.person(Role.ROLE_AGENCY_CONTACT, unit="market_reg")
COMMITTEE = signing.person(Role.ROLE_SUPERVISOR, unit="committee")
# The zone of 310116101, where the firms of even number are.
ZONE = "west"
GROUP = 3
AHEAD = NOW + timedelta(days=28)
YEAR = year_of(AHEAD)
# Sessions lie some weeks ahead or behind, and a year may end between: whoever takes part does so in each of them.
EVERY_YEAR = """
INSERT INTO liaison_point (designation_id, enterprise_id, enterprise_name, year, area_code, level, active, liaison_person_id,
  contact_as_of, version)
SELECT gen_random_uuid(), enterprise_id, enterprise_name, year + n, area_code, level, active, liaison_person_id,
  contact_as_of, 1
FROM liaison_point, (VALUES (-1), (1)) AS other (n)
"""


class Consulting:
    """What the tests of consultations do."""

    def __init__(self, world: World, consultants: dict[str, UUID]) -> None:
        self.world = world
        self.consultants = consultants
        self.here = [firm for firm in world.firms if firm.area_code == "310116101"]
        self.elsewhere = [firm for firm in world.firms if firm.area_code != "310116101"]

    def sessions(self, actor: Actor = HOST) -> Any:
        return self.world.stub(ConsultationServiceStub, actor)

    def slots(self, actor: Actor) -> Any:
        return self.world.stub(SlotBookingServiceStub, actor)

    def records(self, actor: Actor | str = HOST) -> Any:
        return self.world.stub(ConsultationRecordServiceStub, actor)

    def draft(self, **changes: Any) -> rpc.ConsultationDraft:
        """Nine to noon of a day four weeks ahead, in six slots; `days` moves it by so many."""
        day = (AHEAD + timedelta(days=changes.pop("days", 0))).astimezone(BEIJING).date()
        starts_at = datetime.combine(day, time(9), BEIJING)
        values: dict[str, Any] = {
            "zone_code": ZONE,
            "place": "朱泾镇社区文化活动中心",
            "starts_at": stamp(starts_at),
            "ends_at": stamp(starts_at + timedelta(hours=3)),
            "slot_minutes": 30,
            "consultant_ids": [str(self.consultants["hrss"])],
        }
        return rpc.ConsultationDraft(**(values | changes))

    async def plan(self, actor: Actor = HOST, request_id: str = "", **changes: Any) -> Any:
        request = rpc.PlanConsultationRequest(draft=self.draft(**changes), request_id=request_id or uuid4().hex)
        return (await self.sessions(actor).PlanConsultation(request)).consultation

    async def announced(self, **changes: Any) -> Any:
        planned = await self.plan(**changes)
        request = rpc.AnnounceConsultationRequest(on=on_session(planned))
        return (await self.sessions().AnnounceConsultation(request)).consultation

    async def open_to_all(self, **changes: Any) -> Any:
        """An announced session whose days of priority are over."""
        found = await self.announced(**changes)
        await self.world.change(
            "UPDATE consultation SET open_to_all_at = announced_at WHERE id = CAST(:id AS uuid)", id=found.id
        )
        return found

    async def get(self, consultation_id: str, actor: Actor = HOST) -> Any:
        request = rpc.GetConsultationRequest(consultation_id=consultation_id)
        return (await self.sessions(actor).GetConsultation(request)).consultation

    async def begin(self, consultation: Any) -> Any:
        """Let it have begun: put back by so many days that it lies in the past."""
        earlier = ("starts_at", 30), ("ends_at", 30), ("announced_at", 60), ("open_to_all_at", 60)
        columns = ", ".join(f"{name} = {name} - make_interval(days => {days})" for name, days in earlier)
        await self.world.change(f"UPDATE consultation SET {columns} WHERE id = CAST(:id AS uuid)", id=consultation.id)
        return await self.get(consultation.id)

    async def hold(self, consultation: Any) -> Any:
        return (
            await self.sessions().HoldConsultation(rpc.HoldConsultationRequest(on=on_session(consultation)))
        ).consultation

    async def cancel_session(self, consultation: Any, reason: str = "场地检修") -> Any:
        request = rpc.CancelConsultationRequest(on=on_session(consultation), reason=reason)
        return (await self.sessions().CancelConsultation(request)).consultation

    async def book(self, consultation: Any, firm: Firm, number: int = 1, request_id: str = "") -> Any:
        request = slot_rpc.BookSlotRequest(
            consultation_id=consultation.id, slot_number=number, topic="加班费", request_id=request_id or uuid4().hex
        )
        return (await self.slots(firm.contact).BookSlot(request)).slot_booking

    async def booking(self, booking_id: str, actor: Actor) -> Any:
        return (
            await self.slots(actor).GetSlotBooking(slot_rpc.GetSlotBookingRequest(slot_booking_id=booking_id))
        ).slot_booking

    async def change_slot(self, booking: Any, number: int, actor: Actor) -> Any:
        request = slot_rpc.MoveSlotBookingRequest(on=on_slot(booking), slot_number=number)
        return (await self.slots(actor).MoveSlotBooking(request)).slot_booking

    async def cancel(self, booking: Any, firm: Firm) -> Any:
        request = slot_rpc.CancelSlotBookingRequest(on=on_slot(booking))
        return (await self.slots(firm.contact).CancelSlotBooking(request)).slot_booking

    async def mark(self, booking: Any, attended: bool) -> Any:
        request = slot_rpc.MarkSlotBookingRequest(on=on_slot(booking), attended=attended)
        return (await self.slots(HOST).MarkSlotBooking(request)).slot_booking

    async def taken(self, consultation: Any, actor: Actor = HOST) -> list[int]:
        slots = await self.slots(actor).ListSlots(slot_rpc.ListSlotsRequest(consultation_id=consultation.id))
        return [one.number for one in slots.slots if one.taken]

    async def record(self, consultation: Any, ask: bool = False, actor: Actor = HOST, **visitor: str) -> Any:
        request = record_rpc.RecordConsultationRequest(
            consultation_id=consultation.id, content=content(ask), request_id=uuid4().hex, **visitor
        )
        return (await self.records(actor).RecordConsultation(request)).consultation_record

    async def answer(self, record: Any, firm: Firm, agreed: bool, request_id: str = "") -> Any:
        request = record_rpc.AnswerFollowUpRequest(on=on_record(record, request_id), agreed=agreed)
        return (await self.records(firm.contact).AnswerFollowUp(request)).consultation_record

    async def quarters(self, actor: Actor, year: int = YEAR) -> Sequence[Any]:
        return list((await self.sessions(actor).ListQuarters(rpc.ListQuartersRequest(year=year))).quarters)

    async def designation(self, firm: Firm, year: int) -> str:
        """As which point the firm takes part in a year."""
        query = "SELECT designation_id FROM liaison_point WHERE enterprise_id = CAST(:id AS uuid) AND year = :year"
        return str((await self.world.rows(query, id=str(firm.enterprise_id), year=year))[0][0])

    async def raise_to_district(self, firm: Firm) -> None:
        """Make a firm a point of district level."""
        await self.world.change(
            "UPDATE liaison_point SET level = 'DISTRICT' WHERE enterprise_id = CAST(:id AS uuid)", id=str(firm.enterprise_id)
        )


async def consulting(world: World) -> Consulting:
    """Consultants for two units of the third group, and one of the second."""
    consultants = {unit: uuid4() for unit in ("hrss", "market_reg", "court")}
    await world.change(EVERY_YEAR)
    async with world.database.begin() as session:
        session.add_all(_consultant(id, unit, 2 if unit == "court" else GROUP) for unit, id in consultants.items())
    return Consulting(world, consultants)


def _consultant(id: UUID, unit: str, group: int) -> Consultant:
    return Consultant(
        id=id,
        year=YEAR,
        unit_code=unit,
        group_number=group,
        seat=1,
        name=f"咨询员{unit}",
        post="科长",
        topics="劳动用工",
        appointed_by=uuid4(),
        appointed_at=NOW,
        version=1,
    )


def on_session(one: Any, request_id: str = "") -> rpc.ConsultationPrecondition:
    return rpc.ConsultationPrecondition(
        consultation_id=one.id, expected_version=one.version, request_id=request_id or uuid4().hex
    )


def on_slot(one: Any, request_id: str = "") -> slot_rpc.SlotBookingPrecondition:
    return slot_rpc.SlotBookingPrecondition(
        slot_booking_id=one.id, expected_version=one.version, request_id=request_id or uuid4().hex
    )


def on_record(one: Any, request_id: str = "") -> record_rpc.ConsultationRecordPrecondition:
    return record_rpc.ConsultationRecordPrecondition(
        consultation_record_id=one.id, expected_version=one.version, request_id=request_id or uuid4().hex
    )


def content(ask: bool = False, question: str = "员工休产假期间能否调整岗位？") -> record_rpc.ConsultationRecordContent:
    return record_rpc.ConsultationRecordContent(
        category_code="hrss",
        question=question,
        advice="产假期间不得降低工资，调岗须与本人协商一致。",
        follow_up="请仲裁院核实两名员工的补偿金额。" if ask else "",
        ask_consent=ask,
    )


async def race(calls: Sequence[Awaitable[Any]]) -> int:
    """How many of them succeed."""

    done = await asyncio.gather(*calls, return_exceptions=True)
    unexpected = [one for one in done if isinstance(one, BaseException) and not isinstance(one, grpc.aio.AioRpcError)]
    assert not unexpected, unexpected
    return sum(not isinstance(one, BaseException) for one in done)
