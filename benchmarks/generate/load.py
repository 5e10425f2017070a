"""Brings generated rows into the database: demands by COPY, what follows from them by SQL, indexes last."""

import asyncio
from datetime import UTC, datetime
from itertools import islice
from typing import LiteralString

import psycopg
from psycopg import sql

from benchmarks.generate.cast import Cast
from benchmarks.generate.demands import CO_COLUMNS, COLUMNS, co_handler_lines, demand_line, demands, search_line
from kit.db import Database

CHUNK = 5000
TABLES = (
    "demand",
    "demand_search",
    "demand_event",
    "demand_clock",
    "demand_disposition",
    "demand_reply",
    "demand_rating",
    "demand_segment",
    "demand_co_handler",
)
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
# Which lines lead to which state: number, kind of line, state afterwards.
STEPS = """
WITH step (last, sequence, type, state) AS (VALUES
  ('*', 1, 'submitted', 'SUBMITTED'), ('TRIAGE', 2, 'triage_required', 'TRIAGE'),
  ('D', 2, 'dispatched', 'DISPATCHED'), ('A', 3, 'accepted', 'ACCEPTED'), ('HANDLING', 4, 'disposition_set', 'HANDLING'),
  ('PARKED', 4, 'disposition_set', 'PARKED'), ('R', 5, 'replied', 'REPLIED'), ('CLOSED', 6, 'rated', 'REPLIED'),
  ('CLOSED', 7, 'closed', 'CLOSED'), ('WITHDRAWN', 3, 'withdrawn', 'WITHDRAWN'))
"""
MATCHES = """
  step.last = '*' OR step.last = d.state OR (step.last = 'D' AND d.state <> 'TRIAGE')
  OR (step.last = 'A' AND d.state IN ('ACCEPTED', 'HANDLING', 'PARKED', 'REPLIED', 'CLOSED'))
  OR (step.last = 'HANDLING' AND d.state IN ('REPLIED', 'CLOSED')) OR (step.last = 'R' AND d.state IN ('REPLIED', 'CLOSED'))
"""
LINES = f"""
{STEPS}
INSERT INTO demand_event
  (demand_id, sequence, type, state, at, person_id, unit_code, lead_unit_code, text, asked_by_agency, changes)
SELECT d.id, step.sequence, step.type, step.state, least(now(), d.submitted_at + step.sequence * interval '7 hours'),
  CASE WHEN step.type IN ('submitted', 'rated', 'withdrawn') THEN d.submitted_by END,
  CASE WHEN step.type IN ('accepted', 'disposition_set', 'replied') THEN d.lead_unit_code ELSE '' END,
  CASE WHEN step.sequence > 1 THEN d.lead_unit_code ELSE '' END,
  CASE step.type WHEN 'replied' THEN '已按规定办理，详见答复。' ELSE '' END, false,
  jsonb_strip_nulls(jsonb_build_object('state', step.state, 'version', step.sequence, 'updated_at', d.updated_at,
    'lead_unit_code', CASE step.sequence WHEN 2 THEN d.lead_unit_code END,
    'disposition', CASE step.type WHEN 'disposition_set' THEN d.disposition END,
    'promised_on', CASE step.type WHEN 'disposition_set' THEN d.promised_on END))
FROM demand d JOIN step ON {MATCHES}
"""
# One in thirty of those that run is late, as where somebody watches.
CLOCKS = """
INSERT INTO demand_clock
  (id, demand_id, kind, round, holder, started_at, due_at, provisional, fired, next_look, breached_at, stopped_at)
SELECT uuidv7(), d.id, k.kind, 1, k.holder, k.began, k.due, false, CASE WHEN k.late THEN 100 ELSE 0 END,
  CASE WHEN k.runs AND NOT k.late THEN k.due END, CASE WHEN k.late THEN k.due END,
  CASE WHEN NOT k.runs THEN k.began + interval '6 hours' END
FROM demand d
CROSS JOIN LATERAL (
  SELECT d.state IN ('TRIAGE', 'DISPATCHED', 'HANDLING', 'PARKED') AND get_byte(d.request_hash, 3) < 9 AS late) l
CROSS JOIN LATERAL (
  SELECT kind, holder, runs, runs AND l.late AND kind <> 'TOTAL' AS late,
    CASE WHEN runs AND l.late AND kind <> 'TOTAL' THEN now() - interval '9 days' ELSE d.submitted_at END AS began,
    CASE WHEN kind = 'TOTAL' THEN NULL WHEN NOT runs THEN d.submitted_at + interval '1 day'
      WHEN l.late THEN now() - interval '1 day'
      ELSE now() + (1 + get_byte(d.request_hash, 2)) * interval '1 hour' END AS due
  FROM (VALUES ('TOTAL', 'PLATFORM', d.state NOT IN ('REPLIED', 'CLOSED', 'WITHDRAWN'), true),
    ('TRIAGE', 'CENTRE', d.state = 'TRIAGE', d.state = 'TRIAGE'),
    ('ACCEPT', 'AGENCY', d.state = 'DISPATCHED', d.state <> 'TRIAGE'),
    ('HANDLE', 'AGENCY', d.state = 'HANDLING', d.state IN ('HANDLING', 'REPLIED', 'CLOSED')),
    ('PARK_REVIEW', 'AGENCY', d.state = 'PARKED', d.state = 'PARKED'),
    ('RATING', 'LIAISON', d.state = 'REPLIED', d.state IN ('REPLIED', 'CLOSED'))) AS k (kind, holder, runs, there)
  WHERE k.there) k
"""
DISPOSITIONS = """
INSERT INTO demand_disposition (demand_id, sequence, kind, explanation, promised_on, condition_tags, review_on, set_at)
SELECT id, 4, disposition, '待市级细则出台后办理。', promised_on,
  condition_tags, review_on, submitted_at
FROM demand WHERE disposition IS NOT NULL
"""
REPLIES = """
INSERT INTO demand_reply
  (id, demand_id, round, kind, conclusion, legal_basis, next_steps, claim, unit_code, person_id, replied_at)
SELECT uuidv7(), id, 1, 'ANSWER', '贵公司所询事项已核实，按规定可以办理。', '《优化营商环境条例》第四十条',
  '请携带材料到窗口办理。', 'SOLVED', lead_unit_code, submitted_by, submitted_at + interval '35 hours'
FROM demand WHERE state IN ('REPLIED', 'CLOSED')
"""
RATINGS = """
INSERT INTO demand_rating (reply_id, demand_id, satisfaction, solved, comment, person_id, rated_at)
SELECT r.id, d.id, 3 + get_byte(d.request_hash, 1) % 3, 'YES', '', d.submitted_by, r.replied_at + interval '7 hours'
FROM demand d JOIN demand_reply r ON r.demand_id = d.id WHERE d.state = 'CLOSED'
"""
SEGMENTS = """
INSERT INTO demand_segment (demand_id, position, round, holder, unit_code, counted, started_at, ended_at)
SELECT id, 5, 1, 'AGENCY', lead_unit_code, true, submitted_at, submitted_at + interval '35 hours'
FROM demand WHERE state IN ('REPLIED', 'CLOSED')
"""
CONSEQUENCES: tuple[LiteralString, ...] = (LINES, CLOCKS, DISPOSITIONS, REPLIES, RATINGS, SEGMENTS)


