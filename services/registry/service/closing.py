"""The close of a survey: what was acknowledged counts, part B comes out of its envelopes as nobody's, and all is counted.

Read docs/decisions/0020-unlinkable-answers.md before changing the order or the number of statements here.
"""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.registry.envelopes import Opened, unseal
from services.registry.models import (
    AnonymousAnswer,
    Invitation,
    SealedAnswer,
    Survey,
    SurveyResponse,
    SurveySnapshot,
)
from services.registry.personal import PersonalData
from services.registry.queries import invitations as invitation_queries
from services.registry.queries import surveys as queries
from services.registry.rules.anonymity import Place, coarsened
from services.registry.rules.surveys import ResponseState, SurveyState, is_over
from services.registry.service import audit
from services.registry.service.surveys import Change, move, to_change


async def close_survey(session: AsyncSession, personal: PersonalData, actor: Actor, change: Change, now: datetime) -> None:
    """End answering for good. The survey's lock waits for every answer on its way, and turns away those that come after."""
    survey = await to_change(session, actor, change, SurveyState.OPEN)
    if survey is None:
        return
    await _close(session, personal, survey, now)
    await audit.record(session, actor, "SURVEY_CLOSED", f"survey/{survey.id}", now, retry=change.retry)


async def close_when_over(session: AsyncSession, personal: PersonalData, survey_id: UUID, now: datetime) -> bool:
    """The same without anybody, once its last day has passed. Returns whether it was done: another may have come first."""
    survey = await queries.survey_for_update(session, survey_id)
    if survey.state != SurveyState.OPEN or not is_over(survey.closes_on, now):
        return False
    await _close(session, personal, survey, now)
    await audit.record(session, audit.ITSELF, "SURVEY_CLOSED", f"survey/{survey.id}", now, f"after {survey.closes_on}")
    return True


async def _close(session: AsyncSession, personal: PersonalData, survey: Survey, now: datetime) -> None:
    anonymous = await _open_envelopes(session, personal, survey)
    # What was begun and never handed in: nobody agreed to its being kept, and nobody can go on with it any more.
    begun = (SurveyResponse.survey_id == survey.id, SurveyResponse.state == ResponseState.DRAFT)
    await session.execute(delete(SurveyResponse).where(*begun))
    session.add(await _snapshot(session, survey, anonymous, now))
    move(session, survey, SurveyState.CLOSED, now)


async def _open_envelopes(session: AsyncSession, personal: PersonalData, survey: Survey) -> int:
    """Write what is in the envelopes, and destroy them; returns how many answers there are to read."""
    envelopes = await queries.envelopes(session, survey.id)
    opened = await asyncio.to_thread(_shuffled, personal, envelopes)
    places: list[Place] = [(one.area_code, one.industry) for one in opened]
    told = coarsened(places) or []
    rows = [
        {"id": uuid4(), "survey_id": survey.id, "area_code": area, "industry": industry, "answers": one.answers}
        for one, (area, industry) in zip(opened, told, strict=False)
    ]
    if rows:
        await session.execute(insert(AnonymousAnswer), rows)
    await session.execute(delete(SealedAnswer).where(SealedAnswer.survey_id == survey.id))
    return len(rows)


def _shuffled(personal: PersonalData, envelopes: Sequence[SealedAnswer]) -> list[Opened]:
    opened = [unseal(personal, envelope) for envelope in envelopes]
    secrets.SystemRandom().shuffle(opened)
    return opened


async def _snapshot(session: AsyncSession, survey: Survey, anonymous: int, now: datetime) -> SurveySnapshot:
    returned = SurveyResponse.state == ResponseState.SUBMITTED
    counts = select(
        func.count(),
        func.count().filter(Invitation.opened_on.is_not(None)),
        func.count().filter(returned),
        func.count().filter(returned, SurveyResponse.answered_percent >= survey.valid_min_percent),
        func.count().filter(Invitation.part_b_given),
    ).select_from(Invitation)
    counts = counts.outerjoin(SurveyResponse, SurveyResponse.invitation_id == Invitation.id)
    sent, opened, answered, valid, given = (await session.execute(counts.where(Invitation.survey_id == survey.id))).one()
    return SurveySnapshot(
        survey_id=survey.id,
        population=await invitation_queries.population(session, survey),
        sent=sent,
        opened=opened,
        returned=answered,
        valid=valid,
        part_b_given=given,
        anonymous=anonymous,
        taken_at=now,
    )
