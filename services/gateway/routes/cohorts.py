"""A year's liaison points from a spreadsheet: all rows are good and written, or all errors are told and nothing is."""

from typing import Annotated

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import registry_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query, Request

from services.gateway.auth import Caller, allow
from services.gateway.openapi import tells
from services.gateway.sheets import REFUSALS, TAKES_FILE, ImportQuery, ImportReport, report, sent_file

router = APIRouter(prefix="/api/v1/cohorts", tags=["enterprises"])
Importer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]


@router.post("/{year}/import", summary="导入年度联系点", openapi_extra=tells(*REFUSALS) | TAKES_FILE)
async def import_cohort(
    year: Annotated[int, Path(ge=2021, le=2200)],
    query: Annotated[ImportQuery, Query()],
    request: Request,
    caller: Importer,
) -> ImportReport:
    """Import an XLSX or CSV file, at most 2 MiB, sent as the body. Importing the same file again changes nothing."""
    name, content = await sent_file(request)
    answer = await caller.clients.registry.ImportCohort(
        pb.ImportCohortRequest(year=year, file_name=name, content=content, dry_run=query.dry_run)
    )
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)
