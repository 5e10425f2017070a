"""Where categories lead: who changes it, what is kept of it, and what returns teach."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import routing_service_pb2 as routing

from kit.auth import Actor
from services.dispatch.queries.routing import rule_for_update
from services.dispatch.rules import Action, State
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import World
from tests.dispatch.scenes import demand_at, take
from tests.dispatch.test_co_handlers import keep

ADOPT, DISMISS = routing.ROUTING_DECISION_ADOPTED, routing.ROUTING_DECISION_DISMISSED


async def rules(world: World, actor: Actor | None = None) -> dict[str, Any]:
    answer = await world.call(actor or world.centre(), "ListRoutingRules", routing.ListRoutingRulesRequest())
    return {rule.category_code: rule for rule in answer.rules}


def wanted(rule: Any, *units: str, **fields: Any) -> Any:
    values = {"category_code": rule.category_code, "expected_version": rule.version, "unit_codes": units}
    return routing.SetRoutingRuleRequest(**(values | fields))


async def put(world: World, actor: Actor, request: Any) -> Any:
    return (await world.call(actor, "SetRoutingRule", request)).rule


@pytest.fixture(autouse=True)
async def _as_the_notice_has_it(world: World) -> None:
    """Labour matters lead to hrss before each test, and nothing is suggested."""
    rule = (await rules(world))["hrss"]
    await put(world, world.centre_lead(), wanted(rule, "hrss"))
    for one in await suggestions(world):
        await decide(world, world.centre_lead(), one, DISMISS)


async def suggestions(world: World, actor: Actor | None = None) -> list[Any]:
    request = routing.ListRoutingSuggestionsRequest()
    return list((await world.call(actor or world.centre(), "ListRoutingSuggestions", request)).suggestions)


async def decide(world: World, actor: Actor, one: Any, decision: Any) -> Any:
    request = routing.DecideRoutingSuggestionRequest(suggestion_id=one.id, decision=decision)
    return (await world.call(actor, "DecideRoutingSuggestion", request)).suggestion


async def refusal(world: World, actor: Actor, one: Any, decision: Any) -> str:
    request = routing.DecideRoutingSuggestionRequest(suggestion_id=one.id, decision=decision)
    return (await world.refused(actor, "DecideRoutingSuggestion", request)).reason


async def returned(world: World, to: str = "eco_env", **proposal: Any) -> Any:
    """A demand that hrss sent back with the centre's yes."""
    demand = await demand_at(world, State.DISPATCHED)
    asked = await world.move(world.agency(), "AskReturn", demand, **scenes.RETURN | proposal)
    return await world.move(world.centre(), "DecideReturn", asked, approve=True, unit_code=to)


async def test_the_rules_are_those_of_the_notice_until_somebody_changes_them(world: World) -> None:
    found = await rules(world)
    assert next(iter(found)) == "court"
    assert "unsure" not in found
    court = found["court"]
    assert (list(court.unit_codes), court.version, court.changed_by, court.HasField("changed_at")) == (
        ["court"],
        1,
        "",
        False,
    )


async def test_a_changed_rule_leads_from_then_on_and_the_old_one_is_kept(world: World) -> None:
    before, lead = (await rules(world))["hrss"], world.centre_lead()
    rule = await put(world, lead, wanted(before, "eco_env"))
    assert (rule.version, list(rule.unit_codes), rule.changed_by) == (before.version + 1, ["eco_env"], str(lead.person_id))
    assert rule.HasField("changed_at")
    assert (await rules(world, world.supervisor()))["hrss"] == rule
    assert (await world.submit()).lead_unit_code == "eco_env"
    kept = await world.sql(
        "SELECT unit_code, active FROM routing_rule WHERE category_code = 'hrss' AND version >= :v ORDER BY version",
        v=before.version,
    )
    assert [tuple(row) for row in kept] == [("hrss", False), ("eco_env", True)]


@pytest.mark.parametrize("units", [(), ("hrss", "eco_env")])
async def test_a_category_that_leads_to_none_or_several_is_for_the_centre(world: World, units: tuple[str, ...]) -> None:
    before, lead = (await rules(world))["hrss"], world.centre_lead()
    rule = await put(world, lead, wanted(before, *units))
    assert (tuple(rule.unit_codes), rule.changed_by) == (units, str(lead.person_id))
    assert rule.version > before.version
    assert (await world.submit()).triage_reason == pb.TRIAGE_REASON_NO_SINGLE_LEAD
    again = await put(world, lead, wanted(rule, "hrss"))
    assert (again.version, list(again.unit_codes)) == (rule.version + 1, ["hrss"])
    assert (await world.submit()).lead_unit_code == "hrss"


