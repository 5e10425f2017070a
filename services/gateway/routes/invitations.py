"""规上企业名单、问卷链接和提醒: who is asked in a survey, and who has not answered (notice 三（一）1)."""

from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import invitation_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.openapi import tells
from services.gateway.schemas import UNIQUE, AreaCode, Asked, GivenId, Id, In, NextPageToken, Out, Page
from services.gateway.sheets import (
    GIVES_XLSX,
    REFUSALS,
    TAKES_FILE,
    ImportQuery,
    ImportReport,
    report,
    sent_file,
    take_long,
    xlsx_answer,
)
from services.gateway.words import Words

router = APIRouter(prefix="/api/v1", tags=["surveys"])
SURVEY = "/surveys/{survey_id}"
Reader = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Inviter = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD, Role.ROLE_AREA_OFFICER))]
Importer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]
CensusYear = Annotated[int, Path(ge=2021, le=2200)]
InvitationStatusWord = Literal["answered", "outstanding", "to_remind"]
INVITATION_STATUSES = Words(pb.InvitationStatus)


class AreaQuery(Asked):
    """Which area."""

    area: AreaCode = ""


class InvitationFilter(AreaQuery):
    """Which of the invited."""

    status: Annotated[
        InvitationStatusWord | None,
        Field(description="已提交、未提交，或未提交且今天可以提醒。Answered, not, or to be reminded today."),
    ] = None


class InvitationQuery(Page, InvitationFilter):
    """Which of the invited, page by page."""


class InvitationsIn(In):
    """邀请谁。"""

    area_code: AreaCode = ""
    renew: Annotated[bool, Field(description="没有打开过的链接也重新生成，旧的作废。Unopened ones are made anew.")] = False


class RemindersIn(In):
    """提醒谁。"""

    area_code: AreaCode = ""
    enterprise_ids: Annotated[
        list[GivenId],
        Field(
            default_factory=list,
            max_length=200,
            json_schema_extra=UNIQUE,
            description="空为今天可以提醒的所有企业。Empty for all who may be.",
        ),
    ]


class InvitationOut(Out):
    """一家被邀请的企业。"""

    enterprise_id: Id
    uscc: str
    enterprise_name: str
    area_code: str
    industry: Annotated[str | None, Field(description="国民经济行业分类的门类。Letter of its 门类 in GB/T 4754.")]
    liaison_point: bool
    sent_on: str
    opened_on: str | None
    answered: Annotated[bool, Field(description="甲部分已提交。Part A is handed in.")]
    reminded_on: list[str]
    may_remind_on: Annotated[str | None, Field(description="最早哪天可以提醒；空为不再提醒。First day for a reminder.")]
    link_number: Annotated[int, Field(description="现在用的是第几个链接。Which link is the present one.")]


class Invitations(Out):
    """One page, by area and name."""

    invitations: list[InvitationOut]
    next_page_token: NextPageToken


class LinkOut(Out):
    """新的链接，只显示这一次。"""

    link: str
    link_number: int


class RemindersOut(Out):
    """记下了多少次提醒。"""

    reminded_count: int
    told_count: Annotated[int, Field(description="其中由平台发消息的；其余请电话或短信提醒。Told by the platform itself.")]


class ProgressCellOut(Out):
    """一个区域一个行业的进度。"""

    area_code: str
    industry: str | None
    population: int
    sent: int
    opened: int
    answered: int


class Progress(Out):
    """进度，按区域和行业。"""

    cells: list[ProgressCellOut]


@router.post("/censuses/{year}/import", summary="导入规上企业名单", openapi_extra=tells(*REFUSALS) | TAKES_FILE)
async def import_census(
    year: CensusYear, query: Annotated[ImportQuery, Query()], request: Request, caller: Importer
) -> ImportReport:
    """Import an XLSX or CSV file, at most 2 MiB, sent as the body. Importing the same file again changes nothing."""
    name, content = await sent_file(request)
    answer = await caller.clients.invitations.ImportCensus(
        pb.ImportCensusRequest(year=year, file_name=name, content=content, dry_run=query.dry_run), timeout=take_long()
    )
    return report(answer.row_count, answer.changed_count, answer.errors, query.dry_run)


@router.get(
    "/censuses/{year}/export",
    summary="导出规上企业名单",
    response_class=Response,
    responses=GIVES_XLSX,
    openapi_extra=tells(),
)
async def export_census(year: CensusYear, query: Annotated[AreaQuery, Query()], caller: Reader) -> Response:
    """The above-scale enterprises of a year, or of an area. Kept in the audit."""
    request = pb.ExportCensusRequest(year=year, area_code=query.area)
    answer = await caller.clients.invitations.ExportCensus(request, timeout=take_long())
    return xlsx_answer(f"{year}年规上企业名单", answer.content)


