"""What the edges of projects, services and coverage share: days, names of enums, what makes a retry recognisable, sheets."""

from datetime import UTC, date, datetime
from typing import Any

from google.protobuf.message import Message

from kit.auth import Actor
from kit.errors import FieldsInvalid, FieldViolation
from kit.idempotency import fingerprint
from services.registry.personal import PersonalData
from services.registry.rules import year_of
from services.registry.service.audit import Retry


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


def retry_of(personal: PersonalData, request_id: str, request: Message) -> Retry:
    return Retry(request_id, personal.request_mark(fingerprint(request)))


def name_of(enum: Any, number: int, prefix: str) -> str:
    """The value's name without its prefix; empty for unspecified."""
    return str(enum.Name(number)).removeprefix(prefix) if number else ""


def subject_year(kind: str, year: int, actor: Actor) -> str:
    """What the audit says was exported, for whom."""
    return f"{kind}/{year}/{actor.unit_code or 'all'}"
