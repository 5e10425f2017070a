"""宣讲评价: each enterprise that came rates the lecture once (LEC-6); averages are told from three ratings on."""

from typing import Annotated
from uuid import UUID

from fahu.courses.v1 import evaluation_service_pb2 as pb
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import LiaisonCaller
from services.gateway.openapi import tells
from services.gateway.routes.attendance import Overseer
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import In, Out, Score, remark

router = APIRouter(prefix="/api/v1", tags=["evaluations"])
Average = Annotated[float, Field(ge=1, le=5)]


class EvaluationIn(In):
    """对宣讲的评价，每项 1 至 5 分。"""

    content: Annotated[Score, Field(description="内容。What was said.")]
    usefulness: Annotated[Score, Field(description="实用。Whether it helps at work.")]
    delivery: Annotated[Score, Field(description="讲授。How it was said.")]
    comment: Annotated[str, remark(1000), Field(description="意见建议；不署名展示。Shown without a name.")] = ""


class EvaluationOut(Out):
    """本企业的评价。"""

    content: int
    usefulness: int
    delivery: int
    comment: str


class AveragesOut(Out):
    """各项平均分，一位小数。"""

    content: Average
    usefulness: Average
    delivery: Average


class LectureEvaluationsOut(Out):
    """一场宣讲的评价；满三份才给出平均分和意见。"""

    count: Annotated[int, Field(description="份数。How many rated it.")]
    averages: Annotated[AveragesOut | None, Field(description="不足三份时为空。Null below three.")]
    comments: Annotated[list[str], Field(description="不署名，顺序与作者和时间无关。In an order that tells nothing.")]


@router.post(
    "/bookings/{booking_id}/evaluation",
    status_code=201,
    response_model=EvaluationOut,
    summary="评价宣讲",
    openapi_extra=tells(
        "BOOKING_NOT_FOUND",
        "BOOKING_NOT_ATTENDED",
        "LECTURE_NOT_STARTED",
        "LECTURE_WRONG_STATE",
        "EVALUATION_GIVEN",
        idempotent=True,
    ),
)
async def give_evaluation(booking_id: UUID, body: EvaluationIn, caller: LiaisonCaller) -> Response:
    """Rate the lecture that the caller's enterprise came to, once. What was said stands."""
    request = pb.GiveEvaluationRequest(
        booking_id=str(booking_id), content=content_of(body), request_id=caller.heads.idempotency_key()
    )
    given = (await caller.clients.evaluations.GiveEvaluation(request)).content
    return json_answer(_shown(given), 201, {"location": f"/api/v1/bookings/{booking_id}/evaluation"})


@router.get(
    "/bookings/{booking_id}/evaluation",
    summary="本企业的评价",
    openapi_extra=tells("BOOKING_NOT_FOUND", "EVALUATION_NOT_FOUND"),
)
async def get_evaluation(booking_id: UUID, caller: LiaisonCaller) -> EvaluationOut:
    """What the caller's enterprise said."""
    request = pb.GetEvaluationRequest(booking_id=str(booking_id))
    return _shown((await caller.clients.evaluations.GetEvaluation(request)).content)


@router.get("/lectures/{lecture_id}/evaluations", summary="宣讲的评价情况", openapi_extra=tells("LECTURE_NOT_FOUND"))
async def get_lecture_evaluations(lecture_id: UUID, caller: Overseer) -> LectureEvaluationsOut:
    """What contacts and employees say of a lecture: its agency sees that of its own, the centre and supervisors of all."""
    request = pb.GetLectureEvaluationsRequest(lecture_id=str(lecture_id))
    found = await caller.clients.evaluations.GetLectureEvaluations(request)
    averages = None
    if found.HasField("averages"):
        told = found.averages
        averages = AveragesOut(content=told.content, usefulness=told.usefulness, delivery=told.delivery)
    return LectureEvaluationsOut(count=found.count, averages=averages, comments=list(found.comments))


def content_of(body: EvaluationIn) -> pb.EvaluationContent:
    return pb.EvaluationContent(
        content=body.content, usefulness=body.usefulness, delivery=body.delivery, comment=body.comment
    )


def _shown(one: pb.EvaluationContent) -> EvaluationOut:
    return EvaluationOut(content=one.content, usefulness=one.usefulness, delivery=one.delivery, comment=one.comment)
