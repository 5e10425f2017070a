"""Whether an answer held: who may look back, what follows from it, and demands in their second round and beyond."""

from datetime import UTC
from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2
from fahu.dispatch.v1 import look_back_service_pb2 as rpc
from sqlalchemy import text

from kit.auth import Actor
from services.dispatch.rules import Action, State
from services.dispatch.service.deadlines import sweep
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.looks import audience, clock, read, refused, runs
from tests.dispatch.scenes import demand_at, take

SOLVED, PARTLY, UNSOLVED, RELAPSED, UNREACHABLE = (number for number in pb.LookBackOutcome.values() if number)
OPEN = {"reason": "群众来电反映未落实"}
NOTE = "已电话回访企业负责人"


async def badly_rated(world: World) -> Any:
    return await take(world, await demand_at(world, State.REPLIED), Action.RATE_BADLY)


async def record(world: World, demand: Any, outcome: Any, actor: Actor | None = None) -> Any:
    return await world.move(actor or world.centre(), "RecordLookBack", demand, outcome=outcome, note=NOTE)


async def signed(world: World, demand: Any) -> Any:
    return await world.move(world.leader(), "DecideApproval", demand, approval_id=demand.approvals[0].id, approve=True)


async def answered_again(world: World, demand: Any) -> Any:
    for action in (Action.ACCEPT, Action.HANDLE_NOW, Action.ANSWER):
        demand = await take(world, demand, action)
    return demand


async def change(world: World, query: str, **values: Any) -> None:
    """Change the database behind the service's back, for good."""
    async with world.database.begin() as session:
        await session.execute(text(query), values)


async def lines(world: World, demand: Any) -> list[str]:
    query = "SELECT type FROM demand_event WHERE demand_id = :id ORDER BY sequence"
    return [row.type for row in await world.sql(query, id=demand.id)]


async def test_a_bad_rating_writes_down_whose_answer_is_to_be_looked_back_on(world: World) -> None:
    demand = await badly_rated(world)
    found = (await read(world, demand)).look_back
    assert (found.origin, found.round, found.outcome) == (pb.LOOK_BACK_ORIGIN_BAD_RATING, 1, 0)
    ((by, unit, opened_by),) = await world.sql(
        "SELECT replied_by, replied_unit, opened_by FROM look_back WHERE demand_id = :id", id=demand.id
    )
    assert (by, unit, opened_by) == (world.contacts["hrss"], "hrss", None)


async def test_what_is_unsolved_is_handled_again_and_answered_and_rated_again(world: World) -> None:
    demand = await record(world, await badly_rated(world), UNSOLVED)
    assert (demand.state, demand.round, demand.lead_unit_code) == (pb.STATE_DISPATCHED, 2, "hrss")
    assert (demand.HasField("disposition"), demand.look_back.outcome, demand.look_back.note) == (False, UNSOLVED, NOTE)
    running = {one.kind: one for one in demand.clocks if runs(one)}
    names = ("TOTAL", "ACCEPT", "CONTACT", "CLASSIFY")
    assert set(running) == {pb.ClockKind.Value(f"CLOCK_KIND_{name}") for name in names}
    due = running[pb.CLOCK_KIND_ACCEPT].due_at.ToDatetime(UTC)
    assert str(world.course.calendar.day_of(due)) == scenes.workday(world, 3)
    assert (await lines(world, demand))[-2:] == ["looked_back", "reopened"]
    assert (await world.events(demand.id))[-2:] == ["DemandLookedBack", "DemandReopened"]
    told = await audience(world, demand, events_pb2.DemandReopened)
    assert set(told) == {"liaison_ids", "agency_ids", "centre_ids"}

    demand = await answered_again(world, demand)
    assert (demand.reply.round, demand.HasField("rating")) == (2, False)
    demand = await take(world, demand, Action.RATE)
    assert (demand.state, demand.rating.satisfaction) == (pb.STATE_CLOSED, 5)
    rows = await world.sql(
        "SELECT r.round, g.satisfaction FROM demand_reply r JOIN demand_rating g ON g.reply_id = r.id"
        " WHERE r.demand_id = :id ORDER BY r.round",
        id=demand.id,
    )
    assert [tuple(row) for row in rows] == [(1, 2), (2, 5)]


