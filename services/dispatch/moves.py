"""The one function that applies a move, and the one statement that writes it.

`take` looks the move up in the table and works out everything that follows from it: the row as it is afterwards, its line in
the timeline, the clocks that stop and start, the event. `save` writes all of that at once. Nothing else changes a demand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
import uuid_utils.compat
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.calendar import WorkingCalendar, fraction_at
from kit.db import Run, driver_of
from kit.errors import StaleVersion
from kit.events import outbox
from services.dispatch import rules, words
from services.dispatch.announcements import SILENT, Contacts, event_of
from services.dispatch.rules import Action, Clock, Move, Party, State

Row = dict[str, Any]
# The columns that moves change; all others are the enterprise's own words and never change.
STATE_COLUMNS = (
    "state",
    "round",
    "lead_unit_code",
    "triage_reason",
    "disposition",
    "promised_on",
    "review_on",
    "rating_expired",
    "closed_at",
    "updated_at",
    "version",
)


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and with which words. No actor: the platform itself."""

    actor: Actor | None
    at: datetime
    text: str = ""
    day: date | None = None
    asked_by_agency: bool = False
    also_told: tuple[Party, ...] = ()
    request_id: str | None = None
    request_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What a demand's clocks run by."""

    calendar: WorkingCalendar
    terms: rules.Terms


@dataclass(slots=True)
class Written:
    """What a sequence of moves amounts to, ready to be saved."""

    before_version: int
    demand: Row
    lines: list[Row] = field(default_factory=list)
    stops: set[Clock] = field(default_factory=set)
    clocks: list[Row] = field(default_factory=list)
    events: list[outbox.Row] = field(default_factory=list)


def start(demand: Row) -> Written:
    """Begin moving a demand that stands as given."""
    return Written(before_version=demand["version"], demand=demand)


def take(
    written: Written,
    action: Action,
    act: Act,
    course: Course,
    contacts: Contacts,
    changes: Row | None = None,
    facts: Row | None = None,
) -> Row:
    """Apply one move; return the demand as it is afterwards. `changes` go into its row, `facts` into the event.

    Raises DemandWrongState where the table does not allow it.
    """
    before = written.demand
    # A new demand has no state before its first line.
    move = rules.MOVES[action] if before["version"] == 0 else rules.check_move(action, State(before["state"]))
    after = before | (changes or {}) | {"state": move.target, "version": before["version"] + 1, "updated_at": act.at}
    if move.target is State.CLOSED:
        after["closed_at"] = act.at
    written.demand = after
    written.stops.update(move.stops)
    clock = _clock(after, move, act, course)
    if clock:
        written.clocks.append(clock)
    written.lines.append(_line(before, after, move, act))
    if action in SILENT:
        return after
    event = event_of(action, after, contacts.of(move.told + act.also_told), clock["due_at"] if clock else None, facts or {})
    written.events.append(outbox.row_of(event, str(after["id"]), after["version"]))
    return after


def _line(before: Row, after: Row, move: Move, act: Act) -> Row:
    actor = act.actor
    changes = {name: after[name] for name in STATE_COLUMNS if before.get(name) != after[name] or before["version"] == 0}
    return {
        "demand_id": after["id"],
        "sequence": after["version"],
        "type": move.event,
        "state": after["state"],
        "at": act.at,
        "person_id": actor.person_id if actor else None,
        "unit_code": actor.unit_code if actor else "",
        "lead_unit_code": after["lead_unit_code"],
        "text": act.text,
        "asked_by_agency": act.asked_by_agency,
        "changes": changes,
        "request_id": act.request_id,
        "request_hash": act.request_hash,
    }


def _clock(after: Row, move: Move, act: Act, course: Course) -> Row | None:
    if move.starts is None:
        return None
    due = rules.due_of(move.starts, act.at, course.calendar, course.terms, act.day)
    return {
        "id": uuid_utils.compat.uuid7(),
        "demand_id": after["id"],
        "kind": move.starts,
        "round": after["round"],
        "holder": rules.CLOCK_HOLDER[move.starts],
        "started_at": act.at,
        "due_at": due.at,
        "provisional": due.provisional,
        "fired": 0,
        "next_look": fraction_at(act.at, due.at, rules.WARNINGS[0] / 100),
    }


