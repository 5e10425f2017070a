"""An enterprise that several make known at once: by files, and by nominations beside them."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.registry.census import import_census, row
from tests.registry.conftest import World, race
from tests.registry.files import FENGJING, ZHUJING, line, uscc
from tests.registry.programme import Year

NUMBERS = range(1, 13)
TRIES = 5


async def begun(world: World) -> Year:
    year = Year(world, 2030)
    await year.begin()
    return year


async def made_known(session: AsyncSession, number: int, area: str) -> None:
    """As a nomination does it; whoever calls commits."""
    enterprise = {"id": uuid4(), "uscc": uscc(number), "name": f"示例{number:03}有限公司"}
    new = "INSERT INTO enterprise (id, uscc, name, version, created_at) VALUES (:id, :uscc, :name, 1, now())"
    await session.execute(text(new), enterprise)
    place = "INSERT INTO enterprise_year (enterprise_id, year, area_code) VALUES (:id, 2030, :area)"
    await session.execute(text(place), {"id": enterprise["id"], "area": area})


def imported(world: World, kind: str, *numbers: int) -> Any:
    if kind == "census":
        return import_census(world, *[row(number, name=f"示例{number:03}有限公司") for number in numbers], year=2030)
    return world.import_lines(*[line(number) for number in numbers], year=2029)


@pytest.mark.parametrize("kind", ["census", "cohort"])
async def test_files_and_nominations_meet_at_the_same_newcomers(world: World, kind: str) -> None:
    year = await begun(world)
    for attempt in range(TRIES):
        numbers = [100 * attempt + number for number in NUMBERS]
        calls = [year.nominate(number) for number in reversed(numbers)]
        answers, refused = await race(imported(world, kind, *numbers), *calls)
        assert (len(answers), refused) == (1 + len(numbers), [])
        assert [*answers[0].errors] == []
    known = await world.rows("SELECT count(*), count(DISTINCT uscc) FROM enterprise")
    assert known == [(TRIES * len(NUMBERS),) * 2]


@pytest.mark.parametrize("kind", ["census", "cohort"])
async def test_a_file_waits_for_who_was_quicker(world: World, kind: str) -> None:
    await begun(world)
    async with world.database.begin() as session:
        await made_known(session, 2, ZHUJING)
        importing = asyncio.create_task(imported(world, kind, 1, 2, 3))
        await asyncio.sleep(0.5)
        assert not importing.done()
    answer = await importing
    assert (answer.row_count, [*answer.errors]) == (3, [])
    assert len(await world.rows("SELECT FROM enterprise")) == 3


async def test_what_the_quicker_one_wrote_is_seen_and_not_written_over_in_silence(world: World) -> None:
    """It put the enterprise into another town: the file moves it from there, as from any place it knew of before."""
    await begun(world)
    async with world.database.begin() as session:
        await made_known(session, 2, FENGJING)
        importing = asyncio.create_task(imported(world, "census", 1, 2, 3))
        await asyncio.sleep(0.5)
    assert not (await importing).errors
    assert {one[0] for one in await world.rows("SELECT area_code FROM enterprise_year")} == {ZHUJING}
    told = await world.rows("SELECT reason FROM audit WHERE action = 'ENTERPRISE_MOVED'")
    assert len(told) == 1
    assert "枫泾镇" in told[0][0]
