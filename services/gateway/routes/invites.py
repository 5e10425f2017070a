"""邀请码: how an appointed contact signs in for the first time without WeChat's phone button."""

import io
from datetime import datetime
from typing import Annotated
from uuid import UUID

import segno
from fahu.registry.v1 import invite_service_pb2 as pb
from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.enterprises import Appointer
from services.gateway.schemas import Id, Out
from services.gateway.words import moment_of

router = APIRouter(prefix="/api/v1/enterprises", tags=["enterprises"])
INVITE = "/{enterprise_id}/liaison/invite"
QR_SCALE = 6


class InviteOut(Out):
    """An invite that lives; its code is told only when it is made."""

    id: Id
    enterprise_id: Id
    person_id: Annotated[Id, Field(description="邀请的联系人。Whom it is for.")]
    created_by: Id
    created_at: datetime
    expires_at: datetime


class NewInviteOut(InviteOut):
    """With the code, which is shown once, and a QR code that leads into the mini-program."""

    code: Annotated[str, Field(description="八位邀请码；大小写、空格、连字符不计。Case, spaces and hyphens do not matter.")]
    qr_text: Annotated[str, Field(description="二维码的内容。What the QR code says.")]
    qr_svg: Annotated[str, Field(description="二维码，SVG。The QR code.")]


@router.post(
    INVITE,
    response_model=NewInviteOut,
    summary="生成邀请码",
    openapi_extra=tells(
        "ENTERPRISE_NOT_FOUND", "LIAISON_NOT_FOUND", "INVITE_NOT_FOUND", "INVITE_NOT_NEEDED", idempotent=True
    ),
)
async def create_invite(enterprise_id: UUID, caller: Appointer) -> Response:
    """Make the invite of the present contact, who has not signed in yet. The one before ends."""
    request = pb.CreateInviteRequest(enterprise_id=str(enterprise_id), request_id=caller.heads.idempotency_key())
    made = await caller.clients.invites.CreateInvite(request)
    text = caller.parts.invite_link.format(code=made.code)
    out = NewInviteOut(**_fields(made.invite), code=made.code, qr_text=text, qr_svg=qr_svg(text))
    return json_answer(out, headers={"cache-control": "no-store"})


@router.get(INVITE, summary="有效的邀请码", openapi_extra=tells("ENTERPRISE_NOT_FOUND", "INVITE_NOT_FOUND"))
async def get_invite(enterprise_id: UUID, caller: Appointer) -> InviteOut:
    """The invite that lives, without its code."""
    found = await caller.clients.invites.GetInvite(pb.GetInviteRequest(enterprise_id=str(enterprise_id)))
    return InviteOut(**_fields(found.invite))


@router.delete(INVITE, status_code=204, summary="作废邀请码", openapi_extra=tells("ENTERPRISE_NOT_FOUND"))
async def revoke_invite(enterprise_id: UUID, caller: Appointer) -> None:
    """End the invite that lives. Where there is none, nothing changes."""
    await caller.clients.invites.RevokeInvite(pb.RevokeInviteRequest(enterprise_id=str(enterprise_id)))


def _fields(invite: pb.Invite) -> dict[str, str | datetime]:
    texts = {name: getattr(invite, name) for name in ("id", "enterprise_id", "person_id", "created_by")}
    return texts | {name: moment_of(getattr(invite, name)) for name in ("created_at", "expires_at")}


def qr_svg(text: str) -> str:
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(target, kind="svg", scale=QR_SCALE, xmldecl=False)
    return target.getvalue().decode()
