"""The census of above-scale enterprises from a file: all of it, or everything that is wrong with it."""

import time

import pytest
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import invitation_service_pb2 as pb

from services.registry.rules.census import FILE, industry_of
from services.registry.spreadsheet import read_rows
from tests.registry import census
from tests.registry.census import LEAD, OFFICER, OPERATOR, SUPERVISOR, row
from tests.registry.conftest import YEAR, World, refusal
from tests.registry.files import FENGJING, SUBDISTRICT, ZHUJING, line, uscc


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
