"""What a link leads to. Its token's hash is the whole of its holder's rights: to one invitation, and to no other."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import SurveyLinkNotFound, SurveyQuestionnaireUnknown
from services.registry.models import Enterprise, EnterpriseYear, Invitation, QuestionnaireVersion, Survey, SurveyResponse
from services.registry.rules.surveys import SurveyState

TURN = text(
    "SELECT survey_id FROM invitation, pg_advisory_xact_lock_shared(hashtextextended('survey/' || survey_id, 6))"
    " WHERE token_hash = :hash"
)


@dataclass(frozen=True, slots=True)
class LinkView:
    """An invitation with all that its holder sees."""

    invitation: Invitation
    survey: Survey
    enterprise_name: str
    questionnaire: QuestionnaireVersion
    response: SurveyResponse | None


@dataclass(frozen=True, slots=True)
class HeldLink:
    """An invitation that is being answered: the survey cannot close, and nobody else answers, until this is done."""

    invitation: Invitation
    survey: Survey
    response: SurveyResponse | None


async def link_view(session: AsyncSession, token_hash: bytes) -> LinkView:
    """Raises SurveyLinkNotFound. The questionnaire is the one that part A was begun with, else the newest."""
    query = (
        select(Invitation, Survey, Enterprise.name, SurveyResponse)
        .join(Survey, Survey.id == Invitation.survey_id)
        .join(Enterprise, Enterprise.id == Invitation.enterprise_id)
        .outerjoin(SurveyResponse, SurveyResponse.invitation_id == Invitation.id)
        .where(Invitation.token_hash == token_hash, Survey.state != SurveyState.DRAFT)
    )
    found = (await session.execute(query)).first()
    if found is None:
        raise SurveyLinkNotFound
    invitation, survey, name, response = found
    number = response.questionnaire_number if response else None
    return LinkView(invitation, survey, name, await questionnaire(session, survey.id, number), response)


async def link_to_answer(session: AsyncSession, token_hash: bytes) -> HeldLink:
    """Locks the survey against its close first, then the invitation. Raises SurveyLinkNotFound."""
    # Its turn (see queries/surveys.py) comes with the answer to this; what is read from here on is what it waited for.
    survey_id = await session.scalar(TURN, {"hash": token_hash})
    survey = await session.scalar(select(Survey).where(Survey.id == survey_id, Survey.state != SurveyState.DRAFT))
    locked = select(Invitation).where(Invitation.token_hash == token_hash).with_for_update()
    invitation = await session.scalar(locked) if survey else None
    if survey is None or invitation is None:
        raise SurveyLinkNotFound
    response = await session.scalar(select(SurveyResponse).where(SurveyResponse.invitation_id == invitation.id))
    return HeldLink(invitation, survey, response)


async def questionnaire(session: AsyncSession, survey_id: UUID, number: int | None) -> QuestionnaireVersion:
    """One version of a survey's questionnaire; without a number the newest. Raises SurveyQuestionnaireUnknown."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.survey_id == survey_id)
    if number is not None:
        query = query.where(QuestionnaireVersion.number == number)
    found = await session.scalar(query.order_by(QuestionnaireVersion.number.desc()).limit(1))
    if found is None:
        raise SurveyQuestionnaireUnknown
    return found


async def industry_of(session: AsyncSession, invitation: Invitation) -> str | None:
    """The industry of the enterprise in the year of the survey."""
    place = (EnterpriseYear.enterprise_id == invitation.enterprise_id, EnterpriseYear.year == invitation.year)
    return await session.scalar(select(EnterpriseYear.industry).where(*place))
