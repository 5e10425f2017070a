"""Which message travels how: WAYS is the whole policy (notice 三（三）2).

A message that needs its reader becomes a call by the centre where WeChat cannot deliver it; one that only informs waits in
the inbox. The centre is never asked to telephone itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.notify.rules import Kind, Purpose


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
# About lectures, seats in them and what is taught. Who has just booked sees on the page what came of it; who waits does not
# watch the queue, and an offer runs out. The centre telephones nobody about a seat, but for a lecture that people would
# travel to in vain.
OF_COURSES: Mapping[Kind, Way] = {
    Kind.LECTURE_BOOKED: INBOX,
    Kind.LECTURE_WAITING: INBOX,
    Kind.LECTURE_OFFERED: TASK,
    Kind.LECTURE_LAPSED: PROGRESS,
    Kind.BOOKING_RELEASED: CALL,
    Kind.LECTURE_CHANGED: TASK,
    Kind.LECTURE_CANCELLED: CALL,
    Kind.LECTURE_REMINDER: TASK,
    Kind.LECTURE_TO_RATE: TASK,
    Kind.BOOKING_GIVEN_UP: INBOX,
    Kind.COURSEWARE_APPROVED: INBOX,
    Kind.COURSEWARE_SENT_BACK: TASK,
    Kind.COURSEWARE_PUBLISHED: INBOX,
    Kind.COURSEWARE_RETIRED: INBOX,
}
# About lectures that enterprises ask for. An enterprise that never heard of the slots it was offered loses its request; an
# agency has people enough of its own, until it is late.
OF_REQUESTS: Mapping[Kind, Way] = {
    Kind.LECTURE_REQUEST_ANSWERED: CALL,
    Kind.LECTURE_REQUEST_REMINDER: TASK,
    Kind.LECTURE_REQUEST_ENDED: PROGRESS,
    Kind.LECTURE_REQUESTED: TASK,
    Kind.LECTURE_REQUEST_COUNTERED: TASK,
    Kind.LECTURE_REQUEST_HALFWAY: INBOX,
    Kind.LECTURE_REQUEST_WARNING: TASK,
    Kind.LECTURE_REQUEST_OVERDUE: CALL,
    Kind.AGENCY_LECTURE_REQUEST_ENDED: INBOX,
    Kind.CENTRE_LECTURE_REQUEST_OVERDUE: TASK,
}
# About consultations on site. As with lectures, nobody shall travel in vain.
OF_CONSULTATIONS: Mapping[Kind, Way] = {
    Kind.CONSULTATION_ANNOUNCED: PROGRESS,
    Kind.CONSULTATION_CHANGED: TASK,
    Kind.CONSULTATION_CANCELLED: CALL,
    Kind.SLOT_BOOKED: INBOX,
    Kind.SLOT_CHANGED: TASK,
    Kind.SLOT_RELEASED: CALL,
    Kind.CONSULTATION_FOLLOW_UP: TASK,
}
# These have ids of their own, which open no demand.
BESIDE_DEMANDS: Mapping[Kind, Way] = {**OF_PROGRAMME, **OF_COURSES, **OF_REQUESTS, **OF_CONSULTATIONS}
WAYS: Mapping[Kind, Way] = {
    **FOR_ENTERPRISES,
    **FOR_AGENCIES,
    **FOR_OVERSEERS,
    **ABOUT_ACCOUNTS,
    **BESIDE_DEMANDS,
}


def demands(kind: Kind) -> tuple[bool, bool, bool]:
    """How much a kind wants of its reader: the greater, the more. Who may be told in two ways is told in the greater."""
    way = WAYS[kind]
    return way.must_reach, way.purpose is not None, kind is not Kind.DEMAND_CHANGED
