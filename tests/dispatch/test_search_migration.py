"""The migration that brings the search finds the words of the demands that were there before."""

import importlib
from typing import Any

import sqlalchemy as sa

from kit.db import driver_url
from tests.dispatch.conftest import World

REVISION = importlib.import_module("services.dispatch.migrations.versions.0004_search")


async def rows(world: World) -> list[Any]:
    return await world.sql("SELECT demand_id, number, words::text FROM demand_search ORDER BY demand_id")


async def test_what_the_migration_writes_is_what_submissions_write(world: World, monkeypatch: Any) -> None:
    for number in range(5):
        await world.submit(title=f"'排污'许可证\\{number}", body="ISO9001 的认证")
    triaged = await world.submit(category_code="unsure")
    await world.move(world.centre(), "DispatchDemand", triaged, unit_code="eco_env")
    before = await rows(world)
    monkeypatch.setattr(REVISION, "BATCH", 2)
    await world.sql("DELETE FROM demand_search")
    engine = sa.create_engine(driver_url(world.database.engine.url.render_as_string(hide_password=False)))
    with engine.begin() as connection:
        REVISION.backfill(connection)
    engine.dispose()
    assert await rows(world) == before
    assert len(before) == 6
