"""The time either side has to answer a request for a lecture, and the rules of requests that the database keeps."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fahu.courses.v1 import lecture_request_pb2 as pb
from fahu.courses.v1.events_pb2 import LectureRequestChanged, LectureRequestDue, LectureRequestOverdue
from sqlalchemy.exc import IntegrityError

from kit.calendar import WorkingCalendar, fraction_at
from kit.db import constraint_of
from services.courses.queries.lecture_requests import lock_request
from services.courses.rules.lecture_requests import MOVES, Action, RequestState, Side, after
from services.courses.service import request_moves
from tests.courses.asking import Asking, asking_in
from tests.courses.conftest import World, refusal

EXPIRED, COUNTERED = pb.LECTURE_REQUEST_STATE_EXPIRED, pb.LECTURE_REQUEST_STATE_COUNTERED


@pytest.fixture
async def asking(world: World) -> Asking:
    return await asking_in(world)


def term_of(request: Any) -> tuple[datetime, datetime]:
    """When the turn began and when it is due, of a request nobody has answered yet."""
    return request.created_at.ToDatetime(UTC), request.due_at.ToDatetime(UTC)


async def look(world: World, at: datetime) -> int:
    async with world.database.begin() as session:
        return await request_moves.look_at_clocks(session, at)


async def told(world: World, request: Any) -> tuple[list[int], int]:
    """The percentages that were warned of, and how often a breach was told."""
    due = await world.events(LectureRequestDue, request.id)
    return [one.percent for one in due], len(await world.events(LectureRequestOverdue, request.id))


async def test_either_side_has_five_working_days(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    began, due = term_of(asked)
    assert due == WorkingCalendar.from_library().add_workdays(began, 5).at
    assert not asked.overdue
    countered = await asking.counter(asked)
    assert countered.answered_at.ToDatetime(UTC) > began
    assert countered.due_at.ToDatetime(UTC) == due  # answered on the same day, so the enterprise has as long


async def test_the_agency_is_warned_and_its_lateness_told_once(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    began, due = term_of(asked)
    moments = [fraction_at(began, due, part) for part in (0.49, 0.51, 0.6, 0.81)]
    assert [await look(world, at) for at in moments] == [0, 1, 0, 1]
    assert await told(world, asked) == ([50, 80], 0)
    assert await look(world, due + timedelta(seconds=1)) == 1
    assert await look(world, due + timedelta(days=30)) == 0
    assert await told(world, asked) == ([50, 80], 1)
    (unit,) = await world.rows("SELECT contact_ids FROM unit WHERE code = 'hrss'")
    (late,) = await world.events(LectureRequestOverdue, asked.id)
    assert list(late.agency_ids) == [str(person) for person in unit[0]]
    await asking.accept(await asking.get(asked.id))  # late is better than never


async def test_a_mark_that_nobody_swept_is_not_made_up_for(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    began, due = term_of(asked)
    assert await look(world, fraction_at(began, due, 0.9)) == 1
    assert await told(world, asked) == ([80], 0)


async def test_what_the_enterprise_does_not_answer_expires(world: World, asking: Asking) -> None:
    firm, guest = world.firms[0], world.firms[2]
    countered = await asking.counter(await asking.ask(firm))
    await asking.join(countered, guest)
    due = countered.due_at.ToDatetime(UTC)
    assert await look(world, fraction_at(datetime.now(UTC), due, 0.6)) == 1
    (warned,) = await world.events(LectureRequestDue, countered.id)
    assert (list(warned.audience_ids), warned.percent) == ([str(firm.contact.person_id)], 50)
    assert await look(world, due) == 1
    ended = await asking.get(countered.id, firm.contact)
    assert (ended.state, ended.turn, ended.HasField("due_at")) == (EXPIRED, 0, False)
    expired = (await world.events(LectureRequestChanged, countered.id))[-1]
    assert list(expired.liaison_ids) == [str(one.contact.person_id) for one in (firm, guest)]
    assert expired.agency_contact_ids
    assert (await refusal(asking.accept(ended, firm.contact))).reason == "LECTURE_REQUEST_WRONG_STATE"
    assert await look(world, due + timedelta(days=30)) == 0
    assert (await asking.ask(firm)).state == pb.LECTURE_REQUEST_STATE_REQUESTED


async def test_a_request_that_somebody_changes_is_left_to_the_next_look(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    due = asked.due_at.ToDatetime(UTC)
    async with world.database.begin() as held:
        await lock_request(held, UUID(asked.id))
        assert await look(world, due) == 0
    assert await look(world, due) == 1


def test_only_who_has_the_turn_can_be_waited_for() -> None:
    open_ends: Sequence[Action] = (Action.ACCEPT, Action.DECLINE, Action.WITHDRAW)
    assert all(set(open_ends) <= set(moves) for moves in MOVES.values())
    assert [stage for stage, moves in MOVES.items() if Action.EXPIRE in moves] == [(RequestState.COUNTERED, Side.ENTERPRISE)]
    ended = [state for state in RequestState if not any(state is stage[0] for stage in MOVES)]
    assert all(after(state, None, action) is None for state in ended for action in Action)


OPEN, PARTY = "UPDATE lecture_request SET", "UPDATE request_party SET"
AGAIN = """
INSERT INTO request_slot
SELECT request_id, round, 2, starts_at - interval '{0}', ends_at - interval '{0}' FROM request_slot WHERE round = 2
"""
TWICE = """
INSERT INTO request_party SELECT gen_random_uuid(), request_id, asked, enterprise_id, enterprise_name, designation_id,
  area_code, level, heads, joined_by, joined_at, left_at FROM request_party WHERE NOT asked
