"""The close of a survey lets no answer through, loses none, and lets nobody out of part B."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import survey_service_pb2 as pb
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from kit.calendar import BEIJING
from kit.crypto import Keyring
from services.registry import commands
from services.registry.__main__ import close_surveys
from services.registry.envelopes import unseal
from services.registry.models import SealedAnswer
from services.registry.personal import PersonalData
from services.registry.service.closing import close_when_over
from tests.registry import census
from tests.registry.census import row
from tests.registry.conftest import KEYRING_TEXT, YEAR, World, race
from tests.registry.files import FENGJING, SUBDISTRICT, ZHUJING, uscc


async def test_the_close_waits_for_an_answer_on_its_way(world: World) -> None:
    survey = await census.opened(world, row(1), row(2))
    async with world.database.begin() as session:
        await session.execute(text(census.ANSWER), {"survey": UUID(survey.id), "uscc": uscc(1), "percent": 59})
        closing = asyncio.create_task(census.close(world, survey))
        await asyncio.sleep(0.3)
        assert not closing.done()
    closed = await closing
    assert (closed.summary.population, closed.summary.sent, closed.summary.returned, closed.summary.valid) == (2, 2, 1, 0)


async def over(world: World, survey: Any) -> date:
    """Have a survey's last day pass; returns it."""
    last = datetime.now(BEIJING).date() - timedelta(days=1)
    await world.change("UPDATE survey SET opens_on = :day, closes_on = :day WHERE id = :id", day=last, id=UUID(survey.id))
    return last


async def test_a_survey_closes_by_itself_once_its_last_day_has_passed(world: World) -> None:
    survey = await census.opened(world, *(row(number) for number in range(1, 7)))
    for number in range(1, 7):
        await census.answer(world, survey, number)
        await census.give_part_b(world, survey, number, {"overall": 5})
    await close_surveys(world.database, world.personal)
    assert (await census.found(world, survey)).state == pb.SURVEY_STATE_OPEN
    last = await over(world, survey)
    # Of several replicas one does it, whichever is the first.
    await asyncio.gather(*(close_surveys(world.database, world.personal) for _ in range(3)))
    closed = await census.found(world, survey)
    assert (closed.state, closed.version, closed.summary.returned) == (pb.SURVEY_STATE_CLOSED, survey.version + 1, 6)
    assert (closed.summary.anonymous, await world.rows("SELECT 1 FROM sealed_answer")) == (6, [])
    told = await world.events(events_pb2.SurveyChanged, survey.id)
    assert [one.state for one in told].count(pb.SURVEY_STATE_CLOSED) == 1
    kept = await world.rows("SELECT actor, reason FROM audit WHERE action = 'SURVEY_CLOSED'")
    assert [tuple(one) for one in kept] == [("registry", f"after {last}")]
    await close_surveys(world.database, world.personal)
    assert (await census.found(world, survey)).version == closed.version


async def test_the_last_day_of_a_survey_ends_with_the_day_in_shanghai(world: World) -> None:
    survey = await census.opened(world, row(1))
    midnight = datetime(YEAR + 1, 1, 1, tzinfo=BEIJING)
    for moment, done in ((midnight - timedelta(seconds=1), False), (midnight, True), (midnight, False)):
        async with world.database.begin() as session:
            assert await close_when_over(session, world.personal, UUID(survey.id), moment) is done


async def test_who_makes_it_longer_first_keeps_it_open(world: World) -> None:
    survey = await census.opened(world, row(1))
    await over(world, survey)
    async with world.database.begin() as session:
        await session.execute(text("UPDATE survey SET closes_on = closes_on + 30"))
        closing = asyncio.create_task(close_surveys(world.database, world.personal))
        await asyncio.sleep(0.3)
        assert not closing.done()
    await closing
    assert (await census.found(world, survey)).state == pb.SURVEY_STATE_OPEN


async def test_what_was_begun_and_never_handed_in_goes_with_the_close(world: World) -> None:
    survey = await census.opened(world, row(1), row(2))
    await census.answer(world, survey, 1)
    await world.change(
        "INSERT INTO survey_response (invitation_id, survey_id, questionnaire_number, state, answers, answered_percent,"
        " revision, begun_at) SELECT i.id, i.survey_id, 1, 'DRAFT', '{}', 0, 1, now() FROM invitation i"
        " WHERE i.id NOT IN (SELECT invitation_id FROM survey_response)"
    )
    closed = await census.close(world, survey)
    assert closed.summary.returned == 1
    assert [one[0] for one in await world.rows("SELECT state FROM survey_response")] == ["SUBMITTED"]


async def test_without_its_lock_the_close_would_miss_an_answer(world: World) -> None:
    survey = await census.opened(world, row(1))
    await world.change("ALTER TABLE survey_response DISABLE TRIGGER survey_takes_answer")
    async with world.database.begin() as session:
        await session.execute(text(census.ANSWER), {"survey": UUID(survey.id), "uscc": uscc(1), "percent": 100})
        closed = await census.close(world, survey)
    assert closed.summary.returned < (await world.rows("SELECT count(*) FROM survey_response"))[0][0]


