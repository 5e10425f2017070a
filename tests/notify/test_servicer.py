"""Inboxes, consents and call tasks over a real channel: what a person reads and does, and what nobody else may."""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
import uuid_utils.compat
from fahu.notify.v1 import notification_pb2

from kit.rpc.client import refusal_of
from tests import signing
from tests.notify.conftest import CONTACT, PROGRESS, REPLY, TASK, World, accepted, centre, dispatched, liaison, replied


async def refused(call: Awaitable[Any]) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return refusal_of(caught.value).reason


async def told(world: World, person: UUID, times: int) -> list[str]:
    """So many messages in a person's inbox. Returns their ids, oldest first."""
    await world.happen(*[accepted(person) for _ in range(times)])
    return [message.id for message in reversed(await world.inbox(person, page_size=100))]


async def test_a_message_says_what_happened_in_the_language_asked_for(world: World) -> None:
    agency, owner = uuid4(), uuid4()
    event = dispatched(agency, owner)
    await world.happen(event)
    (for_agency,), (for_owner,) = await world.inbox(agency), await world.inbox(owner)
    assert (for_agency.kind, for_owner.kind) == ("demand_dispatched", "demand_routed")
    assert "11月24日17:30前" in for_agency.body
    assert for_owner.body.startswith("您的需求（FH2026-000123）")
    assert (for_owner.serial, for_owner.subject_id) == ("FH2026-000123", event.demand.demand_id)
    assert for_owner.HasField("happened_at")
    assert not for_owner.HasField("read_at")
    (in_english,) = await world.inbox(owner, language=notification_pb2.LANGUAGE_EN)
    assert in_english.title == "Your demand has arrived"


async def test_pages_of_an_inbox_hold_every_message_once_newest_first(world: World) -> None:
    owner = uuid4()
    ids = await told(world, owner, 7)
    found, token = [], ""
    while True:
        page = await world.call(liaison(owner), "ListNotifications", page_size=3, page_token=token)
        found += [message.id for message in page.notifications]
        token = page.next_page_token
        if not token:
            break
    assert found == ids[::-1]


async def test_an_inbox_is_its_owners_alone(world: World) -> None:
    owner, stranger = uuid4(), uuid4()
    (id,) = await told(world, owner, 1)
    token = (await world.call(liaison(owner), "ListNotifications", page_size=1)).next_page_token
    assert token == ""
    for other in (liaison(stranger), centre(stranger)):
        assert not (await world.call(other, "ListNotifications")).notifications
        assert (await world.call(other, "CountUnread")).count == 0
        assert await refused(world.call(other, "MarkRead", notification_ids=[id])) == "NOTIFICATION_NOT_FOUND"
    assert not (await world.inbox(owner))[0].HasField("read_at")


async def test_a_page_token_is_of_one_persons_list(world: World) -> None:
    owner, stranger = uuid4(), uuid4()
    await told(world, owner, 2)
    token = (await world.call(liaison(owner), "ListNotifications", page_size=1)).next_page_token
    for actor, unread in ((liaison(stranger), False), (liaison(owner), True)):
        call = world.call(actor, "ListNotifications", page_size=1, page_token=token, unread_only=unread)
        assert await refused(call) == "PAGE_TOKEN_INVALID"


async def test_reading_keeps_its_first_time_and_lowers_the_count(world: World) -> None:
    owner = uuid4()
    first, second, _third = await told(world, owner, 3)
    assert (await world.call(liaison(owner), "MarkRead", notification_ids=[first])).unread_count == 2
    read_at = {message.id: message.read_at for message in await world.inbox(owner)}[first]
    answer = await world.call(liaison(owner), "MarkRead", notification_ids=[first, second, second])
    assert answer.unread_count == 1
    assert {message.id: message.read_at for message in await world.inbox(owner)}[first] == read_at
    assert len(await world.inbox(owner, unread_only=True)) == 1


async def test_one_unknown_message_and_none_is_marked(world: World) -> None:
    owner = uuid4()
    (id,) = await told(world, owner, 1)
    call = world.call(liaison(owner), "MarkRead", notification_ids=[id, str(uuid_utils.compat.uuid7())])
    assert await refused(call) == "NOTIFICATION_NOT_FOUND"
    assert (await world.call(liaison(owner), "CountUnread")).count == 1


async def test_counting_stops_at_a_hundred(world: World) -> None:
    owner = uuid4()
    await told(world, owner, 103)
    assert (await world.call(liaison(owner), "CountUnread")).count == 100


async def test_each_tap_is_one_credit_and_a_retry_none(world: World) -> None:
    owner = uuid4()
    for request_id in ("first", "first", "second"):
        answer = await world.call(liaison(owner), "RecordConsent", template_ids=[PROGRESS, REPLY], request_id=request_id)
    assert {t.id: t.credits for t in answer.templates} == {TASK: 0, PROGRESS: 2, REPLY: 2}
    assert await world.credits(owner, REPLY) == 2
    assert await world.credits(uuid4(), REPLY) == 0


