"""Appeals about ratings, and what does not count in the assessment: all of it stays visible."""

from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2

from services.dispatch.rules import Action, State
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.looks import audience, clock, read, refused, runs
from tests.dispatch.scenes import demand_at, take
from tests.dispatch.test_look_backs import NOTE, UNSOLVED, answered_again, badly_rated, record
from tests.dispatch.test_supervision import issue

REASON, RULING = {"reason": "已依法办结，企业诉求无法律依据"}, "经核，答复有据，评价不计入考核。"


async def appeal(world: World, demand: Any) -> Any:
    return await world.move(world.leader(), "AskAppeal", demand, **REASON)


async def test_an_appeal_that_is_upheld_leaves_the_rating_as_it_was_given(world: World) -> None:
    rated = await badly_rated(world)
    demand = await appeal(world, rated)
    (pending,) = demand.approvals
    assert (pending.kind, pending.stage, pending.reason) == (pb.APPROVAL_KIND_APPEAL, pb.PARTY_CENTRE, REASON["reason"])
    assert runs(clock(demand, pb.CLOCK_KIND_APPROVAL))
    told = await audience(world, demand, events_pb2.DemandApprovalRequested)
    assert told == {"centre_ids": [str(world.contacts["centre"])]}
    assert (await refused(world, world.leader(), "AskAppeal", demand, **REASON))[0] == "APPROVAL_PENDING"
    demand = await world.move(world.centre_lead(), "DecideAppeal", demand, uphold=True, ruling=RULING)
    assert (demand.kpi_excluded, demand.rating.excluded, demand.rating.ruling) == (True, True, RULING)
    kept = ("satisfaction", "solved", "comment", "rated_at")
    assert [getattr(demand.rating, name) for name in kept] == [getattr(rated.rating, name) for name in kept]
    assert (await read(world, demand, world.enterprise.actor())).rating == demand.rating
    assert not runs(clock(demand, pb.CLOCK_KIND_APPROVAL))
    assert demand.state == pb.STATE_REPLIED  # the look-back is still owed
    assert (await refused(world, world.leader(), "AskAppeal", demand, **REASON))[0] == "DEMAND_WRONG_STATE"
    assert (await refused(world, world.centre_lead(), "DecideAppeal", demand, uphold=False, ruling="改判"))[
        0
    ] == "APPROVAL_NOT_FOUND"


async def test_an_appeal_that_is_denied_excludes_nothing_and_is_the_only_one(world: World) -> None:
    demand = await appeal(world, await demand_at(world, State.CLOSED))
    assert demand.state == pb.STATE_CLOSED
    demand = await world.move(world.centre_lead(), "DecideAppeal", demand, uphold=False, ruling="评价属实")
    assert (demand.kpi_excluded, demand.rating.excluded, demand.rating.ruling) == (False, False, "评价属实")
    assert (await refused(world, world.leader(), "AskAppeal", demand, **REASON))[0] == "DEMAND_WRONG_STATE"


async def test_there_is_no_appeal_without_a_rating(world: World) -> None:
    demand = await demand_at(world, State.REPLIED)
    assert (await refused(world, world.leader(), "AskAppeal", demand, **REASON))[0] == "DEMAND_WRONG_STATE"


async def test_an_appeal_outlives_the_closing_but_not_the_round(world: World) -> None:
    closed = await appeal(world, await badly_rated(world))
    closed = await record(world, closed, pb.LOOK_BACK_OUTCOME_SOLVED)
    assert (closed.state, runs(clock(closed, pb.CLOCK_KIND_APPROVAL))) == (pb.STATE_CLOSED, True)
    await world.move(world.centre_lead(), "DecideAppeal", closed, uphold=True, ruling=RULING)
    again = await record(world, await appeal(world, await badly_rated(world)), UNSOLVED)
    assert (again.state, len(again.approvals)) == (pb.STATE_DISPATCHED, 0)
    ((state,),) = await world.sql("SELECT state FROM demand_approval WHERE demand_id = :id", id=again.id)
    assert state == "VOID"
    again = await take(world, await answered_again(world, again), Action.CLOSE)
    again = await appeal(world, again)  # each round has a rating of its own
    again = await world.move(world.centre_lead(), "DecideAppeal", again, uphold=True, ruling=RULING)
    found = await world.sql(
        "SELECT r.round, g.excluded FROM demand_reply r JOIN demand_rating g ON g.reply_id = r.id"
        " WHERE r.demand_id = :id ORDER BY r.round",
        id=again.id,
    )
    assert [tuple(row) for row in found] == [(1, False), (2, True)]


