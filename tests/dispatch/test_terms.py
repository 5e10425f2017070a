"""Terms set for agencies and categories: who has which, from when on, and what is told of them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import term_service_pb2 as rpc

from services.dispatch import rules
from services.dispatch.calendars import CalendarKeeper
from services.dispatch.rules import Terms
from services.dispatch.service import terms
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on


@pytest.fixture(autouse=True)
async def none_set(world: World) -> AsyncIterator[None]:
    yield
    await world.sql("DELETE FROM term_rule")
    world.course.own = {}


def request_of(unit: str = "", category: str = "", day: str = "", **values: int) -> rpc.MakeTermRuleRequest:
    return rpc.MakeTermRuleRequest(
        unit_code=unit,
        category_code=category,
        valid_from=day,
        terms=[rpc.TermValue(name=name, value=value) for name, value in values.items()],
        note="经协商调整",
        request_id=uuid4().hex,
    )


async def make(world: World, unit: str = "", category: str = "", day: str = "", **values: int) -> Any:
    request = request_of(unit, category, day, **values)
    return (await world.call(world.centre_lead(), "MakeTermRule", request)).rule


async def shown(world: World, unit: str = "", category: str = "") -> dict[str, tuple[int, int, bool]]:
    request = rpc.ListTermsRequest(unit_code=unit, category_code=category)
    answer = await world.call(world.enterprise.actor(), "ListTerms", request)
    return {one.name: (one.value, one.default, one.own) for one in answer.terms}


# Asynchronous for the fixture's sake: for a plain test, pytest-asyncio makes the loop anew and ends the world on this one.
async def test_all_that_can_be_set_are_terms_with_their_default_in_range() -> None:
    names = {field.name for field in fields(Terms)}
    assert set(rules.SETTABLE) == names - {"sample_days", "sign_immediate"}
    for name, (least, most, _) in rules.SETTABLE.items():
        assert least <= getattr(Terms(), name) <= most


def due(demand: Any, kind: Any) -> Any:
    (clock,) = [one for one in demand.clocks if one.kind == kind and not one.HasField("stopped_at")]
    return clock.due_at.ToDatetime(UTC)


async def test_the_more_particular_rule_counts(world: World) -> None:
    await make(world, accept=2, contact=2, classify=3, triage=4)
    await make(world, category="hrss", accept=3, contact=3, classify=4)
    await make(world, unit="hrss", accept=4, contact=4)
    await make(world, unit="hrss", category="hrss", accept=5)
    calendar, now = world.course.calendar, datetime.now(UTC)
    demand, unsure = await world.submit(), await world.submit(category_code="unsure")
    found = [due(demand, kind) for kind in (pb.CLOCK_KIND_ACCEPT, pb.CLOCK_KIND_CONTACT, pb.CLOCK_KIND_CLASSIFY)]
    assert found == [calendar.add_workdays(now, days).at for days in (5, 4, 4)]
    assert due(unsure, pb.CLOCK_KIND_TRIAGE) == calendar.add_workdays(now, 4).at
    told = await shown(world, "hrss", "hrss")
    assert [told[name] for name in ("accept", "contact", "classify", "rating")] == [
        (5, 1, True),
        (4, 1, True),
        (4, 2, True),
        (10, 10, False),
    ]
    assert (await shown(world, "eco_env", "eco_env"))["accept"] == (2, 1, True)
    assert (await shown(world))["triage"] == (4, 1, True)


async def test_a_rule_holds_from_its_day_on_and_what_runs_keeps_its_term(world: World) -> None:
    before = await world.submit()
    today = scenes.today(world)
    await make(world, unit="hrss", day=str(today + timedelta(days=30)), accept=7)
    await make(world, unit="hrss", accept=3)
    assert (await shown(world, "hrss"))["accept"] == (3, 1, True)
    assert await CalendarKeeper(world.database, world.course).recount(datetime.now(UTC)) == 0
    accepted = await world.move(world.agency(), "AcceptDemand", before)
    (clock,) = [one for one in accepted.clocks if one.kind == pb.CLOCK_KIND_ACCEPT]
    assert clock.due_at == clock.first_due_at
    async with world.database.read() as session:
        await terms.refresh(session, world.course, datetime.now(UTC) + timedelta(days=31))
    assert world.course.terms_of({"lead_unit_code": "hrss", "category_code": "hrss"}).accept == 7
    await make(world, unit="hrss")  # the defaults again, until the later rule holds
    assert (await shown(world, "hrss"))["accept"] == (1, 1, False)
    assert world.course.own == {}


async def test_what_people_are_held_to_are_the_terms_of_the_demand(world: World) -> None:
    await make(world, unit="hrss", promise_cap=1, info_requests=0)
    demand = await world.move(world.agency(), "AcceptDemand", await world.submit())
    asked = scenes.promise(world)
    refusal = await world.refused(world.agency(), "SetDisposition", _request("SetDisposition", demand, **asked))
    assert (refusal.reason, refusal.metadata["cap"]) == ("PROMISED_DAY_OVER_CAP", "1")
    demand = await world.move(world.agency(), "SetDisposition", demand, kind=2, promised_on=scenes.workday(world, 1))
    refusal = await world.refused(world.agency(), "RequestInfo", _request("RequestInfo", demand, questions=["几人？"]))
    assert (refusal.reason, refusal.metadata["most"]) == ("INFO_REQUESTS_USED_UP", "0")


def _request(method: str, demand: Any, **values: Any) -> Any:
    return REQUESTS[method](on=on(demand), **values)


async def test_what_cannot_be_set_is_refused(world: World) -> None:
    today = scenes.today(world)
    bad: list[tuple[rpc.MakeTermRuleRequest, str]] = [
        (request_of(accept=0), "TERM_INVALID"),
        (request_of(accept=11), "TERM_INVALID"),
        (request_of(extensions=3), "TERM_INVALID"),  # a demand has room for two
        (request_of(sample_days=3), "TERM_INVALID"),
        (request_of(day=str(today - timedelta(days=1)), accept=2), "TERM_DAY_INVALID"),
        (request_of(day=str(today + timedelta(days=400)), accept=2), "TERM_DAY_INVALID"),
        (request_of(day="2026-02-30", accept=2), "DAY_INVALID"),
        (request_of(unit="centre", accept=2), "UNIT_NOT_AN_AGENCY"),
        (request_of(category="nothing", accept=2), "CATEGORY_UNKNOWN"),
    ]
    twice = request_of(accept=2)
    twice.terms.add(name="accept", value=3)
    for request, reason in [*bad, (twice, "TERM_INVALID")]:
        assert (await world.refused(world.centre_lead(), "MakeTermRule", request)).reason == reason


async def test_a_rule_is_made_once_and_kept(world: World) -> None:
    lead, request = world.centre_lead(), request_of("hrss", accept=2)
    first, again = [(await world.call(lead, "MakeTermRule", request)).rule for _ in range(2)]
    assert first == again
    request.terms[0].value = 3
    assert (await world.refused(lead, "MakeTermRule", request)).reason == "IDEMPOTENCY_KEY_REUSED"
    second = await make(world, "hrss", accept=4)
    listed = (await world.call(world.supervisor(), "ListTermRules", rpc.ListTermRulesRequest())).rules
    assert list(listed) == [second, first]
    for actor in (world.agency(), world.centre(), world.supervisor()):
        assert (await world.refused(actor, "MakeTermRule", request_of("hrss"))).reason == "PERMISSION_DENIED"


async def test_a_rule_that_is_asked_for_many_times_at_once_is_made_once(world: World) -> None:
    lead, request = world.centre_lead(), request_of("hrss", accept=2)
    answers = await asyncio.gather(*(world.call(lead, "MakeTermRule", request) for _ in range(8)))
    assert len({answer.rule.id for answer in answers}) == 1
    assert len(await world.sql("SELECT id FROM term_rule")) == 1
