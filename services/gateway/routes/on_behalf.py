"""Demands taken down on site or by telephone, filed at once (notice 三（三）: 每季度现场咨询)."""

from typing import Annotated, Any, Literal

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import on_behalf_service_pb2 as pb
from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import CHANNELS, KINDS, DemandLine, demand_line, json_answer
from services.gateway.schemas import NOT_BLANK, In

router = APIRouter(prefix="/api/v1/filings", tags=["demands"])
Filer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_AREA_OFFICER))]
UNKNOWN: Any = 99  # what no word of ours means: refused with whatever else is wrong


def _told(**limits: Any) -> Any:
    """Limits that are described here and kept behind, so that all that is wrong with a batch is told at once."""
    return Field(json_schema_extra=limits)


class FiledDemandIn(In):
    """一条需求或建议；各条的错误一并告知。"""

    kind: Annotated[str, _told(enum=["demand", "suggestion"])]
    category_code: Annotated[str, _told(minLength=1, maxLength=40)]
    title: Annotated[str, _told(minLength=1, maxLength=100, pattern=NOT_BLANK)]
    body: Annotated[str, _told(minLength=1, maxLength=5000, pattern=NOT_BLANK)]
    enterprise_id: Annotated[str, _told(format="uuid")]
    subject_unit_code: Annotated[str | None, _told(maxLength=40, description="所涉部门代码。The agency it is about.")] = None
    shielded: Annotated[bool, Field(description="向部门隐去企业身份。Agencies shall not learn whose it is.")] = False
    before_court: Annotated[bool, Field(description="涉及诉讼或检察程序。Before a court or a procuratorate.")] = False


class FilingIn(In):
    """现场或电话收集的需求，最多 50 条，全部提交或一条也不提交。"""

    channel: Literal["phone", "on_site"]
    demands: Annotated[list[FiledDemandIn], Field(min_length=1, max_length=50)]


class FiledOut(TypedDict):
    """The demands as routed, in the order they were given."""

    demands: list[DemandLine]


@router.post(
    "",
    status_code=201,
    response_model=FiledOut,
    summary="批量代为提交",
    openapi_extra=tells("DEMANDS_INVALID", idempotent=True),
)
async def file_demands(body: FilingIn, caller: Filer) -> Response:
    """File up to 50 demands on behalf of enterprises: all, or none and everything that is wrong with any of them."""
    request = pb.FileDemandsRequest(
        channel=CHANNELS.number(body.channel),
        demands=[_filed(one) for one in body.demands],
        request_id=caller.heads.idempotency_key(),
    )
    answer = await caller.clients.on_behalf.FileDemands(request)
    return json_answer(FiledOut(demands=[demand_line(one, caller) for one in answer.demands]), 201)


def _filed(one: FiledDemandIn) -> pb.FiledDemand:
    return pb.FiledDemand(
        kind=KINDS.number(one.kind) if one.kind in set(KINDS) else UNKNOWN,
        category_code=one.category_code,
        title=one.title,
        body=one.body,
        enterprise_id=one.enterprise_id,
        subject_unit_code=one.subject_unit_code or "",
        shielded=one.shielded,
        before_court=one.before_court,
    )
