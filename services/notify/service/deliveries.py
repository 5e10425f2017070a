"""The way of messages beyond the inbox: claimed under a lease together with a consent each, and what came of it.

Several processes may do this at once. Deliveries are skipped where somebody else holds them. Consents are waited for, in the
order of their ids: skipping one that another process only looks at would make a call of a message that could be sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.rules import BATCH, LEASE, Cause, Kind, Purpose, State, next_try
from services.notify.texts import Message

CLAIM = text("""
WITH due AS (
  SELECT notification_id FROM delivery WHERE state = 'PENDING' AND next_at <= :now
  ORDER BY next_at, notification_id LIMIT :batch FOR UPDATE SKIP LOCKED
)
UPDATE delivery d SET attempts = d.attempts + 1, next_at = :lease, lease_until = :lease, updated_at = :now,
  maybe_taken = d.maybe_taken OR d.lease_until IS NOT NULL
FROM due JOIN notification n ON n.id = due.notification_id LEFT JOIN unit_name u ON u.code = n.params->>'unit'
WHERE d.notification_id = due.notification_id
RETURNING d.notification_id, d.person_id, d.purpose, d.attempts, d.give_up_at,
  n.kind, n.subject_id, n.serial, n.params, n.happened_at, COALESCE(u.name, '') AS unit_name
""")
RESERVE = text("""
WITH wanted AS (
  SELECT id AS delivery_id, person_id, template_id, row_number() OVER (PARTITION BY person_id, template_id ORDER BY id) AS n
  FROM unnest(CAST(:ids AS uuid[]), CAST(:people AS uuid[]), CAST(:templates AS text[])) AS w(id, person_id, template_id)
  WHERE NOT EXISTS (SELECT FROM consent WHERE used_by = w.id)
), free AS (
  SELECT id, person_id, template_id FROM consent
  WHERE used_by IS NULL AND voided_at IS NULL AND (person_id, template_id) IN (SELECT person_id, template_id FROM wanted)
  ORDER BY id FOR UPDATE
), numbered AS (
  SELECT *, row_number() OVER (PARTITION BY person_id, template_id ORDER BY id) AS n FROM free
)
UPDATE consent c SET used_by = w.delivery_id
FROM numbered f JOIN wanted w USING (person_id, template_id, n) WHERE c.id = f.id
""")
RESERVED = text("SELECT used_by FROM consent WHERE used_by = ANY(:ids)")
SENT = text("""
UPDATE delivery SET state = 'SENT', error_code = 0, lease_until = NULL, updated_at = :now
WHERE notification_id = :id AND state = 'PENDING'
""")
POSTPONE = text("""
UPDATE delivery SET next_at = :next_at, lease_until = NULL, error_code = :code, maybe_taken = maybe_taken OR :maybe_taken,
  updated_at = :now
WHERE notification_id = :id AND state = 'PENDING' AND lease_until = :lease
""")
NOTE_FAILURE = text("""
UPDATE delivery SET error_code = :code, maybe_taken = maybe_taken OR :maybe_taken WHERE notification_id = :id
""")
GIVE_BACK = text("""
UPDATE consent SET used_by = NULL FROM delivery d
WHERE used_by = ANY(:ids) AND d.notification_id = used_by AND NOT d.maybe_taken AND d.state = 'PENDING'
""")
VOID = text("""
UPDATE consent SET voided_at = :now
WHERE person_id = :person AND template_id = :template AND used_by IS NULL AND voided_at IS NULL AND granted_at < :before
""")
FALL_BACK = text("""
WITH failed AS (
  SELECT d.notification_id, d.person_id, d.must_reach, g.task_id
  FROM delivery d JOIN unnest(CAST(:ids AS uuid[]), CAST(:tasks AS uuid[])) AS g(id, task_id) ON g.id = d.notification_id
  WHERE d.state = 'PENDING' ORDER BY d.notification_id FOR UPDATE OF d
), task AS (
  INSERT INTO call_task (id, person_id, notification_id, message_count, cause, created_at, reached, note)
  SELECT (array_agg(task_id ORDER BY notification_id))[1], person_id,
    (array_agg(notification_id ORDER BY notification_id))[1], count(*), :cause, :now, false, ''
  FROM failed WHERE must_reach GROUP BY person_id ORDER BY person_id
  ON CONFLICT (person_id) WHERE done_at IS NULL
  DO UPDATE SET message_count = call_task.message_count + EXCLUDED.message_count
  RETURNING id, person_id
)
UPDATE delivery d SET state = CASE WHEN d.must_reach THEN 'CALL_TASK' ELSE 'INBOX_ONLY' END, lease_until = NULL,
  call_task_id = CASE WHEN d.must_reach THEN task.id END, updated_at = :now
