"""What the servicers of the year's programme share: enums by their names, and the one transaction of a change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

from google.protobuf.message import Message

from kit.auth import Actor
from kit.db import Database
from kit.errors import FieldsInvalid, FieldViolation
from kit.idempotency import fingerprint
from services.registry.personal import PersonalData
from services.registry.service.audit import Retry
from services.registry.service.errands import Errand


def name_of(enum: Any, number: int) -> str:
    """AREA for NOMINATOR_AREA; empty for unspecified."""
    names = dict(zip(enum.values(), enum.keys(), strict=True))
    prefix = names[0].removesuffix("UNSPECIFIED")
    return names[number].removeprefix(prefix) if number else ""


def number_of(enum: Any, name: str) -> Any:
    """The value of NOMINATOR_AREA for AREA."""
    prefix = enum.Name(0).removesuffix("UNSPECIFIED")
    return enum.Value(f"{prefix}{name}")


def day_of(field: str, text: str) -> date | None:
    """A day that there is; None for an empty text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise FieldsInvalid([FieldViolation(field, "string.date", "There is no such day.")]) from error


@asynccontextmanager
async def errand(
    db: Database, personal: PersonalData, actor: Actor, request: Message, request_id: str
) -> AsyncIterator[Errand]:
    """The one transaction of a change; what the caller's request says is its fingerprint."""
    retry = Retry(request_id, personal.request_mark(fingerprint(request)))
    async with db.begin() as session:
        yield Errand(session, actor, datetime.now(UTC), retry)
