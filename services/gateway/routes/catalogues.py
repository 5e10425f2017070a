"""课程目录: 区委依法治区办 publishes a year's courseware; every version stays as it was on its day (LEC-3)."""

from datetime import datetime
from typing import Annotated

from fahu.courses.v1 import catalogue_service_pb2 as pb
from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import AnyRole, Caller
from services.gateway.headers import etag_of_content
from services.gateway.openapi import tells
from services.gateway.routes.courseware import Judge, Staff
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import Id, NextPageToken, Out, Page
from services.gateway.words import moment_of

router = APIRouter(prefix="/api/v1/catalogues", tags=["catalogues"])
CatalogueYear = Annotated[int, Path(ge=2021, le=2200)]
Number = Annotated[int, Path(ge=1, le=1_000_000)]


class CatalogueItemOut(Out):
    """目录中的一个课件，文字和部门名称以发布当日为准。"""

    courseware_id: Id
    serial: str
    unit_code: str
    unit_name: str
    title: str
    summary: str
    minutes: int
    retired: Annotated[bool, Field(description="发布后已停用，不再讲授。Retired since: taught no more.")]


class CatalogueOut(Out):
    """一个年度的一版目录。"""

    year: int
    version: int
    published_at: datetime
    published_by: Annotated[Id | None, Field(description="企业看不到。Null to enterprises.")]
    items: list[CatalogueItemOut]


class CatalogueVersionOut(Out):
    """一版目录的概况。"""

    version: int
    published_at: datetime
    published_by: Id
    item_count: int


class CatalogueVersions(Out):
    """One page, newest first."""

    versions: list[CatalogueVersionOut]
    next_page_token: NextPageToken


class AgencyProgressOut(Out):
    """一个部门的课件数。"""

    unit_code: str
    unit_name: str
    have: Annotated[int, Field(description="审核通过或已发布的。Approved or published.")]
    want: int


class CatalogueProgressOut(Out):
    """Agencies in the order of their groups."""

    agencies: list[AgencyProgressOut]
    publishable: Annotated[bool, Field(description="各部门都已达标，可以发布。Nothing is lacking.")]


@router.get(
    "/{year}", response_model=CatalogueOut, summary="课程目录", openapi_extra=tells("CATALOGUE_NOT_FOUND", etag=True)
)
async def get_catalogue(year: CatalogueYear, caller: AnyRole) -> Response:
    """The newest version."""
    return await _read(pb.GetCatalogueRequest(year=year), caller)


@router.post(
    "/{year}/versions",
    status_code=201,
    response_model=CatalogueOut,
    summary="发布课程目录",
    openapi_extra=tells("CATALOGUE_INCOMPLETE", "CATALOGUE_UNCHANGED", idempotent=True, etag=True),
)
async def publish_catalogue(year: CatalogueYear, caller: Judge) -> Response:
    """Publish the next version, with all that is approved. Refused with every agency that has fewer than two items."""
    request = pb.PublishCatalogueRequest(year=year, request_id=caller.heads.idempotency_key())
    one = (await caller.clients.catalogues.PublishCatalogue(request)).catalogue
    return _answer(one, 201)


@router.get("/{year}/versions", summary="目录的各版", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_catalogue_versions(year: CatalogueYear, query: Annotated[Page, Query()], caller: Staff) -> CatalogueVersions:
    """All versions of a year."""
    request = pb.ListCatalogueVersionsRequest(year=year, page_size=query.page_size, page_token=query.page_token)
    answer = await caller.clients.catalogues.ListCatalogueVersions(request)
    found = [_version(one) for one in answer.versions]
    return CatalogueVersions(versions=found, next_page_token=answer.next_page_token)


@router.get(
    "/{year}/versions/{number}",
    response_model=CatalogueOut,
    summary="某一版目录",
    openapi_extra=tells("CATALOGUE_NOT_FOUND", etag=True),
)
async def get_catalogue_version(year: CatalogueYear, number: Number, caller: Staff) -> Response:
    """Any version, as it was published."""
    return await _read(pb.GetCatalogueRequest(year=year, version=number), caller)


@router.get("/{year}/progress", summary="各部门课件达标情况", openapi_extra=tells())
async def get_catalogue_progress(year: CatalogueYear, caller: Staff) -> CatalogueProgressOut:
    """How many items each agency has towards the next version."""
    answer = await caller.clients.catalogues.GetCatalogueProgress(pb.GetCatalogueProgressRequest(year=year))
    return CatalogueProgressOut(agencies=[_progress(one) for one in answer.agencies], publishable=answer.publishable)


async def _read(request: pb.GetCatalogueRequest, caller: Caller) -> Response:
    one = (await caller.clients.catalogues.GetCatalogue(request)).catalogue
    etag = _etag(one)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(one)


def _etag(one: pb.Catalogue) -> str:
    """A version never changes; that an item of it was retired since is told all the same."""
    return etag_of_content(one.version, one.SerializeToString(deterministic=True))


def _answer(one: pb.Catalogue, status: int = 200) -> Response:
    headers = {"etag": _etag(one), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/catalogues/{one.year}/versions/{one.version}"} if status == 201 else {}
    shown = CatalogueOut(
        year=one.year,
        version=one.version,
        published_at=moment_of(one.published_at),
        published_by=one.published_by or None,
        items=[_item(item) for item in one.items],
    )
    return json_answer(shown, status, headers)


def _item(one: pb.CatalogueItem) -> CatalogueItemOut:
    return CatalogueItemOut(
        courseware_id=one.courseware_id,
        serial=one.serial,
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        title=one.title,
        summary=one.summary,
        minutes=one.minutes,
        retired=one.retired,
    )


def _version(one: pb.CatalogueVersion) -> CatalogueVersionOut:
    return CatalogueVersionOut(
        version=one.version,
        published_at=moment_of(one.published_at),
        published_by=one.published_by,
        item_count=one.item_count,
    )


def _progress(one: pb.AgencyProgress) -> AgencyProgressOut:
    return AgencyProgressOut(unit_code=one.unit_code, unit_name=one.unit_name, have=one.have, want=one.want)
