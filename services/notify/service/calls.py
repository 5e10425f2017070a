"""Calls by the centre to people whom WeChat could not reach."""

from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.notify import errors, queries
from services.notify.models import CallTask, Delivery
from services.notify.rules import State

MOST_CALLS = 3
AGAIN_WITHIN = timedelta(days=7)


async def complete_call_task(
    session: AsyncSession, actor: Actor, task_id: UUID, reached: bool, note: str, now: datetime
) -> None:
    """Note how a call went. If the person was reached, all messages the task gathered count as told by telephone.

    If not, a new task follows, so that nobody is forgotten; after the third call in vain within a week none does.
    """
    task = await queries.call_task_for_update(session, task_id)
    if task.done_at is not None:
        raise errors.CallTaskDone
    task.done_at, task.done_by, task.reached, task.note = now, actor.person_id, reached, note
    await session.flush()
    gathered = update(Delivery).where(Delivery.call_task_id == task.id, Delivery.state == State.CALL_TASK)
    if reached:
        await session.execute(gathered.values(state=State.CALLED, updated_at=now))
    elif await queries.calls_in_vain(session, task.person_id, now - AGAIN_WITHIN) < MOST_CALLS:
        following = _following(task, now)
        session.add(following)
        await session.flush()
        await session.execute(gathered.values(call_task_id=following.id))


def _following(task: CallTask, now: datetime) -> CallTask:
    """The same messages, to be told in another call."""
    return CallTask(
        id=uuid_utils.compat.uuid7(),
        person_id=task.person_id,
        notification_id=task.notification_id,
        message_count=task.message_count,
        cause=task.cause,
        created_at=now,
        reached=False,
        note="",
    )
