"""CoursewareService: courseware from its draft to its end."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from fahu.courses.v1 import courseware_pb2 as pb
from fahu.courses.v1 import courseware_service_pb2 as rpc
from fahu.courses.v1.courseware_service_pb2_grpc import CoursewareServiceServicer
from google.protobuf.message import Message

from kit.db import Database
from kit.enums import name_of, number_of
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.courses.queries import courseware as queries
from services.courses.queries.courseware import CoursewareFilter, CoursewareView
from services.courses.rules.courseware import courseware_serial
from services.courses.service import courseware, exports
from services.courses.service.courseware import CoursewareDraft, Seen
from services.courses.service.errands import Errand
from services.courses.servicer.edge import errand, moment, stamp, year_or_this

HEADER = ("编号", "部门", "标题", "简介", "时长(分钟)", "状态", "回应的需求", "文件数", "退回意见或停用原因")
STATES = {"DRAFT": "起草中", "SUBMITTED": "待审核", "APPROVED": "审核通过", "PUBLISHED": "已发布", "RETIRED": "已停用"}
UseCase = Callable[[Errand, Seen], Awaitable[None]]


class CoursewareServicer(CoursewareServiceServicer):
    """See proto/fahu/courses/v1/courseware_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def ListCourseware(self, request: rpc.ListCoursewareRequest, context: Any) -> rpc.ListCoursewareResponse:
        need_id = UUID(request.need_id) if request.need_id else None
        state = name_of(pb.CoursewareState, request.state)
        wanted = CoursewareFilter(year_or_this(request.year), request.unit_code, state, need_id)
        async with self.db.read() as session:
            views, token = await queries.courseware_page(
                session, actor_of(context), wanted, request.page_size, request.page_token
            )
        return rpc.ListCoursewareResponse(courseware=map(_courseware, views), next_page_token=token)

    async def GetCourseware(self, request: rpc.GetCoursewareRequest, context: Any) -> rpc.GetCoursewareResponse:
        async with self.db.read() as session:
            view = await queries.courseware_view(session, actor_of(context), UUID(request.courseware_id))
        return rpc.GetCoursewareResponse(courseware=_courseware(view))

    async def DraftCourseware(self, request: rpc.DraftCoursewareRequest, context: Any) -> rpc.DraftCoursewareResponse:
        actor = actor_of(context)
        async with errand(self.db, actor, request, request.request_id) as begun:
            made = await courseware.draft(begun, year_or_this(request.year), _draft(request.draft))
            view = await queries.courseware_view(begun.session, actor, made)
        return rpc.DraftCoursewareResponse(courseware=_courseware(view))

    async def UpdateCourseware(self, request: rpc.UpdateCoursewareRequest, context: Any) -> rpc.UpdateCoursewareResponse:
        use_case = partial(courseware.update, given=_draft(request.draft))
        return rpc.UpdateCoursewareResponse(courseware=await self._change(request, request.on, context, use_case))

    async def SubmitCourseware(self, request: rpc.SubmitCoursewareRequest, context: Any) -> rpc.SubmitCoursewareResponse:
        use_case = partial(courseware.submit, anonymised=request.anonymised)
        return rpc.SubmitCoursewareResponse(courseware=await self._change(request, request.on, context, use_case))

    async def ApproveCourseware(self, request: rpc.ApproveCoursewareRequest, context: Any) -> rpc.ApproveCoursewareResponse:
        found = await self._change(request, request.on, context, courseware.approve)
        return rpc.ApproveCoursewareResponse(courseware=found)

    async def SendBackCourseware(
        self, request: rpc.SendBackCoursewareRequest, context: Any
    ) -> rpc.SendBackCoursewareResponse:
        use_case = partial(courseware.send_back, note=request.note.strip())
        return rpc.SendBackCoursewareResponse(courseware=await self._change(request, request.on, context, use_case))

    async def RetireCourseware(self, request: rpc.RetireCoursewareRequest, context: Any) -> rpc.RetireCoursewareResponse:
        use_case = partial(courseware.retire, reason=request.reason.strip())
        return rpc.RetireCoursewareResponse(courseware=await self._change(request, request.on, context, use_case))

    async def ExportCourseware(self, request: rpc.ExportCoursewareRequest, context: Any) -> rpc.ExportCoursewareResponse:
        year, state = year_or_this(request.year), name_of(pb.CoursewareState, request.state)
        wanted = CoursewareFilter(year, request.unit_code, state, None)
        async with errand(self.db, actor_of(context), request, "") as begun:
            rows = [_row(view) for view in await exports.export_courseware(begun, wanted)]
        content = await asyncio.to_thread(spreadsheet.write_rows, f"{year}年以案释法课件", HEADER, rows)
        return rpc.ExportCoursewareResponse(content=content)

    async def _change(
        self, request: Message, on: rpc.CoursewarePrecondition, context: Any, use_case: UseCase
    ) -> pb.Courseware:
        """One change of an item, from its lock to reading it back."""
        actor, seen = actor_of(context), Seen(UUID(on.courseware_id), on.expected_version)
        async with errand(self.db, actor, request, on.request_id) as begun:
            await use_case(begun, seen)
            return _courseware(await queries.courseware_view(begun.session, actor, seen.courseware_id))


def _row(view: CoursewareView) -> tuple[object, ...]:
    """An item as a line of the file, in the order of HEADER."""
    one, needs = view.courseware, "；".join(need.text for need in view.needs)
    said = (courseware_serial(one.year, one.number), view.unit_name, one.title, one.summary, one.minutes)
    return *said, STATES[one.state], needs, view.file_count, one.note or one.end_reason or ""


def _draft(given: rpc.CoursewareDraft) -> CoursewareDraft:
    need_ids = [UUID(one) for one in given.need_ids]
    return CoursewareDraft(given.title.strip(), given.summary.strip(), given.minutes, need_ids)


def _courseware(view: CoursewareView) -> pb.Courseware:
    """An item as it is shown."""
    one = view.courseware
    return pb.Courseware(
        id=str(one.id),
        serial=courseware_serial(one.year, one.number),
        year=one.year,
        unit_code=one.unit_code,
        unit_name=view.unit_name,
        title=one.title,
        summary=one.summary,
        minutes=one.minutes,
        anonymised=one.anonymised,
        state=number_of(pb.CoursewareState, one.state),
        note=one.note or "",
        end_reason=one.end_reason or "",
        needs=[pb.AnsweredNeed(need_id=str(need.id), text=need.text) for need in view.needs],
        file_count=view.file_count,
        submitted_at=moment(one.submitted_at),
        changed_at=stamp(one.changed_at),
        version=one.version,
    )
