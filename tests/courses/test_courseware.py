"""Courseware from its draft to its end, as agencies, 区委依法治区办, enterprises and the database see it."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import courseware_pb2 as pb
from fahu.courses.v1 import courseware_service_pb2 as rpc
from fahu.courses.v1 import lecture_service_pb2 as lecture_rpc
from fahu.courses.v1.events_pb2 import CoursewareChanged
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from tests import signing
from tests.courses.conftest import CENTRE, HOST, OTHER_HOST, SUPERVISOR, World, refusal
from tests.courses.office import Office, on

DRAFT, SUBMITTED, APPROVED = pb.COURSEWARE_STATE_DRAFT, pb.COURSEWARE_STATE_SUBMITTED, pb.COURSEWARE_STATE_APPROVED
RETIRED = pb.COURSEWARE_STATE_RETIRED


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


async def test_an_item_goes_from_draft_to_approval(world: World, office: Office) -> None:
    item = await office.draft()
    assert (item.state, item.anonymised, item.file_count) == (DRAFT, False, 0)
    assert item.serial.startswith(f"KJ{item.year}-")
    item = await office.update(item, title="二倍工资", minutes=60)
    assert (item.title, item.minutes, item.version) == ("二倍工资", 60, 2)
    await office.upload(item)
    item = await office.submit(item)
    assert (item.state, item.anonymised, item.file_count) == (SUBMITTED, True, 1)
    item = await office.approve(item)
    assert item.state == APPROVED
    told = await world.events(CoursewareChanged, item.id)
    assert [event.state for event in told] == [DRAFT, DRAFT, SUBMITTED, APPROVED]
    assert [len(event.contact_ids) for event in told] == [0, 0, 0, 1]


async def test_nothing_is_submitted_that_tells_of_somebody_or_has_no_file(office: Office) -> None:
    item = await office.draft()
    assert (await refusal(office.submit(item))).reason == "COURSEWARE_FILES_MISSING"
    await office.upload(item)
    assert (await refusal(office.submit(item, anonymised=False))).reason == "COURSEWARE_NOT_ANONYMISED"
    assert (await office.get(item)).state == DRAFT


async def test_what_is_sent_back_is_mended_and_ticked_anew(world: World, office: Office) -> None:
    item = await office.submitted()
    item = await office.send_back(item, "第二页写出了企业名称。")
    assert (item.state, item.anonymised, item.note) == (DRAFT, False, "第二页写出了企业名称。")
    told = (await world.events(CoursewareChanged, item.id))[-1]
    assert told.sent_back
    assert len(told.contact_ids) == 1
    item = await office.update(await office.get(item), summary="已改")
    assert (await refusal(office.submit(item, anonymised=False))).reason == "COURSEWARE_NOT_ANONYMISED"
    item = await office.approve(await office.submit(item))
    assert (item.state, item.note) == (APPROVED, "")


async def test_what_was_submitted_stays_as_it_is(world: World, office: Office) -> None:
    item = await office.submitted()
    assert (await refusal(office.update(item, title="改过的标题"))).reason == "COURSEWARE_WRONG_STATE"
    assert (await refusal(office.upload(item))).reason == "COURSEWARE_WRONG_STATE"
    (file,) = await office.list_files(item)
    assert (await refusal(office.delete_file(file))).reason == "COURSEWARE_WRONG_STATE"
    with pytest.raises(IntegrityError) as caught:
        await world.change("UPDATE courseware SET title = '改' WHERE id = CAST(:id AS uuid)", id=item.id)
    assert constraint_of(caught.value) == "courseware_settled"


@pytest.mark.parametrize("call", ["update", "submit", "approve", "retire"])
async def test_another_agencys_item_is_not_there(office: Office, call: str) -> None:
    item = await office.draft()
    both = signing.person(Role.ROLE_AGENCY_HANDLER, Role.ROLE_SUPERVISOR, unit="justice")
    assert (await refusal(getattr(office, call)(item, both))).reason == "COURSEWARE_NOT_FOUND"


async def test_who_supervises_does_not_write_for_another_agency(office: Office) -> None:
    item = await office.send_back(await office.submitted(), "请改")
    both = signing.person(Role.ROLE_AGENCY_HANDLER, Role.ROLE_SUPERVISOR, unit="justice")
    for call in (office.update, office.submit, office.upload):
        assert (await refusal(call(item, both))).reason == "PERMISSION_DENIED"


async def test_who_sees_what(world: World, office: Office) -> None:
    drafted, submitted, approved = await office.draft(), await office.submitted(), await office.approved()
    published = await office.approved()
    await world.change("UPDATE courseware SET state = 'PUBLISHED' WHERE id = CAST(:id AS uuid)", id=published.id)
    officer = signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116101")
    liaison = world.firms[0].contact
    items = {"draft": drafted, "submitted": submitted, "approved": approved, "published": published}
    seen = {
        HOST: {"draft", "submitted", "approved", "published"},
        SUPERVISOR: {"submitted", "approved", "published"},
        CENTRE: {"submitted", "approved", "published"},
        OTHER_HOST: {"published"},
        officer: {"published"},
        liaison: {"published"},
    }
    for actor, names in seen.items():
        listed = await office.items(actor).ListCourseware(rpc.ListCoursewareRequest())
        ids = {one.id for one in listed.courseware} - {str(world.courseware)}
        assert ids == {items[name].id for name in names}
        for name, item in items.items():
            if name in names:
                assert (await office.get(item, actor)).id == item.id
            else:
                assert (await refusal(office.get(item, actor))).reason == "COURSEWARE_NOT_FOUND"
                assert (await refusal(office.list_files(item, actor))).reason == "COURSEWARE_NOT_FOUND"


async def test_a_list_is_read_page_by_page(office: Office) -> None:
    made = [(await office.draft(title=f"第{number}讲")).id for number in range(5)]
    read: list[str] = []
    token = ""
    while True:
        request = rpc.ListCoursewareRequest(page_size=2, page_token=token, state=DRAFT, unit_code="hrss")
        page = await office.items().ListCourseware(request)
        read += [one.id for one in page.courseware]
        token = page.next_page_token
        if not token:
            break
    assert read == made


async def test_what_is_retired_is_kept_and_taught_no_more(world: World, office: Office) -> None:
    item = await office.approved()
    item = await office.retire(item, SUPERVISOR, "案例已过时")
    assert (item.state, item.end_reason) == (RETIRED, "案例已过时")
    assert (await refusal(world.lecture(courseware_id=item.id))).reason == "COURSEWARE_NOT_FOUND"
    assert (await refusal(office.approve(item))).reason == "COURSEWARE_WRONG_STATE"
    for statement in ("DELETE FROM courseware WHERE id = CAST(:id AS uuid)", BACK):
        with pytest.raises(IntegrityError) as caught:
            await world.change(statement, id=item.id)
        assert constraint_of(caught.value) in ("courseware_kept", "courseware_retired")
    assert (await office.get(item)).title == item.title


BACK = "UPDATE courseware SET state = 'APPROVED', end_reason = NULL WHERE id = CAST(:id AS uuid)"


async def test_what_is_still_to_be_given_is_not_retired(world: World, office: Office) -> None:
    item = await office.approved()
    lecture = await world.lecture(courseware_id=item.id)
    refused = await refusal(office.retire(item))
    assert (refused.reason, refused.metadata["lectures"]) == ("COURSEWARE_IN_USE", "1")
    on_it = lecture_rpc.LecturePrecondition(lecture_id=lecture.id, expected_version=lecture.version, request_id=uuid4().hex)
    await world.lectures().CancelLecture(lecture_rpc.CancelLectureRequest(on=on_it, reason="换课件"))
    assert (await office.retire(item)).state == RETIRED


async def test_a_lecture_and_the_end_of_its_courseware_do_not_meet(world: World, office: Office) -> None:
    for round_number in range(6):
        item = await office.approved()
        lecture = world.lecture(courseware_id=item.id, starts_in=300 + 3 * round_number)
        await asyncio.gather(lecture, office.retire(item), return_exceptions=True)
        query = "SELECT l.id FROM lecture l JOIN courseware c ON c.id = l.courseware_id WHERE c.state = 'RETIRED'"
        assert await world.rows(query) == []


async def test_a_retry_has_its_effect_once(world: World, office: Office) -> None:
    first, again = [await office.draft(request_id="draft-1") for _ in range(2)]
    assert first.id == again.id
    assert (await refusal(office.draft(request_id="draft-1", title="别的"))).reason == "IDEMPOTENCY_KEY_REUSED"
    await office.upload(first)
    request = rpc.SubmitCoursewareRequest(on=on(first, "submit-1"), anonymised=True)
    answers = [(await office.items().SubmitCourseware(request)).courseware.version for _ in range(2)]
    assert answers == [2, 2]
    stale = rpc.RetireCoursewareRequest(on=on(first), reason="旧")
    assert (await refusal(office.items().RetireCourseware(stale))).reason == "STALE_VERSION"


async def test_an_agency_that_registry_does_not_know_drafts_nothing(office: Office) -> None:
    nobody: Any = signing.person(Role.ROLE_AGENCY_HANDLER, unit="tax")
    assert (await refusal(office.draft(nobody))).reason == "UNIT_NOT_FOUND"


async def test_the_database_holds_the_tick(world: World, office: Office) -> None:
    item = await office.submitted()
    with pytest.raises(IntegrityError) as caught:
        await world.change("UPDATE courseware SET anonymised = false WHERE id = CAST(:id AS uuid)", id=item.id)
    assert constraint_of(caught.value) == "ck_courseware_anonymised"
