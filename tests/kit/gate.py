"""A gate before a server: shut it, and whoever is behind it is away at once, with all connections."""

import asyncio
import contextlib
from urllib.parse import urlsplit

from stack.process import free_port


class Gate:
    """Forwards a loopback port of its own to the server of a URL."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._behind = (parts.hostname or "", parts.port or 0)
        self._port = free_port()
        self.url = parts._replace(netloc=f"{parts.username}@127.0.0.1:{self._port}").geturl()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._let_through, "127.0.0.1", self._port)

    async def shut(self) -> None:
        if self._server:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _let_through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_connection(*self._behind)
        ways = asyncio.gather(_pump(reader, behind_writer), _pump(behind_reader, writer))
        task = asyncio.ensure_future(_quietly(ways))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(asyncio.CancelledError):
            await task
        for end in (writer, behind_writer):
            end.transport.abort()


async def _quietly(work: "asyncio.Future[tuple[None, None]]") -> None:
    with contextlib.suppress(OSError):
        await work


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()
    target.close()
