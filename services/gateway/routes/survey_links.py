"""问卷链接: answering a survey through a personal link, without signing in (notice 三（一）1: 问卷大调查).

The token comes in a header and never in an address: addresses end up in logs and histories.
"""

import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fahu.registry.v1 import survey_answer_service_pb2 as pb
from fastapi import APIRouter, Header
from pydantic import Field
from starlette.responses import Response

from kit.context import current_call, enter_call, new_request_id
from services.gateway.auth import Anybody, Guest
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import WHOLE, Day, In, Out, written
from services.gateway.words import Words, moment

router = APIRouter(prefix="/api/v1/survey-link", tags=["survey-link"])
LinkStateWord = Literal["open", "closed"]
AnswersStateWord = Literal["none", "draft", "submitted"]
LINK_STATES, ANSWERS_STATES = Words(pb.SurveyLinkState), Words(pb.SurveyAnswersState)
Token = Annotated[
    str,
    Header(
        alias="Survey-Token",
        min_length=1,
        max_length=200,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="链接中的令牌。The token of the personal link.",
    ),
]
Answers = Annotated[
    dict[str, Any],
    Field(
        description="以题目的 key 为名：单选为选项，多选为选项列表，矩阵为逐行选项，余为数字或文字。By keys of questions."
    ),
]
Number = Annotated[int, Field(ge=1, le=10**9, description="所填问卷的版本。Version of the questionnaire."), WHOLE]
SURROGATE = re.compile(r"[\ud800-\udfff]")
NEVER_KEPT = "private, no-store"


class PartIn(In):
    """一个部分的答案。"""

    questionnaire_number: Number
    answers: Answers


class SubmissionIn(PartIn):
    """甲部分的全部答案，及实名使用的同意。"""

    consented: Annotated[bool, Field(description="同意实名使用甲部分。Agrees to its use by name.")]
    consent_version: Annotated[str, written(40), Field(description="所同意文本的版本。The text agreed to.")]


class SurveyAnswersOut(Out):
    """甲部分的答案。"""

    state: AnswersStateWord
    answers: dict[str, Any]
    questionnaire_number: Annotated[int | None, Field(description="未作答时为空。Null before anything was kept.")]
    answered_percent: int
    submitted_at: datetime | None
    consent_version: str | None
    version: Annotated[int, Field(description="版本，即 ETag；未作答时为 1。The ETag, 1 before anything was kept.")]


class SurveyLinkOut(Out):
    """链接的持有人所见：甲部分实名，乙部分匿名。"""

    title: str
    year: int
    state: LinkStateWord
    closes_on: Day
    enterprise_name: str
    questionnaire_number: int
    part_a: Annotated[dict[str, Any], Field(description="甲部分，实名：企业需求。Part A, by name.")]
    part_b: Annotated[dict[str, Any], Field(description="乙部分，匿名：对部门的评价。Part B, nobody's.")]
    answers: SurveyAnswersOut
    opinion_given: Annotated[bool, Field(description="乙部分是否已提交。Whether part B was given.")]


@router.get(
    "",
    response_model=SurveyLinkOut,
    summary="打开问卷链接",
    openapi_extra=tells("SURVEY_LINK_NOT_FOUND", "TOO_MANY_ATTEMPTS", "FIELDS_INVALID"),
)
async def get_survey_link(guest: Anybody, token: Token) -> Response:
    """What the holder of the link is asked, in which part, and what of part A is there already, with its version."""
    async with _asking(guest, token):
        answer = await guest.parts.clients.survey_answers.GetSurveyLink(pb.GetSurveyLinkRequest(token=token))
    link = answer.link
    out = SurveyLinkOut(
        title=link.title,
        year=link.year,
        state=LINK_STATES.of(link.state),
        closes_on=link.closes_on,
        enterprise_name=link.enterprise_name,
        questionnaire_number=link.questionnaire_number,
        part_a=json.loads(link.part_a),
        part_b=json.loads(link.part_b),
        answers=_answers(link.answers),
        opinion_given=link.opinion_given,
    )
    return json_answer(out, 200, {"cache-control": NEVER_KEPT})


