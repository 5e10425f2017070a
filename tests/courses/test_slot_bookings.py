"""Slots of consultations, as enterprises, groups and the database see them."""

from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import consultation_pb2 as pb
from fahu.courses.v1 import slot_booking_service_pb2 as slot_rpc
from fahu.courses.v1.events_pb2 import SlotBookingChanged
from sqlalchemy.exc import IntegrityError

from kit.calendar import BEIJING
from kit.db import constraint_of
from tests import signing
from tests.courses.conftest import CENTRE, HOST, NOW, OTHER_HOST, World, refusal, stamp
from tests.courses.consulting import (
    COLLEAGUE,
    Consulting,
    consulting,
    on_slot,
    race,
)

BOOKED, CANCELLED = pb.SLOT_BOOKING_STATE_BOOKED, pb.SLOT_BOOKING_STATE_CANCELLED
ATTENDED, NO_SHOW = pb.SLOT_BOOKING_STATE_ATTENDED, pb.SLOT_BOOKING_STATE_NO_SHOW
OFFICER = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116102", area="310116102")
OFFICER_ELSEWHERE = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116109", area="310116109")


@pytest.fixture
async def corps(world: World) -> Consulting:
    return await consulting(world)


async def test_district_level_points_book_first_and_the_others_are_told_from_when_on(corps: Consulting) -> None:
    town, district = corps.here[:2]
    await corps.raise_to_district(district)
    announced = await corps.announced()
    told = await refusal(corps.book(announced, town))
    opens = announced.open_to_all_at.ToDatetime(UTC)
    assert (told.reason, told.metadata["open_to_all_at"]) == (
        "DISTRICT_LEVEL_FIRST",
        opens.replace(microsecond=0).astimezone(BEIJING).isoformat(),
    )
    assert NOW < opens < announced.starts_at.ToDatetime(UTC)
    assert (await corps.book(announced, district)).state == BOOKED
    open_now = await corps.open_to_all(days=-1)
    assert (await corps.book(open_now, town)).state == BOOKED


async def test_a_session_soon_leaves_everybody_half_of_the_time(corps: Consulting) -> None:
    starts_at = (NOW + timedelta(days=1)).astimezone(BEIJING).replace(hour=10)
    announced = await corps.announced(starts_at=stamp(starts_at), ends_at=stamp(starts_at + timedelta(hours=1)))
    left = starts_at - announced.announced_at.ToDatetime(UTC)
    assert starts_at - announced.open_to_all_at.ToDatetime(UTC) >= left / 2 - timedelta(seconds=1)


async def test_one_slot_for_an_enterprise_and_one_enterprise_for_a_slot(corps: Consulting) -> None:
    session = await corps.open_to_all()
    first, second = corps.here[:2]
    booked = await corps.book(session, first, number=2)
    starts_at = session.starts_at.ToDatetime(UTC) + timedelta(minutes=30)
    assert booked.starts_at.ToDatetime(UTC) == starts_at
    assert (await refusal(corps.book(session, second, number=2))).reason == "SLOT_TAKEN"
    assert (await refusal(corps.book(session, first, number=3))).reason == "SLOT_BOOKED_ALREADY"
    assert (await refusal(corps.book(session, second, number=7))).reason == "SLOT_NOT_FOUND"
    assert (await refusal(corps.book(session, corps.elsewhere[0]))).reason == "CONSULTATION_OF_OTHER_ZONE"
    assert await corps.taken(session, second.contact) == [2]
    moved = await corps.change_slot(booked, 5, first.contact)
    assert moved.slot_number == 5
    await corps.book(session, second, number=2)
    assert (await refusal(corps.change_slot(moved, 2, first.contact))).reason == "SLOT_TAKEN"
    by_host = await corps.change_slot(moved, 6, HOST)
    told = await corps.world.events(SlotBookingChanged, booked.id)
    assert [(event.slot_number, event.moved_by_host) for event in told] == [(2, False), (5, False), (6, True)]
    assert told[-1].slot_starts_at == by_host.starts_at


async def test_a_slot_given_up_is_free_again(corps: Consulting) -> None:
    session = await corps.open_to_all()
    first, second = corps.here[:2]
    booked = await corps.book(session, first)
    assert (await refusal(corps.cancel(booked, second))).reason == "SLOT_BOOKING_NOT_FOUND"
    assert (await corps.cancel(booked, first)).ended_by == pb.SLOT_BOOKING_ENDER_ENTERPRISE
    assert (await corps.book(session, second)).state == BOOKED
    assert (await corps.book(session, first, number=3)).state == BOOKED


async def test_a_retry_books_once(corps: Consulting) -> None:
    session, request_id = await corps.open_to_all(), uuid4().hex
    first, second = [await corps.book(session, corps.here[0], request_id=request_id) for _ in range(2)]
    assert first == second


async def test_a_race_for_one_slot_has_one_winner(corps: Consulting) -> None:
    session = await corps.open_to_all()
    assert await race([corps.book(session, firm) for firm in corps.here]) == 1
    # Without the index nothing else stands in the way: it is what the race is decided by.
    await corps.world.change("DROP INDEX uq_slot_booking_slot")
    again = await corps.open_to_all(days=-1)
    assert await race([corps.book(again, firm) for firm in corps.here]) == len(corps.here)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ("UPDATE liaison_point SET active = false", "ENTERPRISE_NOT_DESIGNATED"),
        ("UPDATE liaison_point SET liaison_person_id = gen_random_uuid()", "ENTERPRISE_NOT_DESIGNATED"),
        ("UPDATE consultation SET state = 'HELD'", "CONSULTATION_CLOSED"),
        ("UPDATE consultation SET announced_at = NULL, open_to_all_at = NULL, state = 'PLANNED'", "CONSULTATION_NOT_FOUND"),
    ],
)
async def test_who_may_not_book_is_told_why(corps: Consulting, changes: str, reason: str) -> None:
    session = await corps.open_to_all()
    await corps.world.change(changes)
    assert (await refusal(corps.book(session, corps.here[0]))).reason == reason


