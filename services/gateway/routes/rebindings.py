"""换绑微信: another WeChat account for somebody on the roster, with somebody else's yes and a day to object."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_pb2
from fahu.registry.v1 import rebinding_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Anybody, AnyRole, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.enterprises import Appointer
from services.gateway.routes.sign_in import WechatCode, confirmed_phone
from services.gateway.schemas import Id, In, NextPageToken, Out, Page, written
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["rebindings"])
Overseer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_AREA_OFFICER))]
RebindingWord = Literal["asked", "approved", "effected", "objected", "refused", "expired", "cancelled"]
REBINDING_STATES = Words(account_pb2.RebindingState)
REBINDING = "/rebindings/{rebinding_id}"


class RebindingIn(In):
    """From the new account: the code of wx.login and the code of the phone button."""

    code: WechatCode
    phone_code: WechatCode


class AskedOut(Out):
    """How far the request of an account is that has not signed in."""

    state: RebindingWord
    asked_at: datetime
    effective_at: Annotated[datetime, Field(description="在此之前不生效。No effect before.")]
    expires_at: Annotated[datetime, Field(description="在此之后失效。Nor after.")]


class RebindingOut(AskedOut):
    """A request, with whose it is; name and number are masked."""

    id: Id
    serial: Annotated[str, Field(description="编号。The number people quote.")]
    person_id: Id
    name: str
    phone: str
    enterprise_id: Id | None
    organisation: Annotated[str | None, Field(description="所属企业或单位。Enterprise or unit.")]
    decided_by: Id | None
    decided_at: datetime | None
    ended_at: datetime | None
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class RebindingPage(Out):
    """The newest first."""

    rebindings: list[RebindingOut]
    next_page_token: NextPageToken


class RebindingQuery(Page):
    """Which of them."""

    rebinding_state: Annotated[RebindingWord | None, Field(description="状态。State.")] = None


class RebindingDecisionIn(In):
    """Yes or no, and how the decider made sure who asks."""

    approve: bool
    note: Annotated[str, written(200)]


@router.post(
    "/auth/wechat/rebinding",
    summary="申请换绑微信",
    openapi_extra=tells(
        "NOT_ON_ROSTER",
        "ACCOUNT_WITHOUT_ROLE",
        "REBINDING_NOT_NEEDED",
        "REBINDING_OPEN",
        "REBINDING_BARRED",
        "WECHAT_OF_ANOTHER",
        "WECHAT_CODE_INVALID",
        "WECHAT_UNAVAILABLE",
        "WECHAT_REFUSED",
        "PHONE_NOT_MAINLAND",
        "TOO_MANY_ATTEMPTS",
    ),
)
async def ask_rebinding(body: RebindingIn, guest: Anybody) -> AskedOut:
    """Ask from another WeChat account than the present one. Asked again it tells how far the request is."""
    parts = guest.parts
    parts.per_address.count(guest.address)
    openid = (await parts.wechat.login(body.code)).openid
    parts.per_openid.count(openid)
    request = pb.AskRebindingRequest(openid=openid, phone=await confirmed_phone(parts, body.phone_code))
    asked = await parts.clients.asking.AskRebinding(request)
    return AskedOut(
        state=REBINDING_STATES.of(asked.state),
        asked_at=moment_of(asked.asked_at),
        effective_at=moment_of(asked.effective_at),
        expires_at=moment_of(asked.expires_at),
    )


@router.get("/me/rebinding", summary="本人的换绑申请", openapi_extra=tells("REBINDING_NOT_FOUND"))
async def get_own_rebinding(caller: AnyRole) -> RebindingOut:
    """The open request of another WeChat account for the caller."""
    answer = await caller.clients.rebindings.GetOwnRebinding(pb.GetOwnRebindingRequest())
    return _rebinding(answer.rebinding)


@router.post(
    "/me/rebinding/objection",
    status_code=204,
    summary="非本人操作",
    openapi_extra=tells("REBINDING_NOT_FOUND", idempotent=True),
)
async def object_rebinding(caller: AnyRole) -> None:
    """It was not the caller: the request ends, the centre is alerted, and nobody may ask again for seven days."""
    request = pb.ObjectRebindingRequest(request_id=caller.heads.idempotency_key())
    await caller.clients.rebindings.ObjectRebinding(request)


@router.get("/rebindings", summary="换绑申请列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_rebindings(query: Annotated[RebindingQuery, Query()], caller: Overseer) -> RebindingPage:
    """Requests that the caller may see, the newest first: an area's officer those of its contacts, the centre all."""
    request = pb.ListRebindingsRequest(
        state=REBINDING_STATES.number(query.rebinding_state), page_size=query.page_size, page_token=query.page_token
    )
    answer = await caller.clients.rebindings.ListRebindings(request)
    found = [_rebinding(one) for one in answer.rebindings]
    return RebindingPage(rebindings=found, next_page_token=answer.next_page_token)


@router.get(
    REBINDING,
    response_model=RebindingOut,
    summary="一件换绑申请",
    openapi_extra=tells("REBINDING_NOT_FOUND", etag=True),
)
async def get_rebinding(rebinding_id: UUID, caller: Overseer) -> Response:
    """One request."""
    request = pb.GetRebindingRequest(rebinding_id=str(rebinding_id))
    found = (await caller.clients.rebindings.GetRebinding(request)).rebinding
    etag = etag_of(found.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(found)


@router.post(
    f"{REBINDING}/decision",
    response_model=RebindingOut,
    summary="审批换绑",
    openapi_extra=tells(
        "REBINDING_NOT_FOUND", "REBINDING_OWN", "REBINDING_WRONG_STATE", idempotent=True, versioned=True, etag=True
    ),
)
async def decide_rebinding(rebinding_id: UUID, body: RebindingDecisionIn, caller: Appointer) -> Response:
    """Approve or refuse what somebody else asked for. Approved, it takes effect a day after it was asked, not before."""
    request = pb.DecideRebindingRequest(
        rebinding_id=str(rebinding_id),
        approve=body.approve,
        note=body.note,
        expected_version=caller.heads.version(),
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.rebindings.DecideRebinding(request)).rebinding)


def _answer(one: pb.Rebinding) -> Response:
    return json_answer(_rebinding(one), headers={"etag": etag_of(one.version), "cache-control": "private, no-cache"})


def _rebinding(one: pb.Rebinding) -> RebindingOut:
    return RebindingOut(
        id=one.id,
        serial=one.serial,
        person_id=one.person_id,
        name=one.name,
        phone=one.phone,
        enterprise_id=one.enterprise_id or None,
        organisation=one.organisation or None,
        state=REBINDING_STATES.of(one.state),
        asked_at=moment_of(one.asked_at),
        effective_at=moment_of(one.effective_at),
        expires_at=moment_of(one.expires_at),
        decided_by=one.decided_by or None,
        decided_at=moment(one, "decided_at"),
        ended_at=moment(one, "ended_at"),
        version=one.version,
    )
