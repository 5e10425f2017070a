"""One person's whole number, for a call by the centre: with a reason, into the audit log."""

from typing import Annotated
from uuid import UUID

from fahu.registry.v1 import registry_service_pb2 as pb
from fastapi import APIRouter
from pydantic import Field

from services.gateway.auth import CentreCaller
from services.gateway.openapi import tells
from services.gateway.schemas import NOT_BLANK, In, Out

router = APIRouter(prefix="/api/v1/people", tags=["call-tasks"])


class RevealIn(In):
    """Why the number is needed."""

    reason: Annotated[str, Field(min_length=2, max_length=200, pattern=NOT_BLANK)]


class RevealedPhone(Out):
    """Whole name and number."""

    name: str
    phone: str


@router.post("/{person_id}/reveal-phone", summary="查看完整手机号", openapi_extra=tells("PERSON_NOT_FOUND"))
async def reveal_phone(person_id: UUID, body: RevealIn, caller: CentreCaller) -> RevealedPhone:
    """Show one person's whole number. Who looked, when and why is kept."""
    request = pb.RevealPhoneRequest(person_id=str(person_id), reason=body.reason)
    answer = await caller.clients.registry.RevealPhone(request)
    return RevealedPhone(name=answer.name, phone=answer.phone)
