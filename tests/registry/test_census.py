"""The census of above-scale enterprises from a file: all of it, or everything that is wrong with it."""

import time

import pytest
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import invitation_service_pb2 as pb

from kit.sheets.spreadsheet import read_rows
from services.registry.rules.census import FILE, industry_of
from tests.registry import census
from tests.registry.census import LEAD, OFFICER, OPERATOR, SUPERVISOR, row
from tests.registry.conftest import YEAR, World, refusal
from tests.registry.files import FENGJING, SUBDISTRICT, ZHUJING, line, uscc
from tests.registry.programme import Year


@pytest.mark.parametrize(
    ("given", "letter"),
    [
        ("制造业", "C"),
        ("C", "C"),
        ("c26", "C"),
        ("Ｃ", "C"),
        ("C 制造业", "C"),
        ("C-制造业", "C"),
        ("F制造业", ""),
        ("化工", ""),
        ("U", ""),
        ("交通运输、仓储和邮政业", "G"),
    ],
)
def test_an_industry_is_known_by_letter_name_or_code(given: str, letter: str) -> None:
    assert industry_of(given) == letter


async def test_the_census_reaches_beyond_liaison_points_and_into_the_subdistrict(world: World) -> None:
    await world.import_lines(line(1))
    told = await census.import_census(world, row(1), row(2, SUBDISTRICT, "批发和零售业"), row(3, above="否"))
    assert (told.row_count, told.changed_count, list(told.errors)) == (3, 3, [])
    assert (await census.import_census(world, row(1))).changed_count == 0
    exported = await world.invitations(OPERATOR).ExportCensus(pb.ExportCensusRequest(year=YEAR))
    cells = [one.cells for one in read_rows("a.xlsx", exported.content, FILE)]
    assert [(one["统一社会信用代码"], one["街镇(园区)"], one["行业"]) for one in cells] == [
        (uscc(2), "石化街道", "批发和零售业"),
        (uscc(1), "朱泾镇", "制造业"),
    ]
    again = await world.invitations(LEAD).ImportCensus(
        pb.ImportCensusRequest(year=YEAR, file_name="a.xlsx", content=exported.content)
    )
    assert (again.row_count, again.changed_count, list(again.errors)) == (2, 0, [])
    own = await world.invitations(OFFICER).ExportCensus(pb.ExportCensusRequest(year=YEAR))
    assert own.row_count == 1
    assert (await world.rows("SELECT count(*) FROM audit WHERE action = 'CENSUS_EXPORTED'"))[0][0] == 2


async def test_everything_wrong_with_a_census_is_told_and_nothing_written(world: World) -> None:
    await world.import_lines(line(1))
    before = await world.snapshot()
    bad = [
        row(1, FENGJING),
        row(2, "没有的镇"),
        row(3, industry="化工"),
        row(4, above="也许"),
        row(5, name="=1+1"),
        row(6, uscc="9131"),
        row(7, name=""),
        row(7),
    ]
    told = await census.import_census(world, *bad)
    assert [(one.row, one.column, one.reason) for one in told.errors] == [
        (2, "街镇(园区)", "AREA_DIFFERS"),
        (3, "街镇(园区)", "AREA_UNKNOWN"),
        (4, "行业", "INDUSTRY_UNKNOWN"),
        (5, "规上", "ABOVE_SCALE_UNKNOWN"),
        (6, "企业名称", "TEXT_UNSAFE"),
        (7, "统一社会信用代码", "USCC_FORMAT"),
        (8, "企业名称", "VALUE_MISSING"),
        (9, "统一社会信用代码", "USCC_REPEATED"),
    ]
    assert (await census.import_census(world)).errors[0].reason == "NO_ROWS"
    assert (await census.import_census(world, row(9), dry_run=True)).changed_count == 0
    assert await world.snapshot() == before
    lists = pb.ImportCensusRequest(year=YEAR, file_name="a.csv", content="企业名称\n甲".encode())
    assert (await refusal(world.invitations(LEAD).ImportCensus(lists))).reason == "IMPORT_COLUMNS_MISSING"
    for actor in (OFFICER, OPERATOR, SUPERVISOR):
        assert (await refusal(world.invitations(actor).ImportCensus(lists))).reason == "PERMISSION_DENIED"


