"""Who is told of a lecture that is near: contacts the day before, the agency when seats are given up on the last day."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fahu.courses.v1 import booking_service_pb2 as rpc
from fahu.courses.v1 import lecture_service_pb2 as lecture_rpc
from fahu.courses.v1.events_pb2 import BookingChanged, LectureReminderDue

from services.courses.service import reminders
from tests.courses.conftest import HOST, NOW, World, on_booking, stamp

DAY = timedelta(hours=24)


async def remind(world: World, now: datetime | None = None) -> int:
    async with world.database.begin() as session:
        return await reminders.remind(session, now or datetime.now(UTC), DAY)


async def reminded(world: World) -> list[Any]:
    return await world.events(LectureReminderDue)


async def test_contacts_with_seats_are_reminded_once(world: World) -> None:
    lecture = await world.lecture(capacity=2, starts_in=72)
    booked, other, waiting = [await world.book(lecture, firm) for firm in world.firms[:3]]
    eve = lecture.starts_at.ToDatetime(UTC) - DAY
    assert await remind(world, eve - timedelta(minutes=1)) == 0
    assert await remind(world, eve) == 2
    assert await remind(world, eve + timedelta(hours=1)) == 0
    told = {(one.booking_id, one.liaison_person_id) for one in await reminded(world)}
    assert told == {(one.id, str(firm.contact.person_id)) for one, firm in zip((booked, other), world.firms, strict=False)}
    assert waiting.id not in {booking_id for booking_id, _ in told}


async def test_two_at_once_remind_once(world: World) -> None:
    lecture = await world.lecture(capacity=8, starts_in=72)
    for firm in world.firms:
        await world.book(lecture, firm)
    eve = lecture.starts_at.ToDatetime(UTC) - DAY
    assert sum(await asyncio.gather(*(remind(world, eve) for _ in range(4)))) == 8
    assert len(await reminded(world)) == 8


async def test_who_booked_on_the_last_day_has_just_heard_of_it(world: World) -> None:
    lecture = await world.lecture(starts_in=20)
    await world.book(lecture, world.firms[0])
    assert await remind(world) == 0


async def test_a_lecture_set_for_another_time_is_reminded_of_again(world: World) -> None:
    lecture = await world.lecture(starts_in=72)
    await world.book(lecture, world.firms[0])
    eve = lecture.starts_at.ToDatetime(UTC) - DAY
    await remind(world, eve)
    later = NOW + timedelta(hours=120)
    on = lecture_rpc.LecturePrecondition(lecture_id=lecture.id, expected_version=lecture.version, request_id="moved")
    draft = world.draft(starts_at=stamp(later), ends_at=stamp(later + timedelta(hours=2)))
    await world.lectures(HOST).UpdateLecture(lecture_rpc.UpdateLectureRequest(on=on, draft=draft))
    assert await remind(world, later - DAY) == 1
    assert [one.lecture.starts_at.ToDatetime(UTC) for one in await reminded(world)] == [eve + DAY, later]


@pytest.mark.parametrize(
    "change",
    ["UPDATE lecture SET state = 'CANCELLED', end_reason = 'x'", "UPDATE liaison_point SET liaison_person_id = NULL"],
)
async def test_nobody_is_reminded_in_vain(world: World, change: str) -> None:
    lecture = await world.lecture(starts_in=72)
    await world.book(lecture, world.firms[0])
    await world.change(change)
    await remind(world, lecture.starts_at.ToDatetime(UTC) - DAY)
    assert await reminded(world) == []


async def _told_of_the_end(world: World, booking: Any) -> list[str]:
    return list((await world.events(BookingChanged, booking.id))[-1].agency_contact_ids)


async def test_the_agency_is_told_of_seats_given_up_on_the_last_day_only(world: World) -> None:
    ((contacts,),) = await world.rows("SELECT contact_ids FROM unit WHERE code = 'hrss'")
    far, near = await world.lecture(starts_in=30), await world.lecture(capacity=2, starts_in=20)
    early = await world.book(far, world.firms[0])
    late, released, waiting = [await world.book(near, firm) for firm in world.firms[:3]]
    await world.cancel(early, world.firms[0])
    await world.cancel(waiting, world.firms[2])
    await world.cancel(late, world.firms[0])
    request = rpc.ReleaseBookingRequest(on=on_booking(released), reason="场地有变")
    await world.bookings(HOST).ReleaseBooking(request)
    assert await _told_of_the_end(world, late) == [str(person) for person in contacts]
    for other in (early, waiting, released):
        assert await _told_of_the_end(world, other) == []
