"""Lists as files: no more than the caller may list, nothing that runs, and a row in the audit for each."""

import io
from typing import Any

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import duty_service_pb2 as duties_pb
from fahu.registry.v1 import enterprise_pb2, unit_pb2
from fahu.registry.v1 import export_service_pb2 as pb
from fahu.registry.v1.duty_service_pb2_grpc import DutyServiceStub
from fahu.registry.v1.export_service_pb2_grpc import ExportServiceStub
from python_calamine import CalamineWorkbook

from kit.auth import Actor
from services.registry.service import exports
from services.registry.service.people import StaffDraft
from tests import signing
from tests.registry.conftest import LEAD, YEAR, World, refusal
from tests.registry.files import FENGJING, line
from tests.registry.test_liaisons import FOREIGN_OFFICER, OFFICER


def rows_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


async def enterprises(world: World, actor: Actor = LEAD, **fields: Any) -> tuple[list[list[Any]], int]:
    answer = await world.stub(ExportServiceStub, actor).ExportEnterprises(pb.ExportEnterprisesRequest(**fields))
    return rows_of(answer.content), answer.row_count


async def test_a_years_enterprises_with_designation_and_masked_contact(world: World) -> None:
    await world.import_lines(line(1, level="区级", contact="张三丰", phone="13800000001"), line(2, FENGJING))
    await world.import_lines(line(3), year=YEAR - 1)
    rows, count = await enterprises(world)
    assert rows[0] == list(exports.ENTERPRISES)
    assert (count, [row[:6] for row in rows[1:]]) == (
        2,
        [
            [line(1).uscc, line(1).name, "朱泾镇", "区级", "张**", "138****0001"],
            [line(2).uscc, line(2).name, "枫泾镇", "镇级", "", ""],
        ],
    )
    assert rows[1][7:] == [f"cohort-{YEAR}", "否"]
    assert "13800000001" not in str(rows)


async def test_nobody_takes_more_than_they_may_list(world: World) -> None:
    await world.import_lines(line(1), line(2, FENGJING))
    assert [row[0] for row in (await enterprises(world, OFFICER))[0][1:]] == [line(1).uscc]
    assert [row[0] for row in (await enterprises(world, FOREIGN_OFFICER))[0][1:]] == [line(2).uscc]
    assert (await enterprises(world, FOREIGN_OFFICER, area_code=OFFICER.area_code))[1] == 0
    liaison = signing.person(Role.ROLE_LIAISON)
    assert (await refusal(enterprises(world, liaison))).reason == "PERMISSION_DENIED"


async def test_each_file_is_audited_with_filter_and_rows(world: World) -> None:
    await world.import_lines(line(1), line(2, FENGJING))
    await enterprises(world, OFFICER, level=enterprise_pb2.LEVEL_TOWN, text="示例")
    row = (await world.rows("SELECT actor, action, subject, reason FROM audit ORDER BY position DESC LIMIT 1"))[0]
    told = f"year={YEAR}; level=TOWN; text=示例; 1 rows"
    assert tuple(row) == (OFFICER.subject, "ENTERPRISES_EXPORTED", f"cohort/{YEAR}", told)


async def test_nothing_in_a_file_runs(world: World) -> None:
    await world.import_lines(line(1))
    await world.change("UPDATE enterprise SET name = '=HYPERLINK(\"x\")'")
    assert (await enterprises(world))[0][1][1] == '\'=HYPERLINK("x")'


async def test_a_list_that_is_too_long_is_refused_and_not_cut(world: World, monkeypatch: Any) -> None:
    await world.import_lines(line(1), line(2))
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    refused = await refusal(enterprises(world))
    assert (refused.reason, refused.metadata["rows"]) == ("EXPORT_TOO_LARGE", "1")
    assert (await enterprises(world, text=line(1).uscc))[1] == 1


async def test_units_with_their_people_come_back_as_they_left(world: World) -> None:
    """The file names whoever holds a duty, leaves a row where nobody does, and can be sent back."""
    roles = frozenset({int(Role.ROLE_AGENCY_CONTACT)})
    request = duties_pb.ImportDutiesRequest(
        file_name="a.csv", content="单位,职责,姓名,手机号\nhrss,联系人,孙联,13900000002".encode()
    )
    await world.stub(DutyServiceStub).ImportDuties(request)
    await world.staff(StaffDraft("hrss", roles, "旁人", "13900000003"))
    answer = await world.stub(ExportServiceStub).ExportUnits(pb.ExportUnitsRequest(kind=unit_pb2.UNIT_KIND_AGENCY))
    rows = rows_of(answer.content)
    hrss = [row for row in rows if row[4] == "hrss"]
    assert hrss == [
        ["区人社局", "分管负责人", "", "", "hrss", "部门"],
        ["区人社局", "联系人", "孙联", "139****0002", "hrss", "部门"],
    ]
    assert (answer.row_count, len(rows)) == (len(rows) - 1, 2 * 9 + 1)
    back = duties_pb.ImportDutiesRequest(file_name="a.xlsx", content=answer.content)
    told = await world.stub(DutyServiceStub).ImportDuties(back)
    assert (told.row_count, told.created_count, list(told.errors)) == (18, 0, [])
