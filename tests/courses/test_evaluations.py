"""Ratings: only by who came, once, and told only where nobody can be told from them."""

from typing import Any

import pytest
from fahu.courses.v1 import evaluation_service_pb2 as rpc
from fahu.courses.v1.events_pb2 import EvaluationGiven
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from kit.rpc.client import refusal_of
from tests.courses.attending import GOOD, Door, all_of, hold
from tests.courses.conftest import CENTRE, OTHER_HOST, SUPERVISOR, World, refusal


async def come(world: World, booked: int = 1, capacity: int = 3, heads: int = 1) -> tuple[Door, str]:
    """A lecture whose guests have come, and the scene at its door."""
    door = await hold(world, booked, capacity, heads)
    shown = await door.show()
    for number in range(booked):
        await door.check_in(number, shown.code)
    return door, str(shown.scene)


async def test_the_contact_of_who_came_rates_once(world: World) -> None:
    door, _ = await come(world)
    given = await door.rate(0, request_id="once")
    assert (given.content, given.usefulness, given.delivery, given.comment) == tuple(GOOD.values())
    assert await door.rate(0, request_id="once") == given
    assert (await refusal(door.rate(0, request_id="once", content=1))).reason == "IDEMPOTENCY_KEY_REUSED"
    assert (await refusal(door.rate(0))).reason == "EVALUATION_GIVEN"
    told = await world.events(EvaluationGiven, door.lecture.id)
    assert [event.evaluation_count for event in told] == [1]


async def test_who_did_not_come_does_not_rate(world: World) -> None:
    door = await hold(world)
    assert (await refusal(door.rate(0))).reason == "BOOKING_NOT_ATTENDED"
    stranger = Door(world, door.lecture, [None, *door.bookings])
    assert (await refusal(stranger.rate(1))).reason == "BOOKING_NOT_FOUND"


CAME = "fk_evaluation_booking_id_booking_state_booking"
INSERT = "INSERT INTO evaluation (booking_id, given_by, given_at, content, usefulness, delivery, comment) "


async def test_the_database_refuses_ratings_of_who_did_not_come(world: World) -> None:
    await hold(world)
    booked = "SELECT id, booked_by, now(), 5, 5, 5, ''"
    honest, lying = (
        INSERT + f"{booked} FROM booking",
        INSERT.replace(") ", ", booking_state) ") + f"{booked}, state FROM booking",
    )
    for statement, rule in ((honest, CAME), (lying, "ck_evaluation_came")):
        with pytest.raises(IntegrityError) as caught:
            await world.change(statement)
        assert constraint_of(caught.value) == rule


async def test_the_database_keeps_who_rated_attended(world: World) -> None:
    door, _ = await come(world)
    await door.rate(0)
    await world.change("ALTER TABLE booking DISABLE TRIGGER attendance_stays")
    with pytest.raises(IntegrityError) as caught:
        await world.change("UPDATE booking SET state = 'NO_SHOW', attended_heads = NULL")
    assert constraint_of(caught.value) == CAME


AGAINST_THE_RULES = {
    "ck_evaluation_content_scored": INSERT + "SELECT id, booked_by, now(), 6, 5, 5, '' FROM booking",
    "ck_evaluation_delivery_scored": INSERT + "SELECT id, booked_by, now(), 5, 5, 0, '' FROM booking",
    "ck_evaluation_comment_short": INSERT + "SELECT id, booked_by, now(), 5, 5, 5, repeat('字', 1001) FROM booking",
    "ck_employee_evaluation_usefulness_scored": (
        "INSERT INTO employee_evaluation (link_id, content, usefulness, delivery, comment) "
        "SELECT id, 5, 9, 5, '' FROM rating_link"
    ),
    "evaluation_stays": "DELETE FROM evaluation",
    "rating_link_has_seat": "UPDATE rating_link SET number = 4",
}


@pytest.mark.parametrize("rule", AGAINST_THE_RULES)
async def test_the_database_keeps_the_rules_of_ratings(world: World, rule: str) -> None:
    door, scene = await come(world)
    await door.link(scene)
    with pytest.raises(IntegrityError) as caught:
        await world.change(AGAINST_THE_RULES[rule])
    assert constraint_of(caught.value) == rule


@pytest.mark.parametrize("changes", [{"content": 0}, {"delivery": 6}, {"comment": "字" * 1001}])
async def test_a_rating_out_of_range_is_refused(world: World, changes: dict[str, Any]) -> None:
    door, _ = await come(world)
    assert (await refusal(door.rate(0, **changes))).reason == "FIELDS_INVALID"


async def test_two_ratings_at_once_are_one(world: World) -> None:
    door, scene = await come(world)
    token = await door.link(scene)
    for calls in (
        [door.rate(0, content=score) for score in (1, 2, 3, 4)],
        [door.rate_by(token, content=score) for score in (1, 2, 3, 4)],
    ):
        outcomes = await all_of(*calls)
        refused = [refusal_of(one).reason for one in outcomes if isinstance(one, Exception)]  # type: ignore[arg-type]
        assert refused == ["EVALUATION_GIVEN"] * 3
    assert [event.evaluation_count for event in await world.events(EvaluationGiven, door.lecture.id)] == [1, 2]


