"""分管负责人和联系人 of each agency and area: where one is missing, and all of them from a file (notice: 明确分管负责人)."""

from typing import Annotated

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import duty_service_pb2 as pb
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.openapi import tells
from services.gateway.routes.reference import DUTIES, UNIT_KINDS, DutyWord, UnitWord
from services.gateway.schemas import Out
from services.gateway.sheets import REFUSALS, TAKES_FILE, ImportQuery, ImportReport, report, sent_file

router = APIRouter(prefix="/api/v1/units", tags=["reference"])
Overseer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR))]
Importer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]


class DutyGapOut(Out):
    """A unit where somebody is missing."""

    unit_code: str
    unit_name: str
    kind: UnitWord
    area_code: str | None
    missing: Annotated[list[DutyWord], Field(description="尚未明确的职责。What nobody does.")]


class DutyGaps(Out):
    """In the notice's order; none if everybody is named."""

    gaps: list[DutyGapOut]
    unit_count: Annotated[int, Field(description="应明确人员的单位数。How many units are to name somebody.")]


@router.get("/gaps", summary="未明确人员的单位", openapi_extra=tells())
async def list_duty_gaps(caller: Overseer) -> DutyGaps:
    """Agencies and area offices that lack a leader or a contact."""
    answer = await caller.clients.duties.ListDutyGaps(pb.ListDutyGapsRequest())
    found = [
        DutyGapOut(
            unit_code=gap.unit_code,
            unit_name=gap.unit_name,
            kind=UNIT_KINDS.of(gap.kind),
            area_code=gap.area_code or None,
            missing=[DUTIES.of(duty) for duty in gap.missing],
        )
        for gap in answer.gaps
    ]
    return DutyGaps(gaps=found, unit_count=answer.unit_count)


@router.post("/duties/import", summary="导入分管负责人和联系人", openapi_extra=tells(*REFUSALS) | TAKES_FILE)
async def import_duties(query: Annotated[ImportQuery, Query()], request: Request, caller: Importer) -> ImportReport:
    """Import an XLSX or CSV file, at most 2 MiB, sent as the body. The same file again changes nothing."""
    name, content = await sent_file(request)
    answer = await caller.clients.duties.ImportDuties(
        pb.ImportDutiesRequest(file_name=name, content=content, dry_run=query.dry_run)
    )
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)
