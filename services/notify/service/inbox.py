"""What happened goes into inboxes, in one statement for a whole batch of events; and people read it."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uuid_utils
from fahu.notify.v1 import events_pb2
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.db import driver_of
from kit.events.handling import Delivery
from services.notify import accounts, errors, notices, queries
from services.notify.live import OpenPages
from services.notify.models import Notification
from services.notify.rules import GIVE_UP_AFTER, Kind
from services.notify.ways import WAYS, demands

# Given as JSON: in arrays, one for each column, the driver would look at every value on its own. What is to be sent later
# says so among its facts: not_before.
WRITE = """
WITH given AS (
  SELECT * FROM json_to_recordset(%(rows)s::json) AS g(
    id uuid, person_id uuid, kind text, event_id uuid, subject_id uuid, serial text, subject_version bigint,
    params jsonb, happened_at timestamptz, purpose text, must_reach boolean)
), added AS (
  INSERT INTO notification (id, person_id, kind, event_id, subject_id, serial, subject_version, params, happened_at)
  SELECT id, person_id, kind, event_id, subject_id, serial, subject_version, params, happened_at FROM given
  ON CONFLICT (event_id, person_id) DO NOTHING RETURNING id
)
INSERT INTO delivery (notification_id, person_id, purpose, must_reach, state, attempts, error_code, maybe_taken,
                      next_at, give_up_at, updated_at)
SELECT id, person_id, purpose, must_reach, 'PENDING', 0, 0, false,
       greatest(%(now)s, not_before), greatest(%(now)s, not_before) + %(patience)s, %(now)s
FROM given JOIN added USING (id), LATERAL (SELECT (params->>'not_before')::timestamptz AS not_before) AS fact
WHERE purpose IS NOT NULL
"""


async def announce(pages: OpenPages, session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Put each event into the inboxes of its audience, once for a person, ready to be sent on; and tell open pages."""
    await write(pages, session, [row for delivery in deliveries for row in _rows_of(delivery)])


async def announce_accounts(pages: OpenPages, session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """The same for what registry tells about people's accounts."""
    await write(pages, session, [row for delivery in deliveries for row in _rows_about_accounts(delivery)])


async def write(pages: OpenPages, session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Write messages, once for an event and a person, ready to be sent on; and tell open pages."""
    now = datetime.now(UTC)
    values = {"rows": json.dumps(rows), "now": now, "patience": GIVE_UP_AFTER}
    await driver_of(session)(WRITE, values)
    pages.tell_after_commit(session, [_change_of(row) for row in rows])


def _rows_of(delivery: Delivery) -> Iterator[dict[str, Any]]:
    """One row for each reader; who belongs to two parties is told once."""
    event = delivery.event
    notice, facts = notices.read(event)
    shared = {
        "event_id": str(delivery.id),
        "subject_id": event.demand.demand_id,
        "serial": event.demand.serial,
        "subject_version": event.demand.version,
        "params": facts,
        "happened_at": delivery.at.isoformat(),
    }
    for person, kind in _told(event.audience, notice).items():
        yield shared | addressed(person, kind)


def _rows_about_accounts(delivery: Delivery) -> Iterator[dict[str, Any]]:
    told = accounts.read(delivery.event)
    shared = {
        "event_id": str(delivery.id),
        "subject_id": told.subject_id,
        "serial": told.serial,
        "subject_version": delivery.version,
        "params": told.facts,
        "happened_at": delivery.at.isoformat(),
    }
    for person, kind in told.readers.items():
        yield shared | addressed(person, kind)


def addressed(person: str, kind: Kind) -> dict[str, Any]:
    """What of a message is for one reader."""
    way = WAYS[kind]
    return {
        "id": str(uuid_utils.uuid7()),
        "person_id": person,
        "kind": kind,
        "purpose": way.purpose,
        "must_reach": way.must_reach,
    }


def _change_of(row: dict[str, Any]) -> events_pb2.InboxChanged:
    return events_pb2.InboxChanged(
        person_id=row["person_id"],
        notification_id=row["id"],
        kind=row["kind"],
        subject_id=row["subject_id"],
        subject_version=row["subject_version"],
    )


def _told(audience: Any, notice: notices.Notice) -> dict[str, Kind]:
    """What each person is told: of two parties' kinds the one that wants more of them, of equals the first party's."""
    told: dict[str, Kind] = {}
    for party, field in notices.AUDIENCE.items():
        kind: Kind = getattr(notice, party)
        for person in getattr(audience, field):
            if person not in told or demands(kind) > demands(told[person]):
                told[person] = kind
    return told


async def mark_read(session: AsyncSession, actor: Actor, ids: Sequence[UUID], now: datetime) -> int:
    """Mark all of these as read, or none if one is not the actor's. Returns how many stay unread."""
    wanted = set(ids)
    if await queries.lock_notifications(session, actor, wanted) != wanted:
        raise errors.NotificationNotFound
    unread = (Notification.id.in_(wanted), Notification.person_id == actor.person_id, Notification.read_at.is_(None))
    await session.execute(update(Notification).where(*unread).values(read_at=now))
    return await queries.unread_count(session, actor)
