"""ServiceRecordService: what an area did for enterprises, and what the enterprises say about it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from fahu.registry.v1 import service_record_pb2 as pb
from fahu.registry.v1 import service_record_service_pb2 as rpc
from fahu.registry.v1.service_record_service_pb2_grpc import ServiceRecordServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.personal import PersonalData
from services.registry.queries import service_records as queries
from services.registry.queries.service_records import RecordFilter, RecordView
from services.registry.rules import projects as project_rules
from services.registry.rules.service_records import Patience, ServiceKind, serial_of, shown_state
from services.registry.rules.service_sheets import FILE
from services.registry.service import exports, service_records, service_sheets
from services.registry.service.errands import Errand
from services.registry.service.service_records import Seen, Service
from services.registry.servicer import programme
from services.registry.servicer.encode import import_error, moment
from services.registry.servicer.programme import now, year_or_this

UseCase = Callable[[Errand, Seen], Awaitable[None]]


class ServiceRecordServicer(ServiceRecordServiceServicer):
    """See proto/fahu/registry/v1/service_record_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, personal: PersonalData, patience: Patience) -> None:
        self.db = db
        self.personal = personal
        self.patience = patience

    async def RecordServices(self, request: rpc.RecordServicesRequest, context: Any) -> rpc.RecordServicesResponse:
        actor, kind = actor_of(context), name_of(pb.ServiceKind, request.kind)
        service = Service(programme.day("served_on", request.served_on), ServiceKind(kind), request.note.strip())
        points = [UUID(point) for point in request.designation_ids]
        async with programme.errand(self.db, self.personal, actor, request, request.request_id) as errand:
            ids = await service_records.record(errand, self.patience, UUID(request.project_id), service, points)
            views = await queries.views_of(errand.session, actor, ids)
        return rpc.RecordServicesResponse(service_records=[record(view, now()) for view in views])

    async def ListServiceRecords(
        self, request: rpc.ListServiceRecordsRequest, context: Any
    ) -> rpc.ListServiceRecordsResponse:
        async with self.db.read() as session:
            views, token = await queries.records_page(
                session, actor_of(context), _filter(request), now(), request.page_size, request.page_token
            )
        found = [record(view, now()) for view in views]
        return rpc.ListServiceRecordsResponse(service_records=found, next_page_token=token)

    async def ExportServiceRecords(
        self, request: rpc.ExportServiceRecordsRequest, context: Any
    ) -> rpc.ExportServiceRecordsResponse:
        async with self.db.begin() as session:
            rows = await exports.service_rows(session, actor_of(context), _filter(request), now())
        content = await asyncio.to_thread(spreadsheet.write_rows, "服务记录", exports.SERVICES, rows)
        return rpc.ExportServiceRecordsResponse(content=content)

    async def GetServiceRecord(self, request: rpc.GetServiceRecordRequest, context: Any) -> rpc.GetServiceRecordResponse:
        async with self.db.read() as session:
            view = await queries.record_view(session, actor_of(context), UUID(request.service_record_id))
        return rpc.GetServiceRecordResponse(service_record=record(view, now()))

    async def ConfirmService(self, request: rpc.ConfirmServiceRequest, context: Any) -> rpc.ConfirmServiceResponse:
        found = await self._change(request, request.on, context, service_records.confirm)
        return rpc.ConfirmServiceResponse(service_record=found)

    async def DisputeService(self, request: rpc.DisputeServiceRequest, context: Any) -> rpc.DisputeServiceResponse:
        use_case = partial(service_records.dispute, reason=request.reason.strip())
        return rpc.DisputeServiceResponse(service_record=await self._change(request, request.on, context, use_case))

    async def WithdrawService(self, request: rpc.WithdrawServiceRequest, context: Any) -> rpc.WithdrawServiceResponse:
        use_case = partial(service_records.withdraw, reason=request.reason.strip())
        return rpc.WithdrawServiceResponse(service_record=await self._change(request, request.on, context, use_case))

    async def ImportServiceRecords(
        self, request: rpc.ImportServiceRecordsRequest, context: Any
    ) -> rpc.ImportServiceRecordsResponse:
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, FILE)
        async with self.db.begin() as session:
            outcome = await service_sheets.import_services(
                session, self.patience, actor_of(context), request.year, rows, now(), request.dry_run
            )
        errors = [import_error(error) for error in outcome.errors]
        return rpc.ImportServiceRecordsResponse(
            row_count=outcome.row_count, created_count=outcome.created_count, errors=errors
        )

    async def _change(
        self, request: Message, on: rpc.ServiceRecordPrecondition, context: Any, use_case: UseCase
    ) -> pb.ServiceRecord:
        """One change of a record, from its lock to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.service_record_id), on.expected_version)
        async with programme.errand(self.db, self.personal, actor, request, on.request_id) as errand:
            await use_case(errand, seen)
            view = await queries.record_view(errand.session, actor, seen.record_id)
        return record(view, now())


def _filter(request: rpc.ListServiceRecordsRequest | rpc.ExportServiceRecordsRequest) -> RecordFilter:
    return RecordFilter(
        year_or_this(request.year),
        request.area_code,
        UUID(request.project_id) if request.project_id else None,
        UUID(request.designation_id) if request.designation_id else None,
        name_of(pb.ServiceState, request.state),
    )


def record(view: RecordView, at: datetime) -> pb.ServiceRecord:
    """A record as it is shown at a moment."""
    found, of = view.record, view.project
    state = shown_state(found.state, found.answer_until, at)
    return pb.ServiceRecord(
        id=str(found.id),
        serial=serial_of(found.year, found.number),
        year=found.year,
        project_id=str(of.id),
        project_serial=project_rules.serial_of(of.year, of.number),
        project_title=of.title,
        area_code=found.area_code,
        designation_id=str(found.designation_id),
        enterprise_id=str(view.enterprise.id),
        enterprise_name=view.enterprise.name,
        served_on=found.served_on.isoformat(),
        kind=pb.ServiceKind.Value(f"SERVICE_KIND_{found.kind}"),
        note=found.note,
        state=pb.ServiceState.Value(f"SERVICE_STATE_{state}"),
        answer_until=moment(found.answer_until) if found.answer_until else None,
        provisional=found.provisional,
        dispute_reason=found.dispute_reason or "",
        withdrawal_reason=found.withdrawal_reason or "",
        recorded_by=str(found.recorded_by),
        recorded_at=moment(found.recorded_at),
        answered_by=str(found.answered_by or ""),
        answered_at=moment(found.answered_at) if found.answered_at else None,
        version=found.version,
    )
