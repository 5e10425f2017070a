"""Contacts from files: appointed as one by one, all or nobody, once; who was the contact comes out masked."""

from typing import Any

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import export_service_pb2 as exports_pb
from fahu.registry.v1 import liaison_service_pb2 as pb
from fahu.registry.v1.export_service_pb2_grpc import ExportServiceStub
from fahu.registry.v1.liaison_service_pb2_grpc import LiaisonServiceStub

from kit.auth import Actor
from kit.sheets.spreadsheet import write_rows
from services.registry.rules.cohorts import CONSENT, CONTACT, PHONE, USCC
from services.registry.rules.liaison_sheets import COLUMNS, VERSION
from services.registry.service import exports
from services.registry.service.people import StaffDraft
from tests import signing
from tests.registry.conftest import LEAD, YEAR, World, race, refusal
from tests.registry.files import FENGJING, line, uscc
from tests.registry.test_exports import rows_of
from tests.registry.test_liaisons import FOREIGN_OFFICER, OFFICER, appointment, replacement


def file(*rows: tuple[object, ...], **more: Any) -> pb.ImportLiaisonsRequest:
    return pb.ImportLiaisonsRequest(file_name="联系人.xlsx", content=write_rows("联系人", COLUMNS, rows), **more)


async def send(world: World, request: pb.ImportLiaisonsRequest, actor: Actor = OFFICER) -> Any:
    return await world.stub(LiaisonServiceStub, actor).ImportLiaisons(request)


async def contact_of(world: World, number: int) -> tuple[str, str]:
    found = (await world.enterprise(line(number))).liaison
    return found.name, found.consent_version


async def test_a_good_file_appoints_once_and_tells(world: World) -> None:
    await world.import_lines(line(1), line(2), line(3))
    good = file((uscc(1), "张三", "138 0000 0001", "是", "2026-1"), (uscc(2), "李四", "13800000002", "是", ""), (uscc(3),))
    good.dry_run = True
    assert (await send(world, good)).created_count == 0
    assert (await world.rows("SELECT count(*) FROM liaison"))[0][0] == 0
    good.dry_run = False
    answers = [await send(world, good) for _ in range(2)]
    assert [(answer.row_count, answer.created_count, list(answer.errors)) for answer in answers] == [(3, 2, []), (3, 0, [])]
    assert [await contact_of(world, number) for number in (1, 2)] == [("张*", "2026-1"), ("李*", "")]
    enterprise = await world.enterprise(line(1))
    told = await world.events(events_pb2.LiaisonPointChanged, enterprise.designation.id)
    assert (told[-1].liaison_person_id, told[-1].version) == (enterprise.liaison.person_id, 2)
    kept = await world.rows("SELECT action, reason FROM audit WHERE action LIKE 'LIAISON%' ORDER BY position")
    assert [tuple(row) for row in kept] == [*[("LIAISON_APPOINTED", "")] * 2, ("LIAISONS_IMPORTED", "3 rows, 2 appointed")]


async def test_all_that_is_wrong_is_told_at_once(world: World) -> None:
    await world.import_lines(line(1), line(2), line(3), line(4, FENGJING, contact="王五", phone="13800000009"))
    await world.registry(OFFICER).AppointLiaison(appointment((await world.enterprise(line(2))).id))
    await world.staff(StaffDraft("hrss", frozenset({int(Role.ROLE_AGENCY_CONTACT)}), "孙联", "13900000002"))
    broken = uscc(1)[:-1] + ("0" if uscc(1)[-1] != "0" else "1")
    bad = file(
        ("", "张三", "13800000003", "是"),
        ("短", "张三", "13800000003", "是"),
        (broken, "", "13800000004", "否"),
        (uscc(4), "赵六", "13800000005", "是"),
        (uscc(2), "赵六", "13800000006", "是"),
        (uscc(3), "12", "不是号码", "同意", "第 1 版"),
        (uscc(3), "赵六", "13900000002", "是"),
        (uscc(1), "赵六", "13800000009", "是"),
    )
    answer = await send(world, bad)
    assert answer.created_count == 0
    assert [(error.row, error.column, error.reason) for error in answer.errors] == [
        (2, USCC, "VALUE_MISSING"),
        (3, USCC, "USCC_FORMAT"),
        (3, PHONE, "PHONE_REPEATED"),
        (4, USCC, "USCC_CHECK_CHARACTER"),
        (4, CONTACT, "CONTACT_INCOMPLETE"),
        (4, CONSENT, "CONSENT_MISSING"),
        (5, USCC, "ENTERPRISE_UNKNOWN"),
        (6, CONTACT, "LIAISON_EXISTS"),
        (7, CONTACT, "CONTACT_NAME"),
        (7, PHONE, "PHONE_INVALID"),
        (7, CONSENT, "CONSENT_UNKNOWN"),
        (7, VERSION, "CONSENT_VERSION_INVALID"),
        (8, USCC, "USCC_REPEATED"),
        (8, PHONE, "PHONE_IN_USE"),
        (9, PHONE, "PHONE_IN_USE"),
    ]
    assert [error.reason for error in (await send(world, file())).errors] == ["NO_ROWS"]
    assert (await refusal(send(world, bad, signing.person(Role.ROLE_SUPERVISOR)))).reason == "PERMISSION_DENIED"


