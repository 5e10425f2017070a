"""What people are told, and how hard the platform tries: data and decisions without I/O (notice 三（三）2)."""

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
    LECTURE_TO_RATE = "lecture_to_rate"
    BOOKING_GIVEN_UP = "booking_given_up"

    LECTURE_REQUEST_ANSWERED = "lecture_request_answered"
    LECTURE_REQUEST_REMINDER = "lecture_request_reminder"
    LECTURE_REQUEST_ENDED = "lecture_request_ended"
    LECTURE_REQUESTED = "lecture_requested"
    LECTURE_REQUEST_COUNTERED = "lecture_request_countered"
    LECTURE_REQUEST_HALFWAY = "lecture_request_halfway"
    LECTURE_REQUEST_WARNING = "lecture_request_warning"
    LECTURE_REQUEST_OVERDUE = "lecture_request_overdue"
    AGENCY_LECTURE_REQUEST_ENDED = "agency_lecture_request_ended"
    CENTRE_LECTURE_REQUEST_OVERDUE = "centre_lecture_request_overdue"

    CONSULTATION_ANNOUNCED = "consultation_announced"
    CONSULTATION_CHANGED = "consultation_changed"
    CONSULTATION_CANCELLED = "consultation_cancelled"
    SLOT_BOOKED = "slot_booked"
    SLOT_CHANGED = "slot_changed"
    SLOT_RELEASED = "slot_released"
    CONSULTATION_FOLLOW_UP = "consultation_follow_up"

    COURSEWARE_APPROVED = "courseware_approved"
    COURSEWARE_SENT_BACK = "courseware_sent_back"
    COURSEWARE_PUBLISHED = "courseware_published"
    COURSEWARE_RETIRED = "courseware_retired"

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
