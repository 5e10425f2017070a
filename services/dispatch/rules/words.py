"""The words of a demand's life: states, terms, parties, acts and what people say."""

from enum import StrEnum


class State(StrEnum):
    """Says who holds the ball."""

    SUBMITTED = "SUBMITTED"
    TRIAGE = "TRIAGE"
    DISPATCHED = "DISPATCHED"
    RETURN_REVIEW = "RETURN_REVIEW"
    ACCEPTED = "ACCEPTED"
    HANDLING = "HANDLING"
    AWAITING_ENTERPRISE = "AWAITING_ENTERPRISE"
    PARKED = "PARKED"
    REPLIED = "REPLIED"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


class Clock(StrEnum):
    """The terms C0 to C10, that of an opinion, of a supervision order, and of an interim report."""

    TOTAL = "TOTAL"
    TRIAGE = "TRIAGE"
    ACCEPT = "ACCEPT"
    CONTACT = "CONTACT"
    CLASSIFY = "CLASSIFY"
    HANDLE = "HANDLE"
    PARK_REVIEW = "PARK_REVIEW"
    RATING = "RATING"
    LOOK_BACK = "LOOK_BACK"
    APPROVAL = "APPROVAL"
    INFO = "INFO"
    OPINION = "OPINION"
    ORDER = "ORDER"
    REPORT = "REPORT"


class Party(StrEnum):
    """Who is told, who holds a clock, who holds the ball."""

    LIAISON = "LIAISON"
    AGENCY = "AGENCY"
    AGENCY_LEAD = "AGENCY_LEAD"
    CO_HANDLER = "CO_HANDLER"
    FORMER_AGENCY = "FORMER_AGENCY"
    CENTRE = "CENTRE"
    SUPERVISOR = "SUPERVISOR"
    PLATFORM = "PLATFORM"


class Action(StrEnum):
    """What can be done to a demand; the name of its line in the timeline is `MOVES[action].event`."""

    SUBMIT = "SUBMIT"
    ROUTE = "ROUTE"
    NEED_TRIAGE = "NEED_TRIAGE"
    DISPATCH = "DISPATCH"
    REPLY_DIRECTLY = "REPLY_DIRECTLY"
    ACCEPT = "ACCEPT"
    LOG_CONTACT = "LOG_CONTACT"
    ASK_RETURN = "ASK_RETURN"
    RETURN_TO_TRIAGE = "RETURN_TO_TRIAGE"
    RETURN_TO_OTHER = "RETURN_TO_OTHER"
    DENY_RETURN = "DENY_RETURN"
    HANDLE_NOW = "HANDLE_NOW"
    PROMISE = "PROMISE"
    PROMISE_LATER = "PROMISE_LATER"
    ASK_APPROVAL = "ASK_APPROVAL"
    ASK_PAUSED = "ASK_PAUSED"
    PASS_ON = "PASS_ON"  # noqa: S105 - no password
    DENY = "DENY"
    APPROVE_PROMISE = "APPROVE_PROMISE"
    APPROVE_PARK = "APPROVE_PARK"
    APPROVE_EXTENSION = "APPROVE_EXTENSION"
    APPROVE_REVIEW = "APPROVE_REVIEW"
    APPROVE_INFEASIBLE = "APPROVE_INFEASIBLE"
    ASK_INFO = "ASK_INFO"
    SUPPLY_INFO = "SUPPLY_INFO"
    INFO_TIMEOUT = "INFO_TIMEOUT"
    ANSWER = "ANSWER"
    REVIVE = "REVIVE"
    RESUME = "RESUME"
    REVIEW_PARK = "REVIEW_PARK"
    ADD_CO_HANDLER = "ADD_CO_HANDLER"
    GIVE_OPINION = "GIVE_OPINION"
    WAIVE_OPINION = "WAIVE_OPINION"
    RATE = "RATE"
    RATE_BADLY = "RATE_BADLY"
    CLOSE = "CLOSE"
    EXPIRE = "EXPIRE"
    OPEN_LOOK_BACK = "OPEN_LOOK_BACK"
    LOOK_BACK = "LOOK_BACK"
    NOTE_UNREACHED = "NOTE_UNREACHED"
    CLOSE_EXPLAINED = "CLOSE_EXPLAINED"
    REWORK = "REWORK"
    REASSESS = "REASSESS"
    REOPEN = "REOPEN"
    ISSUE_ORDER = "ISSUE_ORDER"
    ANSWER_ORDER = "ANSWER_ORDER"
    CLOSE_ORDER = "CLOSE_ORDER"
    ASK_APPEAL = "ASK_APPEAL"
    DECIDE_APPEAL = "DECIDE_APPEAL"
    EXCLUDE = "EXCLUDE"
    REVEAL = "REVEAL"
    JOIN = "JOIN"
    TAKE_OUT = "TAKE_OUT"
    RESCHEDULE = "RESCHEDULE"
    REPORT_PROGRESS = "REPORT_PROGRESS"
    WITHDRAW = "WITHDRAW"


