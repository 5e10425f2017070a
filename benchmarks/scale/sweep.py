"""Two replicas sweep a hundred thousand running clocks at once: each warning is to be fired once."""

import asyncio
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import text

from kit.calendar import WorkingCalendar
from kit.db import Database
from kit.events import outbox
from services.dispatch.moves import Course
from services.dispatch.rules import Terms
from services.dispatch.service import deadlines

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
DUE = START + timedelta(hours=100)
# When to look, and how many of the marks have passed by then: half, four fifths, all.
MARKS = {55: 1, 85: 2, 101: 3}
CROWD = """
WITH made AS (
  INSERT INTO demand (id, serial, kind, category_code, title, body, channel, enterprise_id, enterprise_name, designation_id,
    area_code, year, submitted_by, submitted_for_by_unit, request_id, request_hash, submitted_at, state, round,
    lead_unit_code, rating_expired, updated_at, version, holder, holder_unit, held_since)
  SELECT uuidv7(), %(mark)s || n, 'DEMAND', 'hrss', 't', 'b', 'MINI_PROGRAM', gen_random_uuid(), 'e', gen_random_uuid(), 'a',
    2026, gen_random_uuid(), '', 'r', '', %(start)s, 'DISPATCHED', 1, 'hrss', false, %(start)s, 2, 'AGENCY', 'hrss',
    %(start)s
  FROM generate_series(1, %(many)s) n RETURNING id)
INSERT INTO demand_clock (id, demand_id, kind, round, holder, unit_code, started_at, due_at, provisional, fired, next_look)
SELECT uuidv7(), id, 'ACCEPT', 1, 'AGENCY', 'hrss', %(start)s, %(due)s, false, 0, %(start)s + interval '50 hours' FROM made
"""
TOLD = """
SELECT told, count(*) FROM (
  SELECT count(o.id) AS told FROM demand d LEFT JOIN outbox o ON o.aggregate_id = d.id::text
  WHERE d.serial LIKE %s || '%%' GROUP BY d.id) t GROUP BY told
"""
WITHOUT_LOCKS = str(deadlines.CLAIM).replace("FOR UPDATE OF c, d SKIP LOCKED", "")


def crowd(url: str, mark: str, many: int) -> None:
    """So many demands, each with a clock that has begun. Their serials begin with the mark."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute(CROWD, {"mark": mark, "many": many, "start": START, "due": DUE})
        connection.execute("VACUUM ANALYZE demand, demand_clock")


def quiet(url: str) -> None:
    """Clocks that are there have nothing more to say."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE demand_clock SET next_look = NULL WHERE next_look IS NOT NULL")


def wrong(url: str, mark: str, times: int) -> int:
    """How many of the crowd were told more or less often than that."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET statement_timeout = 0")
        told: Counter[int] = Counter(dict(connection.execute(TOLD, [mark]).fetchall()))
    return told.total() - told[times]


def sweep_together(url: str, hours: int, locked: bool = True) -> None:
    """Two processes sweep until nothing is due any more."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as replicas:
        for done in [replicas.submit(_replica, url, START + timedelta(hours=hours), locked) for _ in range(2)]:
            done.result()


def _replica(url: str, now: datetime, locked: bool) -> None:
    if not locked:
        deadlines.CLAIM = text(WITHOUT_LOCKS)
    asyncio.run(_sweep_all(url, now))


async def _sweep_all(url: str, now: datetime) -> None:
    database = Database(url, pool_size=2)
    database.before_commit = outbox.flush
    course = Course(WorkingCalendar.from_library(), Terms())
    looked_at = 1
    while looked_at:
        async with database.begin() as session:
            looked_at = await deadlines.sweep(session, course, now)
    await database.close()