async def test_who_appeals_and_who_decides(world: World) -> None:
    demand = await badly_rated(world)
    for name, actor in scenes.everybody(world).items():
        if name != "own agency's lead":
            assert (await refused(world, actor, "AskAppeal", demand, **REASON))[0] == "PERMISSION_DENIED", name
    stranger = signing.person(Role.ROLE_AGENCY_LEAD, unit="eco_env")
    assert (await refused(world, stranger, "AskAppeal", demand, **REASON))[0] == "DEMAND_NOT_FOUND"
    demand = await appeal(world, demand)
    for method, fields in (
        ("DecideAppeal", {"uphold": True, "ruling": RULING}),
        ("ExcludeFromKpi", REASON),
    ):
        for name, actor in scenes.everybody(world).items():
            assert (await refused(world, actor, method, demand, **fields))[0] == "PERMISSION_DENIED", name
    for approve in (True, False):
        decision = {"approval_id": demand.approvals[0].id, "approve": approve}
        assert (await refused(world, world.centre_lead(), "DecideApproval", demand, **decision))[0] == "APPROVAL_NOT_FOUND"


async def test_what_does_not_count_stays_visible(world: World) -> None:
    demand = await demand_at(world, State.HANDLING)
    demand = await world.move(world.centre_lead(), "ExcludeFromKpi", demand, **REASON)
    assert (demand.kpi_excluded, demand.state) == (True, pb.STATE_HANDLING)
    for actor in (world.agency(), world.supervisor(), world.enterprise.actor()):
        assert (await read(world, demand, actor)).kpi_excluded
    assert set(await audience(world, demand, events_pb2.DemandExcluded)) == {"agency_ids"}
    assert (await refused(world, world.centre_lead(), "ExcludeFromKpi", demand, **REASON))[0] == "DEMAND_WRONG_STATE"


async def test_what_is_excluded_stays_so_in_every_round(world: World) -> None:
    """The exclusion is of the demand, whoever has it: only the centre's lead decides, and no new round takes that back."""
    demand = await world.move(world.centre_lead(), "ExcludeFromKpi", await badly_rated(world), **REASON)
    demand = await record(world, demand, UNSOLVED)
    assert (demand.round, demand.kpi_excluded) == (2, True)
    demand = await take(world, await take(world, await answered_again(world, demand), Action.CLOSE), Action.REOPEN)
    assert (demand.round, demand.kpi_excluded) == (3, True)
    assert (await refused(world, world.centre_lead(), "ExcludeFromKpi", demand, **REASON))[0] == "DEMAND_WRONG_STATE"


CHANGES: dict[str, Any] = {
    "AskAppeal": lambda world: (world.leader(), REASON),
    "DecideAppeal": lambda world: (world.centre_lead(), {"uphold": True, "ruling": RULING}),
    "ExcludeFromKpi": lambda world: (world.centre_lead(), REASON),
}


@pytest.mark.parametrize("method", CHANGES)
async def test_a_retry_changes_nothing_and_an_old_version_is_told(world: World, method: str) -> None:
    demand = await badly_rated(world)
    demand = await appeal(world, demand) if method == "DecideAppeal" else demand
    actor, fields = CHANGES[method](world)
    stale = REQUESTS[method](on=on(demand, expected_version=demand.version - 1), **fields)
    assert (await world.refused(actor, method, stale)).reason == "STALE_VERSION"
    request = REQUESTS[method](on=on(demand), **fields)
    first = (await world.call(actor, method, request)).demand
    before = await world.snapshot()
    assert (await world.call(actor, method, request)).demand == first
    assert await world.snapshot() == before
    assert first.version == demand.version + 1


async def test_what_staff_write_to_one_another_is_not_for_the_enterprise(world: World) -> None:
    demand = await appeal(world, await issue(world, await badly_rated(world)))
    demand = await world.move(world.centre_lead(), "DecideAppeal", demand, uphold=True, ruling=RULING)
    demand = await record(world, demand, pb.LOOK_BACK_OUTCOME_SOLVED)
    request = REQUESTS["ListDemandEvents"](demand_id=demand.id)
    told = await world.call(world.enterprise.actor(), "ListDemandEvents", request)
    texts = {line.type: line.text for line in told.events}
    assert {texts[one] for one in ("order_issued", "appeal_requested", "appeal_decided", "looked_back")} == {""}
    known = await world.call(world.centre(), "ListDemandEvents", request)
    assert {line.text for line in known.events if line.type == "looked_back"} == {NOTE}


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
