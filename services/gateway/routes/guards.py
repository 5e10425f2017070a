"""What protects an enterprise and a court: consent to be named, and who read what lies before a court (notice 三（三）2)."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import guard_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import Caller, LiaisonCaller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import DemandOut, demand_answer
from services.gateway.routes.look_backs import DEMAND, on, told
from services.gateway.schemas import GivenId, Id, NextPageToken, Out, Page
from services.gateway.words import Words, moment_of

router = APIRouter(prefix="/api/v1")
Auditor = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR))]
ReadWord = Literal["demand", "timeline", "files", "content"]
READS = Words(pb.ReadKind)


class ReadQuery(Page):
    """Of which demand."""

    of_demand: Annotated[GivenId | None, Field(description="只看这条需求的。Of this demand alone.")] = None


class JudicialReadOut(Out):
    """谁在何时查看了涉诉需求的哪些内容。"""

    id: Id
    demand_id: Id
    serial: str
    person_id: Id
    who: Annotated[str | None, Field(description="姓名，按查看者的权限显示。As the caller may see it.")]
    unit_code: str | None
    unit_name: str | None
    kind: Annotated[ReadWord, Field(description="需求、办理过程、附件清单或附件内容。What was read.")]
    read_at: datetime


class JudicialReads(Out):
    """One page, newest first."""

    reads: list[JudicialReadOut]
    next_page_token: NextPageToken


@router.post(
    f"{DEMAND}/reveal-identity", response_model=DemandOut, summary="同意告知企业身份", openapi_extra=told(), tags=["demands"]
)
async def reveal_identity(demand_id: UUID, caller: LiaisonCaller) -> Response:
    """Let the agencies know whose a shielded demand is, for good."""
    request = pb.RevealIdentityRequest(on=on(demand_id, caller))
    return demand_answer((await caller.clients.guards.RevealIdentity(request)).demand, caller)


@router.get("/judicial-reads", summary="涉诉需求的查看记录", openapi_extra=tells("PAGE_TOKEN_INVALID"), tags=["oversight"])
async def list_judicial_reads(query: Annotated[ReadQuery, Query()], caller: Auditor) -> JudicialReads:
    """Who read demands before a court or a procuratorate, newest first. Names are left out while the registry is away."""
    request = pb.ListJudicialReadsRequest(
        demand_id=str(query.of_demand or ""), page_size=query.page_size, page_token=query.page_token
    )
    answer, units = await asyncio.gather(caller.clients.guards.ListJudicialReads(request), caller.clients.unit_names())
    people = await caller.clients.person_names(one.person_id for one in answer.reads)
    found = [_read(one, people, units) for one in answer.reads]
    return JudicialReads(reads=found, next_page_token=answer.next_page_token)


def _read(one: pb.JudicialRead, people: dict[str, str], units: dict[str, str]) -> JudicialReadOut:
    return JudicialReadOut(
        id=one.id,
        demand_id=one.demand_id,
        serial=one.serial,
        person_id=one.person_id,
        who=people.get(one.person_id),
        unit_code=one.unit_code or None,
        unit_name=units.get(one.unit_code),
        kind=READS.of(one.kind),
        read_at=moment_of(one.read_at),
    )
