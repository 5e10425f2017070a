"""Where WeChat cannot bring a message: the centre gets a call task in time, and consents are not spent for nothing."""

from typing import Any
from uuid import uuid4

from kit.wechat import WechatClient
from services.notify.sender import Sender
from stack.process import free_port
from stack.wechat_sandbox import DEMO_APP_ID, DEMO_SECRET
from tests.notify.conftest import (
    FIVE_MINUTES,
    REPLY,
    SEND,
    World,
    centre,
    replied,
)


async def hours_of_trouble(world: World, sender: Sender, event: Any) -> int:
    """Let everything fail. Returns the seconds from the event to the call task."""
    await world.happen(event)
    for passed in range(0, FIVE_MINUTES, 5):
        await sender.deliver_batch()
        await sender.expire()
        if await world.calls():
            return passed
        world.clock.turn(5)
    raise AssertionError("no call task within five minutes")


async def test_wechat_away_becomes_a_call_in_time_and_keeps_the_consent(world: World) -> None:
    person = await world.bound(REPLY)
    event = replied(person)
    away = WechatClient(app_id=DEMO_APP_ID, secret=DEMO_SECRET, base_url=f"http://127.0.0.1:{free_port()}", timeout=1.0)
    async with away:
        sender = world.sender(wechat=away)
        assert 120 < await hours_of_trouble(world, sender, event) < FIVE_MINUTES
    (delivery,) = await world.deliveries(event)
    assert delivery.attempts >= 5
    (task,) = await world.calls()
    assert task.cause == "UNREACHABLE"
    assert await world.credits(person, REPLY) == 1  # no connection came about: WeChat took nothing
    later = replied(person)
    await world.happen(later)
    await world.sender().deliver_batch()
    assert await world.state(later) == "SENT"


async def test_an_answer_that_got_lost_may_have_spent_the_consent(world: World) -> None:
    person = await world.bound(REPLY)
    await world.fault(http_status=502, times=100, path=SEND)
    await hours_of_trouble(world, world.sender(), replied(person))
    assert await world.credits(person, REPLY) == 0


async def test_a_refusal_for_good_becomes_a_call_at_once_and_keeps_the_consent(world: World) -> None:
    person = await world.bound(REPLY)
    event = replied(person)
    await world.happen(event)
    await world.fault(errcode=40037, times=1, path=SEND)
    await world.sender().deliver_batch()
    (task,) = await world.calls()
    assert (task.cause, await world.state(event)) == ("REFUSED", "CALL_TASK")
    assert await world.credits(person, REPLY) == 1


async def test_who_never_signed_in_through_wechat_is_called(world: World) -> None:
    person = uuid4()
    await world.record(person, REPLY)
    await world.happen(replied(person))
    await world.sender().deliver_batch()
    (task,) = await world.calls()
    assert task.cause == "NOT_BOUND"
    assert await world.credits(person, REPLY) == 1


async def test_while_registry_is_away_nothing_is_lost(world: World) -> None:
    person = await world.bound(REPLY)
    event = replied(person)
    await world.happen(event)
    lonely = world.sender(registry_port=free_port())
    await world.pass_time(lonely, 20)
    assert await world.state(event) == "PENDING"
    await world.pass_time(world.sender(), 60)
    assert await world.state(event) == "SENT"
    assert len(await world.received(person)) == 1


async def test_registry_away_for_long_becomes_a_call_in_time(world: World) -> None:
    person = await world.bound(REPLY)
    assert await hours_of_trouble(world, world.sender(registry_port=free_port()), replied(person)) < FIVE_MINUTES
    assert await world.credits(person, REPLY) == 1


async def test_what_nobody_could_even_try_becomes_a_call_in_time(world: World) -> None:
    person = await world.bound(REPLY)
    event = replied(person)
    await world.happen(event)
    world.clock.turn(FIVE_MINUTES - 60)
    await world.sender().expire()
    assert await world.state(event) == "CALL_TASK"
    assert await world.credits(person, REPLY) == 1


async def test_a_sender_that_just_started_lets_wechat_try_before_it_gives_up(world: World) -> None:
    person = await world.bound(REPLY)
    event = replied(person)
    await world.happen(event)
    world.clock.turn(2 * FIVE_MINUTES)
    sender = world.sender()
    await sender.watch()
    assert await world.state(event) == "PENDING"
    await sender.drain()
    assert await world.state(event) == "SENT"


async def test_one_call_gathers_all_that_did_not_reach_a_person(world: World) -> None:
    person = uuid4()
    events = [replied(person) for _ in range(3)]
    sender = world.sender()
    await world.happen(*events[:2])
    await sender.deliver_batch()
    await world.happen(events[2])
    await sender.deliver_batch()
    (task,) = await world.calls()
    assert (task.message_count, task.subject_id) == (3, events[0].demand.demand_id)
    await world.call(centre(), "CompleteCallTask", call_task_id=task.id, reached=True)
    assert [await world.state(event) for event in events] == ["CALLED"] * 3
    await world.happen(replied(person))
    await sender.deliver_batch()
    (following,) = await world.calls()
    assert (following.message_count, following.id == task.id) == (1, False)


async def test_who_was_not_reached_is_called_again_three_times_in_all(world: World) -> None:
    person = uuid4()
    event = replied(person)
    await world.happen(event)
    await world.sender().deliver_batch()
    seen = set()
    for _ in range(3):
        (task,) = await world.calls()
        seen.add(task.id)
        await world.call(centre(), "CompleteCallTask", call_task_id=task.id, reached=False, note="无人接听")
        assert await world.state(event) == "CALL_TASK"
    assert len(seen) == 3
    assert await world.calls() == []


async def test_the_second_call_tells_what_the_first_could_not(world: World) -> None:
    person = uuid4()
    events = [replied(person), replied(person)]
    await world.happen(*events)
    await world.sender().deliver_batch()
    (task,) = await world.calls()
    await world.call(centre(), "CompleteCallTask", call_task_id=task.id, reached=False)
    (again,) = await world.calls()
    assert (again.message_count, again.id == task.id) == (2, False)
    await world.call(centre(), "CompleteCallTask", call_task_id=again.id, reached=True)
    assert [await world.state(event) for event in events] == ["CALLED"] * 2