@router.post(
    f"{SURVEY}/invitations",
    summary="生成问卷链接",
    response_class=Response,
    responses=GIVES_XLSX,
    openapi_extra=tells(*("SURVEY_NOT_FOUND", "SURVEY_WRONG_STATE", "SURVEY_AREA_NOT_FOUND", "LINKS_TOLD"), idempotent=True),
)
async def make_invitations(survey_id: UUID, body: InvitationsIn, caller: Inviter) -> Response:
    """Invite whoever is not invited yet. The file holds the links that this call made, and shows them this once."""
    request = pb.MakeInvitationsRequest(
        survey_id=str(survey_id),
        area_code=body.area_code,
        renew=body.renew,
        request_id=caller.heads.idempotency_key(),
    )
    answer = await caller.clients.invitations.MakeInvitations(request, timeout=take_long())
    return xlsx_answer("问卷链接", answer.content)


@router.get(f"{SURVEY}/invitations", summary="邀请情况", openapi_extra=tells("SURVEY_NOT_FOUND", "PAGE_TOKEN_INVALID"))
async def list_invitations(survey_id: UUID, query: Annotated[InvitationQuery, Query()], caller: Reader) -> Invitations:
    """Who is asked, who has answered and who may be reminded; an area officer sees those of its area."""
    request = pb.ListInvitationsRequest(
        survey_id=str(survey_id),
        area_code=query.area,
        status=INVITATION_STATUSES.number(query.status),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.invitations.ListInvitations(request)
    found = [_invitation(one) for one in answer.invitations]
    return Invitations(invitations=found, next_page_token=answer.next_page_token)


@router.get(
    f"{SURVEY}/invitations/export",
    summary="导出邀请情况",
    response_class=Response,
    responses=GIVES_XLSX,
    openapi_extra=tells("SURVEY_NOT_FOUND"),
)
async def export_invitations(survey_id: UUID, query: Annotated[InvitationFilter, Query()], caller: Reader) -> Response:
    """The same as a file; with status=to_remind the list for telephoning. Kept in the audit."""
    status = INVITATION_STATUSES.number(query.status)
    request = pb.ExportInvitationsRequest(survey_id=str(survey_id), area_code=query.area, status=status)
    answer = await caller.clients.invitations.ExportInvitations(request, timeout=take_long())
    return xlsx_answer("问卷邀请情况", answer.content)


@router.post(
    f"{SURVEY}/invitations/{{enterprise_id}}/link",
    summary="重新生成一家企业的链接",
    openapi_extra=tells(
        *("SURVEY_NOT_FOUND", "INVITATION_NOT_FOUND", "SURVEY_WRONG_STATE", "SURVEY_ANSWERED_ALREADY", "LINKS_TOLD"),
        idempotent=True,
    ),
)
async def remake_link(survey_id: UUID, enterprise_id: UUID, caller: Inviter) -> LinkOut:
    """Another link for one enterprise, shown this once. The old one is void with its draft; none once part A is in."""
    key = caller.heads.idempotency_key()
    request = pb.RemakeLinkRequest(survey_id=str(survey_id), enterprise_id=str(enterprise_id), request_id=key)
    answer = await caller.clients.invitations.RemakeLink(request)
    return LinkOut(link=answer.link, link_number=answer.link_number)


@router.post(
    f"{SURVEY}/reminders",
    summary="提醒尚未提交的企业",
    openapi_extra=tells(
        *("SURVEY_NOT_FOUND", "SURVEY_WRONG_STATE", "SURVEY_AREA_NOT_FOUND", "INVITATION_NOT_FOUND", "REMINDER_NOT_DUE"),
        idempotent=True,
    ),
)
async def remind_invited(survey_id: UUID, body: RemindersIn, caller: Inviter) -> RemindersOut:
    """Note a reminder of today, and have the contacts of liaison points told. Three at most, three days apart."""
    request = pb.RemindInvitedRequest(
        survey_id=str(survey_id),
        area_code=body.area_code,
        enterprise_ids=[str(one) for one in body.enterprise_ids],
        request_id=caller.heads.idempotency_key(),
    )
    answer = await caller.clients.invitations.RemindInvited(request, timeout=take_long())
    return RemindersOut(reminded_count=answer.reminded_count, told_count=answer.told_count)


@router.get(f"{SURVEY}/progress", summary="问卷进度", openapi_extra=tells("SURVEY_NOT_FOUND"))
async def get_progress(survey_id: UUID, caller: Reader) -> Progress:
    """How many were asked, opened their link and answered, by area and industry."""
    answer = await caller.clients.invitations.GetProgress(pb.GetProgressRequest(survey_id=str(survey_id)))
    return Progress(cells=[_cell(one) for one in answer.cells])


def _invitation(one: pb.Invitation) -> InvitationOut:
    return InvitationOut(
        enterprise_id=one.enterprise_id,
        uscc=one.uscc,
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        industry=one.industry or None,
        liaison_point=one.liaison_point,
        sent_on=one.sent_on,
        opened_on=one.opened_on or None,
        answered=one.answered,
        reminded_on=list(one.reminded_on),
        may_remind_on=one.may_remind_on or None,
        link_number=one.link_number,
    )


def _cell(one: pb.ProgressCell) -> ProgressCellOut:
    names = ("population", "sent", "opened", "answered")
    counts = {name: getattr(one, name) for name in names}
    return ProgressCellOut(area_code=one.area_code, industry=one.industry or None, **counts)
