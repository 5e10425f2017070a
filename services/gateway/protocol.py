"""HTTP/1.1 on one connection as uvicorn serves it, with an end to what a request's head may hold, and problems for answers.

The parser keeps a head for as long as it goes on; without a limit one connection fills the memory.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.gateway.edge import dress
from services.gateway.headers import read
from services.gateway.problems import problem

MAX_HEAD_BYTES = 16 * 1024
# Closing at once while the client still writes would destroy the answer on its way.
LINGER_SECONDS = 1.0
log = logging.getLogger(__name__)


class BoundedProtocol(HttpToolsProtocol):
    """Counts bytes, not headers: what arrives in one small piece, as nearly all requests do, costs one comparison."""

    _unfinished = 0
    _refused = False

    def data_received(self, data: bytes) -> None:
        while data and not self._refused:
            part, data = data[: MAX_HEAD_BYTES - self._unfinished], data[MAX_HEAD_BYTES - self._unfinished :]
            # Between two requests, and within a head, what comes is a head; else it is a body, and maybe a head behind it.
            of_head = self._unfinished or self.cycle is None or not self.cycle.more_body
            super().data_received(part)
            if self.scope is not None and "method" in self.scope:
                self._unfinished = 0
            elif of_head:
                self._unfinished += len(part)
            if self._unfinished >= MAX_HEAD_BYTES:
                self._refuse("HEADERS_TOO_LARGE")

    def send_400_response(self, msg: str) -> None:
        """What uvicorn does with bytes that are no HTTP."""
        self._refuse("REQUEST_INVALID")

    def _refuse(self, reason: str) -> None:
        """Answer in the middle of whatever is being sent, and read nothing more of it."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        log.warning("refused before its head was read: %s", reason)
        heads = read(())
        answer = problem(heads, reason, headers={"connection": "close"})
        message: dict[str, Any] = {"headers": answer.raw_headers}
        dress(message, heads)
        status = HTTPStatus(answer.status_code)
        lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
        lines += [name + b": " + value for name, value in message["headers"]]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.transport.close)
