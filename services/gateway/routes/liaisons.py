"""Who is and was the contact of an enterprise, and a contact who leaves (notice 三（一）: 联系人员)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fahu.registry.v1 import liaison_service_pb2 as pb
from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.gateway.auth import LiaisonCaller
from services.gateway.openapi import tells
from services.gateway.routes.enterprises import Appointer, Reader
from services.gateway.schemas import Id, In, NextPageToken, Out, Page, written
from services.gateway.sheets import REFUSALS, TAKES_FILE, ImportQuery, ImportReport, report, sent_file
from services.gateway.words import moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["enterprises"])


class LiaisonPeriodOut(Out):
    """One appointment; the name is masked unless it is the caller's."""

    person_id: Id
    name: str
    consented_at: Annotated[datetime, Field(description="本人同意之时，即任职之始。When it began.")]
    consent_version: Annotated[str, Field(description="所同意文本的版本。Version of the text consented to.")]
    ended_at: Annotated[datetime | None, Field(description="现任为空。Null for the present one.")]
    end_reason: Annotated[str | None, Field(description="只向工作人员显示。Told to staff only.")]


class LiaisonPeriods(Out):
    """The newest first."""

    liaisons: list[LiaisonPeriodOut]
    next_page_token: NextPageToken


class ResignationIn(In):
    """Why the contact leaves."""

    reason: Annotated[str, written(200)]


@router.get(
    "/enterprises/{enterprise_id}/liaisons",
    summary="历任联系人",
    openapi_extra=tells("ENTERPRISE_NOT_FOUND", "PAGE_TOKEN_INVALID"),
)
async def list_liaisons(enterprise_id: UUID, query: Annotated[Page, Query()], caller: Reader) -> LiaisonPeriods:
    """Who is and was the contact of an enterprise. What a former contact did stays under their name."""
    request = pb.ListLiaisonsRequest(
        enterprise_id=str(enterprise_id), page_size=query.page_size, page_token=query.page_token
    )
    answer = await caller.clients.liaisons.ListLiaisons(request)
    return LiaisonPeriods(liaisons=[_period(one) for one in answer.liaisons], next_page_token=answer.next_page_token)


@router.post("/liaisons/import", summary="导入联系人", openapi_extra=tells(*REFUSALS, "PHONE_IN_USE") | TAKES_FILE)
async def import_liaisons(query: Annotated[ImportQuery, Query()], request: Request, caller: Appointer) -> ImportReport:
    """Appoint the contacts of an XLSX or CSV file to enterprises that have none, all or nobody. Again, nothing changes."""
    name, content = await sent_file(request)
    answer = await caller.clients.liaisons.ImportLiaisons(
        pb.ImportLiaisonsRequest(file_name=name, content=content, dry_run=query.dry_run)
    )
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)


@router.post(
    "/me/resignation",
    status_code=204,
    summary="联系人辞任",
    openapi_extra=tells("LIAISON_NOT_FOUND", idempotent=True),
)
async def resign_liaison(body: ResignationIn, caller: LiaisonCaller) -> None:
    """Leave as the contact of one's enterprise. The caller is signed out at once; area and centre are told."""
    request = pb.ResignLiaisonRequest(reason=body.reason, request_id=caller.heads.idempotency_key())
    await caller.clients.liaisons.ResignLiaison(request)


def _period(one: pb.LiaisonPeriod) -> LiaisonPeriodOut:
    return LiaisonPeriodOut(
        person_id=one.person_id,
        name=one.name,
        consented_at=moment_of(one.consented_at),
        consent_version=one.consent_version,
        ended_at=moment(one, "ended_at"),
        end_reason=one.end_reason or None,
    )
