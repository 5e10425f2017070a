"""Demands: send, list, count, read (notice 三（三）2: 提出需求)."""

from typing import Annotated
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import dispatch_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict

from kit import faults
from services.gateway.auth import CENTRE, AnyRole, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import (
    CHANNELS,
    KINDS,
    STATES,
    ChannelWord,
    DemandLine,
    DemandOut,
    Kind,
    StateWord,
    demand_answer,
    demand_line,
    json_answer,
)
from services.gateway.schemas import (
    AnyCode,
    AreaCode,
    Asked,
    Code,
    GivenId,
    In,
    Moment,
    NextPageToken,
    Out,
    Page,
    remark,
    written,
)

router = APIRouter(prefix="/api/v1/demands", tags=["demands"])
Sender = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON, *CENTRE, Role.ROLE_AREA_OFFICER))]


class DemandIn(In):
    """What an enterprise sends, or staff on its behalf: then with the enterprise and the channel."""

    kind: Kind
    category_code: Annotated[Code, Field(description="需求类别，见 categories；unsure 为不确定。A code of categories.")]
    title: Annotated[str, written(100)]
    body: Annotated[str, written(5000)]
    channel: ChannelWord = "mini_program"
    enterprise_id: Annotated[GivenId | None, Field(description="仅代为提交时填写。Only when sent on its behalf.")] = None
    subject_unit_code: Annotated[
        Code | None,
        Field(description="涉及该部门自身的执法或服务，该部门回避、看不到。The agency it is about, which never sees it."),
    ] = None
    shielded: Annotated[bool, Field(description="向部门隐去企业身份。Agencies shall not learn whose it is.")] = False
    before_court: Annotated[
        bool, Field(description="该事项正在诉讼或检察程序中。It is before a court or a procuratorate.")
    ] = False


class Filter(Asked):
    """What narrows a list or a count."""

    agency: Annotated[AnyCode, Field(description="牵头部门代码。Unit code of the agency in the lead.")] = ""
    area: AreaCode = ""
    category: Annotated[AnyCode, Field(description="需求类别代码。Category code.")] = ""
    from_: Annotated[Moment | None, Field(alias="from", description="提交时间不早于。Sent at or after.")] = None
    until: Annotated[Moment | None, Field(description="提交时间早于。Sent before.")] = None
    text: Annotated[
        str,
        remark(100),
        Field(description="编号、标题或正文中的词。Number, words, parts of the title; all of them."),
    ] = ""
    overdue: Annotated[bool, Field(description="只看当前时限已过的。Only those past their running term.")] = False


class ListQuery(Filter, Page):
    """A filter, its states, and where the list goes on."""

    state: Annotated[list[StateWord], Field(max_length=20, default_factory=list, description="可重复。Any of these.")]


class DemandPage(TypedDict):
    """Demands, newest first, without text and reply."""

    demands: list[DemandLine]
    next_page_token: NextPageToken


class StateCount(Out):
    """How many demands are in a state; 1000 means 1000 or more."""

    state: StateWord
    count: int


class DemandCounts(Out):
    """A count for every state."""

    counts: list[StateCount]


@router.post(
    "",
    status_code=201,
    response_model=DemandOut,
    summary="提交需求或建议",
    openapi_extra=tells(
        "CATEGORY_UNKNOWN",
        "ENTERPRISE_NOT_DESIGNATED",
        "ENTERPRISE_NOT_FOUND",
        "ENTERPRISE_MISSING",
        "CHANNEL_NOT_ALLOWED",
        "UNIT_NOT_AN_AGENCY",
        idempotent=True,
        etag=True,
    ),
)
async def submit_demand(body: DemandIn, caller: Sender) -> Response:
    """Send a demand. It is routed to its agency, or to the centre, before the answer.

    What is about an agency itself, or before a court or a procuratorate, goes to the centre.
    """
    request = pb.SubmitDemandRequest(
        kind=KINDS.number(body.kind),
        category_code=body.category_code,
        title=body.title,
        body=body.body,
        channel=CHANNELS.number(body.channel),
        enterprise_id=str(body.enterprise_id or ""),
        request_id=caller.heads.idempotency_key(),
        subject_unit_code=body.subject_unit_code or "",
        shielded=body.shielded,
        before_court=body.before_court,
    )
    faults.point("gateway.before_call")
    answer = await caller.clients.submit_demand(request)
    faults.point("gateway.after_call")
    return demand_answer(answer.demand, caller, 201)


@router.get("", response_model=DemandPage, summary="需求列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_demands(query: Annotated[ListQuery, Query()], caller: AnyRole) -> Response:
    """List the demands the caller may see, newest first."""
    request = pb.ListDemandsRequest(filter=_filter(query), page_size=query.page_size, page_token=query.page_token)
    request.filter.states.extend(STATES.number(state) for state in query.state)
    answer = await caller.clients.dispatch.ListDemands(request)
    lines = [demand_line(demand, caller) for demand in answer.demands]
    return json_answer(DemandPage(demands=lines, next_page_token=answer.next_page_token))


@router.get("/counts", summary="各状态的数量", openapi_extra=tells())
async def count_demands(query: Annotated[Filter, Query()], caller: AnyRole) -> DemandCounts:
    """Count the demands the caller may see, by state. A count stops at 1,000."""
    answer = await caller.clients.dispatch.CountDemands(pb.CountDemandsRequest(filter=_filter(query)))
    return DemandCounts(counts=[StateCount(state=STATES.of(one.state), count=one.count) for one in answer.counts])


@router.get(
    "/{demand_id}",
    response_model=DemandOut,
    summary="一条需求",
    openapi_extra=tells("DEMAND_NOT_FOUND", etag=True),
)
async def get_demand(demand_id: UUID, caller: AnyRole) -> Response:
    """Read one demand."""
    answer = await caller.clients.dispatch.GetDemand(pb.GetDemandRequest(demand_id=str(demand_id)))
    etag = etag_of(answer.demand.version)
    if caller.heads.has(etag):
        return Response(status_code=304, headers={"etag": etag})
    return demand_answer(answer.demand, caller)


def _filter(query: Filter) -> pb.DemandFilter:
    wanted = pb.DemandFilter(
        lead_unit_code=query.agency,
        area_code=query.area,
        category_code=query.category,
        text=query.text,
        overdue=query.overdue,
    )
    if query.from_:
        wanted.submitted_from.FromDatetime(query.from_)
    if query.until:
        wanted.submitted_until.FromDatetime(query.until)
    return wanted
