"""Services to enterprises: who says what about them, and where that leaves the duty to serve each (PRJ-3). Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kit.calendar import WorkingCalendar


class ServiceKind(StrEnum):
    """走访, 座谈, 培训, 问卷, 其他."""

    VISIT = "VISIT"
    MEETING = "MEETING"
    TRAINING = "TRAINING"
    QUESTIONNAIRE = "QUESTIONNAIRE"
    OTHER = "OTHER"


class ServiceState(StrEnum):
    """What stands in the database. That a record is presumed follows from its state and the time."""

    RECORDED = "RECORDED"
    CONFIRMED = "CONFIRMED"
    DISPUTED = "DISPUTED"
    WITHDRAWN = "WITHDRAWN"


PRESUMED = "PRESUMED"
KIND_NAMES = {
    ServiceKind.VISIT: "走访",
    ServiceKind.MEETING: "座谈",
    ServiceKind.TRAINING: "培训",
    ServiceKind.QUESTIONNAIRE: "问卷",
    ServiceKind.OTHER: "其他",
}
STATE_NAMES: dict[str, str] = {
    ServiceState.RECORDED: "待确认",
    ServiceState.CONFIRMED: "已确认",
    PRESUMED: "推定确认",
    ServiceState.DISPUTED: "有异议",
    ServiceState.WITHDRAWN: "已撤回",
}
# What may become of a record; the one table of it. A presumption is no state of its own: silence may still be broken.
NEXT: dict[ServiceState, frozenset[ServiceState]] = {
    ServiceState.RECORDED: frozenset({ServiceState.CONFIRMED, ServiceState.DISPUTED, ServiceState.WITHDRAWN}),
    ServiceState.DISPUTED: frozenset({ServiceState.WITHDRAWN}),
    ServiceState.CONFIRMED: frozenset(),
    ServiceState.WITHDRAWN: frozenset(),
}


class CoverageState(StrEnum):
    CONFIRMED = "CONFIRMED"
    PRESUMED = "PRESUMED"
    WAITING = "WAITING"
    DISPUTED = "DISPUTED"
    NONE = "NONE"


SERVED = (CoverageState.CONFIRMED, CoverageState.PRESUMED)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many working days an enterprise has to answer before its silence counts."""

    days: int
    calendar: WorkingCalendar

    def until(self, asked_at: datetime) -> tuple[datetime, bool]:
        """When silence counts, and whether a holiday notice still to come may move that."""
        due = self.calendar.add_workdays(asked_at, self.days)
        return due.at, due.provisional


def is_day_of(served_on: date, starts_on: date, ends_on: date, today: date) -> bool:
    """Whether a project can have served somebody on a day: it had begun, was not over, and the day has come."""
    return starts_on <= served_on <= min(ends_on, today)


def serial_of(year: int, number: int) -> str:
    """The number that people call a record by."""
    return f"FW{year}-{number:06}"


def shown_state(state: str, answer_until: datetime | None, now: datetime) -> str:
    """The state as people see it: silence that lasted until its end is presumed to be a yes."""
    silent = state == ServiceState.RECORDED and answer_until is not None and answer_until <= now
    return PRESUMED if silent else state


def coverage_state(confirmed: int, presumed: int, waiting: int, disputed: int) -> CoverageState:
    """Where a liaison point stands: the best of what was recorded for it."""
    counts = zip(CoverageState, (confirmed, presumed, waiting, disputed, 1), strict=True)
    return next(state for state, count in counts if count)
