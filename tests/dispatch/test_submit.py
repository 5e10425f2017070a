"""Taking demands in: where they go, who may send them, what is refused and leaves no trace, and retries."""

import asyncio
import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import events_pb2

from services.dispatch.reference_data import CATEGORIES
from services.dispatch.service.reference import KEEP_UNIT
from tests import signing
from tests.dispatch.conftest import World, draft

VERSIONS = itertools.count(2)


async def unit(world: World, code: str, contacts: int, active: bool = True) -> list[UUID]:
    people = [uuid4() for _ in range(contacts)]
    values = {"code": code, "name": code, "kind": "AGENCY", "active": active, "contact_ids": people, "leader_ids": []}
    values["version"] = next(VERSIONS)
    async with world.database.begin() as session:
        await session.execute(KEEP_UNIT, values)
    return people


async def category(world: World, code: str, *units: str) -> None:
    await world.sql(
        "INSERT INTO category (code, name, hint, position, active) VALUES (:code, :code, '', 50, true)", code=code
    )
    for version, unit_code in enumerate(units, start=1):
        values = {"code": code, "version": version, "unit": unit_code}
        await world.sql("INSERT INTO routing_rule VALUES (:code, :version, :unit, true)", **values)


async def test_each_agency_of_the_notice_gets_its_own(world: World) -> None:
    for code, _, _, agency in CATEGORIES[:-1]:
        await unit(world, agency, contacts=2)
        demand = await world.submit(category_code=code)
        assert (demand.state, demand.lead_unit_code, demand.lead_unit_name) == (pb.STATE_DISPATCHED, agency, agency)
        running = {c.kind for c in demand.clocks if not c.HasField("stopped_at")}
        of_agency = {pb.CLOCK_KIND_ACCEPT, pb.CLOCK_KIND_CONTACT, pb.CLOCK_KIND_CLASSIFY}
        assert running == of_agency | {pb.CLOCK_KIND_TOTAL}


async def test_what_no_single_agency_can_be_told_goes_to_the_centre_with_the_reason(world: World) -> None:
    await unit(world, "silent", contacts=0)
    await unit(world, "gone", contacts=1, active=False)
    await unit(world, "one", contacts=1)
    await unit(world, "other", contacts=1)
    await category(world, "to_silent", "silent")
    await category(world, "to_gone", "gone")
    await category(world, "to_nowhere", "nowhere")
    await category(world, "to_both", "one", "other")
    await category(world, "to_none")
    expected = {
        "unsure": pb.TRIAGE_REASON_UNSURE,
        "to_silent": pb.TRIAGE_REASON_NO_CONTACT,
        "to_gone": pb.TRIAGE_REASON_NO_SINGLE_LEAD,
        "to_nowhere": pb.TRIAGE_REASON_NO_SINGLE_LEAD,
        "to_both": pb.TRIAGE_REASON_NO_SINGLE_LEAD,
        "to_none": pb.TRIAGE_REASON_NO_SINGLE_LEAD,
    }
    for code, reason in expected.items():
        demand = await world.submit(category_code=code)
        assert (demand.state, demand.triage_reason, demand.lead_unit_code) == (pb.STATE_TRIAGE, reason, ""), code
        assert {clock.kind for clock in demand.clocks} == {pb.CLOCK_KIND_TOTAL, pb.CLOCK_KIND_TRIAGE}
        assert await world.events(demand.id) == ["DemandTriageRequired"]


async def test_those_concerned_are_told_by_id_and_nobody_by_name(world: World) -> None:
    agency = await unit(world, "hrss", contacts=2)
    demand = await world.submit(title="张三的秘密", body="电话13800000000")
    rows = await world.sql("SELECT type, payload FROM outbox WHERE aggregate_id = :id ORDER BY id", id=demand.id)
    told = events_pb2.DemandDispatched.FromString(rows[0].payload)
    assert list(told.audience.liaison_ids) == [str(world.enterprise.liaison)]
    assert sorted(told.audience.agency_ids) == sorted(map(str, agency))
    assert (told.automatic, told.rule_version) == (True, 1)
    assert told.due_at in [clock.due_at for clock in demand.clocks if clock.kind == pb.CLOCK_KIND_ACCEPT]
    payloads = b"".join(row.payload for row in rows)
    assert not any(word.encode() in payloads for word in ("张三", "13800000000", "金山示例"))


async def test_what_was_written_is_what_is_read(world: World) -> None:
    title, body = "税" * 97, ('第一行\n\t“引号” \\u0000 {"json": null} %s %(x)s 𠮷 ' * 200)[:4_999].strip() + "。"
    demand = await world.submit(title=f"　{title} \n", body=body)
    found = (await world.call(world.enterprise.actor(), "GetDemand", rpc.GetDemandRequest(demand_id=demand.id))).demand
    assert (found.title, found.body) == (title, body)
    assert found == demand
    assert found.enterprise_name == "金山示例0有限公司"
    assert found.serial.startswith(f"FH{found.year}-")


