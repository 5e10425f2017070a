"""The life of a process: start, become ready, work until told to stop, drain, end. And `python -m` with its commands."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from typing import Any

import uvicorn
import uvloop

from kit import faults
from kit.probes import Probes
from kit.settings import ProcessSettings
from kit.telemetry import configure_logging

log = logging.getLogger(__name__)
Stop = Callable[[], Awaitable[None]]


class Runtime:
    """Runs a process's tasks. If one of them ends by itself, the process ends with status 1, to be started anew."""

    def __init__(self, name: str, settings: ProcessSettings) -> None:
        self.name = name
        self.settings = settings
        self.probes = Probes()
        self._tasks: list[asyncio.Task[Any]] = []
        self._stops: list[Stop] = []
        self._stop = asyncio.Event()
        self._failed = False
        configure_logging(name, settings.log_level)
        faults.enable(settings.fault_folder)

    def spawn(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        """Run a task for as long as the process lives."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def spawn_once(self, name: str, work: Coroutine[Any, Any, Any]) -> None:
        """Start something that may take its time and then is done; its failure ends the process."""

        async def once() -> None:
            await work
            await asyncio.Event().wait()

        self.spawn(name, once())

    def every(self, seconds: float, name: str, work: Callable[[], Awaitable[Any]]) -> None:
        """Run `work` again and again with a pause. A failure is logged and the next round tries again."""

        async def loop() -> None:
            while True:
                try:
                    await work()
                except Exception:
                    log.exception("%s failed; trying again in %s s", name, seconds)
                await asyncio.sleep(seconds)

        self.spawn(name, loop())

    def on_stop(self, stop: Stop) -> None:
        """Call `stop` when the process drains; the last one registered first."""
        self._stops.append(stop)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or self._stop.is_set():
            return
        log.error("task %s ended", task.get_name(), exc_info=task.exception())
        self._failed = True
        self._stop.set()

    async def run(self) -> int:
        """Serve probes, report ready, wait for SIGTERM or SIGINT, then drain. Returns the exit status."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        server = _probe_server(self.probes, self.settings)
        self.spawn("probes", server.serve())
        _settle_memory()
        self.probes.started = True
        log.info("%s started", self.name)
        await self._stop.wait()
        self.probes.stopping = True
        for stop in reversed(self._stops):
            await stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        log.info("%s stopped", self.name)
        return 1 if self._failed else 0


def _settle_memory() -> None:
    """Spare the collector what lives as long as the process does: modules, descriptors, models."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class EmbeddedServer(uvicorn.Server):
    """Signals belong to the runtime."""

    def capture_signals(self) -> Any:
        return nullcontext()


def _probe_server(probes: Probes, settings: ProcessSettings) -> uvicorn.Server:
    config = uvicorn.Config(
        probes,
        host=settings.host,
        port=settings.ops_port,
        log_config=None,
        access_log=False,
        lifespan="off",
    )
    return EmbeddedServer(config)


def main(name: str, serve: Callable[[], Coroutine[Any, Any, int]], **commands: Callable[..., Any]) -> None:
    """Entry point of `python -m services.<name> [command [argument …]]`; without a command, serve."""
    command, *arguments = sys.argv[1:] or ["serve"]
    if command == "serve":
        sys.exit(uvloop.run(serve()))
    if command not in commands:
        sys.exit(f"{name}: unknown command {command}; known: serve, {', '.join(sorted(commands))}")
    result = commands[command](*arguments)
    if asyncio.iscoroutine(result):
        result = uvloop.run(result)
    if result is not None:
        print(result)  # noqa: T201 - a command's answer
