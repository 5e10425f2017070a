"""HTTP/1.1 over a fixed number of kept connections, as cheap as can be: thousands of respondents share a machine with us."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httptools


class Cut(Exception):
    """The connection ended before the answer; what became of the request is unknown."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.body) if self.body else {}

    @property
    def reason(self) -> str:
        return "" if self.ok else str(self.json().get("reason", ""))


class Device:
    """One connection, opened when it is needed; one request at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._wire: _Wire | None = None

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Any = None, *, cut_after: float | None = None
    ) -> Answer:
        """Send a request and wait for its answer; with `cut_after`, hang up so many seconds later. Raises Cut."""
        if self._wire is None or self._wire.ended:
            loop = asyncio.get_running_loop()
            _, self._wire = await loop.create_connection(_Wire, *self._address)
        content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self._address[0]}", f"Content-Length: {len(content)}"]
        head += ["Content-Type: application/json"] if content else []
        head += [f"{name}: {value}" for name, value in headers.items()]
        answer = self._wire.send("\r\n".join([*head, "", ""]).encode() + content)
        if cut_after is not None:
            await asyncio.wait([answer], timeout=cut_after)
            self.hang_up()
        return await answer

    def hang_up(self) -> None:
        if self._wire is not None:
            self._wire.abort()
            self._wire = None


class _Wire(asyncio.Protocol):
    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[Answer] | None = None
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def send(self, request: bytes) -> "asyncio.Future[Answer]":
        self._headers, self._body = {}, []
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def abort(self) -> None:
        self.ended = True
        self._transport.abort()
        self._fail()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result(Answer(self._parser.get_status_code(), self._headers, b"".join(self._body)))
        if not self._parser.should_keep_alive():
            self.ended = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._fail()

    def _fail(self) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(Cut())


class Devices:
    """So many connections for everybody together; whoever wants one waits for a turn."""

    def __init__(self, url: str, number: int) -> None:
        parts = urlsplit(url)
        self._all = [Device(str(parts.hostname), int(parts.port or 80)) for _ in range(number)]
        self._free: asyncio.LifoQueue[Device] = asyncio.LifoQueue()

    async def __aenter__(self) -> Self:
        for device in self._all:
            self._free.put_nowait(device)
        return self

    async def __aexit__(self, *_: object) -> None:
        for device in self._all:
            device.hang_up()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Device]:
        device = await self._free.get()
        try:
            yield device
        finally:
            self._free.put_nowait(device)
