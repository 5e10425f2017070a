"""PRJ-3: each liaison point of an area, both levels, served at least once a year; who is still owed it is a list."""

import asyncio
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import coverage_service_pb2 as pb
from fahu.registry.v1 import service_record_service_pb2 as records_pb
from fahu.registry.v1.enterprise_pb2 import LEVEL_DISTRICT, LEVEL_TOWN
from fahu.registry.v1.service_record_pb2 import (
    COVERAGE_STATE_CONFIRMED,
    COVERAGE_STATE_DISPUTED,
    COVERAGE_STATE_NONE,
    COVERAGE_STATE_PRESUMED,
    COVERAGE_STATE_WAITING,
    SERVICE_STATE_DISPUTED,
)
from python_calamine import CalamineWorkbook
from sqlalchemy import event, text

from kit.sheets.spreadsheet import write_rows
from services.registry.queries import past_years
from services.registry.rules.service_sheets import COLUMNS, DAY, KIND, NOTE, PROJECT, USCC
from stack.demo_data import enterprises
from tests.registry.conftest import YEAR, World, refusal
from tests.registry.files import FENGJING, ZHUJING, Line, line
from tests.registry.project_people import CENTRE, FIRST, SUPERVISOR, TODAY, Office, office, on_record
from tests.registry.test_service_records import contact, point

CONTACTS = {number: f"1380000000{number}" for number in (1, 2, 3, 4, 5)}
POINTS = {
    number: line(number, level="区级" if number < 3 else "镇级", contact="张三", phone=CONTACTS[number])
    for number in CONTACTS
}
ELSEWHERE = line(6, area=FENGJING, contact="王五", phone="13800000006")


async def shares(who: Office) -> dict[tuple[str, int], tuple[int, ...]]:
    """Points, served, presumed, waiting and disputed by area and level."""
    found = (await who.coverage.SummariseCoverage(pb.SummariseCoverageRequest())).shares
    return {
        (one.area_code, one.level): (
            one.point_count,
            one.served_count,
            one.presumed_count,
            one.waiting_count,
            one.disputed_count,
        )
        for one in found
    }


async def states(who: Office, **more: Any) -> dict[str, int]:
    answer = await who.coverage.ListCoverage(pb.ListCoverageRequest(**more))
    return {found.enterprise_name: found.state for found in answer.lines}


async def confirm(world: World, of: Line, record: Any) -> None:
    who = await contact(world, of)
    await who.records.ConfirmService(records_pb.ConfirmServiceRequest(on=on_record(record)))


async def test_from_nothing_to_full_coverage(world: World, record_property: Callable[[str, str], None]) -> None:
    await world.import_lines(*POINTS.values(), ELSEWHERE)
    town, next_door = await office(world), await office(world, f"area-{FENGJING}")
    project = await town.active()
    points = [await point(world, of) for of in POINTS.values()]
    made = await town.serve(project, *points[:4])
    await confirm(world, POINTS[1], made[0])
    doubting = await contact(world, POINTS[2])
    await doubting.records.DisputeService(records_pb.DisputeServiceRequest(on=on_record(made[1]), reason="没有人来过"))
    await world.change("UPDATE service_record SET answer_until = now() WHERE id = :id", id=made[2].id)
    names = {number: of.name for number, of in POINTS.items()}
    assert await states(town) == {
        names[1]: COVERAGE_STATE_CONFIRMED,
        names[2]: COVERAGE_STATE_DISPUTED,
        names[3]: COVERAGE_STATE_PRESUMED,
        names[4]: COVERAGE_STATE_WAITING,
        names[5]: COVERAGE_STATE_NONE,
    }
    assert list(await states(town, owed=True)) == [names[2], names[4], names[5]]
    mine = await shares(town)
    assert mine == {(ZHUJING, LEVEL_DISTRICT): (2, 1, 0, 0, 1), (ZHUJING, LEVEL_TOWN): (3, 1, 1, 1, 0)}
    of_all = await shares(Office(world, CENTRE))
    assert {key: counts for key, counts in of_all.items() if key[0] == ZHUJING} == mine
    assert (len(of_all), of_all[FENGJING, LEVEL_DISTRICT]) == (22, (0, 0, 0, 0, 0))
    assert await states(next_door) == {ELSEWHERE.name: COVERAGE_STATE_NONE}
    assert await states(doubting) == {names[2]: COVERAGE_STATE_DISPUTED}

    for of, done in ((POINTS[2], points[1]), (POINTS[4], points[3]), (POINTS[5], points[4])):
        (again,) = await town.serve(project, done, day=FIRST)
        await confirm(world, of, again)
    assert await states(town, owed=True) == {}
    mine = await shares(town)
    assert mine == {(ZHUJING, LEVEL_DISTRICT): (2, 2, 0, 0, 0), (ZHUJING, LEVEL_TOWN): (3, 3, 1, 0, 0)}
    served = sum(counts[1] for counts in mine.values())
    figures = f"points={len(points)} served={served} presumed=1 disputed=1 owed=0"
    record_property("summary", f"projects: {figures}")


