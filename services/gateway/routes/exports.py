"""Lists as XLSX files. Nobody takes more than they may list, and each file is written to the audit."""

from typing import Annotated

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import export_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.openapi import tells
from services.gateway.routes.enterprises import LEVELS, LevelWord, Year
from services.gateway.routes.reference import UNIT_KINDS, UnitQuery
from services.gateway.schemas import AreaCode, Asked, remark
from services.gateway.sheets import GIVES_XLSX, xlsx_answer

router = APIRouter(prefix="/api/v1/exports", tags=["exports"])
EnterpriseTaker = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
UnitTaker = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR))]


class EnterpriseExportQuery(Asked):
    """Which enterprises, as of the list."""

    year: Year = 0
    area: AreaCode = ""
    level: LevelWord | None = None
    text: Annotated[str, remark(100), Field(description="名称或统一社会信用代码中的文字。Part of name or code.")] = ""


@router.get(
    "/enterprises",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出企业",
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_enterprises(query: Annotated[EnterpriseExportQuery, Query()], caller: EnterpriseTaker) -> Response:
    """The enterprises of a year with designation and contact, masked as in the list."""
    request = pb.ExportEnterprisesRequest(
        year=query.year, area_code=query.area, level=LEVELS.number(query.level), text=query.text
    )
    answer = await caller.clients.exports.ExportEnterprises(request)
    return xlsx_answer(f"{answer.year}年联系点企业", answer.content)


class LiaisonExportQuery(Asked):
    """Of which enterprises."""

    year: Year = 0
    area: AreaCode = ""


@router.get(
    "/liaisons",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出历任联系人",
    openapi_extra=tells("EXPORT_TOO_LARGE"),
)
async def export_liaisons(query: Annotated[LiaisonExportQuery, Query()], caller: EnterpriseTaker) -> Response:
    """Who is and was the contact of each enterprise that the caller may see, masked; by the areas of a year."""
    request = pb.ExportLiaisonsRequest(year=query.year, area_code=query.area)
    answer = await caller.clients.exports.ExportLiaisons(request)
    return xlsx_answer("历任联系人", answer.content)


@router.get("/units", response_class=Response, responses=GIVES_XLSX, summary="导出单位", openapi_extra=tells())
async def export_units(query: Annotated[UnitQuery, Query()], caller: UnitTaker) -> Response:
    """The units, a row for each duty, held or not. Filled in, the file can be imported."""
    answer = await caller.clients.exports.ExportUnits(pb.ExportUnitsRequest(kind=UNIT_KINDS.number(query.kind)))
    return xlsx_answer("单位及联系人", answer.content)