async def test_the_list_of_enterprises_is_filled_in_and_sent_back(world: World) -> None:
    await world.import_lines(line(1, contact="张三丰", phone="13800000001"), line(2))
    asked = exports_pb.ExportEnterprisesRequest(year=YEAR)
    header, first, second = rows_of((await world.stub(ExportServiceStub).ExportEnterprises(asked)).content)
    second[header.index(CONTACT)], second[header.index(PHONE)] = "李四", "13800000002"
    rows = [[*first, ""], [*second, "是"]]
    content = write_rows("联系点", [*header, CONSENT], rows)
    answer = await send(world, pb.ImportLiaisonsRequest(file_name="a.xlsx", content=content), LEAD)
    assert (answer.row_count, answer.created_count, list(answer.errors)) == (2, 1, [])


async def test_a_file_and_a_hand_at_once_appoint_one(world: World) -> None:
    await world.import_lines(line(1), line(2))
    one = (await world.enterprise(line(1))).id
    rows = ((uscc(1), "李四", "13800000003", "是"), (uscc(2), "王五", "13800000004", "是"))
    by_hand = world.registry(OFFICER).AppointLiaison(appointment(one))
    passed, refused = await race(by_hand, send(world, file(*rows)), send(world, file(*rows)))
    assert len(passed) + len(refused) == 3
    assert (await world.rows("SELECT count(*) FROM liaison WHERE ended_at IS NULL AND enterprise_id = :id", id=one))[0][
        0
    ] == 1


async def test_contacts_with_their_periods_come_out_masked(world: World) -> None:
    await world.import_lines(
        line(1, contact="张三丰", phone="13800000001"), line(2, FENGJING, contact="王五", phone="13800000009")
    )
    await world.registry(OFFICER).ReplaceLiaison(replacement(await world.enterprise(line(1))))

    async def taken(actor: Actor) -> list[list[Any]]:
        answer = await world.stub(ExportServiceStub, actor).ExportLiaisons(exports_pb.ExportLiaisonsRequest())
        rows = rows_of(answer.content)
        assert (rows[0], answer.row_count, answer.year) == (list(exports.LIAISONS), len(rows) - 1, YEAR)
        return rows[1:]

    present, former = await taken(OFFICER)
    assert [present[0], present[2], present[3], present[6], present[7]] == [uscc(1), "朱泾镇", "李*", "", ""]
    assert (former[0], former[3], former[5], bool(former[6]), former[7]) == (
        uscc(1),
        "张**",
        f"cohort-{YEAR}",
        True,
        "工作调动",
    )
    assert [row[0] for row in await taken(FOREIGN_OFFICER)] == [uscc(2)]
    assert len(await taken(LEAD)) == 3
    kept = await world.rows("SELECT actor, subject, reason FROM audit WHERE action = 'LIAISONS_EXPORTED' ORDER BY position")
    assert tuple(kept[0]) == (OFFICER.subject, f"liaisons/{YEAR}", "2 rows")
    contact = signing.person(Role.ROLE_LIAISON)
    assert (await refusal(taken(contact))).reason == "PERMISSION_DENIED"
