"""The table of moves against a second, reviewed copy of it, and every decision that needs no database."""

from collections import deque
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1 import access_pb2
from fahu.dispatch.v1 import demand_pb2

from services.dispatch import errors, rules
from services.dispatch.__main__ import SERVICES
from services.dispatch.announcements import SILENT, Contacts, event_of
from services.dispatch.rules import (
    MOVES,
    Action,
    Clock,
    Party,
    State,
)

A = Action
WITH_AGENCY = {A.LOG_CONTACT, A.ADD_CO_HANDLER, A.GIVE_OPINION, A.WAIVE_OPINION}
ORDERS = {A.ISSUE_ORDER, A.ANSWER_ORDER, A.CLOSE_ORDER}
LOOKED_AT = {A.OPEN_LOOK_BACK, A.LOOK_BACK, A.NOTE_UNREACHED, A.EXCLUDE, A.CLOSE_ORDER, A.RESCHEDULE}
OPEN = {A.WITHDRAW, A.JOIN, A.TAKE_OUT, A.REVEAL, *ORDERS, *LOOKED_AT}
ANSWERED = {A.REWORK, A.REASSESS, A.ASK_APPEAL, A.DECIDE_APPEAL, A.REVEAL, *ORDERS, *LOOKED_AT}
ASKED = {A.ASK_PAUSED, A.PASS_ON, A.DENY}
ALLOWED: dict[State, set[Action]] = {
    State.SUBMITTED: {A.ROUTE, A.NEED_TRIAGE},
    State.TRIAGE: {A.DISPATCH, A.REPLY_DIRECTLY, A.ASK_INFO} | OPEN,
    State.DISPATCHED: {A.ACCEPT, A.ASK_RETURN} | WITH_AGENCY | OPEN,
    State.RETURN_REVIEW: {A.RETURN_TO_TRIAGE, A.RETURN_TO_OTHER, A.DENY_RETURN} | OPEN,
    State.ACCEPTED: {A.HANDLE_NOW, A.PROMISE, A.ASK_RETURN, A.APPROVE_PROMISE, A.APPROVE_PARK} | ASKED | WITH_AGENCY | OPEN,
    State.HANDLING: {
        A.REPORT_PROGRESS,
        A.PROMISE_LATER,
        A.ASK_INFO,
        A.ANSWER,
        A.ASK_APPROVAL,
        A.APPROVE_EXTENSION,
        A.APPROVE_PARK,
    }
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
    "RevealIdentity": [Action.REVEAL],
    "LogContact": [Action.LOG_CONTACT],
    "SetDisposition": [Action.HANDLE_NOW, Action.PROMISE, Action.PROMISE_LATER],
    "RequestInfo": [Action.ASK_INFO],
    "ReportProgress": [Action.REPORT_PROGRESS],
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
    assert by_platform == {
        Action.ROUTE,
        Action.NEED_TRIAGE,
        Action.EXPIRE,
        Action.INFO_TIMEOUT,
        Action.REVIVE,
        Action.RESCHEDULE,
    }


@pytest.mark.parametrize("action", sorted(set(Action) - SILENT))
def test_every_move_is_announced_to_those_it_names(action: Action) -> None:
    move, state = MOVES[action], State.HANDLING
    row = {"id": uuid4(), "serial": "FH2026-000001", "version": 3, "state": move.target or state, "enterprise_id": uuid4()}
    row |= {"lead_unit_code": "hrss", "round": 1, "category_code": "hrss", "channel": "PHONE"}
    row |= {"shielded": False, "subject_unit_code": ""}
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
