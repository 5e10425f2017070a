"""How the database goes about what it is asked: no table of demands may be read whole."""

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.scale.cases import Case
from benchmarks.scale.world import Statement, World

BIG = {"demand", "demand_clock", "demand_event", "demand_search", "demand_disposition", "demand_reply", "demand_rating"}


async def read_whole(world: World, case: Case) -> list[str]:
    """The tables of demands that a case's statements would read from begin to end."""
    world.statements.clear()
    await world.call(case.token, case.method, case.request)
    found: list[str] = []
    for statement in list(world.statements):
        plan = await plan_of(world, statement)
        found += [
            node["Relation Name"] for node in nodes(plan) if "Seq Scan" in node["Node Type"] and node["Relation Name"] in BIG
        ]
    return found


async def plan_of(world: World, statement: Statement) -> dict[str, Any]:
    text, parameters = statement
    async with world.database.engine.connect() as connection:
        found = (await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {text}", parameters)).scalar_one()
    plan: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)
