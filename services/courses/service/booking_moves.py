"""The one way in which a booking changes its state, and what falls free is offered on.

Whoever calls holds the lock of the lecture.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.courses.errors import BookingWrongState
from services.courses.models import Booking, Lecture
from services.courses.queries import bookings as queries
from services.courses.rules.lectures import NEXT_BOOKING, BookingState, EndedBy, LectureState, next_in_line, offer_ends
from services.courses.service import events

AT_ONCE = 500
WITHDRAWN = "企业已不是本年度的法治化营商环境联系点"


async def move(
    session: AsyncSession,
    booking_ids: Sequence[UUID],
    to: BookingState,
    now: datetime,
    agency_ids: Sequence[UUID] = (),
    **changes: Any,
) -> None:
    """Move bookings of one lecture, all in one statement: the queue's trigger judges them together.

    Beside each enterprise's contact, `agency_ids` are told.
    """
    if not booking_ids:
        return
    before = [state for state, following in NEXT_BOOKING.items() if to in following]
    values = {"offered_until": None} | changes | {"state": to, "changed_at": now, "version": Booking.version + 1}
    query = update(Booking).where(Booking.id.in_(booking_ids), Booking.state.in_(before)).values(**values)
    moved = await session.execute(query.returning(Booking.id).execution_options(synchronize_session=False))
    if len(moved.all()) != len(booking_ids):
        raise BookingWrongState(state="another")
    await _tell(session, booking_ids, agency_ids)


async def _tell(session: AsyncSession, booking_ids: Sequence[UUID], agency_ids: Sequence[UUID] = ()) -> None:
    for booking, lecture, liaison_id in await queries.told(session, booking_ids):
        events.booking_changed(session, booking, lecture, liaison_id, agency_ids)


async def offer_free_seats(session: AsyncSession, lecture_id: UUID, now: datetime) -> None:
    """Offer what is free to those first in line, in their order; nothing from closing on."""
    lecture = await queries.lock_lecture(session, lecture_id)
    free = lecture.capacity - lecture.taken
    if lecture.state != LectureState.OPEN or now >= lecture.closes_at or not (free and lecture.waiting):
        return
    await _pass_over_withdrawn(session, lecture_id, free, now)
    chosen = next_in_line(free, await queries.head_of_queue(session, lecture_id, free))
    until = offer_ends(now, timedelta(minutes=lecture.offer_minutes), lecture.closes_at)
    await move(session, [one.booking_id for one in chosen], BookingState.OFFERED, now, offered_until=until)


async def _pass_over_withdrawn(session: AsyncSession, lecture_id: UUID, free: int, now: datetime) -> None:
    """An enterprise that is no liaison point any more leaves the queue once its turn comes: no seat is held for it."""
    while gone := await queries.withdrawn_in_line(session, lecture_id, free):
        await move(session, gone, BookingState.LAPSED, now, ended_by=EndedBy.HOST, end_reason=WITHDRAWN)


async def cap_offers(session: AsyncSession, lecture: Lecture, now: datetime) -> None:
    """Offers end with the booking, also where that now closes earlier."""
    late = (
        Booking.lecture_id == lecture.id,
        Booking.state == BookingState.OFFERED,
        Booking.offered_until > lecture.closes_at,
    )
    values = {"offered_until": lecture.closes_at, "changed_at": now, "version": Booking.version + 1}
    capped = update(Booking).where(*late).values(**values).returning(Booking.id)
    found = await session.scalars(capped.execution_options(synchronize_session=False))
    await _tell(session, list(found))


async def end_offers(session: AsyncSession, now: datetime) -> int:
    """Let offers lapse that ran out, and offer their seats on. Returns how many lectures were looked at."""
    lectures = await queries.with_ended_offers(session, now, 1)
    for lecture_id in lectures:
        ended = await queries.ended_offers(session, lecture_id, now)
        await move(session, ended, BookingState.LAPSED, now, ended_by=EndedBy.TIME)
        await offer_free_seats(session, lecture_id, now)
    return len(lectures)


async def end_queues(session: AsyncSession, now: datetime) -> int:
    """Tell those who still wait when booking closes that no seat fell free for them."""
    lectures = await queries.with_late_queues(session, now, 1)
    for lecture_id in lectures:
        await end_queue(session, lecture_id, now)
    return len(lectures)


async def end_queue(session: AsyncSession, lecture_id: UUID, now: datetime) -> None:
    """Let those lapse who wait for a lecture that has closed."""
    waiting = await queries.ids_in(session, lecture_id, [BookingState.WAITING], AT_ONCE)
    await move(session, waiting, BookingState.LAPSED, now, ended_by=EndedBy.TIME)


async def end_all(session: AsyncSession, lecture: Lecture, reason: str, now: datetime) -> None:
    """End every booking of a lecture that will not be held."""
    live = (BookingState.CONFIRMED, BookingState.WAITING, BookingState.OFFERED)
    ids = await queries.ids_in(session, lecture.id, live)
    await move(session, ids, BookingState.CANCELLED, now, ended_by=EndedBy.HOST, end_reason=reason)
