"""Published liaison points: withdrawn and replaced, never lost from sight, told to all who have a copy."""

from typing import Any
from uuid import UUID, uuid4

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import designation_service_pb2 as pb
from fahu.registry.v1 import events_pb2

from kit.auth import Actor
from kit.sheets import spreadsheet
from kit.sheets.rows import Columns
from services.registry.servicer.sheets import POINTS
from tests import signing
from tests.registry.conftest import YEAR, World, refusal
from tests.registry.files import FENGJING, ZHUJING, line, uscc
from tests.registry.programme import LEVEL_DISTRICT, SUPERVISOR, Year, key, officer

NUMBERS = (1, 2, 3)


async def listed(world: World, actor: Actor = SUPERVISOR, **asked: Any) -> list[Any]:
    request = pb.ListDesignationsRequest(**{"year": 2030} | asked)
    return list((await world.designations(actor).ListDesignations(request)).liaison_points)


async def published(world: World, year: int = 2030) -> list[Any]:
    """Three district-level points of 朱泾镇 and a town-level one of 枫泾镇."""
    lines = [line(number, level="区级", contact="张三" if number == 1 else "", phone="13800000001" if number == 1 else "")
             for number in NUMBERS]  # fmt: skip
    await world.import_lines(*lines, line(4, area=FENGJING), year=year)
    return await listed(world, year=year)


def on(point: Any) -> Any:
    return pb.DesignationPrecondition(designation_id=point.id, expected_version=point.version, request_id=key())


def withdrawal(point: Any, reason: str = "企业注销") -> Any:
    return pb.WithdrawDesignationRequest(on=on(point), reason=reason)


def replacement(point: Any, number: int, name: str = "") -> Any:
    name = name or f"示例{number:03}有限公司"
    return pb.ReplaceDesignationRequest(on=on(point), reason="企业迁出", uscc=uscc(number), enterprise_name=name)


async def test_a_withdrawal_ends_a_point_and_keeps_it_in_sight(world: World) -> None:
    first, *_ = await published(world)
    stub, request = world.designations(SUPERVISOR), withdrawal(first)
    gone = (await stub.WithdrawDesignation(request)).liaison_point
    assert (gone.active, gone.withdrawn_reason, gone.withdrawn_by) == (False, "企业注销", SUPERVISOR.subject)
    assert (await stub.WithdrawDesignation(request)).liaison_point == gone
    assert (await refusal(stub.WithdrawDesignation(withdrawal(first)))).reason == "STALE_VERSION"
    assert (await refusal(stub.WithdrawDesignation(withdrawal(gone)))).reason == "DESIGNATION_WITHDRAWN"
    told = await world.events(events_pb2.LiaisonPointChanged, first.id)
    assert [(one.version, one.active) for one in told] == [(1, True), (2, False)]
    assert (told[-1].liaison_person_id, told[-1].enterprise_name) == (told[0].liaison_person_id, first.enterprise_name)
    assert [one.seat_no for one in await listed(world, area_code=ZHUJING)] == [2, 3]
    assert [one.active for one in await listed(world, area_code=ZHUJING, withdrawn_too=True)] == [False, True, True]


async def test_a_replacement_takes_area_level_and_seat(world: World) -> None:
    first, second, *_ = await published(world)
    stub = world.designations(SUPERVISOR)
    answer = await stub.ReplaceDesignation(replacement(first, 9))
    old, came = answer.replaced, answer.replacement
    assert (old.active, old.replaced_by, came.active) == (False, came.id, True)
    assert (came.area_code, came.level, came.seat_no, came.uscc) == (ZHUJING, LEVEL_DISTRICT, 1, uscc(9))
    assert (await refusal(stub.ReplaceDesignation(replacement(old, 8)))).reason == "DESIGNATION_REPLACED"
    for number, reason in ((2, "ENTERPRISE_DESIGNATED"), (3, "ENTERPRISE_DESIGNATED"), (4, "NOMINATION_WRONG_AREA")):
        assert (await refusal(stub.ReplaceDesignation(replacement(second, number)))).reason == reason
    wrong_name = replacement(second, 9, "别的名字有限公司")
    assert (await refusal(stub.ReplaceDesignation(wrong_name))).reason == "ENTERPRISE_NAME_DIFFERS"
    assert [one.id for one in await listed(world, area_code=ZHUJING)][:1] == [second.id]
    assert [one.active for one in await world.events(events_pb2.LiaisonPointChanged, came.id)] == [True]


async def test_a_place_left_open_is_filled_later_once(world: World) -> None:
    first, *_ = await published(world)
    stub = world.designations(SUPERVISOR)
    gone = (await stub.WithdrawDesignation(withdrawal(first))).liaison_point
    request = replacement(gone, 9)
    came = (await stub.ReplaceDesignation(request)).replacement
    assert (await stub.ReplaceDesignation(request)).replacement.id == came.id
    assert (await stub.GetDesignation(pb.GetDesignationRequest(designation_id=gone.id))).liaison_point.replaced_by == came.id
    assert len(await listed(world, area_code=ZHUJING)) == 3


