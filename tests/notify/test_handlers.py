"""Events arrive, more than once and in any order; inboxes hold each message once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import uuid_utils.compat
from fahu.dispatch.v1 import demand_pb2, events_pb2
from fahu.notify.v1.events_pb2 import InboxChanged
from fahu.registry.v1 import events_pb2 as registry_events
from google.protobuf.message import Message
from nats.aio.client import Client
from sqlalchemy import text

from kit.events import bus
from kit.events.consumer import Consumer
from kit.events.handling import Handling
from kit.events.outbox import subject_of
from services.notify.handlers import from_dispatch
from services.notify.live import SUBJECT, OpenPages
from services.notify.rules import Kind
from stack.servers import Nats
from tests.notify.conftest import World, accepted, audience, delivery_of, dispatched, replied, stamp, subject

DUE = stamp(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
HANDLE, TRIAGE, RATING = demand_pb2.CLOCK_KIND_HANDLE, demand_pb2.CLOCK_KIND_TRIAGE, demand_pb2.CLOCK_KIND_RATING
E = events_pb2
# What each event of dispatch tells the liaison, the agency and the centre.
TOLD: list[tuple[type[Message], dict[str, Any], tuple[Kind, Kind, Kind]]] = [
    (
        E.DemandTriageRequired,
        {"reason": demand_pb2.TRIAGE_REASON_UNSURE, "due_at": DUE},
        (Kind.DEMAND_IN_TRIAGE, Kind.DEMAND_CHANGED, Kind.CENTRE_TRIAGE_REQUIRED),
    ),
    (E.DemandDispatched, {"automatic": True}, (Kind.DEMAND_ROUTED, Kind.DEMAND_DISPATCHED, Kind.DEMAND_CHANGED)),
    (E.DemandDispatched, {"automatic": False}, (Kind.DEMAND_FORWARDED, Kind.DEMAND_DISPATCHED, Kind.DEMAND_CHANGED)),
    (E.DemandAccepted, {}, (Kind.DEMAND_ACCEPTED, Kind.DEMAND_CHANGED, Kind.DEMAND_CHANGED)),
    (
        E.DemandDispositionSet,
        {"kind": demand_pb2.DISPOSITION_KIND_TIME_BOUND, "due_at": DUE},
        (Kind.DEMAND_DISPOSITION_SET, Kind.APPROVAL_GRANTED, Kind.DEMAND_CHANGED),
    ),
    (
        E.DemandDispositionSet,
        {"kind": demand_pb2.DISPOSITION_KIND_REFERENCE, "due_at": DUE},
        (Kind.DEMAND_PARKED, Kind.APPROVAL_GRANTED, Kind.CENTRE_DEMAND_PARKED),
    ),
    (
        E.DemandReplied,
        {"kind": demand_pb2.REPLY_KIND_DIRECT, "rate_until": DUE},
        (Kind.DEMAND_REPLIED, Kind.AGENCY_DEMAND_REPLIED, Kind.DEMAND_CHANGED),
    ),
    (
        E.DemandRated,
        {"satisfaction": 1, "solved": demand_pb2.SOLVED_NO, "look_back_due": True},
        (Kind.DEMAND_CHANGED, Kind.DEMAND_RATED, Kind.CENTRE_LOOK_BACK_DUE),
    ),
    (E.DemandClosed, {"rating_expired": True}, (Kind.DEMAND_CLOSED, Kind.AGENCY_DEMAND_CLOSED, Kind.DEMAND_CHANGED)),
    (E.DemandWithdrawn, {}, (Kind.DEMAND_CHANGED, Kind.DEMAND_WITHDRAWN, Kind.CENTRE_DEMAND_WITHDRAWN)),
    (
        E.DeadlineWarning,
        {"clock": HANDLE, "percent": 50, "due_at": DUE},
        (Kind.RATING_REMINDER, Kind.DEADLINE_HALFWAY, Kind.DEADLINE_HALFWAY),
    ),
    (
        E.DeadlineWarning,
        {"clock": TRIAGE, "percent": 80, "due_at": DUE},
        (Kind.RATING_REMINDER, Kind.DEADLINE_WARNING, Kind.DEADLINE_WARNING),
    ),
    (
        E.DeadlineBreached,
        {"clock": HANDLE, "due_at": DUE},
        (Kind.DEADLINE_MISSED, Kind.DEADLINE_BREACHED, Kind.CENTRE_DEADLINE_BREACHED),
    ),
]


@pytest.mark.parametrize(("kind", "fields", "told"), TOLD)
async def test_each_party_is_told_in_its_own_way(
    world: World, kind: Any, fields: dict[str, Any], told: tuple[Kind, Kind, Kind]
) -> None:
    people = [uuid4() for _ in told]
    event = kind(demand=subject(), audience=audience(*([person] for person in people)), **fields)
    await world.deliver([delivery_of(event), delivery_of(event)])
    for person, expected in zip(people, told, strict=True):
        inbox = await world.inbox(person)
        assert [message.kind for message in inbox] == [expected, expected]
        assert inbox[0].subject_id == event.demand.demand_id


async def test_an_event_that_comes_again_tells_nobody_again(world: World) -> None:
    agency, owner = uuid4(), uuid4()
    deliveries = await world.happen(dispatched(agency, owner))
    await world.deliver(deliveries)
    async with world.database.begin() as session:
        await session.execute(text("DELETE FROM inbox"))  # as if it came after the inbox forgot it
    await world.deliver([deliveries[0], delivery_of(accepted(owner))])
    assert len(await world.inbox(agency)) == 1
    assert [message.kind for message in await world.inbox(owner)] == ["demand_accepted", "demand_routed"]
    async with world.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM delivery")) == 2


async def test_who_belongs_to_two_parties_is_told_once(world: World) -> None:
    both = uuid4()
    people = audience(agency=[both, both], centre=[both])
    await world.happen(E.DeadlineBreached(demand=subject(), audience=people, clock=HANDLE, due_at=DUE))
    assert [message.kind for message in await world.inbox(both)] == ["deadline_breached"]


async def test_who_belongs_to_two_parties_is_told_what_wants_most_of_them(world: World) -> None:
    """Whoever led the agency before and works for the one that has it now learns that a demand waits, in either order."""
    both = uuid4()
    people = E.Audience(former_agency_ids=[str(both)], agency_ids=[str(both)], centre_ids=[str(both)])
    await world.happen(E.DemandReturnDecided(demand=subject(), audience=people, approved=True, due_at=DUE))
    signing = E.Audience(agency_lead_ids=[str(both)], centre_ids=[str(both)], agency_ids=[str(both)])
    await world.happen(E.DemandApprovalRequested(demand=subject(), audience=signing, due_at=DUE))
    assert [message.kind for message in await world.inbox(both)] == ["approval_to_sign", "demand_dispatched"]
    async with world.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM delivery WHERE must_reach")) == 1


async def test_messages_name_the_agency_by_its_newest_name(world: World) -> None:
    owner = uuid4()
    await world.happen(accepted(owner))
    assert (await world.inbox(owner))[0].body.startswith("承办部门")

    def named(name: str, version: int) -> Message:
        return registry_events.UnitChanged(code="hrss", name=name, version=version)

    await world.happen(named("区人力资源局", 2), named("区人社局", 3))
    await world.happen(named("区劳动局", 1))
    assert (await world.inbox(owner))[0].body.startswith("区人社局已接收您的需求")


@pytest.fixture(scope="module")
def own_nats(server_dir: Path) -> Iterator[Nats]:
    """Beside the run's own bus: a platform of other tests would hear these events there, and answer them too."""
    server = Nats.start(server_dir / "nats-notify")
    yield server
    server.stop()