async def test_the_report_of_the_next_year_tells_how_this_one_ran(world: World) -> None:
    await world.import_lines(*POINTS.values(), ELSEWHERE)
    town = await office(world)
    project = await town.active()
    made = await town.serve(project, *[await point(world, POINTS[number]) for number in (1, 2, 3)])
    await confirm(world, POINTS[1], made[0])
    await world.change("UPDATE service_record SET answer_until = now() WHERE id = :id", id=made[2].id)
    (due,) = (await world.rows("SELECT count(*) FROM project_node WHERE due_on <= :day", day=TODAY))[0]
    async with world.database.read() as session:
        ran = await past_years.programme(session, SUPERVISOR, YEAR, datetime.now(UTC))
        before = await past_years.programme(session, SUPERVISOR, YEAR - 1, datetime.now(UTC))
    assert (ran.points, ran.plaques, ran.projects, ran.nodes, ran.nodes_on_time) == (6, 0, 1, due, 0)
    served = {one.name: (one.points, one.served, one.presumed) for one in ran.areas if one.points}
    assert served == {"朱泾镇": (5, 2, 1), "枫泾镇": (1, 0, 0)}
    assert (len(ran.areas), before.points, before.projects) == (11, 0, 0)


async def test_a_withdrawn_point_owes_nothing(world: World) -> None:
    await world.import_lines(POINTS[1], POINTS[3])
    town = await office(world)
    gone = "active = false, withdrawn_at = now(), withdrawn_by = id, withdrawn_reason = '迁出'"
    await world.change(f"UPDATE designation SET {gone} WHERE seat_no IS NOT NULL")
    assert await shares(town) == {(ZHUJING, LEVEL_DISTRICT): (0, 0, 0, 0, 0), (ZHUJING, LEVEL_TOWN): (1, 0, 0, 0, 0)}


async def test_the_whole_district_is_one_query_a_page(world: World) -> None:
    cohort = enterprises()
    lines = [Line(one.uscc, one.name, one.area_code, "区级" if one.level == "district" else "镇级") for one in cohort]
    await world.import_lines(*lines)
    town = await office(world)
    project = await town.active()
    mine = [found[0] for found in await world.rows("SELECT id FROM designation WHERE area_code = :area", area=ZHUJING)]
    await town.serve(project, *[str(one) for one in mine])
    statements: list[str] = []
    engine = world.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    supervisor = Office(world, SUPERVISOR)
    found: list[Any] = []
    token = ""
    while not found or token:
        page = await supervisor.coverage.ListCoverage(pb.ListCoverageRequest(page_size=100, page_token=token))
        found, token = [*found, *page.lines], page.next_page_token
    assert (len(found), len({one.designation_id for one in found}), len(statements)) == (len(cohort), len(cohort), 2)
    assert sum(one.waiting_count for one in found) == len(mine)
    assert len((await shares(supervisor)).keys()) == 22
    assert len(statements) == 4


