"""Looks at files in processes that may be killed: the event loop never parses, and no file holds anything up for long."""

import asyncio
import contextlib
import json
import logging
import os
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from kit.errors import Unavailable
from kit.uploads.errors import BY_REASON, UploadBomb, UploadMalformed
from kit.uploads.kinds import Kind, admit

log = logging.getLogger(__name__)
WORKERS = 2
SECONDS = 8.0
START_SECONDS = 10.0
# What goes to a process before each file: the lengths of name, media type and content. READY is the first it says.
HEAD = struct.Struct(">III")
READY = b"ready\n"
# A parser that loses a little memory with each file does not do so for ever.
FILES_EACH = 500


class CheckerUnavailable(Unavailable):
    """No process could be started to look at the file."""


class Checker:
    """At most `workers` files at a time; each gets `seconds`. Processes start when first needed and stay."""

    def __init__(self, workers: int = WORKERS, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._idle: list[_Worker] = []
        self._turn = asyncio.Semaphore(workers)

    async def check(self, content: bytes, name: str, media_type: str = "") -> Kind:
        """The file's kind. Raises UploadRefused, or CheckerUnavailable if it could not be looked at."""
        admit(content, name, media_type)
        async with self._turn:
            worker = await self._worker()
            done = False
            try:
                answer = await asyncio.wait_for(worker.ask(content, name, media_type), self._seconds)
                done = worker.files < FILES_EACH
            except TimeoutError as error:
                raise UploadBomb("it takes too long to look at") from error
            except (EOFError, OSError) as error:
                log.warning("a file ended the process that looked at it")
                raise UploadMalformed("nobody can read it to its end") from error
            finally:
                if done:
                    self._idle.append(worker)
                else:
                    await worker.end()
        if "kind" in answer:
            return Kind(answer["kind"])
        raise BY_REASON[answer["reason"]](answer["told"])

    async def _worker(self) -> "_Worker":
        """One that is alive: what ended it while it was idle was no file's fault."""
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
        # Who asked may go away meanwhile: a process that is being started would then belong to nobody.
        start = asyncio.ensure_future(_Worker.start())
        try:
            return await asyncio.shield(start)
        except asyncio.CancelledError:
            start.add_done_callback(self._keep)
            raise

    def _keep(self, start: "asyncio.Future[_Worker]") -> None:
        if not start.cancelled() and not start.exception():
            self._idle.append(start.result())

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().end()


class _Worker:
    """One process and how to talk to it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.files = 0

    @classmethod
    async def start(cls) -> "_Worker":
        command = (sys.executable, "-m", "kit.uploads.worker")
        env = {"PYTHONPATH": os.pathsep.join(sys.path), "LANG": "C.UTF-8"}
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=env)
        worker, ready = cls(process), False
        try:
            ready = await asyncio.wait_for(worker._line(), START_SECONDS) == READY
        except (TimeoutError, EOFError) as error:
            raise CheckerUnavailable from error
        finally:
            if not ready:
                await worker.end()
        if not ready:
            raise CheckerUnavailable
        return worker

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def ask(self, content: bytes, name: str, media_type: str) -> dict[str, str]:
        assert self._process.stdin  # noqa: S101 - it was asked for
        self.files += 1
        texts = name.encode(), media_type.encode()
        self._process.stdin.write(HEAD.pack(*map(len, texts), len(content)))
        self._process.stdin.writelines((*texts, content))
        await self._process.stdin.drain()
        answer: dict[str, str] = json.loads(await self._line())
        return answer

    async def _line(self) -> bytes:
        assert self._process.stdout  # noqa: S101 - it was asked for
        line = await self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    async def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
