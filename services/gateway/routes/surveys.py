"""问卷调查: the year's survey of above-scale enterprises, its life and its questionnaire (notice 三（一）1)."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import survey_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.errors import QuestionnaireInvalid
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import WHOLE, Asked, Day, Id, In, NextPageToken, Out, Page, Percent, written
from services.gateway.sheets import take_long
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1/surveys", tags=["surveys"])
SURVEY = "/{survey_id}"
Reader = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Writer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR))]
Supervisor = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR))]
SurveyKindWord = Literal["annual", "other"]
AudienceWord = Literal["census", "liaison_points"]
SurveyStateWord = Literal["draft", "open", "closed", "analysed", "reported"]
SURVEY_KINDS, AUDIENCES, SURVEY_STATES = Words(pb.SurveyKind), Words(pb.SurveyAudience), Words(pb.SurveyState)
Part = Annotated[dict[str, Any], Field(description="标题和题目；docs/api.md 有说明。Title and questions.")]


class SurveyContent(In):
    """标题、起止日期和有效标准。"""

    title: Annotated[str, written(100)]
    opens_on: Annotated[Day, Field(description="公布的第一天。The first day announced.")]
    closes_on: Annotated[Day, Field(description="公布的最后一天。The last day announced.")]
    valid_min_percent: Annotated[Percent, Field(description="甲部分至少答多少才算有效。Share that makes part A valid.")] = 60


class SurveyIn(SurveyContent):
    """一次新的调查。"""

    year: Annotated[int, Field(ge=2021, le=2200), WHOLE]
    kind: SurveyKindWord = "annual"
    audience: Annotated[AudienceWord, Field(description="全部规上企业，或当年的联系点。Who is asked.")] = "census"


class SurveyQuery(Page):
    """What narrows the list."""

    year: Annotated[int, Field(ge=0, le=2200, description="年度，0 为全部。Of this year; 0 for all.")] = 0


class NumberQuery(Asked):
    """Which version."""

    number: Annotated[int, Field(ge=0, le=100_000, description="第几版，0 为最新。Version; 0 for the newest.")] = 0


class SummaryOut(Out):
    """调查结束时的数字，此后不变。"""

    population: Annotated[int, Field(description="应调查企业数。Enterprises to be asked.")]
    sent: int
    opened: int
    returned: Annotated[int, Field(description="提交了甲部分的企业数。Parts A handed in.")]
    valid: int
    part_b_given: Annotated[int, Field(description="提交了乙部分的企业数。Parts B given.")]
    anonymous: Annotated[int, Field(description="可供统计的乙部分；不足五份的不拆封。All of them, or none if under five.")]


class SurveyOut(Out):
    """一次调查。"""

    id: Id
    year: int
    kind: SurveyKindWord
    audience: AudienceWord
    title: str
    opens_on: str
    closes_on: str
    valid_min_percent: int
    state: SurveyStateWord
    questionnaire_number: Annotated[int, Field(description="问卷最新是第几版。Newest version of the questionnaire.")]
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    summary: SummaryOut | None


class Surveys(Out):
    """One page, newest first."""

    surveys: list[SurveyOut]
    next_page_token: NextPageToken


class QuestionnaireIn(In):
    """问卷的两个部分：甲部分记名，乙部分不记名。"""

    part_a: Part
    part_b: Part


class QuestionnaireOut(Out):
    """一版问卷。"""

    survey_id: Id
    number: int
    frozen: Annotated[bool, Field(description="已有人作答，不能再改。Answered: followed, and not changed.")]
    part_a: Part
    part_b: Part
    created_at: datetime


@router.get("", summary="问卷调查列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_surveys(query: Annotated[SurveyQuery, Query()], caller: Reader) -> Surveys:
    """All surveys, the newest year first."""
    request = pb.ListSurveysRequest(year=query.year, page_size=query.page_size, page_token=query.page_token)
    answer = await caller.clients.surveys.ListSurveys(request)
    return Surveys(surveys=[_survey(one) for one in answer.surveys], next_page_token=answer.next_page_token)


@router.post(
    "",
    status_code=201,
    response_model=SurveyOut,
    summary="新建问卷调查",
    openapi_extra=tells("SURVEY_EXISTS", "SURVEY_DAYS_INVALID", "SURVEY_AUDIENCE_INVALID", idempotent=True, etag=True),
)
async def create_survey(body: SurveyIn, caller: Supervisor) -> Response:
    """Begin a survey as a draft, with the standard questionnaire. A year has one annual survey."""
    request = pb.CreateSurveyRequest(
        year=body.year,
        kind=SURVEY_KINDS.number(body.kind),
        audience=AUDIENCES.number(body.audience),
        content=_content(body),
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.surveys.CreateSurvey(request)).survey, 201)


@router.get(SURVEY, response_model=SurveyOut, summary="一次问卷调查", openapi_extra=tells("SURVEY_NOT_FOUND", etag=True))
async def get_survey(survey_id: UUID, caller: Reader) -> Response:
    """One survey; once it is closed, with what it came to."""
    found = (await caller.clients.surveys.GetSurvey(pb.GetSurveyRequest(survey_id=str(survey_id)))).survey
    etag = etag_of(found.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(found)


@router.put(
    SURVEY,
    response_model=SurveyOut,
    summary="修改问卷调查",
    openapi_extra=tells(
        *("SURVEY_NOT_FOUND", "SURVEY_WRONG_STATE", "SURVEY_DAYS_INVALID"), idempotent=True, versioned=True, etag=True
    ),
)
async def update_survey(survey_id: UUID, body: SurveyContent, caller: Supervisor) -> Response:
    """Change title, days and validity of a draft; of an open survey only the last day."""
    request = pb.UpdateSurveyRequest(on=_on(survey_id, caller), content=_content(body))
    return _answer((await caller.clients.surveys.UpdateSurvey(request)).survey)


@router.post(
    f"{SURVEY}/open",
    response_model=SurveyOut,
    summary="启动问卷调查",
    openapi_extra=tells(
        *("SURVEY_NOT_FOUND", "SURVEY_WRONG_STATE", "SURVEY_NOT_READY", "SURVEY_DAYS_INVALID"),
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def open_survey(survey_id: UUID, caller: Supervisor) -> Response:
    """Let the invited answer. Somebody has to be invited by then."""
    request = pb.OpenSurveyRequest(on=_on(survey_id, caller))
    return _answer((await caller.clients.surveys.OpenSurvey(request)).survey)


@router.post(
    f"{SURVEY}/close",
    response_model=SurveyOut,
    summary="结束问卷调查",
    openapi_extra=tells("SURVEY_NOT_FOUND", "SURVEY_WRONG_STATE", idempotent=True, versioned=True, etag=True),
)
async def close_survey(survey_id: UUID, caller: Supervisor) -> Response:
    """End answering for good; what was acknowledged counts. Parts B become readable, as nobody's."""
    request = pb.CloseSurveyRequest(on=_on(survey_id, caller))
    return _answer((await caller.clients.surveys.CloseSurvey(request, timeout=take_long())).survey)


