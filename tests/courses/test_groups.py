"""The four groups and the zones, as supervisors arrange them."""

from typing import Any
from uuid import uuid4

import pytest
from fahu.courses.v1 import corps_pb2 as pb
from fahu.courses.v1 import corps_service_pb2 as rpc
from fahu.courses.v1.corps_service_pb2_grpc import CorpsServiceStub
from sqlalchemy.exc import IntegrityError

from kit.auth import Actor
from kit.db import constraint_of
from tests.courses.conftest import HOST, SUPERVISOR, World, refusal


def stub(world: World, actor: Actor = SUPERVISOR) -> Any:
    return world.stub(CorpsServiceStub, actor)


async def zones(world: World, actor: Actor = SUPERVISOR) -> dict[str, pb.Zone]:
    answer = await stub(world, actor).ListZones(rpc.ListZonesRequest())
    return {zone.code: zone for zone in answer.zones}


def wanted(zone: pb.Zone, areas: list[str], **changes: Any) -> rpc.UpdateZoneRequest:
    values: dict[str, Any] = {"code": zone.code, "name": zone.name, "area_codes": areas, "expected_version": zone.version}
    return rpc.UpdateZoneRequest(**(values | {"request_id": uuid4().hex} | changes))


async def test_groups_show_their_units_to_all(world: World) -> None:
    for actor in (HOST, world.firms[0].contact):
        groups = (await stub(world, actor).ListConsultationGroups(rpc.ListConsultationGroupsRequest())).groups
        assert [len(group.units) for group in groups] == [2, 3, 2, 3]
        assert ("hrss", "名：hrss") in [(unit.code, unit.name) for unit in groups[2].units]


async def test_a_supervisor_renames_a_group_once(world: World) -> None:
    request = rpc.UpdateConsultationGroupRequest(
        number=3, name="企业服务组", topics="企业注册、用工", expected_version=1, request_id=uuid4().hex
    )
    found = (await stub(world).UpdateConsultationGroup(request)).group
    assert (found.name, found.topics, found.version) == ("企业服务组", "企业注册、用工", 2)
    assert (await stub(world).UpdateConsultationGroup(request)).group == found
    request.request_id = uuid4().hex
    assert (await refusal(stub(world).UpdateConsultationGroup(request))).reason == "STALE_VERSION"
    assert (await refusal(stub(world, HOST).UpdateConsultationGroup(request))).reason == "PERMISSION_DENIED"


async def test_an_area_goes_from_one_zone_to_another(world: World) -> None:
    before = await zones(world)
    west, coast = before["west"], before["coast"]
    moved = coast.area_codes[0]
    request = wanted(west, [*west.area_codes, moved], name="西片")
    found = (await stub(world).UpdateZone(request)).zone
    assert (found.name, moved in found.area_codes, found.version) == ("西片", True, 2)
    after = await zones(world, world.firms[0].contact)
    assert moved not in after["coast"].area_codes
    assert after["coast"].version == coast.version + 1
    assert after["parks"] == before["parks"]
    assert (await refusal(stub(world).UpdateZone(wanted(coast, list(coast.area_codes))))).reason == "STALE_VERSION"


async def test_no_area_is_left_without_a_zone(world: World) -> None:
    west = (await zones(world))["west"]
    left = await refusal(stub(world).UpdateZone(wanted(west, list(west.area_codes[1:]))))
    assert (left.reason, left.metadata["areas"]) == ("AREA_WITHOUT_ZONE", west.area_codes[0])
    unknown = await refusal(stub(world).UpdateZone(wanted(west, [*west.area_codes, "310116999"])))
    assert (unknown.reason, unknown.metadata["areas"]) == ("AREA_UNKNOWN", "310116999")
    assert (await zones(world))["west"] == west


async def test_an_area_that_the_registry_told_of_may_be_given_a_zone(world: World) -> None:
    await world.change("INSERT INTO unit SELECT 'area-new', '新镇', 'AREA_OFFICE', '310116999', true, '{}', '{}', 1")
    west = (await zones(world))["west"]
    found = (await stub(world).UpdateZone(wanted(west, [*west.area_codes, "310116999"]))).zone
    assert "310116999" in found.area_codes


async def test_the_database_leaves_no_area_without_a_zone(world: World) -> None:
    with pytest.raises(IntegrityError) as caught:
        await world.change("DELETE FROM zone_area WHERE area_code = '310116101'")
    assert constraint_of(caught.value) == "zone_area_kept"
