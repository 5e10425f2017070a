"""REG-9: every agency and area with a leader and a contact; whoever is missing is listed, and a file names them all."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import duty_service_pb2 as pb
from fahu.registry.v1 import events_pb2, unit_pb2
from fahu.registry.v1 import registry_service_pb2 as registry_pb
from fahu.registry.v1.duty_service_pb2_grpc import DutyServiceStub

from services.registry.rules.duties import COLUMNS
from services.registry.service.people import StaffDraft
from tests.registry.conftest import World, race
from tests.registry.files import line

LEADER, CONTACT = "分管负责人", "联系人"
NEW_LEADER = ("区人社局", LEADER, "钱局", "13900000001")
NEW_CONTACT = ("hrss", CONTACT, "孙联", "139 0000 0002")
OFFICER = ("朱泾镇", CONTACT, "李镇", "13900000003")


def file_of(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([COLUMNS, *rows])
    return text.getvalue().encode()


async def send(world: World, *rows: Sequence[str], dry_run: bool = False) -> Any:
    request = pb.ImportDutiesRequest(file_name="职责.csv", content=file_of(rows), dry_run=dry_run)
    return await world.stub(DutyServiceStub).ImportDuties(request)


async def holders(world: World, code: str) -> dict[int, str]:
    units = (await world.registry().ListUnits(registry_pb.ListUnitsRequest())).units
    return {duty.duty: duty.name for duty in next(unit for unit in units if unit.code == code).duties}


async def gaps(world: World) -> dict[str, list[int]]:
    found = await world.stub(DutyServiceStub).ListDutyGaps(pb.ListDutyGapsRequest())
    assert found.unit_count >= 20
    return {gap.unit_code: list(gap.missing) for gap in found.gaps}


async def test_a_file_names_leaders_and_contacts_and_closes_the_gaps(world: World) -> None:
    before = await gaps(world)
    assert before["hrss"] == before["area-310116101"] == [unit_pb2.DUTY_LEADER, unit_pb2.DUTY_CONTACT]
    assert "centre" not in before
    answer = await send(world, NEW_LEADER, NEW_CONTACT, OFFICER)
    assert (answer.row_count, answer.created_count, list(answer.errors)) == (3, 3, [])
    assert await holders(world, "hrss") == {unit_pb2.DUTY_LEADER: "钱局", unit_pb2.DUTY_CONTACT: "孙联"}
    after = await gaps(world)
    assert ("hrss" in after, after["area-310116101"]) == (False, [unit_pb2.DUTY_LEADER])
    assert len(after) == len(before) - 1
    roles = await world.rows("SELECT unit_code, roles FROM staff_account ORDER BY unit_code, roles")
    assert [tuple(row) for row in roles] == [
        ("area-310116101", [Role.ROLE_AREA_OFFICER]),
        ("hrss", [Role.ROLE_AGENCY_CONTACT]),
        ("hrss", [Role.ROLE_AGENCY_LEAD]),
    ]
    told = len(await world.events(events_pb2.UnitChanged))
    assert (await send(world, NEW_LEADER, NEW_CONTACT, OFFICER)).created_count == 0
    assert len(await world.events(events_pb2.UnitChanged)) == told


async def test_a_successor_takes_over_and_a_colleague_keeps_what_they_had(world: World) -> None:
    await send(world, NEW_LEADER, NEW_CONTACT)
    handler = frozenset({int(Role.ROLE_AGENCY_HANDLER)})
    colleague = await world.staff(StaffDraft("hrss", handler, "周办", "13900000009"))
    assert (await send(world, ("hrss", CONTACT, "周办", "13900000009"), ("hrss", LEADER, "", ""))).created_count == 1
    assert await holders(world, "hrss") == {unit_pb2.DUTY_LEADER: "钱局", unit_pb2.DUTY_CONTACT: "周办"}
    roles = await world.rows("SELECT roles FROM staff_account WHERE person_id = :id", id=colleague)
    assert roles[0][0] == [Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER]
    one_for_both = [("market_reg", duty, "吴兼", "13900000010") for duty in (LEADER, CONTACT)]
    assert (await send(world, *one_for_both)).created_count == 2
    assert set((await holders(world, "market_reg")).values()) == {"吴兼"}


BAD: list[tuple[Sequence[str], list[tuple[str, str]]]] = [
    (("没有的局", LEADER, "甲", "13900000011"), [("单位", "UNIT_UNKNOWN")]),
    (("", "科长", "甲", "13900000011"), [("单位", "VALUE_MISSING"), ("职责", "DUTY_UNKNOWN")]),
    (("eco_env", LEADER, "甲", ""), [("手机号", "PERSON_INCOMPLETE")]),
    (("eco_env", CONTACT, "=cmd()", "1"), [("姓名", "TEXT_UNSAFE"), ("手机号", "PHONE_INVALID")]),
    (("eco_env", LEADER, "乙", "13900000012"), [("职责", "DUTY_REPEATED")]),
    (("hrss", LEADER, "张三", "13800000001"), [("手机号", "PHONE_IN_USE")]),
    (("hrss", CONTACT, "另名", "13900000009"), [("姓名", "PERSON_DIFFERS")]),
    (("market_reg", LEADER, "吴办", "13900000008"), [("手机号", "STAFF_ELSEWHERE")]),
    (("market_reg", CONTACT, "1", "13900000013"), [("姓名", "PERSON_NAME")]),
    (("centre", CONTACT, "丙", "13900000014"), [("手机号", "STAFF_UNKNOWN")]),
    (("朱泾镇", LEADER, "丁", "13900000012"), [("姓名", "PERSON_DIFFERS")]),
]


async def test_everything_wrong_is_told_at_once_and_nothing_is_written(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"))
    for name, phone in (("周办", "13900000009"), ("吴办", "13900000008")):
        await world.staff(StaffDraft("hrss", frozenset({int(Role.ROLE_AGENCY_HANDLER)}), name, phone))
    before = await world.snapshot()
    answer = await send(world, OFFICER, *(row for row, _ in BAD))
    expected = [(number, *fault) for number, (_, faults) in enumerate(BAD, 3) for fault in faults]
    assert [(one.row, one.column, one.reason) for one in answer.errors] == expected
    assert all(one.message for one in answer.errors)
    assert (answer.created_count, await world.snapshot()) == (0, before)
    assert [one.reason for one in (await send(world)).errors] == ["NO_ROWS"]
    assert (await send(world, OFFICER, dry_run=True)).created_count == 0
    assert await world.snapshot() == before


@pytest.mark.parametrize("rivals", [3])
async def test_imports_at_once_leave_one_holder(world: World, rivals: int) -> None:
    rows = [("hrss", CONTACT, f"甲{'乙' * n}", f"1390000002{n}") for n in range(rivals)]
    passed, refused = await race(*[send(world, row) for row in rows])
    assert (len(passed), refused) == (rivals, [])
    held = await world.rows("SELECT count(*) FROM unit_duty WHERE unit_code = 'hrss' AND ended_at IS NULL")
    assert held[0][0] == 1
