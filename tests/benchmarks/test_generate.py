"""Generated demands hold together as those do that came through the door, and the same seed makes the same ones."""

from datetime import UTC, datetime

import psycopg

from benchmarks.generate.cast import Cast
from benchmarks.generate.demands import demands
from benchmarks.generate.load import fill
from kit import migrate
from services.dispatch.__main__ import MIGRATIONS
from tests.conftest import MakeDatabase

MANY = 2000
ORPHANS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
FAULTS = """
SELECT count(*) FROM demand d WHERE
  d.version <> (SELECT count(*) FROM demand_event e WHERE e.demand_id = d.id)
  OR d.state <> (SELECT state FROM demand_event e WHERE e.demand_id = d.id ORDER BY sequence DESC LIMIT 1)
  OR NOT EXISTS (SELECT 1 FROM demand_search s WHERE s.demand_id = d.id)
"""


async def test_a_generated_database_holds_together(make_database: MakeDatabase) -> None:
    url = make_database("generated", lambda at: migrate.upgrade(MIGRATIONS, at))
    with psycopg.connect(url, autocommit=True) as connection:
        indexes = connection.execute("SELECT count(*) FROM pg_indexes").fetchone()
        await fill(url, MANY, seed=5)
        assert connection.execute("SELECT count(*) FROM pg_indexes").fetchone() == indexes
        assert connection.execute(FAULTS).fetchone() == (0,)
        for table, name, definition in connection.execute(ORPHANS).fetchall():
            # Checks what the bulk load did not.
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {definition}")
        assert connection.execute("SELECT count(DISTINCT state) > 3, count(*) FROM demand").fetchone() == (True, MANY)
        assert connection.execute("SELECT nextval('demand_number')").fetchone() == (MANY + 1,)


def test_the_same_seed_writes_the_same() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    first, second = (list(demands(50, Cast.of(3), 3, now)) for _ in range(2))
    assert first == second
    assert [row["id"] for row in first] == sorted(row["id"] for row in first)
