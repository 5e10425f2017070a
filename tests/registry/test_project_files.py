"""Projects from files: planned as one by one, all or none, once; and what was taken out can be put in."""

import io
from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import project_service_pb2 as pb
from fahu.registry.v1.project_pb2 import PROJECT_STATE_PLANNED
from python_calamine import CalamineWorkbook

from kit.sheets import text_of
from kit.sheets.spreadsheet import write_rows
from services.registry.rules.project_sheets import DONE, DUE, ENDS, HANDLER, LEADER, NODE, SERIAL, STARTS, STATE, TITLE, UNIT
from services.registry.rules.project_sheets import YEAR as YEAR_COLUMN
from tests.registry.conftest import YEAR, World, race, refusal
from tests.registry.files import FENGJING
from tests.registry.project_people import FIRST, LAST, TODAY, Office, content, office, on

COLUMNS = (SERIAL, YEAR_COLUMN, UNIT, TITLE, STATE, LEADER, HANDLER, STARTS, ENDS, NODE, DUE, DONE, "项目说明")
DAYS = (FIRST.isoformat(), LAST.isoformat())
MIDDLE = f"{YEAR}-06-30"


def line(title: str, node: str = "", due: object = "", **more: object) -> dict[str, object]:
    return {TITLE: title, STARTS: DAYS[0], ENDS: DAYS[1], NODE: node, DUE: due} | more


def file(*lines: dict[str, object], year: int = YEAR) -> pb.ImportProjectsRequest:
    rows = [[one.get(column, "") for column in COLUMNS] for one in lines]
    return pb.ImportProjectsRequest(year=year, file_name="项目.xlsx", content=write_rows("项目", COLUMNS, rows))


async def listed(town: Office, year: int = YEAR) -> list[Any]:
    return list((await town.projects.ListProjects(pb.ListProjectsRequest(year=year))).projects)


async def exported(town: Office) -> bytes:
    return (await town.projects.ExportProjects(pb.ExportProjectsRequest(year=YEAR))).content  # type: ignore[no-any-return]


async def test_a_good_file_is_planned_once(world: World) -> None:
    town = await office(world)
    good = file(
        line("上门辅导", "首轮走访", MIDDLE, **{LEADER: "王同志", "项目说明": "每家一次：\n- 合同\n- 工资"}),
        line("上门辅导", "复核", LAST.isoformat()),
        line("没有节点", **{HANDLER: "王同志"}),
    )
    good.dry_run = True
    assert (await town.projects.ImportProjects(good)).created_count == 0
    assert await listed(town) == []
    good.dry_run = False
    assert [(await town.projects.ImportProjects(good)).created_count for _ in range(2)] == [2, 0]
    empty, full = await listed(town)  # the newest first
    assert (full.state, full.unit_code, full.version) == (PROJECT_STATE_PLANNED, town.actor.unit_code, 1)
    assert full.content == content("上门辅导", leader_id=town.person, description="每家一次：\n- 合同\n- 工资")
    assert [(node.title, node.due_on) for node in full.nodes] == [("首轮走访", MIDDLE), ("复核", LAST.isoformat())]
    assert (empty.content.handler_id, list(empty.nodes)) == (town.person, [])
    told = await world.events(events_pb2.ProjectChanged, full.id)
    assert [(event.version, len(event.nodes)) for event in told] == [(1, 2)]
    kept = await world.rows("SELECT action, reason FROM audit WHERE action LIKE 'PROJECT%' ORDER BY position")
    assert [tuple(row) for row in kept] == [*[("PROJECT_CREATED", "")] * 2, ("PROJECTS_IMPORTED", "3 rows, 2 created")]
    begun = await town.projects.ActivateProject(pb.ActivateProjectRequest(on=on(full)))
    assert begun.project.version == 2