async def test_part_b_waits_sealed_and_comes_out_as_nobodys(world: World) -> None:
    places = [(number, ZHUJING if number < 12 else FENGJING) for number in range(1, 19)]
    rows = [row(number, area, "C" if number < 7 else "F") for number, area in places]
    survey = await census.opened(world, *rows, row(19, SUBDISTRICT, "J"))
    for number in range(1, 20):
        await census.answer(world, survey, number)
        await census.give_part_b(
            world, survey, number, {"improve": f"说的是{number}" * (number * 3), "overall": number % 5 + 1}
        )
    lengths = await world.rows("SELECT DISTINCT length(sealed) FROM sealed_answer")
    assert len(lengths) == 1
    held = " ".join(str(one) for one in await world.rows("SELECT s::text FROM sealed_answer s"))
    assert b"improve".hex() not in held
    closed = await census.close(world, survey)
    assert (closed.summary.part_b_given, closed.summary.anonymous) == (19, 19)
    assert await world.rows("SELECT 1 FROM sealed_answer") == []
    assert len(await world.rows("SELECT DISTINCT xmin FROM anonymous_answer")) == 1
    order = [one[0]["improve"] for one in await world.rows("SELECT answers FROM anonymous_answer ORDER BY ctid")]
    assert len(set(order)) == 19
    assert order != sorted(order, key=len)
    groups = await world.rows("SELECT area_code, industry, count(*) FROM anonymous_answer GROUP BY 1, 2")
    assert min(one[2] for one in groups) >= 5
    assert not {one[0] for one in groups} & {SUBDISTRICT}
    for statement in ("UPDATE anonymous_answer SET industry = NULL", "DELETE FROM anonymous_answer"):
        with pytest.raises(DBAPIError, match="not changed"):
            await world.change(statement)


async def test_no_column_of_part_b_is_shared_with_who_answered(world: World) -> None:
    """What a column could be joined by: a type or a name in common, but for the survey and, coarsened, the place."""
    query = "SELECT table_name, column_name FROM information_schema.columns"
    query += " WHERE table_name IN ('anonymous_answer', 'sealed_answer')"
    columns = {(one[0], one[1]) for one in await world.rows(query)}
    assert columns == {
        *(("sealed_answer", name) for name in ("id", "survey_id", "sealed")),
        *(("anonymous_answer", name) for name in ("id", "survey_id", "area_code", "industry", "answers")),
    }
    survey = await census.opened(world, *(row(number) for number in range(1, 7)))
    for number in range(1, 7):
        await census.give_part_b(world, survey, number, {"overall": 1})
    envelopes = {one[0] for one in await world.rows("SELECT id FROM sealed_answer")}
    before = await world.snapshot()
    await census.close(world, survey)
    ids = {one[0] for one in await world.rows("SELECT id FROM anonymous_answer")}
    assert {one.version for one in ids | envelopes} == {4}
    assert not ids & envelopes
    after = await world.snapshot()
    assert (after["audit"] - before["audit"], after["outbox"] - before["outbox"]) == (1, 1)  # the close itself


async def test_four_parts_b_are_destroyed_unread(world: World) -> None:
    survey = await census.opened(world, *(row(number) for number in range(1, 5)))
    for number in range(1, 5):
        await census.give_part_b(world, survey, number, {"overall": 5})
    closed = await census.close(world, survey)
    assert (closed.summary.part_b_given, closed.summary.anonymous) == (4, 0)
    assert await world.rows("SELECT 1 FROM anonymous_answer UNION ALL SELECT 1 FROM sealed_answer") == []


async def test_envelopes_move_to_another_key_like_any_column(world: World) -> None:
    survey = await census.opened(world, *(row(number) for number in range(1, 6)))
    for number in range(1, 6):
        await census.give_part_b(world, survey, number, {"overall": number})
    renewed = PersonalData(Keyring.parse(Keyring.generate(KEYRING_TEXT)))
    assert await commands.rotate_keys(world.database, renewed) == "5 values moved to key k2"
    async with world.database.read() as session:
        opened = [unseal(renewed, one) for one in await session.scalars(select(SealedAnswer))]
    assert sorted(one.answers["overall"] for one in opened) == [1, 2, 3, 4, 5]


async def test_of_two_who_close_at_once_one_does(world: World) -> None:
    survey = await census.opened(world, *(row(number) for number in range(1, 6)))
    for number in range(1, 6):
        await census.give_part_b(world, survey, number, {"overall": 5})
    passed, refused = await race(*(census.close(world, survey) for _ in range(4)))
    assert (len(passed), set(refused)) == (1, {"STALE_VERSION"})
    assert (await world.rows("SELECT count(*) FROM anonymous_answer"))[0][0] == 5
