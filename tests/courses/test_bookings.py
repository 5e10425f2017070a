"""Seats and the queue for them, as enterprises, agencies and the database see it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import booking_service_pb2 as rpc
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1.events_pb2 import BookingChanged
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from services.courses.service import booking_moves
from tests import signing
from tests.courses.conftest import HOST, OTHER_HOST, World, on_booking, refusal

CONFIRMED, WAITING, OFFERED = pb.BOOKING_STATE_CONFIRMED, pb.BOOKING_STATE_WAITING, pb.BOOKING_STATE_OFFERED
LAPSED, CANCELLED = pb.BOOKING_STATE_LAPSED, pb.BOOKING_STATE_CANCELLED
GONE = "UPDATE liaison_point SET active = false WHERE designation_id = CAST(:id AS uuid)"


async def test_seats_go_to_who_comes_first_and_the_rest_queue(world: World) -> None:
    lecture = await world.lecture(capacity=3)
    first = await world.book(lecture, world.firms[0], heads=2)
    second = await world.book(lecture, world.firms[1], heads=2)
    third = await world.book(lecture, world.firms[2], heads=1)
    assert (first.state, second.state, third.state) == (CONFIRMED, WAITING, WAITING)
    assert (second.position, second.waiting_reason) == (1, pb.WAITING_REASON_PARTY)
    assert (third.position, third.waiting_reason) == (2, pb.WAITING_REASON_AHEAD)
    found = await world.get(lecture.id)
    assert (found.taken, found.waiting) == (2, 2)


async def test_forty_at_once_for_twenty_seats_are_twenty(world: World) -> None:
    lecture, firms = await world.lecture(capacity=20), await world.more_firms(40)
    booked = await asyncio.gather(*(world.book(lecture, firm) for firm in firms))
    assert [one.state for one in booked].count(CONFIRMED) == 20
    assert sorted(one.position for one in booked if one.state == WAITING) == list(range(1, 21))
    found = await world.get(lecture.id)
    assert (found.taken, found.waiting) == (20, 20)


async def test_a_seat_that_falls_free_is_offered_in_order_and_held(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    booked, waiting, last = [await world.book(lecture, firm) for firm in world.firms[:3]]
    await world.cancel(booked, world.firms[0])
    offered = await world.booking(waiting.id, world.firms[1].contact)
    assert offered.state == OFFERED
    assert offered.offered_until.ToDatetime(UTC) > datetime.now(UTC)
    newcomer = await world.book(lecture, world.firms[3])
    assert (newcomer.state, newcomer.position) == (WAITING, 2)
    accepted = await world.accept(offered, world.firms[1])
    assert accepted.state == CONFIRMED
    assert (await world.booking(last.id, world.firms[2].contact)).position == 1
    told = [event.state for event in await world.events(BookingChanged, waiting.id)]
    assert told == [WAITING, OFFERED, CONFIRMED]


async def test_an_offer_that_ends_goes_to_the_next(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    booked, second, third = [await world.book(lecture, firm) for firm in world.firms[:3]]
    await world.cancel(booked, world.firms[0])
    offered = await world.booking(second.id, world.firms[1].contact)
    later = offered.offered_until.ToDatetime(UTC) + timedelta(seconds=1)
    async with world.database.begin() as session:
        await booking_moves.end_offers(session, later)
    ended = await world.booking(second.id, world.firms[1].contact)
    assert (ended.state, ended.ended_by) == (LAPSED, pb.BOOKING_ENDER_TIME)
    assert (await world.booking(third.id, world.firms[2].contact)).state == OFFERED
    again = await world.book(lecture, world.firms[1])
    assert again.state == WAITING


async def test_nobody_moves_up_once_the_lecture_is_closed(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    booked, waiting = [await world.book(lecture, firm) for firm in world.firms[:2]]
    await world.put_back(lecture, hours=239)
    await world.cancel(booked, world.firms[0])
    assert (await world.booking(waiting.id, world.firms[1].contact)).state == WAITING
    assert (await refusal(world.book(lecture, world.firms[2]))).reason == "LECTURE_CLOSED"
    async with world.database.begin() as session:
        await booking_moves.end_queues(session, datetime.now(UTC))
    assert (await world.booking(waiting.id, world.firms[1].contact)).state == LAPSED


async def test_a_large_party_holds_its_place(world: World) -> None:
    lecture = await world.lecture(capacity=3)
    three = [await world.book(lecture, firm) for firm in world.firms[:3]]
    large = await world.book(lecture, world.firms[3], heads=2)
    small = await world.book(lecture, world.firms[4])
    await world.cancel(three[0], world.firms[0])
    assert (await world.booking(large.id, world.firms[3].contact)).waiting_reason == pb.WAITING_REASON_PARTY
    await world.cancel(three[1], world.firms[1])
    assert (await world.booking(large.id, world.firms[3].contact)).state == OFFERED
    assert (await world.booking(small.id, world.firms[4].contact)).state == WAITING


async def test_a_seat_is_not_held_for_who_is_no_liaison_point_any_more(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    booked, withdrawn, third = [await world.book(lecture, firm) for firm in world.firms[:3]]
    await world.change(GONE, id=str(world.firms[1].designation_id))
    await world.cancel(booked, world.firms[0])
    left = await world.booking(withdrawn.id, world.firms[1].contact)
    assert (left.state, left.end_reason) == (LAPSED, "企业已不是本年度的法治化营商环境联系点")
    offered = await world.booking(third.id, world.firms[2].contact)
    assert offered.state == OFFERED
    await world.change(GONE, id=str(world.firms[2].designation_id))
    assert (await refusal(world.accept(offered, world.firms[2]))).reason == "ENTERPRISE_NOT_DESIGNATED"


async def test_a_retry_books_once(world: World) -> None:
    lecture, request_id = await world.lecture(), uuid4().hex
    many = await asyncio.gather(*(world.book(lecture, world.firms[0], request_id=request_id) for _ in range(6)))
    assert len({one.id for one in many}) == 1
    assert (await world.get(lecture.id)).taken == 1
    other = world.book(lecture, world.firms[0], heads=2, request_id=request_id)
    assert (await refusal(other)).reason == "IDEMPOTENCY_KEY_REUSED"
    assert (await refusal(world.book(lecture, world.firms[0]))).reason == "ALREADY_BOOKED"


async def test_a_retry_of_a_change_changes_once(world: World) -> None:
    lecture, request_id = await world.lecture(capacity=1), uuid4().hex
    booked = await world.book(lecture, world.firms[0])
    first, second = [await world.cancel(booked, world.firms[0], request_id) for _ in range(2)]
    assert first == second
    assert (await refusal(world.cancel(booked, world.firms[0]))).reason == "STALE_VERSION"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ("UPDATE liaison_point SET active = false", "ENTERPRISE_NOT_DESIGNATED"),
        ("UPDATE liaison_point SET year = year - 1", "ENTERPRISE_NOT_DESIGNATED"),
        ("UPDATE liaison_point SET liaison_person_id = gen_random_uuid()", "ENTERPRISE_NOT_DESIGNATED"),
        ("UPDATE lecture SET zone_code = 'coast'", "LECTURE_OF_OTHER_ZONE"),
        ("UPDATE lecture SET most_heads = 1", "TOO_MANY_HEADS"),
        ("UPDATE lecture SET state = 'PLANNED'", "LECTURE_NOT_FOUND"),
        ("UPDATE lecture SET state = 'DELIVERED'", "LECTURE_CLOSED"),
    ],
)
async def test_who_may_not_book_is_told_why(world: World, changes: str, reason: str) -> None:
    lecture = await world.lecture()
    await world.change(changes)
    assert (await refusal(world.book(lecture, world.firms[0], heads=2))).reason == reason
    assert await world.rows("SELECT id FROM booking") == []


async def test_bookings_are_seen_by_their_enterprise_host_and_area(world: World) -> None:
    booked = await world.book(await world.lecture(), world.firms[0])
    officer = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116101", area="310116101")
    for actor in (world.firms[0].contact, HOST, officer):
        assert (await world.booking(booked.id, actor)).id == booked.id
        listed = await world.bookings(actor).ListBookings(rpc.ListBookingsRequest())
        assert [one.id for one in listed.bookings] == [booked.id]
    elsewhere = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116109", area="310116109")
    for actor in (world.firms[1].contact, OTHER_HOST, elsewhere):
        assert (await refusal(world.booking(booked.id, actor))).reason == "BOOKING_NOT_FOUND"
        assert not (await world.bookings(actor).ListBookings(rpc.ListBookingsRequest())).bookings


async def test_the_host_takes_a_booking_back_with_a_reason(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    booked, waiting = [await world.book(lecture, firm) for firm in world.firms[:2]]
    request = rpc.ReleaseBookingRequest(on=on_booking(booked), reason="该企业已另行安排专场")
    found = (await world.bookings(HOST).ReleaseBooking(request)).booking
    assert (found.state, found.ended_by, found.end_reason) == (CANCELLED, pb.BOOKING_ENDER_HOST, "该企业已另行安排专场")
    assert (await world.booking(waiting.id, world.firms[1].contact)).state == OFFERED


# What each statement would do to a lecture of one seat, taken by the first of three, and the rule that keeps it from that.
AGAINST_THE_RULES = {
    "booking_in_turn": "UPDATE booking SET state = 'OFFERED', offered_until = now() WHERE queue_number = 2",
    "booking_stays": "UPDATE booking SET queue_number = 1 WHERE queue_number = 2",
    "booking_kept": "DELETE FROM booking",
    "ck_lecture_not_oversold": "UPDATE booking SET state = 'CONFIRMED' WHERE queue_number = 1",
    "ck_booking_waits_in_line": "UPDATE booking SET state = 'WAITING' WHERE queue_number = 0",
    "ck_booking_ended_by_somebody": "UPDATE booking SET state = 'CANCELLED' WHERE queue_number = 0",
    "uq_booking_live": "UPDATE booking SET enterprise_id = (SELECT enterprise_id FROM booking WHERE queue_number = 0)",
}


@pytest.mark.parametrize("rule", AGAINST_THE_RULES)
async def test_the_database_keeps_the_rules_of_the_queue(world: World, rule: str) -> None:
    lecture = await world.lecture(capacity=1)
    for firm in world.firms[:3]:
        await world.book(lecture, firm)
    with pytest.raises(IntegrityError) as caught:
        await world.change(AGAINST_THE_RULES[rule])
    assert constraint_of(caught.value) == rule


async def test_the_database_lets_no_newcomer_pass(world: World) -> None:
    lecture = await world.lecture(capacity=2)
    await world.book(lecture, world.firms[0])
    await world.book(lecture, world.firms[1], heads=2)
    columns = ", ".join(
        row[0] for row in await world.rows("SELECT column_name FROM information_schema.columns WHERE table_name = 'booking'")
    )
    fresh = {"id": "'ffffffff-0000-7000-8000-000000000000'", "enterprise_id": "gen_random_uuid()", "request_id": "'another'"}
    values = ", ".join(fresh.get(name, name) for name in columns.split(", "))
    statement = f"INSERT INTO booking ({columns}) SELECT {values} FROM booking WHERE state = 'CONFIRMED'"
    with pytest.raises(IntegrityError) as caught:
        await world.change(statement)
    assert constraint_of(caught.value) == "booking_passes_nobody"
