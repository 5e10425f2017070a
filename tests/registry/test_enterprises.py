"""Who sees which enterprise, in detail and in lists alike; areas and units by name; names and numbers of people."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import enterprise_pb2, unit_pb2
from fahu.registry.v1 import registry_service_pb2 as pb
from sqlalchemy import event, select

from kit.auth import Actor
from services.registry.models import Person
from services.registry.service.people import StaffDraft
from tests import signing
from tests.registry.conftest import LEAD, YEAR, World, refusal
from tests.registry.files import FENGJING, HIGH_TECH_PARK, ZHUJING, line, uscc

OFFICER = signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{ZHUJING}", area=ZHUJING)
CENTRE = signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre")
SUPERVISOR = signing.person(Role.ROLE_SUPERVISOR, unit="committee")
STRANGER = signing.person(Role.ROLE_LIAISON, organisation=uuid4())
AREALESS = signing.person(Role.ROLE_AREA_OFFICER, unit="area-nowhere")


async def people_by_name(world: World) -> dict[str, UUID]:
    """Ids of all people by their whole names, read with the keys."""
    async with world.database.read() as session:
        return {world.personal.name(person): person.id for person in await session.scalars(select(Person))}


async def listed(world: World, actor: Actor, **fields: Any) -> list[str]:
    """Names on all pages that the actor gets."""
    names, token = [], ""
    while True:
        response = await world.registry(actor).ListEnterprises(pb.ListEnterprisesRequest(page_token=token, **fields))
        names += [enterprise.name for enterprise in response.enterprises]
        if not (token := response.next_page_token):
            return names


async def seen(world: World, actor: Actor, enterprise_id: str, year: int = 0) -> bool:
    call = world.registry(actor).GetEnterprise(pb.GetEnterpriseRequest(enterprise_id=enterprise_id, year=year))
    if await call.code() is grpc.StatusCode.OK:
        return True
    assert (await refusal(call)).reason == "ENTERPRISE_NOT_FOUND"
    return False


async def test_detail_and_list_agree_on_who_sees_what(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"), line(2), line(3, area=FENGJING))
    own = signing.person(Role.ROLE_LIAISON, person_id=(await people_by_name(world))["张三"])
    ids = {number: (await world.enterprise(line(number))).id for number in (1, 2, 3)}
    expected = {own: [1], OFFICER: [1, 2], CENTRE: [1, 2, 3], LEAD: [1, 2, 3], SUPERVISOR: [1, 2, 3]}
    expected |= {STRANGER: [], AREALESS: []}
    for actor, numbers in expected.items():
        assert await listed(world, actor) == [line(number).name for number in numbers]
        assert [number for number in ids if await seen(world, actor, ids[number])] == numbers


async def test_an_officer_sees_what_was_in_the_area_that_year(world: World) -> None:
    """It moved away this year: this year's officer of the old area sees last year's page and no other."""
    await world.import_lines(line(1), year=YEAR - 1)
    await world.import_lines(line(1, area=FENGJING))
    enterprise_id = (await world.enterprise(line(1))).id
    elsewhere = signing.person(Role.ROLE_AREA_OFFICER, area=FENGJING)
    assert [await seen(world, OFFICER, enterprise_id, year) for year in (YEAR - 1, YEAR)] == [True, False]
    assert [await seen(world, elsewhere, enterprise_id, year) for year in (YEAR - 1, YEAR)] == [False, True]
    assert [await listed(world, OFFICER, year=year) for year in (YEAR - 1, YEAR)] == [[line(1).name], []]


async def test_an_enterprise_not_designated_this_year_keeps_its_place_and_is_not_listed(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"), year=YEAR - 1)
    assert await listed(world, OFFICER) == []
    last_year = await world.enterprise(line(1), YEAR - 1)
    now = (await world.registry(OFFICER).GetEnterprise(pb.GetEnterpriseRequest(enterprise_id=last_year.id))).enterprise
    assert (now.area_code, now.HasField("designation"), now.HasField("liaison")) == (ZHUJING, False, True)


async def test_filters_narrow_and_combine(world: World) -> None:
    await world.import_lines(line(1, level="区级"), line(2), line(3, area=FENGJING, level="区级"), line(14, area=FENGJING))
    names = {number: line(number).name for number in (1, 2, 3, 14)}
    district = enterprise_pb2.LEVEL_DISTRICT
    assert await listed(world, LEAD, area_code=FENGJING) == [names[3], names[14]]
    assert await listed(world, LEAD, level=district) == [names[1], names[3]]
    assert await listed(world, LEAD, level=district, area_code=FENGJING) == [names[3]]
    assert await listed(world, LEAD, text="例01") == [names[14]]
    assert await listed(world, LEAD, text=uscc(2)[:17].lower()) == [names[2]]
    assert await listed(world, LEAD, text=" 示例 ", year=YEAR - 1) == []
    for wildcard in ("%", "_", "\\"):
        assert await listed(world, LEAD, text=wildcard) == []


async def test_pages_hold_every_enterprise_once(world: World) -> None:
    await world.import_lines(*[line(number) for number in range(7)])
    assert await listed(world, LEAD, page_size=3) == [line(number).name for number in range(7)]
    first = await world.registry().ListEnterprises(pb.ListEnterprisesRequest(page_size=3))
    for token, area in ((first.next_page_token, ZHUJING), ("garbage", "")):
        request = pb.ListEnterprisesRequest(page_size=3, page_token=token, area_code=area)
        assert (await refusal(world.registry().ListEnterprises(request))).reason == "PAGE_TOKEN_INVALID"


async def test_a_longer_list_asks_no_more_queries(world: World) -> None:
    await world.import_lines(*[line(n, contact="张三", phone=f"138000000{n:02}") for n in range(12)])
    counts: list[int] = []

    def count(*_: Any) -> None:
        counts[-1] += 1

    event.listen(world.database.engine.sync_engine, "before_cursor_execute", count)
    for size in (1, 12):
        counts.append(0)
        response = await world.registry().ListEnterprises(pb.ListEnterprisesRequest(page_size=size))
        assert len(response.enterprises) == size
    assert counts == [1, 1]


async def test_areas_have_the_names_of_the_day(world: World) -> None:
    async def name(on: str) -> str:
        areas = (await world.registry().ListAreas(pb.ListAreasRequest(on=on))).areas
        assert [area.code for area in areas] == sorted(area.code for area in areas)
        assert sum(area.district_quota for area in areas) == 33
        return next(str(area.name) for area in areas if area.code == HIGH_TECH_PARK)

    assert await name("2021-12-31") == "金山工业区"
    assert await name("2022-01-01") == "上海湾区高新技术产业开发区"
    assert await name("") == "上海湾区高新技术产业开发区"
    assert (await refusal(name("2021-02-30"))).violations[0].field == "on"


async def test_units_stand_in_the_notices_order_with_their_people(world: World) -> None:
    roles = frozenset({int(Role.ROLE_AGENCY_LEAD)})
    leader = await world.staff(StaffDraft("court", roles, "王院长", "13900000001"))
    await world.change(
        "INSERT INTO unit_duty (id, unit_code, duty, person_id, started_at) VALUES (:i, 'court', 'LEADER', :p, now())",
        i=uuid4(),
        p=leader,
    )
    units = (await world.registry().ListUnits(pb.ListUnitsRequest())).units
    assert [unit.name for unit in units][:10] == [
        "区法院", "区检察院", "公安金山分局", "区司法局", "区人社局", "区生态环境局", "区应急管理局", "区市场监管局",
        "区消防救援支队", "区综治中心",
    ]  # fmt: skip
    assert [(duty.duty, duty.name) for duty in units[0].duties] == [(unit_pb2.DUTY_LEADER, "王院长")]
    offices = (await world.registry().ListUnits(pb.ListUnitsRequest(kind=unit_pb2.UNIT_KIND_AREA_OFFICE))).units
    assert len(offices) == 12
    assert {unit.area_code for unit in offices} >= {ZHUJING, FENGJING}
    outside = (await world.registry(STRANGER).ListUnits(pb.ListUnitsRequest())).units
    assert outside[0].duties[0].name == "王**"


async def test_names_are_whole_for_staff_and_masked_for_other_enterprises(world: World) -> None:
    await world.staff(StaffDraft("court", frozenset({int(Role.ROLE_AGENCY_LEAD)}), "王院长", "13900000001"))
    await world.import_lines(line(1, contact="张三", phone="13800000001"), line(2, contact="李四", phone="13800000002"))
    enterprise = await world.enterprise(line(1))
    fresh = pb.NewLiaison(name="赵六", phone="13800000003", consented=True)
    await world.registry().ReplaceLiaison(
        pb.ReplaceLiaisonRequest(
            enterprise_id=enterprise.id, liaison=fresh, reason="x", expected_version=enterprise.version, request_id="r"
        )
    )
    ids = await people_by_name(world)
    request = pb.BatchGetPersonNamesRequest(person_ids=[*map(str, ids.values()), str(uuid4())])

    async def names(actor: Actor) -> set[str]:
        return {one.name for one in (await world.registry(actor).BatchGetPersonNames(request)).names}

    handler = signing.person(Role.ROLE_AGENCY_HANDLER, unit="hrss")
    assert await names(handler) == {"王院长", "张三", "李四", "赵六"}
    present = signing.person(Role.ROLE_LIAISON, person_id=ids["赵六"])
    assert await names(present) == {"王**", "张三", "李*", "赵六"}
    former = signing.person(Role.ROLE_LIAISON, person_id=ids["张三"])
    assert await names(former) == {"王**", "张三", "李*", "赵*"}
    found = (await world.registry(handler).BatchGetPersonNames(request)).names
    assert {one.name: one.unit_code for one in found if one.unit_code} == {"王院长": "court"}


async def test_a_whole_number_is_shown_for_a_reason_that_the_audit_keeps(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"))
    person_id = str((await people_by_name(world))["张三"])
    response = await world.registry(CENTRE).RevealPhone(pb.RevealPhoneRequest(person_id=person_id, reason="电话通知"))
    assert (response.phone, response.name) == ("13800000001", "张三")
    row = (await world.rows("SELECT actor, action, subject, reason FROM audit ORDER BY position DESC LIMIT 1"))[0]
    assert tuple(row) == (CENTRE.subject, "PHONE_REVEALED", f"person/{person_id}", "电话通知")
    without_reason = pb.RevealPhoneRequest(person_id=person_id, reason="  ")
    assert (await refusal(world.registry(CENTRE).RevealPhone(without_reason))).violations[0].field == "reason"
    unknown = pb.RevealPhoneRequest(person_id=str(uuid4()), reason="电话通知")
    assert (await refusal(world.registry(CENTRE).RevealPhone(unknown))).reason == "PERSON_NOT_FOUND"


@pytest.mark.parametrize("text", ["' OR 1=1 --", "\u202e", "😀" * 100])
async def test_no_text_breaks_a_search(world: World, text: str) -> None:
    assert await listed(world, LEAD, text=text) == []


async def test_reads_go_on_while_an_import_runs(world: World) -> None:
    """An import locks out other imports, never readers."""
    lines = [line(number) for number in range(300)]
    importing = asyncio.ensure_future(world.import_lines(*lines))
    while not importing.done():
        await asyncio.wait_for(world.registry().ListEnterprises(pb.ListEnterprisesRequest()), 3)
    assert (await importing).created_count == 300
