"""The table of moves against a second, reviewed copy of it, and every decision that needs no database."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import dispatch_service_pb2

from kit.calendar import BEIJING, WorkingCalendar
from kit.errors import ServiceError
from services.dispatch import errors, rules
from services.dispatch.announcements import SILENT, Contacts, event_of
from services.dispatch.rules import (
    MOVES,
    Action,
    Clock,
    Disposition,
    Lead,
    Plan,
    ReplyKind,
    Solved,
    State,
    Terms,
    TriageReason,
)

CALENDAR, TERMS = WorkingCalendar.from_library(), Terms()
ALLOWED: dict[State, set[Action]] = {
    State.SUBMITTED: {Action.ROUTE, Action.NEED_TRIAGE},
    State.TRIAGE: {Action.DISPATCH, Action.REPLY_DIRECTLY, Action.WITHDRAW},
    State.DISPATCHED: {Action.ACCEPT, Action.WITHDRAW},
    State.ACCEPTED: {Action.HANDLE_NOW, Action.PROMISE, Action.PARK, Action.WITHDRAW},
    State.HANDLING: {Action.PARK, Action.ANSWER, Action.WITHDRAW},
    State.PARKED: {Action.WITHDRAW},
    State.REPLIED: {Action.RATE, Action.CLOSE, Action.EXPIRE},
    State.CLOSED: set(),
    State.WITHDRAWN: set(),
}
# What runs while a demand is in a state. A rated reply that awaits its look-back has no clock of its own.
RUNNING: dict[State, list[set[Clock]]] = {
    State.SUBMITTED: [set()],
    State.TRIAGE: [{Clock.TRIAGE}],
    State.DISPATCHED: [{Clock.ACCEPT}],
    State.ACCEPTED: [set()],
    State.HANDLING: [{Clock.HANDLE}],
    State.PARKED: [{Clock.PARK_REVIEW}],
    State.REPLIED: [{Clock.RATING}, set()],
    State.CLOSED: [set()],
    State.WITHDRAWN: [set()],
}


@pytest.mark.parametrize(("action", "state"), product(Action, State))
def test_a_move_is_possible_exactly_where_the_table_says(action: Action, state: State) -> None:
    if action in ALLOWED[state]:
        assert rules.check_move(action, state) is MOVES[action]
        return
    with pytest.raises(errors.DemandWrongState) as refused:
        rules.check_move(action, state)
    assert refused.value.metadata == {"state": state, "action": action}


def test_every_way_through_the_table_keeps_its_clocks() -> None:
    """Walk all that can happen: each state is reached, left by somebody, and has the clocks it should have."""
    start = MOVES[Action.SUBMIT].target
    seen: set[tuple[State, frozenset[Clock]]] = set()
    todo = deque([(start, frozenset[Clock]())])
    while todo:
        state, running = todo.popleft()
        if (state, running) in seen:
            continue
        seen.add((state, running))
        assert running in RUNNING[state]
        for action in ALLOWED[state]:
            move = MOVES[action]
            started = {move.starts} if move.starts else set()
            todo.append((move.target, running - set(move.stops) | started))
    assert {state for state, _ in seen} == set(State)
    assert {state for state in State if not ALLOWED[state]} == {State.CLOSED, State.WITHDRAWN}


RPC_OF = {
    "SubmitDemand": [Action.SUBMIT],
    "DispatchDemand": [Action.DISPATCH],
    "AcceptDemand": [Action.ACCEPT],
    "SetDisposition": [Action.HANDLE_NOW, Action.PROMISE, Action.PARK],
    "ReplyDemand": [Action.ANSWER, Action.REPLY_DIRECTLY],
    "RateDemand": [Action.RATE, Action.CLOSE],
    "WithdrawDemand": [Action.WITHDRAW],
}


def test_whoever_may_call_may_make_a_move_and_nobody_else() -> None:
    service = dispatch_service_pb2.DESCRIPTOR.services_by_name["DispatchService"]
    for rpc, actions in RPC_OF.items():
        declared = set(service.methods_by_name[rpc].GetOptions().Extensions[access_pb2.rule].roles)
        assert declared == {role for action in actions for role in MOVES[action].roles}, rpc
    by_platform = {action for action in Action if not MOVES[action].roles}
    assert by_platform == {Action.ROUTE, Action.NEED_TRIAGE, Action.EXPIRE}
    assert {action for actions in RPC_OF.values() for action in actions} | by_platform == set(Action)


@pytest.mark.parametrize("action", sorted(set(Action) - SILENT))
def test_every_move_is_announced_to_those_it_names(action: Action) -> None:
    move = MOVES[action]
    row = {"id": uuid4(), "serial": "FH2026-000001", "version": 3, "state": move.target, "enterprise_id": uuid4()}
    row |= {"lead_unit_code": "hrss", "round": 1, "category_code": "hrss", "channel": "PHONE"}
    people = Contacts((uuid4(),), (uuid4(),), (uuid4(),))
    now = datetime.now(UTC)
    event: Any = event_of(action, row, people.of(move.told), now, {})
    assert event.demand.state - 1 == list(State).index(move.target)
    told = {name for name in ("liaison_ids", "agency_ids", "centre_ids") if getattr(event.audience, name)}
    assert told == {f"{party.lower()}_ids" for party in move.told}
    if move.starts:
        assert now in [
            value.ToDatetime(UTC) for field, value in event.ListFields() if field.name in ("due_at", "rate_until")
        ]


THURSDAY = datetime(2021, 9, 30, 15, 0, tzinfo=BEIJING)  # before a week of holidays; 9 October is a Saturday that is worked


def day(text: str) -> date:
    return date.fromisoformat(text)


def plan(kind: Disposition, **fields: Any) -> Plan:
    values: dict[str, Any] = {"explanation": "", "promised_on": None, "condition_tags": (), "review_on": None}
    return Plan(kind, **(values | fields))


def reference(**fields: Any) -> Plan:
    given: dict[str, Any] = {"explanation": "待细则", "condition_tags": ("待细则出台",), "review_on": day("2021-11-01")}
    return plan(Disposition.REFERENCE, **(given | fields))


def promise(on: str) -> Plan:
    return plan(Disposition.TIME_BOUND, promised_on=day(on))


PLANS: list[tuple[Plan, type[ServiceError] | None]] = [
    (plan(Disposition.IMMEDIATE), None),
    (plan(Disposition.TIME_BOUND), errors.PromisedDayMissing),
    (promise("2021-09-29"), errors.PromisedDayPast),
    (promise("2021-09-30"), errors.PromisedDayPast),
    (promise("2021-10-01"), errors.PromisedDayNotAWorkday),
    (promise("2021-10-07"), errors.PromisedDayNotAWorkday),
    (promise("2021-10-08"), None),
    (promise("2021-10-09"), None),
    (promise("2021-10-10"), errors.PromisedDayNotAWorkday),
    (promise("2021-10-13"), None),
    (promise("2021-10-14"), errors.PromisedDayOverCap),
    (promise("9999-12-31"), errors.PromisedDayOverCap),
    (promise("0001-01-01"), errors.PromisedDayPast),
    (reference(), None),
    (reference(explanation=""), errors.ExplanationMissing),
    (reference(explanation=" \u3000\n"), errors.ExplanationMissing),
    (reference(condition_tags=()), errors.ConditionTagMissing),
    (reference(review_on=None), errors.ReviewDayMissing),
    (reference(review_on=day("2021-09-30")), errors.ReviewDayOutOfRange),
    (reference(review_on=day("2021-10-01")), None),
    (reference(review_on=day("2021-12-29")), None),
    (reference(review_on=day("2021-12-30")), errors.ReviewDayOutOfRange),
    (reference(review_on=day("9999-12-31")), errors.ReviewDayOutOfRange),
]


@pytest.mark.parametrize(("asked", "refusal"), PLANS)
def test_a_disposition_has_the_content_its_kind_demands(asked: Plan, refusal: type[ServiceError] | None) -> None:
    expect(refusal, lambda: rules.check_plan(asked, THURSDAY, CALENDAR, TERMS))


def expect(refusal: type[ServiceError] | None, act: Callable[[], object]) -> None:
    if refusal is None:
        act()
        return
    with pytest.raises(refusal):
        act()


def test_the_day_changes_at_midnight_in_shanghai() -> None:
    before, after = datetime(2021, 10, 7, 15, 59, tzinfo=UTC), datetime(2021, 10, 7, 16, 1, tzinfo=UTC)
    rules.check_plan(promise("2021-10-08"), before, CALENDAR, TERMS)
    with pytest.raises(errors.PromisedDayPast):
        rules.check_plan(promise("2021-10-08"), after, CALENDAR, TERMS)


def test_caps_are_settings_and_are_told() -> None:
    with pytest.raises(errors.PromisedDayOverCap) as refused:
        rules.check_plan(promise("2021-10-11"), THURSDAY, CALENDAR, Terms(promise_cap=2))
    assert refused.value.metadata == {"cap": "2"}
    with pytest.raises(errors.ReviewDayOutOfRange) as refused_review:
        rules.check_plan(reference(), THURSDAY, CALENDAR, Terms(review_cap_days=7))
    assert refused_review.value.metadata == {"cap": "7"}


def closing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T17:30+08:00")


@pytest.mark.parametrize(
    ("clock", "start", "on", "due"),
    [
        (Clock.TRIAGE, "2021-09-17", None, "2021-09-18"),  # a Friday before a Saturday that is worked
        (Clock.ACCEPT, "2021-09-18", None, "2021-09-22"),
        (Clock.HANDLE, "2021-09-30", None, "2021-10-08"),
        (Clock.HANDLE, "2021-09-30", "2021-10-12", "2021-10-12"),
        (Clock.PARK_REVIEW, "2021-09-30", "2021-11-06", "2021-11-06"),
        (Clock.RATING, "2021-09-30", None, "2021-10-20"),
    ],
)
def test_clocks_run_in_working_days(clock: Clock, start: str, on: str | None, due: str) -> None:
    begin = datetime.fromisoformat(f"{start}T09:00+08:00")
    found = rules.due_of(clock, begin, CALENDAR, TERMS, day(on) if on else None)
    assert (found.at, found.provisional) == (closing(due), False)


def test_a_clock_that_reaches_into_a_year_without_a_table_is_provisional() -> None:
    last = max(year for year in range(2020, 2040) if not CALENDAR.is_provisional(year))
    assert rules.due_of(Clock.RATING, datetime(last, 12, 31, 2, tzinfo=UTC), CALENDAR, TERMS, None).provisional


def lead(code: str = "hrss", contacts: int = 1) -> Lead:
    return Lead(code, code, 1, tuple(uuid4() for _ in range(contacts)))


def test_a_demand_goes_to_its_one_agency_or_to_the_centre() -> None:
    only = lead(contacts=2)
    assert rules.route("hrss", [only]) is only
    assert rules.route("hrss", [lead(contacts=0)]) is TriageReason.NO_CONTACT
    assert rules.route("hrss", []) is TriageReason.NO_SINGLE_LEAD
    assert rules.route("hrss", [lead(), lead("court")]) is TriageReason.NO_SINGLE_LEAD
    assert rules.route(rules.UNSURE, [only]) is TriageReason.UNSURE


HANDLER, CONTACT, CENTRE = (int(r) for r in (Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_CONTACT, Role.ROLE_CENTRE_OPERATOR))


@pytest.mark.parametrize(
    ("kind", "basis", "roles", "outcome"),
    [
        (ReplyKind.ANSWER, "《劳动合同法》", {HANDLER}, Action.ANSWER),
        (ReplyKind.ANSWER, "《劳动合同法》", {HANDLER, CENTRE}, Action.ANSWER),
        (ReplyKind.ANSWER, " \u3000", {HANDLER}, errors.LegalBasisMissing),
        (ReplyKind.ANSWER, "《劳动合同法》", {CONTACT}, errors.ReplyKindNotAllowed),
        (ReplyKind.ANSWER, "《劳动合同法》", {CENTRE}, errors.ReplyKindNotAllowed),
        (ReplyKind.DIRECT, "", {CENTRE}, Action.REPLY_DIRECTLY),
        (ReplyKind.GUIDANCE, "", {CENTRE}, Action.REPLY_DIRECTLY),
        (ReplyKind.DIRECT, "", {HANDLER}, errors.ReplyKindNotAllowed),
        (ReplyKind.GUIDANCE, "", set(), errors.ReplyKindNotAllowed),
    ],
)
def test_each_kind_of_reply_is_somebodys(
    kind: ReplyKind, basis: str, roles: set[int], outcome: Action | type[ServiceError]
) -> None:
    if isinstance(outcome, Action):
        assert rules.check_reply(kind, basis, frozenset(roles)) is outcome
        return
    with pytest.raises(outcome):
        rules.check_reply(kind, basis, frozenset(roles))


def test_only_the_content_close_and_satisfied_is_asked_apart_from_solved() -> None:
    content = {(level, solved) for level in range(1, 6) for solved in Solved if rules.is_content(level, solved)}
    assert content == {(level, solved) for level in (3, 4, 5) for solved in (Solved.YES, Solved.PARTLY)}


@pytest.mark.parametrize("text", ["2021-02-29", "2021-13-01", "0000-01-01", "2021-9-30", "tomorrow", "2021-09-30T00:00"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(errors.DayInvalid) as refused:
        rules.read_day(text, "promised_on")
    assert refused.value.metadata == {"field": "promised_on"}
    assert rules.read_day("", "promised_on") is None
