"""The one function that applies a move, and the one statement that writes it.

`take` looks the move up in the table and works out everything that follows from it: the row as it is afterwards, who holds
the ball, its line in the timeline, the clocks that stop, start, stand still and go on, the event. `save` writes all of that
at once. Nothing else changes a demand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.calendar import WorkingCalendar
from kit.db import Run, driver_of
from kit.errors import StaleVersion
from kit.events import outbox
from services.dispatch import clocks, rules
from services.dispatch.announcements import SILENT, Contacts, event_of
from services.dispatch.rules import Action, Clock, Move, Party, State

Row = dict[str, Any]
# The columns that moves change, and what they are before the first. All others are the enterprise's own, and stay.
INITIAL: Row = {
    "state": State.SUBMITTED,
    "resume_state": None,
    "round": 1,
    "holder": None,
    "holder_unit": "",
    "held_since": None,
    "lead_unit_code": "",
    "designated": False,
    "triage_reason": None,
    "disposition": None,
    "promised_on": None,
    "review_on": None,
    "condition_tags": [],
    "revived": False,
    "extensions": 0,
    "info_requests": 0,
    "park_reviews": 0,
    "shielded": False,
    "joint_case_id": None,
    "kpi_excluded": False,
    "rating_expired": False,
    "closed_at": None,
    "updated_at": None,
    "version": 0,
}
STATE_COLUMNS = tuple(INITIAL)
OVER = frozenset({State.CLOSED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when, and with which words. No actor: the platform itself. `days` are those clocks are due on."""

    actor: Actor | None
    at: datetime
    text: str = ""
    days: Mapping[Clock, date] = field(default_factory=dict)
    asked_by_agency: bool = False
    also_told: tuple[Party, ...] = ()
    request_id: str | None = None
    request_hash: bytes | None = None


@dataclass(slots=True)
class Course:
    """What a demand's clocks run by. The calendar is exchanged, with its revision, when a year's table is loaded."""

    calendar: WorkingCalendar
    terms: rules.Terms
    revision: int = 0
    own: rules.OwnTerms = field(default_factory=dict)

    def terms_of(self, demand: Row) -> rules.Terms:
        """The terms that hold for a demand: the defaults, unless something is set for its agency or category."""
        if not self.own:
            return self.terms
        return rules.terms_with(self.terms, self.own, demand["lead_unit_code"], demand["category_code"])


@dataclass(slots=True)
class Written:
    """What a sequence of moves amounts to, ready to be saved. `clocks` are those that run, and those that changed."""

    before_version: int
    demand: Row
    clocks: list[Row]
    lines: list[Row] = field(default_factory=list)
    segments: list[Row] = field(default_factory=list)
    events: list[outbox.Row] = field(default_factory=list)


def start(demand: Row, running: Sequence[Row] = ()) -> Written:
    """Begin moving a demand that stands as given, with the clocks that run."""
    return Written(demand["version"], demand, list(running))


def take(
    written: Written,
    action: Action,
    act: Act,
    course: Course,
    contacts: Contacts,
    changes: Row | None = None,
    facts: Row | None = None,
    starts: Sequence[clocks.Start] = (),
    stops: Sequence[clocks.Name] = (),
) -> Row:
    """Apply one move; return the demand as it is afterwards.

    `changes` go into its row, `facts` into the event. `starts` and `stops` are clocks beside those of the table: of one
    opinion, one order, one request. Raises DemandWrongState where the table does not allow the move.
    """
    before = written.demand
    # A new demand has no state before its first line.
    move = rules.MOVES[action] if before["version"] == 0 else rules.check_move(action, State(before["state"]))
    after = _after(before, move, act, changes or {})
    terms = course.terms_of(after)
    due = clocks.turn(written.clocks, move, after, act.at, act.days, course.calendar, terms, starts, stops)
    _pass_ball(written, before, after, act.at)
    written.demand = after
    written.lines.append(_line(before, after, move, act))
    if action in SILENT:
        return after
    audience = contacts.of(move.told + act.also_told)
    event = event_of(action, after, audience, due, facts or {})
    written.events.append(outbox.row_of(event, str(after["id"]), after["version"]))
    return after


def _after(before: Row, move: Move, act: Act, changes: Row) -> Row:
    """The row after a move, but for what its clocks make of it."""
    state = State(before["resume_state"]) if move.back else move.target or State(before["state"])
    after = before | changes | {"state": state, "version": before["version"] + 1, "updated_at": act.at}
    after["closed_at"] = (before["closed_at"] or act.at) if state is State.CLOSED else None
    if move.target or move.back:
        after["holder"] = rules.HOLDERS.get(state)
        after["resume_state"] = before["state"] if state is State.AWAITING_ENTERPRISE else None
    if move.ball:
        after["holder"] = move.ball
    after["holder_unit"] = after["lead_unit_code"] if after["holder"] == Party.AGENCY else ""
    return after


