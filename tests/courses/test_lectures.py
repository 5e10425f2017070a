"""Lectures as agencies plan and change them, and what that does to who booked."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1 import lecture_service_pb2 as rpc
from fahu.courses.v1.events_pb2 import LectureChanged

from tests.courses.conftest import CENTRE, HOST, OTHER_HOST, SUPERVISOR, World, new_courseware, new_lecturer, refusal, stamp


def on(lecture: Any, request_id: str = "") -> rpc.LecturePrecondition:
    return rpc.LecturePrecondition(
        lecture_id=lecture.id, expected_version=lecture.version, request_id=request_id or uuid4().hex
    )


async def plan(world: World, **changes: Any) -> Any:
    request = rpc.PlanLectureRequest(draft=world.draft(**changes), request_id=uuid4().hex)
    return (await world.lectures().PlanLecture(request)).lecture


async def test_a_planned_lecture_is_its_agencys_matter(world: World) -> None:
    planned = await plan(world, title="解除合同怎么办")
    assert (planned.title, planned.unit_name, planned.state) == ("解除合同怎么办", "名：hrss", pb.LECTURE_STATE_PLANNED)
    for actor in (HOST, SUPERVISOR, CENTRE):
        assert (await world.get(planned.id, actor)).id == planned.id
    for actor in (OTHER_HOST, world.firms[0].contact):
        assert (await refusal(world.get(planned.id, actor))).reason == "LECTURE_NOT_FOUND"
        assert not (await world.lectures(actor).ListLectures(rpc.ListLecturesRequest())).lectures
    opened = (await world.lectures().OpenLecture(rpc.OpenLectureRequest(on=on(planned)))).lecture
    assert (await world.get(opened.id, world.firms[0].contact)).state == pb.LECTURE_STATE_OPEN
    cancelling = rpc.CancelLectureRequest(on=on(opened), reason="示例")
    assert (await refusal(world.lectures(OTHER_HOST).CancelLecture(cancelling))).reason == "PERMISSION_DENIED"


async def test_a_lecturer_is_never_in_two_places(world: World) -> None:
    first = await plan(world)
    assert (await refusal(plan(world, starts_in=241))).reason == "LECTURER_BUSY"
    later = await plan(world, starts_in=242)
    moved = rpc.UpdateLectureRequest(on=on(later), draft=world.draft(starts_in=239))
    assert (await refusal(world.lectures().UpdateLecture(moved))).reason == "LECTURER_BUSY"
    await world.lectures().CancelLecture(rpc.CancelLectureRequest(on=on(first), reason="示例"))
    await plan(world)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_in": -1}, "starts_at"),
        ({"ends_at": stamp(datetime.now(UTC) + timedelta(hours=239))}, "ends_at"),
        ({"ends_at": stamp(datetime.now(UTC) + timedelta(hours=253))}, "ends_at"),
        ({"closes_at": stamp(datetime.now(UTC) + timedelta(hours=241))}, "closes_at"),
    ],
)
async def test_times_out_of_order_are_told(world: World, changes: dict[str, Any], field: str) -> None:
    refused = await refusal(plan(world, **changes))
    assert (refused.reason, refused.metadata["field"]) == ("LECTURE_TIMES_INVALID", field)


async def test_only_the_agencys_own_people_and_courseware(world: World) -> None:
    theirs, draft = uuid4(), uuid4()
    async with world.database.begin() as session:
        session.add(new_lecturer(theirs, "justice", 1))
        session.add(new_courseware(draft, "hrss", "DRAFT"))
    assert (await refusal(plan(world, lecturer_id=str(theirs)))).reason == "LECTURER_NOT_FOUND"
    assert (await refusal(plan(world, courseware_id=str(draft)))).reason == "COURSEWARE_NOT_FOUND"
    assert (await refusal(plan(world, zone_code="nowhere"))).reason == "ZONE_NOT_FOUND"
    await world.change(
        "UPDATE lecturer SET ended_at = now(), end_reason = 'x' WHERE id = CAST(:id AS uuid)", id=str(world.lecturer)
    )
    assert (await refusal(plan(world))).reason == "LECTURER_NOT_FOUND"


async def test_who_comes_is_told_of_another_time_and_not_of_more_seats(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    await world.book(lecture, world.firms[0])
    waiting = await world.book(lecture, world.firms[1])
    larger = rpc.UpdateLectureRequest(on=on(lecture), draft=world.draft(capacity=2))
    lecture = (await world.lectures().UpdateLecture(larger)).lecture
    assert (await world.booking(waiting.id, world.firms[1].contact)).state == pb.BOOKING_STATE_OFFERED
    moved = rpc.UpdateLectureRequest(on=on(lecture), draft=world.draft(capacity=2, starts_in=244))
    await world.lectures().UpdateLecture(moved)
    *_, grown, elsewhere = await world.events(LectureChanged, lecture.id)
    assert not grown.liaison_ids
    assert set(elsewhere.liaison_ids) == {firm.contact.subject for firm in world.firms[:2]}


async def test_seats_that_are_taken_stay(world: World) -> None:
    lecture = await world.lecture(capacity=3)
    await world.book(lecture, world.firms[0], heads=2)
    smaller = rpc.UpdateLectureRequest(on=on(lecture), draft=world.draft(capacity=1))
    refused = await refusal(world.lectures().UpdateLecture(smaller))
    assert (refused.reason, refused.metadata["taken"]) == ("CAPACITY_TAKEN", "2")


async def test_an_offer_ends_with_the_booking_that_now_closes_earlier(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    booked, waiting = [await world.book(lecture, firm) for firm in world.firms[:2]]
    await world.cancel(booked, world.firms[0])
    soon = datetime.now(UTC) + timedelta(minutes=5)
    closing = rpc.UpdateLectureRequest(on=on(lecture), draft=world.draft(capacity=1, closes_at=stamp(soon)))
    await world.lectures().UpdateLecture(closing)
    assert (await world.booking(waiting.id, world.firms[1].contact)).offered_until.ToDatetime(UTC) == soon


async def test_a_cancelled_lecture_ends_every_booking_and_says_why(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    bookings = [await world.book(lecture, firm) for firm in world.firms[:2]]
    request = rpc.CancelLectureRequest(on=on(lecture), reason="讲师临时出庭")
    first, again = [(await world.lectures().CancelLecture(request)).lecture for _ in range(2)]
    assert first == again
    for booking, firm in zip(bookings, world.firms, strict=False):
        ended = await world.booking(booking.id, firm.contact)
        assert (ended.state, ended.ended_by) == (pb.BOOKING_STATE_CANCELLED, pb.BOOKING_ENDER_HOST)
        assert ended.end_reason == "讲师临时出庭"
    assert (await refusal(world.book(lecture, world.firms[3]))).reason == "LECTURE_CLOSED"
    found = await world.get(lecture.id)
    assert (found.taken, found.waiting, found.end_reason) == (0, 0, "讲师临时出庭")


async def test_a_lecture_that_was_held_notes_who_did_not_come(world: World) -> None:
    lecture = await world.lecture(capacity=1)
    booked, waiting = [await world.book(lecture, firm) for firm in world.firms[:2]]
    held = rpc.DeliverLectureRequest(on=on(lecture))
    assert (await refusal(world.lectures().DeliverLecture(held))).reason == "LECTURE_NOT_STARTED"
    await world.put_back(lecture, hours=241)
    await world.lectures().DeliverLecture(held)
    assert (await world.booking(booked.id, world.firms[0].contact)).state == pb.BOOKING_STATE_NO_SHOW
    assert (await world.booking(waiting.id, world.firms[1].contact)).state == pb.BOOKING_STATE_LAPSED
    late = world.cancel(await world.booking(booked.id, world.firms[0].contact), world.firms[0])
    assert (await refusal(late)).reason == "LECTURE_STARTED"


async def test_pages_follow_each_other_without_gap(world: World) -> None:
    made = [(await plan(world, starts_in=240 + 3 * number)).id for number in range(5)]
    found, token = [], ""
    while True:
        answer = await world.lectures().ListLectures(rpc.ListLecturesRequest(page_size=2, page_token=token))
        found += [one.id for one in answer.lectures]
        token = answer.next_page_token
        if not token:
            break
    assert found == made


async def test_a_lecture_that_nobody_came_to_is_cancelled_after_its_start(world: World) -> None:
    lecture = await world.lecture()
    booked = await world.book(lecture, world.firms[0])
    await world.put_back(lecture, hours=241)
    request = rpc.CancelLectureRequest(on=on(lecture), reason="讲师当天生病")
    await world.lectures().CancelLecture(request)
    assert (await world.booking(booked.id, world.firms[0].contact)).state == pb.BOOKING_STATE_CANCELLED


async def test_what_was_never_opened_stays_its_agencys_when_cancelled(world: World) -> None:
    planned = await plan(world)
    await world.lectures().CancelLecture(rpc.CancelLectureRequest(on=on(planned), reason="内部调整"))
    assert (await refusal(world.get(planned.id, world.firms[0].contact))).reason == "LECTURE_NOT_FOUND"
    assert (await world.get(planned.id)).end_reason == "内部调整"


async def test_seats_suffice_for_the_largest_party_that_waits(world: World) -> None:
    lecture = await world.lecture(capacity=3)
    first = await world.book(lecture, world.firms[0], heads=3)
    await world.book(lecture, world.firms[1], heads=3)
    await world.cancel(first, world.firms[0])
    smaller = rpc.UpdateLectureRequest(on=on(lecture), draft=world.draft(capacity=2))
    assert (await refusal(world.lectures().UpdateLecture(smaller))).metadata["taken"] == "3"
