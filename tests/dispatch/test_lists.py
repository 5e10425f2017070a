"""Lists, counts, details and timelines: the same eyes everywhere, filters, pages, and what the database does for them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from sqlalchemy import event

from kit.auth import Actor
from services.dispatch.rules import Action, State
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import World

Filter = rpc.DemandFilter


@pytest.fixture(scope="module")
async def full(world: World) -> World:
    """A world with demands of two enterprises, at two agencies, in every state, some sent on behalf."""
    for state in scenes.PATHS:
        await scenes.demand_at(world, state)
    for title in ("裁员补偿", "ISO 9001 认证", "达标率100%_\\", "排污许可证"):
        await world.submit(title=title, category_code="eco_env")
    await world.submit(world.neighbour.actor(), body="我司拟裁员。")
    on_behalf = {"enterprise_id": str(world.enterprise.id), "channel": pb.CHANNEL_PHONE}
    for sender in (world.officer(), world.officer(), world.centre()):
        await world.submit(sender, category_code="unsure", **on_behalf)
    neighbours = {"enterprise_id": str(world.neighbour.id), "channel": pb.CHANNEL_ON_SITE}
    await world.submit(world.officer(world.neighbour.area), **neighbours)
    late = "UPDATE demand_clock SET started_at = now() - interval '9 days', due_at = now() - interval '1 day' WHERE id IN"
    await world.sql(f"{late} (SELECT id FROM demand_clock WHERE due_at IS NOT NULL ORDER BY id LIMIT 6)")
    await world.find_words()
    return world


async def listed(world: World, actor: Actor, size: int = 100, wanted: Filter | None = None) -> list[Any]:
    """All pages of a list."""
    found: list[Any] = []
    token = ""
    while True:
        request = rpc.ListDemandsRequest(filter=wanted, page_size=size, page_token=token)
        answer = await world.call(actor, "ListDemands", request)
        found += answer.demands
        token = answer.next_page_token
        if not token:
            return found


async def counted(world: World, actor: Actor, wanted: Filter | None = None) -> Counter[int]:
    answer = await world.call(actor, "CountDemands", rpc.CountDemandsRequest(filter=wanted))
    assert sorted(count.state for count in answer.counts) == list(range(1, 12))
    return Counter({count.state: count.count for count in answer.counts})


async def found(world: World, actor: Actor, method: str, demand_id: str) -> bool:
    try:
        await world.call(actor, method, getattr(rpc, f"{method}Request")(demand_id=demand_id))
    except grpc.aio.AioRpcError as error:
        return error.code() is not grpc.StatusCode.NOT_FOUND
    return True


SEES_ALL = {"centre", "supervisor", "supervisor who handles elsewhere", "operator who is a neighbour's contact"}


async def test_what_is_listed_is_what_can_be_opened_and_what_is_counted(full: World) -> None:
    everything = await listed(full, full.centre())
    people = scenes.everybody(full) | {
        "officer elsewhere": full.officer("310116199"),
        "officer who also handles": signing.person(
            Role.ROLE_AREA_OFFICER, Role.ROLE_AGENCY_HANDLER, unit=f"area-{full.enterprise.area}"
        ),
        "last year's contact": full.last_year.actor(),
        "contact of nobody": signing.person(Role.ROLE_LIAISON),
    }
    seen: dict[str, int] = {}
    for name, actor in people.items():
        mine = await listed(full, actor)
        ids = {demand.id for demand in mine}
        opened = await asyncio.gather(*[found(full, actor, "GetDemand", demand.id) for demand in everything])
        followed = await asyncio.gather(*[found(full, actor, "ListDemandEvents", demand.id) for demand in everything])
        assert opened == followed == [demand.id in ids for demand in everything], name
        assert await counted(full, actor) == Counter(demand.state for demand in mine) + Counter(), name
        seen[name] = len(ids)
    assert {name for name, number in seen.items() if number == len(everything)} == SEES_ALL
    assert all(0 < seen[name] < len(everything) for name in ("own contact", "another agency", "officer", "neighbour"))
    assert {name for name, number in seen.items() if number == 0} == {
        "former contact",
        "agency without unit",
        "officer elsewhere",
        "last year's contact",
        "contact of nobody",
    }


async def test_each_sees_just_its_own(full: World) -> None:
    mine = await listed(full, full.enterprise.actor())
    assert {demand.enterprise_id for demand in mine} == {str(full.enterprise.id)}
    assert {demand.lead_unit_code for demand in await listed(full, full.agency("eco_env"))} == {"eco_env"}
    by_office = await listed(full, full.officer())
    assert {demand.submitted_for_by_unit for demand in by_office} == {f"area-{full.enterprise.area}"}
    assert len(by_office) == 2


Keep = Callable[[Any], bool]


async def test_each_filter_keeps_what_it_says(full: World) -> None:
    everything = await listed(full, full.centre())
    middle = everything[len(everything) // 2].submitted_at
    late = {
        row.id
        for row in await full.sql(
            "SELECT demand_id::text AS id FROM demand_clock WHERE stopped_at IS NULL AND due_at < now()"
        )
    }
    cases: list[tuple[Filter, Keep]] = [
        (Filter(), lambda d: True),
        (Filter(states=[pb.STATE_TRIAGE]), lambda d: d.state == pb.STATE_TRIAGE),
        (Filter(states=[pb.STATE_CLOSED, pb.STATE_PARKED]), lambda d: d.state in (pb.STATE_CLOSED, pb.STATE_PARKED)),
        (Filter(lead_unit_code="eco_env"), lambda d: d.lead_unit_code == "eco_env"),
        (Filter(area_code=full.neighbour.area), lambda d: d.area_code == full.neighbour.area),
        (Filter(category_code="unsure"), lambda d: d.category_code == "unsure"),
        (Filter(submitted_from=middle), lambda d: d.submitted_at.ToNanoseconds() >= middle.ToNanoseconds()),
        (Filter(submitted_until=middle), lambda d: d.submitted_at.ToNanoseconds() < middle.ToNanoseconds()),
        (Filter(text=everything[3].serial.lower()), lambda d: d.serial == everything[3].serial),
        (Filter(overdue=True), lambda d: d.id in late),
        (Filter(text="\u3000 "), lambda d: True),
        (
            Filter(states=[pb.STATE_DISPATCHED], category_code="eco_env", text="认证"),
            lambda d: d.state == pb.STATE_DISPATCHED and d.category_code == "eco_env" and "认证" in d.title,
        ),
        (Filter(area_code="' OR true --"), lambda d: False),
    ]
    for wanted, keep in cases:
        kept = [demand.id for demand in everything if keep(demand)]
        assert [demand.id for demand in await listed(full, full.centre(), wanted=wanted)] == kept, wanted
        without_states = Filter()
        without_states.CopyFrom(wanted)
        del without_states.states[:]
        by_state = Counter(d.state for d in await listed(full, full.centre(), wanted=without_states))
        assert await counted(full, full.centre(), wanted) == by_state + Counter(), wanted
    assert len(late) > 2


async def titles(world: World, text: str) -> set[str]:
    return {demand.title for demand in await listed(world, world.centre(), wanted=Filter(text=text))}


async def test_words_of_two_characters_are_found_and_signs_are_only_signs(full: World) -> None:
    assert "裁员补偿" in await titles(full, "补偿")
    assert len(await listed(full, full.neighbour.actor(), wanted=Filter(text="裁员"))) == 2  # one by its text
    assert await titles(full, "iso 9001") == {"ISO 9001 认证"}
    assert await titles(full, " 许可证 ") == {"排污许可证"}
    assert await titles(full, "达标率100%_\\") == {"达标率100%_\\"}
    for sign in ("%", "_", "\\", "'", "&", "!", ":*", "%_\\"):
        assert await titles(full, sign) == set(), sign


async def test_pages_have_no_gap_and_no_double_while_demands_arrive(full: World) -> None:
    before = [demand.id for demand in await listed(full, full.centre())]
    found_ids: list[str] = []
    token = ""
    while True:
        answer = await full.call(full.centre(), "ListDemands", rpc.ListDemandsRequest(page_size=4, page_token=token))
        found_ids += [demand.id for demand in answer.demands]
        token = answer.next_page_token
        await full.submit()
        if not token:
            break
    assert found_ids == before
    assert found_ids == sorted(found_ids, reverse=True)
    assert len(await listed(full, full.centre(), size=0)) == len(await listed(full, full.centre(), size=1))


async def test_a_page_token_belongs_to_its_filter(full: World) -> None:
    answer = await full.call(full.centre(), "ListDemands", rpc.ListDemandsRequest(page_size=2))
    token = answer.next_page_token
    for bad in (
        rpc.ListDemandsRequest(page_token=token, filter=Filter(area_code="310116101")),
        rpc.ListDemandsRequest(page_token=token[:-3]),
        rpc.ListDemandsRequest(page_token="garbage"),
    ):
        assert (await full.refused(full.centre(), "ListDemands", bad)).reason == "PAGE_TOKEN_INVALID"
    other_size = rpc.ListDemandsRequest(page_token=token, page_size=3)
    assert len((await full.call(full.centre(), "ListDemands", other_size)).demands) == 3
    for size in (-1, 101):
        refused = await full.refused(full.centre(), "ListDemands", rpc.ListDemandsRequest(page_size=size))
        assert [violation.field for violation in refused.violations] == ["page_size"]


async def statements(world: World, method: str, request: Any, actor: Actor) -> int:
    count = 0

    def note(*_args: Any) -> None:
        nonlocal count
        count += 1

    event.listen(world.database.engine.sync_engine, "before_cursor_execute", note)
    await world.call(actor, method, request)
    event.remove(world.database.engine.sync_engine, "before_cursor_execute", note)
    return count


async def test_a_longer_list_asks_the_database_no_more_often(full: World) -> None:
    for actor in (full.centre(), full.enterprise.actor(), full.agency()):
        counts = [
            await statements(full, "ListDemands", rpc.ListDemandsRequest(page_size=size), actor) for size in (1, 5, 100)
        ]
        assert counts == [2, 2, 2]
    demand = await scenes.take(full, await scenes.demand_at(full, State.REPLIED), Action.RATE)
    assert await statements(full, "GetDemand", rpc.GetDemandRequest(demand_id=demand.id), full.centre()) <= 9
    assert await statements(full, "CountDemands", rpc.CountDemandsRequest(), full.centre()) == 1


async def test_a_list_carries_what_a_row_shows_and_no_more(full: World) -> None:
    demand = (await listed(full, full.enterprise.actor(), wanted=Filter(states=[pb.STATE_HANDLING])))[0]
    whole = (await full.call(full.centre(), "GetDemand", rpc.GetDemandRequest(demand_id=demand.id))).demand
    assert (demand.body, whole.body != "") == ("", True)
    assert (demand.title, demand.serial, demand.lead_unit_name) == (whole.title, whole.serial, whole.lead_unit_name)
    assert demand.disposition.promised_on == whole.disposition.promised_on
    running = {pb.CLOCK_KIND_TOTAL, pb.CLOCK_KIND_CONTACT, pb.CLOCK_KIND_HANDLE}
    assert {clock.kind for clock in demand.clocks} == running
    assert {clock.kind for clock in whole.clocks} == running | {pb.CLOCK_KIND_ACCEPT, pb.CLOCK_KIND_CLASSIFY}
