"""Who came: by the code at the door, by the agency's hand, and as the database keeps it."""

from typing import Any

import pytest
from fahu.courses.v1 import attendance_service_pb2 as rpc
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1 import lecture_service_pb2 as lecture_rpc
from fahu.courses.v1.events_pb2 import BookingChanged
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from kit.rpc.client import refusal_of
from kit.sheets.rows import Columns
from kit.sheets.spreadsheet import read_rows
from services.courses.rules.attendance_sheet import COLUMNS
from tests.courses.attending import Door, all_of, hold
from tests.courses.conftest import CENTRE, HOST, OTHER_HOST, SUPERVISOR, World, refusal

ATTENDED, NO_SHOW, LAPSED = pb.BOOKING_STATE_ATTENDED, pb.BOOKING_STATE_NO_SHOW, pb.BOOKING_STATE_LAPSED


async def deliver(door: Door) -> None:
    lecture = await door.world.get(door.lecture.id)
    on = lecture_rpc.LecturePrecondition(lecture_id=lecture.id, expected_version=lecture.version, request_id="delivered")
    await door.world.lectures().DeliverLecture(lecture_rpc.DeliverLectureRequest(on=on))


@pytest.mark.parametrize("shown", ["code", "scene"])
async def test_a_contact_checks_in_with_what_the_door_shows(world: World, shown: str) -> None:
    door = await hold(world, heads=2)
    came = await door.check_in(0, getattr(await door.show(), shown), heads=2)
    assert (came.state, came.attended_heads) == (ATTENDED, 2)
    told = (await world.events(BookingChanged, came.id))[-1]
    assert (told.state, told.attended_heads, told.liaison_person_id) == (ATTENDED, 2, world.firms[0].contact.subject)


async def test_a_wrong_code_lets_nobody_in(world: World) -> None:
    door, elsewhere = await hold(world), await _held_next_door(world)
    assert (await refusal(door.check_in(0, "123456"))).reason == "CHECK_IN_CODE_WRONG"  # none was shown yet
    shown, other = await door.show(), await elsewhere.show()
    wrong = f"{(int(shown.code) + 1) % 10**6:06d}"
    for code in (wrong, other.scene, other.code if other.code != shown.code else wrong):
        assert (await refusal(door.check_in(0, code))).reason == "CHECK_IN_CODE_WRONG"
    assert (await door.check_in(0, shown.code)).state == ATTENDED


async def _held_next_door(world: World) -> Door:
    """Another lecture of the agency, which ends as the first begins: check-in of both is open."""
    lecture = await world.lecture(starts_in=300)
    await world.put_back(lecture, hours=302)
    return Door(world, lecture, [])


async def test_a_code_ends_by_itself_and_with_the_next(world: World) -> None:
    door = await hold(world)
    first, second = await door.show(), await door.show()
    assert first.scene != second.scene
    assert (await refusal(door.check_in(0, first.scene))).reason == "CHECK_IN_CODE_WRONG"
    await world.change("UPDATE check_in SET opened_at = opened_at - interval '1 hour', expires_at = now()")
    assert (await refusal(door.check_in(0, second.scene))).reason == "CHECK_IN_CODE_WRONG"


async def test_only_hashes_of_codes_are_kept(world: World) -> None:
    shown = await (await hold(world)).show()
    kept = str(await world.rows("SELECT check_in::text FROM check_in")) + str(await world.rows("SELECT act::text FROM act"))
    assert shown.scene not in kept
    assert shown.code.encode().hex() not in kept


@pytest.mark.parametrize(("earlier", "open"), [(239, False), (240, True), (242, True), (244, False)])
async def test_check_in_is_open_around_the_lecture(world: World, earlier: int, open: bool) -> None:
    lecture = await world.lecture()
    await world.put_back(lecture, hours=earlier)
    showing = Door(world, lecture, []).show()
    if open:
        assert len((await showing).code) == 6
    else:
        assert (await refusal(showing)).reason == "CHECK_IN_CLOSED"


async def test_who_may_not_write_down_who_came(world: World) -> None:
    door = await hold(world)
    assert (await refusal(door.show(OTHER_HOST))).reason == "PERMISSION_DENIED"
    assert (await refusal(door.mark(door.bookings[0], actor=OTHER_HOST))).reason == "BOOKING_NOT_FOUND"
    assert (await refusal(door.walk_in(world.firms[5], actor=OTHER_HOST))).reason == "PERMISSION_DENIED"
    shown = await door.show()
    stranger = Door(world, door.lecture, [None, *door.bookings])
    assert (await refusal(stranger.check_in(1, shown.code))).reason == "BOOKING_NOT_FOUND"


async def test_two_phones_at_the_door_count_once(world: World) -> None:
    door = await hold(world, heads=2)
    code = (await door.show()).code
    outcomes = await all_of(*(door.check_in(0, code, heads) for heads in (1, 2, 1, 2)))
    came = [one for one in outcomes if not isinstance(one, Exception)]
    assert [one.state for one in came] == [ATTENDED]
    refused: set[Any] = {refusal_of(one).reason for one in outcomes if isinstance(one, Exception)}  # type: ignore[arg-type]
    assert refused == {"STALE_VERSION"}
    assert [event.state for event in await world.events(BookingChanged, came[0].id)].count(ATTENDED) == 1


async def test_a_retried_check_in_answers_the_same(world: World) -> None:
    door = await hold(world)
    code = (await door.show()).code
    first = await door.check_in(0, code, request_id="once")
    await door.show()
    assert await door.check_in(0, code, request_id="once") == first  # although the code has ended since


