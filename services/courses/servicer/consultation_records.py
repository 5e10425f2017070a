"""ConsultationRecordService: what was asked and advised, and what becomes of it with the enterprise's consent."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import consultation_pb2 as pb
from fahu.courses.v1 import consultation_record_service_pb2 as rpc
from fahu.courses.v1.consultation_record_service_pb2_grpc import ConsultationRecordServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of, number_of
from kit.errors import FieldsInvalid, FieldViolation
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import consultation_records as queries
from services.courses.queries.consultation_records import RecordFilter, RecordView
from services.courses.rules.consultations import demand_body, demand_title, serial_of
from services.courses.service import consultation_records, exports
from services.courses.service.consultation_records import RecordContent, Seen, Visitor
from services.courses.service.errands import Errand
from services.courses.service.slot_bookings import DISTRICT
from services.courses.servicer import sheets
from services.courses.servicer.edge import errand, moment, stamp, uuid_or_none, year_or_this

UseCase = Callable[[Errand, Seen], Awaitable[None]]


class ConsultationRecordServicer(ConsultationRecordServiceServicer):
    """See proto/fahu/courses/v1/consultation_record_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def RecordConsultation(
        self, request: rpc.RecordConsultationRequest, context: Any
    ) -> rpc.RecordConsultationResponse:
        actor, consultation_id = actor_of(context), UUID(request.consultation_id)
        visitor, content = _visitor(request), _content(request.content)
        async with errand(self.db, actor, request, request.request_id) as begun:
            made = await consultation_records.record(begun, consultation_id, visitor, content)
            view = await queries.record_view(begun.session, actor, made)
        return rpc.RecordConsultationResponse(consultation_record=record(view))

    async def ListConsultationRecords(
        self, request: rpc.ListConsultationRecordsRequest, context: Any
    ) -> rpc.ListConsultationRecordsResponse:
        of = uuid_or_none("consultation_id", request.consultation_id)
        wanted = RecordFilter(request.year, of, name_of(pb.FollowUpState, request.follow_up_state))
        async with self.db.read() as session:
            views, token = await queries.records_page(
                session, actor_of(context), wanted, request.page_size, request.page_token
            )
        return rpc.ListConsultationRecordsResponse(consultation_records=map(record, views), next_page_token=token)

    async def GetConsultationRecord(
        self, request: rpc.GetConsultationRecordRequest, context: Any
    ) -> rpc.GetConsultationRecordResponse:
        async with self.db.read() as session:
            view = await queries.record_view(session, actor_of(context), UUID(request.consultation_record_id))
        return rpc.GetConsultationRecordResponse(consultation_record=record(view))

    async def UpdateConsultationRecord(
        self, request: rpc.UpdateConsultationRecordRequest, context: Any
    ) -> rpc.UpdateConsultationRecordResponse:
        use_case = partial(consultation_records.update, content=_content(request.content))
        found = await self._change(request, request.on, context, use_case)
        return rpc.UpdateConsultationRecordResponse(consultation_record=found)

    async def AnswerFollowUp(self, request: rpc.AnswerFollowUpRequest, context: Any) -> rpc.AnswerFollowUpResponse:
        use_case = partial(consultation_records.answer, agreed=request.agreed)
        found = await self._change(request, request.on, context, use_case)
        return rpc.AnswerFollowUpResponse(consultation_record=found)

    async def GetFollowUp(self, request: rpc.GetFollowUpRequest, context: Any) -> rpc.GetFollowUpResponse:
        async with self.db.read() as session:
            view = await queries.agreed_record(session, actor_of(context), UUID(request.consultation_record_id))
        found = view.record
        return rpc.GetFollowUpResponse(
            enterprise_id=str(found.enterprise_id),
            category_code=found.category_code,
            title=demand_title(found.question),
            body=demand_body(found.question, found.advice, found.follow_up),
            recorded_by=str(found.recorded_by),
            unit_code=found.unit_code,
            answered_at=moment(found.answered_at),
            year=view.consultation.year,
        )

    async def ExportConsultationRecords(
        self, request: rpc.ExportConsultationRecordsRequest, context: Any
    ) -> rpc.ExportConsultationRecordsResponse:
        year, of = year_or_this(request.year), uuid_or_none("consultation_id", request.consultation_id)
        wanted = RecordFilter(year, of, name_of(pb.FollowUpState, request.follow_up_state))
        async with errand(self.db, actor_of(context), request, "") as begun:
            rows = [sheets.record_row(view) for view in await exports.export_records(begun, wanted)]
        content = await asyncio.to_thread(spreadsheet.write_rows, f"{year}年咨询记录", sheets.RECORDS, rows)
        return rpc.ExportConsultationRecordsResponse(content=content)

    async def _change(
        self, request: Message, on: rpc.ConsultationRecordPrecondition, context: Any, use_case: UseCase
    ) -> pb.ConsultationRecord:
        """One change of a record, from its lock to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.consultation_record_id), on.expected_version)
        async with errand(self.db, actor, request, on.request_id) as begun:
            await use_case(begun, seen)
            return record(await queries.record_view(begun.session, actor, seen.record_id))


def _visitor(request: rpc.RecordConsultationRequest) -> Visitor:
    return Visitor(
        slot_booking_id=uuid_or_none("slot_booking_id", request.slot_booking_id),
        designation_id=uuid_or_none("designation_id", request.designation_id),
        enterprise_name=request.enterprise_name.strip(),
    )


def _content(given: rpc.ConsultationRecordContent) -> RecordContent:
    """What is written down, without blanks around it. Raises FieldsInvalid for what says nothing."""
    question, advice = given.question.strip(), given.advice.strip()
    for field, said in (("content.question", question), ("content.advice", advice)):
        if not said:
            raise FieldsInvalid([FieldViolation(field, "string.min_len", "It says nothing.")])
    return RecordContent(given.category_code, question, advice, given.follow_up.strip(), given.ask_consent)


def record(view: RecordView) -> pb.ConsultationRecord:
    """A record as it is shown."""
    one, of = view.record, view.consultation
    return pb.ConsultationRecord(
        id=str(one.id),
        consultation_id=str(of.id),
        consultation_serial=serial_of(of.year, of.number),
        group_number=of.group_number,
        slot_booking_id=str(one.slot_booking_id or ""),
        enterprise_id=str(one.enterprise_id or ""),
        enterprise_name=one.enterprise_name,
        area_code=one.area_code,
        district_level=one.level == DISTRICT,
        category_code=one.category_code,
        question=one.question,
        advice=one.advice,
        follow_up=one.follow_up,
        follow_up_state=number_of(pb.FollowUpState, one.follow_up_state),
        answered_by=str(one.answered_by or ""),
        answered_at=moment(one.answered_at),
        demand_id=str(one.demand_id or ""),
        unit_code=one.unit_code,
        recorded_by=str(one.recorded_by),
        recorded_at=stamp(one.recorded_at),
        version=one.version,
    )
