"""Bookings as entries of a calendar: each change is newer than the last, and the address is the contact's alone."""

from typing import Any
from uuid import uuid4

from fahu.courses.v1 import calendar_feed_service_pb2 as rpc
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1 import lecture_service_pb2 as lecture_rpc
from fahu.courses.v1.calendar_feed_service_pb2_grpc import CalendarFeedServiceStub

from tests.courses.conftest import Firm, World, refusal


def calendars(world: World, firm: Firm) -> Any:
    return world.stub(CalendarFeedServiceStub, firm.contact)


async def renew(world: World, firm: Firm) -> str:
    return str((await calendars(world, firm).RenewCalendarFeed(rpc.RenewCalendarFeedRequest())).token)


async def feed(world: World, token: str) -> list[Any]:
    request = rpc.GetCalendarFeedRequest(token=token)
    return list((await world.stub(CalendarFeedServiceStub, "gateway").GetCalendarFeed(request)).entries)


async def move(world: World, lecture: Any) -> None:
    """The agency moves the lecture elsewhere."""
    on = lecture_rpc.LecturePrecondition(lecture_id=lecture.id, expected_version=lecture.version, request_id=uuid4().hex)
    draft = world.draft(lecture.capacity, place="金山区法院三号法庭")
    await world.lectures().UpdateLecture(lecture_rpc.UpdateLectureRequest(on=on, draft=draft))


async def test_a_feed_follows_booking_and_lecture(world: World) -> None:
    lecture, firm = await world.lecture(), world.firms[0]
    booking, token = await world.book(lecture, firm), await renew(world, firm)
    [first] = await feed(world, token)
    assert (first.booking.id, first.unit_name, first.lecturer_name) == (booking.id, "名：hrss", "讲师1")
    await move(world, lecture)
    [moved] = await feed(world, token)
    assert (moved.booking.place, moved.sequence > first.sequence) == ("金山区法院三号法庭", True)
    await world.cancel(booking, firm)
    [ended] = await feed(world, token)
    assert (ended.booking.state, ended.sequence > moved.sequence) == (pb.BOOKING_STATE_CANCELLED, True)
    assert ended.changed_at.ToNanoseconds() > moved.changed_at.ToNanoseconds()


async def test_a_feed_is_of_one_contact_and_ends_with_its_secret(world: World) -> None:
    lecture = await world.lecture()
    for firm in world.firms[:2]:
        await world.book(lecture, firm)
    old, other = await renew(world, world.firms[0]), await renew(world, world.firms[1])
    new = await renew(world, world.firms[0])
    assert (await refusal(feed(world, old))).reason == "CALENDAR_FEED_NOT_FOUND"
    assert [one.booking.enterprise_name for one in await feed(world, new)] == ["测试企业0"]
    assert [one.booking.enterprise_name for one in await feed(world, other)] == ["测试企业1"]
    assert new not in str(await world.rows("SELECT calendar_feed::text FROM calendar_feed"))


async def test_who_is_the_contact_no_more_sees_nothing(world: World) -> None:
    await world.book(await world.lecture(), world.firms[0])
    token = await renew(world, world.firms[0])
    await world.change("UPDATE liaison_point SET liaison_person_id = gen_random_uuid()")
    assert await feed(world, token) == []


async def test_old_lectures_leave_the_feed(world: World) -> None:
    lecture = await world.lecture()
    await world.book(lecture, world.firms[0])
    token = await renew(world, world.firms[0])
    await world.put_back(lecture, hours=240 + 89 * 24)
    assert len(await feed(world, token)) == 1
    await world.put_back(lecture, hours=3 * 24)
    assert await feed(world, token) == []


async def test_one_entry_is_for_its_enterprise(world: World) -> None:
    booking = await world.book(await world.lecture(), world.firms[0])
    request = rpc.GetCalendarEntryRequest(booking_id=booking.id)
    entry = (await calendars(world, world.firms[0]).GetCalendarEntry(request)).entry
    assert (entry.booking.id, entry.booking.state) == (booking.id, pb.BOOKING_STATE_CONFIRMED)
    assert (await refusal(calendars(world, world.firms[1]).GetCalendarEntry(request))).reason == "BOOKING_NOT_FOUND"
