"""What the servicers of courses share: the one transaction of a change, and moments."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kit.auth import Actor
from kit.db import Database
from kit.errors import FieldsInvalid, FieldViolation
from kit.idempotency import fingerprint
from services.courses.rules.years import year_of
from services.courses.service.errands import Errand
from services.courses.service.events import stamp

__all__ = ["errand", "moment", "moment_of", "now", "stamp", "uuid_or_none", "year_or_this"]


def now() -> datetime:
    return datetime.now(UTC)


def year_or_this(year: int) -> int:
    return year or year_of(now())


def moment_of(field: str, given: Timestamp) -> datetime:
    """A moment that there is. Raises FieldsInvalid for one beyond what a calendar holds."""
    try:
        return given.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise FieldsInvalid([FieldViolation(field, "timestamp", "There is no such moment.")]) from error


def uuid_or_none(field: str, given: str) -> UUID | None:
    """None for an empty text. Raises FieldsInvalid for one that is no UUID."""
    try:
        return UUID(given) if given else None
    except ValueError as error:
        raise FieldsInvalid([FieldViolation(field, "string.uuid", "This is no UUID.")]) from error


def moment(given: datetime | None) -> Timestamp | None:
    return stamp(given) if given else None


@asynccontextmanager
async def errand(db: Database, actor: Actor, request: Message, request_id: str) -> AsyncIterator[Errand]:
    """The one transaction of a change; what the caller's request says is its fingerprint."""
    async with db.begin() as session:
        yield Errand(session, actor, now(), request_id, fingerprint(request))
