"""What every HTTP request passes on its way in and out: its id, its deadline, its size, the headers that keep browsers
careful, metrics, and an answer where everything else failed. Pure ASGI, one layer.
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from prometheus_client import Histogram
from starlette.exceptions import HTTPException

from kit.context import CallContext, enter_call
from kit.telemetry import HTTP_SECONDS
from services.gateway.headers import SCOPE_KEY, Heads, read
from services.gateway.problems import problem

MAX_BODY_BYTES = 3 * 1024 * 1024
# The addresses that take files. Their routes ask who it is before they read the body.
FILES_TO = re.compile(r"/api/v1/(attachments|courseware/[^/]+/files)")
MAX_FILE_BYTES = 20 * 1024 * 1024
DISCARDED_BYTES = 4 * MAX_BODY_BYTES
REQUEST_SECONDS = 10.0
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
CAREFUL = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"x-content-type-options", b"nosniff"),
)
log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Edge:
    """Wraps the application. The time measured is that to the first byte of the answer: streams last as they like."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._measures: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        heads = scope[SCOPE_KEY] = read(scope["headers"])
        enter_call(CallContext(heads.request_id, heads.token, time.monotonic() + REQUEST_SECONDS))
        answered = False

        async def answer(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                dress(message, heads)
                self._measure(scope, message["status"], time.perf_counter() - begin)
            await send(message)

        try:
            await self._serve(scope, heads, receive, answer)
        except Exception:
            if answered:
                raise
            log.exception("%s %s failed", scope["method"], scope["path"])
            await problem(heads, "INTERNAL")(scope, receive, answer)

    async def _serve(self, scope: Scope, heads: Heads, receive: Receive, answer: Send) -> None:
        limit = MAX_FILE_BYTES if FILES_TO.fullmatch(scope["path"]) else MAX_BODY_BYTES
        if heads.length is None:
            await self._app(scope, _limited(receive, limit), answer)
        elif heads.length <= limit:
            await self._app(scope, receive, answer)
        else:
            # The server reads past the rest of it, so that an honest client gets to read this; no more than so much, though.
            headers = {"connection": "close"} if heads.length > max(DISCARDED_BYTES, 2 * limit) else {}
            await problem(heads, "BODY_TOO_LARGE", headers=headers)(scope, receive, answer)

    def _measure(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        key = (scope["method"], route.path if route else "unknown", status)
        if key not in self._measures:
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._measures[key] = HTTP_SECONDS.labels(method, key[1], str(status))
        self._measures[key].observe(seconds)


def dress(message: Message, heads: Heads) -> None:
    """Add what every answer carries, unless its route decided otherwise."""
    headers = message["headers"] = list(message.get("headers", ()))
    present = {name for name, _ in headers}
    headers += [pair for pair in CAREFUL if pair[0] not in present]
    headers.append((b"x-request-id", heads.request_id.encode()))
    if b"content-language" not in present:
        headers.append((b"content-language", heads.language.encode()))


def _limited(receive: Receive, limit: int) -> Receive:
    """Count a body whose length nobody announced."""
    total = 0

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise HTTPException(413)
        return message

    return limited
