"""Needs from and into files, courseware into one: all or nothing, all faults at once."""

import csv
import io
from typing import Any

import pytest
from fahu.courses.v1 import courseware_pb2 as courseware_pb
from fahu.courses.v1 import courseware_service_pb2 as courseware_rpc
from fahu.courses.v1 import need_service_pb2 as rpc

from kit.auth import Actor
from kit.sheets import spreadsheet
from kit.sheets.rows import Columns
from services.courses.servicer import courseware, needs
from tests.courses.conftest import CENTRE, HOST, OTHER_HOST, SUPERVISOR, YEAR, World, refusal
from tests.courses.office import TITLE, Office

HEADER = ("部门", "类别", "需求", "来源")


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


async def sent(office: Office, *rows: tuple[str, ...], actor: Actor = CENTRE, **more: Any) -> Any:
    """Import rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    values: dict[str, Any] = {"year": YEAR, "file_name": "a.csv", "content": text.getvalue().encode()} | more
    return await office.needs(actor).ImportNeeds(rpc.ImportNeedsRequest(**values))


def read(content: bytes, header: tuple[str, ...]) -> list[dict[str, str]]:
    return [dict(row.cells) for row in spreadsheet.read_rows("a.xlsx", content, Columns(header, header))]


async def test_a_good_file_is_taken_once(office: Office) -> None:
    rows = (("名：hrss", "", "不签合同怎么办", "问卷"), ("", "labour", "工伤如何认定", ""))
    checked = await sent(office, *rows, dry_run=True)
    assert (checked.row_count, checked.created_count, len(await office.list_needs())) == (2, 0, 0)
    assert (await sent(office, *rows)).created_count == 2
    assert [(one.unit_code, one.category_code, one.source) for one in await office.list_needs()] == [
        ("hrss", "", rpc.NEED_SOURCE_SURVEY),
        ("", "labour", rpc.NEED_SOURCE_OTHER),
    ]
    more = (*rows, ("justice", "", "如何公证", "需求"))
    assert (await sent(office, *more, actor=SUPERVISOR)).created_count == 1
    assert (await refusal(sent(office, *rows, actor=HOST))).reason == "PERMISSION_DENIED"


async def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(office: Office) -> None:
    answer = await sent(
        office,
        ("hrss", "", "好的一行", "问卷"),
        ("税务局", "", "税收优惠", "问卷"),
        ("", "", "", "热线"),
        ("hrss", "", "=1+1", "需求"),
        ("名：hrss", "", "好的一行", "其他"),
        ("hrss", "劳 动", "长" * 501, ""),
    )
    assert [(one.row, one.column, one.reason) for one in answer.errors] == [
        (3, "部门", "UNIT_UNKNOWN"),
        (4, "部门", "VALUE_MISSING"),
        (4, "需求", "VALUE_MISSING"),
        (4, "来源", "SOURCE_UNKNOWN"),
        (5, "需求", "TEXT_UNSAFE"),
        (6, "需求", "ROW_REPEATED"),
        (7, "类别", "CATEGORY_INVALID"),
        (7, "需求", "TEXT_TOO_LONG"),
    ]
    assert answer.errors[0].message == "没有叫「税务局」的部门；请填部门的全称或代码。"
    assert await office.list_needs() == []


async def test_what_is_taken_out_may_be_put_in_again(world: World, office: Office) -> None:
    await office.add_need()
    exported = (await office.needs(HOST).ExportNeeds(rpc.ExportNeedsRequest(gaps=True))).content
    (line,) = read(exported, needs.HEADER)
    assert (line["部门"], line["需求"], line["来源"], line["课件数"]) == ("名：hrss", "如何解除劳动合同", "问卷", "0")
    request = rpc.ImportNeedsRequest(year=YEAR, file_name="a.xlsx", content=exported)
    answer = await office.needs().ImportNeeds(request)
    assert (answer.row_count, answer.created_count, len(answer.errors)) == (1, 0, 0)
    (kept,) = await world.rows("SELECT subject FROM act WHERE action = 'NEEDS_EXPORTED'")
    assert kept == (f"needs/{YEAR}",)


async def test_a_file_of_courseware_shows_no_more_than_the_list(office: Office) -> None:
    need = await office.add_need()
    await office.draft(need_ids=[need.id])
    titles = {HOST: 2, OTHER_HOST: 0, SUPERVISOR: 1}
    for actor, count in titles.items():
        answer = await office.items(actor).ExportCourseware(courseware_rpc.ExportCoursewareRequest())
        assert len(read(answer.content, courseware.HEADER)) == count
    drafts = courseware_rpc.ExportCoursewareRequest(state=courseware_pb.COURSEWARE_STATE_DRAFT)
    answer = await office.items().ExportCourseware(drafts)
    (line,) = read(answer.content, courseware.HEADER)
    assert (line["标题"], line["状态"], line["回应的需求"]) == (TITLE, "起草中", "如何解除劳动合同")
