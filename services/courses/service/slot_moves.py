"""The one way in which the booking of a slot changes its state. Whoever calls holds the lock of the session."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.courses.errors import SlotBookingWrongState
from services.courses.models import SlotBooking
from services.courses.queries import slot_bookings as queries
from services.courses.rules.consultations import NEXT_SLOT_BOOKING, SlotBookingState
from services.courses.service import consultation_events as events


async def move(
    session: AsyncSession, slot_booking_ids: Sequence[UUID], to: SlotBookingState, now: datetime, **changes: Any
) -> None:
    """Move bookings of one session, and tell of each."""
    await write(session, slot_booking_ids, to, now, **changes)
    await tell(session, slot_booking_ids)


async def write(
    session: AsyncSession, slot_booking_ids: Sequence[UUID], to: SlotBookingState, now: datetime, **changes: Any
) -> None:
    """Move them; whoever calls tells of it."""
    if not slot_booking_ids:
        return
    before = [state for state, following in NEXT_SLOT_BOOKING.items() if to in following]
    values = changes | {"state": to, "changed_at": now, "version": SlotBooking.version + 1}
    query = update(SlotBooking).where(SlotBooking.id.in_(slot_booking_ids), SlotBooking.state.in_(before)).values(**values)
    moved = await session.execute(query.returning(SlotBooking.id).execution_options(synchronize_session=False))
    if len(moved.all()) != len(slot_booking_ids):
        raise SlotBookingWrongState(state="another")


async def tell(session: AsyncSession, slot_booking_ids: Sequence[UUID], *, moved_by_host: bool = False) -> None:
    for booking, consultation, liaison_id in await queries.told(session, slot_booking_ids):
        events.slot_booking_changed(session, booking, consultation, liaison_id, moved_by_host=moved_by_host)
