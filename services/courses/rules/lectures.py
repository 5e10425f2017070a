"""Lectures, the seats in them, and the queue for those (LEC-4): who gets a seat, who waits, and who is offered one next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.courses.rules.years import year_of


class LectureKind(StrEnum):
    """An agency invites to a lecture, or enterprises ask it to come."""

    SCHEDULED = "SCHEDULED"
    ON_DEMAND = "ON_DEMAND"


class LectureState(StrEnum):
    """PLANNED is seen by its agency and the supervisors alone; OPEN takes bookings until it closes."""

    PLANNED = "PLANNED"
    OPEN = "OPEN"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"


class BookingState(StrEnum):
    """What became of one enterprise's wish to come."""

    CONFIRMED = "CONFIRMED"
    WAITING = "WAITING"
    OFFERED = "OFFERED"
    LAPSED = "LAPSED"
    CANCELLED = "CANCELLED"
    ATTENDED = "ATTENDED"
    NO_SHOW = "NO_SHOW"


class EndedBy(StrEnum):
    """Which side ended a booking. TIME: an offer ran out, or the lecture closed while it waited."""

    ENTERPRISE = "ENTERPRISE"
    HOST = "HOST"
    TIME = "TIME"


# An offer holds its seat, so that whoever accepts it in time finds it free.
SEATED = (BookingState.CONFIRMED, BookingState.OFFERED, BookingState.ATTENDED, BookingState.NO_SHOW)
# Of these an enterprise has one for a lecture.
LIVE = (BookingState.WAITING, *SEATED)

NEXT_LECTURE: dict[LectureState, frozenset[LectureState]] = {
    LectureState.PLANNED: frozenset({LectureState.OPEN, LectureState.CANCELLED}),
    LectureState.OPEN: frozenset({LectureState.DELIVERED, LectureState.CANCELLED}),
    LectureState.DELIVERED: frozenset(),
    LectureState.CANCELLED: frozenset(),
}
NEXT_BOOKING: dict[BookingState, frozenset[BookingState]] = {
    BookingState.CONFIRMED: frozenset({BookingState.CANCELLED, BookingState.ATTENDED, BookingState.NO_SHOW}),
    BookingState.WAITING: frozenset({BookingState.OFFERED, BookingState.LAPSED, BookingState.CANCELLED}),
    BookingState.OFFERED: frozenset({BookingState.CONFIRMED, BookingState.LAPSED, BookingState.CANCELLED}),
    BookingState.LAPSED: frozenset(),
    BookingState.CANCELLED: frozenset(),
    BookingState.ATTENDED: frozenset(),
    # Somebody was overlooked at the door. Attendance itself is not taken back: an evaluation may stand on it.
    BookingState.NO_SHOW: frozenset({BookingState.ATTENDED}),
}


@dataclass(frozen=True, slots=True)
class LectureTerms:
    """What holds where an agency says nothing."""

    closes_before: timedelta
    offer_minutes: int
    most_heads: int


@dataclass(frozen=True, slots=True)
class Waiter:
    """One booking in the queue."""

    booking_id: UUID
    heads: int


@dataclass(slots=True)
class Room:
    """Seats of one lecture as a change finds and leaves them. `waiting`: how many bookings wait."""

    capacity: int
    taken: int
    waiting: int

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    def place(self, heads: int) -> BookingState:
        """Seat a newcomer, or queue it: while anybody waits nobody passes them, however many seats are free."""
        if self.waiting or heads > self.free:
            self.waiting += 1
            return BookingState.WAITING
        self.taken += heads
        return BookingState.CONFIRMED


def next_in_line(free: int, queue: Iterable[Waiter]) -> list[Waiter]:
    """Who is offered the free seats: the first in line and on. A party too large holds up those behind it."""
    chosen = []
    for waiter in queue:
        if waiter.heads > free:
            break
        free -= waiter.heads
        chosen.append(waiter)
    return chosen


def offer_ends(now: datetime, lasts: timedelta, closes_at: datetime) -> datetime:
    """When an offer made now ends: never after the lecture has closed."""
    return min(now + lasts, closes_at)


def is_late(now: datetime, starts_at: datetime) -> bool:
    """Whether seats that are given up now are hardly filled again: on the last day, that is the 24 hours before."""
    return starts_at - now <= LAST_DAY


def serial_of(year: int, number: int) -> str:
    """For people: "JK2026-000012"."""
    return f"JK{year}-{number:06d}"


def why_waiting(position: int, free: int) -> str:
    """Why a booking has no seat yet: others wait AHEAD of it, none is free (FULL), or too few for it (PARTY)."""
    if position > 1:
        return "AHEAD"
    return "PARTY" if free else "FULL"


LAST_DAY = timedelta(hours=24)
LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Times:
    """When a lecture begins and ends, and until when it is booked."""

    starts_at: datetime
    ends_at: datetime
    closes_at: datetime

    def fault(self, now: datetime, year: int) -> str:
        """The field that is wrong: past, out of order, of another year, or too far from the others; empty if none is."""
        if self.starts_at <= now or year_of(self.starts_at) != year:
            return "starts_at"
        if not timedelta() < self.ends_at - self.starts_at <= LONGEST:
            return "ends_at"
        return "closes_at" if self.closes_at > self.starts_at else ""
