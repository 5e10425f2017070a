"""Through WeChat, or by the centre's telephone: each message on one way, in time, on a consent of its own."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.dispatch.v1 import events_pb2
from fahu.notify.v1.notification_pb2 import DeliveryState

from services.notify.rules import LEASE, Kind, Purpose
from services.notify.service import deliveries
from services.notify.settings import DEMO_TEMPLATES
from services.notify.ways import BESIDE_DEMANDS, WAYS
from tests.notify.conftest import (
    FIVE_MINUTES,
    PROGRESS,
    REPLY,
    SEND,
    TASK,
    World,
    accepted,
    audience,
    dispatched,
    replied,
    subject,
)
from tests.notify.happenings import telling


async def test_a_message_reaches_its_reader_on_wechat(world: World) -> None:
    person = await world.bound(TASK)
    event = dispatched(person)
    await world.happen(event)
    await world.sender().deliver_batch()
    (message,) = await world.received(person)
    values = {key: item["value"] for key, item in message["data"].items()}
    assert values == {
        "character_string1": "FH2026-000123",
        "thing2": "有新需求待接收",
        "thing3": "承办部门",
        "time4": "2026年11月24日 17:30",
    }
    assert message["page"] == f"pages/demand/detail?id={event.demand.demand_id}"
    assert await world.state(event) == "SENT"
    assert await world.calls() == []


# What is told of the programme is in test_surveys.py, test_programme.py and test_courses.py.


@pytest.mark.parametrize("kind", [kind for kind, way in WAYS.items() if way.purpose and kind not in BESIDE_DEMANDS])
async def test_wechat_takes_every_kind_of_message(world: World, kind: Kind) -> None:
    purpose = WAYS[kind].purpose or Purpose.TASK
    person = await world.bound(DEMO_TEMPLATES[purpose].id)
    event = telling(kind, person)
    await world.happen(event)
    await world.sender().deliver_batch()
    assert [message.kind for message in await world.inbox(person)] == [kind]
    assert await world.state(event, person) == "SENT"


async def test_one_consent_is_one_message(world: World) -> None:
    person = await world.bound(REPLY)
    first, second = replied(person), replied(person)
    await world.happen(first)
    await world.sender().deliver_batch()
    assert await world.credits(person, REPLY) == 0
    await world.happen(second)
    await world.sender().deliver_batch()
    assert (await world.state(first), await world.state(second)) == ("SENT", "CALL_TASK")
    assert len(await world.received(person)) == 1
    (task,) = await world.calls()
    assert (task.person_id, task.cause, task.subject_id) == (str(person), "NO_CONSENT", second.demand.demand_id)


async def test_a_consent_is_for_its_own_template(world: World) -> None:
    person = await world.bound(PROGRESS, TASK)
    event = replied(person)
    await world.happen(event)
    await world.sender().deliver_batch()
    assert await world.state(event) == "CALL_TASK"
    assert (await world.credits(person, PROGRESS), await world.credits(person, TASK)) == (1, 1)


async def test_news_that_only_informs_wait_in_the_inbox(world: World) -> None:
    person = await world.bound()
    event = accepted(person)
    await world.happen(event)
    await world.pass_time(world.sender(), FIVE_MINUTES, 60)
    assert await world.state(event) == "INBOX_ONLY"
    assert await world.calls() == []
    assert len(await world.inbox(person)) == 1


@pytest.mark.parametrize("consents", [1, 2])
async def test_senders_that_race_spend_each_consent_once(
    world: World, monkeypatch: pytest.MonkeyPatch, consents: int
) -> None:
    monkeypatch.setattr(deliveries, "BATCH", 7)
    people = [await world.bound(*[REPLY] * consents) for _ in range(10)]
    events = [replied(person) for _ in range(2) for person in people]
    await world.happen(*events)
    senders = [world.sender(), world.sender(), world.sender()]
    while sum(await asyncio.gather(*[sender.deliver_batch() for sender in senders])):
        pass
    for person in people:
        assert len(await world.received(person)) == consents
        assert await world.credits(person, REPLY) == 0
    found = [delivery for event in events for delivery in await world.deliveries(event)]
    assert {delivery.error_code for delivery in found} == {0}  # WeChat was never asked in vain
    assert sum(task.message_count for task in await world.calls(page_size=100)) == 10 * (2 - consents)


async def test_two_replicas_send_each_message_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "BATCH", 3)
    people = [await world.bound(TASK) for _ in range(15)]
    events = [dispatched(person) for person in people]
    await world.happen(*events)
    await world.fault(delay_ms=20, times=15, path=SEND)
    senders = [world.sender(), world.sender()]
    while sum(await asyncio.gather(*[sender.deliver_batch() for sender in senders])):
        pass
    assert [len(await world.received(person)) for person in people] == [1] * 15
    for event in events:
        (delivery,) = await world.deliveries(event)
        assert (delivery.attempts, delivery.error_code) == (1, 0)


async def test_a_refused_consent_is_void_and_never_tried_again(world: World) -> None:
    person = await world.bound()
    for _ in range(3):
        await world.record(person, REPLY)  # WeChat itself knows of none
    event = replied(person)
    await world.happen(event)
    sender = world.sender()
    await world.pass_time(sender, 2 * FIVE_MINUTES, 30)
    (delivery,) = await world.deliveries(event)
    assert (delivery.attempts, delivery.error_code) == (1, 43101)
    (task,) = await world.calls()
    assert (task.cause, task.message_count) == ("REFUSED", 1)
    assert await world.credits(person, REPLY) == 0
    await world.agree(person, REPLY)
    later = replied(person)
    await world.happen(later)
    await sender.deliver_batch()
    assert await world.state(later) == "SENT"


@pytest.mark.parametrize("errcode", [-1, 45009])
async def test_what_fails_in_passing_is_tried_again_on_the_same_consent(world: World, errcode: int) -> None:
    person = await world.bound(REPLY)
    event = replied(person)
    await world.happen(event)
    await world.fault(errcode=errcode, times=2, path=SEND)
    sender = world.sender()
    await sender.deliver_batch()
    (delivery,) = await world.deliveries(event)
    assert (delivery.attempts, delivery.error_code) == (1, errcode)
    assert await sender.deliver_batch() == 0  # not before its time
    await world.pass_time(sender, 60)
    assert await world.state(event) == "SENT"
    assert len(await world.received(person)) == 1


async def died_while_sending(world: World) -> None:
    """A replica leases what is due and is never heard of again."""
    ids = {purpose: template.id for purpose, template in DEMO_TEMPLATES.items()}
    async with world.database.begin() as session:
        await deliveries.claim(session, world.clock(), template_ids=ids)


async def test_what_a_dead_replica_was_sending_is_sent_on_the_same_consent(world: World) -> None:
    person = await world.bound(REPLY)
    event = replied(person)
    await world.happen(event)
    await died_while_sending(world)
    sender = world.sender()
    assert await sender.deliver_batch() == 0  # the lease still holds
    world.clock.turn(LEASE.total_seconds())
    assert await sender.deliver_batch() == 1
    assert await world.state(event) == "SENT"
    assert await world.credits(person, REPLY) == 0


async def test_a_replica_that_slept_through_its_lease_sends_nothing(world: World) -> None:
    person = await world.bound(REPLY)
    await world.happen(replied(person))
    sleeper = world.sender()
    openids = sleeper._openids

    async def oversleep(attempts: Any) -> Any:
        world.clock.turn(LEASE.total_seconds())
        return await openids(attempts)

    sleeper._openids = oversleep  # type: ignore[method-assign]
    await sleeper.deliver_batch()
    assert await world.received(person) == []
    await world.sender().deliver_batch()
    assert len(await world.received(person)) == 1


async def test_delivery_is_apart_from_the_demand(world: World) -> None:
    """However a demand goes on, its messages keep their own state."""
    person = await world.bound(REPLY)
    demand_id = uuid4()
    first = replied(person, demand_id)
    await world.happen(first)
    await world.sender().deliver_batch()
    withdrawn = events_pb2.DemandClosed(demand=subject(demand_id, version=9), audience=audience([person]))
    await world.happen(withdrawn)
    await world.sender().deliver_batch()
    found = {d.kind: DeliveryState.Name(d.state) for d in await world.deliveries(first)}
    assert found == {"demand_replied": "DELIVERY_STATE_SENT", "demand_closed": "DELIVERY_STATE_INBOX_ONLY"}


async def test_a_sender_that_is_stopped_begins_nothing_more(world: World) -> None:
    person = await world.bound(REPLY)
    event = replied(person)
    await world.happen(event)
    sender = world.sender()
    await sender.close()
    await sender.drain()
    assert await world.state(event) == "PENDING"
    assert timedelta() == world.clock.ahead
