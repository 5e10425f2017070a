"""Demands in their second round: opened again by the enterprise, and what a round begins with."""

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2

from services.dispatch.rules import Action, State
from tests.dispatch import scenes
from tests.dispatch.conftest import World
from tests.dispatch.looks import audience, refused, runs
from tests.dispatch.scenes import demand_at, take
from tests.dispatch.test_look_backs import UNSOLVED, answered_again, change, record, signed


async def test_counters_of_a_round_begin_anew(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    for _ in range(2):
        demand = await take(world, await take(world, demand, Action.ASK_INFO), Action.SUPPLY_INFO)
    demand = await take(world, await take(world, demand, Action.ASK_APPROVAL), Action.APPROVE_EXTENSION)
    demand = await signed(world, await take(world, demand, Action.ANSWER))
    assert (demand.info_requests, demand.extensions) == (2, 1)
    demand = await record(world, await take(world, demand, Action.RATE_BADLY), UNSOLVED)
    assert (demand.info_requests, demand.extensions, demand.HasField("info_request")) == (0, 0, False)
    demand = await take(world, await take(world, demand, Action.ACCEPT), Action.PROMISE)
    assert (await take(world, demand, Action.ASK_INFO)).info_requests == 1


async def test_new_facts_open_a_closed_demand_for_a_while(world: World) -> None:
    demand = await demand_at(world, State.CLOSED)
    (before,) = await world.sql("SELECT closed_at FROM demand WHERE id = :id", id=demand.id)
    set_back = "UPDATE demand SET closed_at = CAST(:at AS timestamptz) {} WHERE id = :id"
    await change(world, set_back.format("- interval '30 days 1 minute'"), at=before.closed_at, id=demand.id)
    found = await refused(world, world.enterprise.actor(), "ReopenDemand", demand, new_facts="另有加班费争议")
    assert found == ("REOPEN_TOO_LATE", {"days": "30"})
    await change(world, set_back.format("- interval '29 days 23 hours'"), at=before.closed_at, id=demand.id)
    demand = await take(world, demand, Action.REOPEN)
    assert (demand.state, demand.round, demand.lead_unit_code) == (pb.STATE_TRIAGE, 2, "")
    assert (demand.triage_reason, demand.HasField("closed_at")) == (pb.TRIAGE_REASON_REOPENED, False)
    assert [one.kind for one in demand.clocks if runs(one)] in (
        [pb.CLOCK_KIND_TOTAL, pb.CLOCK_KIND_TRIAGE],
        [pb.CLOCK_KIND_TRIAGE, pb.CLOCK_KIND_TOTAL],
    )
    told = await audience(world, demand, events_pb2.DemandReopened)
    assert set(told) == {"centre_ids", "former_agency_ids"}
    assert (await refused(world, world.agency(), "AcceptDemand", demand))[0] == "DEMAND_NOT_FOUND"
    demand = await take(world, await answered_again(world, await take(world, demand, Action.DISPATCH)), Action.CLOSE)
    assert (demand.state, demand.reply.round) == (pb.STATE_CLOSED, 2)


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
