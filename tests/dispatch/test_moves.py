"""What people do with a demand: who may, when, once, and what each act leaves behind."""

import asyncio
from typing import Any

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import events_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.auth import Actor
from services.dispatch.rules import MOVES, Action, State
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.scenes import demand_at, everybody, step, take
from tests.dispatch.test_rules import ALLOWED, RPC_OF

# PROMISE_LATER is for a demand that was to be handled at once (test_handling), opinions for one with co-handlers,
# the consent to be known for one that is shielded (test_shields).
ELSEWHERE = (Action.SUBMIT, Action.PROMISE_LATER, Action.GIVE_OPINION, Action.WAIVE_OPINION, Action.REVEAL)
BY_PEOPLE: list[Action] = [one for actions in RPC_OF.values() for one in actions if one not in ELSEWHERE]
SOURCE: dict[Action, State] = {
    action: next(state for state in scenes.PATHS if action in ALLOWED[state]) for action in BY_PEOPLE
} | {Action.ASK_INFO: State.HANDLING}


def request_of(method: str, demand: Any, fields: dict[str, Any], **precondition: Any) -> Any:
    return REQUESTS[method](on=on(demand, **precondition), **fields)


@pytest.mark.parametrize("action", BY_PEOPLE)
async def test_a_retry_returns_the_demand_without_a_second_effect(world: World, action: Action) -> None:
    demand = await demand_at(world, SOURCE[action])
    actor, method, fields = step(world, action)
    request = request_of(method, demand, fields)
    first = (await world.call(actor, method, request)).demand
    before = await world.snapshot()
    again = (await world.call(actor, method, request)).demand
    assert again == first
    assert first.version > demand.version
    assert await world.snapshot() == before
    request.on.expected_version += 1
    found = await world.refused(actor, method, request)
    assert found.reason == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize("action", BY_PEOPLE)
async def test_who_saw_another_version_is_told_to_look_again(world: World, action: Action) -> None:
    demand = await demand_at(world, SOURCE[action])
    actor, method, fields = step(world, action)
    for version in (demand.version - 1, demand.version + 1):
        request = request_of(method, demand, fields, expected_version=version)
        found = await world.refused(actor, method, request)
        assert (found.code, found.reason) == (grpc.StatusCode.ABORTED, "STALE_VERSION")
        assert found.metadata == {"version": str(demand.version)}


@pytest.mark.parametrize("state", list(scenes.PATHS))
async def test_what_the_state_does_not_allow_is_refused_with_the_state(world: World, state: State) -> None:
    demand = await demand_at(world, state)
    for action in set(BY_PEOPLE) - ALLOWED[state]:
        actor, method, fields = step(world, action)
        found = await world.refused(actor, method, request_of(method, demand, fields))
        told = {name: value for name, value in found.metadata.items() if name == "state"}
        seen = demand.lead_unit_code or actor.unit_code != "hrss"  # an agency sees what has been sent to it
        assert (found.reason, told) == (("DEMAND_WRONG_STATE", {"state": state}) if seen else ("DEMAND_NOT_FOUND", {})), (
            action
        )


HANDLERS = {"own agency's handler"}
CENTRE = {"centre", "operator who is a neighbour's contact"}
MAY: dict[Action, set[str]] = {
    Action.DISPATCH: {"centre", "operator who is a neighbour's contact"},
    Action.REPLY_DIRECTLY: {"centre", "operator who is a neighbour's contact"},
    Action.ACCEPT: HANDLERS | {"own agency's contact"},
    Action.HANDLE_NOW: HANDLERS,
    Action.PROMISE: HANDLERS,
    Action.LOG_CONTACT: HANDLERS | {"own agency's contact"},
    Action.ANSWER: HANDLERS | {"own agency's lead"},
    Action.RATE: {"own contact"},
    Action.RATE_BADLY: {"own contact"},
    Action.CLOSE: {"own contact"},
    Action.WITHDRAW: {"own contact"},
    Action.REOPEN: {"own contact"},
    Action.ASK_RETURN: {"own agency's contact"},
    Action.RETURN_TO_TRIAGE: CENTRE,
    Action.RETURN_TO_OTHER: CENTRE,
    Action.DENY_RETURN: set(),  # the centre's lead, who is not among everybody
    Action.ADD_CO_HANDLER: HANDLERS | CENTRE,
    Action.REPORT_PROGRESS: HANDLERS,
    Action.ASK_INFO: HANDLERS | CENTRE,
    Action.SUPPLY_INFO: {"own contact"},
    Action.REVIEW_PARK: HANDLERS,
    Action.RESUME: HANDLERS | CENTRE,
}