async def test_an_import_brings_nobody_back_and_takes_the_open_seat(world: World) -> None:
    first, *_ = await published(world)
    stub = world.designations(SUPERVISOR)
    gone = (await stub.WithdrawDesignation(withdrawal(first))).liaison_point
    again = await world.import_lines(line(1, level="区级"), year=2030)
    assert [error.reason for error in again.errors] == ["DESIGNATION_WITHDRAWN"]
    assert (await world.import_lines(line(7, level="区级"), year=2030)).created_count == 1
    refused = await refusal(stub.ReplaceDesignation(replacement(gone, 9)))
    assert (refused.reason, len(await world.rows("SELECT FROM enterprise WHERE uscc = :code", code=uscc(9)))) == (
        "SEATS_TAKEN",
        0,
    )


async def test_a_closed_year_changes_no_more(world: World) -> None:
    first, *_ = await published(world)
    year = Year(world, 2030, version=1)
    await year.close()
    stub = world.designations(SUPERVISOR)
    assert (await refusal(stub.WithdrawDesignation(withdrawal(first)))).reason == "COHORT_WRONG_STATE"
    assert (await refusal(stub.ReplaceDesignation(replacement(first, 9)))).reason == "COHORT_WRONG_STATE"
    assert (await stub.GetDesignation(pb.GetDesignationRequest(designation_id=first.id))).liaison_point == first


async def test_who_sees_which_points(world: World) -> None:
    points = await published(world)
    theirs = officer(FENGJING)
    assert [one.id for one in await listed(world, theirs)] == [points[3].id]
    assert await listed(world, theirs, area_code=ZHUJING) == []
    assert await listed(world, signing.person(Role.ROLE_AREA_OFFICER)) == []
    hidden = pb.GetDesignationRequest(designation_id=points[0].id)
    assert (await refusal(world.designations(theirs).GetDesignation(hidden))).reason == "DESIGNATION_NOT_FOUND"
    nothing = pb.GetDesignationRequest(designation_id=str(uuid4()))
    assert (await refusal(world.designations(SUPERVISOR).GetDesignation(nothing))).reason == "DESIGNATION_NOT_FOUND"
    found: list[Any] = []
    token = ""
    for _ in range(2):
        request = pb.ListDesignationsRequest(year=2030, page_size=2, page_token=token)
        answer = await world.designations(SUPERVISOR).ListDesignations(request)
        found, token = [*found, *answer.liaison_points], answer.next_page_token
    assert ([one.id for one in found], token) == ([one.id for one in points], "")


async def test_an_enterprise_reads_what_it_was(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"), year=YEAR - 1)
    first, *_ = await published(world, YEAR)
    await world.designations(SUPERVISOR).WithdrawDesignation(withdrawal(first, "企业申请退出"))
    person = (await world.rows("SELECT person_id FROM liaison"))[0][0]
    contact = signing.person(Role.ROLE_LIAISON, organisation=UUID(first.enterprise_id), person_id=person)
    request = pb.ListEnterpriseDesignationsRequest(enterprise_id=first.enterprise_id)
    for actor in (contact, officer(ZHUJING), SUPERVISOR):
        found = (await world.designations(actor).ListEnterpriseDesignations(request)).liaison_points
        assert [(one.year, one.active, one.withdrawn_reason) for one in found] == [
            (YEAR, False, "企业申请退出"),
            (YEAR - 1, True, ""),
        ]
    page = pb.ListEnterpriseDesignationsRequest(enterprise_id=first.enterprise_id, page_size=1)
    page.page_token = (await world.designations(contact).ListEnterpriseDesignations(page)).next_page_token
    rest = (await world.designations(contact).ListEnterpriseDesignations(page)).liaison_points
    assert [one.year for one in rest] == [YEAR - 1]
    stranger = signing.person(Role.ROLE_LIAISON, organisation=uuid4())
    for actor in (stranger, officer(FENGJING)):
        refused = await refusal(world.designations(actor).ListEnterpriseDesignations(request))
        assert refused.reason == "ENTERPRISE_NOT_FOUND"


async def test_a_list_goes_out_as_a_workbook_and_into_the_audit(world: World) -> None:
    first, *_ = await published(world)
    await world.designations(SUPERVISOR).WithdrawDesignation(withdrawal(first, "=迁出"))
    file = (await world.designations(officer()).ExportDesignations(pb.ExportDesignationsRequest(year=2030))).content
    rows = [row.cells for row in spreadsheet.read_rows("a.xlsx", file, Columns(POINTS, POINTS))]
    assert [(row["统一社会信用代码"], row["席位"], row["状态"], row["撤销原因"]) for row in rows] == [
        (uscc(1), "1", "已撤销", "'=迁出"),
        (uscc(2), "2", "有效", ""),
        (uscc(3), "3", "有效", ""),
    ]
    audited = await world.rows("SELECT subject FROM audit WHERE action = 'DESIGNATIONS_EXPORTED'")
    assert [row[0] for row in audited] == ["cohort/2030"]
    unknown = world.designations(officer()).ExportDesignations(pb.ExportDesignationsRequest(year=2031))
    assert (await refusal(unknown)).reason == "COHORT_NOT_FOUND"
