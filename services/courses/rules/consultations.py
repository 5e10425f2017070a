"""On-site consultations (CON-1…5): sessions by 片区, their slots, who books first, and what a quarter owes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from kit.calendar import BEIJING, WorkingCalendar, fraction_at
from services.courses.rules.years import year_of


class ConsultationState(StrEnum):
    """PLANNED is seen by its group and those who oversee alone; ANNOUNCED takes bookings until it begins."""

    PLANNED = "PLANNED"
    ANNOUNCED = "ANNOUNCED"
    HELD = "HELD"
    CANCELLED = "CANCELLED"


class SlotBookingState(StrEnum):
    """What became of one enterprise's booking."""

    BOOKED = "BOOKED"
    CANCELLED = "CANCELLED"
    ATTENDED = "ATTENDED"
    NO_SHOW = "NO_SHOW"


class SlotEndedBy(StrEnum):
    """Which side ended a booking."""

    ENTERPRISE = "ENTERPRISE"
    HOST = "HOST"


class FollowUpState(StrEnum):
    """Whether the enterprise lets a record become a demand."""

    NONE = "NONE"
    ASKED = "ASKED"
    AGREED = "AGREED"
    DECLINED = "DECLINED"


# Of these an enterprise has one for a session, and a slot has one.
HOLDING = (SlotBookingState.BOOKED, SlotBookingState.ATTENDED, SlotBookingState.NO_SHOW)
# Once the enterprise has answered, the record stays what it answered about.
ANSWERED = (FollowUpState.AGREED, FollowUpState.DECLINED)

NEXT_CONSULTATION: dict[ConsultationState, frozenset[ConsultationState]] = {
    ConsultationState.PLANNED: frozenset({ConsultationState.ANNOUNCED, ConsultationState.CANCELLED}),
    ConsultationState.ANNOUNCED: frozenset({ConsultationState.HELD, ConsultationState.CANCELLED}),
    ConsultationState.HELD: frozenset(),
    ConsultationState.CANCELLED: frozenset(),
}
NEXT_SLOT_BOOKING: dict[SlotBookingState, frozenset[SlotBookingState]] = {
    SlotBookingState.BOOKED: frozenset({SlotBookingState.CANCELLED, SlotBookingState.ATTENDED, SlotBookingState.NO_SHOW}),
    SlotBookingState.CANCELLED: frozenset(),
    SlotBookingState.ATTENDED: frozenset(),
    # Somebody was overlooked, or the session turns out not to have been held. That an enterprise came is not taken back: a
    # record may stand on it.
    SlotBookingState.NO_SHOW: frozenset({SlotBookingState.ATTENDED, SlotBookingState.CANCELLED}),
}


@dataclass(frozen=True, slots=True)
class ConsultationTerms:
    """For how many working days district-level points book alone, and how many sessions a group owes in a quarter."""

    priority_days: int
    due_per_quarter: int
    calendar: WorkingCalendar

    def open_to_all_at(self, now: datetime, starts_at: datetime) -> datetime:
        """From when on all points of the zone book a session announced now.

        District-level points come first, but the others are never left without time (CON-5 is a priority, no refusal): half
        of what is left until the session is theirs as well.
        """
        return min(self.calendar.add_workdays(now, self.priority_days).at, fraction_at(now, starts_at, 0.5))


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """When a session begins and ends, and how long a slot lasts."""

    starts_at: datetime
    ends_at: datetime
    slot_minutes: int

    def fault(self, now: datetime, year: int) -> str:
        """The field that is wrong: past, of another year, of another day, or too short for a slot; empty if none is."""
        if self.starts_at <= now or year_of(self.starts_at) != year:
            return "starts_at"
        one_day = self.starts_at.astimezone(BEIJING).date() == self.ends_at.astimezone(BEIJING).date()
        return "" if one_day and self.slot_count > 0 else "ends_at"

    @property
    def slot_count(self) -> int:
        return (self.ends_at - self.starts_at) // timedelta(minutes=self.slot_minutes)


def slot_times(starts_at: datetime, slot_minutes: int, number: int) -> tuple[datetime, datetime]:
    """When a slot begins and ends; the first is number 1."""
    lasts = timedelta(minutes=slot_minutes)
    return starts_at + lasts * (number - 1), starts_at + lasts * number


def serial_of(year: int, number: int) -> str:
    """For people: "ZX2026-000012"."""
    return f"ZX{year}-{number:06d}"


def quarter_over(year: int, quarter: int, now: datetime) -> bool:
    """Whether the quarter has ended in Shanghai."""
    first_after = datetime(year + quarter // 4, quarter % 4 * 3 + 1, 1, tzinfo=BEIJING)
    return now >= first_after.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Quarter:
    """What one group did in one quarter against what was due."""

    group_number: int
    group_name: str
    quarter: int
    due: int
    held: int
    announced: int
    planned: int
    visits: int
    district_visits: int
    over: bool

    @property
    def owed(self) -> int:
        return max(self.due - self.held, 0)

    @property
    def missed(self) -> bool:
        return self.over and self.owed > 0


TITLE_LENGTH = 100


def demand_title(question: str) -> str:
    """The first line of what was asked, as far as a title goes."""
    first = question.strip().splitlines()[0].strip()
    title = f"现场咨询：{first}"
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…"


def demand_body(question: str, advice: str, follow_up: str) -> str:
    """What the enterprise agreed to send: its question, what it was told, and what is left to do."""
    return f"咨询的问题：{question.strip()}\n\n现场答复：{advice.strip()}\n\n需要继续办理：{follow_up.strip()}"
