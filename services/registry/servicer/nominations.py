"""NominationService: whom the areas nominate, and what the supervisor decides."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import enterprise_pb2
from fahu.registry.v1 import nomination_service_pb2 as pb
from fahu.registry.v1.nomination_service_pb2_grpc import NominationServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of, number_of
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.personal import PersonalData
from services.registry.queries import nominations as queries
from services.registry.queries.nominations import NominationFilter, NominationView
from services.registry.rules import Level
from services.registry.rules.nominations import FILE, NominationDraft, NominationState, Nominator
from services.registry.service import nomination_files, nominations
from services.registry.service.errands import Errand
from services.registry.service.nominations import Content, Seen
from services.registry.servicer.encode import import_error, moment
from services.registry.servicer.programme import errand
from services.registry.servicer.sheets import nominations_sheet

Context = grpc.aio.ServicerContext[Any, Any]


class NominationServicer(NominationServiceServicer):
    """See proto/fahu/registry/v1/nomination_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, personal: PersonalData) -> None:
        self.db = database
        self.personal = personal

    async def CreateNomination(self, request: pb.CreateNominationRequest, context: Context) -> pb.CreateNominationResponse:
        content, actor = _content(request.content), actor_of(context)
        draft = NominationDraft(request.uscc, request.enterprise_name, content.level, content.nominator, content.reason)
        async with errand(self.db, self.personal, actor, request, request.request_id) as one:
            made = await nominations.create(one, request.year, draft)
            view = await queries.nomination(one.session, actor, made)
        return pb.CreateNominationResponse(nomination=_nomination(view))

    async def UpdateNomination(self, request: pb.UpdateNominationRequest, context: Context) -> pb.UpdateNominationResponse:
        content = _content(request.content)

        async def change(one: Errand, nomination_id: UUID) -> None:
            await nominations.update(one, nomination_id, request.on.expected_version, content)

        return pb.UpdateNominationResponse(nomination=await self._change(request, request.on, context, change))

    async def SubmitNomination(self, request: pb.SubmitNominationRequest, context: Context) -> pb.SubmitNominationResponse:
        async def change(one: Errand, nomination_id: UUID) -> None:
            await nominations.submit(one, nomination_id, request.on.expected_version)

        return pb.SubmitNominationResponse(nomination=await self._change(request, request.on, context, change))

    async def WithdrawNomination(
        self, request: pb.WithdrawNominationRequest, context: Context
    ) -> pb.WithdrawNominationResponse:
        async def change(one: Errand, nomination_id: UUID) -> None:
            await nominations.withdraw(one, nomination_id, request.on.expected_version, request.reason.strip())

        return pb.WithdrawNominationResponse(nomination=await self._change(request, request.on, context, change))

    async def AcceptNomination(self, request: pb.AcceptNominationRequest, context: Context) -> pb.AcceptNominationResponse:
        async def change(one: Errand, nomination_id: UUID) -> None:
            await nominations.accept(one, nomination_id, request.on.expected_version)

        return pb.AcceptNominationResponse(nomination=await self._change(request, request.on, context, change))

    async def AcceptNominations(
        self, request: pb.AcceptNominationsRequest, context: Context
    ) -> pb.AcceptNominationsResponse:
        actor, wanted = actor_of(context), [Seen(UUID(one.id), one.version) for one in request.nominations]
        async with errand(self.db, self.personal, actor, request, request.request_id) as one:
            await nominations.accept_all(one, wanted)
            ids = [seen.nomination_id for seen in wanted]
            views = await queries.nominations_by_id(one.session, actor, ids)
        return pb.AcceptNominationsResponse(nominations=[_nomination(views[nomination_id]) for nomination_id in ids])

    async def RejectNomination(self, request: pb.RejectNominationRequest, context: Context) -> pb.RejectNominationResponse:
        async def change(one: Errand, nomination_id: UUID) -> None:
            await nominations.reject(one, nomination_id, request.on.expected_version, request.reason.strip())

        return pb.RejectNominationResponse(nomination=await self._change(request, request.on, context, change))

    async def GetNomination(self, request: pb.GetNominationRequest, context: Context) -> pb.GetNominationResponse:
        async with self.db.read() as session:
            view = await queries.nomination(session, actor_of(context), UUID(request.nomination_id))
        return pb.GetNominationResponse(nomination=_nomination(view))

    async def ListNominations(self, request: pb.ListNominationsRequest, context: Context) -> pb.ListNominationsResponse:
        state, level = name_of(pb.NominationState, request.state), name_of(enterprise_pb2.Level, request.level)
        wanted = NominationFilter(
            request.year,
            request.area_code,
            NominationState(state) if state else None,
            Level(level) if level else None,
        )
        async with self.db.read() as session:
            views, token = await queries.nominations_page(
                session, actor_of(context), wanted, request.page_size, request.page_token
            )
        return pb.ListNominationsResponse(nominations=map(_nomination, views), next_page_token=token)

    async def ImportNominations(
        self, request: pb.ImportNominationsRequest, context: Context
    ) -> pb.ImportNominationsResponse:
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, FILE)
        async with errand(self.db, self.personal, actor_of(context), request, "") as one:
            outcome = await nomination_files.import_nominations(one, request.year, rows, request.dry_run)
        errors = [import_error(error) for error in outcome.errors]
        return pb.ImportNominationsResponse(row_count=outcome.row_count, created_count=outcome.created_count, errors=errors)

    async def ExportNominations(
        self, request: pb.ExportNominationsRequest, context: Context
    ) -> pb.ExportNominationsResponse:
        async with errand(self.db, self.personal, actor_of(context), request, "") as one:
            views = await nominations.export(one, request.year)
        content = await asyncio.to_thread(nominations_sheet, request.year, views)
        return pb.ExportNominationsResponse(content=content)

    async def _change(
        self,
        request: Message,
        on: pb.NominationPrecondition,
        context: Context,
        use_case: Callable[[Errand, UUID], Awaitable[None]],
    ) -> pb.Nomination:
        """One change of a nomination, from its lock to reading it back."""
        actor, nomination_id = actor_of(context), UUID(on.nomination_id)
        async with errand(self.db, self.personal, actor, request, on.request_id) as one:
            await use_case(one, nomination_id)
            return _nomination(await queries.nomination(one.session, actor, nomination_id))


def _content(given: pb.NominationContent) -> Content:
    level = Level(name_of(enterprise_pb2.Level, given.level))
    return Content(level, Nominator(name_of(pb.Nominator, given.nominator)), given.reason.strip())


def _nomination(view: NominationView) -> pb.Nomination:
    row, enterprise = view.nomination, view.enterprise
    return pb.Nomination(
        id=str(row.id),
        year=row.year,
        enterprise_id=str(enterprise.id),
        uscc=enterprise.uscc,
        enterprise_name=enterprise.name,
        area_code=row.area_code,
        area_name=view.area_name,
        nominator=number_of(pb.Nominator, row.nominator),
        level=number_of(enterprise_pb2.Level, row.level),
        reason=row.reason,
        state=number_of(pb.NominationState, row.state),
        seat_no=row.seat_no or 0,
        suggested=row.suggested,
        created_by=str(row.created_by),
        created_at=moment(row.created_at),
        submitted_at=moment(row.submitted_at) if row.submitted_at else None,
        ended_by=str(row.ended_by) if row.ended_by else "",
        ended_at=moment(row.ended_at) if row.ended_at else None,
        ended_reason=row.ended_reason or "",
        version=row.version,
    )