def sheet(*rows: tuple[object, ...]) -> records_pb.ImportServiceRecordsRequest:
    return records_pb.ImportServiceRecordsRequest(
        year=YEAR, file_name="服务.xlsx", content=write_rows("服务", COLUMNS, rows)
    )


async def test_a_file_of_services_is_taken_whole_or_not_at_all(world: World) -> None:
    await world.import_lines(POINTS[1], POINTS[2], ELSEWHERE)
    town = await office(world)
    project, planned = await town.active(title="上门辅导"), await town.create("未启动")
    await town.active(title="同名")
    await town.active(title="同名")
    one, two, day = POINTS[1].uscc, POINTS[2].uscc, TODAY.isoformat()
    bad = sheet(
        (one, project.serial, day, "走访", ""),
        (one, project.id, day, "走访", "重复"),
        (ELSEWHERE.uscc, project.serial, day, "走访", ""),
        (two, "没有的项目", "昨天", "喝茶", ""),
        (two, "同名", (TODAY + timedelta(days=1)).isoformat(), "座谈", "长" * 1000),
        (two, planned.content.title, f"{YEAR - 1}-06-30", "", ""),
        ("", "", "", "", "说明"),
    )
    answer = await town.records.ImportServiceRecords(bad)
    assert (answer.row_count, answer.created_count) == (7, 0)
    ahead = "DAY_AHEAD" if TODAY.month < 12 or TODAY.day < 31 else "DAY_OF_OTHER_YEAR"
    assert [(error.row, error.column, error.reason) for error in answer.errors] == [
        (3, "", "ROW_REPEATED"),
        (4, USCC, "POINT_UNKNOWN"),
        (5, PROJECT, "PROJECT_UNKNOWN"),
        (5, DAY, "DAY_INVALID"),
        (5, KIND, "KIND_UNKNOWN"),
        (6, PROJECT, "PROJECT_AMBIGUOUS"),
        (6, DAY, ahead),
        (6, NOTE, "NOTE_TOO_LONG"),
        (7, PROJECT, "PROJECT_NOT_BEGUN"),
        (7, DAY, "DAY_OF_OTHER_YEAR"),
        (7, KIND, "VALUE_MISSING"),
        (8, USCC, "VALUE_MISSING"),
        (8, PROJECT, "VALUE_MISSING"),
        (8, DAY, "VALUE_MISSING"),
        (8, KIND, "VALUE_MISSING"),
    ]


async def test_a_good_file_is_recorded_once(world: World) -> None:
    await world.import_lines(POINTS[1], POINTS[2])
    town = await office(world)
    project, day = await town.active(title="上门辅导"), TODAY.isoformat()
    one, two = POINTS[1].uscc, POINTS[2].uscc
    good = sheet((one, project.serial, day, "走访", "合同"), (two, "上门辅导", day, "培训", ""))
    good.dry_run = True
    assert (await town.records.ImportServiceRecords(good)).created_count == 0
    good.dry_run = False
    assert [(await town.records.ImportServiceRecords(good)).created_count for _ in range(2)] == [2, 0]
    assert set((await states(town)).values()) == {COVERAGE_STATE_WAITING}
    assert [error.reason for error in (await town.records.ImportServiceRecords(sheet())).errors] == ["NO_ROWS"]
    no_area = await office(world, "centre", Role.ROLE_AREA_OFFICER)  # of no area
    assert (await refusal(no_area.records.ImportServiceRecords(good))).reason == "PROJECT_NOT_OF_AREA"


async def test_a_point_that_is_being_withdrawn_is_no_point_of_a_file(world: World) -> None:
    await world.import_lines(POINTS[1], POINTS[2])
    town = await office(world)
    project, day = await town.active(), TODAY.isoformat()
    rows = [(POINTS[number].uscc, project.serial, day, "走访", "") for number in (1, 2)]
    gone = "active = false, withdrawn_at = now(), withdrawn_by = id, withdrawn_reason = '迁出'"
    async with world.database.begin() as session:
        await session.execute(text(f"UPDATE designation SET {gone} WHERE id = :id"), {"id": await point(world, POINTS[2])})
        importing = asyncio.ensure_future(town.records.ImportServiceRecords(sheet(*rows)))
        await asyncio.sleep(0.5)
    answer = await importing
    assert [(error.row, error.column, error.reason) for error in answer.errors] == [(3, USCC, "POINT_UNKNOWN")]
    assert await world.rows("SELECT FROM service_record") == []


