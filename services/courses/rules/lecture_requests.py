"""Lectures that enterprises ask for (LEC-4 「自主预约课程」): whose move it is, for how long, and what it may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kit.calendar import Due, WorkingCalendar
from services.courses.rules.lectures import LONGEST, LectureTerms
from services.courses.rules.years import year_of


class RequestState(StrEnum):
    """How far a request is. COUNTERED: one side has answered with other slots."""

    REQUESTED = "REQUESTED"
    COUNTERED = "COUNTERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class Side(StrEnum):
    """The two who agree on a lecture."""

    AGENCY = "AGENCY"
    ENTERPRISE = "ENTERPRISE"


class Action(StrEnum):
    """What is done with a request; EXPIRE is done by time."""

    ACCEPT = "ACCEPT"
    COUNTER = "COUNTER"
    DECLINE = "DECLINE"
    WITHDRAW = "WITHDRAW"
    EXPIRE = "EXPIRE"


# While a request is open others may join, and its enterprise cannot ask for the same again.
OPEN = (RequestState.REQUESTED, RequestState.COUNTERED)
# Those of whoever's move it is. To withdraw is the enterprise's at any time.
ANSWERS = (Action.ACCEPT, Action.COUNTER, Action.DECLINE)

Stage = tuple[RequestState, Side | None]
_ENDS: Mapping[Action, Stage] = {
    Action.ACCEPT: (RequestState.ACCEPTED, None),
    Action.DECLINE: (RequestState.DECLINED, None),
    Action.WITHDRAW: (RequestState.WITHDRAWN, None),
}
_TO_ENTERPRISE: Stage = (RequestState.COUNTERED, Side.ENTERPRISE)
_BACK_TO_AGENCY: Stage = (RequestState.COUNTERED, Side.AGENCY)
# Where a request stands (its state, and whose move it is): what may be done, and where that leads. Each side counters once.
# Only the enterprise's silence ends a request: an agency that is late still owes its answer.
MOVES: Mapping[Stage, Mapping[Action, Stage]] = {
    (RequestState.REQUESTED, Side.AGENCY): {**_ENDS, Action.COUNTER: _TO_ENTERPRISE},
    _TO_ENTERPRISE: {**_ENDS, Action.COUNTER: _BACK_TO_AGENCY, Action.EXPIRE: (RequestState.EXPIRED, None)},
    _BACK_TO_AGENCY: _ENDS,
}


def after(state: str, turn: str | None, action: Action) -> Stage | None:
    """Where an action leads; None where it may not be done."""
    stage = RequestState(state), Side(turn) if turn else None
    return MOVES.get(stage, {}).get(action)


@dataclass(frozen=True, slots=True)
class RequestTerms:
    """`days`: working days for each move. What holds for lectures holds for those that come of requests."""

    days: int
    calendar: WorkingCalendar
    lecture: LectureTerms

    def due(self, begins_at: datetime) -> Due:
        """Until when a move that begins now is made."""
        return self.calendar.add_workdays(begins_at, self.days)


@dataclass(frozen=True, slots=True)
class Slot:
    """One time at which the lecture might be."""

    starts_at: datetime
    ends_at: datetime


def slots_fault(slots: Sequence[Slot], now: datetime, year: int) -> str:
    """The first field that is wrong: past, of another year, too long, or not after the slot before it; empty if none is."""
    begin = now
    for index, slot in enumerate(slots):
        if slot.starts_at <= now or slot.starts_at < begin or year_of(slot.starts_at) != year:
            return f"slots[{index}].starts_at"
        if not slot.starts_at < slot.ends_at <= slot.starts_at + LONGEST or year_of(slot.ends_at) != year:
            return f"slots[{index}].ends_at"
        begin = slot.ends_at
    return ""


def serial_of(year: int, number: int) -> str:
    """For people: "YQ2026-000012"."""
    return f"YQ{year}-{number:06d}"
