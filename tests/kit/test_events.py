"""From a commit in one place to its effect in another: never lost, never twice, in order, and soon."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.assembly import rebuild_since
from kit.events import bus, outbox
from kit.events.relay import rebuild
from stack.servers import Nats
from tests.conftest import MakeDatabase
from tests.kit.eventline import Line, laid, make_tables


@pytest.fixture(scope="module")
def own_nats(server_dir: Path) -> Iterator[Nats]:
    """A bus that these tests may kill."""
    server = Nats.start(server_dir / "nats-events")
    yield server
    server.stop()


@pytest.fixture
async def line(make_database: MakeDatabase, own_nats: Nats) -> AsyncIterator[Line]:
    async with laid(make_database("events", make_tables), own_nats.url) as line:
        yield line


async def test_an_event_leaves_if_and_only_if_its_transaction_commits(line: Line) -> None:
    await line.both_ways()
    with pytest.raises(RuntimeError):
        await line.note("never happened", fail=True)
    await line.note("happened")
    assert await line.until_effects(1) == ["happened"]
    assert len(await line.rows("SELECT FROM outbox")) == 1
    assert await line.pending() == 0


async def test_the_relay_wakes_with_the_commit(line: Line) -> None:
    await line.both_ways()
    await line.note("warm up")
    await line.until_effects(1)
    seconds = []
    for number in range(15):
        begin = time.perf_counter()
        await line.note(str(number))
        await line.until_effects(number + 2, settle=0)
        seconds.append(time.perf_counter() - begin)
    assert statistics.median(seconds) < 0.05


class Killed(BaseException):
    """What SIGKILL is to a process, for one task."""


async def test_a_relay_that_dies_between_publishing_and_marking_doubles_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "DUPLICATE_WINDOW_SECONDS", 0.1)  # so that the bus forgets, and only the inbox knows

    def die(name: str) -> None:
        if name == "relay.before_mark":
            raise Killed

    await bus.ensure_stream(line.client.jetstream(), line.source)
    line.start(line.consumer().run())
    with monkeypatch.context() as patch:
        patch.setattr("kit.faults.point", die)
        dying = line.start(line.relay().run())
        await line.note("once")
        with pytest.raises(Killed):
            await dying
    assert await line.until_effects(1) == ["once"]
    assert await line.pending() == 1
    await line.rows("UPDATE outbox SET lease_until = now() RETURNING id")
    line.start(line.relay().run())
    await line.until(lambda: _all_sent(line))
    assert (await line.client.jetstream().stream_info(bus.stream_name(line.source))).state.messages == 2
    assert await line.until_effects(2, 0.5) == ["once"]


async def _all_sent(line: Line) -> bool:
    return await line.pending() == 0


async def test_what_a_dead_process_left_is_sent_by_another_after_its_lease(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FIRST_LEASE", timedelta(seconds=0.6))
    await line.note("left behind")  # committed by a process whose relay never ran
    await line.both_ways()
    await asyncio.sleep(0.3)
    assert await line.effects() == []
    assert await line.until_effects(1, 2) == ["left behind"]


async def test_two_relays_and_two_listeners_share_the_work(line: Line) -> None:
    await line.both_ways()
    await line.both_ways()
    await asyncio.gather(*[line.note(str(number), aggregate=str(number)) for number in range(150)])
    await line.rows("UPDATE outbox SET published_at = NULL, lease_until = now() RETURNING id")
    assert sorted(await line.until_effects(150), key=int) == [str(number) for number in range(150)]
    await line.until(lambda: _all_sent(line))


async def test_the_events_of_one_aggregate_keep_their_order(line: Line) -> None:
    await line.both_ways()

    async def live(aggregate: str) -> None:
        for version in range(1, 41):
            await line.note(f"{version}", aggregate=aggregate, version=version)

    await asyncio.gather(*[live(name) for name in "abcde"])
    await line.until_effects(200)
    for name in "abcde":
        found = await line.rows(f"SELECT text FROM effect WHERE aggregate = '{name}' ORDER BY number")
        assert [int(row.text) for row in found] == list(range(1, 41))


async def test_without_the_bus_work_goes_on_and_is_told_in_order_when_it_is_back(
    line: Line, own_nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.events.relay.ACK_SECONDS", 0.2)  # an outage outlasts the relay's patience
    await line.both_ways()
    await line.note("0", version=1)
    await line.until_effects(1)
    own_nats.kill()
    begin = time.monotonic()
    for number in range(1, 21):
        await line.note(str(number), version=number + 1)
    assert time.monotonic() - begin < 1
    await asyncio.sleep(1)
    back = Nats.start(own_nats._log.parent, port=own_nats.port, monitor_port=own_nats.monitor_port)
    own_nats._process = back._process
    for number in range(21, 25):
        await line.note(str(number), version=number + 1)
    assert await line.until_effects(25, 15) == [str(number) for number in range(25)]
    await line.until(lambda: _all_sent(line))


async def test_a_lost_stream_is_rebuilt_with_nothing_lost_and_nothing_doubled(line: Line) -> None:
    await line.both_ways()
    before = datetime.now(UTC)
    for number in range(30):
        await line.note(str(number), version=number + 1)
    await line.until_effects(30)
    await line.stop()  # the listener is away while ten more are sent and then lost
    line.start(line.relay().run())
    for number in range(30, 40):
        await line.note(str(number), version=number + 1)
    await line.until(lambda: _all_sent(line))
    await line.client.jetstream().delete_stream(bus.stream_name(line.source))
    await line.note("40", version=41)  # nobody takes it until the stream is back
    await line.both_ways()
    assert len(await line.until_effects(41, 2)) < 41
    assert await rebuild(line.database, before) >= 40
    assert sorted(map(int, await line.until_effects(41))) == list(range(41))
    assert len(await line.rows("SELECT FROM inbox")) == 41


async def test_a_stream_deleted_under_its_listener_comes_back_to_it(line: Line) -> None:
    await line.both_ways()
    await line.note("before")
    await line.until_effects(1)
    await line.client.jetstream().delete_stream(bus.stream_name(line.source))
    await bus.ensure_stream(line.client.jetstream(), line.source)
    await line.note("after")
    assert await line.until_effects(2, 12) == ["before", "after"]


@pytest.mark.parametrize("since", ["", "yesterday", "2026-11-23T00:00:00", "2026-11-23"])
async def test_a_rebuild_wants_a_moment_with_its_zone(since: str) -> None:
    """The database would take its own zone: eight hours too late, and what came before would stay lost."""
    with pytest.raises(SystemExit, match="usage"):
        await rebuild_since("--since", since)