async def test_employees_rate_by_a_link_of_their_own(world: World) -> None:
    door, scene = await come(world, booked=2, capacity=5)
    token = await door.link(scene)
    seen = await door.evaluations("gateway").GetRatingLink(rpc.GetRatingLinkRequest(token=token))
    assert (seen.lecture.title, seen.lecture.lecturer_name, seen.given) == ("劳动合同解除的三个案例", "讲师1", False)
    await door.rate_by(token)
    await door.rate_by(token)  # its answer got lost
    assert (await refusal(door.rate_by(token, content=1))).reason == "EVALUATION_GIVEN"
    assert (await door.evaluations("gateway").GetRatingLink(rpc.GetRatingLinkRequest(token=token))).given
    other = await door.link(scene)
    assert other != token
    assert (await refusal(door.link(scene))).reason == "RATING_LINKS_TAKEN"
    assert (await refusal(door.rate_by(token[:-1]))).reason == "RATING_LINK_NOT_FOUND"
    assert token not in str(await world.rows("SELECT rating_link::text FROM rating_link"))


async def test_links_at_once_are_no_more_than_who_came(world: World) -> None:
    door, scene = await come(world, booked=3, capacity=9)
    outcomes = await all_of(*(door.link(scene) for _ in range(6)))
    assert len({one for one in outcomes if isinstance(one, str)}) == 3


async def test_only_who_scans_gets_a_link(world: World) -> None:
    """Six digits can be guessed, and who asks for a link is not signed in."""
    door = await hold(world)
    shown = await door.show()
    assert (await refusal(door.link(shown.code))).reason == "CHECK_IN_CODE_WRONG"
    await world.change("UPDATE check_in SET opened_at = opened_at - interval '1 hour', expires_at = now()")
    assert (await refusal(door.link(shown.scene))).reason == "CHECK_IN_CODE_WRONG"


async def test_nobody_rates_what_has_not_begun(world: World) -> None:
    door, scene = await come(world)
    token = await door.link(scene)
    ahead = ", ".join(f"{name} = {name} + interval '1 hour'" for name in ("starts_at", "ends_at", "closes_at"))
    await world.change(f"UPDATE lecture SET {ahead}")
    assert (await refusal(door.rate(0))).reason == "LECTURE_NOT_STARTED"
    assert (await refusal(door.rate_by(token))).reason == "LECTURE_NOT_STARTED"


async def test_averages_and_comments_are_told_from_three_on(world: World) -> None:
    door, scene = await come(world, booked=2)
    await door.rate(0, content=1, comment="甲")
    await door.rate(1, content=2, comment="")
    for actor in (None, SUPERVISOR, CENTRE):
        found = await (door.results(actor) if actor else door.results())
        assert (found.count, found.HasField("averages"), list(found.comments)) == (2, False, [])
    await door.rate_by(await door.link(scene), content=5, comment="乙")
    for actor in (None, SUPERVISOR, CENTRE):
        found = await (door.results(actor) if actor else door.results())
        assert (found.count, found.averages.content, found.averages.delivery) == (3, 2.7, 3.0)
        assert sorted(found.comments) == sorted(["甲", "乙"])


async def test_the_order_of_comments_tells_nothing(world: World) -> None:
    door, scene = await come(world, booked=6, capacity=12, heads=2)
    said = [f"第{number}条" for number in range(12)]
    for comment in said:
        await door.rate_by(await door.link(scene), comment=comment)
    told = list((await door.results()).comments)
    assert sorted(told) == sorted(said)
    assert told != said
    assert list((await door.results()).comments) == told


async def test_results_are_for_the_host_and_who_oversees(world: World) -> None:
    door, _ = await come(world)
    assert (await refusal(door.results(OTHER_HOST))).reason == "PERMISSION_DENIED"
    assert (await refusal(door.results(world.firms[0].contact))).reason == "PERMISSION_DENIED"
    await world.change("UPDATE lecture SET state = 'PLANNED', opened_at = NULL")
    assert (await refusal(door.results(OTHER_HOST))).reason == "LECTURE_NOT_FOUND"


async def test_an_enterprise_reads_what_it_said_and_nobody_else_does(world: World) -> None:
    door, _ = await come(world, booked=2)
    request = rpc.GetEvaluationRequest(booking_id=door.bookings[0].id)
    mine = door.evaluations(world.firms[0].contact)
    assert (await refusal(mine.GetEvaluation(request))).reason == "EVALUATION_NOT_FOUND"
    await door.rate(0)
    assert (await mine.GetEvaluation(request)).content.comment == GOOD["comment"]
    assert (await refusal(door.evaluations(world.firms[1].contact).GetEvaluation(request))).reason == "BOOKING_NOT_FOUND"