async def fill(url: str, number: int, seed: int) -> Cast:
    """Write a cast and so many demands; return the cast. The same seed writes the same."""
    cast, now = Cast.of(seed), datetime.now(UTC)
    database = Database(url)
    await cast.enter(database, now.year)
    await database.close()
    await asyncio.to_thread(_load, url, number, seed, cast, now)
    return cast


def _load(url: str, number: int, seed: int, cast: Cast, now: datetime) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        # What is written is consistent by its making: looking up every reference would take the longest.
        connection.execute("SET session_replication_role = replica; SET statement_timeout = 0; SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'")
        indexes = connection.execute(INDEXES, [list(TABLES)]).fetchall()
        for name, _ in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        rows = demands(number, cast, seed, now)
        while chunk := list(islice(rows, CHUNK)):
            _copy(connection, sql.SQL("COPY demand ({}) FROM STDIN"), COLUMNS, "".join(map(demand_line, chunk)))
            _copy(
                connection,
                sql.SQL("COPY demand_co_handler ({}) FROM STDIN"),
                CO_COLUMNS,
                "".join(map(co_handler_lines, chunk)),
            )
            search = ("demand_id", "number", "words", "complete")
            _copy(connection, sql.SQL("COPY demand_search ({}) FROM STDIN"), search, "".join(map(search_line, chunk)))
        for statement in CONSEQUENCES:
            connection.execute(statement)
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("SELECT setval('demand_number', %s)", [number])
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _copy(connection: psycopg.Connection, statement: sql.SQL, columns: tuple[str, ...], lines: str) -> None:
    with connection.cursor().copy(statement.format(sql.SQL(", ").join(map(sql.Identifier, columns)))) as copy:
        copy.write(lines)
