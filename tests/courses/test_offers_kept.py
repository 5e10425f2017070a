"""What an agency offered to a request stays possible: its lecturer and its courseware stay, or a successor stands in."""

from typing import Any
from uuid import uuid4

import pytest
from fahu.courses.v1 import courseware_service_pb2 as courseware_rpc
from fahu.courses.v1 import lecture_request_pb2 as pb
from fahu.courses.v1.courseware_service_pb2_grpc import CoursewareServiceStub

from tests.courses.asking import FIRST, Asking, asking_in
from tests.courses.conftest import HOST, World, refusal
from tests.courses.corps import CorpsWorld


@pytest.fixture
async def asking(world: World) -> Asking:
    return await asking_in(world)


async def _lecturer(world: World) -> Any:
    listed = await CorpsWorld(world).listed(year=FIRST.year, unit_code="hrss")
    return listed.members[0]


async def test_an_offer_goes_over_to_who_follows(world: World, asking: Asking) -> None:
    firm, members = world.firms[0], CorpsWorld(world)
    offered = await asking.counter(await asking.ask(firm))
    old = await _lecturer(world)
    for stands in (await refusal(members.replace(old, "李讲师")), await refusal(members.end(old))):
        assert (stands.reason, stands.metadata["count"]) == ("LECTURES_AHEAD", "1")
    await members.replace(old, "李讲师", takes_over=True)
    assert (await refusal(asking.accept(offered, firm.contact))).reason == "STALE_VERSION"
    found = await asking.get(offered.id)
    assert found.version == offered.version + 1
    accepted = await asking.accept(found, firm.contact)
    assert (await world.get(accepted.lecture_id)).lecturer_name == "李讲师"


async def test_an_offer_that_was_declined_keeps_nobody(world: World, asking: Asking) -> None:
    offered = await asking.counter(await asking.ask(world.firms[0]))
    await asking.decline(offered, world.firms[0].contact)
    assert (await CorpsWorld(world).end(await _lecturer(world))).HasField("ended_at")


async def test_courseware_that_is_offered_is_not_retired(world: World, asking: Asking) -> None:
    firm, stub = world.firms[0], world.stub(CoursewareServiceStub, HOST)
    offered = await asking.counter(await asking.ask(firm))
    get = courseware_rpc.GetCoursewareRequest(courseware_id=str(world.courseware))
    seen = (await stub.GetCourseware(get)).courseware
    on = courseware_rpc.CoursewarePrecondition(courseware_id=seen.id, expected_version=seen.version, request_id=uuid4().hex)
    retire = courseware_rpc.RetireCoursewareRequest(on=on, reason="内容过时")
    told = await refusal(stub.RetireCourseware(retire))
    assert (told.reason, told.metadata["lectures"]) == ("COURSEWARE_IN_USE", "1")
    declined = await asking.decline(offered, firm.contact)
    assert declined.state == pb.LECTURE_REQUEST_STATE_DECLINED
    assert (await stub.RetireCourseware(retire)).courseware.end_reason == "内容过时"
