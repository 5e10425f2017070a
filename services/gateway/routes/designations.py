"""Published liaison points of a year, what became of them since, and what an enterprise was over the years."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fahu.registry.v1 import designation_service_pb2 as pb
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import Caller
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.cohorts import Overseer, Supervisor, Year
from services.gateway.routes.enterprises import LEVELS, LevelWord, Reader
from services.gateway.routes.nominations import EnterpriseName, ReasonIn, Uscc
from services.gateway.schemas import AreaCode, Asked, Id, NextPageToken, Out, Page
from services.gateway.sheets import GIVES_XLSX, xlsx_answer
from services.gateway.words import moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["cohorts"])
ONE = "/designations/{designation_id}"


class DesignationQuery(Page):
    """Which liaison points."""

    area: AreaCode = ""
    level: LevelWord | None = None
    withdrawn_too: Annotated[bool, Field(description="含已撤销的。Those that were withdrawn, too.")] = False


class SuccessorIn(ReasonIn):
    """Who comes in the place, and why."""

    uscc: Uscc
    enterprise_name: EnterpriseName = ""


class LiaisonPointOut(Out):
    """一个联系点。"""

    id: Id
    year: int
    enterprise_id: Id
    uscc: str
    enterprise_name: str
    area_code: str
    area_name: Annotated[str, Field(description="该年度的名称。As it was called in that year.")]
    level: LevelWord
    seat_no: Annotated[int | None, Field(description="区级席位。Of district level.")]
    active: Annotated[bool, Field(description="撤销后为假。False once withdrawn.")]
    designated_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    replaced_by: Annotated[str | None, Field(description="替补的联系点。The liaison point in its place.")]
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class LiaisonPoints(Out):
    """One page."""

    liaison_points: list[LiaisonPointOut]
    next_page_token: NextPageToken


class Replacement(Out):
    """Who went, and who came."""

    replaced: LiaisonPointOut
    replacement: LiaisonPointOut


@router.get("/cohorts/{year}/designations", summary="年度联系点", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_designations(year: Year, query: Annotated[DesignationQuery, Query()], caller: Overseer) -> LiaisonPoints:
    """The liaison points of a year by area. An area officer sees its own area's."""
    request = pb.ListDesignationsRequest(
        year=year,
        area_code=query.area,
        level=LEVELS.number(query.level),
        withdrawn_too=query.withdrawn_too,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    return _page(await caller.clients.designations.ListDesignations(request))


@router.get(
    "/cohorts/{year}/designations/export",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出年度联系点",
    openapi_extra=tells("COHORT_NOT_FOUND"),
)
async def export_designations(year: Year, query: Annotated[Asked, Query()], caller: Overseer) -> Response:
    """The liaison points of a year as a workbook, withdrawn ones marked; written to the audit."""
    answer = await caller.clients.designations.ExportDesignations(pb.ExportDesignationsRequest(year=year))
    return xlsx_answer(f"{year}年联系点", answer.content)


@router.get(
    "/enterprises/{enterprise_id}/designations",
    summary="企业历年联系点",
    openapi_extra=tells("ENTERPRISE_NOT_FOUND", "PAGE_TOKEN_INVALID"),
)
async def list_enterprise_designations(
    enterprise_id: UUID, query: Annotated[Page, Query()], caller: Reader
) -> LiaisonPoints:
    """What an enterprise has been over the years, the newest first; to whoever may see the enterprise."""
    request = pb.ListEnterpriseDesignationsRequest(
        enterprise_id=str(enterprise_id), page_size=query.page_size, page_token=query.page_token
    )
    return _page(await caller.clients.designations.ListEnterpriseDesignations(request))


@router.get(
    ONE, response_model=LiaisonPointOut, summary="一个联系点", openapi_extra=tells("DESIGNATION_NOT_FOUND", etag=True)
)
async def get_designation(designation_id: UUID, caller: Overseer) -> Response:
    """One liaison point, in force or withdrawn."""
    request = pb.GetDesignationRequest(designation_id=str(designation_id))
    found = (await caller.clients.designations.GetDesignation(request)).liaison_point
    etag = etag_of(found.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(found)


@router.post(
    f"{ONE}/withdraw",
    response_model=LiaisonPointOut,
    summary="撤销联系点",
    openapi_extra=tells(
        "DESIGNATION_NOT_FOUND",
        "DESIGNATION_WITHDRAWN",
        "COHORT_WRONG_STATE",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def withdraw_designation(designation_id: UUID, body: ReasonIn, caller: Supervisor) -> Response:
    """End a liaison point of a year that is not closed. It stays to be read."""
    request = pb.WithdrawDesignationRequest(on=_on(designation_id, caller), reason=body.reason)
    return _answer((await caller.clients.designations.WithdrawDesignation(request)).liaison_point)


@router.post(
    f"{ONE}/replace",
    response_model=Replacement,
    summary="替补联系点",
    openapi_extra=tells(
        "DESIGNATION_NOT_FOUND",
        "DESIGNATION_REPLACED",
        "COHORT_WRONG_STATE",
        "USCC_INVALID",
        "ENTERPRISE_NAME_MISSING",
        "ENTERPRISE_NAME_DIFFERS",
        "NOMINATION_WRONG_AREA",
        "ENTERPRISE_DESIGNATED",
        "SEATS_TAKEN",
        idempotent=True,
        versioned=True,
    ),
)
async def replace_designation(designation_id: UUID, body: SuccessorIn, caller: Supervisor) -> Replacement:
    """Put another enterprise of the area in the place of one, with its level and seat."""
    request = pb.ReplaceDesignationRequest(
        on=_on(designation_id, caller), reason=body.reason, uscc=body.uscc, enterprise_name=body.enterprise_name
    )
    answer = await caller.clients.designations.ReplaceDesignation(request)
    return Replacement(replaced=_point(answer.replaced), replacement=_point(answer.replacement))


def _on(designation_id: UUID, caller: Caller) -> pb.DesignationPrecondition:
    """Which liaison point, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.DesignationPrecondition(designation_id=str(designation_id), expected_version=version, request_id=key)


def _page(answer: pb.ListDesignationsResponse | pb.ListEnterpriseDesignationsResponse) -> LiaisonPoints:
    found = [_point(one) for one in answer.liaison_points]
    return LiaisonPoints(liaison_points=found, next_page_token=answer.next_page_token)


def _answer(one: pb.LiaisonPoint) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    return Response(_point(one).model_dump_json(), 200, headers, "application/json")


def _point(one: pb.LiaisonPoint) -> LiaisonPointOut:
    return LiaisonPointOut(
        id=one.id,
        year=one.year,
        enterprise_id=one.enterprise_id,
        uscc=one.uscc,
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        area_name=one.area_name,
        level=LEVELS.of(one.level),
        seat_no=one.seat_no or None,
        active=one.active,
        designated_at=moment_of(one.designated_at),
        withdrawn_at=moment(one, "withdrawn_at"),
        withdrawn_by=one.withdrawn_by or None,
        withdrawn_reason=one.withdrawn_reason or None,
        replaced_by=one.replaced_by or None,
        version=one.version,
    )