FIELDS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"title": ""}, [("title", "string.pattern")]),
    ({"title": " \n\t"}, [("title", "string.pattern")]),
    ({"title": "\u3000\u3000"}, [("title", "string.pattern")]),
    ({"title": "\u200b\u00a0"}, [("title", "string.pattern")]),
    ({"title": "x" * 101}, [("title", "string.max_len")]),
    ({"title": "a\x00b"}, [("title", "string.no_nul")]),
    ({"body": ""}, [("body", "string.pattern")]),
    ({"body": "x" * 5001}, [("body", "string.max_len")]),
    ({"kind": 0}, [("kind", "enum.not_in")]),
    ({"kind": 9}, [("kind", "enum.defined_only")]),
    ({"channel": 9}, [("channel", "enum.defined_only")]),
    ({"category_code": ""}, [("category_code", "string.min_len")]),
    ({"category_code": "x" * 41}, [("category_code", "string.max_len")]),
    ({"enterprise_id": "mine"}, [("enterprise_id", "string.uuid")]),
    ({"request_id": ""}, [("request_id", "string.min_len")]),
    ({"request_id": "x" * 65}, [("request_id", "string.max_len")]),
    ({"title": "", "body": "x" * 5001}, [("title", "string.pattern"), ("body", "string.max_len")]),
]


@pytest.mark.parametrize(("fields", "violations"), FIELDS)
async def test_bad_fields_are_told_with_their_rule(
    world: World, fields: dict[str, Any], violations: list[tuple[str, str]]
) -> None:
    found = await world.refused(world.enterprise.actor(), "SubmitDemand", draft(**fields))
    assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELDS_INVALID")
    assert [(v.field, v.rule) for v in found.violations] == violations


async def test_who_may_not_send_is_told_why(world: World) -> None:
    mine, neighbour = str(world.enterprise.id), str(world.neighbour.id)
    former = signing.person(Role.ROLE_LIAISON, organisation=world.enterprise.id)
    nobodys = signing.person(Role.ROLE_LIAISON)
    phone = pb.CHANNEL_PHONE
    cases: list[tuple[Any, dict[str, Any], str]] = [
        (world.enterprise.actor(), {"category_code": "astrology"}, "CATEGORY_UNKNOWN"),
        (world.last_year.actor(), {}, "ENTERPRISE_NOT_DESIGNATED"),
        (former, {}, "ENTERPRISE_NOT_DESIGNATED"),
        (nobodys, {}, "CHANNEL_NOT_ALLOWED"),
        (world.enterprise.actor(), {"channel": phone}, "CHANNEL_NOT_ALLOWED"),
        (world.enterprise.actor(), {"enterprise_id": neighbour}, "ENTERPRISE_NOT_FOUND"),
        (world.enterprise.actor(), {"enterprise_id": neighbour, "channel": phone}, "ENTERPRISE_NOT_FOUND"),
        (world.centre(), {}, "CHANNEL_NOT_ALLOWED"),
        (world.centre(), {"enterprise_id": mine}, "CHANNEL_NOT_ALLOWED"),
        (world.centre(), {"channel": phone}, "ENTERPRISE_MISSING"),
        (world.officer(), {"channel": pb.CHANNEL_ON_SITE}, "ENTERPRISE_MISSING"),
        (world.centre(), {"enterprise_id": str(uuid4()), "channel": phone}, "ENTERPRISE_NOT_FOUND"),
        (world.centre(), {"enterprise_id": str(world.last_year.id), "channel": phone}, "ENTERPRISE_NOT_DESIGNATED"),
        (world.officer(), {"enterprise_id": neighbour, "channel": phone}, "ENTERPRISE_NOT_FOUND"),
        (world.officer(), {"enterprise_id": str(uuid4()), "channel": phone}, "ENTERPRISE_NOT_FOUND"),
        (world.officer(), {"enterprise_id": str(world.last_year.id), "channel": phone}, "ENTERPRISE_NOT_DESIGNATED"),
        (world.agency(), {}, "PERMISSION_DENIED"),
        (world.supervisor(), {"enterprise_id": mine, "channel": phone}, "PERMISSION_DENIED"),
    ]
    for actor, fields, reason in cases:
        found = await world.refused(actor, "SubmitDemand", draft(**fields))
        assert found.reason == reason, fields
    year = str(world.course.calendar.day_of(datetime.now(UTC)).year)
    told = await world.refused(world.last_year.actor(), "SubmitDemand", draft())
    assert told.metadata == {"year": year}


