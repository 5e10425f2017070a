"""Invites: the one that lives, and the one that a code is of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.models import Invite, Liaison

ENDED_BY_NOBODY = (Invite.used_at.is_(None), Invite.revoked_at.is_(None))


async def live_invite(session: AsyncSession, liaison_id: UUID, now: datetime) -> Invite | None:
    return await session.scalar(
        select(Invite).where(Invite.liaison_id == liaison_id, *ENDED_BY_NOBODY, Invite.expires_at > now)
    )


async def invite_of_code(session: AsyncSession, code_hash: bytes) -> Row[Invite, Liaison] | None:
    """Whatever became of it."""
    query = select(Invite, Liaison).join(Liaison, Liaison.id == Invite.liaison_id)
    return (await session.execute(query.where(Invite.code_hash == code_hash))).first()


async def usable_for_update(session: AsyncSession, invite_id: UUID, now: datetime) -> Invite | None:
    """The invite if it lives and its person is the contact. Asked with the person locked, so it stays so."""
    query = select(Invite).join(Liaison, Liaison.id == Invite.liaison_id).where(Invite.id == invite_id, *ENDED_BY_NOBODY)
    query = query.where(Invite.expires_at > now, Invite.created_at <= now, Liaison.ended_at.is_(None))
    return await session.scalar(query.with_for_update(of=Invite).execution_options(populate_existing=True))