@pytest.mark.parametrize("units", [(), ("eco_env",), ("eco_env", "hrss")])
async def test_a_rule_asked_for_twice_is_changed_once(world: World, units: tuple[str, ...]) -> None:
    lead = world.centre_lead()
    request = wanted((await rules(world))["hrss"], *units)
    first = await put(world, lead, request)
    before = await world.snapshot()
    assert await put(world, lead, request) == first
    assert await world.snapshot() == before
    other = routing.SetRoutingRuleRequest()
    other.CopyFrom(request)
    other.unit_codes.extend(["court"])
    for actor, asked in ((lead, other), (world.centre_lead(), request)):
        found = await world.refused(actor, "SetRoutingRule", asked)
        assert (found.reason, found.metadata) == ("STALE_VERSION", {"version": str(first.version)})
    later = await put(world, world.centre_lead(), wanted(first, "hrss"))
    assert (await world.refused(lead, "SetRoutingRule", request)).metadata == {"version": str(later.version)}


async def test_of_two_who_change_a_rule_at_once_one_does(world: World) -> None:
    request = wanted((await rules(world))["hrss"], "eco_env")
    calls = [put(world, world.centre_lead(), request) for _ in range(4)]
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert [one.code() for one in found if isinstance(one, grpc.aio.AioRpcError)] == [grpc.StatusCode.ABORTED] * 3
    assert list((await rules(world))["hrss"].unit_codes) == ["eco_env"]


async def test_a_rule_leads_to_agencies_that_take_part(world: World) -> None:
    await keep(world, "fire_rescue", active=False)
    rule = (await rules(world))["hrss"]
    for units in (["centre"], ["nobody"], ["fire_rescue"], ["eco_env", "centre"]):
        found = await world.refused(world.centre_lead(), "SetRoutingRule", wanted(rule, *units))
        assert found.reason == "ROUTING_RULE_INVALID", units
    unsure = wanted(rule, "hrss", category_code="unsure")
    assert (await world.refused(world.centre_lead(), "SetRoutingRule", unsure)).reason == "ROUTING_RULE_INVALID"
    unknown = wanted(rule, "hrss", category_code="astrology")
    assert (await world.refused(world.centre_lead(), "SetRoutingRule", unknown)).reason == "CATEGORY_UNKNOWN"
    twice = wanted(rule, "hrss", "hrss")
    assert (await world.refused(world.centre_lead(), "SetRoutingRule", twice)).reason == "FIELDS_INVALID"


async def test_intake_does_not_wait_for_who_changes_a_rule(world: World) -> None:
    async with world.database.begin() as session:
        await rule_for_update(session, "hrss")
        assert (await asyncio.wait_for(world.submit(), 5)).lead_unit_code == "hrss"


async def test_only_the_centre_has_to_do_with_rules_and_only_its_lead_changes_them(world: World) -> None:
    (await returned(world))
    (one,) = await suggestions(world)
    rule = (await rules(world))["hrss"]
    strangers = [world.agency(), world.leader(), world.enterprise.actor(), world.officer()]
    change, decision = wanted(rule, "eco_env"), {"suggestion_id": one.id, "decision": ADOPT}
    for actor in (*strangers, world.centre(), world.supervisor()):
        assert (await world.refused(actor, "SetRoutingRule", change)).reason == "PERMISSION_DENIED"
        request = routing.DecideRoutingSuggestionRequest(**decision)
        assert (await world.refused(actor, "DecideRoutingSuggestion", request)).reason == "PERMISSION_DENIED"
    for actor in strangers:
        for method in ("ListRoutingRules", "ListRoutingSuggestions"):
            request = getattr(routing, f"{method}Request")()
            assert (await world.refused(actor, method, request)).reason == "PERMISSION_DENIED"


async def test_a_granted_return_suggests_the_agency_it_went_to(world: World) -> None:
    demand = await returned(world)
    for follower in (world.centre(), world.supervisor()):
        (one,) = await suggestions(world, follower)
        assert (one.category_code, one.from_unit_code, one.to_unit_code) == ("hrss", "hrss", "eco_env")
        assert (one.demand_id, one.serial, one.decision) == (demand.id, demand.serial, 0)
    assert list((await rules(world))["hrss"].unit_codes) == ["hrss"]


