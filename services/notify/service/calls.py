"""Calls by the centre to people whom WeChat could not reach."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.notify import errors, queries
from services.notify.models import Delivery
from services.notify.rules import State


async def complete_call_task(
    session: AsyncSession, actor: Actor, task_id: UUID, reached: bool, note: str, now: datetime
) -> None:
    """Note how a call went. If the person was reached, all messages the task gathered count as told by telephone."""
    task = await queries.call_task_for_update(session, task_id)
    if task.done_at is not None:
        raise errors.CallTaskDone
    task.done_at, task.done_by, task.reached, task.note = now, actor.person_id, reached, note
    if reached:
        gathered = (Delivery.call_task_id == task.id, Delivery.state == State.CALL_TASK)
        await session.execute(update(Delivery).where(*gathered).values(state=State.CALLED, updated_at=now))
    await session.flush()
