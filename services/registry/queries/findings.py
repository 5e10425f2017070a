"""What a survey came to, as it is kept, and the answers by name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.errors import SurveyNotAnalysed
from services.registry.models import (
    Enterprise,
    EnterpriseYear,
    Invitation,
    Recommendation,
    SurveyAnalysis,
    SurveyReport,
    SurveyResponse,
    Unit,
)
from services.registry.queries import surveys
from services.registry.queries.cohorts import areas_of_year
from services.registry.rules import UnitKind
from services.registry.rules.recommendations import RecommendationState
from services.registry.rules.surveys import ResponseState

QUESTIONS: ColumnElement[Any] = SurveyAnalysis.results["questions"]


async def of_analysis(session: AsyncSession, survey_id: UUID, *columns: Any) -> Any:
    """Parts of what it came to, and when that was taken; the results are long. Raises SurveyNotFound, SurveyNotAnalysed."""
    query: Select[Any] = select(*columns, SurveyAnalysis.made_at).where(SurveyAnalysis.survey_id == survey_id)
    return await _there(session, survey_id, (await session.execute(query)).first())


async def hold_analysis(session: AsyncSession, survey_id: UUID) -> None:
    """Lock what a survey came to, until the transaction ends. Raises SurveyNotFound, SurveyNotAnalysed."""
    query = select(SurveyAnalysis.survey_id).where(SurveyAnalysis.survey_id == survey_id)
    await _there(session, survey_id, (await session.execute(query.with_for_update())).first())


async def _there(session: AsyncSession, survey_id: UUID, found: Any) -> Any:
    if found is None:
        await surveys.survey_view(session, survey_id)
        raise SurveyNotAnalysed
    return found


async def report(session: AsyncSession, survey_id: UUID) -> SurveyReport | None:
    return await session.get(SurveyReport, survey_id)


async def standing_advice(session: AsyncSession, survey_id: UUID) -> Sequence[Row[Recommendation, str]]:
    """The recommendations that a report tells, oldest first, with the names of their owners."""
    query = select(Recommendation, Unit.name).join(Unit, Unit.code == Recommendation.owner_unit)
    told = (Recommendation.survey_id == survey_id, Recommendation.state != RecommendationState.DECLINED)
    return (await session.execute(query.where(*told).order_by(Recommendation.id))).all()


async def area_names(session: AsyncSession, year: int) -> dict[str, str]:
    """What areas were called in a year, at its end."""
    return {area.code: area.names[-1] for area in await areas_of_year(session, year)}


async def agency_names(session: AsyncSession) -> dict[str, str]:
    """The agencies in the notice's order."""
    query = select(Unit.code, Unit.name).where(Unit.kind == UnitKind.AGENCY).order_by(Unit.position)
    return dict((await session.execute(query)).all())


async def named_answers(session: AsyncSession, survey_id: UUID) -> Sequence[Row[str, str, str, str | None, SurveyResponse]]:
    """Parts A that were handed in: code, name, area and industry of the enterprise, and its answers; by area and code."""
    query = (
        select(Enterprise.uscc, Enterprise.name, Invitation.area_code, EnterpriseYear.industry, SurveyResponse)
        .join(Invitation, Invitation.id == SurveyResponse.invitation_id)
        .join(Enterprise, Enterprise.id == Invitation.enterprise_id)
        .join(
            EnterpriseYear,
            (EnterpriseYear.enterprise_id == Invitation.enterprise_id) & (EnterpriseYear.year == Invitation.year),
        )
        .where(SurveyResponse.survey_id == survey_id, SurveyResponse.state == ResponseState.SUBMITTED)
        .order_by(Invitation.area_code, Enterprise.uscc)
    )
    return (await session.execute(query)).all()
