"""Sessions: opened at sign-in, carried on by refresh tokens (rules/sessions.py), ended by their owner or with a role."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import SessionEnded
from services.registry.models import Revocation, Session
from services.registry.personal import PersonalData
from services.registry.queries import people
from services.registry.queries import sessions as queries
from services.registry.rules.sessions import RefreshToken, SessionPolicy, Verdict, is_over, judge
from services.registry.service import events

# Positions are drawn before they commit; one writer at a time lets them become visible in their order, so that a reader who
# asks for what comes after a position misses none.
ONE_WRITER = text("LOCK TABLE revocation IN SHARE ROW EXCLUSIVE MODE")
# A token may be signed a moment after the answer it rests on was read; it is void as well.
MARGIN = timedelta(seconds=2)
# Access tokens live ten minutes: what is older than this voids none.
RELEVANT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session with the refresh token that carries it on, which is known at this moment only.

    Access tokens made before `tokens_from` are void, those of the session too; None if all are good.
    """

    id: UUID
    person_id: UUID
    refresh_token: str
    expires_at: datetime
    tokens_from: datetime | None = None


def open_session(session: AsyncSession, person_id: UUID, now: datetime, policy: SessionPolicy) -> OpenSession:
    token = RefreshToken.new()
    row = Session(
        id=uuid.uuid4(),
        person_id=person_id,
        family_hash=token.family_hash,
        token_hash=token.hash,
        rotated_at=now,
        created_at=now,
        expires_at=now + policy.lifetime,
    )
    session.add(row)
    return OpenSession(row.id, person_id, str(token), row.expires_at)


async def refresh(
    session: AsyncSession, personal: PersonalData, refresh_token: str, now: datetime, policy: SessionPolicy
) -> OpenSession | None:
    """The session with its next token. None if this one was used before: the session ends, and that must be committed."""
    token = RefreshToken.parse(refresh_token)
    row = await queries.session_of_family(session, token.family_hash) if token else None
    if token is None or row is None or is_over(row.expires_at, now):
        raise SessionEnded
    following = personal.next_token(token)
    match judge(token.hash, row.token_hash, row.previous_hash, now - row.rotated_at, policy):
        case Verdict.END:
            await session.delete(row)
            await _void_tokens(session, row.person_id)
            return None
        case Verdict.ROTATE:
            row.previous_hash, row.token_hash = row.token_hash, following.hash
            row.rotated_at, row.expires_at = now, now + policy.lifetime
        case Verdict.REPEAT:
            pass
    return OpenSession(row.id, row.person_id, str(following), row.expires_at)


async def end_session(session: AsyncSession, refresh_token: str) -> None:
    """Sign out. What is no token of a live session ends nothing."""
    if token := RefreshToken.parse(refresh_token):
        await session.execute(delete(Session).where(Session.family_hash == token.family_hash))


async def shut_out(session: AsyncSession, person_id: UUID) -> datetime:
    """End all sessions of a person and void the access tokens made so far. Comes after what took the person's role.

    Returns before when the void tokens were made: a moment ahead.

    A sign-in that is under way ends first, and its session with the others; one that begins now will find the role gone.
    """
    await people.lock_person(session, person_id)
    await session.execute(delete(Session).where(Session.person_id == person_id))
    return await _void_tokens(session, person_id)


async def _void_tokens(session: AsyncSession, person_id: UUID) -> datetime:
    await session.flush()
    await session.execute(ONE_WRITER)
    # Not the moment of the request: tokens were made while it waited for its locks.
    before = datetime.now(UTC) + MARGIN
    added = insert(Revocation).values(person_id=person_id, before=before).returning(Revocation.position)
    position = (await session.execute(added)).scalar_one()
    events.access_revoked(session, person_id, before, position)
    return before


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Drop sessions that are over and revocations that void nothing any more."""
    await session.execute(delete(Session).where(Session.expires_at <= now))
    await session.execute(delete(Revocation).where(Revocation.before < now - 2 * RELEVANT))
