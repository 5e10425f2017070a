"""普法需求: what enterprises need to be taught, without a word of whose need it is; what no courseware answers is a gap."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import need_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.gateway import errors
from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of_content
from services.gateway.openapi import tells
from services.gateway.routes.courseware import AGENCY, ReasonIn
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.routes.project_schemas import UnitCode, Year
from services.gateway.schemas import NO_NUL, WHOLE, Asked, Id, In, NextPageToken, Out, Page, written
from services.gateway.sheets import (
    GIVES_XLSX,
    REFUSALS,
    TAKES_FILE,
    ImportQuery,
    ImportReport,
    report,
    sent_file,
    xlsx_answer,
)
from services.gateway.words import Words

router = APIRouter(prefix="/api/v1/needs", tags=["courseware"])
Reader = Annotated[Caller, Depends(allow(*AGENCY, *CENTRE, Role.ROLE_SUPERVISOR))]
Keeper = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR))]
NeedSourceWord = Literal["survey", "demand", "other"]
NEED_SOURCES = Words(pb.NeedSource)
NEED = "/{need_id}"
ShortCode = Annotated[str, Field(max_length=32, pattern=NO_NUL)]


class NeedIn(In):
    """一项普法需求。单位和类别至少写一项。"""

    unit_code: Annotated[ShortCode, Field(description="涉及的部门。The agency.")] = ""
    category_code: Annotated[ShortCode, Field(description="需求类别。The category of demands.")] = ""
    text: Annotated[str, written(500), Field(description="需要了解什么；不写是谁提出的。Nothing of whose it is.")]
    source: NeedSourceWord

    def message(self) -> pb.NeedDraft:
        """Raises ChoiceInvalid for a need that is about nothing."""
        if not self.unit_code and not self.category_code:
            raise errors.ChoiceInvalid("unit_code", "category_code")
        return pb.NeedDraft(
            unit_code=self.unit_code,
            category_code=self.category_code,
            text=self.text,
            source=NEED_SOURCES.number(self.source),
        )


class NewNeedIn(NeedIn):
    """某一年度的一项普法需求。"""

    year: Annotated[int, Field(ge=2021, le=2200, description="年度。The year."), WHOLE]


class NeedNarrowing(Asked):
    """What narrows the list and its file."""

    year: Year = 0
    unit: UnitCode = ""
    source: Annotated[NeedSourceWord | None, Field(description="来源。Where they come from.")] = None
    gaps: Annotated[bool, Field(description="只看还没有课件回应的。Only what no courseware answers.")] = False


class NeedQuery(NeedNarrowing, Page):
    """Which needs, and which page of them."""


class NeedOut(Out):
    """一项普法需求。"""

    id: Id
    serial: str
    year: int
    unit_code: str | None
    unit_name: str | None
    category_code: str | None
    text: str
    source: NeedSourceWord
    courseware_count: Annotated[int, Field(description="回应它的、审核通过的课件数；0 为缺口。0 is a gap.")]
    end_reason: str | None
    version: Annotated[int, Field(description="版本。The version, which the ETag begins with.")]


class Needs(Out):
    """One page, in the order in which they were added."""

    needs: list[NeedOut]
    next_page_token: NextPageToken


def _told(*reasons: str) -> dict[str, Any]:
    return tells("NEED_NOT_FOUND", "NEED_RETIRED", *reasons, idempotent=True, versioned=True, etag=True)


@router.get("", summary="普法需求", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_needs(query: Annotated[NeedQuery, Query()], caller: Reader) -> Needs:
    """Needs of a year; with `gaps` those that no approved or published courseware answers."""
    request = pb.ListNeedsRequest(
        year=query.year,
        unit_code=query.unit,
        source=NEED_SOURCES.number(query.source),
        gaps=query.gaps,
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.needs.ListNeeds(request)
    return Needs(needs=[_out(one) for one in answer.needs], next_page_token=answer.next_page_token)


@router.get(
    ".xlsx", response_class=Response, responses=GIVES_XLSX, summary="导出普法需求", openapi_extra=tells("EXPORT_TOO_LARGE")
)
async def export_needs(query: Annotated[NeedNarrowing, Query()], caller: Reader) -> Response:
    """The needs as XLSX, narrowed as the list is; the columns of the import come first. Who took it is kept."""
    source = NEED_SOURCES.number(query.source)
    request = pb.ExportNeedsRequest(year=query.year, unit_code=query.unit, source=source, gaps=query.gaps)
    return xlsx_answer(f"{query.year or '本'}年普法需求", (await caller.clients.needs.ExportNeeds(request)).content)


@router.post("/{year}/import", summary="导入普法需求", openapi_extra=tells(*REFUSALS) | TAKES_FILE)
async def import_needs(
    year: Annotated[int, Path(ge=2021, le=2200)],
    query: Annotated[ImportQuery, Query()],
    request: Request,
    caller: Keeper,
) -> ImportReport:
    """Add what an XLSX or CSV file says: 部门, 类别, 需求, 来源. The same file again changes nothing."""
    name, content = await sent_file(request)
    asked = pb.ImportNeedsRequest(year=year, file_name=name, content=content, dry_run=query.dry_run)
    answer = await caller.clients.needs.ImportNeeds(asked)
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)


@router.get(NEED, response_model=NeedOut, summary="一项普法需求", openapi_extra=tells("NEED_NOT_FOUND", etag=True))
async def get_need(need_id: UUID, caller: Reader) -> Response:
    """One need, and how many items answer it."""
    one = (await caller.clients.needs.GetNeed(pb.GetNeedRequest(need_id=str(need_id)))).need
    etag = _etag(one)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(one)


@router.post(
    "",
    status_code=201,
    response_model=NeedOut,
    summary="登记普法需求",
    openapi_extra=tells("CHOICE_INVALID", "UNIT_NOT_FOUND", "NEED_EXISTS", idempotent=True, etag=True),
)
async def add_need(body: NewNeedIn, caller: Keeper) -> Response:
    """Add a need of an agency's matters, of a category, or of both."""
    request = pb.AddNeedRequest(year=body.year, draft=body.message(), request_id=caller.heads.idempotency_key())
    return _answer((await caller.clients.needs.AddNeed(request)).need, 201)


