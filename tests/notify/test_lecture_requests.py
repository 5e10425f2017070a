"""Both sides of a request for a lecture are told when it is their move, how long it has been, and how it ended."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.courses.v1 import events_pb2 as events
from fahu.courses.v1 import lecture_request_pb2 as pb
from fahu.registry.v1.events_pb2 import UnitChanged
from sqlalchemy import func, select

from services.notify.catalogue.lecture_requests import FOR_ENTERPRISES, FOR_STAFF
from services.notify.models import Notification
from services.notify.rules import Kind
from tests.notify.conftest import TASK, World, stamp
from tests.notify.test_programme import arrived

DUE = stamp(datetime(2026, 11, 30, 9, 30, tzinfo=UTC))
AGENCY, ENTERPRISE, NEITHER = pb.REQUEST_SIDE_AGENCY, pb.REQUEST_SIDE_ENTERPRISE, pb.REQUEST_SIDE_UNSPECIFIED
REQUESTED, COUNTERED = pb.LECTURE_REQUEST_STATE_REQUESTED, pb.LECTURE_REQUEST_STATE_COUNTERED
ENDS = {
    pb.LECTURE_REQUEST_STATE_ACCEPTED: ("已与区人社局商定", "宣讲已列入安排"),
    pb.LECTURE_REQUEST_STATE_DECLINED: ("未能商定", "未能商定"),
    pb.LECTURE_REQUEST_STATE_WITHDRAWN: ("已由发起企业撤回", "无需再答复"),
    pb.LECTURE_REQUEST_STATE_EXPIRED: ("逾期未答复而失效", "企业未按时答复"),
}


def request(turn: Any, state: Any = COUNTERED) -> events.LectureRequestSubject:
    due_at = None if turn == NEITHER else DUE
    return events.LectureRequestSubject(
        lecture_request_id=str(uuid4()),
        serial="YQ2026-000012",
        unit_code="hrss",
        state=state,
        turn=turn,
        due_at=due_at,
        version=2,
    )


def ids(*people: UUID) -> list[str]:
    return [str(person) for person in people]


@pytest.mark.parametrize(
    ("turn", "state", "kind"),
    [
        (AGENCY, REQUESTED, Kind.LECTURE_REQUESTED),
        (AGENCY, COUNTERED, Kind.LECTURE_REQUEST_COUNTERED),
        (ENTERPRISE, COUNTERED, Kind.LECTURE_REQUEST_ANSWERED),
    ],
)
async def test_whoever_has_the_move_is_told_once(world: World, turn: Any, state: Any, kind: Kind) -> None:
    await world.happen(UnitChanged(code="hrss", name="区人社局", version=1))
    person = uuid4()
    side: Any = {"agency_contact_ids" if turn == AGENCY else "liaison_ids": ids(person)}
    delivery = arrived(events.LectureRequestChanged(request=request(turn, state), **side))
    for _ in range(2):
        await world.deliver([delivery])
    (told,) = await world.inbox(person)
    about = delivery.event.request
    assert (told.kind, told.subject_id, told.serial) == (kind, about.lecture_request_id, "YQ2026-000012")
    assert "于11月30日17:30前" in told.body


async def test_who_joins_or_leaves_is_no_news(world: World) -> None:
    await world.deliver([arrived(events.LectureRequestChanged(request=request(AGENCY, REQUESTED)))])
    async with world.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Notification)) == 0


@pytest.mark.parametrize("state", ENDS)
async def test_each_side_is_told_in_its_own_words_how_it_ended(world: World, state: Any) -> None:
    await world.happen(UnitChanged(code="hrss", name="区人社局", version=1))
    host, guest, agency = uuid4(), uuid4(), uuid4()
    people = {"liaison_ids": ids(host, guest), "agency_contact_ids": ids(agency)}
    await world.deliver([arrived(events.LectureRequestChanged(request=request(NEITHER, state), **people))])
    for_enterprises, for_agency = ENDS[state]
    for person in (host, guest):
        (told,) = await world.inbox(person)
        assert told.kind == Kind.LECTURE_REQUEST_ENDED
        assert for_enterprises in told.body
    (told,) = await world.inbox(agency)
    assert told.kind == Kind.AGENCY_LECTURE_REQUEST_ENDED
    assert for_agency in told.body


async def test_slots_that_nobody_hears_of_would_end_the_request_so_the_centre_calls(world: World) -> None:
    reached, without = await world.bound(TASK), uuid4()
    offered = [events.LectureRequestChanged(request=request(ENTERPRISE), liaison_ids=ids(one)) for one in (reached, without)]
    await world.deliver([arrived(one) for one in offered])
    await world.sender().drain()
    (message,) = await world.received(reached)
    assert message["page"] == (
        f"pages/programme/index?kind=lecture_request_answered&id={offered[0].request.lecture_request_id}"
    )
    (task,) = await world.calls()
    assert (task.person_id, task.serial) == (str(without), "YQ2026-000012")


@pytest.mark.parametrize(
    ("turn", "percent", "kind"),
    [
        (AGENCY, 50, Kind.LECTURE_REQUEST_HALFWAY),
        (AGENCY, 80, Kind.LECTURE_REQUEST_WARNING),
        (ENTERPRISE, 50, Kind.LECTURE_REQUEST_REMINDER),
        (ENTERPRISE, 80, Kind.LECTURE_REQUEST_REMINDER),
    ],
)
async def test_time_that_runs_is_told_to_whose_it_is(world: World, turn: Any, percent: int, kind: Kind) -> None:
    person = uuid4()
    due = events.LectureRequestDue(request=request(turn), percent=percent, audience_ids=ids(person))
    await world.deliver([arrived(due)])
    assert [one.kind for one in await world.inbox(person)] == [kind]


async def test_lateness_is_told_to_the_agency_and_to_the_centre_which_does_not_call_itself(world: World) -> None:
    contact, leader, centre = uuid4(), uuid4(), uuid4()
    late = events.LectureRequestOverdue(
        request=request(AGENCY, REQUESTED), agency_ids=ids(contact, leader), centre_ids=ids(centre, leader)
    )
    await world.deliver([arrived(late)])
    for person in (contact, leader):
        assert [one.kind for one in await world.inbox(person)] == [Kind.LECTURE_REQUEST_OVERDUE]
    assert [one.kind for one in await world.inbox(centre)] == [Kind.CENTRE_LECTURE_REQUEST_OVERDUE]
    await world.sender().drain()
    assert {task.person_id for task in await world.calls()} == {str(contact), str(leader)}


def test_enterprises_are_addressed_and_staff_are_not() -> None:
    assert all("您" in text.body["zh"] for text in FOR_ENTERPRISES.values())
    assert not any("您" in text.body["zh"] for text in FOR_STAFF.values())