@router.put(
    "/draft",
    response_model=SurveyAnswersOut,
    summary="暂存甲部分",
    openapi_extra=tells(
        "SURVEY_LINK_NOT_FOUND",
        "SURVEY_CLOSED",
        "SURVEY_ALREADY_SUBMITTED",
        "SURVEY_QUESTIONNAIRE_UNKNOWN",
        "SURVEY_ANSWERS_INVALID",
        "TOO_MANY_ATTEMPTS",
        versioned=True,
        etag=True,
    ),
)
async def save_survey_draft(body: PartIn, guest: Anybody, token: Token) -> Response:
    """Keep part A as far as it is, to go on with it on this device or another. The same draft again is no change."""
    request = pb.SaveSurveyDraftRequest(
        token=token,
        expected_version=guest.heads.version(),
        questionnaire_number=body.questionnaire_number,
        answers=_text(body.answers),
    )
    async with _asking(guest, token):
        answer = await guest.parts.clients.survey_answers.SaveSurveyDraft(request)
    return json_answer(_answers(answer.answers), 200, _headers(answer.answers))


@router.post(
    "/submission",
    response_model=SurveyAnswersOut,
    summary="提交甲部分",
    openapi_extra=tells(
        "SURVEY_LINK_NOT_FOUND",
        "SURVEY_CLOSED",
        "SURVEY_CONSENT_MISSING",
        "SURVEY_QUESTIONNAIRE_UNKNOWN",
        "SURVEY_ANSWERS_INVALID",
        "TOO_MANY_ATTEMPTS",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def submit_survey_answers(body: SubmissionIn, guest: Anybody, token: Token) -> Response:
    """Hand part A in, by name. Until the survey is closed it can be handed in again, which replaces it and counts once."""
    request = pb.SubmitSurveyAnswersRequest(
        token=token,
        expected_version=guest.heads.version(),
        questionnaire_number=body.questionnaire_number,
        answers=_text(body.answers),
        consented=body.consented,
        consent_version=body.consent_version,
        request_id=guest.heads.idempotency_key(),
    )
    async with _asking(guest, token):
        answer = await guest.parts.clients.survey_answers.SubmitSurveyAnswers(request)
    return json_answer(_answers(answer.answers), 200, _headers(answer.answers))


@router.post(
    "/opinion",
    status_code=204,
    summary="提交乙部分",
    openapi_extra=tells(
        "SURVEY_LINK_NOT_FOUND",
        "SURVEY_CLOSED",
        "SURVEY_OPINION_GIVEN",
        "SURVEY_QUESTIONNAIRE_UNKNOWN",
        "SURVEY_ANSWERS_INVALID",
        "TOO_MANY_ATTEMPTS",
    ),
)
async def give_survey_opinion(body: PartIn, guest: Anybody, token: Token) -> Response:
    """Give part B, once. Nobody can tell afterwards whose it was; it can be neither read nor replaced.

    It takes no Idempotency-Key, which would be kept: who is told that it was given, after an answer got lost, is done.
    """
    _forget_request(guest)
    request = pb.GiveSurveyOpinionRequest(
        token=token, questionnaire_number=body.questionnaire_number, answers=_text(body.answers)
    )
    async with _asking(guest, token):
        await guest.parts.clients.survey_answers.GiveSurveyOpinion(request)
    return Response(status_code=204, headers={"cache-control": NEVER_KEPT})


def _asking(guest: Guest, token: str) -> Any:
    """Around a call to registry: so often for a link, and so many tokens that nobody holds for an address."""
    guest.parts.per_survey_link.count(hashlib.sha256(token.encode()).hexdigest())
    return guest.parts.survey_guesses.watched(guest.address)


def _forget_request(guest: Guest) -> None:
    """Go on under an id of our own: a client may have sent one id with both parts, and failures are logged under it."""
    guest.heads.request_id = new_request_id()
    enter_call(replace(current_call(), request_id=guest.heads.request_id, token=""))


def _text(answers: dict[str, Any]) -> str:
    """As JSON; halves of characters, which no message can hold, are written as escapes and refused by registry."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(answers) if SURROGATE.search(text) else text


def _headers(answers: pb.SurveyAnswers) -> dict[str, str]:
    return {"etag": etag_of(answers.version), "cache-control": NEVER_KEPT}


def _answers(answers: pb.SurveyAnswers) -> SurveyAnswersOut:
    return SurveyAnswersOut(
        state=ANSWERS_STATES.of(answers.state),
        answers=json.loads(answers.answers) if answers.answers else {},
        questionnaire_number=answers.questionnaire_number or None,
        answered_percent=answers.answered_percent,
        submitted_at=moment(answers, "submitted_at"),
        consent_version=answers.consent_version or None,
        version=answers.version,
    )
