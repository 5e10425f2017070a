"""What a listener does with what it cannot digest: try again, give up, keep it, hand it on once more; and when it stalls."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import DatabaseUnavailable
from kit.events import bus, consumer
from kit.events.consumer import Stalled
from kit.events.deadletters import redrive
from kit.events.handling import Delivery, Handling
from kit.events.outbox import subject_of
from kit.probes import Undecided
from stack.servers import Nats
from tests.conftest import MakeDatabase
from tests.kit.eventline import EFFECT, Line, event_type, keep, laid, make_tables


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "MAX_DELIVERIES", 3)
    monkeypatch.setattr(consumer, "BACKOFF_SECONDS", (0.05, 0.05, 0.1))
    monkeypatch.setattr(consumer, "OUTAGE_SECONDS", 0.05)


@pytest.fixture
async def line(make_database: MakeDatabase, nats_server: Nats) -> AsyncIterator[Line]:
    async with laid(make_database("events", make_tables), nats_server.url) as line:
        yield line


async def keep_all(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """The handler as it is after somebody mended it."""
    for delivery in deliveries:
        await session.execute(EFFECT.insert(), {"aggregate": delivery.aggregate_id, "text": delivery.event.text})


async def buried(line: Line, count: int = 1) -> bool:
    return len(await line.dead()) >= count


async def unacknowledged(line: Line) -> int:
    info = await line.client.jetstream().consumer_info(bus.stream_name(line.source), "listener")
    return int(info.num_ack_pending or 0) + int(info.num_pending or 0)


async def settled(line: Line) -> bool:
    return await unacknowledged(line) == 0


async def test_one_bad_event_does_not_hold_up_its_batch(line: Line) -> None:
    await line.both_ways()
    await line.note("one", "poison", "three")
    await line.until(lambda: buried(line))
    assert sorted(await line.effects()) == ["one", "three"]
    (letter,) = await line.dead()
    assert (letter.consumer, letter.error, letter.deliveries) == ("listener", "ValueError", 3)
    assert len(await line.rows("SELECT FROM inbox")) == 2
    await line.until(lambda: settled(line))


async def test_a_dead_letter_takes_effect_once_when_driven_again(line: Line) -> None:
    await line.both_ways()
    await line.note("poison")
    await line.until(lambda: buried(line))
    assert await redrive(line.database, line.handling()) == (0, 1)  # nobody mended anything yet
    assert await redrive(line.database, line.handling(keep_all)) == (1, 0)
    assert await redrive(line.database, line.handling(keep_all)) == (0, 0)
    assert await line.effects() == ["poison"]
    await line.rows("UPDATE outbox SET published_at = NULL, lease_until = now() RETURNING id")
    await line.until(lambda: settled(line))
    assert await line.effects() == ["poison"]


async def test_a_letter_that_stays_dead_does_not_hold_up_those_behind_it(line: Line) -> None:
    await line.both_ways()
    await line.note("poison one")
    await line.until(lambda: buried(line, 1))
    await line.note("poison two")
    await line.until(lambda: buried(line, 2))

    async def keep_two(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        if deliveries[0].event.text.endswith("one"):
            raise ValueError("still poison")
        await keep_all(session, deliveries)

    assert await redrive(line.database, line.handling(keep_two)) == (1, 1)
    assert await line.effects() == ["poison two"]


async def test_an_outage_is_not_the_events_fault(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does its length make the events wait on when it is over."""
    monkeypatch.setattr(consumer, "BACKOFF_SECONDS", (0.05, 60))
    tries = 0

    async def back_after_six(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        nonlocal tries
        tries += 1
        if tries <= 6:
            raise DatabaseUnavailable
        await keep(session, deliveries)

    await line.both_ways(back_after_six)
    await line.note("patience")
    assert await line.until_effects(1) == ["patience"]
    assert await line.dead() == []


def envelope(line: Line, **changes: str | None) -> dict[str, str]:
    given = bus.headers_of(str(uuid4()), line.kind.DESCRIPTOR.full_name, "x", datetime.now(UTC), "a", 1, "r")
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in (given | named).items() if value is not None}