async def nominations_of(world: World, number: int) -> list[tuple[str, str, str]]:
    query = "SELECT n.area_code, n.state, coalesce(n.ended_reason, '') FROM nomination n JOIN enterprise e"
    query += " ON e.id = n.enterprise_id WHERE e.uscc = :uscc ORDER BY n.created_at"
    return [tuple(one) for one in await world.rows(query, uscc=uscc(number))]


async def area_of(world: World, number: int, year: int = YEAR + 1) -> str:
    query = "SELECT area_code FROM enterprise_year JOIN enterprise ON id = enterprise_id WHERE uscc = :uscc AND year = :year"
    return str((await world.rows(query, uscc=uscc(number), year=year))[0][0])


async def test_who_moved_away_is_moved_and_the_old_area_s_draft_ends(world: World) -> None:
    await world.import_lines(line(1), line(2))
    year = Year(world, YEAR + 1)
    await year.begin(prepare=True)
    told = await census.import_census(world, row(1, FENGJING), row(2), row(3), year=YEAR + 1)
    assert (list(told.errors), told.changed_count) == ([], 3)
    assert [await area_of(world, number) for number in (1, 2)] == [FENGJING, ZHUJING]
    assert await area_of(world, 1, YEAR) == ZHUJING
    reason = f"企业 {YEAR + 1} 年由朱泾镇迁至枫泾镇"
    assert await nominations_of(world, 1) == [(ZHUJING, "WITHDRAWN", reason)]
    assert await nominations_of(world, 2) == [(ZHUJING, "DRAFT", "")]
    noted = "SELECT action, reason FROM audit WHERE action IN ('NOMINATION_WITHDRAWN', 'ENTERPRISE_MOVED') ORDER BY position"
    assert await world.rows(noted) == [("NOMINATION_WITHDRAWN", reason), ("ENTERPRISE_MOVED", reason)]
    assert (await census.import_census(world, row(1, FENGJING), year=YEAR + 1)).changed_count == 0
    await year.nominate(1, FENGJING, enterprise_name="")
    assert [one[:2] for one in await nominations_of(world, 1)] == [(ZHUJING, "WITHDRAWN"), (FENGJING, "DRAFT")]


async def test_what_stands_in_the_way_of_a_move_is_named(world: World) -> None:
    year = Year(world, YEAR)
    await year.begin()
    await year.advance("SURVEYING", "RECOMMENDING", "REVIEWING")
    _, accepted, rejected = [await year.submit(await year.nominate(number)) for number in (1, 2, 3)]
    await year.accept(accepted)
    await year.reject(rejected)
    await census.import_census(world, row(4))
    await census.links(world, await census.create(world))
    moving = [row(number, FENGJING, name=f"示例{number:03}有限公司") for number in (1, 2, 3, 4)]
    told = await census.import_census(world, *moving)
    where = f"该企业 {YEAR} 年已登记在朱泾镇，"
    assert [(one.row, one.reason, one.message) for one in told.errors] == [
        (2, "AREA_DIFFERS", where + "推荐已提交，须先由该区域撤回，不能改到枫泾镇。"),
        (3, "AREA_DIFFERS", where + "推荐已通过，须先由该区域撤回，不能改到枫泾镇。"),
        (5, "AREA_DIFFERS", where + "当年的问卷链接已生成，不能改到枫泾镇。"),
    ]
    assert (await census.import_census(world, moving[2])).changed_count == 1
    assert await nominations_of(world, 3) == [(ZHUJING, "REJECTED", "材料不全")]


async def test_a_new_name_reaches_who_knows_the_liaison_point(world: World) -> None:
    await world.import_lines(line(1))
    await census.import_census(world, row(1, name="改名有限公司"))
    told = await world.events(events_pb2.LiaisonPointChanged)
    assert [one.enterprise_name for one in told] == ["示例001有限公司", "改名有限公司"]


async def test_three_thousand_are_imported_and_invited_quickly(world: World) -> None:
    rows = [row(number, (ZHUJING, FENGJING, SUBDISTRICT)[number % 3]) for number in range(3_000)]
    started = time.monotonic()
    assert (await census.import_census(world, *rows)).changed_count == 3_000
    survey = await census.create(world)
    assert len(await census.links(world, survey)) == 3_000
    assert time.monotonic() - started < 20