"""
# What each statement would do to a request that was countered with one slot and joined by another, and the rule against it.
AGAINST_THE_RULES = {
    "ck_lecture_request_stages": f"{OPEN} turn = 'AGENCY'",
    "ck_lecture_request_somebody_moves": f"{OPEN} turn = NULL, next_look = NULL, state = 'COUNTERED'",
    "ck_lecture_request_accepted_makes_a_lecture": f"{OPEN} state = 'ACCEPTED', turn = NULL, next_look = NULL",
    "ck_lecture_request_declined_for_a_reason": f"{OPEN} state = 'DECLINED', turn = NULL, next_look = NULL",
    "ck_lecture_request_clock_stops": f"{OPEN} state = 'WITHDRAWN', turn = NULL",
    "ck_lecture_request_offer_whole": f"{OPEN} capacity = NULL",
    "ck_lecture_request_counter_offers": f"{OPEN} capacity = NULL, lecturer_id = NULL, offered_courseware_id = NULL",
    "lecture_request_moves": f"{OPEN} round = 1, state = 'REQUESTED', turn = 'AGENCY'",
    "lecture_request_kept": "DELETE FROM lecture_request",
    "request_slots_counted": f"{OPEN} round = 3, turn = 'AGENCY'",
    "request_slots_of_year": f"{OPEN} year = year + 1",
    "request_slot_kept": "UPDATE request_slot SET ends_at = ends_at + interval '1 minute'",
    "ex_request_slot_apart": AGAIN.format("1 hour"),
    "request_slots_ordered": AGAIN.format("1 day"),
    "request_party_kept": f"{PARTY} heads = heads + 1",
    "ck_request_party_who_asked_stays": f"{PARTY} left_at = now() WHERE asked",
    "uq_request_party_present": TWICE,
}


@pytest.mark.parametrize("rule", AGAINST_THE_RULES)
async def test_the_database_keeps_the_rules_of_requests(world: World, asking: Asking, rule: str) -> None:
    countered = await asking.counter(await asking.ask(world.firms[0]))
    await asking.join(countered, world.firms[2])
    with pytest.raises(IntegrityError) as caught:
        await world.change(AGAINST_THE_RULES[rule])
    assert constraint_of(caught.value) == rule


async def test_the_database_lets_nobody_into_a_request_that_has_ended(world: World, asking: Asking) -> None:
    asked = await asking.ask(world.firms[0])
    await asking.join(asked, world.firms[2])
    await asking.accept(await asking.get(asked.id))
    for statement, rule in (
        ("UPDATE request_party SET left_at = now() WHERE NOT asked", "request_party_open"),
        ("UPDATE lecture_request SET place = 'elsewhere'", "lecture_request_ended"),
    ):
        with pytest.raises(IntegrityError) as caught:
            await world.change(statement)
        assert constraint_of(caught.value) == rule


async def test_the_database_books_everybody(world: World, asking: Asking) -> None:
    lecture = await world.lecture(capacity=40)
    asked = await asking.ask(world.firms[0])
    accepted = "state = 'ACCEPTED', turn = NULL, next_look = NULL, lecture_id = CAST(:lecture AS uuid)"
    with pytest.raises(IntegrityError) as caught:
        await world.change(f"UPDATE lecture_request SET {accepted}", lecture=lecture.id)
    assert constraint_of(caught.value) == "lecture_request_books_all"
    assert (await asking.get(asked.id)).version == asked.version
