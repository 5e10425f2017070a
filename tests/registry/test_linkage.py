"""Part B cannot be joined to part A, whatever is queried; and the same attack joins it where it is merely not shown.

240 enterprises give both parts, one soon after the other, as people do. Guessing at random is right once for each group that
an answer names, Poisson distributed; over all strategies together the threshold is crossed by luck in one run of 10,000.
"""

import asyncio
import random
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from fahu.registry.v1 import survey_service_pb2 as pb
from sqlalchemy import text

from tests.census.attack import MARK, Respondent, attack
from tests.census.sights import look
from tests.registry.answering import WHOLE, Holder, invite, opinion, submission
from tests.registry.census import SUPERVISOR, on
from tests.registry.conftest import World

NUMBER = 240
AT_ONCE = 4
NAIVE = """
CREATE TABLE naive_answer (id uuid PRIMARY KEY, answers jsonb NOT NULL {more});
"""


MARKS = [f"{MARK}{code}{MARK}" for code in random.Random(2).sample(range(10_000, 100_000), NUMBER)]


async def answer_all(world: World, holders: list[Holder], also: str = "") -> None:
    """Everybody answers both parts, in an order that has nothing to do with who they are. `also` keeps part B naively."""
    service, rng = world.survey_answers(), random.Random(3)
    order = rng.sample(range(NUMBER), NUMBER)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(place: int) -> None:
        async with gate:
            token = holders[place].token
            await service.SubmitSurveyAnswers(submission(token, WHOLE | {"staff": rng.randrange(5000)}))
            answers = {"court": rng.randint(1, 5), "why": MARKS[place] + "x" * rng.randrange(80)}
            await service.GiveSurveyOpinion(opinion(token, answers))
            if also:
                await world.change(also, id=uuid4(), why=f'{{"why": "{answers["why"]}"}}')

    await asyncio.gather(*[one(place) for place in order])


async def respondents(world: World, holders: list[Holder], table: str) -> list[Respondent]:
    """With the group that the answer itself names, for that is no secret."""
    groups: dict[str, Any] = {}
    if table == "anonymous_answer":
        for row in await world.rows("SELECT answers, area_code, industry FROM anonymous_answer"):
            groups[row.answers["why"][: len(MARKS[0])]] = (row.area_code, row.industry)
    return [Respondent(str(one.enterprise_id), mark, groups.get(mark)) for one, mark in zip(holders, MARKS, strict=True)]


async def test_part_b_cannot_be_joined_to_part_a(world: World, record_property: Callable[[str, str], None]) -> None:
    holders = await invite(world.database, NUMBER)
    await answer_all(world, holders)
    lengths = await world.rows("SELECT DISTINCT length(sealed), pg_column_size(sealed) FROM sealed_answer")
    assert len(lengths) == 1
    everything = b"".join(row[0] for row in await world.rows("SELECT sealed FROM sealed_answer"))
    assert not any(mark.encode() in everything for mark in MARKS)
    survey = (await world.surveys(SUPERVISOR).ListSurveys(pb.ListSurveysRequest())).surveys[0]
    await world.surveys(SUPERVISOR).CloseSurvey(pb.CloseSurveyRequest(on=on(survey)))
    url = world.database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    found = attack(
        await asyncio.to_thread(look, url), await respondents(world, holders, "anonymous_answer"), "anonymous_answer"
    )
    record_property("summary", f"linkage: {found.line()}")
    assert found.faults == []
    assert found.strategies > 500
    assert not found.joined, found.line()
    assert (await world.rows("SELECT count(*) FROM sealed_answer"))[0][0] == 0


@pytest.mark.parametrize(
    ("more", "insert"),
    [
        (", given_at timestamptz NOT NULL", "INSERT INTO naive_answer VALUES (:id, CAST(:why AS jsonb), clock_timestamp())"),
        ("", "INSERT INTO naive_answer VALUES (:id, CAST(:why AS jsonb))"),
    ],
)
async def test_answers_kept_as_they_came_are_joined(
    world: World, record_property: Callable[[str, str], None], more: str, insert: str
) -> None:
    """The control. Without a time, too: place and age of the rows are enough."""
    holders = await invite(world.database, NUMBER)
    async with world.database.begin() as session:
        await session.execute(text(NAIVE.format(more=more)))
    await answer_all(world, holders, insert)
    url = world.database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    found = attack(await asyncio.to_thread(look, url), await respondents(world, holders, "naive_answer"), "naive_answer")
    record_property("summary", f"linkage control: {found.line()}")
    assert found.joined
    assert found.share > 0.5, found.line()
