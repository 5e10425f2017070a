"""What the database does for lists, counts and details once there are thousands of demands: it uses its indexes."""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.models import Demand
from services.dispatch.queries import changes, handling, search, similar
from services.dispatch.queries import demands as demand_queries
from services.dispatch.queries.demands import Filter
from services.dispatch.queries.search import Reach
from services.dispatch.rules import State
from tests.dispatch.conftest import World

MANY = 4000
# As after a year or two: most are closed, one in ten is open, and a clock runs for each open one.
FILL = """
INSERT INTO demand
SELECT uuidv7((n - CAST(:many AS int)) * interval '1 hour'), 'T2026-' || n,
  'DEMAND', 'hrss', '第' || n || '件 劳动合同', repeat('咨询经济补偿的计算方法。', 20) || n,
  'MINI_PROGRAM',
  CASE WHEN n % 100 = 0 THEN CAST(:mine AS uuid) ELSE gen_random_uuid() END, '金山示例', gen_random_uuid(),
  '3101161' || n % 11, 2026, gen_random_uuid(), CASE WHEN n % 50 = 0 THEN 'area-310116101' ELSE '' END, 'r', '\\x00',
  now() - (:many - n) * interval '1 hour', s.state, 1, CASE WHEN n % 9 = 0 THEN 'hrss' ELSE 'eco_env' END,
  CASE s.state WHEN 'TRIAGE' THEN 'UNSURE' END, CASE s.state WHEN 'PARKED' THEN 'REFERENCE' END, NULL,
  CASE s.state WHEN 'PARKED' THEN date '2026-12-01' END, false, CASE s.state WHEN 'CLOSED' THEN now() END, now(), 1,
  CASE s.state WHEN 'AWAITING_ENTERPRISE' THEN 'HANDLING' END,
  CASE WHEN s.state NOT IN ('CLOSED', 'WITHDRAWN') THEN 'AGENCY' END, '',
  CASE WHEN s.state NOT IN ('CLOSED', 'WITHDRAWN') THEN now() END
FROM generate_series(1, :many) n
CROSS JOIN LATERAL (SELECT CASE WHEN n % 10 > 0 THEN 'CLOSED'
  ELSE (CAST(:states AS text[]))[1 + n / 10 % cardinality(CAST(:states AS text[]))] END AS state) s
"""
CLOCKS = """
INSERT INTO demand_clock
SELECT uuidv7(), id, k.kind, 1, 'AGENCY', submitted_at, submitted_at + interval '1 day', false, 0, NULL, NULL,
  CASE WHEN state = 'CLOSED' OR k.kind <> 'HANDLE' THEN submitted_at + interval '12 hours' END
FROM demand CROSS JOIN (VALUES ('ACCEPT'), ('HANDLE'), ('RATING')) AS k (kind)
"""
LINES = (
    "INSERT INTO demand_event SELECT id, 1, 'submitted', state, now(), NULL, '', '', '', false, '{}', NULL, NULL FROM demand"
)


@pytest.fixture(scope="module")
async def crowded(world: World) -> World:
    states = [str(state) for state in State if state is not State.SUBMITTED]
    await world.sql(FILL, mine=world.enterprise.id, many=MANY, states=states)
    await world.sql(CLOCKS)
    await world.sql(LINES)
    await world.find_words()
    await world.sql("VACUUM ANALYZE")
    return world


class Captured(Exception):
    """Carries the statement that a query function was about to send."""


class Listening:
    """Stands where a session would; takes the statement and stops there."""

    async def execute(self, query: Any) -> None:
        raise Captured(query)

    scalars = execute


async def plan_of(world: World, ask: Callable[[Any], Awaitable[object]]) -> dict[str, Any]:
    with pytest.raises(Captured) as captured:
        await ask(Listening())
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    statement = captured.value.args[0].compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    async with world.database.engine.connect() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}")
        plan = found.scalar_one()
    tree: dict[str, Any] = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    return tree


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


BIG = {"demand", "demand_clock", "demand_event", "demand_search"}


