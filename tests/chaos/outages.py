"""What intake must survive: registry stopped, the bus stopped, and the store of the bus deleted under load."""

import asyncio
import shutil
from datetime import datetime

from stack.programs import PROGRAMS
from stack.supervisor import Stack
from tests.chaos.load import Load
from tests.chaos.sightings import look

REGISTRY_DOWN, NATS_DOWN, STORE_DELETED = "registry_down", "nats_down", "store_deleted"
ENOUGH_SECONDS = 60.0
BACK_SECONDS = 30.0
QUIET_SECONDS = 90.0
GRACE_SECONDS = 1.0


async def without_registry(stack: Stack, load: Load, count: int) -> None:
    """Demands are accepted and routed from dispatch's own copies."""
    load.phase = REGISTRY_DOWN
    await stack.halt("registry")
    await load.send_enough(count, ENOUGH_SECONDS)
    await stack.resume("registry")
    await stack.wait_ready("registry")


async def without_nats(stack: Stack, load: Load, count: int) -> list[str]:
    """Demands are accepted; people are told when the bus is back. Returns what was not as it should be meanwhile."""
    load.phase = NATS_DOWN
    await stack.halt("nats")
    await load.send_enough(count, ENOUGH_SECONDS)
    waiting = (await look(stack)).unpublished
    await stack.resume("nats")
    return [] if waiting >= count else [f"only {waiting} events waited while NATS was stopped"]


async def store_deleted(stack: Stack, load: Load, seconds: float, pause: float, since: datetime) -> None:
    """The bus loses everything under load; the outboxes bring it back."""
    load.phase = STORE_DELETED

    async def loss() -> None:
        await asyncio.sleep(seconds)
        await delete_store(stack)
        await rebuild(stack, since)
        await asyncio.sleep(seconds)

    await load.send_while(loss(), pause)


async def delete_store(stack: Stack) -> None:
    """Kill NATS and take away what it kept on disk; it starts again with nothing."""
    stack.supervising = False
    await stack.kill("nats")
    shutil.rmtree(stack.layout.folder / "nats" / "jetstream")
    stack.supervising = True
    async with asyncio.timeout(BACK_SECONDS):
        while "nats" not in stack.pids():  # noqa: ASYNC110 - what other processes do raises no event here
            await asyncio.sleep(0.05)


async def rebuild(stack: Stack, since: datetime) -> None:
    """What an operator does then, for every service that has an outbox."""
    for program in PROGRAMS.values():
        if program.has_database:
            await stack.run_command(program.name, "rebuild", "--since", since.isoformat())


async def quiet(stack: Stack) -> None:
    """Return once everything runs and is ready, and no event is on its way."""
    async with asyncio.timeout(BACK_SECONDS):
        while not {"postgres", "nats", *PROGRAMS} <= stack.pids().keys():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.05)
    for name in PROGRAMS:
        await stack.wait_ready(name)
    await stack.settle(QUIET_SECONDS)
    await asyncio.sleep(GRACE_SECONDS)
    await stack.settle(QUIET_SECONDS)
