"""ConsultationService: sessions from their plan to their end, and what each quarter still owes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import consultation_pb2 as pb
from fahu.courses.v1 import consultation_service_pb2 as rpc
from fahu.courses.v1.consultation_service_pb2_grpc import ConsultationServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of, number_of
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import consultations as queries
from services.courses.queries.consultations import ConsultationFilter, ConsultationView
from services.courses.queries.quarters import quarters
from services.courses.rules.consultations import ConsultationTerms, Quarter, serial_of
from services.courses.service import consultations, exports
from services.courses.service.consultations import ConsultationDraft, Seen
from services.courses.service.errands import Errand
from services.courses.servicer import sheets
from services.courses.servicer.edge import errand, moment, moment_of, now, stamp, year_or_this

UseCase = Callable[[Errand, Seen], Awaitable[None]]


class ConsultationServicer(ConsultationServiceServicer):
    """See proto/fahu/courses/v1/consultation_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, terms: ConsultationTerms) -> None:
        self.db = db
        self.terms = terms

    async def ListConsultations(self, request: rpc.ListConsultationsRequest, context: Any) -> rpc.ListConsultationsResponse:
        wanted = _filter(request)
        async with self.db.read() as session:
            views, token = await queries.consultations_page(
                session, actor_of(context), wanted, now(), request.page_size, request.page_token
            )
        return rpc.ListConsultationsResponse(consultations=map(consultation, views), next_page_token=token)

    async def GetConsultation(self, request: rpc.GetConsultationRequest, context: Any) -> rpc.GetConsultationResponse:
        async with self.db.read() as session:
            view = await queries.consultation_view(session, actor_of(context), UUID(request.consultation_id))
        return rpc.GetConsultationResponse(consultation=consultation(view))

    async def PlanConsultation(self, request: rpc.PlanConsultationRequest, context: Any) -> rpc.PlanConsultationResponse:
        actor = actor_of(context)
        async with errand(self.db, actor, request, request.request_id) as begun:
            consultation_id = await consultations.plan(begun, _draft(request.draft))
            view = await queries.consultation_view(begun.session, actor, consultation_id)
        return rpc.PlanConsultationResponse(consultation=consultation(view))

    async def UpdateConsultation(
        self, request: rpc.UpdateConsultationRequest, context: Any
    ) -> rpc.UpdateConsultationResponse:
        use_case = partial(consultations.update, draft=_draft(request.draft))
        return rpc.UpdateConsultationResponse(consultation=await self._change(request, request.on, context, use_case))

    async def AnnounceConsultation(
        self, request: rpc.AnnounceConsultationRequest, context: Any
    ) -> rpc.AnnounceConsultationResponse:
        use_case = partial(consultations.announce, terms=self.terms)
        return rpc.AnnounceConsultationResponse(consultation=await self._change(request, request.on, context, use_case))

    async def CancelConsultation(
        self, request: rpc.CancelConsultationRequest, context: Any
    ) -> rpc.CancelConsultationResponse:
        use_case = partial(consultations.cancel, reason=request.reason.strip())
        return rpc.CancelConsultationResponse(consultation=await self._change(request, request.on, context, use_case))

    async def HoldConsultation(self, request: rpc.HoldConsultationRequest, context: Any) -> rpc.HoldConsultationResponse:
        found = await self._change(request, request.on, context, consultations.hold)
        return rpc.HoldConsultationResponse(consultation=found)

    async def ListQuarters(self, request: rpc.ListQuartersRequest, context: Any) -> rpc.ListQuartersResponse:
        year, due = year_or_this(request.year), self.terms.due_per_quarter
        async with self.db.read() as session:
            found = await quarters(session, actor_of(context), year, due, now())
        return rpc.ListQuartersResponse(quarters=map(_quarter, found))

    async def ExportConsultations(
        self, request: rpc.ExportConsultationsRequest, context: Any
    ) -> rpc.ExportConsultationsResponse:
        wanted = _filter(request)
        async with errand(self.db, actor_of(context), request, "") as begun:
            rows = [sheets.consultation_row(view) for view in await exports.export_consultations(begun, wanted)]
        title = f"{wanted.year}年现场咨询"
        content = await asyncio.to_thread(spreadsheet.write_rows, title, sheets.CONSULTATIONS, rows)
        return rpc.ExportConsultationsResponse(content=content)

    async def _change(
        self, request: Message, on: rpc.ConsultationPrecondition, context: Any, use_case: UseCase
    ) -> pb.Consultation:
        """One change of a session, from its lock to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.consultation_id), on.expected_version)
        async with errand(self.db, actor, request, on.request_id) as begun:
            await use_case(begun, seen)
            return consultation(await queries.consultation_view(begun.session, actor, seen.consultation_id))


def _filter(request: rpc.ListConsultationsRequest | rpc.ExportConsultationsRequest) -> ConsultationFilter:
    return ConsultationFilter(
        year=year_or_this(request.year),
        quarter=request.quarter,
        group_number=request.group_number,
        zone_code=request.zone_code,
        state=name_of(pb.ConsultationState, request.state),
        bookable=request.bookable,
    )


def _draft(given: rpc.ConsultationDraft) -> ConsultationDraft:
    return ConsultationDraft(
        zone_code=given.zone_code,
        place=given.place.strip(),
        starts_at=moment_of("draft.starts_at", given.starts_at),
        ends_at=moment_of("draft.ends_at", given.ends_at),
        slot_minutes=given.slot_minutes,
        consultant_ids=[UUID(one) for one in given.consultant_ids],
    )


def _quarter(one: Quarter) -> rpc.GroupQuarter:
    return rpc.GroupQuarter(**asdict(one), owed=one.owed, missed=one.missed)


def consultation(view: ConsultationView) -> pb.Consultation:
    """A session as it is shown."""
    one = view.consultation
    return pb.Consultation(
        id=str(one.id),
        serial=serial_of(one.year, one.number),
        year=one.year,
        quarter=one.quarter,
        group_number=one.group_number,
        group_name=view.group_name,
        group_topics=view.group_topics,
        zone_code=one.zone_code,
        zone_name=view.zone_name,
        place=one.place,
        starts_at=stamp(one.starts_at),
        ends_at=stamp(one.ends_at),
        slot_minutes=one.slot_minutes,
        slot_count=one.slot_count,
        taken=view.taken,
        open_to_all_at=moment(one.open_to_all_at),
        advisers=[pb.Adviser(**asdict(one) | {"consultant_id": str(one.consultant_id)}) for one in view.advisers],
        state=number_of(pb.ConsultationState, one.state),
        end_reason=one.end_reason or "",
        announced_at=moment(one.announced_at),
        version=one.version,
    )
