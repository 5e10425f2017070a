"""并案: demands joined, answered together by whoever may, and rated apart; nobody learns of what is not theirs."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import events_pb2
from fahu.dispatch.v1 import joint_case_service_pb2 as joint

from kit.auth import Actor
from kit.rpc.client import Refusal
from services.dispatch.queries.joint_cases import MOST_MEMBERS
from services.dispatch.rules import Action, State
from tests.dispatch import looks, scenes
from tests.dispatch.conftest import Enterprise, World
from tests.dispatch.scenes import demand_at, take


async def create(world: World, *demands: Any, actor: Actor | None = None, **fields: Any) -> Any:
    request = creation(*demands, **fields)
    return (await world.call(actor or world.centre(), "CreateJointCase", request)).joint_case


def creation(*demands: Any, **fields: Any) -> joint.CreateJointCaseRequest:
    values = {"title": "经济补偿", "demand_ids": [one.id for one in demands], "request_id": uuid4().hex}
    return joint.CreateJointCaseRequest(**(values | fields))


async def read(world: World, case: Any, actor: Actor | None = None) -> Any:
    request = joint.GetJointCaseRequest(joint_case_id=case.id)
    return (await world.call(actor or world.centre(), "GetJointCase", request)).joint_case


def on(case: Any, **fields: Any) -> joint.JointPrecondition:
    values = {"joint_case_id": case.id, "expected_version": case.version, "request_id": uuid4().hex}
    return joint.JointPrecondition(**(values | fields))


def asked(method: str, case: Any, **fields: Any) -> Any:
    return getattr(joint, f"{method}Request")(**({"on": on(case)} | fields))


async def change(world: World, actor: Actor, method: str, case: Any, **fields: Any) -> Any:
    return await world.call(actor, method, asked(method, case, **fields))


async def reply(world: World, actor: Actor, case: Any, **fields: Any) -> Any:
    return await change(world, actor, "ReplyJointCase", await read(world, case, actor), **(scenes.ANSWER | fields))


async def handled(world: World, whose: Enterprise, how: Action = Action.HANDLE_NOW) -> Any:
    demand = await world.submit(whose.actor())
    for action in (Action.ACCEPT, how):
        demand = await take(world, demand, action)
    return demand


def told(found: Refusal) -> dict[str, str]:
    return {one.field: one.rule for one in found.violations}


async def test_joined_demands_say_so_to_staff_and_tell_enterprises_nothing_of_each_other(world: World) -> None:
    mine, theirs = await world.submit(), await world.submit(world.neighbour.actor())
    case = await create(world, mine, theirs)
    assert [one.id for one in case.members] == [mine.id, theirs.id]
    for enterprise, demand in ((world.enterprise, mine), (world.neighbour, theirs)):
        found = await looks.read(world, demand, enterprise.actor())
        assert (found.joint_case_id, found.version, found.state) == ("", demand.version + 1, demand.state)
        assert (await looks.read(world, demand, world.agency())).joint_case_id == case.id
        listed = (await world.call(enterprise.actor(), "ListDemands", rpc.ListDemandsRequest())).demands
        assert {one.joint_case_id for one in listed} == {""}
        lines = (
            await world.call(enterprise.actor(), "ListDemandEvents", rpc.ListDemandEventsRequest(demand_id=demand.id))
        ).events
        assert (lines[-1].type, lines[-1].text) == ("joined", "")
        audience = await looks.audience(world, demand, events_pb2.DemandJoined)
        assert audience == {"liaison_ids": [str(enterprise.liaison)], "agency_ids": [str(world.contacts["hrss"])]}
    for actor in (world.enterprise.actor(), world.officer()):
        for method in ("GetJointCase", "ListJointCases"):
            request = getattr(joint, f"{method}Request")()
            assert (await world.refused(actor, method, request)).reason == "PERMISSION_DENIED"


async def test_each_sees_the_members_it_may_see_and_no_case_without_one(world: World) -> None:
    ours, unsure = await world.submit(), await world.submit(category_code="unsure")
    elsewhere = await world.submit(category_code="eco_env")
    case, other = (
        await create(world, ours, unsure),
        await create(world, elsewhere, await world.submit(category_code="unsure")),
    )
    assert [one.id for one in (await read(world, case, world.agency())).members] == [ours.id]
    assert len((await read(world, case, world.supervisor())).members) == 2
    request = joint.GetJointCaseRequest(joint_case_id=other.id)
    assert (await world.refused(world.agency(), "GetJointCase", request)).reason == "JOINT_CASE_NOT_FOUND"
    listed = (await world.call(world.agency(), "ListJointCases", joint.ListJointCasesRequest(page_size=100))).joint_cases
    found = {one.id: (one.members, one.unanswered) for one in listed}
    assert found[case.id] == (1, 1)
    assert other.id not in found
    change = asked("ReplyJointCase", other, **scenes.ANSWER)
    assert (await world.refused(world.agency(), "ReplyJointCase", change)).reason == "JOINT_CASE_NOT_FOUND"


async def test_cases_are_paged_and_answered_ones_can_be_left_out(world: World) -> None:
    cases = [
        await create(world, await handled(world, world.enterprise), await handled(world, world.neighbour)) for _ in "ab"
    ]
    await reply(world, world.agency(), cases[0])
    request = joint.ListJointCasesRequest(unanswered=True, page_size=1)
    first = await world.call(world.centre(), "ListJointCases", request)
    assert [one.id for one in first.joint_cases] == [cases[1].id]
    request.page_token = first.next_page_token
    while request.page_token:
        page = await world.call(world.centre(), "ListJointCases", request)
        assert cases[0].id not in {one.id for one in page.joint_cases}
        request.page_token = page.next_page_token
    newest = await world.call(world.centre(), "ListJointCases", joint.ListJointCasesRequest(page_size=2))
    assert [(one.id, one.unanswered) for one in newest.joint_cases] == [(cases[1].id, 2), (cases[0].id, 0)]


async def test_what_cannot_be_joined_is_told_by_demand_and_nothing_is_joined(world: World) -> None:
    good, answered, taken = await world.submit(), await demand_at(world, State.REPLIED), await world.submit()
    await create(world, taken, await world.submit())
    nothing = str(uuid4())
    request = creation(good, answered, taken)
    request.demand_ids.append(nothing)
    found = await world.refused(world.centre(), "CreateJointCase", request)
    assert (found.code, found.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "JOINT_MEMBERS_REFUSED")
    assert told(found) == {
        nothing: "DEMAND_NOT_FOUND",
        answered.serial: "DEMAND_WRONG_STATE",
        taken.serial: "DEMAND_IN_JOINT_CASE",
    }
    for bad in (creation(good), creation(good, good), creation(good, taken, title="　")):
        assert (await world.refused(world.centre(), "CreateJointCase", bad)).reason == "FIELDS_INVALID"
    assert (await world.refused(world.agency(), "CreateJointCase", request)).reason == "PERMISSION_DENIED"


async def test_members_come_and_go(world: World) -> None:
    first, second, third = [await world.submit() for _ in range(3)]
    case = await create(world, first, second)
    added = (await change(world, world.centre(), "AddToJointCase", case, demand_ids=[third.id])).joint_case
    assert [one.id for one in added.members] == [first.id, second.id, third.id]
    assert added.version != case.version
    fields = {"demand_ids": [first.id], "reason": "另有争议"}
    left = (await change(world, world.centre(), "TakeOutOfJointCase", added, **fields)).joint_case
    assert [one.id for one in left.members] == [second.id, third.id]
    line = (await looks.timeline(world, first))[-1]
    assert (line.type, line.text) == ("taken_out", "")
    again = asked("TakeOutOfJointCase", left, **fields)
    assert told(await world.refused(world.centre(), "TakeOutOfJointCase", again)) == {first.id: "DEMAND_NOT_FOUND"}
    stale = asked("AddToJointCase", case, demand_ids=[first.id])
    assert (await world.refused(world.centre(), "AddToJointCase", stale)).reason == "STALE_VERSION"
    assert first.id in {one.id for one in (await create(world, first, await world.submit())).members}


async def test_a_case_has_its_limit(world: World) -> None:
    first = await create(world, *[await world.submit() for _ in range(MOST_MEMBERS - 1)])
    more = [(await world.submit()).id for _ in range(2)]
    found = await world.refused(world.centre(), "AddToJointCase", asked("AddToJointCase", first, demand_ids=more))
    assert (found.reason, found.metadata) == ("JOINT_CASE_FULL", {"limit": str(MOST_MEMBERS)})
    await change(world, world.centre(), "AddToJointCase", first, demand_ids=more[:1])


async def test_one_answer_goes_to_all_that_can_be_answered_and_each_has_its_own(world: World) -> None:
    mine, theirs = await handled(world, world.enterprise), await handled(world, world.neighbour)
    waiting = await world.submit()
    case = await create(world, mine, theirs, waiting)
    answer = await reply(world, world.agency(), case)
    assert sorted(answer.answered_ids) == sorted([mine.id, theirs.id])
    for enterprise, demand in ((world.enterprise, mine), (world.neighbour, theirs)):
        found = await looks.read(world, demand, enterprise.actor())
        assert (found.state, found.reply.conclusion) == (pb.STATE_REPLIED, scenes.ANSWER["conclusion"])
        assert looks.runs(looks.clock(found, pb.CLOCK_KIND_RATING))
        assert not looks.runs(looks.clock(found, pb.CLOCK_KIND_HANDLE))
        audience = await looks.audience(world, demand, events_pb2.DemandReplied)
        assert audience == {"liaison_ids": [str(enterprise.liaison)]}
    replies = await world.sql("SELECT DISTINCT id FROM demand_reply WHERE demand_id IN (:a, :b)", a=mine.id, b=theirs.id)
    assert len(replies) == 2
    assert (await looks.read(world, waiting)).state == pb.STATE_DISPATCHED
    await world.move(world.enterprise.actor(), "RateDemand", await looks.read(world, mine), **scenes.CONTENT)
    await world.move(world.neighbour.actor(), "RateDemand", await looks.read(world, theirs), **scenes.DISCONTENT)
    assert [one.state for one in (await read(world, case)).members] == [
        pb.STATE_CLOSED,
        pb.STATE_REPLIED,
        pb.STATE_DISPATCHED,
    ]
    await scenes.check_histories(world)


async def test_the_centre_answers_what_is_in_triage_and_an_agency_what_it_leads(world: World) -> None:
    unsure, ours = await world.submit(category_code="unsure"), await handled(world, world.enterprise)
    theirs = await handled(world, world.neighbour)
    await world.move(world.centre(), "AddCoHandler", ours, unit_code="eco_env")
    case = await create(world, unsure, ours, theirs)
    assisting = asked("ReplyJointCase", await read(world, case, world.agency("eco_env")), **scenes.ANSWER)
    assert (await world.refused(world.agency("eco_env"), "ReplyJointCase", assisting)).reason == "JOINT_CASE_IDLE"
    by_centre = await reply(world, world.centre(), case, **scenes.DIRECT)
    assert list(by_centre.answered_ids) == [unsure.id]
    again = asked("ReplyJointCase", by_centre.joint_case, **scenes.DIRECT)
    assert (await world.refused(world.centre(), "ReplyJointCase", again)).reason == "JOINT_CASE_IDLE"
    wrong = asked("ReplyJointCase", by_centre.joint_case, **scenes.ANSWER)
    assert (await world.refused(world.centre(), "ReplyJointCase", wrong)).reason == "REPLY_KIND_NOT_ALLOWED"
    # The opinion of who assists is missing, so nobody gets the answer.
    blocked = asked("ReplyJointCase", await read(world, case, world.agency()), **scenes.ANSWER)
    found = await world.refused(world.agency(), "ReplyJointCase", blocked)
    assert (found.reason, told(found)) == ("JOINT_MEMBERS_REFUSED", {ours.serial: "OPINION_MISSING"})
    await world.move(world.agency("eco_env"), "GiveOpinion", await looks.read(world, ours), opinion="无不同意见")
    assert len((await reply(world, world.agency(), case)).answered_ids) == 2


async def test_a_lead_signs_a_joint_answer_at_once_and_nothing_else_with_it(world: World) -> None:
    promised = [await handled(world, world.enterprise, Action.PROMISE) for _ in range(3)]
    at_once = await handled(world, world.neighbour)
    own = await world.move(world.agency(), "ReplyDemand", promised[2], **(scenes.ANSWER | {"conclusion": "单独答复"}))
    case = await create(world, *promised[:2], at_once)
    answer = await reply(world, world.agency(), case)
    states = [one.state for one in answer.joint_case.members]
    assert states == [pb.STATE_HANDLING, pb.STATE_HANDLING, pb.STATE_REPLIED]
    added = (await change(world, world.centre(), "AddToJointCase", await read(world, case), demand_ids=[own.id])).joint_case
    assert len(added.members) == 4
    no = await change(world, world.leader(), "DecideJointReply", await read(world, case, world.leader()), note="请补充")
    assert sorted(no.decided_ids) == sorted(one.id for one in promised[:2])
    idle = asked("DecideJointReply", no.joint_case, approve=True)
    assert (await world.refused(world.leader(), "DecideJointReply", idle)).reason == "JOINT_CASE_IDLE"
    pending = await world.refused(world.agency(), "ReplyJointCase", asked("ReplyJointCase", no.joint_case, **scenes.ANSWER))
    assert told(pending) == {own.serial: "APPROVAL_PENDING"}
    await looks.decide(world, world.leader(), own, False, "请合并答复")
    await reply(world, world.agency(), case, conclusion="修改后的答复")
    yes = await change(world, world.leader(), "DecideJointReply", await read(world, case, world.leader()), approve=True)
    assert len(yes.decided_ids) == 3
    for one in promised:
        found = await looks.read(world, one)
        assert (found.state, found.reply.conclusion) == (pb.STATE_REPLIED, "修改后的答复")


async def test_whoever_has_not_seen_a_members_last_move_does_not_answer(world: World) -> None:
    mine, theirs = await handled(world, world.enterprise), await handled(world, world.neighbour)
    case = await create(world, mine, theirs)
    seen = await read(world, case, world.agency())
    await world.move(world.agency(), "LogContact", await looks.read(world, mine), note="已电话联系")
    stale = asked("ReplyJointCase", seen, **scenes.ANSWER)
    assert (await world.refused(world.agency(), "ReplyJointCase", stale)).reason == "STALE_VERSION"
    # What an agency does not see does not make it look again.
    unsure = await world.submit(category_code="unsure")
    case = await create(world, unsure, await handled(world, world.neighbour))
    seen = await read(world, case, world.agency())
    await world.move(world.centre(), "ReplyDemand", await looks.read(world, unsure), **scenes.DIRECT)
    assert (await read(world, case, world.agency())).version == seen.version


async def test_a_retry_takes_effect_once(world: World) -> None:
    mine, theirs = await handled(world, world.enterprise), await handled(world, world.neighbour)
    centre, agency = world.centre(), world.agency()
    making = creation(mine, theirs)
    case = await create(world, actor=centre, demand_ids=making.demand_ids, request_id=making.request_id)
    request = asked("ReplyJointCase", await read(world, case, agency), **scenes.ANSWER)
    first = await world.call(agency, "ReplyJointCase", request)
    before = await world.snapshot()
    assert await world.call(agency, "ReplyJointCase", request) == first
    assert (await create(world, actor=centre, demand_ids=making.demand_ids, request_id=making.request_id)).id == case.id
    assert await world.snapshot() == before
    making.title = "另一件事"
    assert (await world.refused(centre, "CreateJointCase", making)).reason == "IDEMPOTENCY_KEY_REUSED"
    request.conclusion = "另一个结论"
    assert (await world.refused(agency, "ReplyJointCase", request)).reason == "IDEMPOTENCY_KEY_REUSED"


async def test_of_many_who_ask_at_once_each_demand_is_joined_and_answered_once(world: World) -> None:
    mine, theirs = await handled(world, world.enterprise), await handled(world, world.neighbour)
    making = creation(mine, theirs)
    centre = world.centre()
    same = [create(world, actor=centre, demand_ids=making.demand_ids, request_id=making.request_id) for _ in range(4)]
    others = [create(world, theirs, mine) for _ in range(4)]
    found = await asyncio.gather(*same, *others, return_exceptions=True)
    (case_id,) = {one.id for one in found if not isinstance(one, BaseException)}
    seen = await read(world, joint.JointCase(id=case_id), world.agency())
    replies = [
        world.call(world.agency(), "ReplyJointCase", asked("ReplyJointCase", seen, **scenes.ANSWER)) for _ in range(4)
    ]
    found = await asyncio.gather(*replies, return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in found) == 1
    lost = {one.code() for one in found if isinstance(one, grpc.aio.AioRpcError)}
    assert lost == {grpc.StatusCode.ABORTED}
    assert (await world.events(mine.id)).count("DemandReplied") == 1


@pytest.mark.parametrize("state", [State.RETURN_REVIEW, State.AWAITING_ENTERPRISE, State.PARKED])
async def test_whatever_is_not_answered_can_be_joined_and_is_left_alone_by_the_answer(world: World, state: State) -> None:
    other = await demand_at(world, state)
    case = await create(world, other, await handled(world, world.neighbour))
    answer = await reply(world, world.agency(), case)
    assert other.id not in answer.answered_ids
    assert (await looks.read(world, other)).state == other.state
