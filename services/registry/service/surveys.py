"""The life of a survey (SUR-1): begun with the standard questionnaire, opened by hand, closed by hand or when over."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.errors import StaleVersion
from services.registry.errors import (
    SurveyAudienceInvalid,
    SurveyDaysInvalid,
    SurveyExists,
    SurveyNotReady,
    SurveyWrongState,
)
from services.registry.models import Invitation, QuestionnaireVersion, Survey
from services.registry.queries import surveys as queries
from services.registry.rules.surveys import Audience, SurveyKind, SurveyState, follows, is_over
from services.registry.service import audit, events
from services.registry.service.audit import Retry
from services.registry.standard_questionnaire import PART_A, PART_B

# Surveys are begun one after the other, so that a repeated request finds what the first one made.
ONE_BEGINNING = text("LOCK TABLE survey IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True, slots=True)
class SurveyDraft:
    """What people decide about a survey."""

    title: str
    opens_on: date
    closes_on: date
    valid_min_percent: int


@dataclass(frozen=True, slots=True)
class Change:
    """Which survey a change is of, the version its maker saw, and what makes it recognisable."""

    survey_id: UUID
    expected_version: int
    retry: Retry


async def create_survey(
    session: AsyncSession,
    actor: Actor,
    year: int,
    kind: SurveyKind,
    audience: Audience,
    draft: SurveyDraft,
    retry: Retry,
    now: datetime,
) -> UUID:
    """Begin a survey; returns its id, the same for a repeated request."""
    await session.execute(ONE_BEGINNING)
    if await audit.is_repeat(session, actor, retry):
        return await queries.subject_of_request(session, actor, retry.request_id)
    _check_days(draft)
    if kind is SurveyKind.ANNUAL and audience is not Audience.CENSUS:
        raise SurveyAudienceInvalid
    if kind is SurveyKind.ANNUAL and await queries.annual_survey(session, year):
        raise SurveyExists
    survey = Survey(
        id=uuid7(),
        year=year,
        kind=kind,
        audience=audience,
        title=draft.title,
        state=SurveyState.DRAFT,
        opens_on=draft.opens_on,
        closes_on=draft.closes_on,
        valid_min_percent=draft.valid_min_percent,
        version=1,
        created_at=now,
    )
    session.add(survey)
    await session.flush()
    session.add(_standard(survey.id, actor, now))
    events.survey_changed(session, survey)
    await audit.record(session, actor, "SURVEY_CREATED", f"survey/{survey.id}", now, retry=retry)
    return survey.id


def _standard(survey_id: UUID, actor: Actor, now: datetime) -> QuestionnaireVersion:
    who = actor.person_id
    return QuestionnaireVersion(survey_id=survey_id, number=1, part_a=PART_A, part_b=PART_B, created_at=now, created_by=who)


async def update_survey(session: AsyncSession, actor: Actor, change: Change, draft: SurveyDraft, now: datetime) -> None:
    """Change a draft; once it is open, only the announced last day, to one that has not passed."""
    survey = await to_change(session, actor, change, SurveyState.DRAFT, SurveyState.OPEN)
    if survey is None:
        return
    _check_days(draft)
    fixed = (survey.title, survey.opens_on, survey.valid_min_percent)
    if survey.state == SurveyState.OPEN and fixed != (draft.title, draft.opens_on, draft.valid_min_percent):
        raise SurveyWrongState(state=survey.state)
    if survey.state == SurveyState.OPEN:
        _check_not_over(draft.closes_on, now)
    survey.title, survey.opens_on, survey.closes_on = draft.title, draft.opens_on, draft.closes_on
    survey.valid_min_percent = draft.valid_min_percent
    changed(session, survey)
    await audit.record(session, actor, "SURVEY_UPDATED", f"survey/{survey.id}", now, retry=change.retry)


async def open_survey(session: AsyncSession, actor: Actor, change: Change, now: datetime) -> None:
    """Let the invited answer."""
    survey = await to_change(session, actor, change, SurveyState.DRAFT)
    if survey is None:
        return
    if not await session.scalar(select(exists().where(Invitation.survey_id == survey.id))):
        raise SurveyNotReady
    _check_not_over(survey.closes_on, now)
    move(session, survey, SurveyState.OPEN, now)
    await audit.record(session, actor, "SURVEY_OPENED", f"survey/{survey.id}", now, retry=change.retry)


async def to_change(session: AsyncSession, actor: Actor, change: Change, *states: SurveyState) -> Survey | None:
    """The locked survey, as its changer saw it and in one of the states; None for a repeated request."""
    survey = await queries.survey_for_update(session, change.survey_id)
    if await audit.is_repeat(session, actor, change.retry):
        return None
    if survey.version != change.expected_version:
        raise StaleVersion(version=str(survey.version))
    if survey.state not in states:
        raise SurveyWrongState(state=survey.state)
    return survey


def move(session: AsyncSession, survey: Survey, state: SurveyState, now: datetime) -> None:
    """The one way from a state to the next, of a survey that is locked. Raises SurveyWrongState for any other step."""
    if follows(SurveyState(survey.state)) is not state:
        raise SurveyWrongState(state=survey.state)
    survey.state = state
    match state:
        case SurveyState.OPEN:
            survey.opened_at = now
        case SurveyState.CLOSED:
            survey.closed_at = max(now, survey.opened_at or now)
        case SurveyState.ANALYSED:
            survey.analysed_at = now
        case SurveyState.REPORTED:
            survey.reported_at = now
    changed(session, survey)


def changed(session: AsyncSession, survey: Survey) -> None:
    """Count up the version and tell it."""
    survey.version += 1
    events.survey_changed(session, survey)


def _check_days(draft: SurveyDraft) -> None:
    if draft.closes_on < draft.opens_on:
        raise SurveyDaysInvalid(field="closes_on")


def _check_not_over(closes_on: date, now: datetime) -> None:
    """It would be closed at once, for good."""
    if is_over(closes_on, now):
        raise SurveyDaysInvalid(field="closes_on")