@router.get(
    f"{SURVEY}/questionnaire",
    summary="问卷内容（预览）",
    openapi_extra=tells("SURVEY_NOT_FOUND", "QUESTIONNAIRE_NOT_FOUND"),
)
async def get_questionnaire(survey_id: UUID, query: Annotated[NumberQuery, Query()], caller: Reader) -> QuestionnaireOut:
    """Both parts as the invited see them."""
    request = pb.GetQuestionnaireRequest(survey_id=str(survey_id), number=query.number)
    return _questionnaire((await caller.clients.surveys.GetQuestionnaire(request)).questionnaire)


@router.put(
    f"{SURVEY}/questionnaire",
    response_model=QuestionnaireOut,
    summary="修改问卷",
    openapi_extra=tells(
        *("SURVEY_NOT_FOUND", "SURVEY_WRONG_STATE", "QUESTIONNAIRE_INVALID"), idempotent=True, versioned=True, etag=True
    ),
)
async def save_questionnaire(survey_id: UUID, body: QuestionnaireIn, caller: Writer) -> Response:
    """Write both parts. Once somebody answered, a new version follows, which retires and adds and changes nothing else.

    ETag and If-Match are the survey's.
    """
    part_a, part_b = _json("part_a", body.part_a), _json("part_b", body.part_b)
    request = pb.SaveQuestionnaireRequest(on=_on(survey_id, caller), part_a=part_a, part_b=part_b)
    answer = await caller.clients.surveys.SaveQuestionnaire(request)
    if answer.errors:
        told = [{"field": one.path, "reason": one.reason, "message": one.message} for one in answer.errors]
        raise QuestionnaireInvalid(told)
    headers = {"etag": etag_of(answer.version), "cache-control": "private, no-cache"}
    return json_answer(_questionnaire(answer.questionnaire), 200, headers)


def _json(name: str, part: dict[str, Any]) -> str:
    try:
        return json.dumps(part)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or brackets without end
        raise QuestionnaireInvalid([{"field": name, "reason": "FORMAT_INVALID", "message": "格式不对。"}]) from error


def _on(survey_id: UUID, caller: Caller) -> pb.SurveyPrecondition:
    """Which survey, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.SurveyPrecondition(survey_id=str(survey_id), expected_version=version, request_id=key)


def _content(body: SurveyContent) -> pb.SurveyContent:
    return pb.SurveyContent(
        title=body.title,
        opens_on=body.opens_on,
        closes_on=body.closes_on,
        valid_min_percent=body.valid_min_percent,
    )


def _answer(one: pb.Survey, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/surveys/{one.id}"} if status == 201 else {}
    return json_answer(_survey(one), status, headers)


def _survey(one: pb.Survey) -> SurveyOut:
    content, summary = one.content, one.summary
    told = {name: getattr(summary, name) for name in SummaryOut.model_fields} if one.HasField("summary") else None
    return SurveyOut(
        id=one.id,
        year=one.year,
        kind=SURVEY_KINDS.of(one.kind),
        audience=AUDIENCES.of(one.audience),
        title=content.title,
        opens_on=content.opens_on,
        closes_on=content.closes_on,
        valid_min_percent=content.valid_min_percent,
        state=SURVEY_STATES.of(one.state),
        questionnaire_number=one.questionnaire_number,
        version=one.version,
        created_at=moment_of(one.created_at),
        opened_at=moment(one, "opened_at"),
        closed_at=moment(one, "closed_at"),
        summary=SummaryOut(**told) if told is not None else None,
    )


def _questionnaire(one: pb.Questionnaire) -> QuestionnaireOut:
    return QuestionnaireOut(
        survey_id=one.survey_id,
        number=one.number,
        frozen=one.frozen,
        part_a=json.loads(one.part_a),
        part_b=json.loads(one.part_b),
        created_at=moment_of(one.created_at),
    )
