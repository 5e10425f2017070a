"""One or two from each unit: who is in the corps, who follows whom, and what becomes of their lectures."""

import asyncio
from uuid import uuid4

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import corps_service_pb2 as rpc
from fahu.courses.v1 import lecture_service_pb2 as lecture_rpc
from fahu.courses.v1.events_pb2 import LectureChanged
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from kit.rpc.client import refusal_of
from tests import signing
from tests.courses.conftest import CENTRE, HOST, OTHER_HOST, SUPERVISOR, YEAR, World, new_lecturer, refusal
from tests.courses.corps import CONSULTATION, LECTURE, CorpsWorld, on

OFFICER = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116101", area="310116101")


@pytest.fixture
def corps(world: World) -> CorpsWorld:
    return CorpsWorld(world)


async def test_a_unit_sends_two_and_no_more(corps: CorpsWorld) -> None:
    second = await corps.appoint("李讲师")
    assert (second.seat, second.year, second.unit_name, second.post) == (2, YEAR, "名：hrss", "科长")
    full = await refusal(corps.appoint("王讲师"))
    assert (full.reason, full.metadata) == ("CORPS_SEATS_TAKEN", {})
    assert (await corps.appoint("王讲师", year=YEAR + 1)).seat == 1
    again = await refusal(corps.appoint("李讲师"))
    assert again.reason == "ALREADY_IN_CORPS"


async def test_consultants_are_of_the_group_of_their_unit(corps: CorpsWorld) -> None:
    found = await corps.appoint("陈顾问", "committee", SUPERVISOR, corps=CONSULTATION)
    assert (found.group_number, found.unit_name) == (1, "committee")
    listed = await corps.listed(CENTRE, CONSULTATION)
    assert [one.name for one in listed.members] == ["陈顾问"]
    assert len(listed.gaps) == 9
    assert {(gap.unit_code, gap.group_number) for gap in listed.gaps} >= {("justice", 1), ("fire_rescue", 4)}


async def test_gaps_are_the_agencies_that_have_nobody(corps: CorpsWorld) -> None:
    gaps = (await corps.listed(OFFICER)).gaps
    assert len(gaps) == 8
    assert "hrss" not in {gap.unit_code for gap in gaps}
    await corps.world.change("UPDATE unit SET active = false WHERE code = 'court'")
    await corps.end(await corps.first())
    after = {gap.unit_code for gap in (await corps.listed()).gaps}
    assert ("hrss" in after, "court" in after) == (True, False)


@pytest.mark.parametrize(
    ("unit", "year", "reason"),
    [("justice", YEAR, "PERMISSION_DENIED"), ("hrss", YEAR - 1, "YEAR_OVER")],
)
async def test_staff_send_for_their_own_unit_and_for_no_year_past(
    corps: CorpsWorld, unit: str, year: int, reason: str
) -> None:
    assert (await refusal(corps.appoint("李讲师", unit, year=year))).reason == reason
    assert (await refusal(corps.appoint("李讲师", "centre", SUPERVISOR))).reason == "UNIT_NOT_IN_CORPS"
    assert (await corps.appoint("李讲师", "justice", SUPERVISOR)).unit_code == "justice"


async def test_the_corps_of_a_year_that_is_over_stays_as_it_was(corps: CorpsWorld) -> None:
    former = new_lecturer(uuid4(), "hrss", 1)
    former.year = YEAR - 1
    async with corps.world.database.begin() as session:
        session.add(former)
    member = (await corps.listed(year=YEAR - 1)).members[0]
    update = rpc.UpdateMemberRequest(on=on(member), post="副科长", topics="工伤认定")
    for call in (corps.replace(member, "李讲师"), corps.end(member), corps.stub().UpdateMember(update)):
        assert (await refusal(call)).reason == "YEAR_OVER"
    assert (await corps.listed(year=YEAR - 1)).members[0] == member


