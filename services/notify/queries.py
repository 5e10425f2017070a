"""Every SELECT of notify. Inboxes are private: whatever a person reads is filtered here by the person's own id."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Row, Select, cast, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.notify import errors
from services.notify.models import CallTask, Consent, Delivery, Notification, UnitName
from services.notify.rules import State

Found = Row[*tuple[Any, ...]]
Rows = Sequence[Found]
UNREAD_LIMIT = 100
DELIVERIES_LIMIT = 200
MESSAGE = (
    Notification.kind,
    Notification.subject_id,
    Notification.serial,
    Notification.params,
    Notification.happened_at,
    func.coalesce(UnitName.name, "").label("unit_name"),
)
NAMED = UnitName.code == Notification.params["unit"].astext


async def notifications_page(session: AsyncSession, actor: Actor, unread_only: bool, before: UUID | None, size: int) -> Rows:
    """The actor's inbox, newest first; one row more than the page if there are more."""
    query = select(Notification.id, Notification.read_at, *MESSAGE).outerjoin(UnitName, NAMED)
    query = query.where(Notification.person_id == actor.person_id)
    if unread_only:
        query = query.where(Notification.read_at.is_(None))
    if before:
        query = query.where(Notification.id < before)
    return (await session.execute(query.order_by(Notification.id.desc()).limit(size + 1))).all()


async def unread_count(session: AsyncSession, actor: Actor) -> int:
    """How many of the actor's messages are unread; counting stops at the limit."""
    unread = (
        select(Notification.id)
        .where(Notification.person_id == actor.person_id, Notification.read_at.is_(None))
        .limit(UNREAD_LIMIT)
        .subquery()
    )
    return await session.scalar(select(func.count()).select_from(unread)) or 0


async def lock_notifications(session: AsyncSession, actor: Actor, ids: set[UUID]) -> set[UUID]:
    """Those of these messages that are the actor's, locked."""
    query = select(Notification.id).where(Notification.id.in_(ids), Notification.person_id == actor.person_id)
    return set(await session.scalars(query.order_by(Notification.id).with_for_update()))


async def credits(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """The actor's unspent consents, by template id."""
    query = (
        select(Consent.template_id, func.count().label("credits"))
        .where(Consent.person_id == actor.person_id, Consent.used_by.is_(None), Consent.voided_at.is_(None))
        .group_by(Consent.template_id)
    )
    return {row.template_id: int(row.credits) for row in await session.execute(query)}


async def request_hashes(session: AsyncSession, actor: Actor, request_id: str) -> set[bytes]:
    """Fingerprints of what the actor sent under a request id."""
    query = select(Consent.request_hash).where(Consent.person_id == actor.person_id, Consent.request_id == request_id)
    return set(await session.scalars(query))


def _call_tasks() -> Select[*tuple[Any, ...]]:
    query = select(
        CallTask.id,
        CallTask.person_id,
        CallTask.message_count,
        CallTask.cause,
        CallTask.created_at,
        CallTask.done_at,
        CallTask.reached,
        CallTask.note,
        *MESSAGE,
    )
    return query.join(Notification, Notification.id == CallTask.notification_id).outerjoin(UnitName, NAMED)


async def open_call_tasks(session: AsyncSession, after: UUID | None, size: int) -> Rows:
    """Whom to call, oldest first; one row more than the page if there are more."""
    query = _call_tasks().where(CallTask.done_at.is_(None))
    if after:
        query = query.where(CallTask.id > after)
    return (await session.execute(query.order_by(CallTask.id).limit(size + 1))).all()


async def done_call_tasks(session: AsyncSession, before: tuple[datetime, UUID] | None, size: int) -> Rows:
    """Calls made, newest first; one row more than the page if there are more."""
    query = _call_tasks().where(CallTask.done_at.is_not(None))
    if before:
        query = query.where(tuple_(CallTask.done_at, CallTask.id) < before)
    return (await session.execute(query.order_by(CallTask.done_at.desc(), CallTask.id.desc()).limit(size + 1))).all()


async def call_task(session: AsyncSession, task_id: UUID) -> Found:
    """One call task as lists show it."""
    return (await session.execute(_call_tasks().where(CallTask.id == task_id))).one()


async def call_task_for_update(session: AsyncSession, task_id: UUID) -> CallTask:
    """One call task, locked. Raises CallTaskNotFound."""
    task = await session.get(CallTask, task_id, with_for_update=True)
    if task is None:
        raise errors.CallTaskNotFound
    return task


async def calls_in_vain(session: AsyncSession, person_id: UUID, since: datetime) -> int:
    """How often nobody answered a person's telephone since a moment."""
    vain = (CallTask.person_id == person_id, CallTask.done_at > since, CallTask.reached.is_(False))
    return await session.scalar(select(func.count()).select_from(CallTask).where(*vain)) or 0


async def deliveries(session: AsyncSession, subject_id: UUID) -> Rows:
    """How the messages about one demand reached people, newest first."""
    columns = (Delivery.state, Delivery.attempts, Delivery.error_code, Delivery.updated_at)
    query = (
        select(Notification.id, Notification.person_id, Notification.kind, *columns)
        .join(Delivery, Delivery.notification_id == Notification.id)
        .where(Notification.subject_id == subject_id)
        .order_by(Notification.id.desc())
        .limit(DELIVERIES_LIMIT)
    )
    return (await session.execute(query)).all()


async def oldest_pending(session: AsyncSession) -> datetime | None:
    """When the oldest message still on its way happened, or was to be sent if that is later."""
    not_before = cast(Notification.params["not_before"].astext, DateTime(timezone=True))
    query = (
        select(func.min(func.greatest(Notification.happened_at, not_before)))
        .join(Delivery, Delivery.notification_id == Notification.id)
        .where(Delivery.state == State.PENDING)
    )
    oldest: datetime | None = await session.scalar(query)
    return oldest
