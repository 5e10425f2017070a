"""Reply templates: whose they are, whom they are offered to, and that no version of them is lost."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import reply_template_service_pb2 as rpc

from kit.auth import Actor
from tests import signing
from tests.dispatch.conftest import World

TEXTS: dict[str, Any] = {
    "title": "经济补偿",
    "category_code": "hrss",
    "state": pb.STATE_HANDLING,
    "conclusion": "按工作年限支付经济补偿。",
    "legal_basis": "《劳动合同法》第四十七条",
    "next_steps": "提前三十日书面通知。",
}


def content(**fields: Any) -> rpc.ReplyTemplateContent:
    return rpc.ReplyTemplateContent(**(TEXTS | fields))


async def create(world: World, actor: Actor, **fields: Any) -> Any:
    request = rpc.CreateReplyTemplateRequest(content=content(**fields), request_id=uuid4().hex)
    return (await world.call(actor, "CreateReplyTemplate", request)).reply_template


def on(template: Any, **fields: Any) -> rpc.ReplyTemplatePrecondition:
    values = {"reply_template_id": template.id, "expected_version": template.version, "request_id": uuid4().hex}
    return rpc.ReplyTemplatePrecondition(**(values | fields))


def update(template: Any, **fields: Any) -> rpc.UpdateReplyTemplateRequest:
    return rpc.UpdateReplyTemplateRequest(on=on(template), content=content(**fields))


async def offered(world: World, actor: Actor, **fields: Any) -> list[str]:
    found: list[str] = []
    request = rpc.ListReplyTemplatesRequest(page_size=2, **fields)
    while True:
        answer = await world.call(actor, "ListReplyTemplates", request)
        found += [one.id for one in answer.reply_templates]
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def test_each_is_offered_the_centres_and_its_own_units(world: World) -> None:
    shared, ours = await create(world, world.centre()), await create(world, world.agency())
    theirs = await create(world, world.agency("eco_env"))
    assert (shared.unit_code, ours.unit_code) == ("centre", "hrss")
    assert ours.content == content()
    for actor, seen in (
        (world.agency(), {shared.id, ours.id}),
        (world.leader(), {shared.id, ours.id}),
        (world.agency("eco_env"), {shared.id, theirs.id}),
        (world.centre(), {shared.id, ours.id, theirs.id}),
    ):
        found = set(await offered(world, actor))
        assert found & {shared.id, ours.id, theirs.id} == seen
        for one in (shared, ours, theirs):
            request = rpc.GetReplyTemplateRequest(reply_template_id=one.id)
            if one.id in seen:
                assert (await world.call(actor, "GetReplyTemplate", request)).reply_template == one
            else:
                assert (await world.refused(actor, "GetReplyTemplate", request)).reason == "REPLY_TEMPLATE_NOT_FOUND"
                hidden = await world.refused(actor, "UpdateReplyTemplate", update(one))
                assert hidden.reason == "REPLY_TEMPLATE_NOT_FOUND"
    for actor in (
        world.enterprise.actor(),
        world.officer(),
        world.supervisor(),
        world.agency("hrss", Role.ROLE_AGENCY_CONTACT),
    ):
        refused = await world.refused(actor, "ListReplyTemplates", rpc.ListReplyTemplatesRequest())
        assert refused.reason == "PERMISSION_DENIED"


async def test_they_are_offered_by_category_and_state_newest_first(world: World) -> None:
    agency = world.agency("eco_env")
    before = set(await offered(world, agency))
    all_of_them = [
        await create(world, agency, category_code="eco_env"),
        await create(world, agency, category_code=""),
        await create(world, agency, category_code="eco_env", state=pb.STATE_PARKED),
        await create(world, agency, category_code="hrss"),
    ]
    ids = [one.id for one in all_of_them]
    for fields, wanted in (
        ({}, ids),
        ({"category_code": "eco_env"}, ids[:3]),
        ({"state": pb.STATE_HANDLING}, [ids[0], ids[1], ids[3]]),
        ({"category_code": "eco_env", "state": pb.STATE_HANDLING}, ids[:2]),
        ({"state": pb.STATE_CLOSED}, []),
    ):
        assert [one for one in await offered(world, agency, **fields) if one not in before] == wanted[::-1], fields


async def test_only_the_unit_it_belongs_to_changes_a_template(world: World) -> None:
    shared, ours = await create(world, world.centre()), await create(world, world.agency())
    for actor, template in ((world.agency(), shared), (world.centre(), ours)):
        refused = await world.refused(actor, "UpdateReplyTemplate", update(template, title="改动"))
        assert refused.reason == "PERMISSION_DENIED"
        refused = await world.refused(actor, "RetireReplyTemplate", rpc.RetireReplyTemplateRequest(on=on(template)))
        assert refused.reason == "PERMISSION_DENIED"
    colleague = signing.person(Role.ROLE_AGENCY_HANDLER, unit="hrss")
    changed = (await world.call(colleague, "UpdateReplyTemplate", update(ours, title="改动"))).reply_template
    assert (changed.version, changed.content.title, changed.changed_by) == (2, "改动", colleague.subject)
    nobodys = signing.person(Role.ROLE_AGENCY_HANDLER)
    request = rpc.CreateReplyTemplateRequest(content=content(), request_id="x")
    assert (await world.refused(nobodys, "CreateReplyTemplate", request)).reason == "PERMISSION_DENIED"


async def test_every_version_is_kept_and_what_is_retired_stays_to_be_read(world: World) -> None:
    agency = world.agency()
    first = await create(world, agency)
    second = (await world.call(agency, "UpdateReplyTemplate", update(first, conclusion="新的结论"))).reply_template
    stale = await world.refused(agency, "UpdateReplyTemplate", update(first))
    assert (stale.reason, stale.metadata) == ("STALE_VERSION", {"version": "2"})
    retired = (await world.call(agency, "RetireReplyTemplate", rpc.RetireReplyTemplateRequest(on=on(second)))).reply_template
    assert (retired.version, retired.HasField("retired_at")) == (3, True)
    assert first.id not in await offered(world, agency)
    assert first.id in await offered(world, agency, retired=True)
    assert (await world.refused(agency, "UpdateReplyTemplate", update(retired))).reason == "REPLY_TEMPLATE_NOT_FOUND"
    rows = await world.sql(
        "SELECT version, content->>'conclusion', retired FROM reply_template_change WHERE reply_template_id = :id"
        " ORDER BY version",
        id=first.id,
    )
    kept = [tuple(row) for row in rows]
    assert kept == [(1, TEXTS["conclusion"], False), (2, "新的结论", False), (3, "新的结论", True)]


async def test_a_retry_takes_effect_once(world: World) -> None:
    agency = world.agency()
    making = rpc.CreateReplyTemplateRequest(content=content(), request_id=uuid4().hex)
    made = await asyncio.gather(*[world.call(agency, "CreateReplyTemplate", making) for _ in range(6)])
    (template_id,) = {one.reply_template.id for one in made}
    changing = update(made[0].reply_template, title="改动")
    changed = (await world.call(agency, "UpdateReplyTemplate", changing)).reply_template
    retiring = rpc.RetireReplyTemplateRequest(on=on(changed))
    await world.call(agency, "RetireReplyTemplate", retiring)
    before = await world.snapshot()
    for method, request in (
        ("CreateReplyTemplate", making),
        ("UpdateReplyTemplate", changing),
        ("RetireReplyTemplate", retiring),
    ):
        assert (await world.call(agency, method, request)).reply_template.id == template_id
    assert await world.snapshot() == before
    making.content.title = changing.content.title = "别的"
    for method, request in (("CreateReplyTemplate", making), ("UpdateReplyTemplate", changing)):
        found = await world.refused(agency, method, request)
        assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED")


async def test_a_template_is_for_a_category_there_is_and_a_state_in_which_somebody_answers(world: World) -> None:
    agency, template = world.agency(), await create(world, world.agency())
    unknown = rpc.CreateReplyTemplateRequest(content=content(category_code="astrology"), request_id="x")
    assert (await world.refused(agency, "CreateReplyTemplate", unknown)).reason == "CATEGORY_UNKNOWN"
    found = await world.refused(agency, "UpdateReplyTemplate", update(template, category_code="astrology"))
    assert found.reason == "CATEGORY_UNKNOWN"
    for bad in ({"state": pb.STATE_CLOSED}, {"title": "　"}, {"conclusion": ""}, {"legal_basis": "x" * 2001}):
        request = rpc.CreateReplyTemplateRequest(content=content(**bad), request_id="x")
        assert (await world.refused(agency, "CreateReplyTemplate", request)).reason == "FIELDS_INVALID", bad
