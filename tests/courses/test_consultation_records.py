"""What was asked on site, what becomes of it with the enterprise's consent, and what a quarter owes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import consultation_pb2 as pb
from fahu.courses.v1 import consultation_record_service_pb2 as rpc
from fahu.courses.v1.events_pb2 import ConsultationFollowUpAgreed, ConsultationFollowUpAsked
from fahu.dispatch.v1.events_pb2 import ConsultationFollowUpFiled
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from kit.events.handling import Delivery
from services.courses.service import consultation_records
from tests import signing
from tests.courses.conftest import CENTRE, HOST, NOW, OTHER_HOST, SUPERVISOR, World, refusal
from tests.courses.consulting import COLLEAGUE, COMMITTEE, GROUP, Consulting, consulting, content, on_record

ASKED, AGREED = pb.FOLLOW_UP_STATE_ASKED, pb.FOLLOW_UP_STATE_AGREED


@pytest.fixture
async def corps(world: World) -> Consulting:
    return await consulting(world)


async def test_who_is_recorded_has_come(corps: Consulting) -> None:
    session = await corps.open_to_all()
    booked = await corps.book(session, corps.here[0])
    early = corps.record(session, slot_booking_id=booked.id)
    assert (await refusal(early)).reason == "CONSULTATION_NOT_STARTED"
    await corps.begin(session)
    record = await corps.record(session, slot_booking_id=booked.id)
    assert (record.enterprise_name, record.follow_up_state) == (corps.here[0].name, pb.FOLLOW_UP_STATE_NONE)
    assert (await corps.booking(booked.id, HOST)).state == pb.SLOT_BOOKING_STATE_ATTENDED


async def test_who_walked_in_is_recorded_by_hand(corps: Consulting) -> None:
    session = await corps.begin(await corps.announced())
    point = await corps.record(session, designation_id=await corps.designation(corps.elsewhere[0], session.year))
    assert (point.enterprise_name, point.slot_booking_id) == (corps.elsewhere[0].name, "")
    stranger = await corps.record(session, enterprise_name="上海某某商贸有限公司")
    assert (stranger.enterprise_id, stranger.enterprise_name) == ("", "上海某某商贸有限公司")
    asked = corps.record(session, ask=True, enterprise_name="上海某某商贸有限公司")
    assert (await refusal(asked)).reason == "FOLLOW_UP_NOT_POSSIBLE"
    assert (await refusal(corps.record(session))).reason == "FIELDS_INVALID"
    unknown = corps.record(session, designation_id=str(uuid4()))
    assert (await refusal(unknown)).reason == "ENTERPRISE_NOT_DESIGNATED"


async def test_a_record_is_between_the_enterprise_and_the_group(corps: Consulting) -> None:
    session = await corps.begin(await corps.announced())
    record = await corps.record(session, designation_id=await corps.designation(corps.here[0], session.year))
    get = rpc.GetConsultationRecordRequest(consultation_record_id=record.id)
    for actor in (HOST, COLLEAGUE, CENTRE, SUPERVISOR, corps.here[0].contact):
        assert (await corps.records(actor).GetConsultationRecord(get)).consultation_record.id == record.id
        listed = await corps.records(actor).ListConsultationRecords(rpc.ListConsultationRecordsRequest())
        assert [one.id for one in listed.consultation_records] == [record.id]
    for actor in (OTHER_HOST, corps.here[1].contact):
        assert (await refusal(corps.records(actor).GetConsultationRecord(get))).reason == "CONSULTATION_RECORD_NOT_FOUND"
        assert not (
            await corps.records(actor).ListConsultationRecords(rpc.ListConsultationRecordsRequest())
        ).consultation_records
    officer = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116101", area="310116101")
    assert (await refusal(corps.records(officer).GetConsultationRecord(get))).reason == "PERMISSION_DENIED"


async def test_the_enterprise_says_yes_once_and_the_text_stays(corps: Consulting) -> None:
    firm = corps.here[0]
    session = await corps.begin(await corps.announced())
    record = await corps.record(session, ask=True, designation_id=await corps.designation(firm, session.year))
    assert record.follow_up_state == ASKED
    (asked,) = await corps.world.events(ConsultationFollowUpAsked, record.id)
    assert asked.liaison_person_id == firm.contact.subject
    assert (asked.consultation_serial, asked.unit_code) == (session.serial, record.unit_code)
    assert (await refusal(corps.answer(record, corps.here[1], True))).reason == "CONSULTATION_RECORD_NOT_FOUND"
    request_id = uuid4().hex
    agreed = await corps.answer(record, firm, True, request_id)
    assert (agreed.follow_up_state, agreed.answered_by) == (AGREED, firm.contact.subject)
    assert await corps.answer(record, firm, True, request_id) == agreed
    assert (await refusal(corps.answer(agreed, firm, False))).reason == "FOLLOW_UP_WRONG_STATE"
    assert len(await corps.world.events(ConsultationFollowUpAgreed, record.id)) == 1
    update = rpc.UpdateConsultationRecordRequest(on=on_record(agreed), content=content(True, "另一个问题"))
    assert (await refusal(corps.records().UpdateConsultationRecord(update))).reason == "FOLLOW_UP_WRONG_STATE"
    with pytest.raises(IntegrityError) as caught:
        await corps.world.change("UPDATE consultation_record SET question = '另一个问题'")
    assert constraint_of(caught.value) == "record_answered"


async def test_the_enterprise_answers_about_what_it_was_shown(corps: Consulting) -> None:
    firm = corps.here[0]
    session = await corps.begin(await corps.announced())
    record = await corps.record(session, ask=True, designation_id=await corps.designation(firm, session.year))
    update = rpc.UpdateConsultationRecordRequest(on=on_record(record), content=content(True, "另一个问题"))
    assert (await corps.records(COLLEAGUE).UpdateConsultationRecord(update)).consultation_record.question == "另一个问题"
    assert (await refusal(corps.answer(record, firm, True))).reason == "STALE_VERSION"


async def test_who_is_no_liaison_point_any_more_agrees_to_nothing_new(corps: Consulting) -> None:
    firm = corps.here[0]
    session = await corps.begin(await corps.announced())
    record = await corps.record(session, ask=True, designation_id=await corps.designation(firm, session.year))
    await corps.world.change("UPDATE liaison_point SET active = false")
    assert (await refusal(corps.answer(record, firm, True))).reason == "ENTERPRISE_NOT_DESIGNATED"
    assert (await corps.answer(record, firm, False)).follow_up_state == pb.FOLLOW_UP_STATE_DECLINED
    assert await corps.world.events(ConsultationFollowUpAgreed) == []


async def test_a_new_year_takes_no_follow_up_from_who_came_in_the_old_one(corps: Consulting) -> None:
    firm, session = corps.here[0], await corps.begin(await corps.announced())
    earlier = ", ".join(
        f"{name} = {name} - interval '1 year'" for name in ("starts_at", "ends_at", "announced_at", "open_to_all_at")
    )
    await corps.world.change(f"UPDATE consultation SET {earlier}")
    old = await corps.designation(firm, session.year - 1)
    record = await corps.record(session, ask=True, designation_id=old)
    await corps.world.change("UPDATE liaison_point SET active = false WHERE designation_id <> CAST(:old AS uuid)", old=old)
    agreed = await corps.answer(record, firm, True)
    assert agreed.follow_up_state == AGREED
    told = await corps.records("dispatch").GetFollowUp(rpc.GetFollowUpRequest(consultation_record_id=record.id))
    assert (told.answered_at, told.year) == (agreed.answered_at, session.year - 1)


async def test_dispatch_reads_what_was_agreed_to_and_nothing_else(corps: Consulting) -> None:
    firm = corps.here[0]
    session = await corps.begin(await corps.announced())
    record = await corps.record(session, ask=True, designation_id=await corps.designation(firm, session.year))
    get = rpc.GetFollowUpRequest(consultation_record_id=record.id)
    assert (await refusal(corps.records("dispatch").GetFollowUp(get))).reason == "CONSULTATION_RECORD_NOT_FOUND"
    await corps.answer(record, firm, True)
    told = await corps.records("dispatch").GetFollowUp(get)
    assert (told.enterprise_id, told.category_code, told.unit_code) == (str(firm.enterprise_id), "hrss", "hrss")
    assert told.title == "现场咨询：员工休产假期间能否调整岗位？"
    assert "调岗须与本人协商一致" in told.body
    assert "核实两名员工的补偿金额" in told.body
    for other in ("registry", "gateway"):
        assert (await refusal(corps.records(other).GetFollowUp(get))).reason == "PERMISSION_DENIED"


async def test_the_demand_that_was_made_is_kept_once(corps: Consulting) -> None:
    firm = corps.here[0]
    session = await corps.begin(await corps.announced())
    record = await corps.record(session, ask=True, designation_id=await corps.designation(firm, session.year))
    await corps.answer(record, firm, True)
    demand = str(uuid4())
    for _ in range(2):
        async with corps.world.database.begin() as open_session:
            await consultation_records.keep_filed(open_session, [_filed(record.id, demand)])
    get = rpc.GetConsultationRecordRequest(consultation_record_id=record.id)
    shown = (await corps.records(firm.contact).GetConsultationRecord(get)).consultation_record
    assert (shown.demand_id, shown.version) == (demand, 3)


async def test_a_quarter_that_ends_without_a_session_is_missed(corps: Consulting) -> None:
    last_year = NOW.year - 1
    lines = await corps.quarters(SUPERVISOR, last_year)
    assert [(one.group_number, one.quarter) for one in lines] == [(g, q) for g in range(1, 5) for q in range(1, 5)]
    assert all(one.over and one.missed and one.owed == 1 for one in lines)
    session = await corps.begin(await corps.announced())
    await corps.world.change(
        "UPDATE consultation SET starts_at = make_timestamptz(:year, 5, 12, 9, 0, 0, 'Asia/Shanghai'),"
        " ends_at = make_timestamptz(:year, 5, 12, 12, 0, 0, 'Asia/Shanghai'),"
        " announced_at = NULL, open_to_all_at = NULL, state = 'PLANNED'",
        year=last_year,
    )
    before = await corps.quarters(SUPERVISOR, last_year)
    second = [one for one in before if (one.group_number, one.quarter) == (GROUP, 2)]
    assert [(one.held, one.planned, one.missed) for one in second] == [(0, 1, True)]
    await corps.world.change(
        "UPDATE consultation SET announced_at = starts_at - interval '9 days',"
        " open_to_all_at = starts_at - interval '3 days', state = 'HELD'"
    )
    assert session.group_number == GROUP
    after = await corps.quarters(SUPERVISOR, last_year)
    assert [(one.group_number, one.quarter) for one in after if not one.missed] == [(GROUP, 2)]


async def test_a_quarter_to_come_owes_without_being_missed(corps: Consulting) -> None:
    lines = await corps.quarters(CENTRE, NOW.year + 1)
    assert all(one.owed == 1 and not one.over and not one.missed for one in lines)


async def test_visits_count_an_enterprise_once_for_each_session(corps: Consulting) -> None:
    district, town = corps.here[:2]
    await corps.raise_to_district(district)
    session = await corps.open_to_all()
    booked = await corps.book(session, district)
    missing = await corps.book(session, town, number=2)
    session = await corps.begin(session)
    for _ in range(2):
        await corps.record(session, slot_booking_id=booked.id)
    await corps.record(session, enterprise_name="上海某某商贸有限公司")
    await corps.mark(missing, False)
    lines = [one for one in await corps.quarters(HOST, session.year) if one.quarter == session.quarter]
    (line,) = [one for one in lines if one.group_number == GROUP]
    assert (line.visits, line.district_visits) == (2, 1)


async def test_an_agency_sees_the_quarters_of_its_own_group(corps: Consulting) -> None:
    for actor, group in ((HOST, 3), (COLLEAGUE, 3), (OTHER_HOST, 1)):
        assert {one.group_number for one in await corps.quarters(actor)} == {group}
    assert {one.group_number for one in await corps.quarters(COMMITTEE)} == {1, 2, 3, 4}


def _filed(record_id: str, demand_id: str) -> Delivery:
    event = ConsultationFollowUpFiled(consultation_record_id=record_id, demand_id=demand_id)
    kind = ConsultationFollowUpFiled.DESCRIPTOR.full_name
    return Delivery(uuid4(), kind, event, NOW + timedelta(seconds=1), record_id, 1, "")