@pytest.mark.parametrize("action", BY_PEOPLE)
async def test_only_those_concerned_make_a_move_and_others_leave_no_trace(world: World, action: Action) -> None:
    demand = await demand_at(world, SOURCE[action])
    _, method, fields = step(world, action)
    called = {role for rpc_action in RPC_OF[method] for role in MOVES[rpc_action].roles}
    for name, actor in everybody(world).items():
        if name in MAY[action]:
            continue
        found = await world.refused(actor, method, request_of(method, demand, fields))
        sees = actor.has(*(5, 6, 7)) or name == "own contact" or (name.startswith("own agency") and demand.lead_unit_code)
        if actor.roles.isdisjoint(called):
            expected = {"PERMISSION_DENIED"}
        else:
            expected = {"PERMISSION_DENIED", "REPLY_KIND_NOT_ALLOWED"} if sees else {"DEMAND_NOT_FOUND"}
        assert found.reason in expected, name
    for name in MAY[action]:
        demand = await demand_at(world, SOURCE[action])
        assert (await world.move(everybody(world)[name], method, demand, **fields)).version > demand.version


async def test_of_two_who_accept_at_once_one_does(world: World) -> None:
    for _ in range(5):
        demand = await demand_at(world, State.DISPATCHED)
        agents = [signing.person(Role.ROLE_AGENCY_HANDLER, unit="hrss") for _ in range(4)]
        calls = [world.move(agent, "AcceptDemand", demand) for agent in agents]
        found = await asyncio.gather(*calls, return_exceptions=True)
        lost = [error for error in found if isinstance(error, grpc.aio.AioRpcError)]
        assert [error.code() for error in lost] == [grpc.StatusCode.ABORTED] * 3
        assert (await world.events(demand.id)).count("DemandAccepted") == 1


async def event(world: World, demand_id: str, kind: Any) -> Any:
    query = "SELECT payload FROM outbox WHERE aggregate_id = :id AND type = :type ORDER BY id DESC LIMIT 1"
    ((payload,),) = await world.sql(query, id=demand_id, type=kind.DESCRIPTOR.full_name)
    return kind.FromString(payload)


@pytest.mark.parametrize(("satisfaction", "solved"), [(2, pb.SOLVED_YES), (1, pb.SOLVED_NO), (5, pb.SOLVED_NO)])
async def test_a_discontent_enterprise_is_owed_a_look_back(
    world: World, satisfaction: int, solved: pb.Solved.ValueType
) -> None:
    demand = await demand_at(world, State.REPLIED)
    fields = {"satisfaction": satisfaction, "solved": solved}
    demand = await world.move(world.enterprise.actor(), "RateDemand", demand, **fields)
    assert (demand.state, demand.rating.satisfaction, demand.rating.solved) == (pb.STATE_REPLIED, satisfaction, solved)
    assert [c.kind for c in demand.clocks if not c.HasField("stopped_at")] == [pb.CLOCK_KIND_LOOK_BACK]
    assert demand.holder == pb.PARTY_CENTRE
    told = await event(world, demand.id, events_pb2.DemandRated)
    assert (told.look_back_due, list(told.audience.centre_ids)) == (True, [str(world.contacts["centre"])])
    request = request_of("RateDemand", demand, scenes.CONTENT)
    assert (await world.refused(world.enterprise.actor(), "RateDemand", request)).reason == "ALREADY_RATED"