class Disposition(StrEnum):
    IMMEDIATE = "IMMEDIATE"
    TIME_BOUND = "TIME_BOUND"
    REFERENCE = "REFERENCE"


class ReplyKind(StrEnum):
    ANSWER = "ANSWER"
    DIRECT = "DIRECT"
    GUIDANCE = "GUIDANCE"
    INFEASIBLE = "INFEASIBLE"


class Solved(StrEnum):
    YES = "YES"
    PARTLY = "PARTLY"
    NO = "NO"


class TriageReason(StrEnum):
    """Why the centre is to assess a demand."""

    UNSURE = "UNSURE"
    NO_SINGLE_LEAD = "NO_SINGLE_LEAD"
    NO_CONTACT = "NO_CONTACT"
    CONFLICT = "CONFLICT"
    JUDICIAL = "JUDICIAL"
    RETURNED = "RETURNED"
    REOPENED = "REOPENED"


class ApprovalKind(StrEnum):
    """What an agency may only do with somebody's yes."""

    RETURN = "RETURN"
    OVER_CAP = "OVER_CAP"
    PARK = "PARK"
    EXTENSION = "EXTENSION"
    REPLY = "REPLY"
    PARK_REVIEW = "PARK_REVIEW"
    INFEASIBLE = "INFEASIBLE"
    APPEAL = "APPEAL"


class ApprovalState(StrEnum):
    """VOID: the demand moved on and the question with it. Time alone never decides."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    VOID = "VOID"


class ReturnReason(StrEnum):
    """Why an agency sends a demand back."""

    NOT_OUR_DUTY = "NOT_OUR_DUTY"
    OTHER_AGENCY_LEADS = "OTHER_AGENCY_LEADS"
    UNCLEAR = "UNCLEAR"
    BEFORE_THE_COURTS = "BEFORE_THE_COURTS"


class LookBackOrigin(StrEnum):
    """What called for a look-back; those of a sample are its strata."""

    BAD_RATING = "BAD_RATING"
    WITHDRAWN = "WITHDRAWN"
    PARKED = "PARKED"
    OVERDUE = "OVERDUE"
    REST = "REST"
    OWN_MOTION = "OWN_MOTION"


class LookBackOutcome(StrEnum):
    SOLVED = "SOLVED"
    PARTLY = "PARTLY"
    UNSOLVED = "UNSOLVED"
    RELAPSED = "RELAPSED"
    UNREACHABLE = "UNREACHABLE"


class OrderLevel(StrEnum):
    """催办, 督办单, 列入通报: each follows the one before."""

    REMINDER = "REMINDER"
    ORDER = "ORDER"
    LISTED = "LISTED"


class ReadKind(StrEnum):
    """What was read of a demand before a court."""

    DEMAND = "DEMAND"
    TIMELINE = "TIMELINE"
    FILES = "FILES"
    CONTENT = "CONTENT"


class JointAct(StrEnum):
    """What is done to a joint case."""

    CREATED = "CREATED"
    ADDED = "ADDED"
    TAKEN_OUT = "TAKEN_OUT"
    REPLIED = "REPLIED"
    DECIDED = "DECIDED"
