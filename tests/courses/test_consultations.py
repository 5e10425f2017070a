"""Sessions of consultation, as groups, enterprises and the database see them."""

from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import consultation_pb2 as pb
from fahu.courses.v1 import consultation_service_pb2 as rpc
from fahu.courses.v1.events_pb2 import ConsultationChanged, SlotBookingChanged

from kit.calendar import BEIJING
from tests import signing
from tests.courses.conftest import CENTRE, HOST, NOW, OTHER_HOST, SUPERVISOR, World, refusal, stamp
from tests.courses.consulting import (
    COLLEAGUE,
    COMMITTEE,
    GROUP,
    Consulting,
    consulting,
    on_session,
)

BOOKED, CANCELLED = pb.SLOT_BOOKING_STATE_BOOKED, pb.SLOT_BOOKING_STATE_CANCELLED
ATTENDED, NO_SHOW = pb.SLOT_BOOKING_STATE_ATTENDED, pb.SLOT_BOOKING_STATE_NO_SHOW
OFFICER = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116102", area="310116102")
OFFICER_ELSEWHERE = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116109", area="310116109")


@pytest.fixture
async def corps(world: World) -> Consulting:
    return await consulting(world)


async def test_a_session_is_planned_by_its_group_and_seen_once_announced(corps: Consulting) -> None:
    planned = await corps.plan()
    assert (planned.group_number, planned.slot_count, planned.zone_name) == (GROUP, 6, "西部片区")
    assert planned.quarter == (planned.starts_at.ToDatetime(UTC).astimezone(BEIJING).month + 2) // 3
    assert [one.unit_code for one in planned.advisers] == ["hrss"]
    contact = corps.here[0].contact
    for actor in (OTHER_HOST, contact, OFFICER):
        assert (await refusal(corps.get(planned.id, actor))).reason == "CONSULTATION_NOT_FOUND"
    for actor in (HOST, COLLEAGUE, SUPERVISOR, CENTRE):
        assert (await corps.get(planned.id, actor)).id == planned.id
    await corps.sessions(COLLEAGUE).AnnounceConsultation(rpc.AnnounceConsultationRequest(on=on_session(planned)))
    for actor in (OTHER_HOST, contact, OFFICER):
        assert (await corps.get(planned.id, actor)).id == planned.id
    assert (await refusal(corps.get(planned.id, OFFICER_ELSEWHERE))).reason == "CONSULTATION_NOT_FOUND"


async def test_only_its_group_changes_a_session(corps: Consulting) -> None:
    announced = await corps.announced()
    for actor in (OTHER_HOST, SUPERVISOR):
        request = rpc.UpdateConsultationRequest(on=on_session(announced), draft=corps.draft())
        assert (await refusal(corps.sessions(actor).UpdateConsultation(request))).reason == "PERMISSION_DENIED"
    assert (await refusal(corps.plan(SUPERVISOR))).reason == "UNIT_IN_NO_GROUP"
    of_committee = await corps.plan(COMMITTEE, consultant_ids=[])
    assert of_committee.group_number == 1


async def test_a_retry_plans_once(corps: Consulting) -> None:
    request_id = uuid4().hex
    first, second = [await corps.plan(request_id=request_id) for _ in range(2)]
    assert first == second
    assert (await refusal(corps.plan(request_id=request_id, place="另一处"))).reason == "IDEMPOTENCY_KEY_REUSED"


async def test_who_sits_in_it_is_of_the_group_and_in_one_place(corps: Consulting) -> None:
    court = str(corps.consultants["court"])
    assert (await refusal(corps.plan(consultant_ids=[court]))).reason == "CONSULTANT_NOT_FOUND"
    first = await corps.plan()
    assert (await refusal(corps.plan())).reason == "CONSULTANT_BUSY"
    other = await corps.plan(consultant_ids=[str(corps.consultants["market_reg"])])
    both = [str(corps.consultants[unit]) for unit in ("hrss", "market_reg")]
    update = rpc.UpdateConsultationRequest(on=on_session(other), draft=corps.draft(consultant_ids=both))
    assert (await refusal(corps.sessions().UpdateConsultation(update))).reason == "CONSULTANT_BUSY"
    await corps.cancel_session(first)
    changed = (await corps.sessions().UpdateConsultation(update)).consultation
    assert [one.consultant_id for one in changed.advisers] != []
    assert {one.consultant_id for one in changed.advisers} == set(both)


async def test_moving_a_session_moves_who_sits_in_it(corps: Consulting) -> None:
    await corps.plan()
    later = await corps.plan(days=-1)
    update = rpc.UpdateConsultationRequest(on=on_session(later), draft=corps.draft())
    assert (await refusal(corps.sessions().UpdateConsultation(update))).reason == "CONSULTANT_BUSY"


async def test_nobody_announces_a_session_without_staff(corps: Consulting) -> None:
    planned = await corps.plan(consultant_ids=[])
    request = rpc.AnnounceConsultationRequest(on=on_session(planned))
    assert (await refusal(corps.sessions().AnnounceConsultation(request))).reason == "CONSULTATION_WITHOUT_STAFF"


@pytest.mark.parametrize(
    ("days", "hours", "field"),
    [(-1, 2, "starts_at"), (1, 24, "ends_at"), (1, 0, "ends_at"), (1, -1, "ends_at")],
)
async def test_times_that_do_not_fit(corps: Consulting, days: int, hours: int, field: str) -> None:
    starts_at = (NOW + timedelta(days=days)).astimezone(BEIJING).replace(hour=9)
    times: dict[str, Any] = {"starts_at": stamp(starts_at), "ends_at": stamp(starts_at + timedelta(hours=hours))}
    told = await refusal(corps.plan(**times))
    assert (told.reason, told.metadata["field"]) == ("CONSULTATION_TIMES_INVALID", field)


