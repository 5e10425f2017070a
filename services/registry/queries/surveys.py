"""Surveys and their questionnaires. Whoever may ask for surveys sees every one; narrowed is who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import QuestionnaireNotFound, SurveyNotFound
from services.registry.models import AuditRow, QuestionnaireVersion, SealedAnswer, Survey, SurveySnapshot
from services.registry.rules.surveys import SurveyKind, SurveyState


@dataclass(frozen=True, slots=True)
class SurveyView:
    """A survey, the number of its newest questionnaire, and what it came to if it is closed."""

    survey: Survey
    questionnaire_number: int
    snapshot: SurveySnapshot | None


_NEWEST = (
    select(func.max(QuestionnaireVersion.number))
    .where(QuestionnaireVersion.survey_id == Survey.id)
    .scalar_subquery()
    .label("number")
)
_VIEWS = select(Survey, _NEWEST, SurveySnapshot).outerjoin(SurveySnapshot, SurveySnapshot.survey_id == Survey.id)


async def survey_view(session: AsyncSession, survey_id: UUID) -> SurveyView:
    """Raises SurveyNotFound."""
    row = (await session.execute(_VIEWS.where(Survey.id == survey_id))).first()
    if row is None:
        raise SurveyNotFound
    return SurveyView(*row)


async def surveys_page(
    session: AsyncSession, year: int, page_size: int, page_token: str
) -> tuple[Sequence[SurveyView], str]:
    """One page, the newest year first, and the token of the next. Year 0 is every year."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="surveys", year=year)
    query = _VIEWS.where(Survey.year == year) if year else _VIEWS
    if page_token:
        last = decode_token(page_token, filtered_by, kinds=(int, UUID))
        query = query.where(tuple_(Survey.year, Survey.id) < tuple_(*last))
    found = await session.execute(query.order_by(Survey.year.desc(), Survey.id.desc()).limit(size + 1))
    views = [SurveyView(*row) for row in found]
    if len(views) <= size:
        return views, ""
    end = views[size - 1].survey
    return views[:size], encode_token(filtered_by, (end.year, end.id))


# Who shares a row's lock with others does not queue behind one who waits for it alone: a close would wait for a pause.
# These locks are given in turn; answers share theirs (queries/survey_answers.py).
TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 6))")


async def survey_for_update(session: AsyncSession, survey_id: UUID) -> Survey:
    """The locked row; waits for answers that are on their way, and lets no other in meanwhile. Raises SurveyNotFound."""
    await session.execute(TURN, {"id": f"survey/{survey_id}"})
    survey = await session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update())
    if survey is None:
        raise SurveyNotFound
    return survey


async def over(session: AsyncSession, day: date) -> Sequence[UUID]:
    """Open surveys whose last day is before a day."""
    query = select(Survey.id).where(Survey.state == SurveyState.OPEN, Survey.closes_on < day)
    return (await session.scalars(query.order_by(Survey.closes_on, Survey.id))).all()


async def survey_held(session: AsyncSession, survey_id: UUID) -> Survey:
    """The row, which nobody changes meanwhile; others may hold it as well. Raises SurveyNotFound."""
    survey = await session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update(read=True))
    if survey is None:
        raise SurveyNotFound
    return survey


async def annual_survey(session: AsyncSession, year: int) -> Survey | None:
    return await session.scalar(select(Survey).where(Survey.year == year, Survey.kind == SurveyKind.ANNUAL))


async def subject_of_request(session: AsyncSession, actor: Actor, request_id: str) -> UUID:
    """The id of what a request that took effect was about."""
    query = select(AuditRow.subject).where(AuditRow.actor == actor.subject, AuditRow.request_id == request_id)
    return UUID(str((await session.execute(query)).scalar_one()).rpartition("/")[2])


async def questionnaire(session: AsyncSession, survey_id: UUID, number: int = 0) -> QuestionnaireVersion:
    """One version, or the newest. Raises SurveyNotFound or QuestionnaireNotFound."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.survey_id == survey_id)
    query = query.where(QuestionnaireVersion.number == number) if number else query
    found = await session.scalar(query.order_by(QuestionnaireVersion.number.desc()).limit(1))
    if found is None:
        await survey_view(session, survey_id)
        raise QuestionnaireNotFound
    return found


async def answered_questionnaire(session: AsyncSession, survey_id: UUID) -> QuestionnaireVersion | None:
    """The newest version that somebody answered."""
    query = select(QuestionnaireVersion).where(
        QuestionnaireVersion.survey_id == survey_id, QuestionnaireVersion.frozen_at.is_not(None)
    )
    return await session.scalar(query.order_by(QuestionnaireVersion.number.desc()).limit(1))


async def envelopes(session: AsyncSession, survey_id: UUID) -> Sequence[SealedAnswer]:
    return (await session.scalars(select(SealedAnswer).where(SealedAnswer.survey_id == survey_id))).all()
