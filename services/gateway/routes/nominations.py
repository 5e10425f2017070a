"""推荐: whom towns and parks, and their chambers of commerce, nominate as liaison points of a year (notice 三（一）2)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import nomination_service_pb2 as pb
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.cohort_schemas import FirstYear
from services.gateway.routes.cohorts import Overseer, Supervisor, Year
from services.gateway.routes.enterprises import LEVELS, LevelWord
from services.gateway.schemas import NO_NUL, WHOLE, AreaCode, Asked, Id, In, NextPageToken, Out, Page, remark, written
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
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["cohorts"])
Officer = Annotated[Caller, Depends(allow(Role.ROLE_AREA_OFFICER))]
NominatorWord = Literal["area", "chamber"]
NominationStateWord = Literal["draft", "submitted", "accepted", "rejected", "withdrawn"]
NOMINATORS, STATES = Words(pb.Nominator), Words(pb.NominationState)
LIST, ONE = "/nominations", "/nominations/{nomination_id}"
Uscc = Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL, description="统一社会信用代码。")]
EnterpriseName = Annotated[
    str, Field(max_length=200, pattern=NO_NUL, description="企业名称；平台已有的企业可不填。May be left out if known.")
]


class ContentIn(In):
    """What the area says of an enterprise."""

    level: LevelWord
    nominator: Annotated[NominatorWord, Field(description="街镇（园区）或其商会。The office, or the chamber.")] = "area"
    reason: Annotated[str, remark(1000)] = ""

    def message(self) -> pb.NominationContent:
        nominator = NOMINATORS.number(self.nominator)
        return pb.NominationContent(level=LEVELS.number(self.level), nominator=nominator, reason=self.reason)


class NominationIn(ContentIn):
    """Whom the caller's area nominates for a year."""

    year: Annotated[FirstYear, WHOLE]
    uscc: Uscc
    enterprise_name: EnterpriseName = ""


class ReasonIn(In):
    """Why."""

    reason: Annotated[str, written(500)]


class NominationQuery(Page):
    """Which nominations."""

    year: FirstYear
    area: AreaCode = ""
    nomination_state: NominationStateWord | None = None
    level: LevelWord | None = None


class NominationOut(Out):
    """一条推荐。"""

    id: Id
    year: int
    enterprise_id: Id
    uscc: str
    enterprise_name: str
    area_code: str
    area_name: Annotated[str, Field(description="该年度的名称。As it was called in that year.")]
    nominator: NominatorWord
    level: LevelWord
    reason: str
    state: NominationStateWord
    seat_no: Annotated[int | None, Field(description="区级席位，通过后才有。Of district level, once accepted.")]
    suggested: Annotated[bool, Field(description="因上一年度为联系点而生成。Made because of last year.")]
    created_by: Id
    created_at: datetime
    submitted_at: datetime | None
    ended_by: Annotated[str | None, Field(description="否决或撤回的人。Who rejected it or took it back.")]
    ended_at: datetime | None
    ended_reason: str | None
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]


class Nominations(Out):
    """One page, by area."""

    nominations: list[NominationOut]
    next_page_token: NextPageToken


def _changes(*reasons: str) -> dict[str, Any]:
    own = ("NOMINATION_NOT_FOUND", "NOMINATION_WRONG_STATE", "COHORT_WRONG_STATE", *reasons)
    return tells(*own, idempotent=True, versioned=True, etag=True)


