"""Names of enums, days, and who reads as staff."""

from datetime import date
from functools import cache
from typing import Any

from fahu.access.v1.access_pb2 import Role

from kit.auth import Actor

Fields = dict[str, Any]


@cache  # looking a name up in protobuf's own table takes ten times as long
def enum_of(kind: Any, prefix: str, value: str | None) -> Any:
    return kind.Value(f"{prefix}_{value}") if value else 0


def name_of(kind: Any, prefix: str, value: int) -> str:
    """The name an enum value has in our own enums and columns."""
    return str(kind.Name(value)).removeprefix(f"{prefix}_")


def day_of(day: date | None) -> str:
    return day.isoformat() if day else ""


def is_staff(actor: Actor) -> bool:
    """Whether somebody reads as staff; officers of towns and parks read as the enterprises they speak for."""
    return not actor.roles <= {int(Role.ROLE_LIAISON), int(Role.ROLE_AREA_OFFICER)}
