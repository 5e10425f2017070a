"""Who came: checked in by a code at the door, or written down by the agency. It is never taken back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.courses import errors
from services.courses.models import Booking, CheckIn, Lecture, LiaisonPoint
from services.courses.queries import attendance as queries
from services.courses.queries import bookings as booking_queries
from services.courses.queries.lectures import lecture_to_change
from services.courses.rules.attendance import AttendanceTerms, code_hash, new_code, new_scene, token_hash
from services.courses.rules.lectures import NEXT_BOOKING, BookingState, LectureState
from services.courses.service import booking_moves
from services.courses.service.bookings import Seen
from services.courses.service.errands import Errand, check_version


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown at the door; only the hashes of code and scene are kept."""

    code: str
    scene: str
    expires_at: datetime


async def open_check_in(errand: Errand, terms: AttendanceTerms, lecture_id: UUID) -> Shown:
    """Make the code of a lecture; the one before it ends."""
    lecture = await lecture_to_change(errand.session, errand.actor, lecture_id)
    _check_held(lecture)
    expires_at = terms.code_ends(lecture.starts_at, lecture.ends_at, errand.now)
    if expires_at is None:
        raise errors.CheckInClosed
    shown = Shown(new_code(), new_scene(), expires_at)
    opened = CheckIn(
        lecture_id=lecture.id,
        code_hash=code_hash(lecture.id, shown.code),
        scene_hash=token_hash(shown.scene),
        opened_by=errand.actor.person_id,
        opened_at=errand.now,
        expires_at=expires_at,
    )
    await errand.session.merge(opened)
    await errand.record("CHECK_IN_OPENED", f"lecture/{lecture.id}")
    return shown


async def check_in(errand: Errand, seen: Seen, code: str, heads: int) -> None:
    """The enterprise is there: whoever shows the code stands at the door, and comes with no more than it booked for."""
    view = await booking_queries.own_to_change(errand.session, errand.actor, seen.booking_id)
    if await errand.is_repeat():
        return
    await queries.check_code(errand.session, view.lecture, code, errand.now)
    check_version(view.booking.version, seen.version)
    if view.booking.state != BookingState.CONFIRMED:
        raise errors.BookingWrongState(state=view.booking.state)
    await _attend(errand, view.booking, heads)


async def mark_attended(errand: Errand, seen: Seen, terms: AttendanceTerms, heads: int, reason: str) -> None:
    """The agency saw the enterprise come, or overlooked it at first."""
    view = await booking_queries.hosted_to_change(errand.session, errand.actor, seen.booking_id)
    if await errand.is_repeat():
        return
    check_version(view.booking.version, seen.version)
    _check_may_attend(terms, view.lecture, errand.now)
    if BookingState.ATTENDED not in NEXT_BOOKING[BookingState(view.booking.state)]:
        raise errors.BookingWrongState(state=view.booking.state)
    await _attend(errand, view.booking, heads, reason)


async def record_walk_in(errand: Errand, terms: AttendanceTerms, lecture_id: UUID, name: str, heads: int) -> UUID:
    """An enterprise came without a booking and found seats free. Returns the id of the booking made for it."""
    session = errand.session
    lecture = await lecture_to_change(session, errand.actor, lecture_id)
    if subject := await errand.subject():
        return UUID(subject.rpartition("/")[2])
    _check_may_attend(terms, lecture, errand.now)
    point = await queries.point_named(session, lecture.year, name)
    if errand.now >= lecture.closes_at:
        # Nobody moves up any more: who still waits is not in the way of who stands at the door.
        await booking_moves.end_queue(session, lecture.id, errand.now)
        await session.refresh(lecture)
    if await queries.has_booking(session, lecture.id, point.enterprise_id):
        raise errors.AlreadyBooked
    free = lecture.capacity - lecture.taken
    if lecture.waiting or heads > free:
        raise errors.LectureFull(free=str(free))
    booking = _seated(errand, lecture, point, heads)
    session.add(booking)
    await session.flush()
    await _attend(errand, booking, heads)
    return booking.id


async def _attend(errand: Errand, booking: Booking, heads: int, reason: str = "") -> None:
    over = heads > booking.heads
    if over and not reason:
        raise errors.HeadsOverBooked(heads=str(booking.heads))
    changes: dict[str, Any] = {"attended_heads": heads, "over_reason": reason if over else None}
    await booking_moves.move(errand.session, [booking.id], BookingState.ATTENDED, errand.now, **changes)
    await errand.record("BOOKING_ATTENDED", f"booking/{booking.id}", reason if over else "")


def _seated(errand: Errand, lecture: Lecture, point: LiaisonPoint, heads: int) -> Booking:
    """Seats for who stands at the door. Only that they came is announced: nobody wants to hear that they had booked."""
    return Booking(
        id=uuid7(),
        lecture_id=lecture.id,
        enterprise_id=point.enterprise_id,
        enterprise_name=point.enterprise_name,
        designation_id=point.designation_id,
        area_code=point.area_code,
        level=point.level,
        heads=heads,
        state=BookingState.CONFIRMED,
        queue_number=0,
        booked_by=errand.actor.person_id,
        booked_at=errand.now,
        changed_at=errand.now,
        request_id=errand.request_id,
        request_mark=errand.mark,
        version=1,
    )


def _check_may_attend(terms: AttendanceTerms, lecture: Lecture, now: datetime) -> None:
    _check_held(lecture)
    if not terms.may_attend(lecture.starts_at, now):
        raise errors.LectureNotStarted


def _check_held(lecture: Lecture) -> None:
    if lecture.state not in (LectureState.OPEN, LectureState.DELIVERED):
        raise errors.LectureWrongState(state=lecture.state)
