"""The life of a demand as data, and the decisions that need no database (notice 三（三）2: 派单、接收、三种情形).

MOVES is the whole table of what may happen. A new move is a new row; moves.py applies every one of them the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from fahu.access.v1.access_pb2 import Role

from kit.calendar import Due, WorkingCalendar
from services.dispatch import errors


class State(StrEnum):
    """Says who holds the ball."""

    SUBMITTED = "SUBMITTED"
    TRIAGE = "TRIAGE"
    DISPATCHED = "DISPATCHED"
    ACCEPTED = "ACCEPTED"
    HANDLING = "HANDLING"
    PARKED = "PARKED"
    REPLIED = "REPLIED"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


class Clock(StrEnum):
    TRIAGE = "TRIAGE"
    ACCEPT = "ACCEPT"
    HANDLE = "HANDLE"
    PARK_REVIEW = "PARK_REVIEW"
    RATING = "RATING"


class Party(StrEnum):
    """Who is told, or who holds a clock."""

    LIAISON = "LIAISON"
    AGENCY = "AGENCY"
    CENTRE = "CENTRE"


class Action(StrEnum):
    """What can be done to a demand; the name of its line in the timeline is `MOVES[action].event`."""

    SUBMIT = "SUBMIT"
    ROUTE = "ROUTE"
    NEED_TRIAGE = "NEED_TRIAGE"
    DISPATCH = "DISPATCH"
    ACCEPT = "ACCEPT"
    HANDLE_NOW = "HANDLE_NOW"
    PROMISE = "PROMISE"
    PARK = "PARK"
    ANSWER = "ANSWER"
    REPLY_DIRECTLY = "REPLY_DIRECTLY"
    RATE = "RATE"
    CLOSE = "CLOSE"
    EXPIRE = "EXPIRE"
    WITHDRAW = "WITHDRAW"


class Disposition(StrEnum):
    IMMEDIATE = "IMMEDIATE"
    TIME_BOUND = "TIME_BOUND"
    REFERENCE = "REFERENCE"


class ReplyKind(StrEnum):
    ANSWER = "ANSWER"
    DIRECT = "DIRECT"
    GUIDANCE = "GUIDANCE"


class Solved(StrEnum):
    YES = "YES"
    PARTLY = "PARTLY"
    NO = "NO"


class TriageReason(StrEnum):
    UNSURE = "UNSURE"
    NO_SINGLE_LEAD = "NO_SINGLE_LEAD"
    NO_CONTACT = "NO_CONTACT"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. No roles: only the platform itself does it. `told` are those the event names as its audience."""

    event: str
    sources: frozenset[State]
    target: State
    roles: frozenset[int] = frozenset()
    stops: tuple[Clock, ...] = ()
    starts: Clock | None = None
    told: tuple[Party, ...] = ()


CENTRE_ROLES = frozenset({int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD)})
ACCEPTING_ROLES = frozenset({int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER)})
HANDLER = frozenset({int(Role.ROLE_AGENCY_HANDLER)})
LIAISON = frozenset({int(Role.ROLE_LIAISON)})
SENDERS = LIAISON | CENTRE_ROLES | {int(Role.ROLE_AREA_OFFICER)}
ALL_CLOCKS = tuple(Clock)
BEFORE_REPLY = frozenset({State.TRIAGE, State.DISPATCHED, State.ACCEPTED, State.HANDLING, State.PARKED})
NEW: frozenset[State] = frozenset()
L, A, C = Party.LIAISON, Party.AGENCY, Party.CENTRE


def _at(*states: State) -> frozenset[State]:
    return frozenset(states)


MOVES: dict[Action, Move] = {
    Action.SUBMIT: Move("submitted", NEW, State.SUBMITTED, SENDERS),
    Action.ROUTE: Move("dispatched", _at(State.SUBMITTED), State.DISPATCHED, starts=Clock.ACCEPT, told=(A, L)),
    Action.NEED_TRIAGE: Move("triage_required", _at(State.SUBMITTED), State.TRIAGE, starts=Clock.TRIAGE, told=(C, L)),
    Action.DISPATCH: Move(
        "dispatched", _at(State.TRIAGE), State.DISPATCHED, CENTRE_ROLES, (Clock.TRIAGE,), Clock.ACCEPT, (A, L)
    ),
    Action.REPLY_DIRECTLY: Move(
        "replied", _at(State.TRIAGE), State.REPLIED, CENTRE_ROLES, (Clock.TRIAGE,), Clock.RATING, (L,)
    ),
    Action.ACCEPT: Move("accepted", _at(State.DISPATCHED), State.ACCEPTED, ACCEPTING_ROLES, (Clock.ACCEPT,), told=(L,)),
    Action.HANDLE_NOW: Move("disposition_set", _at(State.ACCEPTED), State.HANDLING, HANDLER, starts=Clock.HANDLE, told=(L,)),
    Action.PROMISE: Move("disposition_set", _at(State.ACCEPTED), State.HANDLING, HANDLER, starts=Clock.HANDLE, told=(L,)),
    Action.PARK: Move(
        "disposition_set",
        _at(State.ACCEPTED, State.HANDLING),
        State.PARKED,
        HANDLER,
        (Clock.HANDLE,),
        Clock.PARK_REVIEW,
        (L, C),
    ),
    Action.ANSWER: Move("replied", _at(State.HANDLING), State.REPLIED, HANDLER, (Clock.HANDLE,), Clock.RATING, (L,)),
    Action.RATE: Move("rated", _at(State.REPLIED), State.REPLIED, LIAISON, (Clock.RATING,), told=(A,)),
    Action.CLOSE: Move("closed", _at(State.REPLIED), State.CLOSED, LIAISON, ALL_CLOCKS),
    Action.EXPIRE: Move("closed", _at(State.REPLIED), State.CLOSED, stops=ALL_CLOCKS, told=(L, A)),
    Action.WITHDRAW: Move("withdrawn", BEFORE_REPLY, State.WITHDRAWN, LIAISON, ALL_CLOCKS, told=(A, C)),
}

