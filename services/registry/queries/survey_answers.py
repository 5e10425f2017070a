"""What a link leads to. Its token's hash is the whole of its holder's rights: to one invitation, and to no other."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import SurveyLinkNotFound, SurveyQuestionnaireUnknown
from services.registry.models import Enterprise, EnterpriseYear, Invitation, QuestionnaireVersion, Survey, SurveyResponse
from services.registry.rules.surveys import SurveyState

# Its turn (see queries/surveys.py) first, then the row, for rows are locked last. Thousands answer at once: one round trip.
TURN = text(
    "SELECT invitation.id"
    " FROM invitation, pg_advisory_xact_lock_shared(hashtextextended('survey/' || survey_id, 6))"
    " WHERE token_hash = :hash FOR UPDATE OF invitation"
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
    industry: str | None
    asked: QuestionnaireVersion | None

    @property
    def questionnaire(self) -> QuestionnaireVersion:
        """The version that was asked for. Raises SurveyQuestionnaireUnknown."""
        if self.asked is None:
            raise SurveyQuestionnaireUnknown
        return self.asked


async def look_at_link(session: AsyncSession, token_hash: bytes, today: date) -> LinkView:
    """What a link leads to; notes the day of the first look, in the same statement. Raises SurveyLinkNotFound.

    The questionnaire is the one that part A was begun with, else the newest.
    """
    is_open = exists().where(Survey.id == Invitation.survey_id, Survey.state == SurveyState.OPEN)
    first = update(Invitation).where(Invitation.token_hash == token_hash, Invitation.opened_on.is_(None), is_open)
    numbers = select(func.max(QuestionnaireVersion.number)).where(QuestionnaireVersion.survey_id == Survey.id)
    shown = func.coalesce(SurveyResponse.questionnaire_number, numbers.correlate(Survey).scalar_subquery())
    query = (
        select(Invitation, Survey, Enterprise.name, QuestionnaireVersion, SurveyResponse)
        .join(Survey, Survey.id == Invitation.survey_id)
        .join(Enterprise, Enterprise.id == Invitation.enterprise_id)
        .outerjoin(SurveyResponse, SurveyResponse.invitation_id == Invitation.id)
        .join(QuestionnaireVersion, _version(shown))
        .where(Invitation.token_hash == token_hash, Survey.state != SurveyState.DRAFT)
        .add_cte(first.values(opened_on=today).cte("first_look"))
    )
    found = (await session.execute(query)).first()
    if found is None:
        raise SurveyLinkNotFound
    return LinkView(*found)


async def link_to_answer(session: AsyncSession, token_hash: bytes, number: int) -> HeldLink:
    """The link, locked, with one version of its questionnaire. Raises SurveyLinkNotFound."""
    invitation_id = await session.scalar(TURN, {"hash": token_hash})
    # A statement of its own: what it sees is what the locks were waited for.
    place = and_(EnterpriseYear.enterprise_id == Invitation.enterprise_id, EnterpriseYear.year == Invitation.year)
    query = (
        select(Invitation, Survey, SurveyResponse, EnterpriseYear.industry, QuestionnaireVersion)
        .join(Survey, Survey.id == Invitation.survey_id)
        .join(EnterpriseYear, place)
        .outerjoin(SurveyResponse, SurveyResponse.invitation_id == Invitation.id)
        .outerjoin(QuestionnaireVersion, _version(number))
        .where(Invitation.id == invitation_id, Survey.state != SurveyState.DRAFT)
    )
    found = (await session.execute(query)).first() if invitation_id else None
    if found is None:
        raise SurveyLinkNotFound
    return HeldLink(*found)


def _version(number: int | ColumnElement[int]) -> ColumnElement[bool]:
    return and_(QuestionnaireVersion.survey_id == Survey.id, QuestionnaireVersion.number == number)