@pytest.mark.parametrize(("satisfaction", "solved"), [(3, pb.SOLVED_PARTLY), (4, pb.SOLVED_YES)])
async def test_a_content_enterprise_closes_its_demand(world: World, satisfaction: int, solved: pb.Solved.ValueType) -> None:
    demand = await demand_at(world, State.REPLIED)
    fields = {"satisfaction": satisfaction, "solved": solved}
    demand = await world.move(world.enterprise.actor(), "RateDemand", demand, **fields)
    assert (demand.state, demand.HasField("closed_at"), demand.rating_expired) == (pb.STATE_CLOSED, True, False)
    told = await event(world, demand.id, events_pb2.DemandRated)
    assert (told.look_back_due, list(told.audience.centre_ids)) == (False, [])


async def timeline(world: World, actor: Actor, demand_id: str) -> list[Any]:
    answer = await world.call(actor, "ListDemandEvents", rpc.ListDemandEventsRequest(demand_id=demand_id))
    return list(answer.events)


@pytest.mark.parametrize("state", [s for s in scenes.PATHS if Action.WITHDRAW in ALLOWED[s]])
async def test_a_withdrawal_stops_all_clocks_and_hides_who_asked_for_it(world: World, state: State) -> None:
    demand = await take(world, await demand_at(world, state), Action.WITHDRAW)
    assert demand.state == pb.STATE_WITHDRAWN
    assert all(clock.HasField("stopped_at") for clock in demand.clocks)
    sees = {"centre": world.centre(), "supervisor": world.supervisor()}
    hidden = {"enterprise": world.enterprise.actor()} | ({"agency": world.agency()} if demand.lead_unit_code else {})
    for name, actor in (sees | hidden).items():
        last = (await timeline(world, actor, demand.id))[-1]
        assert (last.type, last.text, last.asked_by_agency) == ("withdrawn", "已自行解决", name in sees), name


async def test_notes_between_staff_are_not_for_the_enterprise(world: World) -> None:
    demand = await take(world, await demand_at(world, State.TRIAGE), Action.DISPATCH)
    for actor, text in ((world.enterprise.actor(), ""), (world.agency(), "请人社局研究"), (world.centre(), "请人社局研究")):
        line = (await timeline(world, actor, demand.id))[-1]
        assert (line.type, line.text, line.unit_code) == ("dispatched", text, "centre")


# What cannot be had again on the same way, or leads to another agency: their own tests go those ways.
ONCE = {Action.ASK_RETURN, Action.RETURN_TO_OTHER, Action.ADD_CO_HANDLER}
STATEMENTS = ["UPDATE demand_event SET text = ''", "DELETE FROM demand_event", "TRUNCATE demand_event CASCADE"]


@pytest.mark.parametrize("statement", STATEMENTS)
async def test_the_timeline_is_only_ever_added_to(world: World, statement: str) -> None:
    await demand_at(world, State.DISPATCHED)
    with pytest.raises(Exception, match="only ever added to"):
        await world.sql(statement)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(category=st.sampled_from(["hrss", "unsure"]), choices=st.lists(st.integers(0, 3), max_size=7))
async def test_any_way_through_the_loop_can_be_rebuilt(world: World, category: str, choices: list[int]) -> None:
    demand = await world.submit(category_code=category)
    for choice in choices:
        state = State(pb.State.Name(demand.state).removeprefix("STATE_"))
        possible = sorted(ALLOWED[state] & set(BY_PEOPLE) - ONCE)
        if not possible or demand.rating.satisfaction or demand.approvals:
            break
        action = possible[choice % len(possible)]
        if action is Action.ASK_INFO and (state is State.TRIAGE or demand.info_requests == 2):
            continue
        demand = await take(world, demand, action)
    await scenes.check_histories(world)


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