async def test_an_export_says_what_the_list_says(world: World) -> None:
    await world.import_lines(POINTS[1], POINTS[3], ELSEWHERE)
    town = await office(world)
    (made,) = await town.serve(await town.active(), await point(world, POINTS[1]))
    await confirm(world, POINTS[1], made)
    content = (await town.coverage.ExportCoverage(pb.ExportCoverageRequest(year=YEAR))).content
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    found = [dict(zip(header, row, strict=False)) for row in rows]
    assert [(row["街镇(园区)"], row["企业名称"], row["级别"], row["服务情况"]) for row in found] == [
        ("朱泾镇", POINTS[1].name, "区级", "已服务"),
        ("朱泾镇", POINTS[3].name, "镇级", "未覆盖"),
    ]
    assert len(await world.rows("SELECT FROM audit WHERE action = 'COVERAGE_EXPORTED'")) == 1


@pytest.mark.parametrize("unit", ["hrss", "court"])
async def test_agencies_have_no_duty_to_cover(world: World, unit: str) -> None:
    agency = await office(world, unit)
    call = agency.coverage.ListCoverage(pb.ListCoverageRequest())
    assert (await refusal(call)).reason == "PERMISSION_DENIED"


async def test_services_leave_as_a_file_that_can_come_back(world: World) -> None:
    await world.import_lines(*POINTS.values(), ELSEWHERE)
    town, next_door = await office(world), await office(world, f"area-{FENGJING}")
    project = await town.active()
    made = await town.serve(project, *[await point(world, POINTS[number]) for number in (1, 2, 3)])
    await confirm(world, POINTS[1], made[0])
    doubting = await contact(world, POINTS[2])
    reason = "=没有人来过"
    await doubting.records.DisputeService(records_pb.DisputeServiceRequest(on=on_record(made[1]), reason=reason))
    await world.change("UPDATE service_record SET answer_until = now() WHERE id = :id", id=made[2].id)
    asked = records_pb.ExportServiceRecordsRequest()
    content = (await town.records.ExportServiceRecords(asked)).content
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert tuple(header[: len(COLUMNS)]) == COLUMNS
    told = {row[0]: (row[3], row[8], row[10]) for row in rows}
    assert told == {
        POINTS[1].uscc: ("走访", "已确认", ""),
        POINTS[2].uscc: ("走访", "有异议", f"'{reason}"),
        POINTS[3].uscc: ("走访", "推定确认", ""),
    }
    disputed = records_pb.ExportServiceRecordsRequest(state=SERVICE_STATE_DISPUTED)
    few = CalamineWorkbook.from_filelike(io.BytesIO((await town.records.ExportServiceRecords(disputed)).content))
    assert [row[0] for row in few.get_sheet_by_index(0).to_python()[1:]] == [POINTS[2].uscc]
    theirs = CalamineWorkbook.from_filelike(io.BytesIO((await next_door.records.ExportServiceRecords(asked)).content))
    assert len(theirs.get_sheet_by_index(0).to_python()) == 1
    kept = await world.rows("SELECT count(*) FROM audit WHERE action = 'SERVICES_EXPORTED'")
    assert kept[0][0] == 3
    again = records_pb.ImportServiceRecordsRequest(year=YEAR, file_name="services.xlsx", content=content)
    answer = await town.records.ImportServiceRecords(again)
    assert (list(answer.errors), answer.row_count, answer.created_count) == ([], 3, 0)
    assert (await refusal(doubting.records.ExportServiceRecords(asked))).reason == "PERMISSION_DENIED"