BAD = file(
    line("", "走访", MIDDLE),
    line("甲", "走访", MIDDLE, **{YEAR_COLUMN: YEAR - 1, UNIT: "枫泾镇", LEADER: "没有此人", HANDLER: "王同志"}),
    line("甲", "走访", MIDDLE, **{ENDS: MIDDLE}),
    line("乙", "走访", "昨天", **{STARTS: f"{YEAR - 1}-12-31", STATE: "实施中", DONE: MIDDLE}),
    line("丙" * 101, "走访", f"{YEAR + 1}-01-01", 项目说明="长" * 1000),
    line("丁", "", MIDDLE, **{STARTS: "", "项目说明": "甲\ufeff乙"}),
    line("已有", "走访", MIDDLE, **{ENDS: MIDDLE}),
    line("同名"),
    line("戊", **{SERIAL: f"XM{YEAR}-999999"}),
    *[line("己", f"第 {number} 步", MIDDLE) for number in range(51)],
)
WRONG = [
    (2, TITLE, "VALUE_MISSING"),
    (3, YEAR_COLUMN, "YEAR_DIFFERS"),
    (3, UNIT, "UNIT_DIFFERS"),
    (3, LEADER, "STAFF_UNKNOWN"),
    (3, HANDLER, "STAFF_AMBIGUOUS"),
    (4, ENDS, "ROW_DIFFERS"),
    (4, NODE, "ROW_REPEATED"),
    (5, STATE, "PROJECT_NOT_PLANNED"),
    (5, STARTS, "PROJECT_DAYS_INVALID"),
    (5, DUE, "DAY_INVALID"),
    (5, DONE, "PROJECT_NOT_PLANNED"),
    (6, TITLE, "TEXT_TOO_LONG"),
    (6, DUE, "NODE_DAY_INVALID"),
    (6, "项目说明", "TEXT_TOO_LONG"),
    (7, STARTS, "VALUE_MISSING"),
    (7, NODE, "VALUE_MISSING"),
    (7, "项目说明", "TEXT_UNSAFE"),
    (8, ENDS, "PROJECT_DIFFERS"),
    (8, NODE, "PROJECT_DIFFERS"),
    (9, TITLE, "PROJECT_AMBIGUOUS"),
    (10, SERIAL, "PROJECT_UNKNOWN"),
    (11, NODE, "TOO_MANY_NODES"),
]


async def test_all_that_is_wrong_is_told_at_once(world: World) -> None:
    town = await office(world)
    await office(world)  # another of the same name
    there = await town.add_node(await town.create("已有"), FIRST, "走访")
    await town.create("同名")
    await town.create("同名")
    answer = await town.projects.ImportProjects(BAD)
    assert (answer.row_count, answer.created_count, len(await listed(town))) == (60, 0, 3)
    assert [(error.row, error.column, error.reason) for error in answer.errors] == WRONG
    assert there.serial in next(error.message for error in answer.errors if error.row == 8)
    assert [error.reason for error in (await town.projects.ImportProjects(file())).errors] == ["NO_ROWS"]


async def test_what_was_taken_out_can_be_put_in(world: World) -> None:
    town = await office(world)
    await town.active(TODAY, LAST, title="=HYPERLINK(1)")
    given_up = await town.create("多行", description="- 一\n- 二", handler_id=town.person)
    await town.projects.CancelProject(pb.CancelProjectRequest(on=on(given_up), reason="合并"))
    sent_back = pb.ImportProjectsRequest(year=YEAR, file_name="项目.xlsx", content=await exported(town))
    answer = await town.projects.ImportProjects(sent_back)
    assert (list(answer.errors), answer.row_count, answer.created_count) == ([], 3, 0)
    other = await office(world, f"area-{FENGJING}")
    reasons = {error.reason for error in (await other.projects.ImportProjects(sent_back)).errors}
    assert reasons == {"UNIT_DIFFERS", "PROJECT_UNKNOWN"}


async def test_a_plan_without_its_numbers_is_a_plan_for_the_next_year(world: World) -> None:
    town = await office(world)
    made = await town.add_node(await town.create("上门辅导", leader_id=town.person, description="每家一次"), LAST)
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(await exported(town))).get_sheet_by_index(0).to_python()
    moved = [[text_of(value).replace(str(YEAR), str(YEAR + 1)) for value in row] for row in rows]
    for row in moved:
        row[0] = ""
    book = write_rows("项目", [str(name) for name in header], moved)
    request = pb.ImportProjectsRequest(year=YEAR + 1, file_name="项目.xlsx", content=book)
    assert (await town.projects.ImportProjects(request)).created_count == 1
    (again,) = await listed(town, YEAR + 1)
    assert again.content == content("上门辅导", YEAR + 1, leader_id=town.person, description="每家一次")
    assert [node.title for node in again.nodes] == [node.title for node in made.nodes]


async def test_two_who_send_the_same_file_at_once_plan_it_once(world: World) -> None:
    town = await office(world)
    passed, refused = await race(*[town.projects.ImportProjects(file(line("甲"), line("乙"))) for _ in range(3)])
    assert (sorted(answer.created_count for answer in passed), refused) == ([0, 0, 2], [])
    assert len(await listed(town)) == 2


@pytest.mark.parametrize(("unit", "role"), [("law_society", Role.ROLE_AGENCY_HANDLER), ("centre", Role.ROLE_AREA_OFFICER)])
async def test_who_defines_no_projects_imports_none(world: World, unit: str, role: Role.ValueType) -> None:
    person = await office(world, unit, role)
    assert (await refusal(person.projects.ImportProjects(file(line("甲"))))).reason == "PROJECT_UNIT_INVALID"
