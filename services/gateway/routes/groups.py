"""咨询小组与片区: the four groups and what they are asked about, and the areas that come to one place (notice 三（二）2)."""

from typing import Annotated

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import corps_pb2
from fahu.courses.v1 import corps_service_pb2 as pb
from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import AnyRole, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import UNIQUE, Code, In, Out, written

router = APIRouter(prefix="/api/v1", tags=["corps"])
Supervisor = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR))]
Version = Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class GroupIn(In):
    """小组的名称和主题。"""

    name: Annotated[str, written(50)]
    topics: Annotated[str, written(200)]


class ZoneIn(In):
    """片区的名称和全部区域。"""

    name: Annotated[str, written(50)]
    area_codes: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z_-]+$")]],
        Field(
            min_length=1,
            max_length=50,
            description="该片区的全部区域；从别的片区划入的即离开原片区。All its areas; what it takes leaves its zone.",
            json_schema_extra=UNIQUE,
        ),
    ]


class GroupUnitOut(Out):
    """A member unit."""

    code: Code
    name: str


class GroupOut(Out):
    """一个咨询小组。"""

    number: Annotated[int, Field(description="1 至 4。1 to 4.")]
    name: str
    topics: str
    units: list[GroupUnitOut]
    version: Version


class Groups(Out):
    """By number."""

    groups: list[GroupOut]


class ZoneOut(Out):
    """一个片区；每个区域恰在一个片区。"""

    code: Code
    name: str
    area_codes: list[str]
    version: Version


class Zones(Out):
    """In their order."""

    zones: list[ZoneOut]


@router.get("/consultation-groups", summary="咨询小组", openapi_extra=tells())
async def list_consultation_groups(caller: AnyRole) -> Groups:
    """The four groups with their units and topics."""
    answer = await caller.clients.corps.ListConsultationGroups(pb.ListConsultationGroupsRequest())
    return Groups(groups=[_group(one) for one in answer.groups])


@router.put(
    "/consultation-groups/{number}",
    response_model=GroupOut,
    summary="调整咨询小组",
    openapi_extra=tells("GROUP_NOT_FOUND", idempotent=True, versioned=True, etag=True),
)
async def update_consultation_group(number: Annotated[int, Path(ge=1, le=4)], body: GroupIn, caller: Supervisor) -> Response:
    """Give a group another name or other topics."""
    request = pb.UpdateConsultationGroupRequest(
        number=number,
        name=body.name,
        topics=body.topics,
        expected_version=caller.heads.version(),
        request_id=caller.heads.idempotency_key(),
    )
    found = (await caller.clients.corps.UpdateConsultationGroup(request)).group
    return json_answer(_group(found), 200, _heads(found.version))


@router.get("/zones", summary="片区", openapi_extra=tells())
async def list_zones(caller: AnyRole) -> Zones:
    """The zones with their areas."""
    answer = await caller.clients.corps.ListZones(pb.ListZonesRequest())
    return Zones(zones=[_zone(one) for one in answer.zones])


@router.put(
    "/zones/{code}",
    response_model=ZoneOut,
    summary="调整片区",
    openapi_extra=tells("ZONE_NOT_FOUND", "AREA_UNKNOWN", "AREA_WITHOUT_ZONE", idempotent=True, versioned=True, etag=True),
)
async def update_zone(
    code: Annotated[str, Path(max_length=32, pattern=r"^[0-9A-Za-z_-]+$")], body: ZoneIn, caller: Supervisor
) -> Response:
    """Set name and areas of a zone at once. None of its areas is left without a zone."""
    request = pb.UpdateZoneRequest(
        code=code,
        name=body.name,
        area_codes=body.area_codes,
        expected_version=caller.heads.version(),
        request_id=caller.heads.idempotency_key(),
    )
    found = (await caller.clients.corps.UpdateZone(request)).zone
    return json_answer(_zone(found), 200, _heads(found.version))


def _heads(version: int) -> dict[str, str]:
    return {"etag": etag_of(version), "cache-control": "private, no-cache"}


def _group(one: corps_pb2.ConsultationGroup) -> GroupOut:
    units = [GroupUnitOut(code=unit.code, name=unit.name) for unit in one.units]
    return GroupOut(number=one.number, name=one.name, topics=one.topics, units=units, version=one.version)


def _zone(one: corps_pb2.Zone) -> ZoneOut:
    return ZoneOut(code=one.code, name=one.name, area_codes=list(one.area_codes), version=one.version)