FROM failed LEFT JOIN task USING (person_id) WHERE d.notification_id = failed.notification_id
RETURNING d.state
""")
OVERDUE = text("""
UPDATE delivery SET lease_until = NULL, next_at = :now, maybe_taken = maybe_taken OR lease_until IS NOT NULL
WHERE notification_id IN (
  SELECT notification_id FROM delivery
  WHERE state = 'PENDING' AND give_up_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
  LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING notification_id
""")
OVERDUE_BATCH = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    """One message that this process may send until the lease ends; its consent is reserved."""

    id: UUID
    person_id: UUID
    purpose: Purpose
    attempts: int
    give_up_at: datetime
    claimed_at: datetime
    message: Message

    @property
    def lease_until(self) -> datetime:
        return self.claimed_at + LEASE


@dataclass(frozen=True, slots=True)
class Claimed:
    """A batch: how many were due, those to send, and the states of those that had no consent."""

    due: int
    attempts: list[Attempt]
    unsent: list[State]


async def claim(session: AsyncSession, now: datetime, *, template_ids: Mapping[Purpose, str]) -> Claimed:
    """Lease what is due and reserve a consent for each; what has none falls back at once, in bulk and without a request."""
    rows = (await session.execute(CLAIM, {"now": now, "lease": now + LEASE, "batch": BATCH})).all()
    if not rows:
        return Claimed(0, [], [])
    ids = [row.notification_id for row in rows]
    templates = [template_ids[Purpose(row.purpose)] for row in rows]
    await session.execute(RESERVE, {"ids": ids, "people": [row.person_id for row in rows], "templates": templates})
    reserved = set(await session.scalars(RESERVED, {"ids": ids}))
    unsent = await fall_back(session, [id for id in ids if id not in reserved], Cause.NO_CONSENT, now)
    return Claimed(len(rows), [_attempt(row, now) for row in rows if row.notification_id in reserved], unsent)


def _attempt(row: Any, now: datetime) -> Attempt:
    message = Message(Kind(row.kind), row.subject_id, row.serial, row.params, row.happened_at, row.unit_name)
    return Attempt(row.notification_id, row.person_id, Purpose(row.purpose), row.attempts, row.give_up_at, now, message)


async def sent(session: AsyncSession, attempt: Attempt, now: datetime) -> list[State]:
    """WeChat took it."""
    await session.execute(SENT, {"id": attempt.id, "now": now})
    return []


async def not_bound(session: AsyncSession, attempt: Attempt, now: datetime) -> list[State]:
    """The person never signed in through WeChat, so there is nobody to send to."""
    return await give_up(session, [attempt.id], Cause.NOT_BOUND, now)


async def try_again(session: AsyncSession, attempt: Attempt, now: datetime, *, code: int, maybe_taken: bool) -> list[State]:
    """It failed in passing: later again; given up where later is too late. `maybe_taken`: WeChat may have it after all."""
    next_at = next_try(attempt.attempts, now, attempt.give_up_at)
    if next_at is None:
        await session.execute(NOTE_FAILURE, {"id": attempt.id, "code": code, "maybe_taken": maybe_taken})
        return await give_up(session, [attempt.id], Cause.UNREACHABLE, now)
    values = {"id": attempt.id, "next_at": next_at, "code": code, "maybe_taken": maybe_taken}
    await session.execute(POSTPONE, values | {"now": now, "lease": attempt.lease_until})
    return []


async def consent_refused(
    session: AsyncSession, attempt: Attempt, now: datetime, *, template_id: str, code: int
) -> list[State]:
    """WeChat knows of no consent of this person for the template. Never tried again.

    The reserved consent is spent. Those booked before the attempt are void as well: if WeChat had one, it had taken it.
    """
    values = {"person": attempt.person_id, "template": template_id, "before": attempt.claimed_at, "now": now}
    await session.execute(VOID, values)
    await session.execute(NOTE_FAILURE, {"id": attempt.id, "code": code, "maybe_taken": True})
    return await fall_back(session, [attempt.id], Cause.REFUSED, now)


async def message_refused(session: AsyncSession, attempt: Attempt, now: datetime, *, code: int) -> list[State]:
    """WeChat will not take it, now or later, and did not spend the consent."""
    await session.execute(NOTE_FAILURE, {"id": attempt.id, "code": code, "maybe_taken": False})
    return await give_up(session, [attempt.id], Cause.REFUSED, now)


async def give_up(session: AsyncSession, ids: Sequence[UUID], cause: Cause, now: datetime) -> list[State]:
    """Stop trying, and give consents back where WeChat surely took nothing."""
    await session.execute(GIVE_BACK, {"ids": list(ids)})
    return await fall_back(session, ids, cause, now)


async def fall_back(session: AsyncSession, ids: Sequence[UUID], cause: Cause, now: datetime) -> list[State]:
    """Hand messages that need their reader to the centre, one open task for each person; the others stay in the inbox."""
    if not ids:
        return []
    tasks = [uuid_utils.compat.uuid7() for _ in ids]
    found = await session.scalars(FALL_BACK, {"ids": list(ids), "tasks": tasks, "cause": cause, "now": now})
    return [State(state) for state in found]


async def give_up_overdue(session: AsyncSession, now: datetime) -> list[State]:
    """Whatever could not be sent in time, for whatever reason, becomes the centre's now. At most one batch."""
    ids = list(await session.scalars(OVERDUE, {"now": now, "batch": OVERDUE_BATCH}))
    return await give_up(session, ids, Cause.UNREACHABLE, now)
