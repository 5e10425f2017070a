"""Importing a year's liaison points: all or nothing, every error told, the same file twice changes nothing."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import registry_service_pb2 as pb
from fahu.registry.v1.enterprise_pb2 import LEVEL_DISTRICT, LEVEL_TOWN

from services.registry.rules.cohorts import AREA, CONSENT, CONTACT, LEVEL, NAME, PHONE, USCC
from services.registry.service.people import StaffDraft
from tests.registry.conftest import YEAR, World, refusal
from tests.registry.files import FENGJING, HIGH_TECH_PARK, SUBDISTRICT, Line, csv_file, line, uscc, xlsx_file

STAFF_PHONE = "13900000001"


def reasons(response: Any) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.reason) for error in response.errors]


GOOD = line(1, contact="张三", phone="13800000001")
WRONG_CHECK = uscc(3)[:17] + ("0" if uscc(3)[17] != "0" else "1")
# Every kind of error that a row can have by itself or by its neighbours, with the errors expected of it.
BROKEN_FILE: list[tuple[Line, list[tuple[str, str]]]] = [
    (GOOD, []),
    (Line("", "", "", ""), []),  # a blank row is none, but it counts
    (replace(line(2), uscc=""), [(USCC, "VALUE_MISSING")]),
    (replace(line(2), uscc=uscc(2)[:17]), [(USCC, "USCC_FORMAT")]),
    (replace(line(2), uscc=uscc(2)[:16] + "IO"), [(USCC, "USCC_FORMAT")]),
    (replace(line(3), uscc=WRONG_CHECK), [(USCC, "USCC_CHECK_CHARACTER")]),
    (replace(line(4), uscc=GOOD.uscc), [(USCC, "USCC_REPEATED")]),
    (replace(line(5), name=""), [(NAME, "VALUE_MISSING")]),
    (replace(line(6), name="=HYPERLINK()"), [(NAME, "TEXT_UNSAFE")]),
    (replace(line(7), name="长" * 201), [(NAME, "NAME_TOO_LONG")]),
    (replace(line(8), area="朱家角镇"), [(AREA, "AREA_UNKNOWN")]),
    (replace(line(9), area=""), [(AREA, "VALUE_MISSING")]),
    (line(10, area="石化街道"), [(AREA, "AREA_NOT_DESIGNATED")]),
    (line(11, level="市级"), [(LEVEL, "LEVEL_UNKNOWN")]),
    (line(12, level=""), [(LEVEL, "VALUE_MISSING")]),
    (line(13, contact="李四"), [(PHONE, "CONTACT_INCOMPLETE")]),
    (replace(line(14), phone="13800000014", consent="是"), [(CONTACT, "CONTACT_INCOMPLETE")]),
    (line(15, contact="李四", phone="12345"), [(PHONE, "PHONE_INVALID")]),
    (line(16, contact="+李四", phone="13800000016"), [(CONTACT, "TEXT_UNSAFE")]),
    (line(17, contact="1", phone="13800000017"), [(CONTACT, "CONTACT_NAME")]),
    (line(18, contact="王五", phone="138 0000 0001"), [(PHONE, "PHONE_REPEATED")]),
    (replace(line(19, contact="王五", phone="13800000019"), consent="否"), [(CONSENT, "CONSENT_MISSING")]),
    (replace(line(20), consent="愿意"), [(CONSENT, "CONSENT_UNKNOWN")]),
    (line(21, area=FENGJING, level="区级"), []),
    (line(22, area=FENGJING, level="区级"), []),
    (line(23, area="枫泾镇", level="区级"), []),
    (line(24, area=FENGJING, level="区级"), [(LEVEL, "DISTRICT_SEATS_TAKEN")]),
    (
        Line("9131", "@x", "火星", "二级", "-", "1", "?"),
        [
            (USCC, "USCC_FORMAT"),
            (NAME, "TEXT_UNSAFE"),
            (AREA, "AREA_UNKNOWN"),
            (LEVEL, "LEVEL_UNKNOWN"),
            (CONTACT, "TEXT_UNSAFE"),
            (PHONE, "PHONE_INVALID"),
            (CONSENT, "CONSENT_UNKNOWN"),
        ],
    ),
    (line(25, contact="赵六", phone=STAFF_PHONE), [(PHONE, "PHONE_IN_USE")]),
]


@pytest.mark.parametrize(("name", "make"), [("坏.csv", csv_file), ("坏.xlsx", xlsx_file)])
async def test_all_errors_are_told_at_once_and_nothing_is_written(world: World, name: str, make: Any) -> None:
    roles = frozenset({int(Role.ROLE_AGENCY_CONTACT)})
    await world.staff(StaffDraft("hrss", roles, "工作人员", STAFF_PHONE))
    before = await world.snapshot()
    content = make([one for one, _ in BROKEN_FILE])
    response = await world.registry().ImportCohort(pb.ImportCohortRequest(year=YEAR, file_name=name, content=content))
    expected = [(row, *error) for row, (_, errors) in enumerate(BROKEN_FILE, 2) for error in errors]
    assert reasons(response) == expected
    assert (response.row_count, response.created_count) == (len(BROKEN_FILE) - 1, 0)
    assert await world.snapshot() == before


async def test_messages_say_in_chinese_what_to_mend(world: World) -> None:
    wrong = replace(line(1), uscc=uscc(1)[:17] + "Y")
    response = await world.import_lines(wrong, replace(line(2), uscc=uscc(3)), line(3))
    assert uscc(1)[17] in response.errors[0].message
    assert "第 3 行" in response.errors[1].message


async def test_a_good_file_is_written_and_the_same_file_changes_nothing(world: World) -> None:
    lines = [line(1, level="区级", contact="张三", phone="13800000001"), line(2), line(3, area="枫泾镇")]
    first = await world.import_lines(*lines)
    assert (first.row_count, first.created_count, reasons(first)) == (3, 3, [])
    after = await world.snapshot()
    found = await world.enterprise(lines[0])
    assert (found.name, found.area_code, found.designation.level) == (
        lines[0].name,
        "310116101",
        LEVEL_DISTRICT,
    )
    assert (found.liaison.name, found.liaison.phone, found.liaison.bound) == ("张*", "138****0001", False)
    again = await world.import_lines(*lines)
    assert (again.row_count, again.created_count, reasons(again)) == (3, 0, [])
    assert await world.snapshot() == after


async def test_each_designation_is_one_event_with_its_contact(world: World) -> None:
    await world.import_lines(line(1, level="区级", contact="张三", phone="13800000001"), line(2, area=FENGJING))
    told = {event.enterprise_name: event for event in await world.events(events_pb2.LiaisonPointChanged)}
    first, second = told["示例001有限公司"], told["示例002有限公司"]
    assert (first.year, first.area_code, first.level, first.active) == (
        YEAR,
        "310116101",
        LEVEL_DISTRICT,
        True,
    )
    assert first.liaison_person_id == (await world.enterprise(line(1))).liaison.person_id
    assert (second.liaison_person_id, second.version) == ("", 1)
    assert len(told) == 2


async def test_a_dry_run_checks_and_writes_nothing(world: World) -> None:
    before = await world.snapshot()
    request = pb.ImportCohortRequest(year=YEAR, file_name="a.csv", content=csv_file([line(1)]), dry_run=True)
    response = await world.registry().ImportCohort(request)
    assert (response.row_count, response.created_count, reasons(response)) == (1, 0, [])
    assert await world.snapshot() == before


async def test_an_empty_file_is_an_error(world: World) -> None:
    assert reasons(await world.import_lines()) == [(1, "", "NO_ROWS")]


async def test_what_contradicts_the_database_is_told(world: World) -> None:
    await world.import_lines(
        line(1, level="区级", contact="张三", phone="13800000001"),
        line(2, contact="李四", phone="13800000002"),
        *[line(number, level="区级") for number in (3, 4)],
    )
    before = await world.snapshot()
    response = await world.import_lines(
        line(1, level="镇级", area=FENGJING),
        line(2, contact="李四", phone="13800000009"),
        line(5, contact="张三", phone="13800000001"),
        line(6, level="区级"),
        line(3, level="区级"),
    )
    assert reasons(response) == [
        (2, AREA, "AREA_DIFFERS"),
        (2, LEVEL, "LEVEL_DIFFERS"),
        (3, CONTACT, "LIAISON_EXISTS"),
        (4, PHONE, "PHONE_IN_USE"),
        (5, LEVEL, "DISTRICT_SEATS_TAKEN"),
    ]
    assert await world.snapshot() == before


async def test_a_later_file_adds_contacts_and_names(world: World) -> None:
    """What the first file left open: a contact for one, a new name for another. Both are told under higher versions."""
    await world.import_lines(line(1), line(2))
    response = await world.import_lines(
        line(1, contact="张三", phone="13800000001"), replace(line(2), name="新示例有限公司")
    )
    assert (response.created_count, reasons(response)) == (0, [])
    first, second = await world.enterprise(line(1)), await world.enterprise(line(2))
    assert (first.liaison.name, first.version) == ("张*", 2)
    assert (second.name, second.version) == ("新示例有限公司", 2)
    told = await world.events(events_pb2.LiaisonPointChanged, second.designation.id)
    assert [(event.version, event.enterprise_name) for event in told] == [(1, "示例002有限公司"), (2, "新示例有限公司")]


async def test_an_enterprise_moves_and_changes_level_between_years(world: World) -> None:
    await world.import_lines(line(1, level="区级", contact="张三", phone="13800000001"), year=YEAR - 1)
    response = await world.import_lines(line(1, area=FENGJING, contact="张三", phone="13800000001"))
    assert (response.created_count, reasons(response)) == (1, [])
    assert (await world.enterprise(line(1), YEAR - 1)).area_code == "310116101"
    now = await world.enterprise(line(1))
    assert (now.area_code, now.designation.area_code, now.designation.level) == (
        FENGJING,
        FENGJING,
        LEVEL_TOWN,
    )


async def test_a_list_of_an_earlier_year_brings_no_earlier_name_back(world: World) -> None:
    await world.import_lines(line(1))
    response = await world.import_lines(replace(line(1), name="旧示例有限公司"), year=YEAR - 1)
    assert (response.created_count, (await world.enterprise(line(1))).name) == (1, line(1).name)


async def test_areas_go_by_the_names_of_the_year_or_their_code(world: World) -> None:
    assert reasons(await world.import_lines(line(1, area="金山工业区"), year=2021)) == []
    assert reasons(await world.import_lines(line(1, area="上海湾区高新技术产业开发区"), year=2022)) == []
    assert reasons(await world.import_lines(line(1, area=HIGH_TECH_PARK), year=2023)) == []
    assert reasons(await world.import_lines(line(1, area="金山工业区"), year=2024)) == [(2, AREA, "AREA_UNKNOWN")]
    assert reasons(await world.import_lines(line(1, area=SUBDISTRICT), year=2024)) == [(2, AREA, "AREA_NOT_DESIGNATED")]


async def test_two_imports_at_once_fill_no_seat_twice(world: World) -> None:
    halves = [[line(number, level="区级") for number in numbers] for numbers in ((1, 2), (3, 4))]
    responses = await asyncio.gather(*[world.import_lines(*half) for half in halves])
    assert sorted(len(response.errors) for response in responses) == [0, 1]
    assert (await world.rows("SELECT count(*), count(DISTINCT seat_no) FROM designation"))[0] == (2, 2)


async def test_a_full_cohort_of_171_is_one_import(world: World) -> None:
    codes = [row[0] for row in await world.rows("SELECT code FROM area WHERE district_quota > 0 ORDER BY code")]
    assert len(codes) == 11
    lines = [line(number, area=codes[number % 11], level="区级" if number < 33 else "镇级") for number in range(171)]
    response = await world.import_lines(*lines)
    assert (response.created_count, reasons(response)) == (171, [])
    assert (await world.rows("SELECT count(*) FROM designation WHERE level = 'DISTRICT' AND seat_no BETWEEN 1 AND 3"))[0][
        0
    ] == 33


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"PK nothing", "IMPORT_UNREADABLE"),
        ("a.csv", "企业名称\n甲".encode(), "IMPORT_COLUMNS_MISSING"),
        ("a.csv", csv_file([line(number) for number in range(5_001)]), "IMPORT_TOO_LARGE"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused(world: World, name: str, content: bytes, reason: str) -> None:
    request = pb.ImportCohortRequest(year=YEAR, file_name=name, content=content)
    refused = await refusal(world.registry().ImportCohort(request))
    assert (refused.code.name, refused.reason) == ("INVALID_ARGUMENT", reason)


async def test_events_and_logs_of_the_audit_name_no_person(world: World) -> None:
    await world.import_lines(line(1, contact="张三丰", phone="13800000001"))
    for table in ("outbox", "audit"):
        held = " ".join(str(row) for row in await world.rows(f"SELECT {table}::text FROM {table}"))
        assert "张三丰" not in held
        assert "张三丰".encode().hex() not in held
        assert b"13800000001".hex() not in held
