"""An event that names its readers, as messages in their inboxes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.handling import Delivery
from services.notify.live import OpenPages
from services.notify.rules import Kind
from services.notify.service.inbox import addressed, write


@dataclass(frozen=True, slots=True)
class Told:
    """One event as messages: the kind, its readers, what it is about, and the facts to word it with."""

    kind: Kind
    people: Sequence[str]
    subject_id: str
    serial: str
    version: int
    facts: dict[str, object] = field(default_factory=dict)


# What an event tells: nothing, one thing, or different things to different people. Who is named twice is told the first.
Readers = Mapping[type[Message], Callable[[Any], Told | Sequence[Told] | None]]


async def announce(readers: Readers, pages: OpenPages, session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Put each event into the inboxes of those it names, once for a person."""
    if rows := [row for delivery in deliveries for row in _rows_of(readers, delivery)]:
        await write(pages, session, rows)


def _rows_of(readers: Readers, delivery: Delivery) -> Iterator[dict[str, Any]]:
    read = readers[type(delivery.event)](delivery.event)
    everything = [read] if isinstance(read, Told) else read or []
    readings: dict[str, Told] = {}
    for told in everything:
        readings |= {person: told for person in told.people if person and person not in readings}
    for person, told in readings.items():
        yield addressed(person, told.kind) | {
            "event_id": str(delivery.id),
            "subject_id": told.subject_id,
            "serial": told.serial,
            "subject_version": told.version,
            "params": told.facts,
            "happened_at": delivery.at.isoformat(),
        }
