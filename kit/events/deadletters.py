"""Events that a consumer gave up on after their last delivery: kept whole, and handed to their handlers again on command."""

import json
import logging
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from kit.db import Database, is_outage
from kit.events.handling import Handling

BURY = text("""
INSERT INTO dead_letter (consumer, event_id, subject, headers, payload, error, deliveries)
VALUES (:consumer, :event_id, :subject, :headers, :payload, :error, :deliveries) ON CONFLICT DO NOTHING
""")
EXHUME = text("""
SELECT event_id, headers, payload, created_at FROM dead_letter
WHERE consumer = :consumer AND redriven_at IS NULL AND (created_at, event_id) > (:at, :id)
ORDER BY created_at, event_id LIMIT 1 FOR UPDATE SKIP LOCKED
""")
REDRIVEN = text("UPDATE dead_letter SET redriven_at = now() WHERE consumer = :consumer AND event_id = :event_id")
log = logging.getLogger(__name__)


async def bury(
    database: Database,
    consumer: str,
    event_id: UUID,
    subject: str,
    headers: dict[str, str],
    payload: bytes,
    error: str,
    deliveries: int,
) -> None:
    """Keep one event that could not be handled."""
    values = {
        "consumer": consumer,
        "event_id": event_id,
        "subject": subject,
        "headers": json.dumps(headers),
        "payload": payload,
        "error": error,
        "deliveries": deliveries,
    }
    async with database.begin() as session:
        await session.execute(BURY, values)


async def redrive(database: Database, handling: Handling) -> tuple[int, int]:
    """Hand every dead letter to its handler again, oldest first. Returns how many passed and how many still fail."""
    passed, failed = 0, 0
    last = {"at": datetime.min.replace(tzinfo=UTC), "id": UUID(int=0)}
    while True:
        try:
            async with database.begin() as session:
                row = (await session.execute(EXHUME, {"consumer": handling.consumer, **last})).first()
                if row is None:
                    return passed, failed
                last = {"at": row.created_at, "id": row.event_id}
                await handling.effect(session, [handling.decode(json.loads(row.headers), row.payload)])
                await session.execute(REDRIVEN, {"consumer": handling.consumer, "event_id": row.event_id})
            passed += 1
        except Exception as error:
            if is_outage(error):
                raise
            log.warning("dead letter %s still fails", last["id"], exc_info=error)
            failed += 1