async def test_a_relapse_opens_what_was_closed_and_the_third_round_is_told_to_the_supervisors(world: World) -> None:
    demand = await demand_at(world, State.CLOSED)
    for round in (2, 3):
        demand = await world.move(world.supervisor(), "OpenLookBack", demand, **OPEN)
        assert demand.state == pb.STATE_CLOSED
        demand = await record(world, demand, RELAPSED)
        assert (demand.state, demand.round) == (pb.STATE_DISPATCHED, round)
        told = await audience(world, demand, events_pb2.DemandReopened)
        assert ("supervisor_ids" in told) == (round == 3)
        demand = await take(world, await answered_again(world, demand), Action.CLOSE)


@pytest.mark.parametrize("outcome", [SOLVED, PARTLY])
async def test_what_was_explained_is_closed_and_the_rating_stays(world: World, outcome: Any) -> None:
    before = await badly_rated(world)
    demand = await record(world, before, outcome)
    assert (demand.state, demand.round, demand.look_back.outcome) == (pb.STATE_CLOSED, 1, outcome)
    assert (demand.rating, demand.reply) == (before.rating, before.reply)
    assert not any(runs(one) for one in demand.clocks)
    assert (await lines(world, demand))[-2:] == ["looked_back", "closed"]


async def test_no_look_back_takes_the_enterprises_own_word_away(world: World) -> None:
    demand = await world.move(world.centre(), "OpenLookBack", await demand_at(world, State.REPLIED), **OPEN)
    demand = await record(world, demand, SOLVED)
    assert demand.state == pb.STATE_REPLIED
    assert (await take(world, demand, Action.CLOSE)).state == pb.STATE_CLOSED


async def test_the_third_time_nobody_is_reached_is_the_outcome(world: World) -> None:
    demand = await badly_rated(world)
    for attempts in (1, 2):
        demand = await record(world, demand, UNREACHABLE)
        assert (demand.state, demand.look_back.attempts, demand.look_back.outcome) == (pb.STATE_REPLIED, attempts, 0)
        assert runs(clock(demand, pb.CLOCK_KIND_LOOK_BACK))
    demand = await record(world, demand, UNREACHABLE)
    assert (demand.state, demand.look_back.attempts, demand.look_back.outcome) == (pb.STATE_CLOSED, 3, UNREACHABLE)
    assert (await lines(world, demand))[-4:] == ["look_back_tried", "look_back_tried", "looked_back", "closed"]


async def test_nobody_looks_back_on_an_answer_of_their_own(world: World) -> None:
    demand = await badly_rated(world)
    of_the_unit = signing.person(Role.ROLE_SUPERVISOR, unit="hrss")
    replier_now_elsewhere = signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre", person_id=world.contacts["hrss"])
    for actor in (of_the_unit, replier_now_elsewhere):
        for outcome in (SOLVED, UNREACHABLE):
            found = await refused(world, actor, "RecordLookBack", demand, outcome=outcome, note=NOTE)
            assert found == ("LOOK_BACK_BY_REPLIER", {})


async def test_what_the_centre_answered_itself_is_looked_back_on_by_a_supervisor(world: World) -> None:
    demand = await take(world, await demand_at(world, State.TRIAGE), Action.REPLY_DIRECTLY)
    demand = await take(world, demand, Action.RATE_BADLY)
    assert "supervisor_ids" in await audience(world, demand, events_pb2.DemandRated)
    for actor in (world.centre(), world.centre_lead()):
        found = await refused(world, actor, "RecordLookBack", demand, outcome=UNSOLVED, note=NOTE)
        assert found[0] == "LOOK_BACK_BY_REPLIER"
    demand = await record(world, demand, UNSOLVED, world.supervisor())
    assert (demand.state, demand.round, demand.lead_unit_code) == (pb.STATE_TRIAGE, 2, "")
    assert demand.triage_reason == pb.TRIAGE_REASON_REOPENED
    assert (await take(world, demand, Action.DISPATCH)).state == pb.STATE_DISPATCHED


