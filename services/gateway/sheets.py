"""Files of rows that are sent and fetched: XLSX or CSV in, XLSX out; a file is taken whole or not at all."""

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Protocol
from urllib.parse import quote

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from kit.context import current_call, enter_call
from services.gateway.errors import ContentTypeUnsupported, FileEmpty, FileTooLarge, ImportRowsInvalid
from services.gateway.schemas import Asked, Out

MAX_FILE_BYTES = 2 * 1024 * 1024
LONG_SECONDS = 25.0
ENDINGS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "text/csv": ".csv",
}
FILE = {media: {"schema": {"type": "string", "format": "binary"}} for media in ENDINGS}
XLSX = next(iter(ENDINGS))
REFUSALS = (
    "IMPORT_UNREADABLE",
    "IMPORT_COLUMNS_MISSING",
    "IMPORT_TOO_LARGE",
    "IMPORT_ROWS_INVALID",
    "FILE_EMPTY",
    "FILE_TOO_LARGE",
)
TAKES_FILE: dict[str, Any] = {"requestBody": {"required": True, "content": FILE}}
GIVES_XLSX: dict[int | str, dict[str, Any]] = {200: {"content": {XLSX: FILE[XLSX]}}}


class Wrong(Protocol):
    """An ImportError message of a contract."""

    row: int
    column: str
    reason: str
    message: str


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


async def sent_file(request: Request) -> tuple[str, bytes]:
    """Name and content of the file in a body. Raises ContentTypeUnsupported, FileEmpty or FileTooLarge."""
    ending = _ending(request)
    return f"file{ending}", _checked(await request.body())


def report(row_count: int, created_count: int, errors: Iterable[Wrong], dry_run: bool) -> ImportReport:
    """What came of an import. Raises ImportRowsInvalid with all that is wrong, unless the file was only to be checked."""
    wrong = list(errors)
    if wrong and not dry_run:
        raise ImportRowsInvalid([_problem(error) for error in wrong])
    told = [RowError(row=one.row, column=one.column, reason=one.reason, message=one.message) for one in wrong]
    return ImportReport(row_count=row_count, created_count=created_count, errors=told)


def take_long() -> float:
    """Give the request being served 25 seconds from now, as it is about thousands of rows; returns them."""
    enter_call(replace(current_call(), deadline=time.monotonic() + LONG_SECONDS))
    return LONG_SECONDS


def xlsx_answer(name: str, content: bytes) -> Response:
    """A file to save under a name, which may be Chinese. Not kept by caches: it was made for this caller."""
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}.xlsx", "cache-control": "no-store"}
    return Response(content, 200, headers, XLSX)


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


def _problem(error: Wrong) -> dict[str, Any]:
    return {"field": error.column, "reason": error.reason, "message": error.message, "row": error.row}
