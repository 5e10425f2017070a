"""Contacts are reminded of the lectures that they booked, once for each time that a lecture is set for."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.courses.queries import bookings as queries
from services.courses.service import events

AT_ONCE = 200


async def remind(session: AsyncSession, now: datetime, before: timedelta) -> int:
    """Remind the contacts of lectures that begin so soon. Returns how many bookings were looked at."""
    due = await queries.with_reminders_due(session, now, before, AT_ONCE)
    for booking, lecture, liaison_id in due:
        booking.reminded_of = lecture.starts_at
        if liaison_id:
            events.reminder_due(session, booking, lecture, liaison_id)
    return len(due)