async def test_an_agency_without_anybody_to_tell_gets_nothing_to_handle_again(world: World) -> None:
    demand = await badly_rated(world)
    contacts = "UPDATE unit SET contact_ids = CAST(:ids AS uuid[]) WHERE code = 'hrss'"
    await change(world, contacts, ids=[])
    try:
        demand = await record(world, demand, UNSOLVED)
    finally:
        await change(world, contacts, ids=[world.contacts["hrss"]])
    assert (demand.state, demand.lead_unit_code) == (pb.STATE_TRIAGE, "")
    assert demand.triage_reason == pb.TRIAGE_REASON_NO_CONTACT


async def test_one_look_back_is_open_at_a_time(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    found = await refused(world, world.centre(), "RecordLookBack", demand, outcome=SOLVED, note=NOTE)
    assert found == ("LOOK_BACK_NOT_FOUND", {})
    demand = await world.move(world.centre(), "OpenLookBack", demand, **OPEN)
    assert (demand.look_back.origin, demand.state) == (pb.LOOK_BACK_ORIGIN_OWN_MOTION, pb.STATE_HANDLING)
    due = clock(demand, pb.CLOCK_KIND_LOOK_BACK).due_at.ToDatetime(UTC)
    assert str(world.course.calendar.day_of(due)) == scenes.workday(world, 3)
    assert (await refused(world, world.supervisor(), "OpenLookBack", demand, **OPEN))[0] == "LOOK_BACK_OPEN"
    demand = await record(world, demand, UNSOLVED)
    assert (demand.state, demand.round) == (pb.STATE_HANDLING, 1)  # it is being handled as it is
    found = await refused(world, world.centre(), "RecordLookBack", demand, outcome=SOLVED, note=NOTE)
    assert found == ("LOOK_BACK_NOT_FOUND", {})


async def test_an_open_look_back_serves_the_bad_rating_that_comes_meanwhile(world: World) -> None:
    demand = await world.move(world.centre(), "OpenLookBack", await demand_at(world, State.HANDLING), **OPEN)
    demand = await signed(world, await take(world, demand, Action.ANSWER))
    demand = await take(world, demand, Action.RATE_BADLY)
    assert len([one for one in demand.clocks if one.kind == pb.CLOCK_KIND_LOOK_BACK and runs(one)]) == 1
    found = await world.sql("SELECT origin, replied_unit FROM look_back WHERE demand_id = :id", id=demand.id)
    assert [tuple(row) for row in found] == [("BAD_RATING", "hrss")]
    assert (await record(world, demand, UNSOLVED)).state == pb.STATE_DISPATCHED


async def test_a_look_back_outlives_the_end_of_its_demand(world: World) -> None:
    closed = await world.move(world.centre(), "OpenLookBack", await demand_at(world, State.REPLIED), **OPEN)
    closed = await take(world, closed, Action.CLOSE)
    withdrawn = await world.move(world.centre(), "OpenLookBack", await demand_at(world, State.ACCEPTED), **OPEN)
    withdrawn = await take(world, withdrawn, Action.WITHDRAW)
    for demand, state in ((closed, pb.STATE_CLOSED), (withdrawn, pb.STATE_WITHDRAWN)):
        assert runs(clock(demand, pb.CLOCK_KIND_LOOK_BACK))
        demand = await record(world, demand, SOLVED)
        assert (demand.state, any(runs(one) for one in demand.clocks)) == (state, False)


async def test_a_look_back_that_nobody_records_is_in_the_books(world: World) -> None:
    demand = await badly_rated(world)
    later = clock(demand, pb.CLOCK_KIND_LOOK_BACK).due_at.ToDatetime(UTC)
    async with world.database.begin() as session:
        while await sweep(session, world.course, later) == 200:
            pass
    demand = await read(world, demand)
    assert clock(demand, pb.CLOCK_KIND_LOOK_BACK).HasField("breached_at")
    assert demand.state == pb.STATE_REPLIED


async def test_what_was_learnt_is_not_for_the_enterprise_to_read(world: World) -> None:
    for outcome in (UNREACHABLE, UNSOLVED, SOLVED):
        demand = await record(world, await badly_rated(world), outcome)
        request = REQUESTS["ListDemandEvents"](demand_id=demand.id)
        for actor, sees in ((world.enterprise.actor(), False), (world.agency(), True), (world.centre(), True)):
            told = await world.call(actor, "ListDemandEvents", request)
            assert (NOTE in {line.text for line in told.events}) == sees


async def test_staff_alone_read_of_look_backs(world: World) -> None:
    demand = await record(world, await badly_rated(world), SOLVED)
    for actor, sees in (
        (world.centre(), True),
        (world.supervisor(), True),
        (world.agency(), True),
        (world.enterprise.actor(), False),
    ):
        assert (await read(world, demand, actor)).HasField("look_back") == sees


async def entries(world: World, actor: Actor, **fields: Any) -> Any:
    return await world.call(actor, "ListLookBacks", rpc.ListLookBacksRequest(**fields))


async def test_look_backs_are_listed_by_what_became_of_them(world: World) -> None:
    opened, done = await badly_rated(world), await record(world, await badly_rated(world), SOLVED)
    moved = await world.move(world.centre(), "OpenLookBack", await demand_at(world, State.TRIAGE), **OPEN)
    found = {one.demand_id: one for one in (await entries(world, world.centre(), page_size=100)).look_backs}
    assert done.id not in found
    assert found[opened.id].serial == opened.serial
    assert found[opened.id].due_at == clock(opened, pb.CLOCK_KIND_LOOK_BACK).due_at
    assert found[opened.id].version == opened.version
    bad = await entries(world, world.supervisor(), origin=pb.LOOK_BACK_ORIGIN_BAD_RATING, page_size=100)
    assert moved.id not in {one.demand_id for one in bad.look_backs}
    recorded = await entries(world, world.centre(), recorded=True, page_size=1)
    assert [one.demand_id for one in recorded.look_backs] == [done.id]
    following = await entries(world, world.centre(), recorded=True, page_size=1, page_token=recorded.next_page_token)
    assert (
        following.look_backs[0].look_back.opened_at.ToDatetime() <= recorded.look_backs[0].look_back.opened_at.ToDatetime()
    )
    wrong = rpc.ListLookBacksRequest(page_token=recorded.next_page_token)
    assert (await world.refused(world.centre(), "ListLookBacks", wrong)).reason == "PAGE_TOKEN_INVALID"


@pytest.mark.parametrize(
    ("method", "fields"), [("OpenLookBack", OPEN), ("RecordLookBack", {"outcome": SOLVED, "note": NOTE})]
)
async def test_a_retry_changes_nothing_and_an_old_version_is_told(world: World, method: str, fields: dict[str, Any]) -> None:
    demand = await (demand_at(world, State.HANDLING) if method == "OpenLookBack" else badly_rated(world))
    actor = world.centre()
    stale = REQUESTS[method](on=on(demand, expected_version=demand.version - 1), **fields)
    assert (await world.refused(actor, method, stale)).reason == "STALE_VERSION"
    request = REQUESTS[method](on=on(demand), **fields)
    first = (await world.call(actor, method, request)).demand
    before = await world.snapshot()
    assert (await world.call(actor, method, request)).demand == first
    assert await world.snapshot() == before
    blank = REQUESTS[method](on=on(first), **{name: "\u3000" if isinstance(v, str) else v for name, v in fields.items()})
    assert (await world.refused(actor, method, blank)).reason == "FIELDS_INVALID"


async def test_who_may_look_back(world: World) -> None:
    demand = await badly_rated(world)
    may = {"centre", "supervisor", "supervisor who handles elsewhere", "operator who is a neighbour's contact"}
    for name, actor in scenes.everybody(world).items():
        if name not in may:
            found = await refused(world, actor, "RecordLookBack", demand, outcome=SOLVED, note=NOTE)
            assert found[0] == "PERMISSION_DENIED", name
            assert (await refused(world, actor, "OpenLookBack", demand, **OPEN))[0] == "PERMISSION_DENIED", name
    for name in may:
        await record(world, await badly_rated(world), SOLVED, scenes.everybody(world)[name])


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
