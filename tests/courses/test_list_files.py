"""Consultations, their records and requests for lectures as files: what the caller may list, and who took it is kept."""

from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import consultation_record_service_pb2 as record_rpc
from fahu.courses.v1 import consultation_service_pb2 as rpc
from fahu.courses.v1 import lecture_request_pb2 as request_pb
from fahu.courses.v1 import lecture_request_service_pb2 as request_rpc

from kit.auth import Actor
from kit.sheets import spreadsheet
from kit.sheets.rows import Columns
from services.courses.service import exports
from services.courses.servicer import sheets
from tests import signing
from tests.courses.asking import FIRST, Asking, asking_in
from tests.courses.conftest import CENTRE, HOST, OTHER_HOST, SUPERVISOR, World, refusal
from tests.courses.consulting import COLLEAGUE, YEAR, Consulting, consulting

OFFICER = signing.person(Role.ROLE_AREA_OFFICER, area="310116101")
OFFICER_ELSEWHERE = signing.person(Role.ROLE_AREA_OFFICER, area="310116109")


@pytest.fixture
async def corps(world: World) -> Consulting:
    return await consulting(world)


@pytest.fixture
async def asking(world: World) -> Asking:
    return await asking_in(world)


def read(content: bytes, header: tuple[str, ...]) -> list[dict[str, str]]:
    return [dict(one.cells) for one in spreadsheet.read_rows("a.xlsx", content, Columns(header, header))]


async def sessions(corps: Consulting, actor: Actor, **wanted: Any) -> list[dict[str, str]]:
    request = rpc.ExportConsultationsRequest(**({"year": YEAR} | wanted))
    return read((await corps.sessions(actor).ExportConsultations(request)).content, sheets.CONSULTATIONS)


async def records(corps: Consulting, actor: Actor, year: int, **wanted: Any) -> list[dict[str, str]]:
    request = record_rpc.ExportConsultationRecordsRequest(year=year, **wanted)
    return read((await corps.records(actor).ExportConsultationRecords(request)).content, sheets.RECORDS)


async def requests(asking: Asking, actor: Actor, **wanted: Any) -> list[dict[str, str]]:
    request = request_rpc.ExportLectureRequestsRequest(year=FIRST.year, **wanted)
    return read((await asking.stub(actor).ExportLectureRequests(request)).content, sheets.REQUESTS)


async def kept(world: World, action: str) -> list[tuple[str, ...]]:
    query = "SELECT actor, subject, reason FROM act WHERE action = :action ORDER BY id"
    return [tuple(row) for row in await world.rows(query, action=action)]


async def test_sessions_of_a_year_with_slots_and_advisers(corps: Consulting) -> None:
    session = await corps.open_to_all()
    await corps.book(session, corps.here[0])
    await corps.plan(days=1)
    shown, planned = await sessions(corps, HOST)
    assert (shown["编号"], shown["状态"], shown["档数"], shown["已约档数"]) == (session.serial, "已公布", "6", "1")
    assert (shown["咨询员"], shown["地点"]) == ("咨询员hrss（名：hrss）", session.place)
    assert shown["开始时间"].endswith(" 09:00")
    assert (planned["状态"], planned["全部开放时间"]) == ("已安排", "")
    counts = {COLLEAGUE: 2, SUPERVISOR: 2, OTHER_HOST: 1, OFFICER: 1, OFFICER_ELSEWHERE: 0}
    for actor, count in counts.items():
        assert len(await sessions(corps, actor)) == count
    assert await sessions(corps, HOST, group_number=1) == []
    assert (await refusal(sessions(corps, corps.here[0].contact))).reason == "PERMISSION_DENIED"
    acts = await kept(corps.world, "CONSULTATIONS_EXPORTED")
    assert acts[0] == (HOST.subject, f"consultations/{YEAR}", "2 rows")
    assert len(acts) == 7


