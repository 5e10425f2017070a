"""Enterprises, their designation as liaison points, and their one contact (notice 三（一）: 联系点, 联系人员)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import enterprise_pb2
from fahu.registry.v1 import registry_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.patterns import PERSON_NAME
from services.gateway.schemas import NO_NUL, AreaCode, Asked, Id, In, NextPageToken, Out, Page, remark, written
from services.gateway.words import Words, moment

router = APIRouter(prefix="/api/v1/enterprises", tags=["enterprises"])
Reader = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON, *CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Appointer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD, Role.ROLE_AREA_OFFICER))]
LevelWord = Literal["district", "town"]
LEVELS = Words(enterprise_pb2.Level)
Year = Annotated[int, Field(ge=0, le=2200, description="年度，0 为今年。Year of designation; 0 for this year.")]


class YearQuery(Asked):
    """Of which year."""

    year: Year = 0


class EnterpriseQuery(Page):
    """Which enterprises."""

    year: Year = 0
    area: AreaCode = ""
    level: LevelWord | None = None
    text: Annotated[str, remark(100), Field(description="名称或统一社会信用代码中的文字。Part of name or code.")] = ""


class DesignationOut(Out):
    """联系点 of one year."""

    id: Id
    year: int
    area_code: str
    level: LevelWord
    active: bool


class LiaisonOut(Out):
    """联系人, masked unless it is the caller."""

    person_id: Id
    name: str
    phone: str
    consented_at: datetime | None
    consent_version: Annotated[str, Field(description="所同意文本的版本。Version of the text consented to.")]
    bound: Annotated[bool, Field(description="是否已用微信登录过。True once signed in through WeChat.")]


class EnterpriseOut(Out):
    """A legal person that takes part."""

    id: Id
    uscc: Annotated[str, Field(description="统一社会信用代码。")]
    name: str
    area_code: str | None
    designation: DesignationOut | None
    liaison: LiaisonOut | None
    version: int

    @classmethod
    def of(cls, enterprise: enterprise_pb2.Enterprise) -> "EnterpriseOut":
        return cls(
            id=enterprise.id,
            uscc=enterprise.uscc,
            name=enterprise.name,
            area_code=enterprise.area_code or None,
            designation=_designation(enterprise.designation) if enterprise.HasField("designation") else None,
            liaison=_liaison(enterprise.liaison) if enterprise.HasField("liaison") else None,
            version=enterprise.version,
        )


class EnterprisePage(Out):
    """Enterprises by name."""

    enterprises: list[EnterpriseOut]
    next_page_token: NextPageToken


class LiaisonIn(In):
    """Who is appointed. Nobody is without consent."""

    name: Annotated[str, Field(min_length=1, max_length=50, pattern=PERSON_NAME)]
    phone: Annotated[str, Field(max_length=20, pattern=NO_NUL)]
    consented: bool
    consent_version: Annotated[
        str,
        Field(max_length=20, pattern=r"^[0-9A-Za-z._-]*$", description="所同意文本的版本。Version of the text."),
    ] = ""


class ReplacementIn(In):
    """Who comes, and why the present contact goes."""

    liaison: LiaisonIn
    reason: Annotated[str, written(200)]


@router.get("", summary="企业列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_enterprises(query: Annotated[EnterpriseQuery, Query()], caller: Reader) -> EnterprisePage:
    """Enterprises designated in a year that the caller may see, by name."""
    request = pb.ListEnterprisesRequest(
        year=query.year,
        area_code=query.area,
        level=LEVELS.number(query.level),
        text=query.text,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.registry.ListEnterprises(request)
    found = [EnterpriseOut.of(enterprise) for enterprise in answer.enterprises]
    return EnterprisePage(enterprises=found, next_page_token=answer.next_page_token)


@router.get(
    "/{enterprise_id}",
    response_model=EnterpriseOut,
    summary="一家企业",
    openapi_extra=tells("ENTERPRISE_NOT_FOUND", etag=True),
)
async def get_enterprise(enterprise_id: UUID, query: Annotated[YearQuery, Query()], caller: Reader) -> Response:
    """One enterprise with its designation of a year and its contact."""
    request = pb.GetEnterpriseRequest(enterprise_id=str(enterprise_id), year=query.year)
    enterprise = (await caller.clients.registry.GetEnterprise(request)).enterprise
    etag = etag_of(enterprise.version)
    if caller.heads.has(etag):
        return Response(status_code=304, headers={"etag": etag})
    return _answer(enterprise)


@router.post(
    "/{enterprise_id}/liaison",
    response_model=EnterpriseOut,
    summary="确定联系人",
    openapi_extra=tells(
        "ENTERPRISE_NOT_FOUND",
        "LIAISON_EXISTS",
        "LIAISON_CONSENT_MISSING",
        "PHONE_INVALID",
        "PHONE_IN_USE",
        idempotent=True,
        etag=True,
    ),
)
async def appoint_liaison(enterprise_id: UUID, body: LiaisonIn, caller: Appointer) -> Response:
    """Appoint the contact of an enterprise that has none."""
    request = pb.AppointLiaisonRequest(
        enterprise_id=str(enterprise_id),
        liaison=_new(body),
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.registry.AppointLiaison(request)).enterprise)


@router.put(
    "/{enterprise_id}/liaison",
    response_model=EnterpriseOut,
    summary="更换联系人",
    openapi_extra=tells(
        "ENTERPRISE_NOT_FOUND",
        "LIAISON_NOT_FOUND",
        "LIAISON_CONSENT_MISSING",
        "PHONE_INVALID",
        "PHONE_IN_USE",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def replace_liaison(enterprise_id: UUID, body: ReplacementIn, caller: Appointer) -> Response:
    """Replace the contact. The old one is out at once; the enterprise's history stays."""
    request = pb.ReplaceLiaisonRequest(
        enterprise_id=str(enterprise_id),
        liaison=_new(body.liaison),
        reason=body.reason,
        expected_version=caller.heads.version(),
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.registry.ReplaceLiaison(request)).enterprise)


def _new(liaison: LiaisonIn) -> pb.NewLiaison:
    return pb.NewLiaison(
        name=liaison.name,
        phone=liaison.phone,
        consented=liaison.consented,
        consent_version=liaison.consent_version,
    )


def _answer(enterprise: enterprise_pb2.Enterprise) -> Response:
    headers = {"etag": etag_of(enterprise.version), "cache-control": "private, no-cache"}
    return Response(EnterpriseOut.of(enterprise).model_dump_json(), 200, headers, "application/json")


def _designation(found: enterprise_pb2.Designation) -> DesignationOut:
    level = LEVELS.of(found.level)
    return DesignationOut(id=found.id, year=found.year, area_code=found.area_code, level=level, active=found.active)


def _liaison(found: enterprise_pb2.Liaison) -> LiaisonOut:
    return LiaisonOut(
        person_id=found.person_id,
        name=found.name,
        phone=found.phone,
        consented_at=moment(found, "consented_at"),
        consent_version=found.consent_version,
        bound=found.bound,
    )
