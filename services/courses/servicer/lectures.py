"""LectureService: lectures from their plan to their end."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1 import lecture_service_pb2 as rpc
from fahu.courses.v1.corps_pb2 import ImportError
from fahu.courses.v1.lecture_service_pb2_grpc import LectureServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of, number_of
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import lectures as queries
from services.courses.queries.lectures import LectureFilter, LectureView
from services.courses.rules.lecture_files import FILE
from services.courses.rules.lectures import LectureTerms, serial_of
from services.courses.service import exports, lecture_files, lectures
from services.courses.service.errands import Errand
from services.courses.service.lectures import LectureDraft, Seen
from services.courses.servicer import sheets
from services.courses.servicer.edge import errand, moment_of, now, stamp, year_or_this

UseCase = Callable[[Errand, Seen], Awaitable[None]]


class LectureServicer(LectureServiceServicer):
    """See proto/fahu/courses/v1/lecture_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, terms: LectureTerms) -> None:
        self.db = db
        self.terms = terms

    async def ListLectures(self, request: rpc.ListLecturesRequest, context: Any) -> rpc.ListLecturesResponse:
        state = name_of(pb.LectureState, request.state)
        wanted = LectureFilter(year_or_this(request.year), request.unit_code, request.zone_code, state, request.bookable)
        async with self.db.read() as session:
            views, token = await queries.lectures_page(
                session, actor_of(context), wanted, now(), request.page_size, request.page_token
            )
        return rpc.ListLecturesResponse(lectures=map(lecture, views), next_page_token=token)

    async def GetLecture(self, request: rpc.GetLectureRequest, context: Any) -> rpc.GetLectureResponse:
        async with self.db.read() as session:
            view = await queries.lecture_view(session, actor_of(context), UUID(request.lecture_id))
        return rpc.GetLectureResponse(lecture=lecture(view))

    async def PlanLecture(self, request: rpc.PlanLectureRequest, context: Any) -> rpc.PlanLectureResponse:
        actor = actor_of(context)
        async with errand(self.db, actor, request, request.request_id) as begun:
            lecture_id = await lectures.plan(begun, self.terms, _draft(request.draft))
            view = await queries.lecture_view(begun.session, actor, lecture_id)
        return rpc.PlanLectureResponse(lecture=lecture(view))

    async def UpdateLecture(self, request: rpc.UpdateLectureRequest, context: Any) -> rpc.UpdateLectureResponse:
        use_case = partial(lectures.update, terms=self.terms, draft=_draft(request.draft))
        return rpc.UpdateLectureResponse(lecture=await self._change(request, request.on, context, use_case))

    async def OpenLecture(self, request: rpc.OpenLectureRequest, context: Any) -> rpc.OpenLectureResponse:
        found = await self._change(request, request.on, context, lectures.open_booking)
        return rpc.OpenLectureResponse(lecture=found)

    async def CancelLecture(self, request: rpc.CancelLectureRequest, context: Any) -> rpc.CancelLectureResponse:
        use_case = partial(lectures.cancel, reason=request.reason.strip())
        return rpc.CancelLectureResponse(lecture=await self._change(request, request.on, context, use_case))

    async def DeliverLecture(self, request: rpc.DeliverLectureRequest, context: Any) -> rpc.DeliverLectureResponse:
        return rpc.DeliverLectureResponse(lecture=await self._change(request, request.on, context, lectures.deliver))

    async def ImportLectures(self, request: rpc.ImportLecturesRequest, context: Any) -> rpc.ImportLecturesResponse:
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, FILE)
        async with errand(self.db, actor_of(context), request, "") as begun:
            outcome = await lecture_files.import_lectures(begun, self.terms, request.year, rows, request.dry_run)
        errors = [ImportError(row=e.row, column=e.column, reason=e.reason, message=e.message) for e in outcome.errors]
        return rpc.ImportLecturesResponse(row_count=outcome.row_count, created_count=outcome.created_count, errors=errors)

    async def ExportLectures(self, request: rpc.ExportLecturesRequest, context: Any) -> rpc.ExportLecturesResponse:
        year, state = year_or_this(request.year), name_of(pb.LectureState, request.state)
        wanted = LectureFilter(year, request.unit_code, request.zone_code, state, request.bookable)
        async with errand(self.db, actor_of(context), request, "") as begun:
            rows = [sheets.lecture_row(line) for line in await exports.export_lectures(begun, wanted)]
        content = await asyncio.to_thread(spreadsheet.write_rows, f"{year}年宣讲场次", sheets.LECTURES, rows)
        return rpc.ExportLecturesResponse(content=content)

    async def _change(self, request: Message, on: rpc.LecturePrecondition, context: Any, use_case: UseCase) -> pb.Lecture:
        """One change of a lecture, from its lock to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.lecture_id), on.expected_version)
        async with errand(self.db, actor, request, on.request_id) as begun:
            await use_case(begun, seen)
            return lecture(await queries.lecture_view(begun.session, actor, seen.lecture_id))


def _draft(given: rpc.LectureDraft) -> LectureDraft:
    return LectureDraft(
        courseware_id=UUID(given.courseware_id),
        lecturer_id=UUID(given.lecturer_id),
        title=given.title.strip(),
        place=given.place.strip(),
        zone_code=given.zone_code,
        starts_at=moment_of("draft.starts_at", given.starts_at),
        ends_at=moment_of("draft.ends_at", given.ends_at),
        closes_at=moment_of("draft.closes_at", given.closes_at) if given.HasField("closes_at") else None,
        capacity=given.capacity,
        most_heads=given.most_heads,
        offer_minutes=given.offer_minutes,
    )


def lecture(view: LectureView) -> pb.Lecture:
    """A lecture as it is shown."""
    one = view.lecture
    return pb.Lecture(
        id=str(one.id),
        serial=serial_of(one.year, one.number),
        year=one.year,
        kind=number_of(pb.LectureKind, one.kind),
        unit_code=one.unit_code,
        unit_name=view.unit_name,
        courseware_id=str(one.courseware_id),
        lecturer_id=str(one.lecturer_id),
        lecturer_name=view.lecturer_name,
        title=one.title,
        place=one.place,
        zone_code=one.zone_code or "",
        zone_name=view.zone_name,
        starts_at=stamp(one.starts_at),
        ends_at=stamp(one.ends_at),
        closes_at=stamp(one.closes_at),
        capacity=one.capacity,
        taken=one.taken,
        waiting=one.waiting,
        most_heads=one.most_heads,
        offer_minutes=one.offer_minutes,
        state=number_of(pb.LectureState, one.state),
        end_reason=one.end_reason or "",
        version=one.version,
    )
