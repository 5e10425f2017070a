"""Adds to the audit, in the transaction of what it tells of. A row is sealed with SM3 over itself and the row before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import hashes
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import current_call
from kit.idempotency import check_same
from services.registry.models import AuditRow

FIRST_PREVIOUS = bytes(32)
# Taken before the last row is read and held until commit, so that there is one chain. Readers do not wait.
ONE_WRITER = text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE")
OPERATOR = Actor(subject="operator", service="operator")
# For what happens because its time has come.
ITSELF = Actor(subject="registry", service="registry")


@dataclass(frozen=True, slots=True)
class Retry:
    """What makes a repeated request recognisable: the caller's id for it, and a mark of its content."""

    request_id: str
    mark: bytes


async def is_repeat(session: AsyncSession, actor: Actor, retry: Retry) -> bool:
    """Whether the request took effect before. Raises IdempotencyKeyReused if its id did with other content."""
    query = select(AuditRow.mark).where(AuditRow.actor == actor.subject, AuditRow.request_id == retry.request_id)
    stored = await session.scalar(query)
    if stored is None:
        return False
    check_same(stored, retry.mark)
    return True


async def subject_of(session: AsyncSession, actor: Actor, retry: Retry) -> str:
    """What the request was about when it took effect before; empty if it did not."""
    query = select(AuditRow.subject).where(AuditRow.actor == actor.subject, AuditRow.request_id == retry.request_id)
    return await session.scalar(query) or "" if await is_repeat(session, actor, retry) else ""


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject: str,
    now: datetime,
    reason: str = "",
    retry: Retry | None = None,
) -> None:
    """Add one row. The last thing a use case does: whoever holds the audit's lock waits for no other."""
    await record_all(session, actor, action, [subject], now, reason, retry)


async def record_all(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subjects: Sequence[str],
    now: datetime,
    reason: str = "",
    retry: Retry | None = None,
) -> None:
    """Add a row for each of several subjects of one request. By the first of them its retry is recognised."""
    await session.flush()
    await session.execute(ONE_WRITER)
    if retry:  # its id may have taken effect elsewhere since `is_repeat` looked
        await is_repeat(session, actor, retry)
    newest = select(AuditRow.position, AuditRow.seal).order_by(AuditRow.position.desc()).limit(1)
    last = (await session.execute(newest)).first()
    position, previous = (last.position, last.seal) if last else (0, FIRST_PREVIOUS)
    for number, subject in enumerate(subjects, 1):
        first = retry if number == 1 else None
        row = AuditRow(
            position=position + number,
            at=now,
            actor=actor.subject,
            action=action,
            subject=subject,
            reason=reason,
            call_id=current_call().request_id,
            request_id=first.request_id if first else None,
            mark=first.mark if first else None,
            previous=previous,
        )
        row.seal = previous = seal_of(row)
        session.add(row)


def seal_of(row: AuditRow) -> bytes:
    """SM3 over every field, each behind its length so that no two rows give the same bytes."""
    what = (row.actor, row.action, row.subject, row.reason, row.call_id, row.request_id or "")
    texts = (str(row.position), f"{row.at.timestamp():.6f}", *what)
    digest = hashes.Hash(hashes.SM3())
    for part in [*(value.encode() for value in texts), row.mark or b"", row.previous]:
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.finalize()


async def first_broken(session: AsyncSession) -> tuple[int, int | None]:
    """How many rows there are, and the position of the first that does not fit its seal or its predecessor."""
    count, previous = 0, FIRST_PREVIOUS
    async for row in await session.stream_scalars(select(AuditRow).order_by(AuditRow.position)):
        count += 1
        if row.position != count or row.previous != previous or row.seal != seal_of(row):
            return count, row.position
        previous = row.seal
    return count, None