async def test_what_is_no_event_of_ours_is_put_aside(line: Line) -> None:
    """A message that nobody can read must neither be lost unseen nor come back for ever."""
    await line.both_ways()
    good = line.kind(text="good").SerializeToString()
    garbage: list[tuple[dict[str, str] | None, bytes]] = [
        (None, b""),
        (None, b"\x00\xff not protobuf"),
        (envelope(line, ce_id=None), good),
        (envelope(line, ce_id="not-an-id"), good),
        (envelope(line, ce_type="fahu.other.v1.Thing"), good),
        (envelope(line, ce_time="yesterday"), good),
        (envelope(line, ce_version="first"), good),
        (envelope(line), b"\xff\xff\xff"),
    ]
    subject = subject_of(line.kind, "a")
    for headers, payload in garbage:
        await line.client.jetstream().publish(subject, payload, headers=headers)
    await line.note("good")
    assert await line.until_effects(1) == ["good"]
    await line.until(lambda: buried(line, len(garbage)))
    await line.until(lambda: settled(line))
    letters = await line.dead()
    assert len({letter.event_id for letter in letters}) == len(garbage)
    assert sorted(letter.payload for letter in letters) == sorted(payload for _, payload in garbage)
    assert all(letter.subject == subject and json.loads(letter.headers) is not None for letter in letters)
    assert await redrive(line.database, line.handling(keep_all)) == (0, len(garbage))


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "STALL_SECONDS", 0.3)
    monkeypatch.setattr(consumer, "FETCH_SECONDS", 0.1)


async def pause(line: Line, seconds: float) -> None:
    """Have the bus hold messages for the listener and deliver none."""
    until = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
    subject = f"$JS.API.CONSUMER.PAUSE.{bus.stream_name(line.source)}.listener"
    answer = json.loads((await line.client.request(subject, json.dumps({"pause_until": until}).encode())).data)
    assert answer.get("paused") is True


@pytest.mark.usefixtures("watchful")
async def test_a_listener_to_whom_nothing_is_delivered_ends(line: Line) -> None:
    await bus.ensure_stream(line.client.jetstream(), line.source)
    line.start(line.relay().run())
    listening = line.start(line.consumer().run())
    await line.note("heard")
    await line.until_effects(1)
    await pause(line, 60)
    await line.note("never heard")
    with pytest.raises(Stalled):
        await line.within(listening, 6)
    assert await line.effects() == ["heard"]


@pytest.mark.usefixtures("watchful")
async def test_a_listener_with_nothing_to_hear_goes_on_listening(line: Line) -> None:
    await bus.ensure_stream(line.client.jetstream(), line.source)
    line.start(line.relay().run())
    listening = line.start(line.consumer().run())
    with pytest.raises(TimeoutError):
        await line.within(listening, 2)
    await line.note("at last")
    assert await line.until_effects(1) == ["at last"]


async def test_a_bus_that_does_not_sync_is_refused(
    nats_server: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bus.check_durable(f"http://127.0.0.1:{nats_server.monitor_port}")
    monkeypatch.setattr(
        "stack.servers._nats_config",
        lambda folder, port, monitor: (
            f'listen: 127.0.0.1:{port}\nhttp: 127.0.0.1:{monitor}\njetstream {{ store_dir: "{folder}" }}\n'
        ),
    )
    lax = Nats.start(tmp_path / "lax")
    monitor = f"http://127.0.0.1:{lax.monitor_port}"
    with pytest.raises(RuntimeError, match="sync_interval"):
        await bus.check_durable(monitor)
    lax.stop()
    with pytest.raises(Undecided):
        await bus.check_durable(monitor)


async def test_a_handler_gets_all_its_types_at_once(line: Line) -> None:
    """Types that alternate would otherwise cost it a statement each."""
    sizes: list[int] = []

    async def count(_session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        sizes.append(len(deliveries))

    other = event_type(f"{line.source}_other")
    handling = Handling("listener", {line.kind: count, other: count})
    made = [(line.kind, other)[number % 2](text="x") for number in range(6)]
    deliveries = [
        Delivery(uuid4(), one.DESCRIPTOR.full_name, one, datetime.now(UTC), "a", number, "r")
        for number, one in enumerate(made)
    ]
    async with line.database.begin() as session:
        await handling.effect(session, deliveries)
    assert sizes == [6]
