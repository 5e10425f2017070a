"""Values of the contract's enums by the names that our own enums and columns have for them, and back."""

from functools import cache
from typing import Any


@cache  # looking a name up in protobuf's own table takes ten times as long
def name_of(enum: Any, number: int) -> str:
    """OPEN for LECTURE_STATE_OPEN; empty for unspecified."""
    return str(enum.Name(number)).removeprefix(_prefix_of(enum)) if number else ""


@cache
def number_of(enum: Any, name: str | None) -> Any:
    """The value of LECTURE_STATE_OPEN for OPEN; that of unspecified for none."""
    return enum.Value(_prefix_of(enum) + name) if name else 0


def _prefix_of(enum: Any) -> str:
    return str(enum.Name(0)).removesuffix("UNSPECIFIED")
