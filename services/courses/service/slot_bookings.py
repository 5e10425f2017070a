"""Taking a slot (CON-5: district-level points first), and what enterprises and groups do with it afterwards."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from kit.calendar import BEIJING
from kit.db import constraint_of
from kit.errors import ServiceError
from services.courses import errors
from services.courses.models import Consultation, SlotBooking
from services.courses.queries import slot_bookings as queries
from services.courses.queries.slot_bookings import Point, SlotBookingView
from services.courses.rules.consultations import (
    NEXT_SLOT_BOOKING,
    ConsultationState,
    SlotBookingState,
    SlotEndedBy,
)
from services.courses.service import slot_moves
from services.courses.service.errands import Errand, check_version

DISTRICT = "DISTRICT"
# What the database refuses, as the caller is told: no look beforehand could be sure of it.
REFUSED: dict[str | None, type[ServiceError]] = {
    "uq_slot_booking_slot": errors.SlotTaken,
    "uq_slot_booking_party": errors.SlotBookedAlready,
    "slot_exists": errors.SlotNotFound,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Which booking, in the version that the caller saw."""

    slot_booking_id: UUID
    version: int


async def book(errand: Errand, consultation_id: UUID, slot_number: int, topic: str) -> UUID:
    """Take a free slot for the caller's enterprise. Returns the booking's id; a retry that of the first time."""
    if subject := await errand.subject():
        return UUID(subject.rpartition("/")[2])
    consultation = await queries.announced_to_book(errand.session, errand.actor, consultation_id)
    point = await queries.point_of(errand.session, errand.actor, consultation.year)
    _check(errand, consultation, point)
    booking = _new(errand, consultation, point, slot_number, topic)
    errand.session.add(booking)
    await _write(errand)
    await errand.record("SLOT_BOOKED", f"slot-booking/{booking.id}")
    await slot_moves.tell(errand.session, [booking.id])
    return booking.id


def _check(errand: Errand, consultation: Consultation, point: Point) -> None:
    if consultation.state != ConsultationState.ANNOUNCED or errand.now >= consultation.starts_at:
        raise errors.ConsultationClosed
    if point.zone_code != consultation.zone_code:
        raise errors.ConsultationOfOtherZone
    opens = consultation.open_to_all_at
    if opens and errand.now < opens and point.point.level != DISTRICT:
        raise errors.DistrictLevelFirst(open_to_all_at=opens.astimezone(BEIJING).isoformat(timespec="seconds"))


def _new(errand: Errand, consultation: Consultation, of: Point, slot_number: int, topic: str) -> SlotBooking:
    return SlotBooking(
        id=uuid7(),
        consultation_id=consultation.id,
        slot_number=slot_number,
        enterprise_id=of.point.enterprise_id,
        enterprise_name=of.point.enterprise_name,
        designation_id=of.point.designation_id,
        area_code=of.point.area_code,
        level=of.point.level,
        topic=topic,
        state=SlotBookingState.BOOKED,
        booked_by=errand.actor.person_id,
        booked_at=errand.now,
        changed_at=errand.now,
        version=1,
    )


async def change_slot(errand: Errand, seen: Seen, slot_number: int) -> None:
    """Take another free slot of the same session instead."""
    view = await queries.either_to_change(errand.session, errand.actor, seen.slot_booking_id)
    if await _is_repeat(errand, view, seen):
        return
    _check_ahead(errand, view)
    if view.booking.state != SlotBookingState.BOOKED:
        raise errors.SlotBookingWrongState(state=view.booking.state)
    view.booking.slot_number = slot_number
    view.booking.changed_at = errand.now
    view.booking.version += 1
    await _write(errand)
    await errand.record("SLOT_CHANGED", f"slot-booking/{view.booking.id}")
    by_host = errand.actor.organisation_id != view.booking.enterprise_id
    await slot_moves.tell(errand.session, [view.booking.id], moved_by_host=by_host)


async def cancel(errand: Errand, seen: Seen, reason: str) -> None:
    """The enterprise gives its slot up."""
    view = await queries.own_to_change(errand.session, errand.actor, seen.slot_booking_id)
    await _end(errand, view, seen, SlotEndedBy.ENTERPRISE, reason)


async def release(errand: Errand, seen: Seen, reason: str) -> None:
    """The group takes a booking back."""
    view = await queries.hosted_to_change(errand.session, errand.actor, seen.slot_booking_id)
    await _end(errand, view, seen, SlotEndedBy.HOST, reason)


async def mark(errand: Errand, seen: Seen, attended: bool) -> None:
    """Say whether the enterprise came."""
    view = await queries.hosted_to_change(errand.session, errand.actor, seen.slot_booking_id)
    if await _is_repeat(errand, view, seen):
        return
    if errand.now < view.consultation.starts_at:
        raise errors.ConsultationNotStarted
    to = SlotBookingState.ATTENDED if attended else SlotBookingState.NO_SHOW
    await _move(errand, view, to, f"SLOT_{to}")


async def _end(errand: Errand, view: SlotBookingView, seen: Seen, by: SlotEndedBy, reason: str) -> None:
    if await _is_repeat(errand, view, seen):
        return
    _check_ahead(errand, view)
    await _move(errand, view, SlotBookingState.CANCELLED, f"SLOT_ENDED_BY_{by}", ended_by=by, end_reason=reason or None)


def _check_ahead(errand: Errand, view: SlotBookingView) -> None:
    if errand.now >= view.consultation.starts_at:
        raise errors.ConsultationClosed


async def _is_repeat(errand: Errand, view: SlotBookingView, seen: Seen) -> bool:
    """Whether this very request was served before. Raises StaleVersion."""
    if await errand.is_repeat():
        return True
    check_version(view.booking.version, seen.version)
    return False


async def _move(errand: Errand, view: SlotBookingView, to: SlotBookingState, action: str, **changes: Any) -> None:
    if to not in NEXT_SLOT_BOOKING[SlotBookingState(view.booking.state)]:
        raise errors.SlotBookingWrongState(state=view.booking.state)
    await slot_moves.move(errand.session, [view.booking.id], to, errand.now, **changes)
    await errand.record(action, f"slot-booking/{view.booking.id}", changes.get("end_reason") or "")


async def _write(errand: Errand) -> None:
    try:
        await errand.session.flush()
    except IntegrityError as error:
        if refusal := REFUSED.get(constraint_of(error)):
            raise refusal from error
        raise