async def test_a_consultant_of_one_year_sits_in_no_session_of_another(corps: Consulting) -> None:
    assert (await refusal(corps.plan(days=366))).reason == "CONSULTANT_NOT_FOUND"


async def test_the_announcement_reaches_the_contacts_of_the_zone_district_level_first(corps: Consulting) -> None:
    await corps.raise_to_district(corps.here[2])
    announced = await corps.announced()
    (event,) = [one for one in await corps.world.events(ConsultationChanged, announced.id) if one.liaison_ids]
    assert event.announced
    assert event.liaison_ids[0] == corps.here[2].contact.subject
    assert set(event.liaison_ids) == {firm.contact.subject for firm in corps.here}


async def test_a_session_that_is_given_up_ends_its_bookings_and_tells_who_booked(corps: Consulting) -> None:
    session = await corps.open_to_all()
    booked = await corps.book(session, corps.here[0])
    ended = await corps.cancel_session(session, "会场临时征用")
    assert (ended.state, ended.end_reason, ended.taken) == (pb.CONSULTATION_STATE_CANCELLED, "会场临时征用", 0)
    found = await corps.booking(booked.id, corps.here[0].contact)
    assert (found.state, found.ended_by, found.end_reason) == (CANCELLED, pb.SLOT_BOOKING_ENDER_HOST, "会场临时征用")
    event = (await corps.world.events(ConsultationChanged, session.id))[-1]
    assert list(event.liaison_ids) == [corps.here[0].contact.subject]
    told = (await corps.world.events(SlotBookingChanged, booked.id))[-1]
    assert (told.state, told.consultation.state) == (CANCELLED, pb.CONSULTATION_STATE_CANCELLED)


async def test_a_session_that_was_not_held_is_given_up_after_its_start(corps: Consulting) -> None:
    session = await corps.open_to_all()
    first, second = [await corps.book(session, firm, number) for number, firm in enumerate(corps.here[:2], 1)]
    begun = await corps.begin(session)
    await corps.mark(second, attended=False)
    ended = await corps.cancel_session(begun, "台风，未能举办")
    assert (ended.state, ended.taken) == (pb.CONSULTATION_STATE_CANCELLED, 0)
    for booked in (first, second):
        found = await corps.booking(booked.id, HOST)
        assert (found.state, found.ended_by) == (CANCELLED, pb.SLOT_BOOKING_ENDER_HOST)
    planned = await corps.plan()
    await corps.world.change(
        "UPDATE consultation SET starts_at = starts_at - interval '60 days', ends_at = ends_at - interval '60 days' "
        "WHERE state = 'PLANNED'"
    )
    assert (await corps.cancel_session(planned)).state == pb.CONSULTATION_STATE_CANCELLED


async def test_a_session_to_which_somebody_came_was_held(corps: Consulting) -> None:
    visited = await corps.open_to_all()
    booked = await corps.book(visited, corps.here[0])
    begun = await corps.begin(visited)
    await corps.mark(booked, attended=True)
    assert (await refusal(corps.cancel_session(begun))).reason == "CONSULTATION_CLOSED"
    recorded = await corps.begin(await corps.announced(days=1))
    await corps.record(recorded, enterprise_name="上海某某商贸有限公司")
    assert (await refusal(corps.cancel_session(recorded))).reason == "CONSULTATION_CLOSED"


async def test_what_is_booked_stands_in_the_way_of_a_shorter_session(corps: Consulting) -> None:
    session = await corps.open_to_all()
    booked = await corps.book(session, corps.here[0], number=6)
    ends_at = stamp(session.starts_at.ToDatetime(UTC) + timedelta(hours=1))
    shorter = rpc.UpdateConsultationRequest(on=on_session(session), draft=corps.draft(ends_at=ends_at))
    assert (await refusal(corps.sessions().UpdateConsultation(shorter))).reason == "SLOTS_TAKEN"
    zone = rpc.UpdateConsultationRequest(on=on_session(session), draft=corps.draft(zone_code="coast"))
    assert (await refusal(corps.sessions().UpdateConsultation(zone))).reason == "SLOTS_TAKEN"
    await corps.change_slot(booked, 1, HOST)
    changed = (await corps.sessions().UpdateConsultation(shorter)).consultation
    assert (changed.slot_count, changed.taken) == (2, 1)
    event = (await corps.world.events(ConsultationChanged, session.id))[-1]
    assert not event.announced
    assert list(event.liaison_ids) == [corps.here[0].contact.subject]


async def test_lists_tell_what_can_be_booked(corps: Consulting) -> None:
    first, full = await corps.open_to_all(), await corps.open_to_all(days=-1, slot_minutes=180)
    await corps.plan(days=-2)
    await corps.book(full, corps.here[0])
    contact = corps.here[1].contact
    for request, expected in (
        (rpc.ListConsultationsRequest(year=first.year), [full.id, first.id]),
        (rpc.ListConsultationsRequest(year=first.year, bookable=True), [first.id]),
        (rpc.ListConsultationsRequest(year=first.year, group_number=1), []),
        (rpc.ListConsultationsRequest(year=first.year, zone_code="coast"), []),
    ):
        listed = await corps.sessions(contact).ListConsultations(request)
        assert [one.id for one in listed.consultations] == expected
    page = await corps.sessions(contact).ListConsultations(rpc.ListConsultationsRequest(year=first.year, page_size=1))
    rest = rpc.ListConsultationsRequest(year=first.year, page_size=1, page_token=page.next_page_token)
    assert [one.id for one in (await corps.sessions(contact).ListConsultations(rest)).consultations] == [first.id]