@pytest.mark.parametrize("channel", [pb.CHANNEL_PHONE, pb.CHANNEL_ON_SITE])
async def test_staff_send_on_behalf_and_that_is_recorded(world: World, channel: pb.Channel.ValueType) -> None:
    for actor, unit_code in ((world.officer(), f"area-{world.enterprise.area}"), (world.centre(), "centre")):
        demand = await world.submit(actor, enterprise_id=str(world.enterprise.id), channel=channel)
        assert (demand.channel, demand.submitted_for_by_unit) == (channel, unit_code)
        assert (demand.submitted_by, demand.enterprise_id) == (actor.subject, str(world.enterprise.id))
        seen = rpc.GetDemandRequest(demand_id=demand.id)
        assert (await world.call(world.enterprise.actor(), "GetDemand", seen)).demand.id == demand.id
    own = await world.submit()
    assert (own.channel, own.submitted_for_by_unit) == (pb.CHANNEL_MINI_PROGRAM, "")


async def test_a_retry_returns_the_demand_as_it_now_is_without_a_second_effect(world: World) -> None:
    request = draft()
    first = (await world.call(world.enterprise.actor(), "SubmitDemand", request)).demand
    accepted = await world.move(world.agency(), "AcceptDemand", first)
    before = await world.snapshot()
    again = (await world.call(world.enterprise.actor(), "SubmitDemand", request)).demand
    assert (again.id, again.state, again.version) == (first.id, pb.STATE_ACCEPTED, accepted.version)
    assert await world.snapshot() == before


async def test_a_retry_is_known_even_when_the_same_would_now_be_refused(world: World) -> None:
    await category(world, "for_a_day", "hrss")
    request = draft(category_code="for_a_day")
    first = (await world.call(world.enterprise.actor(), "SubmitDemand", request)).demand
    await world.sql("UPDATE category SET active = false WHERE code = 'for_a_day'")
    again = (await world.call(world.enterprise.actor(), "SubmitDemand", request)).demand
    assert again.id == first.id
    found = await world.refused(world.enterprise.actor(), "SubmitDemand", draft(category_code="for_a_day"))
    assert found.reason == "CATEGORY_UNKNOWN"


async def test_other_content_under_the_same_request_id_is_refused(world: World) -> None:
    request = draft()
    await world.call(world.enterprise.actor(), "SubmitDemand", request)
    other = rpc.SubmitDemandRequest()
    other.CopyFrom(request)
    other.title += "？"
    found = await world.refused(world.enterprise.actor(), "SubmitDemand", other)
    assert (found.code, found.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "IDEMPOTENCY_KEY_REUSED")
    theirs = (await world.call(world.neighbour.actor(), "SubmitDemand", request)).demand
    assert theirs.enterprise_id == str(world.neighbour.id)  # ids are each person's own


async def test_the_same_request_many_times_at_once_is_one_demand(world: World) -> None:
    requests = [draft() for _ in range(6)]
    calls = [world.call(world.enterprise.actor(), "SubmitDemand", request) for request in requests for _ in range(8)]
    found = await asyncio.gather(*calls)
    ids = {answer.demand.id for answer in found}
    assert len(ids) == len(requests)
    for demand_id in ids:
        assert await world.events(demand_id) == ["DemandDispatched"]


async def test_good_and_bad_that_arrive_together_each_get_their_own(world: World) -> None:
    drafts = [draft(title=f"第{n}件", category_code="hrss" if n % 3 else "astrology") for n in range(40)]
    calls = [world.call(world.enterprise.actor(), "SubmitDemand", request) for request in drafts]
    found = await asyncio.gather(*calls, return_exceptions=True)
    for number, answer in enumerate(found):
        if number % 3:
            assert not isinstance(answer, BaseException)
            assert answer.demand.title == f"第{number}件"
        else:
            assert isinstance(answer, grpc.aio.AioRpcError)
    serials = [answer.demand.serial for answer in found if not isinstance(answer, BaseException)]
    assert len(set(serials)) == len(serials)


async def test_a_second_designation_of_the_same_year_bars_nobody(world: World) -> None:
    """The copy may briefly hold two for one enterprise, while one is withdrawn for the other."""
    await world.sql(
        "INSERT INTO liaison_point SELECT gen_random_uuid(), enterprise_id, enterprise_name, year, area_code, active,"
        " liaison_person_id, contact_as_of, 1 FROM liaison_point WHERE enterprise_id = :id",
        id=world.neighbour.id,
    )
    submissions = [world.submit(world.neighbour.actor()), world.submit(), world.submit(world.neighbour.actor())]
    found = await asyncio.gather(*submissions)
    assert [demand.enterprise_id for demand in found] == [
        str(world.neighbour.id),
        str(world.enterprise.id),
        str(world.neighbour.id),
    ]