async def test_bookings_are_seen_by_their_enterprise_group_and_area(corps: Consulting) -> None:
    session = await corps.open_to_all()
    booked = await corps.book(session, corps.here[0])
    officer = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116101", area="310116101")
    for actor in (corps.here[0].contact, HOST, COLLEAGUE, CENTRE, officer):
        assert (await corps.booking(booked.id, actor)).id == booked.id
        listed = await corps.slots(actor).ListSlotBookings(slot_rpc.ListSlotBookingsRequest())
        assert [one.id for one in listed.slot_bookings] == [booked.id]
    for actor in (corps.here[1].contact, OTHER_HOST, OFFICER):
        assert (await refusal(corps.booking(booked.id, actor))).reason == "SLOT_BOOKING_NOT_FOUND"
        slots = await corps.slots(actor).ListSlots(slot_rpc.ListSlotsRequest(consultation_id=session.id))
        assert (slots.slots[0].taken, slots.slots[0].slot_booking_id) == (True, "")


async def test_who_came_and_who_did_not(corps: Consulting) -> None:
    session = await corps.open_to_all()
    came, missing = [await corps.book(session, firm, number) for number, firm in enumerate(corps.here[:2], 1)]
    assert (await refusal(corps.mark(came, True))).reason == "CONSULTATION_NOT_STARTED"
    assert (await refusal(corps.hold(session))).reason == "CONSULTATION_NOT_STARTED"
    begun = await corps.begin(session)
    assert (await refusal(corps.cancel(came, corps.here[0]))).reason == "CONSULTATION_CLOSED"
    assert (await corps.mark(came, True)).state == ATTENDED
    assert (await corps.hold(begun)).state == pb.CONSULTATION_STATE_HELD
    overlooked = await corps.booking(missing.id, HOST)
    assert overlooked.state == NO_SHOW
    corrected = await corps.mark(overlooked, True)
    assert corrected.state == ATTENDED
    assert (await refusal(corps.mark(corrected, False))).reason == "SLOT_BOOKING_WRONG_STATE"


async def test_the_host_takes_a_booking_back_with_a_reason(corps: Consulting) -> None:
    session = await corps.open_to_all()
    booked = await corps.book(session, corps.here[0])
    request = slot_rpc.ReleaseSlotBookingRequest(on=on_slot(booked), reason="咨询员临时公务")
    assert (await refusal(corps.slots(OTHER_HOST).ReleaseSlotBooking(request))).reason == "SLOT_BOOKING_NOT_FOUND"
    found = (await corps.slots(COLLEAGUE).ReleaseSlotBooking(request)).slot_booking
    assert (found.state, found.end_reason) == (CANCELLED, "咨询员临时公务")


# What each statement would do to a session of which an enterprise has the second slot, and the rule that keeps it from that.
AGAINST_THE_RULES = {
    "slot_exists": "UPDATE slot_booking SET slot_number = 7",
    "slot_booking_stays": "UPDATE slot_booking SET enterprise_id = gen_random_uuid()",
    "ck_slot_booking_ended_by_somebody": "UPDATE slot_booking SET state = 'CANCELLED'",
    "slots_kept": "UPDATE consultation SET ends_at = starts_at + interval '30 minutes'",
    "consultation_kept": "DELETE FROM slot_booking",
    "ck_consultation_of_one_day": "UPDATE consultation SET ends_at = ends_at + interval '1 day'",
    "ck_consultation_nobody_left_out": "UPDATE consultation SET open_to_all_at = starts_at",
    "ck_consultation_cancelled_for_a_reason": "UPDATE consultation SET end_reason = '无'",
    "ck_consultation_has_slots": "UPDATE consultation SET ends_at = starts_at + interval '20 minutes'",
    "fk_consultation_staff_consultant_id_group_number_consultant": "UPDATE consultation_staff SET group_number = 2",
}


@pytest.mark.parametrize("rule", AGAINST_THE_RULES)
async def test_the_database_keeps_the_rules_of_sessions(corps: Consulting, rule: str) -> None:
    await corps.book(await corps.open_to_all(), corps.here[0], number=2)
    with pytest.raises(IntegrityError) as caught:
        await corps.world.change(AGAINST_THE_RULES[rule])
    assert constraint_of(caught.value) == rule


async def test_the_database_lets_nobody_pass_district_level_points(corps: Consulting) -> None:
    await corps.raise_to_district(corps.here[0])
    await corps.book(await corps.announced(), corps.here[0])
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = 'slot_booking'"
    columns = ", ".join(row[0] for row in await corps.world.rows(query))
    fresh = {"id": "gen_random_uuid()", "enterprise_id": "gen_random_uuid()", "slot_number": "2", "level": "'TOWN'"}
    values = ", ".join(fresh.get(name, name) for name in columns.split(", "))
    with pytest.raises(IntegrityError) as caught:
        await corps.world.change(f"INSERT INTO slot_booking ({columns}) SELECT {values} FROM slot_booking")
    assert constraint_of(caught.value) == "district_level_first"