INSERT_DEMANDS = """
WITH input AS (SELECT convert_from(%(document)s, 'UTF8')::jsonb AS d),
written AS (
  INSERT INTO demand SELECT r.* FROM input, jsonb_populate_recordset(NULL::demand, d->'demands') r
  ON CONFLICT (submitted_by, request_id) DO NOTHING RETURNING id),
search AS (
  INSERT INTO demand_search
  SELECT r.* FROM input, jsonb_populate_recordset(NULL::demand_search, d->'search') r JOIN written w ON w.id = r.demand_id),
"""
UPDATE_DEMAND = """
WITH input AS (SELECT convert_from(%(document)s, 'UTF8')::jsonb AS d),
written AS (
  UPDATE demand t SET
    state = r.state, round = r.round, lead_unit_code = r.lead_unit_code, triage_reason = r.triage_reason,
    disposition = r.disposition, promised_on = r.promised_on, review_on = r.review_on,
    rating_expired = r.rating_expired, closed_at = r.closed_at, updated_at = r.updated_at, version = r.version
  FROM input, jsonb_populate_recordset(NULL::demand, d->'demands') r
  WHERE t.id = r.id AND t.version = (d->>'before_version')::bigint RETURNING t.id, t.updated_at),
stopped AS (
  UPDATE demand_clock c SET stopped_at = written.updated_at, next_look = NULL
  FROM input, written
  WHERE c.demand_id = written.id AND c.stopped_at IS NULL AND d->'stops' ? c.kind),
"""
CONSEQUENCES = """
line AS (
  INSERT INTO demand_event
  SELECT r.* FROM input, jsonb_populate_recordset(NULL::demand_event, d->'lines') r JOIN written w ON w.id = r.demand_id),
started AS (
  INSERT INTO demand_clock
  SELECT r.* FROM input, jsonb_populate_recordset(NULL::demand_clock, d->'clocks') r JOIN written w ON w.id = r.demand_id),
event AS (
  INSERT INTO outbox
  SELECT r.* FROM input, jsonb_populate_recordset(NULL::outbox, d->'events') r JOIN written w ON w.id::text = r.aggregate_id)
SELECT id FROM written
"""
INSERT = INSERT_DEMANDS + CONSEQUENCES
UPDATE = UPDATE_DEMAND + CONSEQUENCES


async def save_new(run: Run, batch: Sequence[Written]) -> set[UUID]:
    """Write new demands with all that belongs to them. Returns the ids written; the others' requests were served before."""
    search = [words.search_row(written.demand) for written in batch]
    return {demand_id for (demand_id,) in await run(INSERT, {"document": _document(batch, search)})} if batch else set()


async def save(session: AsyncSession, written: Written) -> None:
    """Write the moves of a demand. Raises StaleVersion if it moved meanwhile; then nothing is written."""
    if not await driver_of(session)(UPDATE, {"document": _document([written])}):
        raise StaleVersion(version="newer")
    outbox.written(session, written.events)


def _document(batch: Sequence[Written], search: Sequence[Row] = ()) -> bytes:
    """Everything to be written as one JSON text; PostgreSQL reads the rows out of it by their column names."""
    document = {
        "before_version": batch[0].before_version,
        "demands": [written.demand for written in batch],
        "search": search,
        "lines": [line for written in batch for line in written.lines],
        "stops": sorted({clock for written in batch for clock in written.stops}),
        "clocks": [clock for written in batch for clock in written.clocks],
        "events": [outbox.columns_by_name(row) for written in batch for row in written.events],
    }
    return orjson.dumps(document, default=_plain)


def _plain(value: Any) -> str:
    """Bytes as PostgreSQL reads them from text."""
    if not isinstance(value, bytes):
        raise TypeError(type(value))
    return "\\x" + value.hex()
