"""What the servicers of the year's programme share: days, enums by their names, and the one transaction of a change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

from google.protobuf.message import Message

from kit.auth import Actor
from kit.db import Database
from kit.errors import FieldsInvalid, FieldViolation
from kit.idempotency import fingerprint
from services.registry.personal import PersonalData
from services.registry.rules import year_of
from services.registry.service.audit import Retry
from services.registry.service.errands import Errand


def now() -> datetime:
    return datetime.now(UTC)


def year_or_this(year: int) -> int:
    return year or year_of(now())


def day(field: str, text: str) -> date:
    """A day of the calendar. Raises FieldsInvalid for one like 30 February."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldsInvalid([FieldViolation(field, "string.date", "There is no such day.")]) from error


def day_of(field: str, text: str) -> date | None:
    """A day that there is; None for an empty text."""
    return day(field, text) if text else None


@asynccontextmanager
async def errand(
    db: Database, personal: PersonalData, actor: Actor, request: Message, request_id: str
) -> AsyncIterator[Errand]:
    """The one transaction of a change; what the caller's request says is its fingerprint."""
    retry = Retry(request_id, personal.request_mark(fingerprint(request)))
    async with db.begin() as session:
        yield Errand(session, actor, now(), retry)


def subject_year(kind: str, year: int, actor: Actor) -> str:
    """What the audit says was exported, for whom."""
    return f"{kind}/{year}/{actor.unit_code or 'all'}"
