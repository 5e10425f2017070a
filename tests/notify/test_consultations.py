"""What courses tells of consultations on site reaches the contacts it names, once, and nobody travels in vain."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from fahu.courses.v1 import consultation_pb2 as pb
from fahu.courses.v1 import events_pb2 as events
from fahu.registry.v1.events_pb2 import UnitChanged

from services.notify.catalogue.consultations import OF_CONSULTATIONS
from services.notify.rules import Kind
from tests.notify.conftest import TASK, World, stamp
from tests.notify.test_programme import arrived

BEGINS = stamp(datetime(2026, 11, 30, 1, 0, tzinfo=UTC))
SLOT = stamp(datetime(2026, 11, 30, 2, 30, tzinfo=UTC))
OPENS = stamp(datetime(2026, 11, 26, 1, 0, tzinfo=UTC))
PLANNED, ANNOUNCED = pb.CONSULTATION_STATE_PLANNED, pb.CONSULTATION_STATE_ANNOUNCED
HELD, CANCELLED = pb.CONSULTATION_STATE_HELD, pb.CONSULTATION_STATE_CANCELLED
BOOKED, ENDED = pb.SLOT_BOOKING_STATE_BOOKED, pb.SLOT_BOOKING_STATE_CANCELLED
HOST, ENTERPRISE = pb.SLOT_BOOKING_ENDER_HOST, pb.SLOT_BOOKING_ENDER_ENTERPRISE


def session(state: Any = ANNOUNCED) -> events.ConsultationSubject:
    return events.ConsultationSubject(
        consultation_id=str(uuid4()), serial="ZX2026-000012", state=state, starts_at=BEGINS, open_to_all_at=OPENS, version=4
    )


def slot(contact: object, state: Any, **more: Any) -> events.SlotBookingChanged:
    named = {"slot_booking_id": str(uuid4()), "version": 2, "liaison_person_id": str(contact), "slot_starts_at": SLOT}
    values: dict[str, Any] = {"consultation": session(), **named, **more}
    return events.SlotBookingChanged(state=state, **values)


@pytest.mark.parametrize(
    ("state", "announced", "kinds"),
    [
        (PLANNED, False, []),
        (ANNOUNCED, True, [Kind.CONSULTATION_ANNOUNCED]),
        (ANNOUNCED, False, [Kind.CONSULTATION_CHANGED]),
        (CANCELLED, False, [Kind.CONSULTATION_CANCELLED]),
        (HELD, False, []),
    ],
)
async def test_contacts_hear_of_a_session(world: World, state: Any, announced: bool, kinds: list[Kind]) -> None:
    first, second = uuid4(), uuid4()
    people = [str(first), str(second), str(first)]
    event = events.ConsultationChanged(consultation=session(state), liaison_ids=people, announced=announced)
    for delivery in [arrived(event)] * 2:
        await world.deliver([delivery])
    for person in (first, second):
        told = [(one.kind, one.subject_id) for one in await world.inbox(person)]
        assert told == [(kind, event.consultation.consultation_id) for kind in kinds]


async def test_the_announcement_says_from_when_on_who_may_book(world: World) -> None:
    contact = uuid4()
    event = events.ConsultationChanged(consultation=session(), liaison_ids=[str(contact)], announced=True)
    await world.deliver([arrived(event)])
    (told,) = await world.inbox(contact)
    assert told.body == (
        "您所在片区将举行现场法律咨询（ZX2026-000012），11月30日09:00开始。"
        "区级联系点企业现在即可预约，其他联系点企业自11月26日09:00起预约，约满为止。"
    )


@pytest.mark.parametrize(
    ("state", "more", "kinds"),
    [
        (BOOKED, {}, [Kind.SLOT_BOOKED]),
        (BOOKED, {"moved_by_host": True}, [Kind.SLOT_CHANGED]),
        (ENDED, {"ended_by": HOST}, [Kind.SLOT_RELEASED]),
        (ENDED, {"ended_by": HOST, "consultation": session(CANCELLED)}, []),
        (ENDED, {"ended_by": ENTERPRISE}, []),
        (pb.SLOT_BOOKING_STATE_ATTENDED, {}, []),
        (pb.SLOT_BOOKING_STATE_NO_SHOW, {"consultation": session(HELD)}, []),
    ],
)
async def test_a_contact_hears_of_its_slot_what_it_does_not_know(world: World, state: Any, more: Any, kinds: Any) -> None:
    contact = uuid4()
    event = slot(contact, state, **more)
    await world.deliver([arrived(event), arrived(slot("", BOOKED))])
    told = await world.inbox(contact)
    assert [(one.kind, one.subject_id) for one in told] == [(kind, event.slot_booking_id) for kind in kinds]
    assert all("11月30日10:30" in one.body for one in told)


async def test_nobody_travels_in_vain_for_want_of_wechat(world: World) -> None:
    first, second = uuid4(), uuid4()
    cancelled = events.ConsultationChanged(consultation=session(CANCELLED), liaison_ids=[str(first)])
    await world.deliver([arrived(cancelled), arrived(slot(second, ENDED, ended_by=HOST))])
    await world.sender().drain()
    assert {task.person_id for task in await world.calls()} == {str(first), str(second)}


async def test_a_contact_is_asked_whether_a_record_becomes_a_demand(world: World) -> None:
    await world.happen(UnitChanged(code="hrss", name="区人社局", version=1))
    contact = await world.bound(TASK)
    asked: dict[str, Any] = {"consultation_serial": "ZX2026-000012", "unit_code": "hrss", "version": 1}
    record = str(uuid4())
    for person in (str(contact), ""):
        event = events.ConsultationFollowUpAsked(consultation_record_id=record, liaison_person_id=person, **asked)
        await world.deliver([arrived(event)])
    (told,) = await world.inbox(contact)
    assert (told.kind, told.subject_id) == (Kind.CONSULTATION_FOLLOW_UP, record)
    assert told.body.startswith("您在现场法律咨询（ZX2026-000012）中提出的事项，区人社局建议继续跟进。")
    await world.sender().drain()
    (message,) = await world.received(contact)
    assert message["page"] == f"pages/programme/index?kind=consultation_follow_up&id={record}"


def test_enterprises_are_addressed() -> None:
    assert all("您" in text.body["zh"] for text in OF_CONSULTATIONS.values())