async def test_more_than_booked_come_for_a_reason_only(world: World) -> None:
    door = await hold(world)
    assert (await refusal(door.check_in(0, (await door.show()).code, heads=2))).reason == "HEADS_OVER_BOOKED"
    assert (await refusal(door.mark(door.bookings[0], heads=2))).reason == "HEADS_OVER_BOOKED"
    came = await door.mark(door.bookings[0], heads=2, reason="法务同事一同旁听")
    assert (came.state, came.heads, came.attended_heads) == (ATTENDED, 1, 2)


async def test_who_was_overlooked_is_put_right(world: World) -> None:
    door = await hold(world)
    await deliver(door)
    missed = await world.booking(door.bookings[0].id, world.firms[0].contact)
    assert missed.state == NO_SHOW
    code = (await door.show()).code
    late = Door(world, door.lecture, [missed])
    assert (await refusal(late.check_in(0, code))).reason == "BOOKING_WRONG_STATE"  # the list is the agency's by now
    assert (await door.mark(missed)).state == ATTENDED
    assert (await world.get(door.lecture.id)).taken == 1


async def test_nobody_comes_before_the_doors_open(world: World) -> None:
    lecture = await world.lecture()
    booking = await world.book(lecture, world.firms[0])
    door = Door(world, lecture, [booking])
    assert (await refusal(door.mark(booking))).reason == "LECTURE_NOT_STARTED"
    assert (await refusal(door.walk_in(world.firms[1]))).reason == "LECTURE_NOT_STARTED"


async def test_walk_ins_take_what_is_free(world: World) -> None:
    door = await hold(world, booked=1, capacity=3)
    came = await door.walk_in(world.firms[1], heads=2, request_id="once")
    assert (came.state, came.heads, came.attended_heads) == (ATTENDED, 2, 2)
    assert await door.walk_in(world.firms[1], heads=2, request_id="once") == came
    assert [event.state for event in await world.events(BookingChanged, came.id)] == [ATTENDED]
    full = await refusal(door.walk_in(world.firms[2]))
    assert (full.reason, full.metadata["free"]) == ("LECTURE_FULL", "0")
    assert (await refusal(door.walk_in(world.firms[0]))).reason == "ALREADY_BOOKED"
    await world.change("UPDATE liaison_point SET active = false")
    assert (await refusal(door.walk_in(world.firms[2]))).reason == "ENTERPRISE_NOT_DESIGNATED"


async def test_walk_ins_at_once_are_never_too_many(world: World) -> None:
    door = await hold(world, booked=0, capacity=2)
    outcomes = await all_of(*(door.walk_in(firm) for firm in world.firms[:6]))
    assert len([one for one in outcomes if not isinstance(one, Exception)]) == 2
    assert (await world.get(door.lecture.id)).taken == 2


async def test_who_waited_in_vain_may_still_come(world: World) -> None:
    """Seats given up after closing are nobody's: the queue ends, and who stands at the door gets them."""
    door = await hold(world, booked=2, capacity=1)
    await world.change("UPDATE booking SET state = 'CANCELLED', ended_by = 'HOST' WHERE queue_number = 0")
    came = await door.walk_in(world.firms[1])
    assert came.state == ATTENDED
    waited = await world.booking(door.bookings[1].id, world.firms[1].contact)
    assert waited.state == LAPSED


async def test_the_list_for_the_door_tells_who_came(world: World) -> None:
    door = await hold(world, booked=3, capacity=2)
    await door.mark(door.bookings[0], heads=2, reason="=1+1")
    await world.change("UPDATE booking SET enterprise_name = '@SUM(1)' WHERE queue_number = 0 AND state = 'CONFIRMED'")
    for actor in (HOST, CENTRE, SUPERVISOR):
        answer = await door.attendance(actor).ExportAttendance(rpc.ExportAttendanceRequest(lecture_id=door.lecture.id))
        rows = read_rows("a.xlsx", answer.content, Columns(COLUMNS, COLUMNS))
        told = [[row.cells[name] for name in ("序号", "企业名称", "状态", "到场人数", "超员原因")] for row in rows]
        assert told == [["1", "测试企业0", "已到场", "2", "'=1+1"], ["2", "'@SUM(1)", "已报名", "", ""]]
    for actor in (OTHER_HOST, world.firms[0].contact):
        asked = door.attendance(actor).ExportAttendance(rpc.ExportAttendanceRequest(lecture_id=door.lecture.id))
        assert (await refusal(asked)).reason == "PERMISSION_DENIED"


AGAINST_THE_RULES = {
    "attendance_stays": "UPDATE booking SET state = 'NO_SHOW', attended_heads = NULL",
    "ck_booking_more_for_a_reason": "UPDATE booking SET attended_heads = heads + 1",
    "ck_booking_heads_counted": "UPDATE booking SET attended_heads = NULL",
    "ck_check_in_lasts": "UPDATE check_in SET expires_at = opened_at",
}


@pytest.mark.parametrize("rule", AGAINST_THE_RULES)
async def test_the_database_keeps_the_rules_of_attendance(world: World, rule: str) -> None:
    door = await hold(world)
    await door.check_in(0, (await door.show()).code)
    with pytest.raises(IntegrityError) as caught:
        await world.change(AGAINST_THE_RULES[rule])
    assert constraint_of(caught.value) == rule


async def test_a_version_is_named_by_who_marks(world: World) -> None:
    door = await hold(world)
    door.bookings[0].version = 7
    assert (await refusal(door.mark(door.bookings[0]))).reason == "STALE_VERSION"
