"""The corps, needs, courseware and who came as files: no longer than others, and who took one is kept."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from fahu.courses.v1 import attendance_service_pb2 as attendance_rpc
from fahu.courses.v1 import corps_pb2
from fahu.courses.v1 import corps_service_pb2 as corps_rpc
from fahu.courses.v1 import courseware_service_pb2 as courseware_rpc
from fahu.courses.v1 import need_service_pb2 as need_rpc
from fahu.courses.v1.attendance_service_pb2_grpc import AttendanceServiceStub
from fahu.courses.v1.corps_service_pb2_grpc import CorpsServiceStub
from fahu.courses.v1.courseware_service_pb2_grpc import CoursewareServiceStub
from fahu.courses.v1.need_service_pb2_grpc import NeedServiceStub

from services.courses.service import exports
from tests.courses.conftest import HOST, SUPERVISOR, YEAR, World, refusal

Take = Callable[[World], Awaitable[Any]]


async def _members(world: World) -> Any:
    request = corps_rpc.ExportMembersRequest(corps=corps_pb2.CORPS_LECTURE, year=YEAR)
    return await world.stub(CorpsServiceStub, HOST).ExportMembers(request)


async def _courseware(world: World) -> Any:
    return await world.stub(CoursewareServiceStub, HOST).ExportCourseware(courseware_rpc.ExportCoursewareRequest(year=YEAR))


async def _needs(world: World) -> Any:
    stub = world.stub(NeedServiceStub, SUPERVISOR)
    draft = need_rpc.NeedDraft(category_code="hrss", text=f"工伤 {uuid4()}", source=need_rpc.NEED_SOURCE_DEMAND)
    await stub.AddNeed(need_rpc.AddNeedRequest(year=YEAR, draft=draft, request_id=uuid4().hex))
    return await world.stub(NeedServiceStub, HOST).ExportNeeds(need_rpc.ExportNeedsRequest(year=YEAR))


async def _attendance(world: World) -> Any:
    query = "SELECT id::text FROM lecture"
    if not await world.rows(query):
        await world.book(await world.lecture(), world.firms[0])
    request = attendance_rpc.ExportAttendanceRequest(lecture_id=(await world.rows(query))[0][0])
    return await world.stub(AttendanceServiceStub, HOST).ExportAttendance(request)


TAKEN: dict[str, Take] = {
    "LECTURE_EXPORTED": _members,
    "COURSEWARE_EXPORTED": _courseware,
    "NEEDS_EXPORTED": _needs,
    "ATTENDANCE_EXPORTED": _attendance,
}


@pytest.mark.parametrize("action", TAKEN)
async def test_who_took_a_file_is_kept_and_none_is_cut_short(
    world: World, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    assert (await TAKEN[action](world)).content
    query = "SELECT actor, reason FROM act WHERE action = :action"
    taken = await world.rows(query, action=action)
    assert taken == [(HOST.subject, "1 rows")]
    monkeypatch.setattr(exports, "MOST_ROWS", 0)
    told = await refusal(TAKEN[action](world))
    assert (told.reason, told.metadata) == ("EXPORT_TOO_LARGE", {"rows": "0"})
    assert await world.rows(query, action=action) == taken
