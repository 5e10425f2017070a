"""What travels with a request from hop to hop: its id, the caller's token and the moment it must be done by.

Only propagation reads this. Whether a caller may do something is decided on an Actor that is passed explicitly.
"""

import time
from contextvars import ContextVar
from dataclasses import dataclass

import uuid_utils.compat


@dataclass(frozen=True, slots=True)
class CallContext:
    """`deadline` is a moment of time.monotonic(); None where no caller set one."""

    request_id: str
    token: str = ""
    deadline: float | None = None

    def seconds_left(self, limit: float) -> float:
        """Seconds a child call may take: what is left, at most `limit`, and never less than a millisecond."""
        if self.deadline is None:
            return limit
        return max(0.001, min(limit, self.deadline - time.monotonic()))


_current: ContextVar[CallContext | None] = ContextVar("call_context", default=None)


def new_request_id() -> str:
    return uuid_utils.compat.uuid7().hex


def current_call() -> CallContext:
    """The context of the request being served; a fresh one for work that nobody asked for."""
    return _current.get() or CallContext(new_request_id())


def enter_call(call: CallContext) -> None:
    _current.set(call)