def _pass_ball(written: Written, before: Row, after: Row, at: datetime) -> None:
    """Close the stretch of time of whoever held the ball, if somebody else holds it now, or if the answer is given."""
    same = _stretch(before) == _stretch(after)
    after["held_since"] = before["held_since"] if same else (at if after["holder"] else None)
    if not same and before["holder"] and before["held_since"] < at:
        segment = {
            "demand_id": after["id"],
            "position": after["version"],
            "round": before["round"],
            "holder": before["holder"],
            "unit_code": before["holder_unit"],
            "counted": before["state"] != State.REPLIED,
            "started_at": before["held_since"],
            "ended_at": at,
        }
        written.segments.append(segment)


def _stretch(row: Row) -> tuple[Any, ...]:
    return row["holder"], row["holder_unit"], row["round"], row["state"] == State.REPLIED


def _line(before: Row, after: Row, move: Move, act: Act) -> Row:
    actor = act.actor
    known = before if before["version"] else INITIAL
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
        "changes": {name: after[name] for name in STATE_COLUMNS if known[name] != after[name]},
        "request_id": act.request_id,
        "request_hash": act.request_hash,
    }


INSERT_DEMANDS = """
WITH input AS (SELECT convert_from(%(document)s, 'UTF8')::jsonb AS d),
written AS (
  INSERT INTO demand SELECT r.* FROM input, jsonb_populate_recordset(NULL::demand, d->'demands') r
  ON CONFLICT (submitted_by, request_id) DO NOTHING RETURNING id),
"""
UPDATE_DEMAND = f"""
WITH input AS (SELECT convert_from(%(document)s, 'UTF8')::jsonb AS d),
written AS (
  UPDATE demand t SET {", ".join(f"{name} = r.{name}" for name in STATE_COLUMNS)}
  FROM input, jsonb_populate_recordset(NULL::demand, d->'demands') r
  WHERE t.id = r.id AND t.version = (d->>'before_version')::bigint RETURNING t.id),
"""  # noqa: S608 - names of our own
CHANGING_CLOCK = (
    "due_at",
    "counted_from",
    "term_days",
    "term_day",
    "provisional",
    "fired",
    "next_look",
    "paused_at",
    "stopped_at",
    "breached_at",
    "day_off",
)
CONSEQUENCES = f"""
line AS (
  INSERT INTO demand_event
  SELECT r.* FROM input, jsonb_populate_recordset(NULL::demand_event, d->'lines') r JOIN written w ON w.id = r.demand_id),
clock AS (
  INSERT INTO demand_clock
  SELECT r.* FROM input, jsonb_populate_recordset(NULL::demand_clock, d->'clocks') r JOIN written w ON w.id = r.demand_id
  ORDER BY r.stopped_at IS NULL
  ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in CHANGING_CLOCK)}),
segment AS (
  INSERT INTO demand_segment
  SELECT r.* FROM input, jsonb_populate_recordset(NULL::demand_segment, d->'segments') r
  JOIN written w ON w.id = r.demand_id),
event AS (
  INSERT INTO outbox
  SELECT r.* FROM input, jsonb_populate_recordset(NULL::outbox, d->'events') r JOIN written w ON w.id::text = r.aggregate_id)
SELECT id FROM written
"""  # noqa: S608 - names of our own
INSERT = INSERT_DEMANDS + CONSEQUENCES
UPDATE = UPDATE_DEMAND + CONSEQUENCES


async def save_new(run: Run, batch: Sequence[Written]) -> set[UUID]:
    """Write new demands with all that belongs to them. Returns the ids written; the others' requests were served before."""
    return {demand_id for (demand_id,) in await run(INSERT, {"document": _document(batch)})} if batch else set()


async def save(session: AsyncSession, written: Written) -> None:
    """Write the moves of a demand. Raises StaleVersion if it moved meanwhile; then nothing is written."""
    if not await driver_of(session)(UPDATE, {"document": _document([written])}):
        raise StaleVersion(version="newer")
    outbox.written(session, written.events)


def _document(batch: Sequence[Written]) -> bytes:
    """Everything to be written as one JSON text; PostgreSQL reads the rows out of it by their column names."""
    document = {
        "before_version": batch[0].before_version,
        "demands": [written.demand for written in batch],
        "lines": [line for written in batch for line in written.lines],
        "clocks": [clock for written in batch for clock in written.clocks],
        "segments": [segment for written in batch for segment in written.segments],
        "events": [outbox.columns_by_name(row) for written in batch for row in written.events],
    }
    return orjson.dumps(document, default=_plain)


def _plain(value: Any) -> str:
    """Bytes as PostgreSQL reads them from text."""
    if not isinstance(value, bytes):
        raise TypeError(type(value))
    return "\\x" + value.hex()