async def test_a_retry_appoints_once(corps: CorpsWorld) -> None:
    request_id = uuid4().hex
    first = await corps.appoint("李讲师", "court", SUPERVISOR, request_id)
    assert await corps.appoint("李讲师", "court", SUPERVISOR, request_id) == first
    other = corps.appoint("王讲师", "court", SUPERVISOR, request_id)
    assert (await refusal(other)).reason == "IDEMPOTENCY_KEY_REUSED"


# Between seeing a free seat and taking it there is time for everybody else to see it too.
HESITATE = """
CREATE FUNCTION hesitate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;
CREATE TRIGGER hesitate BEFORE INSERT ON lecturer FOR EACH ROW EXECUTE FUNCTION hesitate();
"""


async def _appoint_at_once(corps: CorpsWorld, count: int) -> list[str]:
    """Why each was refused; empty for who was appointed."""
    stub = corps.stub(SUPERVISOR)
    await corps.world.change(HESITATE)

    async def one(number: int) -> str:
        draft = rpc.MemberDraft(name=f"讲师{number + 10}")
        request = rpc.AppointMemberRequest(corps=LECTURE, unit_code="hrss", draft=draft, request_id=uuid4().hex)
        try:
            await stub.AppointMember(request)
        except grpc.aio.AioRpcError as error:
            return refusal_of(error).reason
        return ""

    return await asyncio.gather(*map(one, range(count)))


async def test_of_forty_at_once_one_gets_the_last_seat(corps: CorpsWorld) -> None:
    answers = await _appoint_at_once(corps, 40)
    assert sorted(answers) == ["", *["CORPS_SEATS_TAKEN"] * 39]
    assert [one.seat for one in (await corps.listed(unit_code="hrss")).members] == [1, 2]


async def test_without_the_numbered_seats_more_than_one_gets_it(corps: CorpsWorld) -> None:
    """What the race above would show if the database did not hold the rule."""
    await corps.world.change("DROP INDEX uq_lecturer_seat")
    answers = await _appoint_at_once(corps, 40)
    assert answers.count("") > 1


async def test_who_follows_takes_the_seat_and_the_lectures_ahead(corps: CorpsWorld) -> None:
    world = corps.world
    ahead, planned = await world.lecture(), await world.lecture(starts_in=300)
    await world.book(ahead, world.firms[0])
    old, request_id = await corps.first(), uuid4().hex
    stands = await refusal(corps.replace(old, "李讲师"))
    assert (stands.reason, stands.metadata["count"]) == ("LECTURES_AHEAD", "2")
    answer = await corps.replace(old, "李讲师", takes_over=True, request_id=request_id)
    assert (answer.member.seat, answer.member.predecessor_id, answer.lecture_count) == (old.seat, old.id, 2)
    assert await corps.replace(old, "李讲师", takes_over=True, request_id=request_id) == answer
    for lecture in (ahead, planned):
        assert (await world.get(lecture.id)).lecturer_name == "李讲师"
    told = [list(event.liaison_ids) for event in await world.events(LectureChanged, ahead.id)]
    assert told[-1] == [str(world.firms[0].contact.person_id)]
    before = await corps.first()
    assert (before.end_reason, before.name) == ("因病不能继续授课", "讲师1")


async def test_nobody_leaves_lectures_behind(corps: CorpsWorld) -> None:
    lecture = await corps.world.lecture()
    first = await corps.first()
    assert (await refusal(corps.end(first))).reason == "LECTURES_AHEAD"
    on_lecture = lecture_rpc.LecturePrecondition(
        lecture_id=lecture.id, expected_version=lecture.version, request_id=uuid4().hex
    )
    await corps.world.lectures().CancelLecture(lecture_rpc.CancelLectureRequest(on=on_lecture, reason="讲师生病"))
    ended = await corps.end(first)
    assert ended.HasField("ended_at")
    draft = lecture_rpc.PlanLectureRequest(draft=corps.world.draft(), request_id=uuid4().hex)
    assert (await refusal(corps.world.lectures().PlanLecture(draft))).reason == "LECTURER_NOT_FOUND"
    assert (await refusal(corps.end(ended))).reason == "MEMBER_ENDED"


