"""Lectures that enterprises ask for, as both sides, others of the zone and the listeners see them."""

import asyncio
from datetime import UTC, timedelta
from uuid import uuid4

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import booking_service_pb2 as booking_rpc
from fahu.courses.v1 import lecture_pb2
from fahu.courses.v1 import lecture_request_pb2 as pb
from fahu.courses.v1 import lecture_request_service_pb2 as rpc
from fahu.courses.v1.events_pb2 import LectureRequestChanged

from kit.rpc.client import refusal_of
from tests import signing
from tests.courses.asking import FIRST, Asking, asking_in, begin, slots
from tests.courses.conftest import CENTRE, HOST, OTHER_HOST, SUPERVISOR, World, new_courseware, new_lecturer, refusal, stamp

REQUESTED, COUNTERED = pb.LECTURE_REQUEST_STATE_REQUESTED, pb.LECTURE_REQUEST_STATE_COUNTERED
ACCEPTED, DECLINED = pb.LECTURE_REQUEST_STATE_ACCEPTED, pb.LECTURE_REQUEST_STATE_DECLINED
AGENCY, ENTERPRISE, NEITHER = pb.REQUEST_SIDE_AGENCY, pb.REQUEST_SIDE_ENTERPRISE, pb.REQUEST_SIDE_UNSPECIFIED


@pytest.fixture
async def asking(world: World) -> Asking:
    """Firms with an even number lie in the west, the others on the coast."""
    return await asking_in(world)


async def test_an_accepted_request_is_a_lecture_with_everybody_booked(world: World, asking: Asking) -> None:
    host, guest = world.firms[0], world.firms[2]
    asked = await asking.ask(host)
    assert (asked.state, asked.turn, asked.party_count, asked.title) == (REQUESTED, AGENCY, 1, "劳动合同解除的三个案例")
    await asking.join(asked, guest, heads=3)
    accepted = await asking.accept(await asking.get(asked.id), slot=2, capacity=20)
    assert (accepted.state, accepted.turn, accepted.head_count) == (ACCEPTED, NEITHER, 11)
    lecture = await world.get(accepted.lecture_id)
    assert (lecture.kind, lecture.state) == (lecture_pb2.LECTURE_KIND_ON_DEMAND, lecture_pb2.LECTURE_STATE_OPEN)
    assert (lecture.place, lecture.zone_code, lecture.capacity, lecture.taken) == ("示例路1号 职工食堂", "west", 20, 11)
    assert lecture.starts_at.ToDatetime(UTC) == begin(4)
    for firm, heads in ((host, 8), (guest, 3)):
        (booked,) = (await world.bookings(firm.contact).ListBookings(booking_rpc.ListBookingsRequest())).bookings
        assert (booked.lecture_id, booked.heads, booked.state) == (lecture.id, heads, lecture_pb2.BOOKING_STATE_CONFIRMED)
        assert (await world.cancel(booked, firm)).state == lecture_pb2.BOOKING_STATE_CANCELLED
    told = (await world.events(LectureRequestChanged, asked.id))[-1]
    assert list(told.liaison_ids) == [str(firm.contact.person_id) for firm in (host, guest)]
    (unit,) = await world.rows("SELECT contact_ids FROM unit WHERE code = 'hrss'")
    assert list(told.agency_contact_ids) == [str(person) for person in unit[0]]
    assert (told.request.lecture_id, told.request.turn) == (lecture.id, NEITHER)


async def test_a_topic_is_asked_of_an_agency_and_given_from_its_courseware(world: World, asking: Asking) -> None:
    topic = rpc.TopicDraft(unit_code="hrss", title="灵活用工怎样签合同")
    asked = await asking.ask(world.firms[0], topic=topic)
    assert (asked.title, asked.courseware_id, asked.unit_code) == ("灵活用工怎样签合同", "", "hrss")
    assert (await refusal(asking.accept(asked))).reason == "COURSEWARE_NOT_FOUND"
    accepted = await asking.accept(asked, courseware_id=str(world.courseware))
    assert (await world.get(accepted.lecture_id)).courseware_id == str(world.courseware)


