"""InvitationService: the census, personal links, reminders, and how far a survey has come."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import invitation_service_pb2, invitation_service_pb2_grpc
from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit.calendar import BEIJING
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.personal import PersonalData
from services.registry.queries import cohorts as cohort_queries
from services.registry.queries import invitations as queries
from services.registry.queries import surveys as survey_queries
from services.registry.queries.invitations import InvitationView, Status
from services.registry.rules import census as census_rules
from services.registry.rules.surveys import INDUSTRIES, may_remind_on
from services.registry.service import audit, census, invitations
from services.registry.service.audit import Retry
from services.registry.service.invitations import Link
from services.registry.servicer import encode

pb = invitation_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]
STATUSES = {
    pb.INVITATION_STATUS_UNSPECIFIED: Status.ALL,
    pb.INVITATION_STATUS_ANSWERED: Status.ANSWERED,
    pb.INVITATION_STATUS_OUTSTANDING: Status.OUTSTANDING,
    pb.INVITATION_STATUS_TO_REMIND: Status.TO_REMIND,
}
LINK_COLUMNS = ("统一社会信用代码", "企业名称", "街镇(园区)", "问卷链接", "第几次生成")
STATUS_COLUMNS = (
    *("统一社会信用代码", "企业名称", "街镇(园区)", "行业", "联系点", "发出日期", "打开日期", "是否提交"),
    *("第一次提醒", "第二次提醒", "第三次提醒", "可提醒日期"),
)


class InvitationServicer(invitation_service_pb2_grpc.InvitationServiceServicer):
    """`link` is what personal links begin with; the secret follows behind it."""

    def __init__(self, db: Database, personal: PersonalData, link: str) -> None:
        self.db = db
        self.personal = personal
        self.link = link

    async def ImportCensus(self, request: pb.ImportCensusRequest, context: Context) -> pb.ImportCensusResponse:
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, census_rules.FILE)
        async with self.db.begin() as session:
            outcome = await census.import_census(
                session, actor_of(context), request.year, rows, datetime.now(UTC), request.dry_run
            )
        errors = [encode.import_error(error) for error in outcome.errors]
        return pb.ImportCensusResponse(row_count=outcome.row_count, changed_count=outcome.created_count, errors=errors)

    async def ExportCensus(self, request: pb.ExportCensusRequest, context: Context) -> pb.ExportCensusResponse:
        actor, year = actor_of(context), request.year
        async with self.db.begin() as session:
            names = await _area_names(session, year)
            found = await queries.census(session, actor, year, request.area_code)
            await audit.record(session, actor, "CENSUS_EXPORTED", f"census/{year}", datetime.now(UTC))
        rows = [
            (one.uscc, one.name, names.get(one.area_code, ""), INDUSTRIES.get(one.industry or ""), "是") for one in found
        ]
        content = await asyncio.to_thread(spreadsheet.write_rows, "规上企业", census_rules.COLUMNS, rows)
        return pb.ExportCensusResponse(content=content, row_count=len(rows))

    async def MakeInvitations(self, request: pb.MakeInvitationsRequest, context: Context) -> pb.MakeInvitationsResponse:
        async with self.db.begin() as session:
            survey, links = await invitations.make_invitations(
                session,
                actor_of(context),
                UUID(request.survey_id),
                request.area_code,
                request.renew,
                self._retry(request, request.request_id),
                datetime.now(UTC),
            )
            names = await _area_names(session, survey.year)
        content = await asyncio.to_thread(self._link_sheet, links, names)
        return pb.MakeInvitationsResponse(content=content, link_count=len(links))

    async def RemakeLink(self, request: pb.RemakeLinkRequest, context: Context) -> pb.RemakeLinkResponse:
        async with self.db.begin() as session:
            token, number = await invitations.remake_link(
                session,
                actor_of(context),
                UUID(request.survey_id),
                UUID(request.enterprise_id),
                self._retry(request, request.request_id),
                datetime.now(UTC),
            )
        return pb.RemakeLinkResponse(link=self.link + token, link_number=number)

    async def ListInvitations(self, request: pb.ListInvitationsRequest, context: Context) -> pb.ListInvitationsResponse:
        status, today = STATUSES[request.status], datetime.now(BEIJING).date()
        async with self.db.read() as session:
            survey = (await survey_queries.survey_view(session, UUID(request.survey_id))).survey
            views, token = await queries.invitations_page(
                session, actor_of(context), survey, request.area_code, status, today, request.page_size, request.page_token
            )
        return pb.ListInvitationsResponse(invitations=[_invitation(view) for view in views], next_page_token=token)

    async def ExportInvitations(
        self, request: pb.ExportInvitationsRequest, context: Context
    ) -> pb.ExportInvitationsResponse:
        actor, now = actor_of(context), datetime.now(BEIJING)
        async with self.db.begin() as session:
            survey = (await survey_queries.survey_view(session, UUID(request.survey_id))).survey
            views = await queries.all_invitations(
                session, actor, survey, request.area_code, STATUSES[request.status], now.date()
            )
            names = await _area_names(session, survey.year)
            await audit.record(session, actor, "INVITATIONS_EXPORTED", f"survey/{survey.id}", now)
        rows = [_status_row(view, names) for view in views]
        content = await asyncio.to_thread(spreadsheet.write_rows, "邀请情况", STATUS_COLUMNS, rows)
        return pb.ExportInvitationsResponse(content=content, row_count=len(rows))

    async def RemindInvited(self, request: pb.RemindInvitedRequest, context: Context) -> pb.RemindInvitedResponse:
        async with self.db.begin() as session:
            done = await invitations.remind_invited(
                session,
                actor_of(context),
                UUID(request.survey_id),
                request.area_code,
                [UUID(one) for one in request.enterprise_ids],
                self._retry(request, request.request_id),
                datetime.now(UTC),
            )
        return pb.RemindInvitedResponse(reminded_count=done.noted, told_count=done.told)

    async def GetProgress(self, request: pb.GetProgressRequest, context: Context) -> pb.GetProgressResponse:
        async with self.db.read() as session:
            survey = (await survey_queries.survey_view(session, UUID(request.survey_id))).survey
            found = await queries.progress(session, actor_of(context), survey)
        cells = [
            pb.ProgressCell(
                area_code=cell.area_code,
                industry=cell.industry or "",
                population=cell.population,
                sent=cell.sent,
                opened=cell.opened,
                answered=cell.answered,
            )
            for cell in found
        ]
        return pb.GetProgressResponse(cells=cells)

    def _retry(self, request: Message, request_id: str) -> Retry:
        return Retry(request_id, self.personal.request_mark(fingerprint(request)))

    def _link_sheet(self, links: Sequence[Link], names: dict[str, str]) -> bytes:
        rows = [(one.uscc, one.name, names.get(one.area_code, ""), self.link + one.token, one.number) for one in links]
        return spreadsheet.write_rows("问卷链接", LINK_COLUMNS, rows)


async def _area_names(session: AsyncSession, year: int) -> dict[str, str]:
    """The last name that each area bears in a year."""
    return {area.code: area.names[-1] for area in await cohort_queries.areas_of_year(session, year)}


def _may_remind(view: InvitationView) -> date | None:
    """The first day for the next reminder; none for who has answered or was reminded three times."""
    return None if view.answered else may_remind_on(view.reminded)


def _invitation(view: InvitationView) -> pb.Invitation:
    one, first = view.invitation, _may_remind(view)
    return pb.Invitation(
        enterprise_id=str(one.enterprise_id),
        uscc=view.uscc,
        enterprise_name=view.name,
        area_code=one.area_code,
        industry=view.industry or "",
        liaison_point=view.liaison_point,
        sent_on=one.sent_on.isoformat(),
        opened_on=one.opened_on.isoformat() if one.opened_on else "",
        answered=view.answered,
        reminded_on=[day.isoformat() for day in view.reminded],
        may_remind_on=max(first, one.sent_on).isoformat() if first else "",
        link_number=one.link_number,
    )


def _status_row(view: InvitationView, names: dict[str, str]) -> tuple[object, ...]:
    one, first = view.invitation, _may_remind(view)
    reminded = [*view.reminded, None, None, None][:3]
    return (
        *(view.uscc, view.name, names.get(one.area_code, ""), INDUSTRIES.get(view.industry or "", "")),
        *(view.liaison_point, one.sent_on, one.opened_on, view.answered, *reminded),
        max(first, one.sent_on) if first else None,
    )
