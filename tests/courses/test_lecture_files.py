"""Lectures from and into files: planned by the rules of planning one, all or none, all faults at once."""

import asyncio
import csv
import io
from datetime import date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.courses.v1 import booking_service_pb2 as booking_rpc
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1 import lecture_service_pb2 as rpc
from fahu.courses.v1.events_pb2 import LectureChanged

from kit.auth import Actor
from kit.calendar import BEIJING
from kit.sheets import spreadsheet
from kit.sheets.rows import Columns, minute_of
from services.courses.errors import CoursewareNotFound
from services.courses.rules.lecture_files import COLUMNS
from services.courses.service import exports, lectures
from services.courses.servicer import sheets
from tests.courses.attending import hold
from tests.courses.conftest import CENTRE, HOST, OTHER_HOST, YEAR, World, new_courseware, new_lecturer, refusal

# The corps of next year: whatever day it is now, all of its days are ahead.
NEXT = YEAR + 1
PLACE = "区政务服务中心二楼报告厅"


@pytest.fixture
async def serial(world: World) -> str:
    """The number of the agency's courseware, whose two lecturers are in the corps of next year."""
    async with world.database.begin() as session:
        for seat in (1, 2):
            lecturer = new_lecturer(uuid4(), "hrss", seat)
            lecturer.year = NEXT
            session.add(lecturer)
    ((number,),) = await world.rows("SELECT number FROM courseware")
    return f"KJ{YEAR}-{number:06d}"


def on_day(day: int, hour: int = 14) -> str:
    return f"{date(NEXT, 3, day)} {hour}:00"


def row(serial: str, day: int = 1, **changes: str) -> tuple[str, ...]:
    """One row: two hours in the afternoon of a day in March."""
    values = (serial, "讲师1", PLACE, "", on_day(day), on_day(day, 16), "40")
    return tuple(changes.get(column, value) for column, value in zip(COLUMNS, values, strict=True))


async def sent(world: World, *rows: tuple[str, ...], actor: Actor = HOST, **more: Any) -> Any:
    """Import rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([more.pop("header", COLUMNS), *rows])
    values: dict[str, Any] = {"year": NEXT, "file_name": "a.csv", "content": text.getvalue().encode()} | more
    return await world.lectures(actor).ImportLectures(rpc.ImportLecturesRequest(**values))


async def listed(world: World, actor: Actor = HOST, year: int = NEXT) -> list[Any]:
    return list((await world.lectures(actor).ListLectures(rpc.ListLecturesRequest(year=year))).lectures)


async def fetched(world: World, actor: Actor = HOST, **wanted: Any) -> bytes:
    return bytes((await world.lectures(actor).ExportLectures(rpc.ExportLecturesRequest(**wanted))).content)


def read(content: bytes, header: tuple[str, ...] = sheets.LECTURES) -> list[dict[str, str]]:
    return [dict(one.cells) for one in spreadsheet.read_rows("a.xlsx", content, Columns(header, header))]


async def cancel(world: World, lecture: Any) -> None:
    on = rpc.LecturePrecondition(lecture_id=lecture.id, expected_version=lecture.version, request_id=uuid4().hex)
    await world.lectures().CancelLecture(rpc.CancelLectureRequest(on=on, reason="讲师临时出庭"))


async def test_a_good_file_is_planned_once(world: World, serial: str) -> None:
    rows = (row(serial, 1), row(serial, 2, 片区="西部片区"), row(serial, 1, 讲师="讲师2", 片区="west", 座位数="1"))
    checked = await sent(world, *rows, dry_run=True)
    assert (checked.row_count, checked.created_count, len(checked.errors), await listed(world)) == (3, 0, 0, [])
    assert (await sent(world, *rows)).created_count == 3
    planned = await listed(world)
    assert {(one.lecturer_name, one.zone_code, one.capacity, one.most_heads) for one in planned} == {
        ("讲师1", "", 40, 5),
        ("讲师1", "west", 40, 5),
        ("讲师2", "west", 1, 1),
    }
    first = planned[0]
    assert (first.state, first.title, first.place) == (pb.LECTURE_STATE_PLANNED, "劳动合同解除的三个案例", PLACE)
    assert first.starts_at.ToDatetime(BEIJING) == datetime.combine(date(NEXT, 3, 1), time(14), BEIJING)
    assert len(await world.events(LectureChanged)) == 3
    assert (await sent(world, *rows)).created_count == 0
    assert await listed(world) == planned
    acts = await world.rows("SELECT reason FROM act WHERE action = 'LECTURES_IMPORTED'")
    assert [tuple(act) for act in acts] == [("3 rows, 3 planned",)]


async def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(world: World, serial: str) -> None:
    answer = await sent(
        world,
        row(serial, 1),
        row("KJ2021-999999", 2, 讲师="讲师9", 片区="东海"),
        row(serial, 3, 地点="=1+1", 座位数="1001"),
        row(serial, 4, 地点="很" * 201, 开始时间="下午两点", 座位数="四十"),
        row(serial, 5, 开始时间=f"{YEAR - 1}-03-05 14:00"),
        row(serial, 6, 结束时间=on_day(6, 13)),
        row(serial, 7, 结束时间=on_day(8, 3)),
        row(serial, 1, 开始时间=on_day(1, 15), 结束时间=on_day(1, 17)),
        row(serial, 1),
        ("",) * 6 + ("5",),
    )
    assert [(one.row, one.column, one.reason) for one in answer.errors] == [
        (3, "课件编号", "COURSEWARE_NOT_FOUND"),
        (3, "讲师", "LECTURER_NOT_FOUND"),
        (3, "片区", "ZONE_NOT_FOUND"),
        (4, "地点", "TEXT_UNSAFE"),
        (4, "座位数", "SEATS_INVALID"),
        (5, "地点", "TEXT_TOO_LONG"),
        (5, "开始时间", "TIME_INVALID"),
        (5, "座位数", "SEATS_INVALID"),
        (6, "开始时间", "STARTS_INVALID"),
        (7, "结束时间", "ENDS_INVALID"),
        (8, "结束时间", "ENDS_INVALID"),
        (9, "开始时间", "LECTURER_BUSY_IN_FILE"),
        (10, "", "ROW_REPEATED"),
        (11, "课件编号", "VALUE_MISSING"),
        (11, "讲师", "VALUE_MISSING"),
        (11, "地点", "VALUE_MISSING"),
        (11, "开始时间", "VALUE_MISSING"),
        (11, "结束时间", "VALUE_MISSING"),
    ]
    assert answer.errors[-7].message == "与第 2 行是同一讲师，时间重叠。"
    assert answer.created_count == 0
    assert await listed(world) == []
    assert await world.rows("SELECT id FROM act") == []


async def test_nothing_is_half_written(world: World, serial: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was good when the rows were read may be gone when they are written."""
    plan, calls = lectures.plan, count(1)

    async def once(*args: Any) -> UUID:
        if next(calls) == 2:
            raise CoursewareNotFound
        return await plan(*args)

    monkeypatch.setattr(lectures, "plan", once)
    assert (await refusal(sent(world, row(serial, 1), row(serial, 2)))).reason == "COURSEWARE_NOT_FOUND"
    assert await listed(world) == []
    assert await world.events(LectureChanged) == []


