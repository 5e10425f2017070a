"""What courses tells of lectures and seats reaches the contacts and agencies it names, once, and nobody else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.courses.v1 import courseware_pb2
from fahu.courses.v1 import events_pb2 as events
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.registry.v1.events_pb2 import UnitChanged

from services.notify import queries
from services.notify.catalogue.courses import OF_COURSES
from services.notify.handlers import from_courses
from services.notify.live import OpenPages
from services.notify.rules import Kind
from tests.notify.conftest import TASK, World, stamp
from tests.notify.test_programme import arrived

BEGINS = stamp(datetime(2026, 11, 30, 6, 0, tzinfo=UTC))
ENDS = stamp(datetime(2026, 11, 30, 8, 0, tzinfo=UTC))
UNTIL = stamp(datetime(2026, 11, 28, 9, 30, tzinfo=UTC))
HOST, ENTERPRISE = pb.BOOKING_ENDER_HOST, pb.BOOKING_ENDER_ENTERPRISE


def lecture(state: pb.LectureState.ValueType = pb.LECTURE_STATE_OPEN) -> events.LectureSubject:
    return events.LectureSubject(
        lecture_id=str(uuid4()),
        serial="JK2026-000012",
        unit_code="hrss",
        state=state,
        starts_at=BEGINS,
        ends_at=ENDS,
        version=4,
    )


def booking(contact: object, state: pb.BookingState.ValueType, **more: Any) -> events.BookingChanged:
    named = {"booking_id": str(uuid4()), "version": 2, "liaison_person_id": str(contact)}
    values: dict[str, Any] = {"lecture": lecture(), **named, **more}
    return events.BookingChanged(state=state, **values)


@pytest.mark.parametrize(
    ("state", "more", "kind"),
    [
        (pb.BOOKING_STATE_CONFIRMED, {}, Kind.LECTURE_BOOKED),
        (pb.BOOKING_STATE_WAITING, {}, Kind.LECTURE_WAITING),
        (pb.BOOKING_STATE_OFFERED, {"offered_until": UNTIL}, Kind.LECTURE_OFFERED),
        (pb.BOOKING_STATE_LAPSED, {"ended_by": pb.BOOKING_ENDER_TIME}, Kind.LECTURE_LAPSED),
        (pb.BOOKING_STATE_CANCELLED, {"ended_by": HOST}, Kind.BOOKING_RELEASED),
        (pb.BOOKING_STATE_ATTENDED, {}, Kind.LECTURE_TO_RATE),
        (pb.BOOKING_STATE_ATTENDED, {"lecture": lecture(pb.LECTURE_STATE_DELIVERED)}, Kind.LECTURE_TO_RATE),
    ],
)
async def test_a_contact_is_told_what_became_of_the_booking(world: World, state: Any, more: Any, kind: Kind) -> None:
    contact = uuid4()
    delivery = arrived(booking(contact, state, **more))
    for _ in range(2):
        await world.deliver([delivery])
    (told,) = await world.inbox(contact)
    assert (told.kind, told.subject_id, told.serial) == (kind, delivery.event.booking_id, "JK2026-000012")


async def test_an_offer_says_until_when_it_holds_and_travels(world: World) -> None:
    await world.happen(UnitChanged(code="hrss", name="区人社局", version=1))
    contact = await world.bound(TASK)
    event = booking(contact, pb.BOOKING_STATE_OFFERED, offered_until=UNTIL)
    await world.deliver([arrived(event)])
    (told,) = await world.inbox(contact)
    assert told.body == (
        "您候补的法治宣讲（JK2026-000012，区人社局）有了空位，已为您保留。"
        "请于11月28日17:30前确认，逾期将让给下一位；11月30日14:00开讲。"
    )
    await world.sender().drain()
    (message,) = await world.received(contact)
    assert message["page"] == f"pages/programme/index?kind=lecture_offered&id={event.booking_id}"


@pytest.mark.parametrize(
    ("state", "more"),
    [
        (pb.BOOKING_STATE_NO_SHOW, {"lecture": lecture(pb.LECTURE_STATE_DELIVERED)}),
        (pb.BOOKING_STATE_LAPSED, {"lecture": lecture(pb.LECTURE_STATE_DELIVERED)}),
        (pb.BOOKING_STATE_CANCELLED, {"ended_by": ENTERPRISE}),
        (pb.BOOKING_STATE_CANCELLED, {"ended_by": HOST, "lecture": lecture(pb.LECTURE_STATE_CANCELLED)}),
    ],
)
async def test_what_a_contact_knows_or_hears_otherwise_is_not_told(world: World, state: Any, more: Any) -> None:
    contact = uuid4()
    await world.deliver([arrived(booking(contact, state, **more))])
    await world.deliver([arrived(booking("", pb.BOOKING_STATE_CONFIRMED))])
    assert await world.inbox(contact) == []


async def test_the_agency_hears_of_seats_given_up_late_and_of_nothing_else(world: World) -> None:
    contact, agency = uuid4(), uuid4()
    named = {"agency_contact_ids": [str(agency)]}
    late = booking(contact, pb.BOOKING_STATE_CANCELLED, ended_by=ENTERPRISE, **named)
    booked = booking(contact, pb.BOOKING_STATE_CONFIRMED)
    await world.deliver([arrived(booked), arrived(late)])
    (told,) = await world.inbox(agency)
    assert (told.kind, told.subject_id) == (Kind.BOOKING_GIVEN_UP, late.booking_id)
    assert [one.kind for one in await world.inbox(contact)] == [Kind.LECTURE_BOOKED]


async def test_contacts_hear_of_a_lecture_that_changes_or_falls_out(world: World) -> None:
    first, second = uuid4(), uuid4()
    people = [str(first), str(second), str(first)]
    changed = events.LectureChanged(lecture=lecture(), liaison_ids=people)
    cancelled = events.LectureChanged(lecture=lecture(pb.LECTURE_STATE_CANCELLED), liaison_ids=people)
    planned = events.LectureChanged(lecture=lecture(pb.LECTURE_STATE_PLANNED))
    await world.deliver([arrived(one) for one in (planned, changed, cancelled)])
    for person in (first, second):
        told = await world.inbox(person)
        assert sorted(one.kind for one in told) == [Kind.LECTURE_CANCELLED, Kind.LECTURE_CHANGED]


async def test_nobody_travels_to_a_cancelled_lecture_for_want_of_wechat(world: World) -> None:
    without = uuid4()
    event = events.LectureChanged(lecture=lecture(pb.LECTURE_STATE_CANCELLED), liaison_ids=[str(without)])
    await world.deliver([arrived(event)])
    await world.sender().drain()
    (task,) = await world.calls()
    assert (task.person_id, task.serial) == (str(without), "JK2026-000012")


async def test_the_eve_of_a_lecture_is_told(world: World) -> None:
    contact = await world.bound(TASK)
    due = events.LectureReminderDue(lecture=lecture(), booking_id=str(uuid4()), liaison_person_id=str(contact), version=3)
    await world.deliver([arrived(due)])
    (told,) = await world.inbox(contact)
    assert (told.kind, told.subject_id) == (Kind.LECTURE_REMINDER, due.booking_id)
    assert "将于11月30日14:00开讲" in told.body
    await world.sender().drain()
    (message,) = await world.received(contact)
    assert "2026年11月30日 14:00" in str(message["data"])


async def test_who_came_is_asked_to_rate_once_the_lecture_is_over(world: World) -> None:
    contact = await world.bound(TASK)
    held = lecture()
    held.ends_at.FromDatetime(datetime.now(UTC) + timedelta(hours=2))
    await world.deliver([arrived(booking(contact, pb.BOOKING_STATE_ATTENDED, lecture=held))])
    (told,) = await world.inbox(contact)
    assert told.body.startswith("感谢您参加")
    sender = world.sender()
    await sender.drain()
    await sender.expire()
    assert await world.received(contact) == []
    async with world.database.read() as session:
        waits_since = await queries.oldest_pending(session)
    assert waits_since == held.ends_at.ToDatetime(UTC)
    world.clock.turn(7210)
    await sender.drain()
    (message,) = await world.received(contact)
    assert message["page"] == f"pages/programme/index?kind=lecture_to_rate&id={told.subject_id}"


@pytest.mark.parametrize(
    ("state", "sent_back", "kinds"),
    [
        (courseware_pb2.COURSEWARE_STATE_SUBMITTED, False, []),
        (courseware_pb2.COURSEWARE_STATE_DRAFT, False, []),
        (courseware_pb2.COURSEWARE_STATE_DRAFT, True, [Kind.COURSEWARE_SENT_BACK]),
        (courseware_pb2.COURSEWARE_STATE_APPROVED, False, [Kind.COURSEWARE_APPROVED]),
        (courseware_pb2.COURSEWARE_STATE_PUBLISHED, False, [Kind.COURSEWARE_PUBLISHED]),
        (courseware_pb2.COURSEWARE_STATE_RETIRED, False, [Kind.COURSEWARE_RETIRED]),
    ],
)
async def test_an_agency_hears_what_became_of_its_courseware(
    world: World, state: Any, sent_back: bool, kinds: list[Kind]
) -> None:
    contact = uuid4()
    event = events.CoursewareChanged(
        courseware_id=str(uuid4()),
        serial="KJ2026-000012",
        unit_code="hrss",
        state=state,
        sent_back=sent_back,
        contact_ids=[str(contact)],
        version=3,
    )
    await world.deliver([arrived(event)])
    told = [(one.kind, one.subject_id, one.serial) for one in await world.inbox(contact)]
    assert told == [(kind, event.courseware_id, "KJ2026-000012") for kind in kinds]


def test_enterprises_are_addressed_and_staff_are_not() -> None:
    staff = {kind for kind, text in OF_COURSES.items() if "您" not in text.body["zh"]}
    courseware = {kind for kind in Kind if kind.startswith("courseware_")}
    assert staff == {Kind.BOOKING_GIVEN_UP} | courseware


def test_every_event_that_names_people_is_listened_to() -> None:
    told = {
        descriptor.name
        for descriptor in events.DESCRIPTOR.message_types_by_name.values()
        if any(name.endswith(("_ids", "person_id")) for name in descriptor.fields_by_name)
    }
    assert told == {event.DESCRIPTOR.name for event in from_courses(OpenPages())}
