"""Demands out of consultations on site: one of each record, in the enterprise's name, however often it is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from fahu.access.v1 import access_pb2
from fahu.courses.v1 import consultation_record_service_pb2 as courses
from fahu.courses.v1.consultation_record_service_pb2_grpc import (
    ConsultationRecordServiceServicer,
    add_ConsultationRecordServiceServicer_to_server,
)
from fahu.courses.v1.events_pb2 import ConsultationFollowUpAgreed
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1.events_pb2 import ConsultationFollowUpFiled
from google.protobuf.timestamp_pb2 import Timestamp

from kit.errors import Unavailable
from kit.events.handling import Delivery, Handling
from kit.rpc.client import RpcChannel
from kit.rpc.server import RpcServer
from services.dispatch.errors import EnterpriseNotDesignated
from services.dispatch.follow_ups import FollowUps
from services.dispatch.handlers import from_courses
from tests import signing
from tests.dispatch.conftest import World

RECORDS = courses.DESCRIPTOR.services_by_name["ConsultationRecordService"]
UNIT = "hrss"


class Records(ConsultationRecordServiceServicer):
    """Courses, as far as dispatch asks it."""

    def __init__(self) -> None:
        self.told: dict[str, courses.GetFollowUpResponse] = {}
        self.away = False

    async def GetFollowUp(self, request: courses.GetFollowUpRequest, context: Any) -> courses.GetFollowUpResponse:
        if self.away:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        return self.told[request.consultation_record_id]

    def agree(self, world: World, **changes: Any) -> str:
        """An enterprise agreed; returns the record's id."""
        record_id = str(uuid4())
        values: dict[str, Any] = {
            "enterprise_id": str(world.enterprise.id),
            "category_code": "hrss",
            "title": "现场咨询：产假期间能否调整岗位？",
            "body": "咨询的问题：产假期间能否调整岗位？",
            "recorded_by": str(uuid4()),
            "unit_code": UNIT,
            "answered_at": stamp(datetime.now(UTC)),
            "year": world.course.calendar.day_of(datetime.now(UTC)).year,
        }
        self.told[record_id] = courses.GetFollowUpResponse(**(values | changes))
        return record_id


def stamp(moment: datetime) -> Timestamp:
    found = Timestamp()
    found.FromDatetime(moment)
    return found


@pytest.fixture
def records() -> Records:
    return Records()  # type: ignore[abstract]  # it is asked for nothing else


@pytest.fixture
async def handling(world: World, records: Records) -> AsyncIterator[Handling]:
    """The handlers of what courses tells, asking a real server in dispatch's own name."""

    def add(server: grpc.aio.Server) -> None:
        add_ConsultationRecordServiceServicer_to_server(records, server)

    server = RpcServer([RECORDS], access_pb2.rule, [add], signing.verifier(), "courses.fahu")
    port = await server.start("127.0.0.1", 0)
    channel = RpcChannel(f"127.0.0.1:{port}", signing.signer("dispatch"))
    yield Handling("dispatch", from_courses(FollowUps(channel), world.course))
    await channel.close()
    await server.stop(0)


async def tell(world: World, handling: Handling, record_id: str, event_id: UUID | None = None) -> None:
    event = ConsultationFollowUpAgreed(consultation_record_id=record_id, enterprise_id=str(world.enterprise.id), version=2)
    kind = ConsultationFollowUpAgreed.DESCRIPTOR.full_name
    delivery = Delivery(event_id or uuid4(), kind, event, datetime.now(UTC), record_id, 2, "")
    async with world.database.begin() as session:
        await handling.effect(session, [delivery])


async def filed(world: World, record_id: str) -> list[str]:
    """Ids of the demands that courses is told of."""
    query = "SELECT payload FROM outbox WHERE aggregate_id = :id AND type = :type"
    rows = await world.sql(query, id=record_id, type=ConsultationFollowUpFiled.DESCRIPTOR.full_name)
    return [ConsultationFollowUpFiled.FromString(payload).demand_id for (payload,) in rows]


async def get(world: World, demand_id: str) -> Any:
    request = rpc.GetDemandRequest(demand_id=demand_id)
    return (await world.call(world.enterprise.actor(), "GetDemand", request)).demand


async def test_the_demand_is_the_enterprises_and_routed_as_any_other(
    world: World, records: Records, handling: Handling
) -> None:
    record_id = records.agree(world)
    await tell(world, handling, record_id)
    (demand_id,) = await filed(world, record_id)
    demand = await get(world, demand_id)
    assert (demand.lead_unit_code, demand.channel, demand.state) == (
        "hrss",
        pb.CHANNEL_ON_SITE,
        pb.STATE_DISPATCHED,
    )
    assert (demand.submitted_by, demand.submitted_for_by_unit) == (records.told[record_id].recorded_by, UNIT)
    assert await world.events(demand_id) == ["DemandDispatched"]


async def test_one_demand_however_often_it_is_told(world: World, records: Records, handling: Handling) -> None:
    record_id, event_id = records.agree(world), uuid4()
    for _ in range(2):
        await tell(world, handling, record_id, event_id)  # the bus delivers twice
    await tell(world, handling, record_id)  # the stream was rebuilt under another id
    assert len(await filed(world, record_id)) == 1
    (row,) = await world.sql("SELECT count(*) FROM demand WHERE request_id = :key", key=f"consultation/{record_id}")
    assert row[0] == 1


async def test_it_waits_until_courses_answers(world: World, records: Records, handling: Handling) -> None:
    record_id, records.away = records.agree(world), True
    with pytest.raises(Unavailable):
        await tell(world, handling, record_id)
    assert await filed(world, record_id) == []
    records.away = False
    await tell(world, handling, record_id)
    assert len(await filed(world, record_id)) == 1


async def test_a_category_that_is_unknown_goes_to_the_centre(world: World, records: Records, handling: Handling) -> None:
    record_id = records.agree(world, category_code="made_up")
    await tell(world, handling, record_id)
    (demand_id,) = await filed(world, record_id)
    demand = await get(world, demand_id)
    assert (demand.category_code, demand.state) == ("unsure", pb.STATE_TRIAGE)


async def test_who_is_no_liaison_point_any_more_gets_no_demand(world: World, records: Records, handling: Handling) -> None:
    record_id = records.agree(world, enterprise_id=str(world.last_year.id))
    with pytest.raises(EnterpriseNotDesignated):
        await tell(world, handling, record_id)
    assert await filed(world, record_id) == []


@pytest.mark.parametrize("answered_after", [0, 1])
async def test_a_consent_is_not_lost_at_new_year(
    world: World, records: Records, handling: Handling, answered_after: int
) -> None:
    """Who was a point last year agreed then and word comes now; or came then, and agrees now."""
    last = world.course.calendar.day_of(datetime.now(UTC)).year - 1
    changes = {"enterprise_id": str(world.last_year.id), "year": last}
    record_id = records.agree(world, answered_at=stamp(datetime(last + answered_after, 1, 10, tzinfo=UTC)), **changes)
    await tell(world, handling, record_id)
    (demand_id,) = await filed(world, record_id)
    assert await world.sql("SELECT year FROM demand WHERE id = CAST(:id AS uuid)", id=demand_id) == [(last,)]
