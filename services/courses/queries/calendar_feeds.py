"""Bookings as entries of a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.courses.errors import BookingNotFound, CalendarFeedNotFound
from services.courses.models import Booking, CalendarFeed, Lecture, Lecturer, Unit
from services.courses.queries.access import booking_held_by, own_booking
from services.courses.rules.attendance import token_hash

KEPT = timedelta(days=90)
MOST_ENTRIES = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking with what a calendar shows of it."""

    booking: Booking
    lecture: Lecture
    unit_name: str
    lecturer_name: str

    @property
    def sequence(self) -> int:
        """Rises with each change of either."""
        return self.booking.version + self.lecture.version

    @property
    def changed_at(self) -> datetime:
        return max(self.booking.changed_at, self.lecture.changed_at)


def _entries(which: Any) -> Select[Booking, Lecture, str, str]:
    query = select(Booking, Lecture, Unit.name, Lecturer.name).join(Lecture, Lecture.id == Booking.lecture_id)
    query = query.join(Unit, Unit.code == Lecture.unit_code).join(Lecturer, Lecturer.id == Lecture.lecturer_id)
    return query.where(which)


def _entry(row: Row[Booking, Lecture, str, str]) -> Entry:
    return Entry(row[0], row[1], row[2], row[3])


async def entry(session: AsyncSession, actor: Actor, booking_id: UUID) -> Entry:
    """One booking of the caller's enterprise. Raises BookingNotFound."""
    row = (await session.execute(_entries(own_booking(actor)).where(Booking.id == booking_id))).first()
    if row is None:
        raise BookingNotFound
    return _entry(row)


async def feed(session: AsyncSession, token: str, now: datetime) -> Sequence[Entry]:
    """The bookings of whoever's secret this is; none once another person is the enterprise's contact."""
    found = await session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == token_hash(token)))
    if found is None:
        raise CalendarFeedNotFound
    query = _entries(booking_held_by(found.person_id, found.enterprise_id)).where(Lecture.ends_at > now - KEPT)
    rows = await session.execute(query.order_by(Lecture.starts_at.desc(), Booking.id.desc()).limit(MOST_ENTRIES))
    return [_entry(row) for row in rows]
