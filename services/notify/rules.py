"""What people are told, on which way, and how hard the platform tries: data and decisions without I/O (notice 三（三）2).

WAYS is the whole policy. A message that needs its reader becomes a call by the centre where WeChat cannot deliver it; one
that only informs waits in the inbox. The centre is never asked to telephone itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a message tells, and to whom: the enterprise, agencies, the centre (`centre_…`), the supervisors."""

    DEMAND_ROUTED = "demand_routed"
    DEMAND_IN_TRIAGE = "demand_in_triage"
    DEMAND_FORWARDED = "demand_forwarded"
    DEMAND_REASSESSED = "demand_reassessed"
    DEMAND_ACCEPTED = "demand_accepted"
    DEMAND_DISPOSITION_SET = "demand_disposition_set"
    DEMAND_PROMISE_CHANGED = "demand_promise_changed"
    DEMAND_EXTENDED = "demand_extended"
    DEMAND_PROGRESS_REPORTED = "demand_progress_reported"
    DEMAND_INFO_REQUESTED = "demand_info_requested"
    DEMAND_INFO_TIMED_OUT = "demand_info_timed_out"
    DEMAND_PARKED = "demand_parked"
    DEMAND_JOINED = "demand_joined"
    DEMAND_CONDITION_MET = "demand_condition_met"
    DEMAND_PARK_REVIEWED = "demand_park_reviewed"
    DEMAND_RESUMED = "demand_resumed"
    DEMAND_REPLIED = "demand_replied"
    DEMAND_CLOSED = "demand_closed"
    DEMAND_REOPENED = "demand_reopened"
    INFO_REMINDER = "info_reminder"
    RATING_REMINDER = "rating_reminder"
    DEADLINE_MISSED = "deadline_missed"
    SURVEY_REMINDER = "survey_reminder"

    DEMAND_DISPATCHED = "demand_dispatched"
    RETURN_DENIED = "return_denied"
    RETURN_APPROVED = "return_approved"
    APPROVAL_TO_SIGN = "approval_to_sign"
    APPROVAL_GRANTED = "approval_granted"
    APPROVAL_DENIED = "approval_denied"
    INFO_SUPPLIED = "info_supplied"
    CO_DEMAND_DISPATCHED = "co_demand_dispatched"
    CO_HANDLER_ADDED = "co_handler_added"
    OPINION_GIVEN = "opinion_given"
    OPINION_WAIVED = "opinion_waived"
    DEMAND_REVIVED = "demand_revived"
    AGENCY_DEMAND_JOINED = "agency_demand_joined"
    AGENCY_DEMAND_RESUMED = "agency_demand_resumed"
    AGENCY_DEMAND_REPLIED = "agency_demand_replied"
    DEMAND_RATED = "demand_rated"
    LOOKED_BACK = "looked_back"
    AGENCY_DEMAND_REOPENED = "agency_demand_reopened"
    AGENCY_DEMAND_REASSESSED = "agency_demand_reassessed"
    DEMAND_WITHDRAWN = "demand_withdrawn"
    AGENCY_DEMAND_CLOSED = "agency_demand_closed"
    ORDER_ISSUED = "order_issued"
    ORDER_CLOSED = "order_closed"
    APPEAL_DECIDED = "appeal_decided"
    DEMAND_EXCLUDED = "demand_excluded"
    IDENTITY_REVEALED = "identity_revealed"
    DEADLINE_HALFWAY = "deadline_halfway"
    DEADLINE_WARNING = "deadline_warning"
    DEADLINE_BREACHED = "deadline_breached"

    CENTRE_TRIAGE_REQUIRED = "centre_triage_required"
    CENTRE_RETURN_REQUESTED = "centre_return_requested"
    CENTRE_APPROVAL_REQUESTED = "centre_approval_requested"
    CENTRE_INFO_SUPPLIED = "centre_info_supplied"
    CENTRE_INFO_NOTED = "centre_info_noted"
    CENTRE_DEMAND_PARKED = "centre_demand_parked"
    CENTRE_DEMAND_WITHDRAWN = "centre_demand_withdrawn"
    CENTRE_LOOK_BACK_DUE = "centre_look_back_due"
    CENTRE_LOOK_BACK_OPENED = "centre_look_back_opened"
    CENTRE_DEMAND_REOPENED = "centre_demand_reopened"
    CENTRE_DEMAND_REWORKED = "centre_demand_reworked"
    CENTRE_DEADLINE_BREACHED = "centre_deadline_breached"
    CENTRE_OVERDUE = "centre_overdue"

    ORDER_ANSWERED = "order_answered"
    SUPERVISOR_DEADLINE_BREACHED = "supervisor_deadline_breached"
    SUPERVISOR_DEMAND_REWORKED = "supervisor_demand_reworked"

    REBINDING_ASKED = "rebinding_asked"
    REBINDING_APPROVED = "rebinding_approved"
    REBINDING_TO_DECIDE = "rebinding_to_decide"
    CENTRE_REBINDING_OBJECTED = "centre_rebinding_objected"
    LIAISON_RESIGNED = "liaison_resigned"

    PROJECT_NODE_SOON = "project_node_soon"
    PROJECT_NODE_TODAY = "project_node_today"
    PROJECT_NODE_LATE = "project_node_late"
    SERVICE_TO_CONFIRM = "service_to_confirm"
    SERVICE_DISPUTED = "service_disputed"
    NOMINATION_REJECTED = "nomination_rejected"
    RECOMMENDATION_ADDRESSED = "recommendation_addressed"

    LECTURE_BOOKED = "lecture_booked"
    LECTURE_WAITING = "lecture_waiting"
    LECTURE_OFFERED = "lecture_offered"
    LECTURE_LAPSED = "lecture_lapsed"
    BOOKING_RELEASED = "booking_released"
    LECTURE_CHANGED = "lecture_changed"
    LECTURE_CANCELLED = "lecture_cancelled"
    LECTURE_REMINDER = "lecture_reminder"
    BOOKING_GIVEN_UP = "booking_given_up"

    # For a reader whom the table of notices.py does not foresee: better a plain line than none.
    DEMAND_CHANGED = "demand_changed"


