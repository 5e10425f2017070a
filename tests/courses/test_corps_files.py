"""The corps from and into files: all or nothing, all faults at once, and nothing that a spreadsheet would run."""

import csv
import io
from typing import Any

import pytest
from fahu.courses.v1 import corps_pb2 as pb
from fahu.courses.v1 import corps_service_pb2 as rpc

from kit.auth import Actor
from kit.sheets import spreadsheet
from kit.sheets.rows import Columns
from tests.courses.conftest import CENTRE, HOST, SUPERVISOR, YEAR, World, refusal
from tests.courses.corps import CONSULTATION, LECTURE, CorpsWorld

HEADER = ("单位", "姓名", "职务", "主题")


@pytest.fixture
def corps(world: World) -> CorpsWorld:
    return CorpsWorld(world)


async def sent(corps: CorpsWorld, /, *rows: tuple[str, ...], actor: Actor = SUPERVISOR, **more: Any) -> Any:
    """Import rows as CSV."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([more.pop("header", HEADER), *rows])
    values: dict[str, Any] = {
        "corps": LECTURE,
        "year": YEAR,
        "file_name": "a.csv",
        "content": text.getvalue().encode(),
    } | more
    return await corps.stub(actor).ImportMembers(rpc.ImportMembersRequest(**values))


async def fetched(corps: CorpsWorld, actor: Actor = CENTRE, of: pb.Corps.ValueType = LECTURE) -> bytes:
    return bytes((await corps.stub(actor).ExportMembers(rpc.ExportMembersRequest(corps=of))).content)


async def test_a_good_file_is_taken_once(corps: CorpsWorld) -> None:
    rows = (("名：court", "张法官", "庭长", "以案释法"), ("court", "李法官", "", ""), ("hrss", "讲师1", "副科长", "工伤"))
    checked = await sent(corps, *rows, dry_run=True)
    assert (checked.row_count, checked.changed_count, len(checked.errors)) == (3, 0, 0)
    assert len((await corps.listed()).members) == 1
    assert (await sent(corps, *rows)).changed_count == 3
    listed = {one.name: one for one in (await corps.listed()).members}
    assert {(one.name, one.seat, one.post) for one in listed.values()} == {
        ("张法官", 1, "庭长"),
        ("李法官", 2, ""),
        ("讲师1", 1, "副科长"),
    }
    assert (await sent(corps, *rows)).changed_count == 0
    assert {one.name: one for one in (await corps.listed()).members} == listed


async def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(corps: CorpsWorld) -> None:
    answer = await sent(
        corps,
        ("court", "张法官", "", ""),
        ("没有这个局", "李四", "", ""),
        ("court", "", "", ""),
        ("court", "=1+1", "", ""),
        ("court", "1号", "", "+cmd"),
        ("court", "张法官", "", ""),
        ("court", "王法官", "很" * 51, ""),
        ("court", "赵法官", "", ""),
    )
    assert [(one.row, one.column, one.reason) for one in answer.errors] == [
        (3, "单位", "UNIT_UNKNOWN"),
        (4, "姓名", "VALUE_MISSING"),
        (5, "姓名", "TEXT_UNSAFE"),
        (6, "姓名", "PERSON_NAME"),
        (6, "主题", "TEXT_UNSAFE"),
        (7, "姓名", "ROW_REPEATED"),
        (8, "职务", "TEXT_TOO_LONG"),
        (9, "姓名", "CORPS_SEATS_TAKEN"),
    ]
    assert "张法官、王法官" in answer.errors[-1].message
    assert [one.unit_code for one in (await corps.listed()).members] == ["hrss"]


async def test_staff_name_their_own_unit_only(corps: CorpsWorld) -> None:
    answer = await sent(corps, ("hrss", "李讲师", "", ""), ("court", "张法官", "", ""), actor=HOST)
    assert [(one.row, one.reason) for one in answer.errors] == [(3, "UNIT_NOT_YOURS")]
    assert (await sent(corps, ("hrss", "李讲师", "", ""), actor=HOST)).changed_count == 1


async def test_a_file_that_is_none_is_refused(corps: CorpsWorld) -> None:
    assert (await refusal(sent(corps, header=("单位", "职务")))).reason == "IMPORT_COLUMNS_MISSING"
    assert (await refusal(sent(corps, file_name="a.xlsx"))).reason == "IMPORT_UNREADABLE"
    assert (await refusal(sent(corps, ("hrss", "李讲师"), year=YEAR - 1))).reason == "YEAR_OVER"
    assert [one.reason for one in (await sent(corps)).errors] == ["NO_ROWS"]


async def test_what_was_exported_may_be_imported(corps: CorpsWorld) -> None:
    await sent(corps, ("justice", "陈顾问", "主任", "公证"), ("committee", "刘顾问", "", ""), corps=CONSULTATION)
    file = await fetched(corps, of=CONSULTATION)
    again = await sent(corps, corps=CONSULTATION, file_name="a.xlsx", content=file)
    assert (again.row_count, again.changed_count, len(again.errors)) == (2, 0, 0)
    columns = Columns((*HEADER, "席位"), HEADER)
    assert [row.cells["席位"] for row in spreadsheet.read_rows("a.xlsx", file, columns)] == ["1", "1"]


async def test_an_export_runs_nothing_and_is_kept_on_record(corps: CorpsWorld) -> None:
    await corps.appoint("李讲师", post="=HYPERLINK(1)")
    rows = spreadsheet.read_rows("a.xlsx", await fetched(corps), Columns(HEADER, HEADER))
    assert [row.cells["职务"] for row in rows] == ["科长", "'=HYPERLINK(1)"]
    kept = await corps.world.rows("SELECT actor, reason FROM act WHERE action = 'LECTURE_EXPORTED'")
    assert [tuple(row) for row in kept] == [(CENTRE.subject, "2 rows")]
