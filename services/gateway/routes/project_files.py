"""Projects of a year as files: planned from one, and taken out as one."""

from typing import Annotated

from fahu.registry.v1 import project_service_pb2 as pb
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.gateway.openapi import tells
from services.gateway.routes.projects import LateNodeNarrowing, PathYear, Reader, Writer
from services.gateway.sheets import (
    GIVES_XLSX,
    REFUSALS,
    TAKES_FILE,
    ImportQuery,
    ImportReport,
    report,
    sent_file,
    xlsx_answer,
)

router = APIRouter(prefix="/api/v1", tags=["projects"])


@router.post(
    "/projects/{year}/import",
    summary="导入年度项目",
    openapi_extra=tells(*REFUSALS, "PROJECT_UNIT_INVALID") | TAKES_FILE,
)
async def import_projects(
    year: PathYear, query: Annotated[ImportQuery, Query()], request: Request, caller: Writer
) -> ImportReport:
    """Plan the projects of an XLSX or CSV file for the caller's unit, a row for each node. Again, it changes nothing."""
    name, content = await sent_file(request)
    answer = await caller.clients.projects.ImportProjects(
        pb.ImportProjectsRequest(year=year, file_name=name, content=content, dry_run=query.dry_run)
    )
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)


@router.get(
    "/projects/{year}/export",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出年度项目",
    openapi_extra=tells(),
)
async def export_projects(year: PathYear, caller: Reader) -> Response:
    """The year's projects that the caller sees, with their nodes, as XLSX. The import reads it."""
    answer = await caller.clients.projects.ExportProjects(pb.ExportProjectsRequest(year=year))
    return xlsx_answer(f"{year}年度服务企业重点项目", answer.content)


@router.get(
    "/late-nodes.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出逾期节点",
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_late_nodes(query: Annotated[LateNodeNarrowing, Query()], caller: Reader) -> Response:
    """Open nodes past their due day that the caller may list, narrowed as the list is."""
    request = pb.ExportLateNodesRequest(year=query.year, unit_code=query.unit)
    answer = await caller.clients.projects.ExportLateNodes(request)
    return xlsx_answer("逾期节点", answer.content)
