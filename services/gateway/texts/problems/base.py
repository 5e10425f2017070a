"""How one reason is told."""

from typing import NamedTuple

from services.gateway.texts import Text


class Problem(NamedTuple):
    """HTTP status, title, and the field at fault where it is always one."""

    status: int
    title: Text
    field: str = ""


def problem(status: int, zh: str, en: str, field: str = "") -> Problem:
    return Problem(status, Text(zh, en), field)
