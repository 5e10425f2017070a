"""铭牌和证书 as files: one paper, a year's in one PDF, or each by itself in a ZIP that leaves as it is drawn."""

import io
import time
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import plaque_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from starlette.responses import Response, StreamingResponse

from kit.context import current_call, enter_call
from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.openapi import tells
from services.gateway.routes.plaque_schemas import FORMS, FormQuery
from services.gateway.routes.plaques import CohortYear, Reader
from services.gateway.sheets import GIVES_XLSX, xlsx_answer

router = APIRouter(prefix="/api/v1", tags=["plaques"])
Printer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
# Each call for papers has so long; a year's files take several calls, and the reader's connection sets their pace.
DRAWING_SECONDS = 25.0
PDF, ZIP = "application/pdf", "application/zip"
REASONS = ("PLAQUE_FONT_MISSING", "PLAQUE_DRAWING_FAILED")
NAMES = {"plaque": "铭牌", "certificate": "证书"}
# A ZIP made again is the same ZIP.
MADE = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16


def gives(media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get(
    "/plaques/{plaque_id}/pdf",
    response_class=Response,
    responses=gives(PDF),
    summary="下载铭牌或证书",
    openapi_extra=tells("PLAQUE_NOT_FOUND", *REASONS),
)
async def draw_plaque(plaque_id: UUID, query: Annotated[FormQuery, Query()], caller: Reader) -> Response:
    """One plaque's artwork or certificate, the same bytes each time."""
    _take_time()
    request = pb.DrawPlaqueRequest(plaque_id=str(plaque_id), form=FORMS.number(query.form))
    file = (await caller.clients.plaques.DrawPlaque(request, timeout=DRAWING_SECONDS)).file
    return Response(file.content, headers=_saved_as(file.file_name), media_type=PDF)


@router.get(
    "/cohorts/{year}/plaques.pdf",
    response_class=Response,
    responses=gives(PDF),
    summary="打印年度铭牌或证书",
    openapi_extra=tells("PLAQUES_NONE", "PLAQUES_TOO_MANY", *REASONS),
)
async def draw_plaques(year: CohortYear, query: Annotated[FormQuery, Query()], caller: Printer) -> Response:
    """A page for each plaque of the year that is made or issued and whose point stands; for an officer, of the own area."""
    _take_time()
    request = pb.DrawPlaquesRequest(year=year, form=FORMS.number(query.form))
    file = (await caller.clients.plaques.DrawPlaques(request, timeout=DRAWING_SECONDS)).file
    return Response(file.content, headers=_saved_as(file.file_name), media_type=PDF)


@router.get(
    "/cohorts/{year}/plaques.zip",
    response_class=Response,
    responses=gives(ZIP),
    summary="下载年度铭牌或证书",
    openapi_extra=tells("PLAQUES_NONE", *REASONS),
)
async def list_plaque_files(year: CohortYear, query: Annotated[FormQuery, Query()], caller: Printer) -> Response:
    """The same papers as files of their own, named 序号_区域_企业."""
    request = pb.ListPlaqueFilesRequest(year=year, form=FORMS.number(query.form))
    first = await _files(request, caller)
    name = f"{year}年度联系点{NAMES[query.form]}.zip"
    return StreamingResponse(_zip(request, first, caller), headers=_saved_as(name), media_type=ZIP)


@router.get(
    "/cohorts/{year}/plaques.xlsx",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出年度铭牌",
    openapi_extra=tells(),
)
async def export_plaques(year: CohortYear, caller: Printer) -> Response:
    """All plaques of the year that the caller may see, whatever became of them, as a table. Written to the audit."""
    answer = await caller.clients.plaques.ExportPlaques(pb.ExportPlaquesRequest(year=year))
    return xlsx_answer(f"{year}年度铭牌", answer.content)


async def _files(request: pb.ListPlaqueFilesRequest, caller: Caller) -> pb.ListPlaqueFilesResponse:
    _take_time()
    return await caller.clients.plaques.ListPlaqueFiles(request, timeout=DRAWING_SECONDS)


def _take_time() -> None:
    enter_call(replace(current_call(), deadline=time.monotonic() + DRAWING_SECONDS))


async def _zip(request: pb.ListPlaqueFilesRequest, page: pb.ListPlaqueFilesResponse, caller: Caller) -> AsyncIterator[bytes]:
    """Hand on each page of files as it comes: no more than one stands in memory. A failure breaks the download."""
    target = _Outlet()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        while True:
            for file in page.files:
                entry = zipfile.ZipInfo(file.file_name, MADE)
                entry.create_system, entry.external_attr = 3, READABLE
                archive.writestr(entry, file.content)
                yield target.taken()
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
            page = await _files(request, caller)
    yield target.taken()


class _Outlet(io.RawIOBase):
    """What a ZIP is written to that nobody keeps: each part is taken away as it is there."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


def _saved_as(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
