"""Hints at demands that are much like one being written, so that nobody asks twice."""

from typing import Annotated

from fahu.dispatch.v1 import dispatch_service_pb2 as pb
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from services.gateway.auth import AnyRole
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import DemandLine, demand_line, json_answer
from services.gateway.schemas import AnyCode, GivenId, In, remark, written

router = APIRouter(prefix="/api/v1/similar-demands", tags=["demands"])


class WrittenIn(In):
    """A demand as far as it is written. Nothing of it is kept."""

    title: Annotated[str, written(100)]
    body: Annotated[str, remark(5000)] = ""
    category_code: Annotated[
        AnyCode, Field(description="工作人员按类别查找；联系人查本企业的。Of which category, for staff.")
    ] = ""
    enterprise_id: Annotated[GivenId | None, Field(description="只看该企业的。Of this enterprise only.")] = None


class SimilarOut(TypedDict):
    """A demand and how much it is like the one being written."""

    demand: DemandLine
    score: Annotated[float, Field(description="相似度，0.3 至 1。From 0.3 to 1.")]


class SimilarDemands(TypedDict):
    """Most alike first, at most five."""

    similar: list[SimilarOut]


@router.post("", response_model=SimilarDemands, summary="查找相似的需求", openapi_extra=tells())
async def list_similar_demands(body: WrittenIn, caller: AnyRole) -> Response:
    """Demands of the last two years that are much like this one, among those the caller may see."""
    request = pb.ListSimilarDemandsRequest(
        title=body.title,
        body=body.body,
        category_code=body.category_code,
        enterprise_id=str(body.enterprise_id or ""),
    )
    answer = await caller.clients.dispatch.ListSimilarDemands(request)
    found = [SimilarOut(demand=demand_line(one.demand, caller), score=round(one.score, 2)) for one in answer.similar]
    return json_answer(SimilarDemands(similar=found))
