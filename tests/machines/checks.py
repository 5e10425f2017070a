"""The invariants (a) to (j) of a demand's life, each by its letter; `refusal` is that what is not allowed changes nothing.

What is cheap is looked at after every step, the rest at the end of a sequence.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

from fahu.dispatch.v1 import events_pb2

from kit import deadlines
from kit.auth import Actor
from kit.db import constraint_of
from services.dispatch import errors
from services.dispatch.moves import INITIAL
from services.dispatch.queries import demands as queries
from services.dispatch.queries.demands import Filter
from services.dispatch.rules import COURTS, MOVES, Clock, State
from services.dispatch.servicer.edge import whole
from tests.dispatch import scenes
from tests.dispatch.test_rules import ALLOWED
from tests.machines.cast import BY_PLATFORM, CONTACTS, DIRECTING, LEADERS, Look, has_say, knows_whose, sees
from tests.machines.stage import Stage

INVARIANTS = "abcdefghij"
REFUSAL, FAULT = "refusal", "fault"
# Where the service forgets, the database still holds these; a test that sees one break has found what was forgotten.
HELD_BY_DATABASE = {
    "ck_demand_one_holder": "a",
    "ck_demand_held_since": "a",
    "uq_demand_clock_running": "a",
    "pk_demand_segment": "c",
    "pk_demand_event": "d",
    "ck_demand_approval_decided_by_somebody": "e",
    "ck_look_back_not_by_the_replier": "g",
    "ck_look_back_not_by_the_replying_unit": "g",
    "ck_demand_not_by_its_subject": "h",
}
HISTORY: Any = f"{scenes.HISTORY} WHERE d.id = ANY(%(ids)s)".replace(":initial", "%(initial)s")
READ_WHOLE = ("own contact", "centre operator")  # others but for a part of it
OVER = (State.CLOSED, State.WITHDRAWN)
CONTRACT = Path(__file__).parents[2] / "proto/fahu/dispatch/v1"


class Broken(AssertionError):
    """An invariant does not hold."""

    def __init__(self, letter: str, what: object) -> None:
        self.letter = letter
        super().__init__(f"({letter}) {what}")


def hold(letter: str, fact: bool, *what: object) -> None:
    if not fact:
        raise Broken(letter, " ".join(map(str, what)))


@cache
def documented(method: str) -> frozenset[str]:
    """The reasons that the contract names for an RPC."""
    for path in CONTRACT.glob("*_service.proto"):
        if found := re.search(rf"((?:  //[^\n]*\n)+)  rpc {method}\(", path.read_text()):
            _, _, reasons = found[1].partition("Fails with")
            return frozenset(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", reasons))
    raise AssertionError(f"{method} stands in no contract")


async def check_step(stage: Stage, looks: Sequence[Look], changed: Sequence[UUID]) -> None:
    """What holds of every demand after every step; the time it took, its lines and events, of those that changed."""
    for look in looks:
        over = look.state in OVER
        hold("a", (look.row["holder"] is None) == over, look.id, look.state, "held by", look.row["holder"])
        hold("h", not look.row["subject_unit_code"] or look.row["subject_unit_code"] not in {look.lead, *look.assistants})
        outside = look.row["judicial"] and {look.lead, *look.assistants} - COURTS - {""}
        hold(REFUSAL, not outside, look.id, "lies before a court, and is with", outside)
        hold("b", look.state != State.CLOSED or look.replies > 0, look.id, "closed without an answer")
    if not changed:
        return
    for row in await stage.ask(HISTORY, ids=list(changed), initial=json.dumps(INITIAL)):
        demand_id, version, lines, announced, same_state, folded, present, state, running, _, held, total = row
        every = list(range(1, version + 1))
        hold("d", lines == every and same_state, demand_id, "lines", lines, "of", version)
        hold("d", folded == present, demand_id, "is", present, "and by its lines", folded)
        hold("j", announced == every[1:], demand_id, "events", announced, "of", version)
        hold("a", (running == 0) == (state in OVER), demand_id, state, "clocks that run:", running)
        hold("c", held == total, demand_id, state, "was held", held, "of", total)


def check_moves(stage: Stage, before: Mapping[UUID, Look], after: Mapping[UUID, Look]) -> None:
    """Each move taken is one that the table has for this state and this person, and left one line."""
    lines = sum(look.row["version"] - (before[one].row["version"] if one in before else 0) for one, look in after.items())
    hold("d", lines == len(stage.taken), lines, "lines of", [action for action, _ in stage.taken])
    moved = [one for one, look in after.items() if one not in before or before[one].digest != look.digest]
    if len(moved) != 1 or not before.get(moved[0]):
        return  # taken in, or several at once by a sample or the sweeper
    look, state = before[moved[0]], before[moved[0]].state
    for action, act in stage.taken:
        hold(REFUSAL, action in ALLOWED[state], action, "taken in", state)
        if act.actor is None:
            hold("e", action in BY_PLATFORM, action, "taken by the platform")
        else:
            hold(REFUSAL, has_say(act.actor, action, look), action, "taken by", act.actor)
            outsider = look.row["judicial"] and act.actor.unit_code not in COURTS
            hold(REFUSAL, not (outsider and action in DIRECTING), action, "taken before a court by", act.actor)
        state = State(MOVES[action].target or (look.row["resume_state"] if MOVES[action].back else state))


def check_time(stage: Stage, before: Mapping[UUID, Look], after: Mapping[UUID, Look]) -> None:
    """Time alone approves nothing, and moves only what it may end (e)."""
    for action, act in stage.taken:
        hold("e", act.actor is None and action in BY_PLATFORM, action, "came with time")
    for one, look in after.items():
        hold("e", look.granted == before[one].granted, look.id, "a request was granted by nobody")


async def check_sight(stage: Stage, looks: Sequence[Look], actors: Mapping[str, Actor], liaison: UUID) -> None:
    """List, detail, timeline and count agree for everybody (f); with whom the demands are another's to see, or whose (h)."""
    ids, area = {look.id for look in looks}, Filter(area_code=looks[0].row["area_code"])
    for name, actor in actors.items():
        async with stage.database.read() as session:
            newest = await queries.demands_page(session, actor, Filter(), stage.now, None, len(looks))
            near = await queries.demands_page(session, actor, area, stage.now, None, len(looks))
            counts = await queries.counts(session, actor, area, stage.now)
            listed = {row.id: row.known for row in newest if row.id in ids}
            for look in looks:
                got = await _found((whole if name in READ_WHOLE else queries.demand_detail)(session, actor, look.id))
                told = await _found(queries.timeline(session, actor, look.id))
                hold("f", got == told == (look.id in listed), name, look.id, "gets", got, "timeline", told, "list", listed)
                letter = "h" if actor.unit_code and actor.unit_code == look.row["subject_unit_code"] else "f"
                hold(letter, got == sees(actor, look, liaison), name, "sees" if got else "does not see", look.id)
                known = listed.get(look.id)
                hold("h", not got or known == knows_whose(actor, look, liaison), name, "knows whose it is:", known, look.id)
            own = {one for one, known in listed.items() if known}
            hold("h", {row.id for row in near} == own, name, "finds by area", [row.id for row in near], "and not", own)
        hold("f", sum(counts.values()) == len(near), name, "counts", counts, "and lists", len(near))


