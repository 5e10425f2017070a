"""What a move does to the clocks of a demand: which stop, start, stand still, go on, or get a later day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import uuid_utils.compat

from kit.calendar import WorkingCalendar, fraction_at
from kit.deadlines import WARNINGS, Term, due_of, next_mark, passed
from services.dispatch import rules
from services.dispatch.rules import Clock, Move, Party, Terms

Row = dict[str, Any]
FIRST_MARK = WARNINGS[0] / 100


@dataclass(frozen=True, slots=True)
class Name:
    """One clock among those of its kind. `ref`: the unit of an opinion, the id of an order or request."""

    kind: Clock
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """A clock to start beside those of the table, or in place of one. `day` is when it is due, if somebody named one."""

    name: Name
    holder: Party
    unit_code: str = ""
    day: date | None = None
    days: int | None = None


def turn(
    rows: list[Row],
    move: Move,
    demand: Row,
    at: datetime,
    days: Mapping[Clock, date],
    calendar: WorkingCalendar,
    terms: Terms,
    starts: Sequence[Start] = (),
    stops: Sequence[Name] = (),
) -> datetime | None:
    """Change `rows`, the running clocks, in place, and add new ones. Returns when the clock people wait for now is due."""
    named = {(name.kind, name.ref) for name in stops}
    for row in _running(rows):
        kind = Clock(row["kind"])
        if kind in move.stops or (kind, row["ref"]) in named:
            _stop(row, at)
        elif kind in move.holds and row["paused_at"] is None:
            row |= {"paused_at": at, "next_look": None}
        elif kind in move.continues:
            _go_on(row)
        elif kind in move.resumes and row["paused_at"]:
            _resume(row, demand, at, calendar)
        if kind is move.extends:
            _set_term(row, Term(day=days.get(kind), days=None if kind in days else terms.revive), at, at, calendar)
    given = {one.name for one in starts}
    kinds = [kind for kind in move.starts if Name(kind) not in given]
    plain = [Start(Name(kind), rules.CLOCK_HOLDER[kind], _unit_of(kind, demand), days.get(kind)) for kind in kinds]
    new = [_new(one, demand, at, calendar, terms) for one in (*plain, *starts)]
    rows.extend(new)
    return _awaited(rows, new, move)


def _running(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if row["stopped_at"] is None)


def _unit_of(kind: Clock, demand: Row) -> str:
    return str(demand["lead_unit_code"]) if rules.CLOCK_HOLDER[kind] is Party.AGENCY else ""


def _stop(row: Row, at: datetime) -> None:
    row |= {"stopped_at": at, "next_look": None}


def _go_on(row: Row) -> None:
    """The clock stood still for its holder, but its due time did not wait."""
    if row["paused_at"]:
        row |= {"paused_at": None, "next_look": next_mark(row["started_at"], row["due_at"], row["fired"])}


def _resume(row: Row, demand: Row, at: datetime, calendar: WorkingCalendar) -> None:
    """The clock gets back what it had left; one that was overdue stays so."""
    rest = rules.rest_of(row["paused_at"], row["due_at"], at, calendar)
    if rest is None:
        return _go_on(row)
    _set_term(row, Term(days=rest), at, at, calendar)
    if row["kind"] == Clock.HANDLE and demand["promised_on"]:
        demand["promised_on"] = calendar.day_of(row["due_at"])
    return None


def _set_term(row: Row, term: Term, counted_from: datetime, at: datetime, calendar: WorkingCalendar) -> None:
    """Give a clock another term. Its warnings begin anew with what is left; `first_due_at` keeps what it was."""
    due = due_of(term, counted_from, calendar)
    assert due is not None  # noqa: S101 - only clocks with an end are given another
    fired = passed(row["started_at"], due.at, at)
    row |= {
        "counted_from": counted_from,
        "term_days": term.days,
        "term_day": term.day,
        "due_at": due.at,
        "provisional": due.provisional,
        "paused_at": None,
        "day_off": None,
        "fired": fired,
        "next_look": next_mark(row["started_at"], due.at, fired),
    }


def _new(one: Start, demand: Row, at: datetime, calendar: WorkingCalendar, terms: Terms) -> Row:
    given = Term(days=one.days) if one.days is not None else None
    term = given or rules.term_of(one.name.kind, demand["round"], terms, one.day)
    due = due_of(term, at, calendar)
    return {
        "id": uuid_utils.compat.uuid7(),
        "demand_id": demand["id"],
        "kind": one.name.kind,
        "ref": one.name.ref,
        "round": demand["round"],
        "holder": one.holder,
        "unit_code": one.unit_code,
        "started_at": at,
        "counted_from": at,
        "term_days": term.days,
        "term_day": term.day,
        "due_at": due.at if due else None,
        "first_due_at": due.at if due else None,
        "provisional": bool(due and due.provisional),
        "fired": 0,
        "next_look": fraction_at(at, due.at, FIRST_MARK) if due else None,
        "paused_at": None,
        "breached_at": None,
        "stopped_at": None,
    }


def _awaited(rows: Sequence[Row], new: Sequence[Row], move: Move) -> datetime | None:
    """Of the one that got another day; else of a new clock that can be overdue, the first."""
    changed = [row for row in _running(rows) if row["kind"] == move.extends] if move.extends else []
    dues: list[datetime] = [row["due_at"] for row in (*changed, *new) if row["due_at"]]
    return dues[0] if dues else None
