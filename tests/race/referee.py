"""Judges a race by what the database holds and by the events, in the order in which they were written under its lock."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from fahu.courses.v1 import events_pb2
from fahu.courses.v1.lecture_pb2 import BookingState

from services.courses.rules.lectures import SEATED
from tests.race.halls import rows

LECTURE = "SELECT capacity, taken, waiting FROM lecture WHERE id = %s"
BOOKINGS = "SELECT state, heads, queue_number FROM booking WHERE lecture_id = %s ORDER BY queue_number"
EVENTS = """
SELECT o.payload FROM outbox o JOIN booking b ON b.id::text = o.aggregate_id
WHERE b.lecture_id = %s AND o.type = 'fahu.courses.v1.BookingChanged' ORDER BY o.id
"""


@dataclass
class Verdict:
    """What is wrong with the races judged so far, counted."""

    oversold: int = 0
    undersold: int = 0
    out_of_turn: int = 0
    miscounted: int = 0
    faults: list[str] = field(default_factory=list)

    def note(self, kind: str, number: int, what: str) -> None:
        if number:
            setattr(self, kind, getattr(self, kind) + number)
            self.faults.append(what)


async def judge(connection: psycopg.AsyncConnection[Any], lecture_id: UUID, verdict: Verdict) -> None:
    """Add what is wrong with one race that has come to rest."""
    ((capacity, taken, waiting),) = await rows(connection, LECTURE, lecture_id)
    bookings = await rows(connection, BOOKINGS, lecture_id)
    filled = seated(bookings)
    queue = [heads for state, heads, _ in bookings if state == "WAITING"]
    verdict.note("oversold", max(filled - capacity, 0), f"{lecture_id}: {filled} on {capacity} seats")
    free = capacity - filled
    verdict.note("undersold", int(bool(queue) and queue[0] <= free), f"{lecture_id}: {free} free, {queue[:1]} waits")
    wrong = (taken, waiting) != (filled, len(queue))
    verdict.note("miscounted", int(wrong), f"{lecture_id}: {taken}/{waiting} counted, {filled}/{len(queue)} there are")
    events = [events_pb2.BookingChanged.FromString(row[0]) for row in await rows(connection, EVENTS, lecture_id)]
    verdict.note("out_of_turn", _out_of_turn(events), f"{lecture_id}: somebody passed the queue")


def _out_of_turn(events: Iterable[events_pb2.BookingChanged]) -> int:
    """How often somebody got seats while another stood before them, told from the events alone."""
    line: list[str] = []
    wrong = 0
    for event in events:
        state = BookingState.Name(event.state).removeprefix("BOOKING_STATE_")
        if event.version == 1:
            wrong += state == "CONFIRMED" and bool(line)
            line += [event.booking_id] if state == "WAITING" else []
        elif event.booking_id in line:
            wrong += state in SEATED and line[0] != event.booking_id
            line.remove(event.booking_id)
    return wrong


def seated(bookings: Iterable[tuple[str, int, int]]) -> int:
    """How many seats are taken or held."""
    return sum(heads for state, heads, _ in bookings if state in SEATED)
