"""Another WeChat account for somebody on the roster: asked with the phone, frozen for a day, decided by somebody else.

What takes effect does so at a sign-in (accounts.py), by the times in the row: no timer does it, so none can be missed.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.errors import StaleVersion
from services.registry.errors import (
    AccountWithoutRole,
    NotOnRoster,
    RebindingBarred,
    RebindingNotFound,
    RebindingNotNeeded,
    RebindingOpen,
    RebindingOwn,
    RebindingWrongState,
    WechatOfAnother,
)
from services.registry.models import Person, Rebinding
from services.registry.personal import PersonalData
from services.registry.queries import people
from services.registry.queries import rebindings as queries
from services.registry.rules import normal_phone, year_of
from services.registry.rules.rebindings import (
    BARRED_AFTER_OBJECTION,
    FREEZE,
    LIFE,
    OPEN,
    RebindingState,
    may_follow,
    state_at,
    told,
)
from services.registry.service import audit, events
from services.registry.service.audit import Retry

S = RebindingState


async def ask(session: AsyncSession, personal: PersonalData, openid: str, phone: str, now: datetime) -> Rebinding:
    """Open a request for whose number WeChat confirmed, or return the one that this account has open."""
    index = personal.openid_index(openid)
    known = await people.person_by_openid(session, index)
    person = await people.person_by_phone(session, personal.phone_index(normal_phone(phone) or phone))
    if person is None:
        raise NotOnRoster
    if not await people.has_role(session, person.id):
        raise AccountWithoutRole
    if person.openid_index in (None, index):
        raise RebindingNotNeeded
    if known and await people.has_role(session, known.id):
        raise WechatOfAnother
    present = await _still_open(session, person.id, now)
    if present:
        if present.openid_index != index:
            raise RebindingOpen
        return present
    until = await queries.barred_until(session, person.id, BARRED_AFTER_OBJECTION)
    if until and until > now:
        raise RebindingBarred(until=told(until))
    rebinding = await _open(session, personal, person, openid, index, now)
    await audit.record(session, Actor(subject=str(person.id)), "REBINDING_ASKED", f"rebinding/{rebinding.id}", now)
    return rebinding


async def _still_open(session: AsyncSession, person_id: UUID, now: datetime) -> Rebinding | None:
    """The open request of a person; one past its time ends here."""
    present = await queries.open_of_person(session, person_id)
    if present and state_at(present.state, present.expires_at, now) is S.EXPIRED:
        await move(session, present, S.EXPIRED, now)
        return None
    return present


async def _open(
    session: AsyncSession, personal: PersonalData, person: Person, openid: str, index: bytes, now: datetime
) -> Rebinding:
    rebinding = Rebinding(
        id=uuid7(),
        person_id=person.id,
        openid_index=index,
        state=S.ASKED,
        asked_at=now,
        effective_at=now + FREEZE,
        expires_at=now + LIFE,
        version=1,
    )
    rebinding.openid = personal.seal(Rebinding.openid, rebinding.id, openid)
    other = await queries.open_of_openid(session, index)
    if other and state_at(other.state, other.expires_at, now) is S.EXPIRED:
        await move(session, other, S.EXPIRED, now)
    session.add(rebinding)
    try:
        await session.flush()
    except IntegrityError as error:  # the same account asked for somebody else
        raise RebindingOpen from error
    await events.rebinding_changed(session, rebinding, now)
    return rebinding


async def move(
    session: AsyncSession, rebinding: Rebinding, state: RebindingState, now: datetime, by: UUID | None = None
) -> None:
    """Every change of a request. One that ends keeps no address. Raises RebindingWrongState."""
    present = RebindingState(rebinding.state)
    if not may_follow(present, state):
        raise RebindingWrongState(state=present.lower())
    rebinding.state, rebinding.version = state, rebinding.version + 1
    if by:
        rebinding.decided_by, rebinding.decided_at = by, now
    if state not in OPEN:
        rebinding.ended_at, rebinding.openid, rebinding.openid_index = max(now, rebinding.asked_at), None, None
    await session.flush()
    await events.rebinding_changed(session, rebinding, now)


async def decide(
    session: AsyncSession,
    actor: Actor,
    rebinding_id: UUID,
    approve: bool,
    note: str,
    expected_version: int,
    retry: Retry,
    now: datetime,
) -> None:
    """Approve or refuse what somebody else asked for. Approval alone changes nothing yet."""
    rebinding = await queries.rebinding_to_decide(session, actor, rebinding_id, year_of(now))
    if await audit.is_repeat(session, actor, retry):
        return
    if rebinding.person_id == actor.person_id:
        raise RebindingOwn
    if rebinding.version != expected_version:
        raise StaleVersion(version=str(rebinding.version))
    if state_at(rebinding.state, rebinding.expires_at, now) is S.EXPIRED:
        raise RebindingWrongState(state=S.EXPIRED.lower())
    await move(session, rebinding, S.APPROVED if approve else S.REFUSED, now, by=actor.person_id)
    action = "REBINDING_APPROVED" if approve else "REBINDING_REFUSED"
    await audit.record(session, actor, action, f"rebinding/{rebinding.id}", now, note, retry)


async def object_to_own(session: AsyncSession, actor: Actor, retry: Retry, now: datetime) -> None:
    """The person says that it was not them: the request ends, and the centre is alerted."""
    if await audit.is_repeat(session, actor, retry):
        return
    await people.lock_person(session, actor.person_id)
    rebinding = await _still_open(session, actor.person_id, now)
    if rebinding is None:
        raise RebindingNotFound
    await move(session, rebinding, S.OBJECTED, now)
    await audit.record(session, actor, "REBINDING_OBJECTED", f"rebinding/{rebinding.id}", now, retry=retry)


async def cancel_open(session: AsyncSession, person_id: UUID, now: datetime) -> None:
    """A person lost the role or was unbound: there is nothing to come over to. The person is locked."""
    rebinding = await queries.open_of_person(session, person_id)
    if rebinding:
        await move(session, rebinding, S.CANCELLED, now)


async def expire_old(session: AsyncSession, now: datetime) -> None:
    """Write down what has expired, and forget the addresses; it takes no effect either way."""
    for rebinding in await queries.overdue(session, now):
        await move(session, rebinding, S.EXPIRED, now)
