"""Filing on behalf, many at once: all are taken in as single ones are, or none is and every fault is told."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import on_behalf_service_pb2 as rpc

from tests import signing
from tests.dispatch import looks, scenes
from tests.dispatch.conftest import World

ON_SITE, PHONE = pb.CHANNEL_ON_SITE, pb.CHANNEL_PHONE


def one(world: World, **fields: Any) -> rpc.FiledDemand:
    values: dict[str, Any] = {
        "kind": pb.DEMAND_KIND_DEMAND,
        "category_code": "hrss",
        "title": "经济补偿",
        "body": "现场咨询：三名员工的经济补偿如何计算？",
        "enterprise_id": str(world.enterprise.id),
    }
    return rpc.FiledDemand(**(values | fields))


def batch(*demands: rpc.FiledDemand, **fields: Any) -> rpc.FileDemandsRequest:
    values: dict[str, Any] = {"channel": ON_SITE, "demands": demands, "request_id": uuid4().hex}
    return rpc.FileDemandsRequest(**(values | fields))


async def file(world: World, actor: Any, request: rpc.FileDemandsRequest) -> list[Any]:
    return list((await world.call(actor, "FileDemands", request)).demands)


@pytest.mark.parametrize("channel", [ON_SITE, PHONE])
async def test_each_is_routed_timed_and_told_as_if_it_had_come_alone(world: World, channel: Any) -> None:
    centre = world.centre()
    texts = [f"第{number}件" for number in range(4)]
    drafts = [
        one(world, title=texts[0]),
        one(world, title=texts[1], category_code="unsure"),
        one(world, title=texts[2], category_code="eco_env", enterprise_id=str(world.neighbour.id)),
        one(world, title=texts[3], kind=pb.DEMAND_KIND_SUGGESTION),
    ]
    filed = await file(world, centre, batch(*drafts, channel=channel))
    assert [demand.title for demand in filed] == texts
    assert [demand.lead_unit_code for demand in filed] == ["hrss", "", "eco_env", "hrss"]
    assert {(demand.channel, demand.submitted_for_by_unit, demand.submitted_by) for demand in filed} == {
        (channel, "centre", centre.subject)
    }
    for demand, draft in zip(filed, drafts, strict=True):
        owner = world.neighbour if draft.enterprise_id == str(world.neighbour.id) else world.enterprise
        alone = await world.submit(
            centre, channel=channel, category_code=draft.category_code, enterprise_id=draft.enterprise_id
        )
        assert {(clock.kind, clock.due_at.seconds) for clock in demand.clocks} == {
            (clock.kind, clock.due_at.seconds) for clock in alone.clocks
        }
        assert await world.events(demand.id) == await world.events(alone.id)
        assert (await looks.read(world, demand, owner.actor())).body == draft.body
    assert len({demand.serial for demand in filed}) == len(filed)
    await scenes.check_histories(world)


async def test_what_an_enterprise_ticks_counts_in_a_batch_too(world: World) -> None:
    drafts = [
        one(world, subject_unit_code="hrss"),
        one(world, shielded=True),
        one(world, before_court=True),
        one(world),
    ]
    filed = await file(world, world.centre(), batch(*drafts))
    assert [demand.triage_reason for demand in filed] == [
        pb.TRIAGE_REASON_CONFLICT,
        pb.TRIAGE_REASON_UNSPECIFIED,
        pb.TRIAGE_REASON_JUDICIAL,
        pb.TRIAGE_REASON_UNSPECIFIED,
    ]
    assert [demand.shielded for demand in filed] == [False, True, False, False]
    refused = await world.refused(world.centre(), "FileDemands", batch(one(world), one(world, subject_unit_code="nobody")))
    assert [(fault.field, fault.rule) for fault in refused.violations] == [
        ("demands[1].subject_unit_code", "UNIT_NOT_AN_AGENCY")
    ]


async def test_an_offices_batch_is_of_its_area(world: World) -> None:
    filed = await file(world, world.officer(), batch(one(world), one(world)))
    assert {demand.submitted_for_by_unit for demand in filed} == {f"area-{world.enterprise.area}"}
    foreign = batch(one(world), one(world, enterprise_id=str(world.neighbour.id)))
    found = await world.refused(world.officer(), "FileDemands", foreign)
    assert [(fault.field, fault.rule) for fault in found.violations] == [
        ("demands[1].enterprise_id", "ENTERPRISE_NOT_FOUND")
    ]
    for actor in (world.enterprise.actor(), world.agency(), world.supervisor()):
        assert (await world.refused(actor, "FileDemands", batch(one(world)))).reason == "PERMISSION_DENIED"


async def test_everything_wrong_with_any_is_told_at_once_and_nothing_is_written(world: World) -> None:
    request = batch(
        one(world),
        one(world, category_code="astrology", enterprise_id=str(uuid4())),
        one(world, title="　", body="x" * 5001),
        one(world, kind=9, category_code="", enterprise_id="mine"),
        one(world, enterprise_id=str(world.last_year.id)),
        one(world, enterprise_id="", title="", category_code="astrology"),
    )
    found = await world.refused(world.centre(), "FileDemands", request)
    assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "DEMANDS_INVALID")
    assert {(fault.field, fault.rule) for fault in found.violations} == {
        ("demands[1].category_code", "CATEGORY_UNKNOWN"),
        ("demands[1].enterprise_id", "ENTERPRISE_NOT_FOUND"),
        ("demands[2].title", "string.pattern"),
        ("demands[2].body", "string.max_len"),
        ("demands[3].kind", "enum.defined_only"),
        ("demands[3].category_code", "string.min_len"),
        ("demands[3].enterprise_id", "string.uuid"),
        ("demands[4].enterprise_id", "ENTERPRISE_NOT_DESIGNATED"),
        ("demands[5].enterprise_id", "required"),
        ("demands[5].title", "string.pattern"),
        ("demands[5].category_code", "CATEGORY_UNKNOWN"),
    }


async def test_the_batch_as_a_whole_has_its_rules(world: World) -> None:
    for request in (
        batch(),
        batch(*[one(world)] * 51),
        batch(one(world), channel=pb.CHANNEL_MINI_PROGRAM),
        batch(one(world), channel=0),
        batch(one(world), request_id=""),
        batch(one(world), one(world, title="a\x00b")),
    ):
        assert (await world.refused(world.centre(), "FileDemands", request)).reason == "FIELDS_INVALID"
    assert len(await file(world, world.centre(), batch(*[one(world)] * 50))) == 50


async def test_a_contact_who_is_an_officer_does_not_telephone_for_itself(world: World) -> None:
    roles = (Role.ROLE_LIAISON, Role.ROLE_AREA_OFFICER)
    unit, area = f"area-{world.enterprise.area}", world.enterprise.area
    both = signing.person(*roles, unit=unit, area=area, organisation=world.enterprise.id, person_id=world.enterprise.liaison)
    found = await world.refused(both, "FileDemands", batch(one(world)))
    assert [fault.rule for fault in found.violations] == ["CHANNEL_NOT_ALLOWED"]


async def test_the_same_batch_again_is_the_same_demands(world: World) -> None:
    centre, request = world.centre(), batch(one(world, title="甲"), one(world, title="乙"))
    found = await asyncio.gather(*[file(world, centre, request) for _ in range(6)])
    first = [demand.id for demand in found[0]]
    assert all([demand.id for demand in demands] == first for demands in found)
    accepted = await world.move(world.agency(), "AcceptDemand", found[0][0])
    before = await world.snapshot()
    again = await file(world, centre, request)
    assert [(demand.id, demand.version) for demand in again] == [(first[0], accepted.version), (first[1], 2)]
    request.demands[0].title = "丙"
    assert (await world.refused(centre, "FileDemands", request)).reason == "IDEMPOTENCY_KEY_REUSED"
    assert await world.snapshot() == before
    request.request_id = uuid4().hex
    assert {demand.id for demand in await file(world, centre, request)}.isdisjoint(first)