async def test_a_file_that_is_none_is_refused(world: World, serial: str) -> None:
    assert (await refusal(sent(world, header=COLUMNS[:6]))).reason == "IMPORT_COLUMNS_MISSING"
    assert (await refusal(sent(world, row(serial), file_name="a.xlsx"))).reason == "IMPORT_UNREADABLE"
    assert (await refusal(sent(world, row(serial), actor=CENTRE))).reason == "PERMISSION_DENIED"
    assert [one.reason for one in (await sent(world)).errors] == ["NO_ROWS"]


async def test_an_agency_plans_with_what_is_its_own(world: World, serial: str) -> None:
    """Not with the courseware or the lecturers of another, nor with what may not be taught."""
    draft = uuid4()
    async with world.database.begin() as session:
        session.add(new_courseware(draft, "hrss", "DRAFT"))
    ((number,),) = await world.rows("SELECT number FROM courseware WHERE id = :id", id=draft)
    answer = await sent(world, row(f"KJ{YEAR}-{number:06d}"))
    assert [one.reason for one in answer.errors] == ["COURSEWARE_NOT_FOUND"]
    answer = await sent(world, row(serial), actor=OTHER_HOST)
    assert [one.reason for one in answer.errors] == ["COURSEWARE_NOT_FOUND", "LECTURER_NOT_FOUND"]


async def test_nobody_gives_two_lectures_at_once(world: World, serial: str) -> None:
    await sent(world, row(serial, 1))
    later = row(serial, 1, 开始时间=on_day(1, 15), 结束时间=on_day(1, 17))
    after = row(serial, 1, 开始时间=on_day(1, 16), 结束时间=on_day(1, 18))
    answer = await sent(world, later, after)
    assert [(one.row, one.column, one.reason) for one in answer.errors] == [(2, "开始时间", "LECTURER_BUSY")]
    assert (await sent(world, after, row(serial, 1))).created_count == 1


async def test_two_send_the_same_file_at_once(world: World, serial: str) -> None:
    rows = [row(serial, day) for day in range(1, 6)]
    answers = await asyncio.gather(sent(world, *rows), sent(world, *rows))
    assert sorted(one.created_count for one in answers) == [0, 5]
    assert [len(one.errors) for one in answers] == [0, 0]


async def test_a_file_brings_no_cancelled_lecture_back(world: World, serial: str) -> None:
    await sent(world, row(serial))
    await cancel(world, (await listed(world))[0])
    assert (await sent(world, row(serial))).created_count == 0
    assert (await sent(world, row(serial, 1, 座位数="30"))).created_count == 1