async def test_a_request_id_is_of_one_content(world: World) -> None:
    owner = uuid4()
    await world.call(liaison(owner), "RecordConsent", template_ids=[REPLY], request_id="tap")
    for other in ([PROGRESS], [REPLY, PROGRESS]):
        call = world.call(liaison(owner), "RecordConsent", template_ids=other, request_id="tap")
        assert await refused(call) == "IDEMPOTENCY_KEY_REUSED"
    await world.call(liaison(uuid4()), "RecordConsent", template_ids=[PROGRESS], request_id="tap")
    assert await world.credits(owner, PROGRESS) == 0


async def test_retries_that_race_book_one_tap(world: World) -> None:
    owner = uuid4()
    taps = [world.call(liaison(owner), "RecordConsent", template_ids=[REPLY, TASK], request_id="tap") for _ in range(6)]
    await asyncio.gather(*taps)
    assert await world.credits(owner, REPLY) == 1


async def test_an_unknown_template_is_refused_and_nothing_booked(world: World) -> None:
    owner = uuid4()
    call = world.call(liaison(owner), "RecordConsent", template_ids=[REPLY, "no-such-template"], request_id="tap")
    assert await refused(call) == "TEMPLATE_UNKNOWN"
    assert await world.credits(owner, REPLY) == 0


async def test_templates_are_named_in_the_language_asked_for(world: World) -> None:
    answer = await world.call(liaison(uuid4()), "ListTemplates", language=notification_pb2.LANGUAGE_EN)
    assert [template.title for template in answer.templates] == ["New task", "Progress of a demand", "Reply to rate"]


async def unreached(world: World, *people: UUID) -> list[Any]:
    """People with a reply that WeChat cannot bring. Returns the open call tasks."""
    await world.happen(*[replied(person) for person in people])
    await world.sender().deliver_batch()
    return await world.calls()


async def test_call_tasks_are_the_centres_and_oldest_first(world: World) -> None:
    people = [uuid4() for _ in range(3)]
    tasks = []
    for person in people:
        tasks = await unreached(world, person)
    assert [UUID(task.person_id) for task in tasks] == people
    assert {task.title for task in tasks} == {"您的需求有答复了"}
    first = await world.call(centre(), "ListCallTasks", page_size=2)
    rest = await world.call(centre(), "ListCallTasks", page_size=2, page_token=first.next_page_token)
    assert [task.id for task in [*first.call_tasks, *rest.call_tasks]] == [task.id for task in tasks]
    for other in (liaison(people[0]), signing.person(CONTACT, unit="hrss")):
        assert await refused(world.call(other, "ListCallTasks")) == "PERMISSION_DENIED"
        assert await refused(world.call(other, "CompleteCallTask", call_task_id=tasks[0].id)) == "PERMISSION_DENIED"


async def test_a_call_is_noted_once(world: World) -> None:
    (task,) = await unreached(world, uuid4())
    fields: dict[str, Any] = {"call_task_id": task.id, "reached": True, "note": " 已告知 "}
    done = (await world.call(centre(), "CompleteCallTask", **fields)).call_task
    assert (done.reached, done.note, done.HasField("done_at")) == (True, "已告知", True)
    assert await refused(world.call(centre(), "CompleteCallTask", **fields)) == "CALL_TASK_DONE"
    unknown = world.call(centre(), "CompleteCallTask", call_task_id=str(uuid4()))
    assert await refused(unknown) == "CALL_TASK_NOT_FOUND"
    assert await world.calls() == []


async def test_calls_made_are_listed_newest_first(world: World) -> None:
    tasks = await unreached(world, uuid4(), uuid4(), uuid4())
    for task in tasks:
        await world.call(centre(), "CompleteCallTask", call_task_id=task.id, reached=False)
    first = await world.call(centre(), "ListCallTasks", done=True, page_size=2)
    rest = await world.call(centre(), "ListCallTasks", done=True, page_size=2, page_token=first.next_page_token)
    found = [task.id for task in [*first.call_tasks, *rest.call_tasks]]
    assert found == [task.id for task in reversed(tasks)]
    call = world.call(centre(), "ListCallTasks", done=False, page_token=first.next_page_token)
    assert await refused(call) == "PAGE_TOKEN_INVALID"


async def test_how_messages_travelled_is_for_the_centre(world: World) -> None:
    agency, owner = uuid4(), uuid4()
    event = dispatched(agency, owner)
    await world.happen(event)
    (delivery,) = await world.deliveries(event)
    assert (delivery.person_id, delivery.kind) == (str(agency), "demand_dispatched")
    assert delivery.state == notification_pb2.DELIVERY_STATE_PENDING
    call = world.call(liaison(owner), "ListDeliveries", subject_id=event.demand.demand_id)
    assert await refused(call) == "PERMISSION_DENIED"
