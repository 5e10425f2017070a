"""Contacts of liaison points are reminded of a survey that their enterprise has not answered (SUR-2)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import uuid_utils
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import BEIJING
from kit.events.handling import Delivery
from services.notify.live import OpenPages
from services.notify.rules import Kind
from services.notify.service.inbox import write
from services.notify.ways import WAYS

LAST_MINUTE = time(23, 59, tzinfo=BEIJING)


async def remind(pages: OpenPages, session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Put each reminder into the inboxes of the contacts it names, once for a person."""
    await write(pages, session, [row for delivery in deliveries for row in _rows_of(delivery)])


def _rows_of(delivery: Delivery) -> Iterator[dict[str, Any]]:
    event, way = delivery.event, WAYS[Kind.SURVEY_REMINDER]
    due = datetime.combine(date.fromisoformat(event.closes_on), LAST_MINUTE)
    for person in dict.fromkeys(event.liaison_ids):
        yield {
            "id": str(uuid_utils.uuid7()),
            "person_id": person,
            "kind": Kind.SURVEY_REMINDER,
            "event_id": str(delivery.id),
            "subject_id": event.survey_id,
            "serial": f"WJ{event.year}",
            "subject_version": delivery.version,
            "params": {"due": due.isoformat()},
            "happened_at": delivery.at.isoformat(),
            "purpose": way.purpose,
            "must_reach": way.must_reach,
        }