async def test_a_lecture_planned_while_its_lecturer_leaves_has_a_lecturer(corps: CorpsWorld) -> None:
    """Whoever comes second is refused; neither leaves a lecture ahead with somebody who is gone."""
    for _ in range(5):
        one = await corps.appoint("李讲师", year=YEAR)
        plan = corps.world.draft(lecturer_id=one.id)
        requests = [
            corps.end(one),
            corps.world.lectures().PlanLecture(lecture_rpc.PlanLectureRequest(draft=plan, request_id=uuid4().hex)),
        ]
        results = await asyncio.gather(*requests, return_exceptions=True)
        refused = [refusal_of(one).reason for one in results if isinstance(one, grpc.aio.AioRpcError)]
        assert refused in (["LECTURER_NOT_FOUND"], ["LECTURES_AHEAD"])
        await corps.world.change("UPDATE lecture SET state = 'CANCELLED', end_reason = 'x' WHERE state <> 'CANCELLED'")
        if refused == ["LECTURES_AHEAD"]:
            await corps.end(one)


async def test_the_past_is_for_the_unit_and_who_oversees(corps: CorpsWorld) -> None:
    ended = await corps.end(await corps.first())
    for actor in (HOST, CENTRE, SUPERVISOR):
        assert [one.id for one in (await corps.listed(actor, with_ended=True)).members] == [ended.id]
    for actor in (OTHER_HOST, OFFICER):
        assert not (await corps.listed(actor, with_ended=True)).members
    assert not (await corps.listed(SUPERVISOR)).members
    assert (await refusal(corps.end(ended, OTHER_HOST))).reason == "MEMBER_NOT_FOUND"


async def test_another_unit_sees_a_lecturer_and_changes_nothing(corps: CorpsWorld) -> None:
    first = await corps.first(OTHER_HOST)
    assert (await refusal(corps.replace(first, "李讲师", actor=OTHER_HOST))).reason == "PERMISSION_DENIED"
    request = rpc.UpdateMemberRequest(on=on(first), post="副科长", topics="工伤认定")
    assert (await refusal(corps.stub(OTHER_HOST).UpdateMember(request))).reason == "PERMISSION_DENIED"
    found = (await corps.stub(HOST).UpdateMember(request)).member
    assert (found.post, found.topics, found.version) == ("副科长", "工伤认定", first.version + 1)
    request.on.request_id = uuid4().hex
    assert (await refusal(corps.stub(HOST).UpdateMember(request))).reason == "STALE_VERSION"


# What each statement would do to a lecturer with a lecture ahead and one whose time has ended, and the rule against it.
AGAINST_THE_RULES = {
    "member_past_stays": "UPDATE lecturer SET name = 'x' WHERE ended_at IS NOT NULL",
    "member_stays": "UPDATE lecturer SET name = 'x' WHERE ended_at IS NULL",
    "member_kept": "DELETE FROM lecturer WHERE ended_at IS NOT NULL",
    "lecturer_without_lectures": "UPDATE lecturer SET ended_at = now(), end_reason = 'x' WHERE ended_at IS NULL",
    "lecture_by_present_lecturer": "UPDATE lecture SET lecturer_id = (SELECT id FROM lecturer WHERE ended_at IS NOT NULL)",
    "ck_lecturer_ended_for_a_reason": "UPDATE lecturer SET ended_at = now() WHERE ended_at IS NULL",
}


@pytest.mark.parametrize("rule", AGAINST_THE_RULES)
async def test_the_database_keeps_the_corps(corps: CorpsWorld, rule: str) -> None:
    await corps.world.lecture()
    await corps.end(await corps.appoint("李讲师"))
    with pytest.raises(IntegrityError) as caught:
        await corps.world.change(AGAINST_THE_RULES[rule])
    assert constraint_of(caught.value) == rule