@router.get(LIST, summary="推荐列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_nominations(query: Annotated[NominationQuery, Query()], caller: Overseer) -> Nominations:
    """The nominations of a year by area. An area officer sees its own area's."""
    request = pb.ListNominationsRequest(
        year=query.year,
        area_code=query.area,
        state=STATES.number(query.nomination_state),
        level=LEVELS.number(query.level),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.nominations.ListNominations(request)
    found = [nomination_out(one) for one in answer.nominations]
    return Nominations(nominations=found, next_page_token=answer.next_page_token)


@router.post(
    LIST,
    status_code=201,
    response_model=NominationOut,
    summary="新建推荐",
    openapi_extra=tells(
        "COHORT_NOT_FOUND",
        "COHORT_WRONG_STATE",
        "AREA_NOT_IN_COHORT",
        "USCC_INVALID",
        "ENTERPRISE_NAME_MISSING",
        "ENTERPRISE_NAME_DIFFERS",
        "NOMINATION_WRONG_AREA",
        "NOMINATION_EXISTS",
        idempotent=True,
        etag=True,
    ),
)
async def create_nomination(body: NominationIn, caller: Officer) -> Response:
    """Draft a nomination of an enterprise of the caller's own area, for the office or for the chamber of commerce."""
    request = pb.CreateNominationRequest(
        year=body.year,
        uscc=body.uscc,
        enterprise_name=body.enterprise_name,
        content=body.message(),
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.nominations.CreateNomination(request)).nomination, 201)


@router.get(ONE, response_model=NominationOut, summary="一条推荐", openapi_extra=tells("NOMINATION_NOT_FOUND", etag=True))
async def get_nomination(nomination_id: UUID, caller: Overseer) -> Response:
    """One nomination."""
    request = pb.GetNominationRequest(nomination_id=str(nomination_id))
    found = (await caller.clients.nominations.GetNomination(request)).nomination
    etag = etag_of(found.version)
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else _answer(found)


@router.put(ONE, response_model=NominationOut, summary="修改推荐草稿", openapi_extra=_changes())
async def update_nomination(nomination_id: UUID, body: ContentIn, caller: Officer) -> Response:
    """Write a draft anew."""
    request = pb.UpdateNominationRequest(on=_on(nomination_id, caller), content=body.message())
    return _answer((await caller.clients.nominations.UpdateNomination(request)).nomination)


@router.post(f"{ONE}/submit", response_model=NominationOut, summary="提交推荐", openapi_extra=_changes())
async def submit_nomination(nomination_id: UUID, caller: Officer) -> Response:
    """Hand a draft in."""
    request = pb.SubmitNominationRequest(on=_on(nomination_id, caller))
    return _answer((await caller.clients.nominations.SubmitNomination(request)).nomination)


@router.post(f"{ONE}/withdraw", response_model=NominationOut, summary="撤回推荐", openapi_extra=_changes())
async def withdraw_nomination(nomination_id: UUID, body: ReasonIn, caller: Officer) -> Response:
    """Take a nomination back until the list is published, an accepted one too."""
    request = pb.WithdrawNominationRequest(on=_on(nomination_id, caller), reason=body.reason)
    return _answer((await caller.clients.nominations.WithdrawNomination(request)).nomination)


@router.post(f"{ONE}/accept", response_model=NominationOut, summary="通过推荐", openapi_extra=_changes("SEATS_TAKEN"))
async def accept_nomination(nomination_id: UUID, caller: Supervisor) -> Response:
    """Accept a nomination. One of district level takes the lowest free seat of its area."""
    request = pb.AcceptNominationRequest(on=_on(nomination_id, caller))
    return _answer((await caller.clients.nominations.AcceptNomination(request)).nomination)


@router.post(f"{ONE}/reject", response_model=NominationOut, summary="否决推荐", openapi_extra=_changes())
async def reject_nomination(nomination_id: UUID, body: ReasonIn, caller: Supervisor) -> Response:
    """Reject a nomination that was handed in, or accepted before."""
    request = pb.RejectNominationRequest(on=_on(nomination_id, caller), reason=body.reason)
    return _answer((await caller.clients.nominations.RejectNomination(request)).nomination)


@router.post(
    "/cohorts/{year}/nominations/import",
    summary="导入推荐",
    openapi_extra=tells(*REFUSALS, "COHORT_NOT_FOUND", "COHORT_WRONG_STATE", "AREA_NOT_IN_COHORT") | TAKES_FILE,
)
async def import_nominations(
    year: Year, query: Annotated[ImportQuery, Query()], request: Request, caller: Officer
) -> ImportReport:
    """Hand in the nominations of the caller's area from an XLSX or CSV file of at most 2 MiB: all or none."""
    name, content = await sent_file(request)
    answer = await caller.clients.nominations.ImportNominations(
        pb.ImportNominationsRequest(year=year, file_name=name, content=content, dry_run=query.dry_run)
    )
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)


@router.get(
    "/cohorts/{year}/nominations/export",
    response_class=Response,
    responses=GIVES_XLSX,
    summary="导出推荐",
    openapi_extra=tells("COHORT_NOT_FOUND"),
)
async def export_nominations(year: Year, query: Annotated[Asked, Query()], caller: Overseer) -> Response:
    """The nominations of a year as a workbook; written to the audit."""
    answer = await caller.clients.nominations.ExportNominations(pb.ExportNominationsRequest(year=year))
    return xlsx_answer(f"{year}年联系点推荐", answer.content)


def _on(nomination_id: UUID, caller: Caller) -> pb.NominationPrecondition:
    """Which nomination, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.NominationPrecondition(nomination_id=str(nomination_id), expected_version=version, request_id=key)


def _answer(one: pb.Nomination, status: int = 200) -> Response:
    headers = {"etag": etag_of(one.version), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/nominations/{one.id}"} if status == 201 else {}
    return Response(nomination_out(one).model_dump_json(), status, headers, "application/json")


def nomination_out(one: pb.Nomination) -> NominationOut:
    return NominationOut(
        id=one.id,
        year=one.year,
        enterprise_id=one.enterprise_id,
        uscc=one.uscc,
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        area_name=one.area_name,
        nominator=NOMINATORS.of(one.nominator),
        level=LEVELS.of(one.level),
        reason=one.reason,
        state=STATES.of(one.state),
        seat_no=one.seat_no or None,
        suggested=one.suggested,
        created_by=one.created_by,
        created_at=moment_of(one.created_at),
        submitted_at=moment(one, "submitted_at"),
        ended_by=one.ended_by or None,
        ended_at=moment(one, "ended_at"),
        ended_reason=one.ended_reason or None,
        version=one.version,
    )
