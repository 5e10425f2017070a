"""FindingsService: results of a survey, its exports and its report. Files are written in a thread, after the transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import findings_service_pb2 as pb
from fahu.registry.v1 import findings_service_pb2_grpc, survey_service_pb2

from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.past_demands import PastDemands
from services.registry.personal import PersonalData
from services.registry.queries import findings as queries
from services.registry.queries import results as counting
from services.registry.queries import surveys as survey_queries
from services.registry.queries.surveys import SurveyView
from services.registry.reporting.document import DRAFT, draw
from services.registry.rules import report
from services.registry.rules.disclosure import Group
from services.registry.rules.result_sheets import named
from services.registry.rules.results import UNKNOWN, mean_of, name_of, wanted_groups
from services.registry.rules.surveys import INDUSTRIES
from services.registry.service import findings
from services.registry.service.audit import Retry
from services.registry.service.findings import Export
from services.registry.service.surveys import Change
from services.registry.servicer import encode

Context = grpc.aio.ServicerContext[Any, Any]


class FindingsServicer(findings_service_pb2_grpc.FindingsServiceServicer):
    """See proto/fahu/registry/v1/findings_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, personal: PersonalData, demands: PastDemands) -> None:
        self.db = db
        self.personal = personal
        self.demands = demands

    async def AnalyseSurvey(self, request: pb.AnalyseSurveyRequest, context: Context) -> pb.AnalyseSurveyResponse:
        async with self.db.read() as session:
            year = (await survey_queries.survey_view(session, UUID(request.on.survey_id))).survey.year
        courses = await self.demands.courses(year - 1)  # not while a transaction holds the survey
        async with self.db.begin() as session:
            change = self._change(request, request.on)
            await findings.analyse(session, actor_of(context), change, courses, datetime.now(UTC))
        return pb.AnalyseSurveyResponse(**await self._standing(change.survey_id))

    async def ReportSurvey(self, request: pb.ReportSurveyRequest, context: Context) -> pb.ReportSurveyResponse:
        async with self.db.begin() as session:
            change = self._change(request, request.on)
            await findings.finish(session, actor_of(context), change, datetime.now(UTC))
        return pb.ReportSurveyResponse(**await self._standing(change.survey_id))

    async def GetResults(self, request: pb.GetResultsRequest, context: Context) -> pb.GetResultsResponse:
        survey_id = UUID(request.survey_id)
        async with self.db.read() as session:
            questions, taken_at = await queries.of_analysis(session, survey_id, queries.QUESTIONS)
            view = await survey_queries.survey_view(session, survey_id)
            areas = await queries.area_names(session, view.survey.year)
            by_area = [*areas, UNKNOWN] if request.by == pb.RESULTS_BY_AREA else []
            by_industry = [*INDUSTRIES, UNKNOWN] if request.by == pb.RESULTS_BY_INDUSTRY else []
            wanted = wanted_groups(request.area_code, request.industry, by_area, by_industry)
            groups = await counting.groups(session, survey_id, [name_of(group) for group in wanted])
        found = [(group, groups[name_of(group)]) for group in wanted if name_of(group) in groups]
        return pb.GetResultsResponse(
            summary=_summary(view),
            questions=[_question(question) for question in questions],
            groups=[_group(group, tallies, areas) for group, tallies in found],
            taken_at=encode.moment(taken_at),
        )

    async def ExportResults(self, request: pb.ExportResultsRequest, context: Context) -> pb.ExportResultsResponse:
        async with self.db.begin() as session:
            export = await findings.export_results(session, actor_of(context), UUID(request.survey_id), datetime.now(UTC))
        return pb.ExportResultsResponse(content=await _written("结果", export), file_name=f"{export.title}结果")

    async def ExportAnswers(self, request: pb.ExportAnswersRequest, context: Context) -> pb.ExportAnswersResponse:
        async with self.db.begin() as session:
            export = await findings.export_answers(session, actor_of(context), UUID(request.survey_id), datetime.now(UTC))
        return pb.ExportAnswersResponse(content=await _written("甲部分", export), file_name=f"{export.title}甲部分")

    async def DrawReport(self, request: pb.DrawReportRequest, context: Context) -> pb.DrawReportResponse:
        async with self.db.read() as session:
            draft = await findings.draft(session, UUID(request.survey_id))
        title = report.title_of(draft.material.year)
        content = await asyncio.to_thread(draw, title, list(report.blocks(draft.material)), draft.made_at)
        return pb.DrawReportResponse(content=content, file_name=f"{title}（{DRAFT}）")

    def _change(self, request: Any, on: survey_service_pb2.SurveyPrecondition) -> Change:
        retry = Retry(on.request_id, self.personal.request_mark(fingerprint(request)))
        return Change(UUID(on.survey_id), on.expected_version, retry)

    async def _standing(self, survey_id: UUID) -> dict[str, Any]:
        async with self.db.read() as session:
            survey = (await survey_queries.survey_view(session, survey_id)).survey
        state = survey_service_pb2.SurveyState.Value(f"SURVEY_STATE_{survey.state}")
        return {"state": state, "version": survey.version}


async def _written(name: str, export: Export) -> bytes:
    header, rows = export.sheet
    return await asyncio.to_thread(spreadsheet.write_rows, name, header, rows)


def _summary(view: SurveyView) -> survey_service_pb2.SurveySummary:
    found = view.snapshot
    fields = survey_service_pb2.SurveySummary.DESCRIPTOR.fields_by_name
    return survey_service_pb2.SurveySummary(**{name: getattr(found, name) for name in fields} if found else {})


def _question(question: Mapping[str, Any]) -> pb.ResultQuestion:
    copied = {name: question[name] for name in ("key", "kind", "text", "retired", "unit", "agency")}
    return pb.ResultQuestion(
        **copied,
        part=pb.ResultPart.Value(f"RESULT_PART_{question['part']}"),
        rows=[pb.ResultOption(**row) for row in question["rows"]],
        options=[pb.ResultOption(**option) for option in question["options"]],
    )


def _group(group: Group, tallies: Mapping[str, Mapping[str, Any]], areas: Mapping[str, str]) -> pb.ResultGroup:
    area, industry = group
    return pb.ResultGroup(
        area_code=area,
        area_name=named(area, areas),
        industry=industry,
        industry_name=named(industry, INDUSTRIES),
        tallies=[_tally(key, row, tally) for key, rows in tallies.items() for row, tally in rows.items()],
    )


def _tally(question: str, row: str, tally: Sequence[Any] | None) -> pb.ResultTally:
    if tally is None:
        return pb.ResultTally(question_key=question, row_key=row, hidden=True)
    answered, counts, _ = tally
    told = [pb.OptionCount(key=key, count=count) for key, count in counts.items()]
    return pb.ResultTally(question_key=question, row_key=row, answered=answered, counts=told, mean=mean_of(tally))
