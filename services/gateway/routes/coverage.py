"""服务覆盖: which liaison points of a year were served, and who is still owed a service (notice 三（一）3: 不少于一次)."""

from typing import Annotated, Literal

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import coverage_service_pb2 as pb
from fahu.registry.v1 import service_record_pb2
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.openapi import tells
from services.gateway.routes.enterprises import LEVELS, LevelWord
from services.gateway.routes.project_schemas import Year, share_of
from services.gateway.routes.projects import PathYear, YearQuery
from services.gateway.schemas import AreaCode, Day, Id, NextPageToken, Out, Page
from services.gateway.sheets import GIVES_XLSX, xlsx_answer
from services.gateway.words import Words

router = APIRouter(prefix="/api/v1/coverage", tags=["service-records"])
Reader = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON, *CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Overseer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
CoverageWord = Literal["confirmed", "presumed", "waiting", "disputed", "none"]
COVERAGE_STATES = Words(service_record_pb2.CoverageState)


class CoverageQuery(Page):
    """What narrows the list."""

    year: Year = 0
    area: AreaCode = ""
    level: LevelWord | None = None
    owed: Annotated[bool, Field(description="只看还没有服务到的。Only those still owed a service.")] = False


class CoverageLineOut(Out):
    """一个联系点企业本年度的服务情况。撤回的不计。"""

    designation_id: Id
    enterprise_id: Id
    enterprise_name: str
    area_code: str
    level: LevelWord
    state: Annotated[CoverageWord, Field(description="confirmed、presumed 为已服务，其余尚欠。The others are still owed.")]
    confirmed_count: int
    presumed_count: int
    waiting_count: int
    disputed_count: int
    last_served_on: Day | None


class CoverageLines(Out):
    """One page, by area and name."""

    lines: list[CoverageLineOut]
    next_page_token: NextPageToken


class CoverageShareOut(Out):
    """一个区域、一个级别的覆盖情况。"""

    area_code: str
    level: LevelWord
    point_count: int
    served_count: int
    presumed_count: Annotated[int, Field(description="已服务中仅有推定确认的。Of the served, presumed at best.")]
    waiting_count: int
    disputed_count: int
    share: Annotated[str, Field(description="覆盖率；没有联系点的为“—”。A dash where there is nothing to serve.")]


class CoverageShares(Out):
    """By area and level."""

    shares: list[CoverageShareOut]


@router.get("", summary="联系点服务覆盖", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_coverage(query: Annotated[CoverageQuery, Query()], caller: Reader) -> CoverageLines:
    """What was done for each liaison point of the caller's area, or for its own enterprise; for overseers all."""
    request = pb.ListCoverageRequest(
        year=query.year,
        area_code=query.area,
        level=LEVELS.number(query.level),
        owed=query.owed,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.coverage.ListCoverage(request)
    return CoverageLines(lines=[_line(line) for line in answer.lines], next_page_token=answer.next_page_token)


@router.get("/areas", summary="各区域覆盖率", openapi_extra=tells())
async def summarise_coverage(query: Annotated[YearQuery, Query()], caller: Overseer) -> CoverageShares:
    """How many liaison points of each area and level were served."""
    answer = await caller.clients.coverage.SummariseCoverage(pb.SummariseCoverageRequest(year=query.year))
    return CoverageShares(shares=[_share(share) for share in answer.shares])


@router.get("/{year}/export", response_class=Response, responses=GIVES_XLSX, summary="导出服务覆盖", openapi_extra=tells())
async def export_coverage(year: PathYear, caller: Overseer) -> Response:
    """What was done for each liaison point that the caller may see, as XLSX."""
    answer = await caller.clients.coverage.ExportCoverage(pb.ExportCoverageRequest(year=year))
    return xlsx_answer(f"{year}年联系点服务覆盖", answer.content)


def _line(line: pb.CoverageLine) -> CoverageLineOut:
    return CoverageLineOut(
        designation_id=line.designation_id,
        enterprise_id=line.enterprise_id,
        enterprise_name=line.enterprise_name,
        area_code=line.area_code,
        level=LEVELS.of(line.level),
        state=COVERAGE_STATES.of(line.state),
        confirmed_count=line.confirmed_count,
        presumed_count=line.presumed_count,
        waiting_count=line.waiting_count,
        disputed_count=line.disputed_count,
        last_served_on=line.last_served_on or None,
    )


def _share(one: pb.CoverageShare) -> CoverageShareOut:
    return CoverageShareOut(
        area_code=one.area_code,
        level=LEVELS.of(one.level),
        point_count=one.point_count,
        served_count=one.served_count,
        presumed_count=one.presumed_count,
        waiting_count=one.waiting_count,
        disputed_count=one.disputed_count,
        share=share_of(one.served_count, one.point_count),
    )