def read_whole(plan: dict[str, Any]) -> list[str]:
    return [
        node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG
    ]


NOW = datetime.now(UTC)
FILTERS = {
    "nothing": Filter(),
    "states": Filter(states=(State.TRIAGE, State.DISPATCHED)),
    "area": Filter(area_code="31011613"),
    "period": Filter(submitted_from=NOW),
    "category": Filter(category_code="hrss"),
    "agency": Filter(lead_unit_code="hrss"),
    "overdue": Filter(overdue=True),
}
EYES = ["enterprise", "agency", "officer", "centre"]


def eyes(world: World, name: str) -> Any:
    return {
        "enterprise": world.enterprise.actor(),
        "agency": world.agency(),
        "officer": world.officer(),
        "centre": world.centre(),
    }[name]


@pytest.mark.parametrize("wanted", FILTERS)
@pytest.mark.parametrize("name", EYES)
async def test_no_list_and_no_count_reads_a_whole_table(crowded: World, name: str, wanted: str) -> None:
    actor, narrowed = eyes(crowded, name), FILTERS[wanted]
    listing = await plan_of(crowded, lambda session: demand_queries.demands_page(session, actor, narrowed, NOW, None, 20))
    assert read_whole(listing) == [], listing
    further = await plan_of(
        crowded, lambda session: demand_queries.demands_page(session, actor, narrowed, NOW, UUID(int=2**127), 20)
    )
    assert read_whole(further) == []
    counting = await plan_of(crowded, lambda session: demand_queries.counts(session, actor, narrowed, NOW))
    assert read_whole(counting) == [], counting


FAR = Reach(newest=100_000)  # as with many more, so that there is more than one stride
TEXTS = ("劳动合同", "第77件", "咨询 合同", "没有的词", "算")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", EYES)
async def test_no_search_reads_a_whole_table(crowded: World, name: str, text: str) -> None:
    actor, wanted = eyes(crowded, name), Filter(text=text)
    written = similar.Written(text, "咨询经济补偿的计算方法。", "hrss", None)
    asks: list[Callable[[AsyncSession], Awaitable[object]]] = [
        lambda session: search.reach(session, wanted, None),
        lambda session: search.reach(session, replace(wanted, submitted_from=NOW, submitted_until=NOW), UUID(int=2**127)),
        lambda session: search.found_page(session, actor, wanted, NOW, FAR, 20),
        lambda session: search.found_page(session, actor, replace(wanted, states=(State.CLOSED,)), NOW, FAR, 20),
        lambda session: search.found_counts(session, actor, wanted, NOW, FAR),
        lambda session: similar.similar_within(session, actor, written, FAR),
    ]
    for ask in asks:
        plan = await plan_of(crowded, ask)
        assert read_whole(plan) == [], plan
        assert not any(node["Node Type"].startswith("Gather") for node in nodes(plan))


async def a_demand(world: World) -> UUID:
    ((found,),) = await world.sql("SELECT id FROM demand LIMIT 1")
    return UUID(str(found))


async def test_no_detail_reads_a_whole_table(crowded: World) -> None:
    demand_id = await a_demand(crowded)
    asks: list[Callable[[AsyncSession], Awaitable[object]]] = [
        lambda session: demand_queries.demand_detail(session, crowded.agency(), demand_id),
        lambda session: demand_queries.timeline(session, crowded.enterprise.actor(), demand_id),
        lambda session: changes.demand_for_move(session, crowded.agency(), demand_id),
        lambda session: handling.clocks_of(session, [demand_id] * 20, running_only=True),
        lambda session: handling.latest_reply(session, demand_id),
        lambda session: handling.latest_disposition(session, demand_id),
    ]
    for ask in asks:
        assert read_whole(await plan_of(crowded, ask)) == []


async def test_this_test_would_notice(crowded: World) -> None:
    """What has no index is read whole, and is seen to be."""

    async def by_title_alone(session: Any) -> None:
        await session.execute(select(Demand.id).where(Demand.enterprise_name == "x"))

    assert read_whole(await plan_of(crowded, by_title_alone)) == ["demand"]
