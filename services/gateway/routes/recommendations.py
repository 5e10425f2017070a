"""对策建议: what a report recommends, who sees to it, and what became of it (notice 三（一）1: 强化结果运用)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import recommendation_pb2
from fahu.registry.v1 import recommendation_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.schemas import AnyCode, Asked, Code, Day, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.sheets import GIVES_XLSX, xlsx_answer
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["recommendations"])
AGENCY = (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_LEAD)
Staff = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Supervisor = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR))]
RecommendationStateWord = Literal["proposed", "adopted", "done", "declined"]
RECOMMENDATION_STATES = Words(recommendation_pb2.RecommendationState)
ONE = "/recommendations/{recommendation_id}"
_MOVES = ("RECOMMENDATION_NOT_FOUND", "RECOMMENDATION_WRONG_STATE")
_WORDS = ("RECOMMENDATION_OWNER_UNKNOWN", "RECOMMENDATION_DAY_INVALID")


class RecommendationIn(In):
    """建议做什么，由谁做，何日前完成。"""

    text: Annotated[str, written(2000)]
    owner_unit: Annotated[Code, Field(description="责任单位代码。Unit that shall see to it.")]
    due_on: Annotated[Day, Field(description="完成时限，今天或今后。Today or later.")]


class AdoptionIn(In):
    """调整的举措，可不填。"""

    measure: Annotated[str, remark(2000)] = ""


class DeclineIn(In):
    """不采纳的理由。"""

    reason: Annotated[str, written(500)]


class CompletionIn(In):
    """落实情况。"""

    evidence: Annotated[str, written(2000)]


class Narrowing(Asked):
    """Which recommendations."""

    survey: Annotated[UUID | None, Field(description="只看这次调研的。Only those of this survey.")] = None
    unit: Annotated[AnyCode, Field(description="只看这个单位负责的。Only those of this unit.")] = ""
    recommendation_state: RecommendationStateWord | None = None
    late: Annotated[bool, Field(description="只看逾期未落实的。Only those that are late.")] = False


class RecommendationQuery(Narrowing, Page):
    """Which recommendations, page by page."""


class RecommendationOut(Out):
    """一条对策建议。"""

    id: Id
    survey_id: Id
    year: int
    text: str
    owner_unit: str
    due_on: Day
    state: RecommendationStateWord
    late: Annotated[bool, Field(description="已采纳而逾期未落实。Adopted, and its day has passed.")]
    measure: str
    evidence: str
    decline_reason: str
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]
    created_at: datetime
    changed_at: datetime
    done_at: datetime | None


class Recommendations(Out):
    """One page, newest first."""

    recommendations: list[RecommendationOut]
    next_page_token: NextPageToken


@router.get("/recommendations", summary="对策建议列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_recommendations(query: Annotated[RecommendationQuery, Query()], caller: Staff) -> Recommendations:
    """Recommendations, newest first: all for centre and supervisors, those of one's own unit for others."""
    request = pb.ListRecommendationsRequest(
        survey_id=str(query.survey) if query.survey else "",
        owner_unit=query.unit,
        state=RECOMMENDATION_STATES.number(query.recommendation_state),
        late=query.late,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.recommendations.ListRecommendations(request)
    found = [_shown(one) for one in answer.recommendations]
    return Recommendations(recommendations=found, next_page_token=answer.next_page_token)


@router.get(
    "/recommendations.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出对策建议",
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_recommendations(query: Annotated[Narrowing, Query()], caller: Staff) -> Response:
    """The recommendations that the caller may list as a workbook, narrowed as the list is; written to the audit."""
    request = pb.ExportRecommendationsRequest(
        survey_id=str(query.survey or ""),
        owner_unit=query.unit,
        state=RECOMMENDATION_STATES.number(query.recommendation_state),
        late=query.late,
    )
    answer = await caller.clients.recommendations.ExportRecommendations(request)
    return xlsx_answer("对策建议", answer.content)


@router.get(
    ONE,
    response_model=RecommendationOut,
    summary="一条对策建议",
    openapi_extra=tells("RECOMMENDATION_NOT_FOUND", etag=True),
)
async def get_recommendation(recommendation_id: UUID, caller: Staff) -> Response:
    """One recommendation."""
    request = pb.GetRecommendationRequest(recommendation_id=str(recommendation_id))
    found = (await caller.clients.recommendations.GetRecommendation(request)).recommendation
    etag = etag_of(found.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(found)


@router.post(
    "/surveys/{survey_id}/recommendations",
    status_code=201,
    response_model=RecommendationOut,
    summary="提出对策建议",
    openapi_extra=tells("SURVEY_NOT_FOUND", "SURVEY_NOT_ANALYSED", *_WORDS, idempotent=True, etag=True),
)
async def propose_recommendation(survey_id: UUID, body: RecommendationIn, caller: Supervisor) -> Response:
    """Draw a recommendation from an analysed survey."""
    key = caller.heads.idempotency_key()
    request = pb.ProposeRecommendationRequest(survey_id=str(survey_id), content=_content(body), request_id=key)
    return _answer((await caller.clients.recommendations.ProposeRecommendation(request)).recommendation, 201)


@router.put(
    ONE,
    response_model=RecommendationOut,
    summary="修改对策建议",
    openapi_extra=tells(*_MOVES, *_WORDS, idempotent=True, versioned=True, etag=True),
)
async def update_recommendation(recommendation_id: UUID, body: RecommendationIn, caller: Supervisor) -> Response:
    """Write its words, owner and day anew until it is settled."""
    request = pb.UpdateRecommendationRequest(on=_on(recommendation_id, caller), content=_content(body))
    return _answer((await caller.clients.recommendations.UpdateRecommendation(request)).recommendation)


@router.post(
    f"{ONE}/adopt",
    response_model=RecommendationOut,
    summary="采纳对策建议",
    openapi_extra=tells(*_MOVES, idempotent=True, versioned=True, etag=True),
)
async def adopt_recommendation(recommendation_id: UUID, body: AdoptionIn, caller: Supervisor) -> Response:
    """Make it binding, with what is to change."""
    request = pb.AdoptRecommendationRequest(on=_on(recommendation_id, caller), measure=body.measure)
    return _answer((await caller.clients.recommendations.AdoptRecommendation(request)).recommendation)


@router.post(
    f"{ONE}/decline",
    response_model=RecommendationOut,
    summary="不采纳对策建议",
    openapi_extra=tells(*_MOVES, idempotent=True, versioned=True, etag=True),
)
async def decline_recommendation(recommendation_id: UUID, body: DeclineIn, caller: Supervisor) -> Response:
    """End it with a reason."""
    request = pb.DeclineRecommendationRequest(on=_on(recommendation_id, caller), reason=body.reason)
    return _answer((await caller.clients.recommendations.DeclineRecommendation(request)).recommendation)


@router.post(
    f"{ONE}/complete",
    response_model=RecommendationOut,
    summary="报告落实情况",
    openapi_extra=tells(*_MOVES, idempotent=True, versioned=True, etag=True),
)
async def complete_recommendation(recommendation_id: UUID, body: CompletionIn, caller: Staff) -> Response:
    """Report it done, with evidence; for the unit that shall see to it."""
    request = pb.CompleteRecommendationRequest(on=_on(recommendation_id, caller), evidence=body.evidence)
    return _answer((await caller.clients.recommendations.CompleteRecommendation(request)).recommendation)


def _on(recommendation_id: UUID, caller: Caller) -> pb.RecommendationPrecondition:
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.RecommendationPrecondition(recommendation_id=str(recommendation_id), expected_version=version, request_id=key)


def _content(body: RecommendationIn) -> recommendation_pb2.RecommendationContent:
    return recommendation_pb2.RecommendationContent(text=body.text, owner_unit=body.owner_unit, due_on=body.due_on)


def _answer(one: recommendation_pb2.Recommendation, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/recommendations/{one.id}"} if status == 201 else {}
    return Response(_shown(one).model_dump_json(), status, headers, "application/json")


def _shown(one: recommendation_pb2.Recommendation) -> RecommendationOut:
    return RecommendationOut(
        id=one.id,
        survey_id=one.survey_id,
        year=one.year,
        text=one.content.text,
        owner_unit=one.content.owner_unit,
        due_on=one.content.due_on,
        state=RECOMMENDATION_STATES.of(one.state),
        late=one.late,
        measure=one.measure,
        evidence=one.evidence,
        decline_reason=one.decline_reason,
        version=one.version,
        created_at=moment_of(one.created_at),
        changed_at=moment_of(one.changed_at),
        done_at=moment(one, "done_at"),
    )
