"""Finds the words of new demands a moment after they came in, so that nobody who submits waits for it.

Which demands still lack their words is read from the tables themselves, from a little before the newest that has them. So
nothing is lost with a process that dies, and a table that was emptied is filled again from the oldest on. Of several
replicas one works at a time; the others pass.

The words of a shielded demand are those that an agency reads, for everybody who searches. They are cut again when its
enterprise lets itself be known.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import Database
from services.dispatch import words
from services.dispatch.queries.demands import first_id
from services.dispatch.rules import UNNAMED

BATCH = 400
BREATH = 16  # so many demands are cut, in about a millisecond, before others get their turn
# Demands do not become visible in the order of their ids. The look of each second reaches back beyond any usual delay, that
# of each minute beyond any statement's end and any difference of clocks.
LATELY, FAR = timedelta(seconds=4), timedelta(minutes=10)
ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext('fahu.dispatch.search'))")
NEWEST = text("SELECT demand_id FROM demand_search WHERE complete ORDER BY demand_id DESC LIMIT 1")
# An offset, even of none, has each demand looked up by its id, instead of all of both tables compared.
LACKING = text("""
SELECT d.id, d.serial, d.enterprise_id, d.submitted_for_by_unit, d.lead_unit_code, d.area_code, d.category_code,
  CASE WHEN d.shielded THEN replace(d.title, d.enterprise_name, :unnamed) ELSE d.title END AS title,
  CASE WHEN d.shielded THEN replace(d.body, d.enterprise_name, :unnamed) ELSE d.body END AS body,
  ARRAY(SELECT c.unit_code FROM demand_co_handler c WHERE c.demand_id = d.id) AS co_units
FROM demand d LEFT JOIN LATERAL (SELECT s.complete FROM demand_search s WHERE s.demand_id = d.id OFFSET 0) s ON true
WHERE d.id > :since AND s.complete IS NOT TRUE ORDER BY d.id LIMIT :batch
""")
FILL = text("""
INSERT INTO demand_search AS s (demand_id, number, words, complete)
SELECT f.demand_id, f.number, CAST(f.words AS tsvector), true
FROM unnest(CAST(:ids AS uuid[]), CAST(:numbers AS bigint[]), CAST(:words AS text[])) AS f (demand_id, number, words)
ON CONFLICT (demand_id) DO UPDATE SET words = s.words || excluded.words, complete = true
""")
FORGET = text("DELETE FROM demand_search WHERE demand_id = :id")


async def fill_all(database: Database, back: timedelta) -> None:
    """Batch by batch until no demand lacks its words."""
    filled = BATCH
    while filled == BATCH:
        async with database.begin() as session:
            filled = await fill(session, back)


async def fill(session: AsyncSession, back: timedelta) -> int:
    """Find the words of at most one batch. Returns how many there were; none while another replica is at it."""
    if not await session.scalar(ALONE):
        return 0
    newest = await session.scalar(NEWEST)
    moment = datetime.fromtimestamp((newest.int >> 80) / 1000, UTC) - back if newest else datetime.fromtimestamp(0, UTC)
    return await _fill_since(session, first_id(moment), BATCH)


async def cut_again(session: AsyncSession, demand_id: UUID) -> None:
    """Find the words of a demand anew, here and now: the looks of each second and minute do not reach back to it."""
    await session.execute(FORGET, {"id": demand_id})
    await _fill_since(session, UUID(int=demand_id.int - 1), 1)


async def _fill_since(session: AsyncSession, since: UUID, batch: int) -> int:
    found = (await session.execute(LACKING, {"since": since, "batch": batch, "unnamed": UNNAMED})).all()
    if found:
        rows = await _cut(found)
        columns = {"ids": "demand_id", "numbers": "number", "words": "words"}
        await session.execute(FILL, {name: [row[column] for row in rows] for name, column in columns.items()})
    return len(found)


async def _cut(found: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for begin in range(0, len(found), BREATH):
        rows += [words.search_row(demand._mapping) for demand in found[begin : begin + BREATH]]
        await asyncio.sleep(0)
    return rows
