"""The sweeper: each mark of each clock told once, to those it concerns, however many sweep and however long nobody did."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import events_pb2
from sqlalchemy import text

from kit.calendar import WorkingCalendar
from kit.db import Database
from services.dispatch.__main__ import sweep_all
from services.dispatch.rules import Action, Clock, State
from services.dispatch.service import deadlines
from services.dispatch.service.deadlines import sweep
from tests.dispatch import scenes
from tests.dispatch.conftest import World, on, served

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DUE = START + timedelta(hours=100)


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


@pytest.fixture(autouse=True)
async def quiet(world: World) -> None:
    """Clocks of earlier tests have nothing more to say."""
    await world.sql("UPDATE demand_clock SET next_look = NULL")


CLOCK_OF = {
    State.TRIAGE: Clock.TRIAGE,
    State.DISPATCHED: Clock.ACCEPT,
    State.HANDLING: Clock.HANDLE,
    State.PARKED: Clock.PARK_REVIEW,
    State.REPLIED: Clock.RATING,
}


async def clock_at(world: World, state: State) -> Any:
    """A demand in this state whose running clock takes a hundred hours from START."""
    demand = await scenes.demand_at(world, state)
    others = "UPDATE demand_clock SET next_look = NULL, paused_at = started_at WHERE demand_id = :id AND kind <> :kind"
    await world.sql(f"{others} AND stopped_at IS NULL AND kind <> 'TOTAL'", id=demand.id, kind=CLOCK_OF[state])
    await world.sql(
        "UPDATE demand_clock SET started_at = :start, due_at = :due, fired = 0, next_look = :look"
        " WHERE demand_id = :id AND stopped_at IS NULL AND kind = :kind",
        start=START,
        due=DUE,
        look=after(50),
        id=demand.id,
        kind=CLOCK_OF[state],
    )
    return demand


async def swept(world: World, now: datetime) -> int:
    async with world.database.begin() as session:
        return await sweep(session, world.course, now)


KINDS = {kind.DESCRIPTOR.full_name: kind for kind in (events_pb2.DeadlineWarning, events_pb2.DeadlineBreached)}


async def told(world: World, demand: Any) -> list[Any]:
    """The warnings and breaches there were about a demand."""
    query = "SELECT type, payload FROM outbox WHERE aggregate_id = :id ORDER BY id"
    rows = await world.sql(query, id=demand.id)
    return [KINDS[row.type].FromString(row.payload) for row in rows if row.type in KINDS]


def in_short(events: list[Any]) -> list[int]:
    return [getattr(event, "percent", 100) for event in events]


async def test_each_mark_is_told_once_when_it_is_reached(world: World) -> None:
    demand = await clock_at(world, State.DISPATCHED)
    story = [(49.9, []), (50, [50]), (60, [50]), (79.9, [50]), (80, [50, 80]), (99.9, [50, 80]), (100, [50, 80, 100])]
    for hours, marks in [*story, (101, [50, 80, 100]), (900, [50, 80, 100])]:
        await swept(world, after(hours))
        assert in_short(await told(world, demand)) == marks, hours
    query = "SELECT breached_at, stopped_at, next_look FROM demand_clock WHERE demand_id = :id AND kind = 'ACCEPT'"
    (row,) = await world.sql(query, id=demand.id)
    assert tuple(row) == (after(100), None, None)
    late = await world.move(world.agency(), "AcceptDemand", demand)
    (accept,) = [clock for clock in late.clocks if clock.kind == pb.CLOCK_KIND_ACCEPT]
    assert accept.breached_at.ToDatetime(UTC) == after(100)
    assert accept.HasField("stopped_at")


@pytest.mark.parametrize(("hours", "marks"), [(85, [80]), (100, [100]), (500, [100])])
async def test_marks_that_passed_while_nobody_swept_are_not_made_up_for(
    world: World, hours: float, marks: list[int]
) -> None:
    demand = await clock_at(world, State.DISPATCHED)
    await swept(world, after(hours))
    assert in_short(await told(world, demand)) == marks


async def test_a_stopped_clock_is_silent(world: World) -> None:
    demand = await clock_at(world, State.DISPATCHED)
    await scenes.take(world, demand, Action.ACCEPT)
    assert await swept(world, after(500)) == 0
    assert await told(world, demand) == []


HELD_BY = {
    State.TRIAGE: ("centre_ids", "centre"),
    State.DISPATCHED: ("agency_ids", "hrss"),
    State.HANDLING: ("agency_ids", "hrss"),
    State.REPLIED: ("liaison_ids", ""),
}


@pytest.mark.parametrize("state", HELD_BY)
async def test_a_warning_goes_to_who_holds_the_clock_and_a_breach_also_to_the_centre(world: World, state: State) -> None:
    demand = await clock_at(world, state)
    party, unit = HELD_BY[state]
    holder = str(world.contacts[unit] if unit else world.enterprise.liaison)
    await swept(world, after(50))
    (warning,) = await told(world, demand)
    assert {field.name: list(ids) for field, ids in warning.audience.ListFields()} == {party: [holder]}
    assert (warning.demand.demand_id, warning.demand.version) == (demand.id, demand.version)
    assert warning.due_at.ToDatetime(UTC) == DUE
    if state is State.REPLIED:
        return
    await swept(world, after(100))
    breach = (await told(world, demand))[-1]
    above = "supervisor_ids", "committee"
    follows, follower = above if party == "centre_ids" else ("centre_ids", "centre")
    expected = {party: [holder], follows: [str(world.contacts[follower])]}
    assert {field.name: list(ids) for field, ids in breach.audience.ListFields()} == expected
    assert breach.clock == warning.clock


async def test_an_unrated_reply_closes_at_its_end_and_never_counts_as_content(world: World) -> None:
    demand = await clock_at(world, State.REPLIED)
    await swept(world, after(100))
    closed = (await world.call(world.centre(), "GetDemand", rpc.GetDemandRequest(demand_id=demand.id))).demand
    assert (closed.state, closed.rating_expired, closed.HasField("rating")) == (pb.STATE_CLOSED, True, False)
    assert closed.closed_at.ToDatetime(UTC) == after(100)
    rows = await world.sql("SELECT payload FROM outbox WHERE aggregate_id = :id ORDER BY id DESC LIMIT 1", id=demand.id)
    event = events_pb2.DemandClosed.FromString(rows[0].payload)
    assert event.rating_expired
    assert list(event.audience.liaison_ids) == [str(world.enterprise.liaison)]
    assert list(event.audience.agency_ids) == [str(world.contacts["hrss"])]
    assert await told(world, demand) == []  # not a breach: nobody owed anything
    request = rpc.RateDemandRequest(on=on(closed), satisfaction=5, solved=pb.SOLVED_YES)
    assert (await world.refused(world.enterprise.actor(), "RateDemand", request)).reason == "DEMAND_WRONG_STATE"


async def test_a_rating_at_the_very_end_and_the_end_itself_do_not_both_happen(world: World) -> None:
    for _ in range(6):
        demand = await clock_at(world, State.REPLIED)
        rating = scenes.take(world, demand, Action.CLOSE)
        outcomes = await asyncio.gather(*[rating, swept(world, after(100))], return_exceptions=True)
        await swept(world, after(101))
        rated = not isinstance(outcomes[0], grpc.aio.AioRpcError)
        closed = (await world.call(world.centre(), "GetDemand", rpc.GetDemandRequest(demand_id=demand.id))).demand
        assert (closed.state, closed.rating_expired, closed.HasField("rating")) == (pb.STATE_CLOSED, not rated, rated)
        assert (await world.events(demand.id)).count("DemandClosed") == 1


MANY = 2_000
CROWD = """
WITH made AS (
  INSERT INTO demand SELECT uuidv7(), :mark || n, 'DEMAND', 'hrss', 't', 'b', 'MINI_PROGRAM', CAST(:enterprise AS uuid), 'e',
    gen_random_uuid(), 'a', 2026, gen_random_uuid(), '', 'r', '\\x00', :start, 'DISPATCHED', 1, 'hrss', NULL, NULL, NULL,
    NULL, false, NULL, :start, 2, NULL, 'AGENCY', 'hrss', :start
  FROM generate_series(1, :many) n RETURNING id)
