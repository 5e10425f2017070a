"""Live updates: an inbox's changes arrive, streams end with the right to them, and outlive a bus that is away."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.notify.v1.events_pb2 import InboxChanged
from nats.aio.client import Client

from kit.events import bus
from services.gateway import stream
from services.gateway.stream import EventStream, Streams
from stack.servers import Nats
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person
from tests.gateway.test_refusals import refused
from tests.signing import person, signer

PERSON = "0192f0a0-2222-7333-8444-555566667777"


async def _first(lines: AsyncIterator[str], start: str) -> str:
    async with asyncio.timeout(10):
        async for line in lines:
            if line.startswith(start):
                return line
    raise AssertionError(f"the stream ended without {start}")


async def test_an_agency_hears_of_a_demand_when_it_comes(liaison: Person, sign_in: SignIn) -> None:
    contact = await sign_in("hrss.contact")
    async with contact.http.stream("GET", "/api/v1/events", headers=contact.headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        await _first(lines, "retry: ")
        demand = await liaison.submit()
        event: dict[str, Any] = {}
        while event.get("subject_id") != demand["id"]:
            assert await _first(lines, "event: ") == "event: notification"
            event = json.loads((await _first(lines, "data: ")).removeprefix("data: "))
        inbox = (await contact.get("/notifications")).json()["notifications"]
        assert event["notification_id"] in [message["id"] for message in inbox]
        assert event["subject_version"] == 2


async def test_five_streams_a_person(http: httpx.AsyncClient) -> None:
    headers = {"authorization": f"Bearer {signer('gateway').for_person(person(Role.ROLE_AGENCY_CONTACT))}"}

    async def listen() -> httpx.Response:
        return await http.send(http.build_request("GET", "/api/v1/events", headers=headers), stream=True)

    open_ones = [await listen() for _ in range(5)]
    assert [one.status_code for one in open_ones] == [200] * 5
    sixth = await http.get("/api/v1/events", headers=headers)
    refused(sixth, 429, "TOO_MANY_STREAMS")
    assert int(sixth.headers["retry-after"]) > 0
    await open_ones[0].aclose()
    async with asyncio.timeout(5):  # a listener who left makes room
        while (again := await listen()).status_code != 200:
            await again.aclose()
    for one in [*open_ones, again]:
        await one.aclose()


async def test_a_stream_ends_when_its_token_expires(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = datetime.now(UTC).timestamp() - 598.5
    with monkeypatch.context() as past:
        past.setattr("kit.auth.time.time", lambda: issued)
        token = signer("gateway").for_person(person(Role.ROLE_AGENCY_CONTACT))
    async with asyncio.timeout(8):
        answer = await http.get("/api/v1/events", headers={"authorization": f"Bearer {token}"})
    assert answer.text.startswith("retry: 2000\n\n")


class Listener:
    """One EventStream run without a server, its chunks kept."""

    def __init__(self, streams: Streams, seconds: float = 60.0) -> None:
        self.chunks: list[bytes] = []
        self._gone, self._news = asyncio.Event(), asyncio.Event()
        answer = EventStream(streams, PERSON, datetime.now(UTC) + timedelta(seconds=seconds))
        self.task = asyncio.create_task(answer({"type": "http"}, self._receive, self._send))

    async def _receive(self) -> dict[str, str]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        self.chunks.append(message.get("body", b""))
        self._news.set()

    async def leave(self) -> None:
        self._gone.set()
        await self.task

    async def heard(self, word: bytes, seconds: float = 10.0) -> None:
        async with asyncio.timeout(seconds):
            while not any(word in chunk for chunk in self.chunks):
                await self._news.wait()
                self._news.clear()


async def _tell(client: Client, kind: str) -> None:
    event = InboxChanged(person_id=PERSON, notification_id=PERSON, kind=kind, subject_id=PERSON, subject_version=1)
    await client.publish(stream.SUBJECT + PERSON, event.SerializeToString())


async def test_a_stream_outlives_the_bus(server_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    nats = Nats.start(server_dir / "stream-nats")
    port, monitor = nats.port, nats.monitor_port
    nats.stop()
    listening, telling = Client(), Client()
    connecting = asyncio.create_task(bus.connect(listening, nats.url, "test"))
    streams = Streams(listening)
    listener = Listener(streams)
    await listener.heard(b": ping")  # the bus never was there yet
    for name in ("first", "second"):
        nats = Nats.start(server_dir / "stream-nats", port=port, monitor_port=monitor)
        telling = Client()
        await bus.connect(telling, nats.url, "test")
        async with asyncio.timeout(10):
            while not any(name.encode() in chunk for chunk in listener.chunks):
                await streams.keep()
                await _tell(telling, name)
                await asyncio.sleep(0.05)
        await telling.close()
        nats.stop()
        listener.chunks.clear()
        await listener.heard(b": ping")  # its heart beats on
    await listener.leave()
    connecting.cancel()
    await listening.close()


async def test_streams_end_at_revocation_and_at_the_stop(nats_server: Nats) -> None:
    client = Client()
    await bus.connect(client, nats_server.url, "test")
    streams = Streams(client)
    revoked, slow = Listener(streams), Listener(streams)
    await revoked.heard(b"retry")
    streams.end(PERSON)
    async with asyncio.timeout(1):
        await asyncio.gather(revoked.task, slow.task)
    await streams.keep()
    assert not client._subs  # nobody listens any more
    waiting = Listener(streams)
    await waiting.heard(b"retry")
    streams.stop()
    late = Listener(streams)
    async with asyncio.timeout(1):
        await asyncio.gather(waiting.task, late.task)
    await client.close()