@pytest.fixture
async def client(own_nats: Nats) -> AsyncIterator[Client]:
    client = Client()
    await bus.connect(client, own_nats.url, "test")
    yield client
    await client.close()


async def publish(client: Client, event: Any) -> None:
    """As dispatch's relay does, but twice, and past the bus's own sieve."""
    about, id = event.demand, uuid_utils.compat.uuid7()
    headers = bus.headers_of(
        str(id), event.DESCRIPTOR.full_name, "dispatch", datetime.now(UTC), about.demand_id, about.version, "request"
    )
    for again in ("", "-again"):
        known = headers | {"Nats-Msg-Id": f"{id}{again}"}
        topic = subject_of(type(event), about.demand_id)
        await client.jetstream().publish(topic, event.SerializeToString(), headers=known)


async def until_read(world: World, person: UUID, count: int) -> list[Any]:
    async with asyncio.timeout(10):
        while len(inbox := await world.inbox(person)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # what the consumer writes raises no event here
    return inbox


async def test_over_the_bus_each_message_arrives_once_and_open_pages_hear_of_it(world: World, client: Client) -> None:
    agency, owner = uuid4(), uuid4()
    heard: asyncio.Queue[InboxChanged] = asyncio.Queue()

    async def on_hint(message: Any) -> None:
        heard.put_nowait(InboxChanged.FromString(message.data))

    await client.subscribe(SUBJECT + str(owner), cb=on_hint)
    await bus.ensure_stream(client.jetstream(), "dispatch")
    pages = OpenPages(client)
    name = f"listener-{owner}"  # a platform of other tests may listen to the same stream as notify
    consumer = Consumer(world.database, client.jetstream(), "dispatch", name, from_dispatch(pages))
    tasks = [asyncio.create_task(consumer.run()), asyncio.create_task(pages.run())]
    for event in (dispatched(agency, owner), accepted(owner), replied(owner)):
        await publish(client, event)
    inbox = await until_read(world, owner, 3)
    async with asyncio.timeout(5):
        hints = [await heard.get() for _ in range(3)]
    while (await client.jetstream().consumer_info("FAHU_DISPATCH", name)).num_ack_pending:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [hint.notification_id for hint in hints] == [message.id for message in reversed(inbox)]
    assert [hint.kind for hint in hints] == ["demand_routed", "demand_accepted", "demand_replied"]
    assert heard.empty()
    assert len(await world.inbox(owner)) == 3
    assert len(await world.inbox(agency)) == 1


async def test_nobody_hears_of_what_was_not_committed(world: World, client: Client) -> None:
    owner = uuid4()
    heard: list[Any] = []

    async def on_hint(message: Any) -> None:
        heard.append(message)

    await client.subscribe(SUBJECT + str(owner), cb=on_hint)
    pages = OpenPages(client)
    telling = asyncio.create_task(pages.run())
    async with world.database.begin() as session:
        await Handling("notify", from_dispatch(pages)).effect(session, [delivery_of(accepted(owner))])
        await session.rollback()
    await asyncio.sleep(0.05)
    await client.flush()
    telling.cancel()
    assert heard == []
    assert await world.inbox(owner) == []
