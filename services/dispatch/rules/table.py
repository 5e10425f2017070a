"""The whole table of what may happen to a demand, as data (notice 三（三）2: 派单、接收、三种情形、回头看).

A new move is a new row; moves.py applies every one of them the same way. What must hold beyond state and role stands in the
use case that takes the move.
"""

from dataclasses import dataclass

from fahu.access.v1.access_pb2 import Role

from services.dispatch import errors
from services.dispatch.rules.words import Action, Clock, Disposition, Party, State


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table.

    No target: the state stays; `back`: to where it was before it waited. No roles: only the platform itself does it.
    `holds` are clocks that stand still until they are stopped or go on: those that `continue` keep the due time they had,
    those that `resume` get back the working days they had left. `ball` is who holds the demand afterwards where the state
    alone does not tell. `told` are those the event names as its audience.
    """

    event: str
    sources: frozenset[State]
    target: State | None = None
    roles: frozenset[int] = frozenset()
    stops: tuple[Clock, ...] = ()
    starts: tuple[Clock, ...] = ()
    told: tuple[Party, ...] = ()
    holds: tuple[Clock, ...] = ()
    continues: tuple[Clock, ...] = ()
    resumes: tuple[Clock, ...] = ()
    extends: Clock | None = None
    ball: Party | None = None
    back: bool = False


def _roles(*roles: Role.ValueType) -> frozenset[int]:
    return frozenset(map(int, roles))


def _at(*states: State) -> frozenset[State]:
    return frozenset(states)


CENTRE_ROLES = _roles(Role.ROLE_CENTRE_OPERATOR, Role.ROLE_CENTRE_LEAD)
CENTRE_LEAD = _roles(Role.ROLE_CENTRE_LEAD)
SUPERVISORS = _roles(Role.ROLE_SUPERVISOR)
CONTACT = _roles(Role.ROLE_AGENCY_CONTACT)
HANDLER = _roles(Role.ROLE_AGENCY_HANDLER)
AGENCY_LEAD = _roles(Role.ROLE_AGENCY_LEAD)
ACCEPTING_ROLES = CONTACT | HANDLER
LIAISON = _roles(Role.ROLE_LIAISON)
SENDERS = LIAISON | CENTRE_ROLES | _roles(Role.ROLE_AREA_OFFICER)

K, S, P = Clock, State, Party
NEW: frozenset[State] = frozenset()
# A look-back goes on whatever becomes of the demand, an order as long as its agency has the lead.
ALL_BUT_LOOK_BACK = tuple(clock for clock in Clock if clock is not K.LOOK_BACK)
OF_AGENCY = (K.ACCEPT, K.CONTACT, K.CLASSIFY)
OF_HANDLING = (K.HANDLE, K.REPORT, K.CONTACT, K.OPINION, K.APPROVAL)
WITH_AGENCY = _at(S.DISPATCHED, S.ACCEPTED, S.HANDLING)
ASSISTED = WITH_AGENCY | _at(S.AWAITING_ENTERPRISE)  # those who assist need not wait for the enterprise
ANSWERED = _at(S.REPLIED, S.CLOSED)
BEFORE_REPLY = WITH_AGENCY | _at(S.TRIAGE, S.RETURN_REVIEW, S.AWAITING_ENTERPRISE, S.PARKED)
ALL = BEFORE_REPLY | ANSWERED
L, A, C = P.LIAISON, P.AGENCY, P.CENTRE
AL, CO, FORMER, SV = P.AGENCY_LEAD, P.CO_HANDLER, P.FORMER_AGENCY, P.SUPERVISOR

TRIAGE_MOVES = {
    Action.SUBMIT: Move("submitted", NEW, S.SUBMITTED, SENDERS, starts=(K.TOTAL,)),
    Action.ROUTE: Move("dispatched", _at(S.SUBMITTED), S.DISPATCHED, starts=OF_AGENCY, told=(A, L)),
    Action.NEED_TRIAGE: Move("triage_required", _at(S.SUBMITTED), S.TRIAGE, starts=(K.TRIAGE,), told=(C, L)),
    Action.DISPATCH: Move("dispatched", _at(S.TRIAGE), S.DISPATCHED, CENTRE_ROLES, (K.TRIAGE,), OF_AGENCY, (A, L, CO)),
    Action.REPLY_DIRECTLY: Move("replied", _at(S.TRIAGE), S.REPLIED, CENTRE_ROLES, (K.TRIAGE, K.TOTAL), (K.RATING,), (L,)),
    Action.ACCEPT: Move("accepted", _at(S.DISPATCHED), S.ACCEPTED, ACCEPTING_ROLES, (K.ACCEPT,), told=(L,)),
    Action.LOG_CONTACT: Move("contacted", WITH_AGENCY, None, ACCEPTING_ROLES, (K.CONTACT,)),
}
# A return buys no time: what the agency had to decide by stays due when it was, should the return be denied.
RETURN_MOVES = {
    Action.ASK_RETURN: Move(
        "return_requested",
        _at(S.DISPATCHED, S.ACCEPTED),
        S.RETURN_REVIEW,
        CONTACT,
        (K.ACCEPT,),
        told=(C,),
        holds=(K.CONTACT, K.CLASSIFY, K.OPINION),
    ),
    Action.RETURN_TO_TRIAGE: Move(
        "return_approved",
        _at(S.RETURN_REVIEW),
        S.TRIAGE,
        CENTRE_ROLES,
        (K.APPROVAL, K.CONTACT, K.CLASSIFY, K.OPINION, K.ORDER),
        (K.TRIAGE,),
        (L, FORMER),
    ),
    Action.RETURN_TO_OTHER: Move(
        "return_approved",
        _at(S.RETURN_REVIEW),
        S.DISPATCHED,
        CENTRE_ROLES,
        (K.APPROVAL, K.CONTACT, K.CLASSIFY, K.OPINION, K.ORDER),
        OF_AGENCY,
        (A, L, FORMER),
    ),
    Action.DENY_RETURN: Move(
        "return_denied",
        _at(S.RETURN_REVIEW),
        S.DISPATCHED,
        CENTRE_LEAD,
        (K.APPROVAL,),
        (K.ACCEPT,),
        (A,),
        continues=(K.CONTACT, K.CLASSIFY, K.OPINION),
    ),
}
HANDLING_MOVES = {
    Action.HANDLE_NOW: Move(
        "disposition_set", _at(S.ACCEPTED), S.HANDLING, HANDLER, (K.CLASSIFY, K.APPROVAL), (K.HANDLE,), (L,)
    ),
    Action.PROMISE: Move(
        "disposition_set", _at(S.ACCEPTED), S.HANDLING, HANDLER, (K.CLASSIFY, K.APPROVAL), (K.HANDLE,), (L,)
    ),
    Action.PROMISE_LATER: Move("disposition_set", _at(S.HANDLING), None, HANDLER, told=(L,), extends=K.HANDLE),
    Action.ASK_INFO: Move(
        "info_requested",
        _at(S.TRIAGE, S.HANDLING),
        S.AWAITING_ENTERPRISE,
        CENTRE_ROLES | HANDLER,
        (K.APPROVAL,),
        (K.INFO,),
        (L,),
        holds=(K.TRIAGE, K.HANDLE, K.REPORT),
    ),
    Action.SUPPLY_INFO: Move(
        "info_supplied",
        _at(S.AWAITING_ENTERPRISE),
        None,
        LIAISON,
        (K.INFO,),
        told=(A, C),
        resumes=(K.TRIAGE, K.HANDLE, K.REPORT),
        back=True,
    ),
    Action.INFO_TIMEOUT: Move(
        "info_timeout",
        _at(S.AWAITING_ENTERPRISE),
        None,
        stops=(K.INFO,),
        told=(A, C, L),
        resumes=(K.TRIAGE, K.HANDLE, K.REPORT),
        back=True,
    ),
    Action.ANSWER: Move(
        "replied", _at(S.HANDLING), S.REPLIED, HANDLER | AGENCY_LEAD, (*OF_HANDLING, K.TOTAL), (K.RATING,), (L,)
    ),
    Action.REPORT_PROGRESS: Move("progress_reported", _at(S.HANDLING), None, HANDLER, (K.REPORT,), told=(L,)),
    Action.ADD_CO_HANDLER: Move("co_handler_added", WITH_AGENCY, None, CENTRE_ROLES | HANDLER, told=(CO,)),
    Action.GIVE_OPINION: Move("opinion_given", ASSISTED, None, ACCEPTING_ROLES, told=(A,)),
    Action.WAIVE_OPINION: Move("opinion_waived", ASSISTED, None, CENTRE_ROLES, told=(A, CO)),
}
# Asked for by the agency, decided by whoever the request is before; time alone decides nothing.
APPROVAL_MOVES = {
    Action.ASK_APPROVAL: Move("approval_requested", _at(S.HANDLING, S.PARKED), None, HANDLER | AGENCY_LEAD),
    Action.ASK_PAUSED: Move(
        "approval_requested",
        _at(S.ACCEPTED, S.HANDLING, S.PARKED),
        None,
        HANDLER | AGENCY_LEAD,
        holds=(K.CLASSIFY, K.HANDLE, K.REPORT, K.PARK_REVIEW),
    ),
    Action.PASS_ON: Move("approval_signed", _at(S.ACCEPTED, S.HANDLING, S.PARKED), None, AGENCY_LEAD, (K.APPROVAL,)),
    Action.DENY: Move(
        "approval_denied",
        _at(S.ACCEPTED, S.HANDLING, S.PARKED),
        None,
        AGENCY_LEAD | CENTRE_ROLES,
        (K.APPROVAL,),
        told=(A,),
        continues=(K.CLASSIFY, K.HANDLE, K.REPORT, K.PARK_REVIEW),
    ),
    Action.APPROVE_PROMISE: Move(
        "disposition_set", _at(S.ACCEPTED), S.HANDLING, CENTRE_LEAD, (K.CLASSIFY, K.APPROVAL), (K.HANDLE,), (L, A)
    ),
    Action.APPROVE_EXTENSION: Move(
        "extended", _at(S.HANDLING), None, CENTRE_ROLES, (K.APPROVAL,), told=(L, A), extends=K.HANDLE
    ),
    Action.APPROVE_PARK: Move(
        "disposition_set",
        _at(S.ACCEPTED, S.HANDLING),
        S.PARKED,
        CENTRE_ROLES,
        (*OF_HANDLING, K.CLASSIFY),
        (K.PARK_REVIEW,),
        (L, A),
    ),
    Action.APPROVE_REVIEW: Move(
        "park_reviewed", _at(S.PARKED), None, CENTRE_LEAD, (K.APPROVAL,), told=(L, A), extends=K.PARK_REVIEW
    ),
    Action.APPROVE_INFEASIBLE: Move(
        "replied", _at(S.PARKED), S.REPLIED, CENTRE_LEAD, (K.PARK_REVIEW, K.APPROVAL, K.TOTAL), (K.RATING,), (L, A)
    ),
}
PARKING_MOVES = {
    Action.REVIVE: Move("revived", _at(S.PARKED), None, told=(A, L), extends=K.PARK_REVIEW),
    Action.REVIEW_PARK: Move("park_reviewed", _at(S.PARKED), None, HANDLER, told=(L,), extends=K.PARK_REVIEW),
    Action.RESUME: Move(
        "resumed",
        _at(S.PARKED),
        S.HANDLING,
        HANDLER | CENTRE_ROLES,
        (K.PARK_REVIEW, K.APPROVAL),
        (K.HANDLE,),
        (L, A),
    ),
}
RESULT_MOVES = {
    Action.RATE: Move("rated", _at(S.REPLIED), None, LIAISON, (K.RATING,), told=(A,)),
    Action.RATE_BADLY: Move("rated", _at(S.REPLIED), None, LIAISON, (K.RATING,), (K.LOOK_BACK,), (A, C), ball=P.CENTRE),
    Action.CLOSE: Move("closed", _at(S.REPLIED), S.CLOSED, LIAISON, (K.RATING,)),
    Action.EXPIRE: Move("closed", _at(S.REPLIED), S.CLOSED, stops=(K.RATING,), told=(L, A)),
    Action.OPEN_LOOK_BACK: Move("look_back_opened", ALL | _at(S.WITHDRAWN), None, CENTRE_ROLES | SUPERVISORS, told=(C,)),
    Action.LOOK_BACK: Move(
        "looked_back", ALL | _at(S.WITHDRAWN), None, CENTRE_ROLES | SUPERVISORS, (K.LOOK_BACK,), told=(A,)
    ),
    Action.NOTE_UNREACHED: Move("look_back_tried", ALL | _at(S.WITHDRAWN), None, CENTRE_ROLES | SUPERVISORS),
    Action.CLOSE_EXPLAINED: Move("closed", _at(S.REPLIED), S.CLOSED, CENTRE_ROLES | SUPERVISORS, (K.RATING,), told=(L, A)),
    Action.REWORK: Move(
        "reopened",
        ANSWERED,
        S.DISPATCHED,
        CENTRE_ROLES | SUPERVISORS,
        (K.RATING, K.APPROVAL),
        (K.TOTAL, *OF_AGENCY),
        (L, A, C),
    ),
    # Where no agency could handle it again: none had, or its agency has nobody to tell.
    Action.REASSESS: Move(
        "reopened",
        ANSWERED,
        S.TRIAGE,
        CENTRE_ROLES | SUPERVISORS,
        (K.RATING, K.APPROVAL, K.ORDER),
        (K.TOTAL, K.TRIAGE),
        (L, C),
    ),
    Action.REOPEN: Move(
        "reopened", _at(S.CLOSED), S.TRIAGE, LIAISON, (K.APPROVAL, K.ORDER), (K.TOTAL, K.TRIAGE), (C, FORMER)
    ),
    Action.WITHDRAW: Move("withdrawn", BEFORE_REPLY, S.WITHDRAWN, LIAISON, ALL_BUT_LOOK_BACK, told=(A, C, CO)),
}
SUPERVISION_MOVES = {
    Action.ISSUE_ORDER: Move("order_issued", ALL, None, CENTRE_ROLES | SUPERVISORS, told=(A, AL)),
    Action.ANSWER_ORDER: Move("order_answered", ALL, None, ACCEPTING_ROLES | AGENCY_LEAD, told=(C, SV)),
    Action.CLOSE_ORDER: Move("order_closed", ALL | _at(S.WITHDRAWN), None, CENTRE_ROLES | SUPERVISORS, told=(A,)),
    Action.ASK_APPEAL: Move("appeal_requested", ANSWERED, None, AGENCY_LEAD, told=(C,)),
    Action.DECIDE_APPEAL: Move("appeal_decided", ANSWERED, None, CENTRE_LEAD, (K.APPROVAL,), told=(A,)),
    Action.EXCLUDE: Move("excluded", ALL | _at(S.WITHDRAWN), None, CENTRE_LEAD, told=(A,)),
    Action.REVEAL: Move("identity_revealed", ALL, None, LIAISON, told=(A,)),
    Action.JOIN: Move("joined", BEFORE_REPLY, None, CENTRE_ROLES, told=(L, A)),
    Action.TAKE_OUT: Move("taken_out", BEFORE_REPLY, None, CENTRE_ROLES, told=(L, A)),
    # A newer table of holidays gave running clocks other due times. It is shown; nobody is called to it.
    Action.RESCHEDULE: Move("rescheduled", ALL | _at(S.WITHDRAWN), None),
}
MOVES: dict[Action, Move] = {
    **TRIAGE_MOVES,
    **RETURN_MOVES,
    **HANDLING_MOVES,
    **APPROVAL_MOVES,
    **PARKING_MOVES,
    **RESULT_MOVES,
    **SUPERVISION_MOVES,
}
DISPOSITION_ACTION = {Disposition.IMMEDIATE: Action.HANDLE_NOW, Disposition.TIME_BOUND: Action.PROMISE}

# Who holds the ball in each state; nobody once it is closed or withdrawn.
HOLDERS: dict[State, Party] = {
    S.SUBMITTED: P.PLATFORM,
    S.TRIAGE: P.CENTRE,
    S.DISPATCHED: P.AGENCY,
    S.RETURN_REVIEW: P.CENTRE,
    S.ACCEPTED: P.AGENCY,
    S.HANDLING: P.AGENCY,
    S.AWAITING_ENTERPRISE: P.LIAISON,
    S.PARKED: P.AGENCY,
    S.REPLIED: P.LIAISON,
}


def check_move(action: Action, state: State) -> Move:
    """Return the row of the table, or raise DemandWrongState."""
    move = MOVES[action]
    if state not in move.sources:
        raise errors.DemandWrongState(state=state, action=action)
    return move