CLOCK_HOLDER: dict[Clock, Party] = {
    Clock.TRIAGE: Party.CENTRE,
    Clock.ACCEPT: Party.AGENCY,
    Clock.HANDLE: Party.AGENCY,
    Clock.PARK_REVIEW: Party.AGENCY,
    Clock.RATING: Party.LIAISON,
}
DISPOSITION_ACTION = {
    Disposition.IMMEDIATE: Action.HANDLE_NOW,
    Disposition.TIME_BOUND: Action.PROMISE,
    Disposition.REFERENCE: Action.PARK,
}
WARNINGS = (50, 80, 100)  # per cent of a clock's time; the last is the breach
FAR_DAYS = 366  # no promise is that far ahead; spares counting working days up to the year 9999
UNSURE = "unsure"  # the category 不确定


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things may take: working days, but for the review. The notice names none; these are the defaults."""

    triage: int = 1
    accept: int = 1
    immediate: int = 1
    promise_cap: int = 5
    rating: int = 10
    review_cap_days: int = 90


def check_move(action: Action, state: State) -> Move:
    """Return the row of the table, or raise DemandWrongState."""
    move = MOVES[action]
    if state not in move.sources:
        raise errors.DemandWrongState(state=state, action=action)
    return move


def due_of(clock: Clock, now: datetime, calendar: WorkingCalendar, terms: Terms, day: date | None) -> Due:
    """When a clock that starts now is due. `day` is the promised or review day, where there is one."""
    if day is not None:
        return calendar.due_on(day)
    days = {
        Clock.TRIAGE: terms.triage,
        Clock.ACCEPT: terms.accept,
        Clock.HANDLE: terms.immediate,
        Clock.RATING: terms.rating,
    }
    return calendar.add_workdays(now, days[clock])


@dataclass(frozen=True, slots=True)
class Lead:
    """An agency that a rule leads to, as it stands now."""

    unit_code: str
    unit_name: str
    rule_version: int
    contact_ids: tuple[UUID, ...]


def route(category_code: str, leads: Sequence[Lead]) -> Lead | TriageReason:
    """Decide where a new demand goes: to the one agency its category leads to, else to the centre, and why."""
    if category_code == UNSURE:
        return TriageReason.UNSURE
    if len(leads) != 1:
        return TriageReason.NO_SINGLE_LEAD
    return leads[0] if leads[0].contact_ids else TriageReason.NO_CONTACT


@dataclass(frozen=True, slots=True)
class Plan:
    """A disposition as asked for, its days already read."""

    kind: Disposition
    explanation: str
    promised_on: date | None
    condition_tags: tuple[str, ...]
    review_on: date | None


def check_plan(plan: Plan, now: datetime, calendar: WorkingCalendar, terms: Terms) -> None:
    """Raise unless the disposition has the content its kind demands (三种情形必填内容)."""
    today = calendar.day_of(now)
    if plan.kind is Disposition.TIME_BOUND:
        _check_promise(plan.promised_on, today, calendar, terms)
    if plan.kind is Disposition.REFERENCE:
        if not plan.explanation.strip():
            raise errors.ExplanationMissing
        if not plan.condition_tags:
            raise errors.ConditionTagMissing
        _check_review(plan.review_on, today, terms)


def _check_promise(day: date | None, today: date, calendar: WorkingCalendar, terms: Terms) -> None:
    if day is None:
        raise errors.PromisedDayMissing
    if day <= today:
        raise errors.PromisedDayPast
    if (day - today).days > FAR_DAYS or calendar.workdays_between(today, day) > terms.promise_cap:
        raise errors.PromisedDayOverCap(cap=str(terms.promise_cap))
    if not calendar.is_workday(day):
        raise errors.PromisedDayNotAWorkday


def _check_review(day: date | None, today: date, terms: Terms) -> None:
    if day is None:
        raise errors.ReviewDayMissing
    if not 0 < (day - today).days <= terms.review_cap_days:
        raise errors.ReviewDayOutOfRange(cap=str(terms.review_cap_days))


def check_reply(kind: ReplyKind, legal_basis: str, roles: frozenset[int]) -> Action:
    """Return the action a reply is: the agency answers what it handles, the centre replies to what it assesses."""
    if kind is ReplyKind.ANSWER:
        if roles.isdisjoint(HANDLER):
            raise errors.ReplyKindNotAllowed
        if not legal_basis.strip():
            raise errors.LegalBasisMissing
        return Action.ANSWER
    if roles.isdisjoint(CENTRE_ROLES):
        raise errors.ReplyKindNotAllowed
    return Action.REPLY_DIRECTLY


def is_content(satisfaction: int, solved: Solved) -> bool:
    """True if a rating closes the demand: 基本满意 or better, and not unsolved. Otherwise a look-back is due."""
    return satisfaction >= 3 and solved is not Solved.NO


def read_day(text: str, field: str) -> date | None:
    """A day like "2026-11-30"; None if empty. Raises DayInvalid for one that no calendar has."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise errors.DayInvalid(field=field) from error
