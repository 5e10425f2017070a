"""One process of a stack and its life: started, watched, started anew when it dies, ended in good order."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import Self, TypeVar

from stack.environment import ROOT, StackError
from stack.process import Server, lifeline, spawn

POLL_SECONDS = 0.05
FIRST_DELAY, LAST_DELAY = 0.1, 5.0
STEADY_SECONDS = 5.0
STOP_SECONDS = 20.0
Result = TypeVar("Result")


class NotRunning(StackError):
    """The process asked for does not run now."""


class ServiceProcess(Server):
    """One of our own services. Whether it is ready it says itself, on its operators' port."""

    @classmethod
    def start(cls, arguments: Sequence[str], env: Mapping[str, str], log: Path, ops_port: int) -> Self:
        command = [*lifeline("TERM"), sys.executable, *arguments]
        return cls(spawn(command, log, env=env, cwd=ROOT), log, ops_port)


class Child:
    """Keeps one process running. `start` makes it, in a thread of `launcher` that must live as long as the process.

    While it is wanted and supervised, a process that ended is started again: at once the first time, then with doubling
    delays up to five seconds, from the beginning again once it has lived that long.
    """

    def __init__(self, name: str, start: Callable[[], Server], launcher: Executor) -> None:
        self.name = name
        self.restarts = 0
        self.watched = False
        self._start = start
        self._launcher = launcher
        self._launch: asyncio.Future[Server] | None = None
        self._launched_at = 0.0
        self._wanted = False

    @property
    def server(self) -> Server:
        """The running process. Raises NotRunning while there is none."""
        server = self._last_server()
        if server is None or not server.running:
            raise NotRunning(f"{self.name} 未在运行。 {self.name} does not run.")
        return server

    @property
    def running(self) -> bool:
        server = self._last_server()
        return server is not None and server.running

    async def start(self) -> None:
        """Start it unless it runs; on return servers answer, services are merely on their way."""
        self._wanted = True
        if not self.running:
            await self._begin()

    async def stop(self) -> None:
        """Ask it to end, wait, and kill it after 20 seconds. It stays down until started."""
        self._wanted = False
        server = await self._settled()
        if server is not None and server.running:
            await self._in_thread(lambda: server.stop(STOP_SECONDS))

    async def kill(self) -> None:
        """SIGKILL it with all its children. Supervision, where it is on, brings it back."""
        server = await self._settled()
        if server is not None and server.running:
            await self._in_thread(server.kill)

    async def keep_alive(self, supervised: Callable[[], bool], revived: Callable[["Child"], None]) -> None:
        """Start it again whenever it died, for ever."""
        self.watched = True
        delay = FIRST_DELAY
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not (self._died() and supervised()):
                continue
            if time.monotonic() - self._launched_at > STEADY_SECONDS:
                delay = FIRST_DELAY
            await asyncio.sleep(delay)
            delay = min(2 * delay, LAST_DELAY)
            if self._died() and supervised():
                self.restarts += 1
                with suppress(Exception):  # its log says why; the next round tries again
                    await self._begin()
                    revived(self)

    async def _begin(self) -> None:
        self._launched_at = time.monotonic()
        self._launch = self._in_thread(self._start)
        # Shielded: whoever waits may be cancelled, the process being made must not be forgotten.
        await asyncio.shield(self._launch)

    def _died(self) -> bool:
        return self._wanted and self._launch is not None and self._launch.done() and not self.running

    def _last_server(self) -> Server | None:
        launch = self._launch
        return None if launch is None or not launch.done() or launch.exception() else launch.result()

    async def _settled(self) -> Server | None:
        """The process of the last launch, once that launch is over."""
        if self._launch is not None:
            await asyncio.wait([self._launch])
        return self._last_server()

    def _in_thread(self, work: Callable[[], Result]) -> "asyncio.Future[Result]":
        return asyncio.get_running_loop().run_in_executor(self._launcher, work)


async def together(*work: Awaitable[object]) -> None:
    """Wait for all of them; where one fails, end the others before raising its error."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def each(children: Sequence[Child], act: Callable[[Child], Awaitable[None]]) -> None:
    """Do the same with several at once; all have their turn even where one fails."""
    results = await asyncio.gather(*map(act, children), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
