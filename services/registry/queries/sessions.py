"""Sessions by the family of their tokens, and the list of revocations."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.models import Revocation, Session

REVOCATIONS_AT_ONCE = 1000


async def session_of_family(session: AsyncSession, family_hash: bytes) -> Session | None:
    """Locked, so that two refreshes at once happen one after the other."""
    return await session.scalar(select(Session).where(Session.family_hash == family_hash).with_for_update())


async def revocations(session: AsyncSession, after: int, since: datetime) -> Sequence[Revocation]:
    """Revocations after a position, oldest first; those from before `since` void no token that still lives."""
    wanted = (Revocation.position > after, Revocation.before >= since)
    query = select(Revocation).where(*wanted).order_by(Revocation.position).limit(REVOCATIONS_AT_ONCE)
    return (await session.scalars(query)).all()
