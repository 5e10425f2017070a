"""From a closed survey to results, files and a report (SUR-3, SUR-5). Results are taken once; all else comes from them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.registry.errors import SurveyWrongState
from services.registry.models import Survey, SurveyAnalysis, SurveyReport, SurveySnapshot
from services.registry.queries import findings as queries
from services.registry.queries import past_years
from services.registry.queries import results as counting
from services.registry.queries import surveys as survey_queries
from services.registry.rules import figures, report, result_sheets
from services.registry.rules import results as rules
from services.registry.rules.figures import Advice, Course, Turnout
from services.registry.rules.recommendations import WORDS, RecommendationState
from services.registry.rules.report import Material
from services.registry.rules.result_sheets import Answered, Sheet
from services.registry.rules.surveys import INDUSTRIES, Audience, SurveyState
from services.registry.service import audit
from services.registry.service.surveys import Change, move, to_change

# Categories of demands that are no agency's.
OTHER_CATEGORIES = {"unsure": "不确定"}
ASKED = {Audience.CENSUS: "全区规模以上企业", Audience.LIAISON_POINTS: "本年度联系点企业"}


async def analyse(session: AsyncSession, actor: Actor, change: Change, courses: Mapping[str, Course], now: datetime) -> None:
    """Take the results of a closed survey, for good, beside the course of the past year's demands by category."""
    survey = await to_change(session, actor, change, SurveyState.CLOSED)
    if survey is None:
        return
    results = await _results(session, survey.id)
    material = await _material(session, actor, survey, results, courses, now)
    kept = {"results": results, "material": report.to_plain(material)}
    session.add(SurveyAnalysis(survey_id=survey.id, made_by=actor.person_id, made_at=now, **kept))
    move(session, survey, SurveyState.ANALYSED, now)
    await audit.record(session, actor, "SURVEY_ANALYSED", f"survey/{survey.id}", now, retry=change.retry)


async def finish(session: AsyncSession, actor: Actor, change: Change, now: datetime) -> None:
    """Be done with the report: what it recommends is kept as it stands."""
    survey = await to_change(session, actor, change, SurveyState.ANALYSED)
    if survey is None:
        return
    await queries.hold_analysis(session, survey.id)
    advice = [asdict(one) for one in await _advice(session, survey.id)]
    session.add(SurveyReport(survey_id=survey.id, advice=advice, made_by=actor.person_id, made_at=now))
    move(session, survey, SurveyState.REPORTED, now)
    await audit.record(session, actor, "SURVEY_REPORTED", f"survey/{survey.id}", now, retry=change.retry)


async def _results(session: AsyncSession, survey_id: UUID) -> dict[str, Any]:
    asked = await survey_queries.questionnaire(session, survey_id)
    questions = rules.questions_of(asked.part_a, asked.part_b)
    named = await counting.counts(session, survey_id, questions, "A")
    anonymous = await counting.counts(session, survey_id, questions, "B")
    return await asyncio.to_thread(rules.results_of, questions, named, anonymous)


async def _material(
    session: AsyncSession,
    actor: Actor,
    survey: Survey,
    results: Mapping[str, Any],
    courses: Mapping[str, Course],
    now: datetime,
) -> Material:
    """The figures of the report, with the names of the survey's year."""
    areas, agencies = await queries.area_names(session, survey.year), await queries.agency_names(session)
    named, needed = await counting.needs(session, survey.id, rules.meanings_of(results["questions"]))
    demands = {code: course.submitted for code, course in courses.items()}
    by_area = await counting.turnout_by_area(session, survey.id)
    snapshot = await _snapshot(session, survey.id)
    return Material(
        year=survey.year,
        survey=survey.title,
        asked=ASKED[Audience(survey.audience)],
        total=Turnout("全区", snapshot.population, snapshot.sent, snapshot.returned, snapshot.valid),
        areas=[Turnout(areas[one.name], one.population, one.sent, one.returned, one.valid) for one in by_area],
        courses=_courses(agencies, courses),
        programme=await past_years.programme(session, actor, survey.year - 1, now),
        needs=figures.ranked(agencies, named, demands),
        needed=needed,
        rated=rules.rated_of(results, agencies),
        advice=(),
    )


def _courses(agencies: Mapping[str, str], courses: Mapping[str, Course]) -> list[tuple[str, Course]]:
    """A course for each agency, also without demands, then those of other categories."""
    others = {code: OTHER_CATEGORIES.get(code, code) for code in courses if code not in agencies}
    return [(name, courses.get(code, Course(code))) for code, name in (dict(agencies) | others).items()]


async def _snapshot(session: AsyncSession, survey_id: UUID) -> SurveySnapshot:
    snapshot = await session.get(SurveySnapshot, survey_id)
    assert snapshot  # noqa: S101 - the close takes it
    return snapshot


async def _advice(session: AsyncSession, survey_id: UUID) -> list[Advice]:
    found = await queries.standing_advice(session, survey_id)
    return [Advice(one.text, owner, _day(one.due_on), WORDS[RecommendationState(one.state)]) for one, owner in found]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a report is drawn from; `made_at` is when its figures were taken."""

    material: Material
    made_at: datetime


async def draft(session: AsyncSession, survey_id: UUID) -> Draft:
    """The report's material with the recommendations as they stand, or stood when the survey was reported."""
    material, made_at = await queries.of_analysis(session, survey_id, SurveyAnalysis.material)
    kept = await queries.report(session, survey_id)
    advice: Sequence[Advice] = [Advice(**one) for one in kept.advice] if kept else await _advice(session, survey_id)
    return Draft(report.from_plain(material, advice), made_at)


@dataclass(frozen=True, slots=True)
class Export:
    """A sheet to be written, and the survey it is of."""

    title: str
    sheet: Sheet


async def export_results(session: AsyncSession, actor: Actor, survey_id: UUID, now: datetime) -> Export:
    """All results, in all and by area and industry, and what was written in part B."""
    results, _ = await queries.of_analysis(session, survey_id, SurveyAnalysis.results)
    survey = (await survey_queries.survey_view(session, survey_id)).survey
    areas = await queries.area_names(session, survey.year)
    texts = await counting.texts(session, survey_id, result_sheets.open_questions(results))
    sheet = await asyncio.to_thread(result_sheets.results_sheet, results, areas, INDUSTRIES, texts)
    await audit.record(session, actor, "SURVEY_RESULTS_EXPORTED", f"survey/{survey_id}", now)
    return Export(survey.title, sheet)


async def export_answers(session: AsyncSession, actor: Actor, survey_id: UUID, now: datetime) -> Export:
    """Parts A by name, once nobody answers any more."""
    survey = (await survey_queries.survey_view(session, survey_id)).survey
    if survey.state in (SurveyState.DRAFT, SurveyState.OPEN):
        raise SurveyWrongState(state=survey.state)
    asked = await survey_queries.questionnaire(session, survey_id)
    areas = await queries.area_names(session, survey.year)
    answered = [
        Answered(
            uscc,
            name,
            areas.get(area, area),
            INDUSTRIES.get(industry or "", ""),
            response.answered_percent >= survey.valid_min_percent,
            response.answered_percent,
            response.answers,
        )
        for uscc, name, area, industry, response in await queries.named_answers(session, survey_id)
    ]
    questions = rules.questions_of(asked.part_a, asked.part_b)
    sheet = await asyncio.to_thread(result_sheets.answers_sheet, questions, answered)
    await audit.record(session, actor, "SURVEY_ANSWERS_EXPORTED", f"survey/{survey_id}", now)
    return Export(survey.title, sheet)
