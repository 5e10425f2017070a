"""协办: who assists, what they may, what the answer waits for, and when it is over for them."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import co_handling_service_pb2 as assisting
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2

from kit.auth import Actor
from services.dispatch.reference_data import CATEGORIES, CONSULTATION_GROUPS
from services.dispatch.rules import Action, State
from services.dispatch.service.reference import KEEP_UNIT
from tests import signing
from tests.dispatch import scenes
from tests.dispatch.conftest import REQUESTS, World, on
from tests.dispatch.looks import audience, clock, decide, read, refused, runs
from tests.dispatch.scenes import demand_at, take
from tests.dispatch.test_moves import event, timeline
from tests.dispatch.test_returns import about, is_gone

OPINION = "涉及搬迁的，应先办排污许可变更。"


async def assisted(world: World, state: State) -> Any:
    """A demand of hrss that eco_env assists with."""
    return await take(world, await demand_at(world, state), Action.ADD_CO_HANDLER)


async def opined(world: World, demand: Any, actor: Actor | None = None, **fields: Any) -> Any:
    return await world.move(actor or world.agency("eco_env"), "GiveOpinion", demand, **({"opinion": OPINION} | fields))


async def keep(world: World, code: str, *, active: bool = True) -> None:
    """An agency that takes part, or no longer does."""
    async with world.database.begin() as session:
        values = {"code": code, "name": f"区{code}局", "kind": "AGENCY", "active": active}
        versions = {"version": int(datetime.now(UTC).timestamp() * 1e6), "contact_ids": [uuid4()], "leader_ids": []}
        await session.execute(KEEP_UNIT, values | versions)


async def test_a_dispatch_names_who_assists_and_tells_them(world: World) -> None:
    await keep(world, "market_reg")
    fields = {"unit_code": "hrss", "co_unit_codes": ["eco_env", "market_reg"]}
    sent = await world.move(world.centre(), "DispatchDemand", await demand_at(world, State.TRIAGE), **fields)
    assert [(one.unit_code, one.opinion, one.waived) for one in sent.co_handlers] == [
        ("eco_env", "", False),
        ("market_reg", "", False),
    ]
    clocks = [one for one in sent.clocks if one.kind == pb.CLOCK_KIND_OPINION]
    assert {one.ref: one.holder for one in clocks} == dict.fromkeys(fields["co_unit_codes"], pb.PARTY_CO_HANDLER)
    due = world.course.calendar.add_workdays(datetime.now(UTC), 3).at
    assert {one.due_at.ToDatetime(UTC) for one in clocks} == {due}
    told = await audience(world, sent, events_pb2.DemandDispatched)
    assert str(world.contacts["eco_env"]) in told["co_handler_ids"]
    assert len(told["co_handler_ids"]) == 2
    named = await event(world, sent.id, events_pb2.DemandDispatched)
    assert named.due_at == clock(sent, pb.CLOCK_KIND_ACCEPT).due_at


async def test_the_centre_or_the_leads_handler_has_another_agency_assist(world: World) -> None:
    for actor, state in ((world.centre(), State.DISPATCHED), (world.agency(), State.HANDLING)):
        demand = await demand_at(world, state)
        added = await world.move(actor, "AddCoHandler", demand, unit_code="eco_env")
        assert (added.state, added.holder) == (demand.state, demand.holder)
        assert (clock(added, pb.CLOCK_KIND_OPINION).ref, runs(clock(added, pb.CLOCK_KIND_OPINION))) == ("eco_env", True)
        told = await event(world, added.id, events_pb2.DemandCoHandlerAdded)
        assert (told.unit_code, told.due_at) == ("eco_env", clock(added, pb.CLOCK_KIND_OPINION).due_at)
        assert await audience(world, added, events_pb2.DemandCoHandlerAdded) == {
            "co_handler_ids": [str(world.contacts["eco_env"])]
        }
        ((name,),) = await world.sql("SELECT name FROM unit WHERE code = 'eco_env'")
        assert (await timeline(world, world.agency("eco_env"), added.id))[-1].text == name
        found = await refused(world, actor, "AddCoHandler", added, unit_code="eco_env")
        assert found[0] == "CO_HANDLER_INVALID"


async def test_who_assists_reads_all_and_does_nothing_but_give_its_opinion(world: World) -> None:
    await keep(world, "emergency")
    await is_gone(world, await demand_at(world, State.HANDLING), world.agency("eco_env"))
    demand = await assisted(world, State.HANDLING)
    helper = signing.person(Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD, unit="eco_env")
    assert (await read(world, demand, helper)).body == demand.body
    moves: dict[str, dict[str, Any]] = {
        "ReplyDemand": scenes.ANSWER,
        "LogContact": {"note": "已联系"},
        "RequestInfo": {"questions": ["几年？"]},
        "RequestExtension": scenes.extension(world),
        "AddCoHandler": {"unit_code": "emergency"},
    }
    given = await opined(world, demand)
    for method, fields in moves.items():
        assert (await refused(world, helper, method, given, **fields))[0] == "PERMISSION_DENIED", method
    for stranger in (world.agency(), signing.person(Role.ROLE_SUPERVISOR, Role.ROLE_AGENCY_CONTACT, unit="market_reg")):
        assert (await refused(world, stranger, "GiveOpinion", given, opinion=OPINION))[0] == "PERMISSION_DENIED"
    assert (await refused(world, helper, "GiveOpinion", demand, opinion="　\n"))[0] == "FIELDS_INVALID"


@pytest.mark.parametrize("state", [State.DISPATCHED, State.ACCEPTED, State.HANDLING, State.AWAITING_ENTERPRISE])
async def test_an_opinion_is_given_once_and_stops_its_term(world: World, state: State) -> None:
    demand = await assisted(world, State.HANDLING if state is State.AWAITING_ENTERPRISE else state)
    if state is State.AWAITING_ENTERPRISE:
        demand = await take(world, demand, Action.ASK_INFO)
    given = await opined(world, demand)
    assert given.state == demand.state
    assert (given.co_handlers[0].opinion, given.co_handlers[0].HasField("opinion_at")) == (OPINION, True)
    assert clock(given, pb.CLOCK_KIND_OPINION).HasField("stopped_at")
    told = await event(world, given.id, events_pb2.DemandOpinionGiven)
    assert (told.unit_code, told.waived) == ("eco_env", False)
    assert await audience(world, given, events_pb2.DemandOpinionGiven) == {"agency_ids": [str(world.contacts["hrss"])]}
    again = await refused(world, world.agency("eco_env"), "GiveOpinion", given, opinion="再补充")
    assert again[0] == "CO_HANDLER_INVALID"
    waiver = {"unit_code": "eco_env", "reason": "不再需要"}
    assert (await refused(world, world.centre(), "WaiveOpinion", given, **waiver))[0] == "CO_HANDLER_INVALID"


async def test_an_opinion_that_was_asked_for_again_by_a_lost_answer_is_given_once(world: World) -> None:
    demand = await assisted(world, State.HANDLING)
    request = REQUESTS["GiveOpinion"](on=on(demand), opinion=OPINION)
    first = (await world.call(world.agency("eco_env"), "GiveOpinion", request)).demand
    before = await world.snapshot()
    assert (await world.call(world.agency("eco_env"), "GiveOpinion", request)).demand == first
    assert await world.snapshot() == before


async def test_the_answer_waits_for_every_opinion_that_nobody_waived(world: World) -> None:
    await keep(world, "emergency")
    demand = await assisted(world, State.HANDLING)
    demand = await world.move(world.agency(), "AddCoHandler", demand, unit_code="emergency")
    both = ("OPINION_MISSING", {"units": "eco_env,emergency"})
    assert await refused(world, world.agency(), "ReplyDemand", demand, **scenes.ANSWER) == both
    assert await refused(world, world.leader(), "ReplyDemand", demand, **scenes.ANSWER) == both
    demand = await opined(world, demand)
    only = ("OPINION_MISSING", {"units": "emergency"})
    assert await refused(world, world.leader(), "ReplyDemand", demand, **scenes.ANSWER) == only
    waived = await world.move(world.centre(), "WaiveOpinion", demand, unit_code="emergency", reason="已电话征求意见")
    assert [(one.unit_code, one.waived) for one in waived.co_handlers] == [("eco_env", False), ("emergency", True)]
    assert not any(runs(one) for one in waived.clocks if one.kind == pb.CLOCK_KIND_OPINION)
    told = await event(world, waived.id, events_pb2.DemandOpinionGiven)
    assert (told.unit_code, told.waived) == ("emergency", True)
    line = (await timeline(world, world.centre(), waived.id))[-1]
    assert (line.type, line.text) == ("opinion_waived", "区emergency局：已电话征求意见")
    replied = await world.move(world.leader(), "ReplyDemand", waived, **scenes.ANSWER)
    assert replied.state == pb.STATE_REPLIED


async def test_a_signature_waits_for_opinions_as_well(world: World) -> None:
    demand = await take(world, await demand_at(world, State.HANDLING), Action.ANSWER)
    added = await take(world, demand, Action.ADD_CO_HANDLER)
    fields = {"approval_id": added.approvals[0].id, "approve": True}
    missing = ("OPINION_MISSING", {"units": "eco_env"})
    assert await refused(world, world.leader(), "DecideApproval", added, **fields) == missing
    given = await opined(world, added)
    signed = await decide(world, world.leader(), given, approve=True)
    assert signed.state == pb.STATE_REPLIED


async def test_a_waiver_says_why_and_is_the_centres(world: World) -> None:
    demand = await assisted(world, State.HANDLING)
    waiver = {"unit_code": "eco_env", "reason": "已电话征求意见"}
    assert (await refused(world, world.agency(), "WaiveOpinion", demand, **waiver))[0] == "PERMISSION_DENIED"
    blank = waiver | {"reason": "　"}
    assert (await refused(world, world.centre(), "WaiveOpinion", demand, **blank))[0] == "FIELDS_INVALID"
    other = waiver | {"unit_code": "hrss"}
    assert (await refused(world, world.centre(), "WaiveOpinion", demand, **other))[0] == "CO_HANDLER_INVALID"
    waived = await world.move(world.centre(), "WaiveOpinion", demand, **waiver)
    assert (await refused(world, world.centre(), "WaiveOpinion", waived, **waiver))[0] == "CO_HANDLER_INVALID"
    late = await refused(world, world.agency("eco_env"), "GiveOpinion", waived, opinion=OPINION)
    assert late[0] == "CO_HANDLER_INVALID"


UNFIT = [
    ("hrss", "CO_HANDLER_INVALID"),
    ("centre", "UNIT_NOT_AN_AGENCY"),
    ("nobody", "UNIT_NOT_AN_AGENCY"),
    ("court", "UNIT_WITHOUT_CONTACT"),
    ("eco_env", "SUBJECT_AGENCY"),
]


@pytest.mark.parametrize(("unit", "reason"), UNFIT)
async def test_who_cannot_assist_is_not_asked(world: World, unit: str, reason: str) -> None:
    demand = await demand_at(world, State.HANDLING)
    await about(world, demand, "eco_env")
    assert (await refused(world, world.centre(), "AddCoHandler", demand, unit_code=unit))[0] == reason
    waiting = await demand_at(world, State.TRIAGE)
    await about(world, waiting, "eco_env")
    fields = {"unit_code": "hrss", "co_unit_codes": [unit]}
    assert (await refused(world, world.centre(), "DispatchDemand", waiting, **fields))[0] == reason


async def test_the_agency_that_a_demand_is_about_never_leads_it(world: World) -> None:
    demand = await demand_at(world, State.TRIAGE)
    await about(world, demand, "hrss")
    assert (await refused(world, world.centre(), "DispatchDemand", demand, unit_code="hrss"))[0] == "SUBJECT_AGENCY"


@pytest.mark.parametrize("action", [Action.ADD_CO_HANDLER, Action.GIVE_OPINION, Action.WAIVE_OPINION])
@pytest.mark.parametrize("state", [State.TRIAGE, State.RETURN_REVIEW, State.PARKED, State.REPLIED, State.CLOSED])
async def test_assistance_has_its_states(world: World, action: Action, state: State) -> None:
    _, method, fields = scenes.step(world, action)
    someone = signing.person(Role.ROLE_CENTRE_OPERATOR, Role.ROLE_AGENCY_CONTACT, unit="centre")
    found = await refused(world, someone, method, await demand_at(world, state), **fields)
    assert (found[0], found[1]["state"]) == ("DEMAND_WRONG_STATE", state)


async def test_who_assists_reads_along_until_the_answer_and_no_longer(world: World) -> None:
    helper = world.agency("eco_env")
    demand = await opined(world, await assisted(world, State.HANDLING))
    assert (await read(world, demand, helper)).version == demand.version
    replied = await world.move(world.leader(), "ReplyDemand", demand, **scenes.ANSWER)
    await is_gone(world, replied, helper)
    assert [one.opinion for one in replied.co_handlers] == [OPINION]


async def test_it_is_over_for_who_assists_when_the_demand_is_withdrawn(world: World) -> None:
    demand = await take(world, await assisted(world, State.ACCEPTED), Action.WITHDRAW)
    assert str(world.contacts["eco_env"]) in (await audience(world, demand, events_pb2.DemandWithdrawn))["co_handler_ids"]
    await is_gone(world, demand, world.agency("eco_env"))


@pytest.mark.parametrize("action", [Action.RETURN_TO_TRIAGE, Action.RETURN_TO_OTHER])
async def test_it_is_over_for_who_assists_when_another_leads(world: World, action: Action) -> None:
    await keep(world, "market_reg")
    demand = await world.move(
        world.centre(), "AddCoHandler", await demand_at(world, State.DISPATCHED), unit_code="market_reg"
    )
    asked = await take(world, demand, Action.ASK_RETURN)
    assert not runs(clock(asked, pb.CLOCK_KIND_OPINION))
    assert (await read(world, asked, world.agency("market_reg"))).id == asked.id
    moved = await take(world, asked, action)
    await is_gone(world, moved, world.agency("market_reg"))
    assert not list(moved.co_handlers)
    assert clock(moved, pb.CLOCK_KIND_OPINION).HasField("stopped_at")
    if action is Action.RETURN_TO_OTHER:
        again = await world.move(world.centre(), "AddCoHandler", moved, unit_code="market_reg")
        given = await opined(world, again, world.agency("market_reg"))
        assert [one.opinion for one in given.co_handlers] == [OPINION]


async def test_a_return_that_is_denied_leaves_them_their_term(world: World) -> None:
    demand = await assisted(world, State.DISPATCHED)
    asked = await take(world, demand, Action.ASK_RETURN)
    denied = await take(world, asked, Action.DENY_RETURN)
    again = clock(denied, pb.CLOCK_KIND_OPINION)
    assert (runs(again), again.due_at) == (True, clock(demand, pb.CLOCK_KIND_OPINION).due_at)
    assert (await opined(world, denied)).co_handlers[0].opinion == OPINION


async def test_who_was_not_heard_before_the_parking_is_heard_after_it(world: World) -> None:
    demand = await take(world, await assisted(world, State.ACCEPTED), Action.ASK_PAUSED)
    signed = await decide(world, world.leader(), demand, approve=True)
    parked = await decide(world, world.centre(), signed, approve=True)
    assert clock(parked, pb.CLOCK_KIND_OPINION).HasField("stopped_at")
    resumed = await take(world, parked, Action.RESUME)
    assert (runs(clock(resumed, pb.CLOCK_KIND_OPINION)), clock(resumed, pb.CLOCK_KIND_OPINION).ref) == (True, "eco_env")
    told = await event(world, resumed.id, events_pb2.DemandResumed)
    assert told.due_at == clock(resumed, pb.CLOCK_KIND_HANDLE).due_at
    assert clock(await opined(world, resumed), pb.CLOCK_KIND_OPINION).HasField("stopped_at")


async def test_the_enterprise_learns_who_assists_and_not_what_they_say(world: World) -> None:
    demand = await opined(world, await assisted(world, State.HANDLING))
    seen = await read(world, demand, world.enterprise.actor())
    (one,) = seen.co_handlers
    assert (one.unit_code, bool(one.unit_name)) == ("eco_env", True)
    assert (one.opinion, one.HasField("opinion_at"), one.waived) == ("", False, False)
    lines = {line.type: line.text for line in await timeline(world, world.enterprise.actor(), demand.id)}
    assert (lines["co_handler_added"], lines["opinion_given"]) == ("", "")
    assert (await timeline(world, world.agency(), demand.id))[-1].text == OPINION


def test_the_groups_hold_each_agency_once() -> None:
    grouped = [code for group in CONSULTATION_GROUPS for code in group]
    assert sorted(grouped) == sorted(unit for *_, unit in CATEGORIES if unit)


async def test_the_group_of_the_lead_is_suggested(world: World) -> None:
    await keep(world, "market_reg")
    await keep(world, "fire_rescue")
    await keep(world, "emergency", active=False)

    async def suggested(lead: str) -> list[str]:
        request = assisting.SuggestCoHandlersRequest(lead_unit_code=lead)
        return [one.unit_code for one in (await world.call(world.centre(), "SuggestCoHandlers", request)).agencies]

    assert await suggested("hrss") == ["market_reg"]
    assert await suggested("eco_env") == ["fire_rescue"]  # emergency takes part no more
    assert await suggested("procuratorate") == []  # 区法院 has no contact
    assert await suggested("justice") == []
    assert await suggested("nobody") == []


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