async def test_each_side_counters_once(world: World, asking: Asking) -> None:
    firm = world.firms[0]
    asked = await asking.ask(firm)
    assert (await refusal(asking.decline(asked, firm.contact))).reason == "LECTURE_REQUEST_NOT_YOUR_TURN"
    first = await asking.counter(asked, days=(6, 7), capacity=12)
    assert (first.state, first.turn, len(first.slots), first.offer.capacity) == (COUNTERED, ENTERPRISE, 2, 12)
    assert first.slots[0].starts_at.ToDatetime(UTC) == begin(6)
    assert (await refusal(asking.accept(first))).reason == "LECTURE_REQUEST_NOT_YOUR_TURN"
    second = await asking.counter(first, firm.contact, days=(8,))
    assert (second.state, second.turn, second.slots[0].position) == (COUNTERED, AGENCY, 1)
    assert (await refusal(asking.counter(second, days=(9,)))).reason == "LECTURE_REQUEST_WRONG_STATE"
    declined = await asking.decline(second)
    assert (declined.state, declined.end_reason) == (DECLINED, "本月讲师均已排满")
    turns = [event.request.turn for event in await world.events(LectureRequestChanged, asked.id)]
    assert turns == [AGENCY, ENTERPRISE, AGENCY, NEITHER]


async def test_the_enterprise_accepts_what_the_agency_offered(world: World, asking: Asking) -> None:
    firm = world.firms[0]
    countered = await asking.counter(await asking.ask(firm), days=(6, 7), capacity=9)
    assert (await refusal(asking.accept(countered, firm.contact, slot=3))).reason == "REQUEST_SLOT_NOT_FOUND"
    assert (await refusal(asking.accept(countered, firm.contact, capacity=40))).reason == "FIELDS_INVALID"
    assert (await refusal(asking.join(countered, world.firms[2], heads=2))).reason == "LECTURE_REQUEST_FULL"
    accepted = await asking.accept(countered, firm.contact, slot=2)
    lecture = await world.get(accepted.lecture_id)
    assert (lecture.lecturer_id, lecture.capacity, lecture.taken) == (str(world.lecturer), 9, 8)
    assert lecture.starts_at.ToDatetime(UTC) == begin(7)