class Purpose(StrEnum):
    """What a WeChat template is for. People agree to each apart."""

    TASK = "task"
    PROGRESS = "progress"
    REPLY = "reply"


class State(StrEnum):
    """How far a message got, apart from the state of what it tells about."""

    PENDING = "PENDING"
    SENT = "SENT"
    CALL_TASK = "CALL_TASK"
    CALLED = "CALLED"
    INBOX_ONLY = "INBOX_ONLY"


class Cause(StrEnum):
    """Why WeChat did not deliver."""

    NO_CONSENT = "NO_CONSENT"
    NOT_BOUND = "NOT_BOUND"
    REFUSED = "REFUSED"
    UNREACHABLE = "UNREACHABLE"


@dataclass(frozen=True, slots=True)
class Way:
    """How a kind of message travels beside the inbox. Without a purpose it stays there."""

    purpose: Purpose | None = None
    must_reach: bool = False


INBOX = Way()
TASK, PROGRESS = Way(Purpose.TASK), Way(Purpose.PROGRESS)
CALL = Way(Purpose.TASK, must_reach=True)  # somebody has to act, and time runs
# A credit spent on what the reader has just seen on the page, or need not act on, is missing later; hence the kinds that
# stay in the inbox. What the enterprise is asked for goes by the template of tasks, which news of progress does not use up.
FOR_ENTERPRISES: Mapping[Kind, Way] = {
    Kind.DEMAND_ROUTED: INBOX,
    Kind.DEMAND_IN_TRIAGE: INBOX,
    Kind.DEMAND_FORWARDED: PROGRESS,
    Kind.DEMAND_REASSESSED: INBOX,
    Kind.DEMAND_ACCEPTED: PROGRESS,
    Kind.DEMAND_DISPOSITION_SET: PROGRESS,
    Kind.DEMAND_PROMISE_CHANGED: PROGRESS,
    Kind.DEMAND_EXTENDED: PROGRESS,
    Kind.DEMAND_PROGRESS_REPORTED: PROGRESS,
    Kind.DEMAND_INFO_REQUESTED: CALL,
    Kind.INFO_REMINDER: TASK,
    Kind.DEMAND_INFO_TIMED_OUT: PROGRESS,
    Kind.DEMAND_PARKED: Way(Purpose.PROGRESS, must_reach=True),  # the notice wants it explained: 做好沟通解释
    Kind.DEMAND_PARK_REVIEWED: Way(Purpose.PROGRESS, must_reach=True),  # and so each time
    Kind.DEMAND_CONDITION_MET: PROGRESS,
    Kind.DEMAND_RESUMED: PROGRESS,
    Kind.DEMAND_REPLIED: Way(Purpose.REPLY, must_reach=True),
    Kind.RATING_REMINDER: Way(Purpose.REPLY),
    Kind.DEMAND_CLOSED: PROGRESS,
    Kind.DEMAND_REOPENED: PROGRESS,
    Kind.DEADLINE_MISSED: INBOX,
    Kind.DEMAND_JOINED: INBOX,
}
FOR_AGENCIES: Mapping[Kind, Way] = {
    Kind.DEMAND_DISPATCHED: CALL,
    Kind.RETURN_DENIED: CALL,
    Kind.RETURN_APPROVED: INBOX,
    Kind.APPROVAL_TO_SIGN: TASK,  # its own people are nearer than the centre, which calls when the term is over
    Kind.APPROVAL_GRANTED: INBOX,
    Kind.APPROVAL_DENIED: TASK,
    Kind.INFO_SUPPLIED: TASK,
    Kind.CO_DEMAND_DISPATCHED: CALL,
    Kind.CO_HANDLER_ADDED: CALL,
    Kind.OPINION_GIVEN: INBOX,
    Kind.OPINION_WAIVED: INBOX,
    Kind.DEMAND_REVIVED: CALL,
    Kind.AGENCY_DEMAND_RESUMED: TASK,
    Kind.AGENCY_DEMAND_JOINED: INBOX,
    Kind.AGENCY_DEMAND_REPLIED: INBOX,
    Kind.DEMAND_RATED: INBOX,
    Kind.LOOKED_BACK: INBOX,
    Kind.AGENCY_DEMAND_REOPENED: CALL,
    Kind.AGENCY_DEMAND_REASSESSED: INBOX,
    Kind.DEMAND_WITHDRAWN: TASK,
    Kind.AGENCY_DEMAND_CLOSED: INBOX,
    Kind.ORDER_ISSUED: CALL,
    Kind.ORDER_CLOSED: INBOX,
    Kind.APPEAL_DECIDED: INBOX,
    Kind.DEMAND_EXCLUDED: INBOX,
    Kind.IDENTITY_REVEALED: INBOX,
    Kind.DEADLINE_HALFWAY: INBOX,
    Kind.DEADLINE_WARNING: TASK,
    Kind.DEADLINE_BREACHED: CALL,
}
FOR_OVERSEERS: Mapping[Kind, Way] = {
    Kind.CENTRE_TRIAGE_REQUIRED: TASK,
    Kind.CENTRE_RETURN_REQUESTED: TASK,
    Kind.CENTRE_APPROVAL_REQUESTED: TASK,
    Kind.CENTRE_INFO_SUPPLIED: TASK,
    Kind.CENTRE_INFO_NOTED: INBOX,
    Kind.CENTRE_DEMAND_PARKED: INBOX,
    Kind.CENTRE_DEMAND_WITHDRAWN: INBOX,
    Kind.CENTRE_LOOK_BACK_DUE: TASK,
    Kind.CENTRE_LOOK_BACK_OPENED: INBOX,  # a sample opens many at once
    Kind.CENTRE_DEMAND_REOPENED: TASK,
    Kind.CENTRE_DEMAND_REWORKED: INBOX,
    Kind.CENTRE_DEADLINE_BREACHED: TASK,
    Kind.CENTRE_OVERDUE: TASK,
    Kind.ORDER_ANSWERED: TASK,
    Kind.SUPERVISOR_DEADLINE_BREACHED: TASK,
    Kind.SUPERVISOR_DEMAND_REWORKED: TASK,
    Kind.DEMAND_CHANGED: INBOX,
}
# About people's accounts, not about demands. The centre telephones nobody about a new WeChat account: whoever asked for it
# holds the phone already.
ABOUT_ACCOUNTS: Mapping[Kind, Way] = {
    Kind.REBINDING_ASKED: TASK,
    Kind.REBINDING_APPROVED: TASK,
    Kind.REBINDING_TO_DECIDE: TASK,
    Kind.CENTRE_REBINDING_OBJECTED: TASK,
    Kind.LIAISON_RESIGNED: TASK,
}
# About the year's surveys, list, projects and services. What asks the enterprise travels; offices find theirs in the inbox.
OF_PROGRAMME: Mapping[Kind, Way] = {
    Kind.SURVEY_REMINDER: TASK,
    Kind.PROJECT_NODE_SOON: INBOX,
    Kind.PROJECT_NODE_TODAY: INBOX,
    Kind.PROJECT_NODE_LATE: INBOX,
    Kind.SERVICE_TO_CONFIRM: CALL,  # silence counts as a yes: it must not be that of somebody who never heard
    Kind.SERVICE_DISPUTED: INBOX,
    Kind.NOMINATION_REJECTED: INBOX,
    Kind.RECOMMENDATION_ADDRESSED: INBOX,
}
# About lectures and seats in them. Who has just booked sees on the page what came of it; who waits does not watch the queue,
# and an offer runs out. The centre telephones nobody about a seat, but for a lecture that people would travel to in vain.
OF_COURSES: Mapping[Kind, Way] = {
    Kind.LECTURE_BOOKED: INBOX,
    Kind.LECTURE_WAITING: INBOX,
    Kind.LECTURE_OFFERED: TASK,
    Kind.LECTURE_LAPSED: PROGRESS,
    Kind.BOOKING_RELEASED: CALL,
    Kind.LECTURE_CHANGED: TASK,
    Kind.LECTURE_CANCELLED: CALL,
    Kind.LECTURE_REMINDER: TASK,
    Kind.BOOKING_GIVEN_UP: INBOX,
}
WAYS: Mapping[Kind, Way] = {
    **FOR_ENTERPRISES,
    **FOR_AGENCIES,
    **FOR_OVERSEERS,
    **ABOUT_ACCOUNTS,
    **OF_PROGRAMME,
    **OF_COURSES,
}


def demands(kind: Kind) -> tuple[bool, bool, bool]:
    """How much a kind wants of its reader: the greater, the more. Who may be told in two ways is told in the greater."""
    way = WAYS[kind]
    return way.must_reach, way.purpose is not None, kind is not Kind.DEMAND_CHANGED


# The promise is five minutes from the event to a delivered message or a call task. The rest of it covers the last attempt,
# a lease that a dead process left behind, and the round that finds it.
GIVE_UP_AFTER = timedelta(minutes=3, seconds=20)
RETRY_SECONDS = (5, 15, 30, 60)
# Longer than a batch can take while WeChat hangs: BATCH / CONCURRENT sends, and looking up the addresses.
LEASE = timedelta(seconds=60)
SEND_SECONDS = timedelta(seconds=8)
BATCH = 100
CONCURRENT = 25


def next_try(attempts: int, now: datetime, give_up_at: datetime) -> datetime | None:
    """When to try again after that many attempts; None where it would come too late."""
    moment = now + timedelta(seconds=RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1])
    return moment if moment < give_up_at else None
