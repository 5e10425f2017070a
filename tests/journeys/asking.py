"""What every part of the matrix asks with: a thing's id and a column give what is sent; a Door says what is answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

UNSEEN = 999  # a version that nobody saw
STALE, STALE_RPC = ("412 STALE_VERSION",), ("ABORTED STALE_VERSION",)
NO_FILE = "0192f0c1-0000-7000-8000-000000000001"
Fill = Callable[[str, str], dict[str, Any]]


def _nothing(thing: str, column: str) -> dict[str, Any]:
    return {}


def fixed(**body: Any) -> Fill:
    return lambda thing, column: body


def about(name: str) -> Fill:
    """A request that names the thing alone."""
    return lambda thing, column: {name: thing}


def made_of(name: str, **more: Any) -> Fill:
    """A request that makes something of the thing."""
    return lambda thing, column: {name: thing, "request_id": uuid4().hex, **more}


def on(name: str, **more: Any) -> Fill:
    """A request that changes the thing."""
    return lambda thing, column: {
        "on": {name: thing, "expected_version": UNSEEN, "request_id": uuid4().hex},
        **more,
    }


@dataclass(frozen=True)
class Door:
    """What to send to a route, and the answers that somebody gets who may."""

    good: Sequence[str] = ("200",)
    body: Fill = _nothing