async def test_a_return_to_triage_suggests_the_agency_that_was_proposed_and_nothing_else_does(world: World) -> None:
    await returned(world, to="", proposed_unit_code="")
    assert await suggestions(world) == []
    await take(world, await demand_at(world, State.RETURN_REVIEW), Action.DENY_RETURN)
    assert await suggestions(world) == []
    by_hand = await take(world, await demand_at(world, State.TRIAGE), Action.DISPATCH)
    asked = await take(world, by_hand, Action.ASK_RETURN)
    await take(world, asked, Action.RETURN_TO_OTHER)
    assert await suggestions(world) == []  # no rule led 不确定 to hrss
    await returned(world, to="", proposed_unit_code="eco_env")
    (one,) = await suggestions(world)
    assert one.to_unit_code == "eco_env"


async def test_adopting_a_suggestion_changes_the_rule_and_settles_all_that_say_the_same(world: World) -> None:
    await returned(world)
    await returned(world)
    first, second = await suggestions(world)
    before, lead = (await rules(world))["hrss"], world.centre_lead()
    adopted = await decide(world, lead, first, ADOPT)
    assert (adopted.decision, adopted.decided_by) == (ADOPT, str(lead.person_id))
    assert adopted.HasField("decided_at")
    rule = (await rules(world))["hrss"]
    assert (rule.version, list(rule.unit_codes)) == (before.version + 1, ["eco_env"])
    assert rule.changed_by == str(lead.person_id)
    assert (await world.submit()).lead_unit_code == "eco_env"
    assert await suggestions(world) == []
    before_retry = await world.snapshot()
    assert await decide(world, lead, first, ADOPT) == adopted
    assert (await decide(world, lead, second, ADOPT)).decision == ADOPT
    assert await world.snapshot() == before_retry
    assert await refusal(world, lead, first, DISMISS) == "SUGGESTION_NOT_FOUND"
    assert await refusal(world, world.centre_lead(), first, ADOPT) == "SUGGESTION_NOT_FOUND"


async def test_dismissing_a_suggestion_changes_no_rule(world: World) -> None:
    await returned(world)
    (one,) = await suggestions(world)
    before, lead = (await rules(world))["hrss"], world.centre_lead()
    dismissed = await decide(world, lead, one, DISMISS)
    assert (dismissed.decision, dismissed.decided_by) == (DISMISS, str(lead.person_id))
    assert await suggestions(world) == []
    assert (await rules(world))["hrss"] == before
    assert await refusal(world, lead, one, ADOPT) == "SUGGESTION_NOT_FOUND"
    unknown = routing.RoutingSuggestion(id=str(uuid4()))
    assert await refusal(world, lead, unknown, ADOPT) == "SUGGESTION_NOT_FOUND"
    assert await refusal(world, lead, one, 0) == "FIELDS_INVALID"


async def test_only_the_agency_that_sent_back_is_replaced(world: World) -> None:
    await returned(world)
    (one,) = await suggestions(world)
    await keep(world, "emergency")
    rule = await put(world, world.centre_lead(), wanted((await rules(world))["hrss"], "emergency", "hrss"))
    await decide(world, world.centre_lead(), one, ADOPT)
    found = (await rules(world))["hrss"]
    assert (list(found.unit_codes), found.version) == (["emergency", "eco_env"], rule.version + 2)


async def test_a_suggestion_that_no_longer_fits_is_not_adopted(world: World) -> None:
    await keep(world, "emergency")
    await returned(world, to="emergency")
    (one,) = await suggestions(world)
    await keep(world, "emergency", active=False)
    assert await refusal(world, world.centre_lead(), one, ADOPT) == "ROUTING_RULE_INVALID"
    await keep(world, "emergency")
    await put(world, world.centre_lead(), wanted((await rules(world))["hrss"], "eco_env"))
    assert await refusal(world, world.centre_lead(), one, ADOPT) == "ROUTING_RULE_INVALID"
    assert (await decide(world, world.centre_lead(), one, DISMISS)).decision == DISMISS


async def test_of_two_who_decide_a_suggestion_at_once_one_does(world: World) -> None:
    await returned(world)
    await returned(world)
    pair = await suggestions(world)
    before = (await rules(world))["hrss"].version
    calls = [decide(world, world.centre_lead(), one, ADOPT) for one in (*pair, *pair)]
    found = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in found) == 1
    lost = [error for error in found if isinstance(error, grpc.aio.AioRpcError)]
    assert {error.code() for error in lost} == {grpc.StatusCode.NOT_FOUND}
    assert (await rules(world))["hrss"].version == before + 1


async def test_what_is_about_their_own_unit_is_shown_to_nobody_of_it(world: World) -> None:
    demand = await returned(world)
    await world.sql("UPDATE demand SET subject_unit_code = 'committee' WHERE id = :id", id=demand.id)
    assert await suggestions(world, signing.person(Role.ROLE_SUPERVISOR, unit="committee")) == []
    assert len(await suggestions(world)) == 1
