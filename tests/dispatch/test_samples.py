"""Samples: what they are drawn from, that anybody can draw them again, and the look-backs they open."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import look_back_service_pb2 as rpc

from kit.auth import Actor
from services.dispatch import rules
from services.dispatch.rules import Action, LookBackOrigin, State
from services.dispatch.service import samples
from services.dispatch.service.deadlines import sweep
from tests.dispatch import scenes
from tests.dispatch.conftest import World
from tests.dispatch.looks import clock, read, runs
from tests.dispatch.scenes import demand_at, take
from tests.dispatch.test_look_backs import SOLVED, badly_rated, change, record

REST = LookBackOrigin.REST
IDS = [UUID(int=number) for number in range(1000)]


def test_the_lot_is_the_same_on_any_machine() -> None:
    """Reckoned by hand: SHA-256 over "2026Q3:<id>" of these ten ids, in its order."""
    found = rules.draw(dict.fromkeys(IDS[:10], REST), "2026Q3", Decimal("0.3"))
    assert sorted(one.int for one in found) == [3, 5, 9]


def test_the_order_of_the_population_does_not_matter_and_the_seed_does() -> None:
    population = dict.fromkeys(IDS, REST)
    backwards = dict.fromkeys(reversed(IDS), REST)
    first = rules.draw(population, "a", Decimal("0.05"))
    assert first == rules.draw(backwards, "a", Decimal("0.05"))
    assert len(first) == 50
    assert first != rules.draw(population, "b", Decimal("0.05"))
    assert first < rules.draw(population, "a", Decimal("0.06"))  # a larger share only adds


@pytest.mark.parametrize(
    ("rest", "share", "number"),
    [(0, "0.5", 0), (1, "0", 0), (1, "0.01", 1), (100, "0.01", 1), (101, "0.01", 2), (7, "1", 7), (3, "0.5", 2)],
)
def test_of_the_rest_a_share_is_drawn_and_at_least_one(rest: int, share: str, number: int) -> None:
    assert len(rules.draw(dict.fromkeys(IDS[:rest], REST), "x", Decimal(share))) == number


def test_all_other_strata_are_drawn_whole() -> None:
    population = dict(zip(IDS, [*rules.STRATA] * 10, strict=False))
    found = rules.draw(population, "x", Decimal(0))
    assert found == {one for one, stratum in population.items() if stratum is not REST}


@pytest.mark.parametrize(
    ("facts", "stratum"),
    [
        ((True, True, True, True), LookBackOrigin.BAD_RATING),
        ((False, True, False, True), LookBackOrigin.WITHDRAWN),
        ((False, False, True, True), LookBackOrigin.PARKED),
        ((False, False, False, True), LookBackOrigin.OVERDUE),
        ((False, False, False, False), REST),
    ],
)
def test_a_demand_is_in_the_worst_stratum_it_fits(facts: tuple[bool, ...], stratum: LookBackOrigin) -> None:
    names = ("badly_rated", "withdrawn_after_acceptance", "parked", "overdue")
    assert rules.stratum_of(**dict(zip(names, facts, strict=True))) is stratum


@pytest.fixture
async def since(world: World) -> datetime:
    """A period that begins now, so that demands of other tests are not in it."""
    await asyncio.sleep(0.01)
    return datetime.now(UTC)


async def draw(world: World, since: datetime, actor: Actor | None = None, **fields: Any) -> Any:
    await asyncio.sleep(0.01)
    values: dict[str, Any] = {"share_percent": 0, "request_id": uuid4().hex}
    request = rpc.DrawSampleRequest(**(values | fields))
    request.since.FromDatetime(since)
    request.until.FromDatetime(datetime.now(UTC))
    return (await world.call(actor or world.supervisor(), "DrawSample", request)).sample, request


async def members(world: World, sample: Any, actor: Actor | None = None) -> dict[str, tuple[Any, bool]]:
    found: dict[str, tuple[Any, bool]] = {}
    token = ""
    while True:
        request = rpc.GetSampleRequest(sample_id=sample.id, page_size=2, page_token=token)
        page = await world.call(actor or world.centre(), "GetSample", request)
        found |= {one.demand_id: (one.stratum, one.drawn) for one in page.candidates}
        token = page.next_page_token
        if not token:
            return found


async def late(world: World) -> Any:
    """A demand that was accepted too late, and closed."""
    demand = await demand_at(world, State.DISPATCHED)
    due = clock(demand, pb.CLOCK_KIND_ACCEPT).due_at.ToDatetime(UTC)
    async with world.database.begin() as session:
        while await sweep(session, world.course, due) == 200:
            pass
    for action in scenes.PATHS[State.CLOSED][1]:
        demand = await take(world, await read(world, demand), action)
    return demand


async def test_what_went_wrong_is_drawn_always_and_gets_a_look_back(world: World, since: datetime) -> None:
    overdue = await late(world)
    good = [await demand_at(world, State.CLOSED) for _ in range(3)]
    bad = await badly_rated(world)
    told = await record(world, await badly_rated(world), SOLVED)
    parked = await demand_at(world, State.PARKED)
    early = await demand_at(world, State.WITHDRAWN)
    withdrawn = await take(world, await demand_at(world, State.ACCEPTED), Action.WITHDRAW)
    at_work = await demand_at(world, State.HANDLING)
    sample, _ = await draw(world, since, share_percent=50, seed="2026 三季度")
    found = await members(world, sample)
    expected = {
        overdue.id: pb.LOOK_BACK_ORIGIN_OVERDUE,
        told.id: pb.LOOK_BACK_ORIGIN_BAD_RATING,
        parked.id: pb.LOOK_BACK_ORIGIN_PARKED,
        withdrawn.id: pb.LOOK_BACK_ORIGIN_WITHDRAWN,
    }
    assert {one: found[one] for one in expected} == {one: (stratum, True) for one, stratum in expected.items()}
    rest = {one: drawn for one, (stratum, drawn) in found.items() if stratum == pb.LOOK_BACK_ORIGIN_REST}
    assert rest.keys() == {*(one.id for one in good), early.id}
    assert sum(rest.values()) == 2
    assert found.keys() & {bad.id, at_work.id} == set()  # neither rests yet; the first has its look-back
    counts = {one.origin: (one.population, one.drawn) for one in sample.strata}
    assert counts[pb.LOOK_BACK_ORIGIN_REST] == (4, 2)
    assert (sample.seed, sample.share_percent, sample.to_open) == ("2026 三季度", 50, 0)
    await _check_opened(world, {overdue.id, parked.id, withdrawn.id, *(one for one, drawn in rest.items() if drawn)})
    assert (await read(world, told)).version == told.version  # looked back on since it was rated


async def _check_opened(world: World, ids: set[str]) -> None:
    month = datetime.now(UTC) + timedelta(days=30)
    for one in ids:
        demand = await read(world, pb.Demand(id=one))
        running = clock(demand, pb.CLOCK_KIND_LOOK_BACK)
        assert runs(running)
        assert world.course.calendar.day_of(running.due_at.ToDatetime(UTC)) == world.course.calendar.day_of(month)
        assert demand.look_back.recorded_at.seconds == 0
        assert (await world.events(one))[-1] == "DemandLookBackOpened"


async def test_a_look_back_of_a_sample_changes_no_state_until_it_finds_a_relapse(world: World, since: datetime) -> None:
    demand = await demand_at(world, State.CLOSED)
    await draw(world, since, share_percent=100)
    demand = await read(world, demand)
    assert (demand.state, demand.look_back.origin) == (pb.STATE_CLOSED, pb.LOOK_BACK_ORIGIN_REST)
    demand = await record(world, demand, pb.LOOK_BACK_OUTCOME_RELAPSED)
    assert (demand.state, demand.round) == (pb.STATE_DISPATCHED, 2)


async def test_anybody_can_draw_a_sample_again_and_sees_if_it_was_tampered_with(world: World, since: datetime) -> None:
    for _ in range(6):
        await demand_at(world, State.WITHDRAWN)
    sample, _ = await draw(world, since, share_percent=34)
    assert len(sample.seed) >= 16
    request = rpc.RedrawSampleRequest(sample_id=sample.id)
    before = await world.snapshot()
    again = await world.call(world.centre(), "RedrawSample", request)
    assert (again.same, again.drawn, again.redrawn, list(again.different)) == (True, 3, 3, [])
    assert await world.snapshot() == before
    population = {UUID(one): REST for one in await members(world, sample)}
    by_hand = {str(one) for one in rules.draw(population, sample.seed, Decimal("0.34"))}
    assert by_hand == {one for one, (_, drawn) in (await members(world, sample)).items() if drawn}
    query = "UPDATE look_back_candidate SET drawn = false WHERE sample_id = :id AND demand_id = :one"
    await change(world, query, id=sample.id, one=min(by_hand))
    again = await world.call(world.centre(), "RedrawSample", request)
    assert (again.same, again.drawn, list(again.different)) == (False, 2, [min(by_hand)])


async def test_a_retry_draws_nothing_anew_and_opens_what_was_left(world: World, since: datetime) -> None:
    demand = await demand_at(world, State.CLOSED)
    who = world.supervisor()
    sample, request = await draw(world, since, who, share_percent=100)
    before = await world.snapshot()
    assert (await world.call(who, "DrawSample", request)).sample == sample
    assert await world.snapshot() == before
    other = rpc.DrawSampleRequest()
    other.CopyFrom(request)
    other.share_percent = 99
    assert (await world.refused(who, "DrawSample", other)).reason == "IDEMPOTENCY_KEY_REUSED"
    assert demand.id in await members(world, sample)


async def test_one_call_opens_so_many_and_the_next_goes_on(
    world: World, since: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "BATCH", 1)
    monkeypatch.setattr(samples, "MOST_OPENED", 2)
    for _ in range(3):
        await demand_at(world, State.CLOSED)
    who = world.supervisor()
    sample, request = await draw(world, since, who, share_percent=100)
    assert sample.to_open == 1
    again = (await world.call(who, "DrawSample", request)).sample
    assert (again.id, again.to_open) == (sample.id, 0)
    found = await world.sql("SELECT demand_id FROM look_back WHERE sample_id = :id", id=sample.id)
    assert len({row.demand_id for row in found}) == len(found) == 3


async def test_of_two_who_draw_at_once_with_one_key_one_does(world: World, since: datetime) -> None:
    who = world.supervisor()
    await demand_at(world, State.CLOSED)
    sample, request = await draw(world, since, who, share_percent=100)
    request.request_id = uuid4().hex
    found = await asyncio.gather(*(world.call(who, "DrawSample", request) for _ in range(4)))
    assert len({one.sample.id for one in found}) == 1
    assert found[0].sample.id != sample.id


async def test_the_period_has_a_start_an_end_and_a_length(world: World) -> None:
    now = datetime.now(UTC)
    for since, until in (
        (now, now - timedelta(days=1)),
        (now - timedelta(days=367), now),
        (now - timedelta(days=1), now + timedelta(days=1)),
    ):
        request = rpc.DrawSampleRequest(share_percent=5, request_id=uuid4().hex)
        request.since.FromDatetime(since)
        request.until.FromDatetime(until)
        assert (await world.refused(world.supervisor(), "DrawSample", request)).reason == "FIELDS_INVALID"
    request.share_percent = 101
    fields = {v.field for v in (await world.refused(world.supervisor(), "DrawSample", request)).violations}
    assert "share_percent" in fields


async def test_who_draws_and_who_reads_samples(world: World, since: datetime) -> None:
    await demand_at(world, State.CLOSED)
    sample, request = await draw(world, since, world.centre_lead(), share_percent=100)
    request.request_id = uuid4().hex
    for name, actor in scenes.everybody(world).items():
        if not actor.has(int(Role.ROLE_SUPERVISOR)):
            assert (await world.refused(actor, "DrawSample", request)).reason == "PERMISSION_DENIED", name
        reads = actor.has(*(5, 6, 7))
        for method, asked in (
            ("GetSample", rpc.GetSampleRequest(sample_id=sample.id)),
            ("RedrawSample", rpc.RedrawSampleRequest(sample_id=sample.id)),
            ("ListSamples", rpc.ListSamplesRequest()),
        ):
            if not reads:
                assert (await world.refused(actor, method, asked)).reason == "PERMISSION_DENIED", name
    listed = await world.call(world.centre(), "ListSamples", rpc.ListSamplesRequest(page_size=1))
    assert (listed.samples[0], bool(listed.next_page_token)) == (sample, True)
    nowhere = rpc.GetSampleRequest(sample_id=str(uuid4()))
    assert (await world.refused(world.centre(), "GetSample", nowhere)).reason == "SAMPLE_NOT_FOUND"


async def test_the_agency_a_demand_is_about_does_not_see_it_in_a_sample(world: World, since: datetime) -> None:
    demand = await demand_at(world, State.CLOSED)
    sample, _ = await draw(world, since, share_percent=100)
    await change(world, "UPDATE demand SET subject_unit_code = 'eco_env' WHERE id = :id", id=demand.id)
    inside = scenes.everybody(world)["supervisor who handles elsewhere"]
    assert demand.id not in await members(world, sample, inside)
    assert demand.id in await members(world, sample)
    later, _ = await draw(world, since, inside, share_percent=100)
    assert demand.id not in await members(world, later)


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
