"""What became of a year's demands, counted for registry's report."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fahu.dispatch.v1 import year_service_pb2 as rpc

from kit.context import CallContext, enter_call, new_request_id
from services.dispatch.queries import years
from services.dispatch.rules import Action, State
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import World


async def counted(world: World, year: int) -> dict[str, Any]:
    enter_call(CallContext(new_request_id(), signing.signer("registry").for_service()))
    answer = await world.stub.CountYear(rpc.CountYearRequest(year=year))
    return {one.category_code: one for one in answer.courses}


async def between(world: World, since: datetime, until: datetime) -> Mapping[str, int]:
    async with world.database.read() as session:
        return {one["category_code"]: one["submitted"] for one in await years.courses(session, since, until)}


def risen(before: Mapping[str, Any], after: Mapping[str, Any], category: str) -> dict[str, int]:
    """By how much each number of a category rose; without those that did not."""
    old, new = before.get(category, rpc.CategoryCourse()), after[category]
    names = [name for name in rpc.CategoryCourse.DESCRIPTOR.fields_by_name if name != "category_code"]
    rises = {name: getattr(new, name) - getattr(old, name) for name in names}
    return {name: rise for name, rise in rises.items() if rise}


@pytest.fixture
def this_year(world: World) -> int:
    return world.course.calendar.day_of(datetime.now(UTC)).year


async def test_each_thing_that_became_of_a_demand_counts_once(world: World, this_year: int) -> None:
    before = await counted(world, this_year)
    replied = await scenes.demand_at(world, State.REPLIED)
    await scenes.take(world, replied, Action.CLOSE)
    assert risen(before, await counted(world, this_year), "hrss") == dict.fromkeys(
        ("submitted", "dispatched", "accepted", "replied", "rated", "satisfied", "closed"), 1
    )


async def test_a_bad_mark_and_another_round(world: World, this_year: int) -> None:
    before = await counted(world, this_year)
    replied = await scenes.demand_at(world, State.REPLIED)
    await scenes.take(world, replied, Action.RATE_BADLY)
    late = "UPDATE demand_clock SET breached_at = now() WHERE demand_id = :id AND kind IN ('ACCEPT', 'HANDLE')"
    await world.sql(late, id=replied.id)
    rise = risen(before, await counted(world, this_year), "hrss")
    names = ("submitted", "dispatched", "accepted", "accepted_late", "replied", "replied_late", "rated")
    assert rise == dict.fromkeys(names, 1)


async def test_what_came_to_nothing(world: World, this_year: int) -> None:
    before = await counted(world, this_year)
    mine = await world.submit()
    await scenes.take(world, mine, Action.WITHDRAW)
    await scenes.take(world, await world.submit(), Action.ASK_RETURN)
    assert risen(before, await counted(world, this_year), "hrss") == {
        "submitted": 2,
        "dispatched": 2,
        "withdrawn": 1,
        "returned": 1,
    }


async def test_a_year_takes_what_came_in_from_its_first_moment_to_the_next_years(world: World, this_year: int) -> None:
    demand = await world.submit(category_code="unsure")
    at = demand.submitted_at.ToDatetime(UTC)
    tick = timedelta(microseconds=1)
    assert (await between(world, at, at + tick))["unsure"] == 1
    assert "unsure" not in await between(world, at + tick, at + timedelta(hours=1))
    assert "unsure" not in await between(world, at - timedelta(milliseconds=1), at)
    assert await counted(world, this_year - 1) == {}
    assert await counted(world, 2020) == {}  # the year before the first, which the first year's report asks for
