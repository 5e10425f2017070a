"""调研结果: what a survey came to, its files, and the draft of the report (notice 三（一）1: 形成调研报告)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import findings_service_pb2 as pb
from fahu.registry.v1 import survey_service_pb2 as surveys_pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.surveys import SURVEY_STATES, SurveyStateWord
from services.gateway.schemas import AreaCode, Asked, Out
from services.gateway.sheets import GIVES_XLSX, take_long, xlsx_answer
from services.gateway.words import Words, moment_of

router = APIRouter(prefix="/api/v1/surveys/{survey_id}", tags=["findings"])
Supervisor = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR))]
Exporter = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR, Role.ROLE_CENTRE_LEAD))]
Reader = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR, *CENTRE))]
ByWord = Literal["area", "industry"]
PartWord = Literal["a", "b"]
BY, PARTS = Words(pb.ResultsBy), Words(pb.ResultPart)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
GIVES_DOCX: dict[int | str, dict[str, Any]] = {200: {"content": {DOCX: {"schema": {"type": "string", "format": "binary"}}}}}


class ResultsQuery(Asked):
    """Which results, and what they are told apart by."""

    area: AreaCode = ""
    industry: Annotated[str, Field(pattern=r"^[A-T]?$", description="行业门类字母。Letter of GB/T 4754.")] = ""
    by: Annotated[ByWord | None, Field(description="按镇（园区）或按行业分列。Told apart by.")] = None


class TurnoutOut(Out):
    """问卷发放与回收。"""

    population: Annotated[int, Field(description="应调查企业数。Who was to be asked.")]
    sent: int
    opened: int
    returned: int
    valid: int
    part_b_given: int
    return_rate: Annotated[float | None, Field(description="回收数÷发放数；没有发放为空。Null if none was sent.")]
    valid_rate: Annotated[float | None, Field(description="有效数÷回收数；没有回收为空。Null if none came back.")]


class ResultOptionOut(Out):
    """选项、行，或评分的一档。"""

    key: str
    text: str
    retired: bool
    agency: str | None


class ResultQuestionOut(Out):
    """问过的一道题，含已停用的。"""

    key: str
    part: PartWord
    kind: str
    text: str
    retired: bool
    unit: str | None
    agency: str | None
    rows: list[ResultOptionOut]
    options: list[ResultOptionOut]


class OptionShare(Out):
    """选择一个选项的人数和占比。"""

    key: str
    count: int
    share: Annotated[float, Field(description="占作答人数。Of those who answered.")]


class TallyOut(Out):
    """一组人对一道题（矩阵的一行）的回答。"""

    question_key: str
    row_key: str | None
    hidden: Annotated[bool, Field(description="作答不足 5 份，或可由此推算，不予列示。Too few answered to be shown.")]
    answered: Annotated[int | None, Field(description="作答人数；不予列示时为空。Null if hidden.")]
    counts: list[OptionShare]
    mean: float | None


class GroupOut(Out):
    """全区、一个镇（园区）、一个行业，或其交叉。"""

    area_code: Annotated[str | None, Field(description="空为全部，? 为未列明。Null for all, ? for not told.")]
    area_name: str | None
    industry: str | None
    industry_name: str | None
    tallies: list[TallyOut]


class ResultsOut(Out):
    """What was answered."""

    turnout: TurnoutOut
    questions: list[ResultQuestionOut]
    groups: list[GroupOut]
    taken_at: datetime


class SurveyStanding(Out):
    """Where the survey stands now."""

    state: SurveyStateWord
    version: int


_MOVES = ("SURVEY_NOT_FOUND", "SURVEY_WRONG_STATE")


@router.post(
    "/analyse",
    response_model=SurveyStanding,
    summary="汇总分析",
    openapi_extra=tells(*_MOVES, "DEMANDS_UNAVAILABLE", idempotent=True, versioned=True, etag=True),
)
async def analyse_survey(survey_id: UUID, caller: Supervisor) -> Response:
    """Take the results of a closed survey and last year's course of demands, once and for good."""
    request = pb.AnalyseSurveyRequest(on=_on(survey_id, caller))
    answer = await caller.clients.findings.AnalyseSurvey(request, timeout=take_long())
    return _standing(answer)


@router.post(
    "/report",
    response_model=SurveyStanding,
    summary="完成报告",
    openapi_extra=tells(*_MOVES, idempotent=True, versioned=True, etag=True),
)
async def report_survey(survey_id: UUID, caller: Supervisor) -> Response:
    """Be done with the report: its recommendations are kept as they stand."""
    answer = await caller.clients.findings.ReportSurvey(pb.ReportSurveyRequest(on=_on(survey_id, caller)))
    return _standing(answer)