async def test_who_may_join_is_told_no_more_than_that_needs(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    await asking.join(asked, world.firms[4], heads=2)
    (found,) = await asking.listed(world.firms[2].contact, joinable=True)
    assert (found.title, found.unit_code, len(found.slots), found.party_count) == (asked.title, "hrss", 3, 2)
    joined = await asking.join(asked, world.firms[2], heads=4)
    assert (joined.own_heads, joined.party_count) == (4, 3)
    for seen in (found, joined):
        hidden = (seen.enterprise_id, seen.enterprise_name, seen.area_code, seen.place, seen.head_count, seen.parties)
        assert not any(hidden)
    own = await asking.get(asked.id, world.firms[0].contact)
    assert (own.place, own.head_count, own.own_heads, len(own.parties)) == ("示例路1号 职工食堂", 14, 8, 0)
    hosted = await asking.get(asked.id)
    assert [(party.enterprise_name, party.heads) for party in hosted.parties] == [
        ("测试企业0", 8),
        ("测试企业4", 2),
        ("测试企业2", 4),
    ]
    assert await asking.listed(world.firms[2].contact, joinable=True) == []


async def test_a_request_is_seen_by_those_it_concerns(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    officer = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116101", area="310116101")
    for actor in (world.firms[0].contact, world.firms[2].contact, HOST, officer, CENTRE, SUPERVISOR):
        assert [one.id for one in await asking.listed(actor)] == [asked.id]
    elsewhere = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116109", area="310116109")
    for actor in (world.firms[1].contact, OTHER_HOST, elsewhere):
        assert (await refusal(asking.get(asked.id, actor))).reason == "LECTURE_REQUEST_NOT_FOUND"
        assert await asking.listed(actor) == []
    assert (await refusal(asking.join(asked, world.firms[1]))).reason == "LECTURE_REQUEST_NOT_FOUND"
    assert (await refusal(asking.decline(asked, world.firms[2].contact))).reason == "PERMISSION_DENIED"
    assert (await refusal(asking.decline(asked, OTHER_HOST))).reason == "LECTURE_REQUEST_NOT_FOUND"
    await asking.withdraw(asked, world.firms[0])
    assert (await refusal(asking.get(asked.id, world.firms[2].contact))).reason == "LECTURE_REQUEST_NOT_FOUND"


async def test_who_joined_may_leave_until_it_is_accepted(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    await asking.join(asked, world.firms[2])
    assert (await refusal(asking.join(asked, world.firms[2]))).reason == "ALREADY_JOINED"
    assert (await refusal(asking.join(asked, world.firms[0]))).reason == "ALREADY_JOINED"
    assert (await refusal(asking.leave(asked, world.firms[0]))).reason == "NOT_JOINED"
    assert (await refusal(asking.join(asked, world.firms[4], heads=6))).reason == "TOO_MANY_HEADS"
    assert (await asking.leave(asked, world.firms[2])).party_count == 1
    again = await asking.join(asked, world.firms[2], heads=1)
    assert again.own_heads == 1
    assert (await refusal(asking.accept(asked))).reason == "STALE_VERSION"
    seen = await asking.get(asked.id)
    assert (await refusal(asking.accept(seen, capacity=8))).metadata == {"heads": "9"}
    await asking.accept(seen, capacity=9)
    assert (await refusal(asking.leave(asked, world.firms[2]))).reason == "LECTURE_REQUEST_WRONG_STATE"


async def test_one_that_is_no_liaison_point_any_more_is_not_booked(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    await asking.join(asked, world.firms[2])
    ended = "UPDATE liaison_point SET active = false WHERE enterprise_id = CAST(:id AS uuid)"
    await world.change(ended, id=str(world.firms[2].enterprise_id))
    accepted = await asking.accept(await asking.get(asked.id), capacity=8)
    assert (accepted.party_count, (await world.get(accepted.lecture_id)).taken) == (1, 8)
    other = await asking.ask(world.firms[4], slots=slots(8, 9))
    await world.change(ended, id=str(world.firms[4].enterprise_id))
    assert (await refusal(asking.accept(other))).reason == "ENTERPRISE_NOT_DESIGNATED"


async def test_a_lecturer_is_never_in_two_places(world: World, asking: Asking) -> None:
    await asking.accept(await asking.ask(world.firms[0]))
    asked = await asking.ask(world.firms[2])
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await asking.accept(asked)
    refused = refusal_of(caught.value)
    assert (refused.reason, refused.metadata) == ("LECTURER_BUSY", {})
    assert "讲师" not in (caught.value.details() or "")
    assert (await asking.get(asked.id)).state == REQUESTED
    async with world.database.begin() as session:
        second = new_lecturer(uuid4(), "hrss", 2)
        session.add(second)
        session.add(new_lecturer(other := uuid4(), "justice", 1))
    assert (await refusal(asking.accept(asked, lecturer_id=str(other)))).reason == "LECTURER_NOT_FOUND"
    assert (await asking.accept(asked, lecturer_id=str(second.id))).state == ACCEPTED


async def test_one_open_request_for_the_same(world: World, asking: Asking) -> None:
    firm, topic = world.firms[0], rpc.TopicDraft(unit_code="hrss", title="灵活用工")
    asked = await asking.ask(firm)
    assert (await refusal(asking.ask(firm))).reason == "LECTURE_REQUEST_EXISTS"
    await asking.ask(firm, topic=topic)
    assert (await refusal(asking.ask(firm, topic=topic))).reason == "LECTURE_REQUEST_EXISTS"
    await asking.withdraw(asked, firm)
    assert (await asking.ask(firm)).state == REQUESTED


OVERLAPPING = rpc.SlotDraft(starts_at=stamp(begin(3) + timedelta(hours=1)), ends_at=stamp(begin(4)))
WRONG_SLOTS = {
    "past": (slots(-1, 3), "slots[0].starts_at"),
    "unordered": (slots(4, 3), "slots[1].starts_at"),
    "overlapping": ([*slots(3), OVERLAPPING], "slots[1].starts_at"),
    "of another year": (slots(3, 400), "slots[1].starts_at"),
    "backwards": ([rpc.SlotDraft(starts_at=stamp(begin(3)), ends_at=stamp(begin(2))), *slots(4)], "slots[0].ends_at"),
}


@pytest.mark.parametrize("fault", WRONG_SLOTS)
async def test_slots_that_cannot_be_are_refused(world: World, asking: Asking, fault: str) -> None:
    given, field = WRONG_SLOTS[fault]
    refused = await refusal(asking.ask(world.firms[0], slots=given))
    assert (refused.reason, refused.metadata) == ("SLOTS_INVALID", {"field": field})


async def test_what_is_no_request_is_refused(world: World, asking: Asking) -> None:
    firm = world.firms[0]
    nothing, other = str(uuid4()), rpc.TopicDraft(unit_code="centre", title="示例")
    assert (await refusal(asking.ask(firm, courseware_id=nothing))).reason == "COURSEWARE_NOT_FOUND"
    assert (await refusal(asking.ask(firm, topic=other))).reason == "AGENCY_NOT_FOUND"
    assert (await refusal(asking.ask(firm, slots=slots(3)))).reason == "FIELDS_INVALID"
    async with world.database.begin() as session:
        session.add(new_courseware(draft := uuid4(), "hrss", "DRAFT"))
    assert (await refusal(asking.ask(firm, courseware_id=str(draft)))).reason == "COURSEWARE_NOT_FOUND"
    await world.change("UPDATE liaison_point SET year = year - 1")
    assert (await refusal(asking.ask(firm))).metadata == {"year": str(FIRST.year)}


async def test_a_slot_that_has_passed_is_not_accepted(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    await world.change("ALTER TABLE request_slot DISABLE TRIGGER request_slot_kept")
    await world.change("UPDATE request_slot SET starts_at = now() - interval '1 minute' WHERE position = 1")
    assert (await refusal(asking.accept(asked))).reason == "SLOT_PAST"


async def test_retries_take_effect_once(world: World, asking: Asking) -> None:
    firm, key = world.firms[0], uuid4().hex
    made = await asyncio.gather(*(asking.ask(firm, request_id=key) for _ in range(4)))
    assert len({one.id for one in made}) == 1
    assert (await refusal(asking.ask(firm, request_id=key, heads=9))).reason == "IDEMPOTENCY_KEY_REUSED"
    joined = await asyncio.gather(*(asking.join(made[0], world.firms[2], request_id=key) for _ in range(4)))
    assert {one.party_count for one in joined} == {2}
    seen = await asking.get(made[0].id)
    accepted = await asyncio.gather(*(asking.accept(seen, request_id=key) for _ in range(4)))
    assert len({one.lecture_id for one in accepted}) == 1
    assert await world.rows("SELECT count(*) FROM lecture") == [(1,)]


async def test_of_two_who_accept_at_once_one_makes_the_lecture(world: World, asking: Asking) -> None:
    colleague = signing.person(Role.ROLE_AGENCY_LEAD, unit="hrss")
    for number, firm in enumerate(world.firms[:4]):
        asked = await asking.ask(firm, slots=slots(3 + 2 * number, 4 + 2 * number))
        both = (asking.accept(asked), asking.accept(asked, colleague, capacity=30))
        outcomes = await asyncio.gather(*both, return_exceptions=True)
        refused = [one for one in outcomes if isinstance(one, grpc.aio.AioRpcError)]
        assert [refusal_of(one).reason for one in refused] == ["STALE_VERSION"]
        assert await world.rows("SELECT count(*) FROM lecture") == [(number + 1,)]


async def test_a_join_at_the_moment_of_acceptance_is_booked_or_refused(world: World, asking: Asking) -> None:
    for attempt in range(6):
        asked = await asking.ask(world.firms[0], slots=slots(3 + 2 * attempt, 4 + 2 * attempt))
        joining = asyncio.create_task(asking.join(asked, world.firms[2]))
        accepting = asyncio.create_task(asking.accept(asked))
        await asyncio.wait([joining, accepting])
        if isinstance(error := accepting.exception(), grpc.aio.AioRpcError):  # somebody joined first: the agency looks again
            assert refusal_of(error).reason == "STALE_VERSION"
            accepted = await asking.accept(await asking.get(asked.id))
        else:
            accepted = accepting.result()
        of_lecture = "SELECT enterprise_id FROM booking WHERE lecture_id = CAST(:id AS uuid)"
        booked = await world.rows(of_lecture, id=accepted.lecture_id)
        if isinstance(error := joining.exception(), grpc.aio.AioRpcError):
            assert refusal_of(error).reason in ("LECTURE_REQUEST_WRONG_STATE", "LECTURE_REQUEST_NOT_FOUND")
        assert ((world.firms[2].enterprise_id,) in booked) == (joining.exception() is None)