async def _found(query: Any) -> bool:
    try:
        await query
    except errors.DemandNotFound:
        return False
    return True


LOOK_BACKS = """
SELECT l.demand_id, l.recorded_by, l.recorded_unit, r.unit_code, r.person_id, r.signed_by
FROM look_back l JOIN demand_reply r ON r.demand_id = l.demand_id AND r.round = l.round
WHERE l.demand_id = ANY(:ids) AND l.recorded_at IS NOT NULL AND r.replied_at <= l.recorded_at
"""
DIRECT_ANSWERS = """
SELECT d.id FROM demand d JOIN demand_reply r ON r.demand_id = d.id
WHERE d.id = ANY(:ids) AND d.judicial AND r.kind = 'DIRECT'
"""
LOGGED = "SELECT count(*) FROM clock_change WHERE revision = :revision"
TOLD = "SELECT aggregate_id, type, payload FROM outbox WHERE aggregate_id = ANY(:ids)"
CLOCKS = """
SELECT c.demand_id, c.kind, c.counted_from, c.term_days, c.term_day, c.due_at, c.provisional, c.stopped_at, c.day_off,
  d.promised_on
FROM demand_clock c JOIN demand d ON d.id = c.demand_id WHERE d.id = ANY(:ids)
"""


async def check_end(stage: Stage, looks: Sequence[Look]) -> None:
    """What costs more to look at: four eyes (g), who was told (h), deadlines (i)."""
    ids = [look.id for look in looks]
    for row in await stage.sql(LOOK_BACKS, ids=ids):
        own = row.recorded_by in (row.person_id, row.signed_by) or row.recorded_unit == row.unit_code
        hold("g", not own, row.demand_id, "looked back on by", row.recorded_by, "of", row.recorded_unit)
    for (demand_id,) in await stage.sql(DIRECT_ANSWERS, ids=ids):
        hold(REFUSAL, False, demand_id, "lies before a court, and the centre answered it")
    await _check_subject_is_not_told(stage, looks)
    for row in await stage.sql(CLOCKS, ids=ids):
        _check_due(stage, row)


