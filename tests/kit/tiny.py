"""A process with nothing of its own to do, for the tests of how processes live and end: `python -m tests.kit.tiny`."""

import asyncio
import logging
from pathlib import Path

from kit import runtime
from kit.context import CallContext, enter_call
from kit.runtime import Runtime
from kit.settings import ProcessSettings

log = logging.getLogger("tiny")


class TinySettings(ProcessSettings):
    """Files by which a test moves the process: it is ready, fails, or may end its drain once they are there."""

    ready_file: Path
    fail_file: Path
    drained_file: Path


async def appears(path: Path) -> None:
    while not path.exists():  # noqa: ASYNC110, ASYNC240 - a test's way of talking to a process
        await asyncio.sleep(0.01)


async def serve() -> int:
    settings = TinySettings()
    process = Runtime("tiny", settings)

    async def check() -> None:
        if not settings.ready_file.exists():
            raise FileNotFoundError(settings.ready_file)

    async def work() -> None:
        enter_call(CallContext("request-of-a-test"))
        log.info("工作中 working")
        await appears(settings.fail_file)
        raise RuntimeError("the task broke")

    tries = 0

    async def chore() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError("not today")
        if tries == 3:
            log.info("chore done")

    async def drain() -> None:
        log.info("draining")
        await appears(settings.drained_file)
        log.info("drained")

    process.probes.checks["file"] = check
    process.spawn("work", work())
    process.every(0.01, "chore", chore)
    process.on_stop(drain)
    return await process.run()


if __name__ == "__main__":
    runtime.main("tiny", serve)