async def test_records_go_to_who_may_read_them_and_that_is_kept(corps: Consulting) -> None:
    session = await corps.begin(await corps.announced())
    firm = corps.here[0]
    mine = await corps.record(session, ask=True, designation_id=await corps.designation(firm, session.year))
    await corps.record(session, enterprise_name="=某某商贸")
    await corps.answer(mine, firm, agreed=False)
    first, second = await records(corps, HOST, session.year)
    assert (first["场次编号"], first["企业名称"], first["级别"]) == (session.serial, firm.name, "镇级")
    assert (first["是否转为需求"], first["登记单位"], first["需要继续办理"]) == ("不同意", "名：hrss", mine.follow_up)
    assert (first["咨询的问题"], first["现场答复"]) == (mine.question, mine.advice)
    assert (second["企业名称"], second["级别"], second["是否转为需求"]) == ("'=某某商贸", "", "不需要")
    counts = {COLLEAGUE: 2, CENTRE: 2, firm.contact: 1, OTHER_HOST: 0, corps.elsewhere[0].contact: 0}
    for actor, count in counts.items():
        assert len(await records(corps, actor, session.year)) == count
    assert await records(corps, HOST, session.year + 1) == []
    assert (await refusal(records(corps, OFFICER, session.year))).reason == "PERMISSION_DENIED"
    assert (await refusal(records(corps, HOST, session.year, consultation_id="x"))).reason == "FIELDS_INVALID"
    acts = await kept(corps.world, "CONSULTATION_RECORDS_EXPORTED")
    assert acts[:2] == [(one.subject, f"consultation-records/{session.year}", "2 rows") for one in (HOST, COLLEAGUE)]
    assert (firm.contact.subject, f"consultation-records/{session.year}", "1 rows") in acts


async def test_requests_of_a_year_with_the_slots_on_the_table(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    await asking.join(asked, world.firms[2], heads=3)
    other = await asking.ask(world.firms[1])
    await asking.decline(other)
    first, second = await requests(asking, HOST)
    assert (first["编号"], first["部门"], first["企业名称"]) == (asked.serial, "名：hrss", world.firms[0].name)
    assert (first["参加企业数"], first["预计人数"], first["状态"], first["待谁答复"]) == ("2", "11", "待答复", "部门")
    assert first["时段"].count("至") == 3
    assert (second["状态"], second["待谁答复"], second["答复期限"]) == ("已谢绝", "", "")
    assert second["结束原因"] == "本月讲师均已排满"
    counts = {CENTRE: 2, OTHER_HOST: 0, OFFICER: 1, OFFICER_ELSEWHERE: 1}
    for actor, count in counts.items():
        assert len(await requests(asking, actor)) == count
    declined = await requests(asking, HOST, state=request_pb.LECTURE_REQUEST_STATE_DECLINED)
    assert [one["编号"] for one in declined] == [other.serial]
    assert (await refusal(requests(asking, world.firms[0].contact))).reason == "PERMISSION_DENIED"
    acts = await kept(world, "LECTURE_REQUESTS_EXPORTED")
    assert acts[0] == (HOST.subject, f"lecture-requests/{FIRST.year}", "2 rows")


async def test_who_may_only_join_reads_no_more_in_a_file(world: World, asking: Asking) -> None:
    """Somebody of another agency who is also the contact of an enterprise of the zone."""
    asked = await asking.ask(world.firms[0])
    guest = world.firms[2].contact
    both = Actor(
        subject=guest.subject,
        roles=guest.roles | OTHER_HOST.roles,
        unit_code=OTHER_HOST.unit_code,
        organisation_id=guest.organisation_id,
    )
    (line,) = await requests(asking, both)
    assert line["编号"] == asked.serial
    assert [line[name] for name in ("企业名称", "区域代码", "地点", "预计人数")] == ["", "", "", ""]


async def test_a_list_that_is_too_long_is_no_file(corps: Consulting, monkeypatch: pytest.MonkeyPatch) -> None:
    for days in (0, 1):
        await corps.plan(days=days)
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    refused = await refusal(sessions(corps, HOST))
    assert (refused.reason, refused.metadata) == ("EXPORT_TOO_LARGE", {"rows": "1"})
    assert await kept(corps.world, "CONSULTATIONS_EXPORTED") == []
