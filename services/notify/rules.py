"""What people are told, on which way, and how hard the platform tries: data and decisions without I/O (notice 三（三）2).

WAYS is the whole policy. A message that needs its reader becomes a call by the centre where WeChat cannot deliver it; one
that only informs waits in the inbox. The centre is never asked to telephone itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a message tells, and to whom: the enterprise, the agency, or the centre (`centre_…`)."""

    DEMAND_ROUTED = "demand_routed"
    DEMAND_IN_TRIAGE = "demand_in_triage"
    DEMAND_FORWARDED = "demand_forwarded"
    DEMAND_ACCEPTED = "demand_accepted"
    DEMAND_DISPOSITION_SET = "demand_disposition_set"
    DEMAND_PARKED = "demand_parked"
    DEMAND_REPLIED = "demand_replied"
    DEMAND_CLOSED = "demand_closed"
    RATING_REMINDER = "rating_reminder"
    DEADLINE_MISSED = "deadline_missed"

    DEMAND_DISPATCHED = "demand_dispatched"
    DEMAND_RATED = "demand_rated"
    DEMAND_WITHDRAWN = "demand_withdrawn"
    AGENCY_DEMAND_CLOSED = "agency_demand_closed"
    DEADLINE_HALFWAY = "deadline_halfway"
    DEADLINE_WARNING = "deadline_warning"
    DEADLINE_BREACHED = "deadline_breached"

    CENTRE_TRIAGE_REQUIRED = "centre_triage_required"
    CENTRE_DEADLINE_BREACHED = "centre_deadline_breached"
    CENTRE_DEMAND_PARKED = "centre_demand_parked"
    CENTRE_DEMAND_WITHDRAWN = "centre_demand_withdrawn"
    CENTRE_LOOK_BACK_DUE = "centre_look_back_due"

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
# A credit spent on what the reader has just seen on the page is missing later; hence the kinds that stay in the inbox.
WAYS: Mapping[Kind, Way] = {
    Kind.DEMAND_ROUTED: INBOX,
    Kind.DEMAND_IN_TRIAGE: INBOX,
    Kind.DEMAND_FORWARDED: Way(Purpose.PROGRESS),
    Kind.DEMAND_ACCEPTED: Way(Purpose.PROGRESS),
    Kind.DEMAND_DISPOSITION_SET: Way(Purpose.PROGRESS),
    Kind.DEMAND_PARKED: Way(Purpose.PROGRESS, must_reach=True),  # the notice wants it explained: 做好沟通解释
    Kind.DEMAND_REPLIED: Way(Purpose.REPLY, must_reach=True),
    Kind.DEMAND_CLOSED: Way(Purpose.PROGRESS),
    Kind.RATING_REMINDER: Way(Purpose.REPLY),
    Kind.DEADLINE_MISSED: INBOX,
    Kind.DEMAND_DISPATCHED: Way(Purpose.TASK, must_reach=True),
    Kind.DEMAND_RATED: INBOX,
    Kind.DEMAND_WITHDRAWN: Way(Purpose.TASK),
    Kind.AGENCY_DEMAND_CLOSED: INBOX,
    Kind.DEADLINE_HALFWAY: INBOX,
    Kind.DEADLINE_WARNING: Way(Purpose.TASK),
    Kind.DEADLINE_BREACHED: Way(Purpose.TASK, must_reach=True),
    Kind.CENTRE_TRIAGE_REQUIRED: Way(Purpose.TASK),
    Kind.CENTRE_DEADLINE_BREACHED: Way(Purpose.TASK),
    Kind.CENTRE_DEMAND_PARKED: INBOX,
    Kind.CENTRE_DEMAND_WITHDRAWN: INBOX,
    Kind.CENTRE_LOOK_BACK_DUE: Way(Purpose.TASK),
    Kind.DEMAND_CHANGED: INBOX,
}

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