@router.put(
    NEED,
    response_model=NeedOut,
    summary="修改普法需求",
    openapi_extra=_told("CHOICE_INVALID", "UNIT_NOT_FOUND", "NEED_EXISTS"),
)
async def update_need(need_id: UUID, body: NeedIn, caller: Keeper) -> Response:
    """Put a need better."""
    request = pb.UpdateNeedRequest(on=_on(need_id, caller), draft=body.message())
    return _answer((await caller.clients.needs.UpdateNeed(request)).need)


@router.post(f"{NEED}/retire", response_model=NeedOut, summary="停用普法需求", openapi_extra=_told())
async def retire_need(need_id: UUID, body: ReasonIn, caller: Keeper) -> Response:
    """It is no need any more; courseware that answers it keeps naming it."""
    request = pb.RetireNeedRequest(on=_on(need_id, caller), reason=body.reason)
    return _answer((await caller.clients.needs.RetireNeed(request)).need)


def _on(need_id: UUID, caller: Caller) -> pb.NeedPrecondition:
    """Which need, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.NeedPrecondition(need_id=str(need_id), expected_version=version, request_id=key)


def _etag(one: pb.Need) -> str:
    """How many items answer it changes without its version."""
    return etag_of_content(one.version, one.SerializeToString(deterministic=True))


def _answer(one: pb.Need, status: int = 200) -> Response:
    headers = {"etag": _etag(one), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/needs/{one.id}"} if status == 201 else {}
    return json_answer(_out(one), status, headers)


def _out(one: pb.Need) -> NeedOut:
    return NeedOut(
        id=one.id,
        serial=one.serial,
        year=one.year,
        unit_code=one.unit_code or None,
        unit_name=one.unit_name or None,
        category_code=one.category_code or None,
        text=one.text,
        source=NEED_SOURCES.of(one.source),
        courseware_count=one.courseware_count,
        end_reason=one.end_reason or None,
        version=one.version,
    )
