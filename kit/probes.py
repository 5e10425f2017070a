"""The operators' port of every process: /livez, /readyz and /metrics over plain HTTP, reachable inside the cluster only."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], Awaitable[None]]


class Undecided(Exception):
    """A check could not look yet. That alone keeps nobody from serving, but it will look again."""


class Probes:
    """A small ASGI application. Ready means: started, not stopping, and every check passes.

    `checks` run at every call; those in `on_start` until they passed once, so that losing later what they look at is no
    reason to take this process out of service. One that finds nothing to look at raises Undecided.
    """

    def __init__(self) -> None:
        self.checks: dict[str, Check] = {}
        self.on_start: dict[str, Check] = {}
        self.started = False
        self.stopping = False

    async def failures(self) -> dict[str, str]:
        """What stands between this process and serving, by name; empty when ready."""
        if self.stopping or not self.started:
            return {"process": "stopping" if self.stopping else "starting"}
        found = {}
        for name, check in [*self.checks.items(), *self.on_start.items()]:
            try:
                await check()
            except Undecided:
                continue
            except Exception as error:
                found[name] = type(error).__name__
            else:
                self.on_start.pop(name, None)
        return found

    async def __call__(self, scope: dict[str, Any], _receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        status, kind, body = await self._answer(scope["path"])
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, path: str) -> tuple[int, str, bytes]:
        if path == "/metrics":
            return 200, CONTENT_TYPE_LATEST, generate_latest()
        if path == "/livez":
            return 200, "text/plain", b"ok"
        if path == "/readyz":
            failures = await self.failures()
            return (503 if failures else 200), "application/json", json.dumps(failures).encode()
        return 404, "text/plain", b"not found"
