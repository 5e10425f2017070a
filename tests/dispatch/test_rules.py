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
from fahu.dispatch.v1 import demand_pb2

from kit.calendar import BEIJING, WorkingCalendar
from kit.errors import ServiceError
from services.dispatch import errors, rules
from services.dispatch.__main__ import SERVICES
from services.dispatch.announcements import SILENT, Contacts, event_of
from services.dispatch.rules import (
    MOVES,
    Action,
    Clock,
    Disposition,
    Lead,
    Party,
    Plan,
    ReplyKind,
    Solved,
    State,
    Terms,
    TriageReason,
)

CALENDAR, TERMS = WorkingCalendar.from_library(), Terms()
A = Action
WITH_AGENCY = {A.LOG_CONTACT, A.ADD_CO_HANDLER, A.GIVE_OPINION, A.WAIVE_OPINION}
ORDERS = {A.ISSUE_ORDER, A.ANSWER_ORDER, A.CLOSE_ORDER}
LOOKED_AT = {A.OPEN_LOOK_BACK, A.LOOK_BACK, A.NOTE_UNREACHED, A.EXCLUDE, A.CLOSE_ORDER}
OPEN = {A.WITHDRAW, A.JOIN, A.REVEAL, *ORDERS, *LOOKED_AT}
ANSWERED = {A.REWORK, A.REASSESS, A.ASK_APPEAL, A.DECIDE_APPEAL, A.REVEAL, *ORDERS, *LOOKED_AT}
ASKED = {A.ASK_PAUSED, A.PASS_ON, A.DENY}
ALLOWED: dict[State, set[Action]] = {
    State.SUBMITTED: {A.ROUTE, A.NEED_TRIAGE},
    State.TRIAGE: {A.DISPATCH, A.REPLY_DIRECTLY, A.ASK_INFO} | OPEN,
    State.DISPATCHED: {A.ACCEPT, A.ASK_RETURN} | WITH_AGENCY | OPEN,
    State.RETURN_REVIEW: {A.RETURN_TO_TRIAGE, A.RETURN_TO_OTHER, A.DENY_RETURN} | OPEN,
    State.ACCEPTED: {A.HANDLE_NOW, A.PROMISE, A.ASK_RETURN, A.APPROVE_PROMISE, A.APPROVE_PARK} | ASKED | WITH_AGENCY | OPEN,
    State.HANDLING: {A.PROMISE_LATER, A.ASK_INFO, A.ANSWER, A.ASK_APPROVAL, A.APPROVE_EXTENSION, A.APPROVE_PARK}
    | ASKED
    | WITH_AGENCY
    | OPEN,
    State.AWAITING_ENTERPRISE: {A.SUPPLY_INFO, A.INFO_TIMEOUT, A.GIVE_OPINION, A.WAIVE_OPINION} | OPEN,
    State.PARKED: {A.REVIVE, A.RESUME, A.REVIEW_PARK, A.ASK_APPROVAL, A.APPROVE_REVIEW, A.APPROVE_INFEASIBLE} | ASKED | OPEN,
    State.REPLIED: {A.RATE, A.RATE_BADLY, A.CLOSE, A.EXPIRE, A.CLOSE_EXPLAINED} | ANSWERED,
    State.CLOSED: {A.REOPEN} | ANSWERED,
    State.WITHDRAWN: LOOKED_AT,
}
C = Clock
# What may run while a demand is in a state, beside clocks of opinions, orders, look-backs and requests.
RUNNING: dict[State, set[Clock]] = {
    State.SUBMITTED: {C.TOTAL},
    State.TRIAGE: {C.TOTAL, C.TRIAGE},
    State.DISPATCHED: {C.TOTAL, C.ACCEPT, C.CONTACT, C.CLASSIFY},
    State.RETURN_REVIEW: {C.TOTAL, C.CONTACT, C.CLASSIFY},
    State.ACCEPTED: {C.TOTAL, C.CONTACT, C.CLASSIFY},
    State.HANDLING: {C.TOTAL, C.HANDLE, C.CONTACT},
    State.AWAITING_ENTERPRISE: {C.TOTAL, C.INFO, C.TRIAGE, C.HANDLE, C.CONTACT},
    State.PARKED: {C.TOTAL, C.PARK_REVIEW},
    State.REPLIED: {C.RATING},
    State.CLOSED: set(),
    State.WITHDRAWN: set(),
}
# Without one of these a state would have no end.
NEEDED: dict[State, set[Clock]] = {
    State.TRIAGE: {C.TRIAGE},
    State.DISPATCHED: {C.ACCEPT},
    State.ACCEPTED: {C.CLASSIFY},
    State.HANDLING: {C.HANDLE},
    State.AWAITING_ENTERPRISE: {C.INFO},
    State.PARKED: {C.PARK_REVIEW},
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
    seen: set[tuple[State, frozenset[Clock], State | None]] = set()
    start: tuple[State, frozenset[Clock], State | None] = (State.SUBMITTED, frozenset({Clock.TOTAL}), None)
    todo = deque([start])
    while todo:
        state, running, waits = todo.popleft()
        if (state, running, waits) in seen:
            continue
        seen.add((state, running, waits))
        assert running - {Clock.LOOK_BACK} <= RUNNING[state], state
        assert NEEDED.get(state, set()) <= running, state
        for action in ALLOWED[state] - {Action.OPEN_LOOK_BACK}:
            move = MOVES[action]
            target = waits if move.back and waits else move.target or state
            after = running - set(move.stops) | set(move.starts)
            entered = target is State.AWAITING_ENTERPRISE is not state
            todo.append((target, after, state if entered else waits if target is State.AWAITING_ENTERPRISE else None))
    assert {state for state, *_ in seen} == set(State)
    assert not any(MOVES[action].target for action in ALLOWED[State.WITHDRAWN])


RPC_OF = {
    "SubmitDemand": [Action.SUBMIT],
    "DispatchDemand": [Action.DISPATCH],
    "AcceptDemand": [Action.ACCEPT],
    "LogContact": [Action.LOG_CONTACT],
    "SetDisposition": [Action.HANDLE_NOW, Action.PROMISE, Action.PROMISE_LATER],
    "RequestInfo": [Action.ASK_INFO],
    "SupplyInfo": [Action.SUPPLY_INFO],
    "ReviewParking": [Action.REVIEW_PARK],
    "ResumeDemand": [Action.RESUME],
    "AskReturn": [Action.ASK_RETURN],
    "DecideReturn": [Action.RETURN_TO_TRIAGE, Action.RETURN_TO_OTHER, Action.DENY_RETURN],
    "AddCoHandler": [Action.ADD_CO_HANDLER],
    "GiveOpinion": [Action.GIVE_OPINION],
    "WaiveOpinion": [Action.WAIVE_OPINION],
    "ReplyDemand": [Action.ANSWER, Action.REPLY_DIRECTLY],
    "RateDemand": [Action.RATE, Action.RATE_BADLY, Action.CLOSE],
    "WithdrawDemand": [Action.WITHDRAW],
    "ReopenDemand": [Action.REOPEN],
}


def test_whoever_may_call_may_make_a_move_and_nobody_else() -> None:
    methods = {method.name: method for service in SERVICES for method in service.methods}
    for rpc, actions in RPC_OF.items():
        declared = set(methods[rpc].GetOptions().Extensions[access_pb2.rule].roles)
        assert declared == {role for action in actions for role in MOVES[action].roles}, rpc
    by_platform = {action for action in Action if not MOVES[action].roles}
    assert by_platform == {Action.ROUTE, Action.NEED_TRIAGE, Action.EXPIRE, Action.INFO_TIMEOUT, Action.REVIVE}


@pytest.mark.parametrize("action", sorted(set(Action) - SILENT))
def test_every_move_is_announced_to_those_it_names(action: Action) -> None:
    move, state = MOVES[action], State.HANDLING
    row = {"id": uuid4(), "serial": "FH2026-000001", "version": 3, "state": move.target or state, "enterprise_id": uuid4()}
    row |= {"lead_unit_code": "hrss", "round": 1, "category_code": "hrss", "channel": "PHONE"}
    one = (uuid4(),)
    people = Contacts(one, one, one, one, one, one, one)
    now = datetime.now(UTC)
    event: Any = event_of(action, row, people.of(move.told), now, {})
    assert event.demand.state == demand_pb2.State.Value(f"STATE_{move.target or state}")
    told = {field.name for field, _ in event.audience.ListFields()}
    assert told == {f"{party.lower()}_ids" for party in move.told}
    timed = {"due_at", "rate_until"} & set(event.DESCRIPTOR.fields_by_name)
    assert all(getattr(event, name).ToDatetime(UTC) == now for name in timed)


def test_the_agency_that_a_demand_is_about_is_never_told() -> None:
    subject, other, liaison = uuid4(), uuid4(), uuid4()
    people = Contacts((liaison,), (subject, other), (subject,), supervisor=(subject,), of_subject=frozenset({subject}))
    told = people.of(tuple(set(Party) - {Party.PLATFORM}))
    assert {field.name: list(ids) for field, ids in told.ListFields()} == {
        "liaison_ids": [str(liaison)],
        "agency_ids": [str(other)],
    }


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
    (promise("2021-10-14"), None),  # the centre is to agree
    (promise("9999-12-31"), errors.PromisedDayTooFar),
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
    last, over = day("2021-10-13"), day("2021-10-14")
    assert not rules.is_over_cap(last, THURSDAY.date(), 1, CALENDAR, TERMS)
    assert rules.is_over_cap(over, THURSDAY.date(), 1, CALENDAR, TERMS)
    assert rules.is_over_cap(last, THURSDAY.date(), 2, CALENDAR, TERMS)  # a second round has less time
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
        (Clock.CLASSIFY, "2021-09-30", None, "2021-10-09"),
    ],
)
def test_clocks_run_in_working_days(clock: Clock, start: str, on: str | None, due: str) -> None:
    begin = datetime.fromisoformat(f"{start}T09:00+08:00")
    found = rules.due_of(rules.term_of(clock, 1, TERMS, day(on) if on else None), begin, CALENDAR)
    assert found
    assert (found.at, found.provisional) == (closing(due), False)