async def test_a_spreadsheet_writes_moments_its_own_way(world: World, serial: str) -> None:
    day = date(NEXT, 3, 1)
    forms = f"{day.year}年3月1日 14:00", f"{day.year}/3/1  14:00:29", f"{day}T13:59:59.999"
    assert {minute_of(form) for form in forms} == {datetime.combine(day, time(14), BEIJING)}
    assert [minute_of(form) for form in ("14:00", str(day), f"{day} 25:00", f"{day} 9点", "9999-12-31 23:59:59")] == [
        None
    ] * 5
    await sent(world, row(serial))
    assert (await sent(world, row(serial, 1, 开始时间=forms[0], 结束时间=f"{day}T16:00:00"))).created_count == 0


async def test_what_is_taken_out_may_be_put_in_again(world: World, serial: str) -> None:
    """Whatever became of a lecture, of its lecturer and of its courseware, and to the minute it was planned for by hand."""
    door = await hold(world, booked=2, heads=1)
    await cancel(world, await world.lecture(place="=HYPERLINK(1)", zone_code="west"))
    await sent(world, row(serial, 1), row(serial, 2, 座位数="50"))
    await world.change("UPDATE lecture SET state = 'DELIVERED', opened_at = now() WHERE state <> 'CANCELLED'")
    await world.change("UPDATE courseware SET state = 'RETIRED', end_reason = '法律已修改', version = version + 1")
    await world.change("UPDATE lecturer SET ended_at = now(), end_reason = '调动'")
    for year in {YEAR, NEXT, int(door.lecture.year)}:
        file, before = await fetched(world, year=year), await listed(world, year=year)
        again = await sent(world, year=year, file_name="b.xlsx", content=file)
        assert (again.row_count, again.created_count, list(again.errors)) == (len(before), 0, [])
        assert await listed(world, year=year) == before


async def test_a_file_tells_seats_and_to_those_concerned_who_came(world: World) -> None:
    door = await hold(world, booked=3, capacity=3, heads=1)
    await world.change("UPDATE lecture SET capacity = 4")
    await door.mark(door.bookings[0], heads=2, reason="多来一人")
    year = int(door.lecture.year)
    (line,) = read(await fetched(world, year=year))
    assert (line["编号"], line["部门"], line["状态"], line["类型"]) == (
        door.lecture.serial,
        "名：hrss",
        "报名中",
        "集中宣讲",
    )
    assert (line["座位数"], line["已占座位"], line["候补企业数"], line["到场企业数"], line["到场人数"]) == (
        "4",
        "3",
        "0",
        "1",
        "2",
    )
    (for_others,) = read(await fetched(world, OTHER_HOST, year=year))
    assert {name for name in line if line[name] != for_others.get(name, "")} == {"到场企业数", "到场人数"}
    (for_centre,) = read(await fetched(world, CENTRE, year=year))
    assert for_centre == line
    kept = await world.rows("SELECT actor, subject, reason FROM act WHERE action = 'LECTURES_EXPORTED' ORDER BY id")
    assert [one[0] for one in kept] == [HOST.subject, OTHER_HOST.subject, CENTRE.subject]
    assert {(one[1], one[2]) for one in kept} == {(f"lectures/{year}", "1 rows")}


async def test_a_file_holds_what_the_list_shows(world: World, serial: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await sent(world, row(serial, 1, 片区="west"), row(serial, 2))
    assert read(await fetched(world, OTHER_HOST, year=NEXT)) == []
    assert len(read(await fetched(world, year=NEXT, zone_code="east_1"))) == 1
    assert read(await fetched(world, year=NEXT, unit_code="justice")) == []
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    refused = await refusal(fetched(world, year=NEXT))
    assert (refused.reason, refused.metadata) == ("EXPORT_TOO_LARGE", {"rows": "1"})


async def test_bookings_of_a_lecture_with_those_that_wait_or_ended(world: World) -> None:
    lecture = await world.lecture(capacity=2)
    bookings = [await world.book(lecture, firm) for firm in world.firms[:3]]
    await world.cancel(bookings[1], world.firms[1])
    request = booking_rpc.ExportBookingsRequest(lecture_id=lecture.id)
    answer = await world.bookings(HOST).ExportBookings(request)
    assert answer.lecture_serial == lecture.serial
    lines = read(answer.content, sheets.BOOKINGS)
    assert [(line["企业名称"], line["状态"], line["由谁结束"]) for line in lines] == [
        (world.firms[0].name, "已报名", ""),
        (world.firms[1].name, "已取消", "企业"),
        (world.firms[2].name, "待确认", ""),
    ]
    assert minute_of(lines[2]["座位保留至"])
    assert (await refusal(world.bookings(OTHER_HOST).ExportBookings(request))).reason == "PERMISSION_DENIED"
    assert (await refusal(world.bookings(world.firms[0].contact).ExportBookings(request))).reason == "PERMISSION_DENIED"
    kept = await world.rows("SELECT subject, reason FROM act WHERE action = 'BOOKINGS_EXPORTED'")
    assert [tuple(act) for act in kept] == [(f"lecture/{lecture.id}", "3 rows")]