def _check_due(stage: Stage, row: Any) -> None:
    """A clock is due by what it keeps for computing it again: by today's calendar, unless it stopped by another."""
    at = stage.recounted_at
    if at and row.stopped_at:
        return None
    promised = row.promised_on if at and row.kind == Clock.HANDLE else None
    due = deadlines.due_of(deadlines.Term(row.term_days, promised or row.term_day), row.counted_from, stage.course.calendar)
    if due is None or row.due_at is None:
        return hold("i", due is row.due_at, row.demand_id, row.kind, "is due", row.due_at)
    nobody_is_late_after_the_fact = bool(at and due.at <= at and due.at < row.due_at)
    hold("i", due.at == row.due_at or nobody_is_late_after_the_fact, row.demand_id, row.kind, row.due_at, "and not", due.at)
    hold("i", bool(promised) or due.provisional == row.provisional, row.demand_id, row.kind, "provisional", row.provisional)
    return None


async def check_recounted(stage: Stage, changed: int, before: Mapping[UUID, Look], after: Mapping[UUID, Look]) -> None:
    """Another calendar puts no promised day off, marks those that became free ones, and writes down what it changed (i)."""
    for one, look in after.items():
        hold("i", look.row["promised_on"] == before[one].row["promised_on"], one, "is promised for another day")
    for row in await stage.sql(CLOCKS, ids=list(after)):
        if row.stopped_at is None:
            _check_due(stage, row)
            day = (row.promised_on if row.kind == Clock.HANDLE else None) or row.term_day
            free = row.kind in (Clock.HANDLE, Clock.ORDER) and day and not stage.course.calendar.is_workday(day)
            hold("i", row.day_off is (True if free else None), row.demand_id, row.kind, day, "is marked", row.day_off)
    ((logged,),) = await stage.sql(LOGGED, revision=stage.course.revision)
    hold("i", logged == changed, changed, "clocks changed and", logged, "are written down")


async def _check_subject_is_not_told(stage: Stage, looks: Sequence[Look]) -> None:
    about = {str(look.id): look.row["subject_unit_code"] for look in looks if look.row["subject_unit_code"]}
    if not about:
        return
    for row in await stage.sql(TOLD, ids=list(about)):
        event = getattr(events_pb2, row.type.rpartition(".")[2]).FromString(row.payload)
        unit = about[row.aggregate_id]
        staff = {str(found) for found in (CONTACTS.get(unit), LEADERS.get(unit)) if found}
        told = {person for _, people in event.audience.ListFields() for person in people}
        hold("h", not told & staff, row.aggregate_id, "told", row.type, "to the agency it is about")


def raise_from(error: Exception) -> NoReturn:
    """An error that is no refusal: what it left to the database to hold, or else a fault."""
    name = constraint_of(error)
    raise Broken(HELD_BY_DATABASE.get(name, FAULT), f"{type(error).__name__} {name} {error}") from error
