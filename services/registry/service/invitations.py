"""Who is asked gets a personal link, told once, and is reminded three times at most (SUR-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.calendar import BEIJING
from services.registry.errors import (
    InvitationNotFound,
    LinksTold,
    ReminderNotDue,
    SurveyAnsweredAlready,
    SurveyWrongState,
)
from services.registry.models import Enterprise, Invitation, Survey, SurveyResponse
from services.registry.queries import cohorts as cohort_queries
from services.registry.queries import invitations as queries
from services.registry.queries import surveys as survey_queries
from services.registry.rules.surveys import ResponseState, SurveyState, may_remind_on, new_token, token_hash
from services.registry.service import audit, events
from services.registry.service.audit import Retry

MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was just made, with whom it is for."""

    uscc: str
    name: str
    area_code: str
    token: str
    number: int


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many reminders were noted, and how many of them go out as messages."""

    noted: int = 0
    told: int = 0


async def make_invitations(
    session: AsyncSession, actor: Actor, survey_id: UUID, area_code: str, renew: bool, retry: Retry, now: datetime
) -> tuple[Survey, list[Link]]:
    """Invite whoever is not invited yet; with `renew` also make others of the links that nobody opened."""
    survey = await _running(session, actor, survey_id, retry, SurveyState.DRAFT, SurveyState.OPEN)
    if survey is None:
        raise LinksTold
    await queries.check_area(session, actor, area_code)
    links = await _renewed(session, actor, survey, area_code) if renew else []
    links += await _invited(session, actor, survey, area_code, now.astimezone(BEIJING).date())
    await audit.record(session, actor, "INVITATIONS_MADE", f"survey/{survey.id}", now, retry=retry)
    return survey, links


async def remake_link(
    session: AsyncSession, actor: Actor, survey_id: UUID, enterprise_id: UUID, retry: Retry, now: datetime
) -> tuple[str, int]:
    """Another link for one enterprise, and its number; the old one is void from this moment, and its draft is gone."""
    survey = await _running(session, actor, survey_id, retry, SurveyState.DRAFT, SurveyState.OPEN)
    if survey is None:
        raise LinksTold
    invitation = await queries.invitation_to_change(session, actor, survey_id, enterprise_id)
    if invitation is None:
        raise InvitationNotFound
    await _drop_draft(session, invitation)
    token = _replace_link(invitation)
    await audit.record(session, actor, "LINK_REMADE", f"invitation/{invitation.id}", now, retry=retry)
    return token, invitation.link_number


async def remind_invited(
    session: AsyncSession,
    actor: Actor,
    survey_id: UUID,
    area_code: str,
    enterprise_ids: Sequence[UUID],
    retry: Retry,
    now: datetime,
) -> Reminded:
    """Note a reminder of today for those who may be reminded, and have the contacts among them told."""
    survey = await _running(session, actor, survey_id, retry, SurveyState.OPEN)
    if survey is None:
        return Reminded()
    await queries.check_area(session, actor, area_code)
    today = now.astimezone(BEIJING).date()
    if enterprise_ids and await queries.invited_count(session, actor, survey_id, enterprise_ids) < len(enterprise_ids):
        raise InvitationNotFound
    unanswered = await queries.outstanding(session, actor, survey_id, area_code, enterprise_ids)
    due = [one for one in unanswered if _may_remind(one, today)]
    if len(due) < len(enterprise_ids):
        raise ReminderNotDue(count=str(len(enterprise_ids) - len(due)))
    await _note(session, [one.id for one in due], today)
    people = sorted((await cohort_queries.liaison_ids(session, [one.enterprise_id for one in due])).values())
    for start in range(0, len(people), MOST_TOLD):
        events.survey_reminder_due(session, survey, people[start : start + MOST_TOLD])
    await audit.record(session, actor, "INVITED_REMINDED", f"survey/{survey.id}", now, retry=retry)
    return Reminded(len(due), len(people))


async def _running(
    session: AsyncSession, actor: Actor, survey_id: UUID, retry: Retry, *states: SurveyState
) -> Survey | None:
    """The survey in one of the states, whose invitations nobody else changes now; None for a repeated request."""
    await queries.one_at_a_time(session, survey_id)
    survey = await survey_queries.survey_held(session, survey_id)
    if await audit.is_repeat(session, actor, retry):
        return None
    if survey.state not in states:
        raise SurveyWrongState(state=survey.state)
    return survey


async def _invited(session: AsyncSession, actor: Actor, survey: Survey, area_code: str, today: date) -> list[Link]:
    """Invitations for those who have none. Who moves into the area in this very moment is invited the next time."""
    held = await queries.hold_places(session, actor, survey, area_code)
    asked = await queries.asked(session, actor, survey, area_code)
    links, rows = [], []
    for one in asked:
        if one.invitation_id is not None or one.enterprise_id not in held:
            continue
        link = Link(one.uscc, one.name, one.area_code, new_token(), 1)
        links.append(link)
        rows.append(
            {
                "id": uuid7(),
                "survey_id": survey.id,
                "year": survey.year,
                "enterprise_id": one.enterprise_id,
                "area_code": one.area_code,
                "token_hash": token_hash(link.token),
                "link_number": 1,
                "sent_on": today,
                "part_b_given": False,
            }
        )
    if rows:
        await session.execute(insert(Invitation), rows)
    return links


async def _renewed(session: AsyncSession, actor: Actor, survey: Survey, area_code: str) -> list[Link]:
    """Other links for those who opened none and began no answer."""
    unopened = await queries.unopened(session, actor, survey.id, area_code)
    # Only once they are locked: an answer that came in between would be shown to whoever gets the new link.
    begun = set(await session.scalars(select(SurveyResponse.invitation_id).where(SurveyResponse.survey_id == survey.id)))
    waiting = [one for one in unopened if one.id not in begun]
    names = select(Enterprise.id, Enterprise.uscc, Enterprise.name).where(
        Enterprise.id.in_([one.enterprise_id for one in waiting])
    )
    known = {row.id: row for row in await session.execute(names)}
    links = []
    for one in waiting:
        enterprise, token = known[one.enterprise_id], _replace_link(one)
        links.append(Link(enterprise.uscc, enterprise.name, one.area_code, token, one.link_number))
    await session.flush()
    return sorted(links, key=lambda link: (link.area_code, link.uscc))


async def _drop_draft(session: AsyncSession, invitation: Invitation) -> None:
    """Whoever makes a link could open it: it must show nothing that the enterprise wrote under the old one.

    Raises SurveyAnsweredAlready if part A was handed in, which is the enterprise's own to replace.
    """
    mine = SurveyResponse.invitation_id == invitation.id  # nobody answers while the invitation is locked
    if await session.scalar(select(SurveyResponse.state).where(mine)) == ResponseState.SUBMITTED:
        raise SurveyAnsweredAlready
    await session.execute(delete(SurveyResponse).where(mine))


def _replace_link(invitation: Invitation) -> str:
    token = new_token()
    invitation.token_hash = token_hash(token)
    invitation.link_number += 1
    return token


def _may_remind(one: Invitation, today: date) -> bool:
    days = [day for day in (one.reminded_1_on, one.reminded_2_on, one.reminded_3_on) if day]
    first = may_remind_on(days)
    return first is not None and first <= today


async def _note(session: AsyncSession, ids: Sequence[UUID], today: date) -> None:
    """Today in the first of the three places that is free; constraints refuse a reminder that is too early."""
    first, second, third = Invitation.reminded_1_on, Invitation.reminded_2_on, Invitation.reminded_3_on
    await session.execute(
        update(Invitation)
        .where(Invitation.id.in_(ids))
        .values(
            reminded_1_on=case((first.is_(None), today), else_=first),
            reminded_2_on=case((first.is_not(None) & second.is_(None), today), else_=second),
            reminded_3_on=case((second.is_not(None) & third.is_(None), today), else_=third),
        )
        .execution_options(synchronize_session=False)
    )
