"""Signing in: through WeChat for whoever is on the roster, by password and one-time code for console staff (DEM-1)."""

import hmac
from dataclasses import replace
from datetime import datetime

import pyotp
from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.registry.errors import (
    AccountWithoutRole,
    BoundToAnotherWechat,
    CredentialsWrong,
    NotOnRoster,
    RebindingWaiting,
    WechatNotBound,
)
from services.registry.models import Person, Rebinding, StaffAccount
from services.registry.personal import PersonalData
from services.registry.queries import people as queries
from services.registry.queries import rebindings as rebinding_queries
from services.registry.rules import normal_phone
from services.registry.rules.rebindings import RebindingState, state_at, takes_effect, told
from services.registry.rules.sessions import SessionPolicy
from services.registry.service import audit, people, rebindings, sessions
from services.registry.service.sessions import OpenSession

TOTP_SECONDS = 30


async def sign_in_with_wechat(
    session: AsyncSession, personal: PersonalData, openid: str, phone: str, now: datetime, policy: SessionPolicy
) -> OpenSession:
    """Open a session for a known openid, or bind it to the person on the roster whose number WeChat confirmed.

    An openid whose person has no role any more may go over to another: the same human in a new post, with a new number.
    """
    index = personal.openid_index(openid)
    known = await queries.person_by_openid(session, index)
    if known and await queries.has_role(session, known.id):
        return sessions.open_session(session, known.id, now, policy)
    asked = await rebinding_queries.open_of_openid(session, index)
    if asked and asked.expires_at > now:
        return await _come_over(session, personal, asked, known, openid, now, policy)
    if not phone:
        raise AccountWithoutRole if known else WechatNotBound
    person = await queries.person_by_phone(session, personal.phone_index(normal_phone(phone) or phone))
    if person is None:
        raise NotOnRoster
    if not await queries.has_role(session, person.id):
        raise AccountWithoutRole
    if person.openid_index == index:  # bound a moment ago, by the same button pressed twice
        return sessions.open_session(session, person.id, now, policy)
    if person.openid_index is not None:
        raise BoundToAnotherWechat
    if known:
        known.openid = known.openid_index = None
    await people.bind_wechat(session, personal, person, openid, index)
    opened = sessions.open_session(session, person.id, now, policy)
    await audit.record(session, Actor(subject=str(person.id)), "WECHAT_BOUND", f"person/{person.id}", now)
    return opened


async def _come_over(
    session: AsyncSession,
    personal: PersonalData,
    asked: Rebinding,
    known: Person | None,
    openid: str,
    now: datetime,
    policy: SessionPolicy,
) -> OpenSession:
    """A WeChat account that asked to take the place of another: it does, once that is approved and a day has passed."""
    await queries.lock_person(session, asked.person_id)
    person = await session.get_one(Person, asked.person_id, populate_existing=True)
    rebinding = await rebinding_queries.open_of_person(session, person.id)
    if rebinding is None or rebinding.id != asked.id:  # it ended while this waited
        raise WechatNotBound
    state = state_at(rebinding.state, rebinding.expires_at, now)
    if state is RebindingState.EXPIRED:
        raise WechatNotBound
    if not takes_effect(state, rebinding.effective_at, now):
        raise RebindingWaiting(state=state.lower(), effective_at=told(rebinding.effective_at))
    if not await queries.has_role(session, person.id):
        raise AccountWithoutRole
    if known:
        known.openid = known.openid_index = None
    await rebindings.move(session, rebinding, RebindingState.EFFECTED, now)
    await people.bind_wechat(session, personal, person, openid, personal.openid_index(openid))
    void_before = await sessions.shut_out(session, person.id)
    opened = replace(sessions.open_session(session, person.id, now, policy), tokens_from=void_before)
    await audit.record(session, Actor(subject=str(person.id)), "WECHAT_REBOUND", f"person/{person.id}", now)
    return opened


async def sign_in_with_password(
    session: AsyncSession, personal: PersonalData, checked: StaffAccount, code: str, now: datetime, policy: SessionPolicy
) -> OpenSession:
    """The second half of a console sign-in, after the password was found right: the one-time code, which works once.

    `checked` is the account as it was when its password was looked at.
    """
    person_id = checked.person_id
    await queries.lock_person(session, person_id)
    account = await session.get(StaffAccount, person_id)
    if account is None or not account.active or account.totp_secret is None:
        raise CredentialsWrong
    if (account.login_name, account.password_hash) != (checked.login_name, checked.password_hash):
        raise CredentialsWrong
    step = matching_step(personal.totp_secret(account), code, now)
    if step is None:
        raise CredentialsWrong
    unused = or_(StaffAccount.last_totp_step.is_(None), StaffAccount.last_totp_step < step)
    used = update(StaffAccount).where(StaffAccount.person_id == person_id, StaffAccount.active, unused)
    if (await session.execute(used.values(last_totp_step=step))).rowcount != 1:  # type: ignore[attr-defined]
        raise CredentialsWrong
    opened = sessions.open_session(session, person_id, now, policy)
    await audit.record(session, Actor(subject=str(person_id)), "SIGNED_IN", f"person/{person_id}", now)
    return opened


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The 30-second step that a code is of, if it is the present one or a neighbour; clocks of phones differ."""
    present = int(now.timestamp()) // TOTP_SECONDS
    generator = pyotp.TOTP(secret, interval=TOTP_SECONDS)
    steps = [step for step in (present - 1, present, present + 1) if _same(generator.at(step * TOTP_SECONDS), code)]
    return steps[0] if steps else None


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.strip().encode())
