"""Invites: a contact who was appointed signs in for the first time by a code instead of the phone button."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from services.registry.errors import InviteNotFound, InviteNotNeeded, LiaisonNotFound
from services.registry.models import Invite, InviteAttempt, Person
from services.registry.personal import PersonalData
from services.registry.queries import enterprises, people
from services.registry.queries import invites as queries
from services.registry.rules import year_of
from services.registry.rules.invites import FAILURES_COUNT_FOR, MOST_FAILURES
from services.registry.rules.sessions import SessionPolicy
from services.registry.service import audit, sessions
from services.registry.service.audit import Retry
from services.registry.service.people import bind_wechat
from services.registry.service.sessions import OpenSession


async def create_invite(
    session: AsyncSession,
    personal: PersonalData,
    actor: Actor,
    enterprise_id: UUID,
    retry: Retry,
    now: datetime,
    lifetime: timedelta,
) -> str:
    """Make the one invite of the present contact; the one before ends. Returns the code.

    The code is not drawn but derived from the request by a key, so a retry gets the same one although nobody stored it.
    """
    enterprise = await enterprises.enterprise_to_appoint(session, actor, enterprise_id, year_of(now))
    code = personal.invite_code(actor.subject, retry.request_id)
    if await audit.is_repeat(session, actor, retry):
        await _check_lives(session, personal.invite_hash(code), now)
        return code
    liaison = await enterprises.active_liaison(session, enterprise.id)
    if liaison is None:
        raise LiaisonNotFound
    await people.lock_person(session, liaison.person_id)
    person = await session.get_one(Person, liaison.person_id, populate_existing=True)
    if person.openid_index is not None:
        raise InviteNotNeeded
    await end_invites(session, liaison.id, now)
    session.add(
        Invite(
            id=uuid7(),
            liaison_id=liaison.id,
            code_hash=personal.invite_hash(code),
            created_by=actor.person_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    await audit.record(session, actor, "INVITE_CREATED", f"enterprise/{enterprise.id}", now, retry=retry)
    return code


async def _check_lives(session: AsyncSession, code_hash: bytes, now: datetime) -> None:
    """A retry tells no code as good that opens nothing any more. Raises InviteNotNeeded or InviteNotFound."""
    found = await queries.invite_of_code(session, code_hash)
    if found and found[0].used_at:
        raise InviteNotNeeded
    if not found or found[0].revoked_at or found[0].expires_at <= now:
        raise InviteNotFound


async def revoke_invite(session: AsyncSession, actor: Actor, enterprise_id: UUID, now: datetime) -> None:
    """End the invite of the present contact, if there is one that lives."""
    enterprise = await enterprises.enterprise_to_appoint(session, actor, enterprise_id, year_of(now))
    liaison = await enterprises.active_liaison(session, enterprise.id)
    if liaison is None or await queries.live_invite(session, liaison.id, now) is None:
        return
    await people.lock_person(session, liaison.person_id)
    await end_invites(session, liaison.id, now)
    await audit.record(session, actor, "INVITE_REVOKED", f"enterprise/{enterprise.id}", now)


async def end_invites(session: AsyncSession, liaison_id: UUID, now: datetime) -> None:
    """End whatever invite of a contact has not ended. Its person is locked: whoever uses one holds that lock, too."""
    ended = func.greatest(now, Invite.created_at)
    mine = update(Invite).where(Invite.liaison_id == liaison_id, *queries.ENDED_BY_NOBODY)
    await session.execute(mine.values(revoked_at=ended))


async def sign_in_with_invite(
    session: AsyncSession, personal: PersonalData, openid: str, code: str, now: datetime, policy: SessionPolicy
) -> OpenSession | None:
    """Bind a WeChat account to the contact whose code it is. None for whatever is wrong; that must be committed: it counts.

    Who has a role already signs in as that, and uses no invite up.
    """
    index = personal.openid_index(openid)
    known = await people.person_by_openid(session, index)
    if known and await people.has_role(session, known.id):
        return sessions.open_session(session, known.id, now, policy)
    if await _count_attempt(session, index, now) > MOST_FAILURES:
        return None
    found = await queries.invite_of_code(session, personal.invite_hash(code))
    if found is None:
        return None
    person_id, invite_id = found[1].person_id, found[0].id
    await people.lock_person(session, person_id)
    person = await session.get_one(Person, person_id, populate_existing=True)
    if person.openid_index == index:  # bound a moment ago, by the same button pressed twice
        return sessions.open_session(session, person.id, now, policy)
    invite = await queries.usable_for_update(session, invite_id, now)
    if invite is None or person.openid_index is not None:
        return None
    invite.used_at = now
    if known:
        known.openid = known.openid_index = None
    await bind_wechat(session, personal, person, openid, index)
    await session.execute(delete(InviteAttempt).where(InviteAttempt.openid_index == index))
    opened = sessions.open_session(session, person.id, now, policy)
    await audit.record(session, Actor(subject=str(person.id)), "INVITE_USED", f"invite/{invite_id}", now)
    return opened


async def _count_attempt(session: AsyncSession, openid_index: bytes, now: datetime) -> int:
    """Count one more within the day, and return how many there were. The row is locked: attempts at once count singly."""
    over = InviteAttempt.since <= now - FAILURES_COUNT_FOR
    added = insert(InviteAttempt).values(openid_index=openid_index, failures=1, since=now)
    counted = added.on_conflict_do_update(
        index_elements=["openid_index"],
        set_={
            "failures": case((over, 1), else_=InviteAttempt.failures + 1),
            "since": case((over, now), else_=InviteAttempt.since),
        },
    )
    return (await session.execute(counted.returning(InviteAttempt.failures))).scalar_one()


async def forget_attempts(session: AsyncSession, now: datetime) -> None:
    await session.execute(delete(InviteAttempt).where(InviteAttempt.since <= now - FAILURES_COUNT_FOR))
