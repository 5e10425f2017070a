"""What forms offer to choose from: categories, areas, units."""

from typing import Annotated, Literal

from fahu.dispatch.v1 import dispatch_service_pb2
from fahu.registry.v1 import area_pb2, unit_pb2
from fahu.registry.v1 import registry_service_pb2 as pb
from fastapi import APIRouter, Query
from pydantic import Field

from services.gateway.auth import AnyRole
from services.gateway.openapi import tells
from services.gateway.schemas import Asked, Day, Id, Out
from services.gateway.words import Words

router = APIRouter(prefix="/api/v1", tags=["reference"])
AreaWord = Literal["town", "park", "subdistrict"]
UnitWord = Literal["agency", "centre", "area_office", "supervisor", "other"]
DutyWord = Literal["leader", "contact"]
AREA_KINDS, UNIT_KINDS, DUTIES = Words(area_pb2.AreaKind), Words(unit_pb2.UnitKind), Words(unit_pb2.Duty)


class CategoryOut(Out):
    """What an enterprise can tick."""

    code: str
    name: str
    hint: str
    unit_code: Annotated[str | None, Field(description="转交的部门；不确定则为空。Where it leads; null for unsure.")]


class Categories(Out):
    """In order, 不确定 last."""

    categories: list[CategoryOut]


class AreaQuery(Asked):
    """Names change: of which day."""

    on: Annotated[Day | None, Field(description="名称以该日为准，默认今天。Day whose names are wanted.")] = None


class AreaOut(Out):
    """A town, park or sub-district."""

    code: str
    name: str
    kind: AreaWord
    district_quota: Annotated[int, Field(description="区级联系点名额。District-level liaison points a year.")]


class Areas(Out):
    """By code."""

    areas: list[AreaOut]


class UnitQuery(Asked):
    """Of which kind."""

    kind: UnitWord | None = None


class DutyOut(Out):
    """Who holds a duty; masked for an enterprise's contact."""

    duty: DutyWord
    person_id: Id
    name: str


class UnitOut(Out):
    """An agency, the centre, an office, a supervising body."""

    code: str
    name: str
    kind: UnitWord
    area_code: str | None
    active: bool
    position: int
    duties: list[DutyOut]


class Units(Out):
    """In the notice's order."""

    units: list[UnitOut]


@router.get("/categories", summary="需求类别", openapi_extra=tells())
async def list_categories(caller: AnyRole) -> Categories:
    """What can be ticked, in order, 不确定 last."""
    answer = await caller.clients.dispatch.ListCategories(dispatch_service_pb2.ListCategoriesRequest())
    found = [
        CategoryOut(code=one.code, name=one.name, hint=one.hint, unit_code=one.unit_code or None)
        for one in answer.categories
    ]
    return Categories(categories=found)


@router.get("/areas", summary="区域", openapi_extra=tells("DAY_INVALID"))
async def list_areas(query: Annotated[AreaQuery, Query()], caller: AnyRole) -> Areas:
    """All towns, parks and sub-districts, with their names on a day."""
    answer = await caller.clients.registry.ListAreas(pb.ListAreasRequest(on=query.on or ""))
    found = [
        AreaOut(code=one.code, name=one.name, kind=AREA_KINDS.of(one.kind), district_quota=one.district_quota)
        for one in answer.areas
    ]
    return Areas(areas=found)


@router.get("/units", summary="单位", openapi_extra=tells())
async def list_units(query: Annotated[UnitQuery, Query()], caller: AnyRole) -> Units:
    """All active units with their leaders and contacts."""
    answer = await caller.clients.registry.ListUnits(pb.ListUnitsRequest(kind=UNIT_KINDS.number(query.kind)))
    return Units(units=[_unit(one) for one in answer.units])


def _unit(unit: unit_pb2.Unit) -> UnitOut:
    return UnitOut(
        code=unit.code,
        name=unit.name,
        kind=UNIT_KINDS.of(unit.kind),
        area_code=unit.area_code or None,
        active=unit.active,
        position=unit.position,
        duties=[DutyOut(duty=DUTIES.of(one.duty), person_id=one.person_id, name=one.name) for one in unit.duties],
    )