INSERT INTO demand_clock SELECT uuidv7(), id, 'ACCEPT', 1, 'AGENCY', :start, :due, false, 0, :look, NULL, NULL FROM made
"""


async def crowd(world: World) -> str:
    """Two thousand demands, each with a clock that runs from START to DUE. Their serials begin with what is returned."""
    mark = uuid4().hex
    values = {"mark": mark, "enterprise": world.enterprise.id, "start": START, "due": DUE, "look": after(50), "many": MANY}
    await world.sql(CROWD, **values)
    return mark


async def race(world: World, now: datetime, sweepers: int = 2) -> None:
    """Several replicas, each with connections of its own, sweep until nothing is due."""
    url = world.database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    replicas = [Database(url, pool_size=2) for _ in range(sweepers)]

    async def sweeper(database: Database) -> None:
        database.before_commit = world.database.before_commit
        looked_at = 1
        while looked_at:
            async with database.begin() as session:
                looked_at = await sweep(session, world.course, now)

    await asyncio.gather(*[sweeper(database) for database in replicas])
    for database in replicas:
        await database.close()


async def times_told(world: World, mark: str) -> Counter[int]:
    """How many demands were told how many times."""
    rows = await world.sql(
        "SELECT count(o.id) AS told FROM demand d LEFT JOIN outbox o ON o.aggregate_id = d.id::text"
        " WHERE d.serial LIKE :mark || '%' GROUP BY d.id",
        mark=mark,
    )
    return Counter(row.told for row in rows)


async def test_two_who_sweep_at_once_tell_each_mark_once(world: World) -> None:
    mark = await crowd(world)
    await race(world, after(55))
    assert await times_told(world, mark) == {1: MANY}
    await race(world, after(85), sweepers=3)
    assert await times_told(world, mark) == {2: MANY}
    await race(world, after(100))
    assert await times_told(world, mark) == {3: MANY}
    assert await swept(world, after(900)) == 0


async def test_without_its_locks_the_race_would_double(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the test above means something only if this one sees doubles."""
    unlocked = str(deadlines.CLAIM).replace("FOR UPDATE OF c, d SKIP LOCKED", "")
    assert unlocked != str(deadlines.CLAIM)
    monkeypatch.setattr(deadlines, "CLAIM", text(unlocked))
    mark = await crowd(world)
    await race(world, after(55))
    assert (await times_told(world, mark))[2] > 0


async def test_one_round_sweeps_all_that_is_due_batch_by_batch(world: World) -> None:
    mark = await crowd(world)
    any_assembly: Any = world
    await sweep_all(any_assembly, world.course)  # long after DUE
    assert await times_told(world, mark) == {1: MANY}


async def test_a_term_that_rests_on_days_not_yet_published_says_so(world: World) -> None:
    unknown = replace(world.course, calendar=WorkingCalendar({}))
    async with served(world.database, unknown) as stub:
        demand = await replace(world, stub=stub).submit()
    assert [clock.provisional for clock in demand.clocks if clock.HasField("due_at")] == [True, True, True]
    listed = await world.call(world.centre(), "GetDemand", rpc.GetDemandRequest(demand_id=demand.id))
    assert {clock.provisional for clock in listed.demand.clocks if clock.HasField("due_at")} == {True}
    settled = world.course.calendar.add_workdays(datetime.now(UTC), world.course.terms.accept)
    (accept,) = [clock for clock in (await world.submit()).clocks if clock.kind == pb.CLOCK_KIND_ACCEPT]
    assert accept.provisional == settled.provisional
