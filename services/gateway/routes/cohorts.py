"""A year's liaison points from a spreadsheet: all rows are good and written, or all errors are told and nothing is."""

from typing import Annotated, Any

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import registry_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field

from services.gateway.auth import Caller, allow
from services.gateway.errors import ContentTypeUnsupported, FileEmpty, FileTooLarge, ImportRowsInvalid
from services.gateway.openapi import tells
from services.gateway.schemas import Asked, Out

router = APIRouter(prefix="/api/v1/cohorts", tags=["enterprises"])
Importer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]
MAX_FILE_BYTES = 2 * 1024 * 1024
ENDINGS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "text/csv": ".csv",
}
FILE = {media: {"schema": {"type": "string", "format": "binary"}} for media in ENDINGS}


class ImportQuery(Asked):
    """Check only, or write."""

    dry_run: Annotated[bool, Field(description="只检查，不写入。Check only.")] = False


class RowError(Out):
    """One thing wrong with the file."""

    row: Annotated[int, Field(description="表格中的行号，表头为 1。As a spreadsheet shows it.")]
    column: str
    reason: str
    message: str


class ImportReport(Out):
    """What was read and written. In a dry run the errors are told here."""

    row_count: int
    created_count: int
    errors: list[RowError]


@router.post(
    "/{year}/import",
    summary="导入年度联系点",
    openapi_extra=tells(
        "IMPORT_UNREADABLE",
        "IMPORT_COLUMNS_MISSING",
        "IMPORT_TOO_LARGE",
        "IMPORT_ROWS_INVALID",
        "FILE_EMPTY",
        "FILE_TOO_LARGE",
    )
    | {"requestBody": {"required": True, "content": FILE}},
)
async def import_cohort(
    year: Annotated[int, Path(ge=2021, le=2200)],
    query: Annotated[ImportQuery, Query()],
    request: Request,
    caller: Importer,
) -> ImportReport:
    """Import an XLSX or CSV file, at most 2 MiB, sent as the body. Importing the same file again changes nothing."""
    answer = await caller.clients.registry.ImportCohort(
        pb.ImportCohortRequest(
            year=year,
            file_name=f"cohort{_ending(request)}",
            content=_checked(await request.body()),
            dry_run=query.dry_run,
        )
    )
    if answer.errors and not query.dry_run:
        raise ImportRowsInvalid([_problem(error) for error in answer.errors])
    errors = [RowError(row=one.row, column=one.column, reason=one.reason, message=one.message) for one in answer.errors]
    return ImportReport(row_count=answer.row_count, created_count=answer.created_count, errors=errors)


def _ending(request: Request) -> str:
    """How the file is to be read, by its media type."""
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media not in ENDINGS:
        raise ContentTypeUnsupported
    return ENDINGS[media]


def _checked(content: bytes) -> bytes:
    if not content:
        raise FileEmpty
    if len(content) > MAX_FILE_BYTES:
        raise FileTooLarge
    return content


def _problem(error: Any) -> dict[str, Any]:
    return {"field": error.column, "reason": error.reason, "message": error.message, "row": error.row}