def test_a_clock_that_reaches_into_a_year_without_a_table_is_provisional() -> None:
    last = max(year for year in range(2020, 2040) if not CALENDAR.is_provisional(year))
    due = rules.due_of(rules.Term(days=10), datetime(last, 12, 31, 2, tzinfo=UTC), CALENDAR)
    assert due
    assert due.provisional


def lead(code: str = "hrss", contacts: int = 1) -> Lead:
    return Lead(code, code, 1, tuple(uuid4() for _ in range(contacts)))


def test_a_demand_goes_to_its_one_agency_or_to_the_centre() -> None:
    only = lead(contacts=2)
    plain = {"conflict": False, "judicial": False}
    assert rules.route("hrss", [only], **plain) is only
    assert rules.route("hrss", [lead(contacts=0)], **plain) is TriageReason.NO_CONTACT
    assert rules.route("hrss", [], **plain) is TriageReason.NO_SINGLE_LEAD
    assert rules.route("hrss", [lead(), lead("court")], **plain) is TriageReason.NO_SINGLE_LEAD
    assert rules.route(rules.UNSURE, [only], **plain) is TriageReason.UNSURE
    assert rules.route("hrss", [only], conflict=True, judicial=True) is TriageReason.CONFLICT
    assert rules.route("court", [only], conflict=False, judicial=True) is TriageReason.JUDICIAL


@pytest.mark.parametrize(
    ("text", "judicial"),
    [
        ("案号（2021）沪0116民初1234号，何时开庭", True),
        ("(2024)沪 0116 执 88 号 还没执行", True),
        ("〔2023〕沪01民终5号", True),
        ("2021年沪府规5号文件怎么理解", False),
        ("（2021）年度审计报告第3号附件", False),
        ("房产证号0116", False),
    ],
)
def test_a_case_number_is_known_by_its_form(text: str, judicial: bool) -> None:
    assert rules.is_judicial("", text, "hrss", before_court=False) is judicial
    assert rules.is_judicial(text, "", "hrss", before_court=True) is judicial
    assert rules.is_judicial("", "", "court", before_court=True)


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