@router.get("/results", summary="调研结果", openapi_extra=tells("SURVEY_NOT_FOUND", "SURVEY_NOT_ANALYSED"))
async def get_results(survey_id: UUID, query: Annotated[ResultsQuery, Query()], caller: Reader) -> ResultsOut:
    """Results in all or by area or industry. Part B: nothing about fewer than five answers follows from what is shown."""
    request = pb.GetResultsRequest(
        survey_id=str(survey_id), area_code=query.area, industry=query.industry, by=BY.number(query.by)
    )
    answer = await caller.clients.findings.GetResults(request)
    return ResultsOut(
        turnout=_turnout(answer.summary),
        questions=[_question(one) for one in answer.questions],
        groups=[_group(one) for one in answer.groups],
        taken_at=moment_of(answer.taken_at),
    )


@router.get(
    "/results.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出调研结果",
    openapi_extra=tells("SURVEY_NOT_FOUND", "SURVEY_NOT_ANALYSED"),
)
async def export_results(survey_id: UUID, caller: Exporter) -> Response:
    """All results as a sheet: a row for each option, a column for each area and industry. Kept in the audit."""
    request = pb.ExportResultsRequest(survey_id=str(survey_id))
    answer = await caller.clients.findings.ExportResults(request, timeout=take_long())
    return xlsx_answer(answer.file_name, answer.content)


@router.get(
    "/answers.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出甲部分答卷",
    openapi_extra=tells("SURVEY_NOT_FOUND", "SURVEY_WRONG_STATE"),
)
async def export_answers(survey_id: UUID, caller: Exporter) -> Response:
    """Parts A by name, once the survey is closed; retired options keep their columns. Kept in the audit."""
    request = pb.ExportAnswersRequest(survey_id=str(survey_id))
    answer = await caller.clients.findings.ExportAnswers(request, timeout=take_long())
    return xlsx_answer(answer.file_name, answer.content)


@router.get(
    "/report.docx",
    response_class=Response,
    responses=GIVES_DOCX,
    summary="调研报告草稿",
    openapi_extra=tells("SURVEY_NOT_FOUND", "SURVEY_NOT_ANALYSED"),
)
async def draw_report(survey_id: UUID, caller: Reader) -> Response:
    """The draft of the report, marked as a draft and without a seal: the same file for the same results."""
    request = pb.DrawReportRequest(survey_id=str(survey_id))
    answer = await caller.clients.findings.DrawReport(request, timeout=take_long())
    name = f"attachment; filename*=UTF-8''{quote(answer.file_name)}.docx"
    return Response(answer.content, 200, {"content-disposition": name, "cache-control": "no-store"}, DOCX)


def _on(survey_id: UUID, caller: Caller) -> surveys_pb.SurveyPrecondition:
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return surveys_pb.SurveyPrecondition(survey_id=str(survey_id), expected_version=version, request_id=key)


def _standing(answer: pb.AnalyseSurveyResponse | pb.ReportSurveyResponse) -> Response:
    shown = SurveyStanding(state=SURVEY_STATES.of(answer.state), version=answer.version)
    return Response(shown.model_dump_json(), 200, {"etag": etag_of(answer.version)}, "application/json")


def _turnout(found: surveys_pb.SurveySummary) -> TurnoutOut:
    return TurnoutOut(
        population=found.population,
        sent=found.sent,
        opened=found.opened,
        returned=found.returned,
        valid=found.valid,
        part_b_given=found.part_b_given,
        return_rate=found.returned / found.sent if found.sent else None,
        valid_rate=found.valid / found.returned if found.returned else None,
    )


def _question(one: pb.ResultQuestion) -> ResultQuestionOut:
    return ResultQuestionOut(
        key=one.key,
        part=PARTS.of(one.part),
        kind=one.kind,
        text=one.text,
        retired=one.retired,
        unit=one.unit or None,
        agency=one.agency or None,
        rows=[_option(row) for row in one.rows],
        options=[_option(option) for option in one.options],
    )


def _option(one: pb.ResultOption) -> ResultOptionOut:
    return ResultOptionOut(key=one.key, text=one.text, retired=one.retired, agency=one.agency or None)


def _group(one: pb.ResultGroup) -> GroupOut:
    return GroupOut(
        area_code=one.area_code or None,
        area_name=one.area_name or None,
        industry=one.industry or None,
        industry_name=one.industry_name or None,
        tallies=[_tally(tally) for tally in one.tallies],
    )


def _tally(one: pb.ResultTally) -> TallyOut:
    return TallyOut(
        question_key=one.question_key,
        row_key=one.row_key or None,
        hidden=one.hidden,
        answered=None if one.hidden else one.answered,
        counts=[OptionShare(key=each.key, count=each.count, share=each.count / one.answered) for each in one.counts],
        mean=one.mean if one.HasField("mean") else None,
    )
