"""Waiting for a service to say that it is ready."""

import asyncio
import time
from pathlib import Path

import httpx

from stack.child import Child
from stack.environment import StackError

POLL_SECONDS = 0.05


class NotReady(StackError):
    """A service did not become ready; the message says what it lacks and ends with its log."""


async def wait_ready(child: Child, ops_url: str, log: Path, seconds: float) -> None:
    """Poll /readyz until it says yes. A process that ended and is not being started again fails at once."""
    end = time.monotonic() + seconds
    answer = "no answer"
    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
        while time.monotonic() < end:
            try:
                response = await client.get(f"{ops_url}/readyz")
            except httpx.TransportError as error:
                answer = type(error).__name__
            else:
                if response.is_success:
                    return
                answer = response.text
            if not child.running and not child.watched:
                answer = "it ended"
                break
            await asyncio.sleep(POLL_SECONDS)
    raise NotReady(f"{child.name} 未就绪 is not ready: {answer}. {log}:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-25:]) if log.exists() else ""
