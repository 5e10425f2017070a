"""Lectures of an agency: planned, changed, opened, cancelled, held (LEC-4, LEC-5)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.db import constraint_of
from services.courses import errors
from services.courses.models import Lecture
from services.courses.queries import bookings as booking_queries
from services.courses.queries import lectures as queries
from services.courses.rules.lectures import (
    NEXT_LECTURE,
    BookingState,
    EndedBy,
    LectureKind,
    LectureState,
    LectureTerms,
    Times,
)
from services.courses.rules.years import year_of
from services.courses.service import booking_moves, events
from services.courses.service.errands import Errand, check_version

LECTURER_FREE = "ex_lecture_lecturer"
COMING = (BookingState.CONFIRMED, BookingState.OFFERED, BookingState.WAITING)


@dataclass(frozen=True, slots=True)
class LectureDraft:
    """What an agency says of a lecture. Where it says nothing, the terms hold."""

    courseware_id: UUID
    lecturer_id: UUID
    title: str
    place: str
    zone_code: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime | None
    capacity: int
    most_heads: int
    offer_minutes: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Which lecture, in the version that the caller saw."""

    lecture_id: UUID
    version: int


async def plan(errand: Errand, terms: LectureTerms, draft: LectureDraft) -> UUID:
    """Plan a lecture of the caller's agency. Returns its id; a retry that of the first time."""
    if subject := await errand.subject():
        return UUID(subject.rpartition("/")[2])
    lecture = Lecture(
        id=uuid7(),
        year=year_of(draft.starts_at),
        kind=LectureKind.SCHEDULED,
        unit_code=errand.actor.unit_code,
        state=LectureState.PLANNED,
        created_by=errand.actor.person_id,
        created_at=errand.now,
        version=0,
    )
    await _write(errand, terms, lecture, draft)
    errand.session.add(lecture)
    await _save(errand, lecture, "LECTURE_PLANNED")
    return lecture.id


async def update(errand: Errand, seen: Seen, terms: LectureTerms, draft: LectureDraft) -> None:
    """Write it anew. Who comes is told of another time, place or lecturer; more seats are offered at once."""
    lecture = await _begin(errand, seen)
    if lecture is None:
        return
    if lecture.state not in (LectureState.PLANNED, LectureState.OPEN):
        raise errors.LectureWrongState(state=lecture.state)
    _check_ahead(errand, lecture)
    # A party that waits for more seats than there are would hold up everybody behind it for ever.
    needed = max(lecture.taken, await booking_queries.largest_waiting(errand.session, lecture.id))
    if draft.capacity < needed:
        raise errors.CapacityTaken(taken=str(needed))
    before = _what_matters(lecture)
    await _write(errand, terms, lecture, draft)
    await _save(errand, lecture, "LECTURE_CHANGED", tell=_what_matters(lecture) != before)
    await booking_moves.cap_offers(errand.session, lecture, errand.now)
    await booking_moves.offer_free_seats(errand.session, lecture.id, errand.now)


async def open_booking(errand: Errand, seen: Seen) -> None:
    """Let enterprises book."""
    lecture = await _begin(errand, seen)
    if lecture is None:
        return
    if errand.now >= lecture.closes_at:
        raise errors.LectureClosed
    _move(lecture, LectureState.OPEN)
    lecture.opened_at = errand.now
    await _save(errand, lecture, "LECTURE_OPENED")


async def cancel(errand: Errand, seen: Seen, reason: str) -> None:
    """Give it up; every booking ends with it, and its enterprise is told why."""
    lecture = await _begin(errand, seen)
    if lecture is None:
        return
    # Also after its start, should the lecturer have fallen ill: as long as nobody came, it was not held.
    if await booking_queries.ids_in(errand.session, lecture.id, [BookingState.ATTENDED], 1):
        raise errors.LectureStarted
    _move(lecture, LectureState.CANCELLED)
    lecture.end_reason = reason
    await _save(errand, lecture, "LECTURE_CANCELLED", reason, tell=True)
    await booking_moves.end_all(errand.session, lecture, reason, errand.now)


async def deliver(errand: Errand, seen: Seen) -> None:
    """It was held. Whoever had seats and was not checked in did not come; that may be corrected afterwards."""
    lecture = await _begin(errand, seen)
    if lecture is None:
        return
    if errand.now < lecture.starts_at:
        raise errors.LectureNotStarted
    _move(lecture, LectureState.DELIVERED)
    await _save(errand, lecture, "LECTURE_DELIVERED")
    ended: dict[str, Any] = {"ended_by": EndedBy.TIME}
    for states, to, changes in (
        ([BookingState.CONFIRMED], BookingState.NO_SHOW, {}),
        ([BookingState.WAITING, BookingState.OFFERED], BookingState.LAPSED, ended),
    ):
        ids = await booking_queries.ids_in(errand.session, lecture.id, states)
        await booking_moves.move(errand.session, ids, to, errand.now, **changes)


async def hand_over(errand: Errand, lecture_id: UUID, lecturer_id: UUID) -> None:
    """Have another lecturer give it; who comes is told. It is part of an errand that keeps its own id."""
    lecture = await booking_queries.lock_lecture(errand.session, lecture_id)
    lecture.lecturer_id = lecturer_id
    await _save(replace(errand, request_id="", mark=b""), lecture, "LECTURE_HANDED_OVER", tell=True)


async def _begin(errand: Errand, seen: Seen) -> Lecture | None:
    """The locked lecture, in the version that the caller saw; None for a request that was served before."""
    lecture = await queries.lecture_to_change(errand.session, errand.actor, seen.lecture_id)
    if await errand.is_repeat():
        return None
    check_version(lecture.version, seen.version)
    return lecture


def _check_ahead(errand: Errand, lecture: Lecture) -> None:
    if errand.now >= lecture.starts_at:
        raise errors.LectureStarted


def _move(lecture: Lecture, state: LectureState) -> None:
    """The one way in which a lecture changes its state."""
    if state not in NEXT_LECTURE[LectureState(lecture.state)]:
        raise errors.LectureWrongState(state=lecture.state)
    lecture.state = state


def _what_matters(lecture: Lecture) -> tuple[object, ...]:
    return lecture.starts_at, lecture.ends_at, lecture.place, lecture.lecturer_id


async def _write(errand: Errand, terms: LectureTerms, lecture: Lecture, draft: LectureDraft) -> None:
    """Set what the draft says, checked."""
    times = Times(draft.starts_at, draft.ends_at, draft.closes_at or draft.starts_at - terms.closes_before)
    if field := times.fault(errand.now, lecture.year):
        raise errors.LectureTimesInvalid(field=field)
    session, unit = errand.session, lecture.unit_code
    courseware = await queries.courseware_to_teach(session, unit, draft.courseware_id)
    lecturer = await queries.present_lecturer(session, unit, lecture.year, draft.lecturer_id)
    lecture.courseware_id, lecture.lecturer_id = courseware.id, lecturer.id
    lecture.title, lecture.place = draft.title or courseware.title, draft.place
    lecture.zone_code = await queries.active_zone(session, draft.zone_code)
    lecture.starts_at, lecture.ends_at, lecture.closes_at = times.starts_at, times.ends_at, times.closes_at
    lecture.capacity = draft.capacity
    lecture.most_heads = min(draft.most_heads or terms.most_heads, draft.capacity)
    lecture.offer_minutes = draft.offer_minutes or terms.offer_minutes


async def _save(errand: Errand, lecture: Lecture, action: str, reason: str = "", *, tell: bool = False) -> None:
    await keep(errand.session, lecture, errand.now, tell=tell)
    await errand.record(action, f"lecture/{lecture.id}", reason)


async def keep(session: AsyncSession, lecture: Lecture, now: datetime, *, tell: bool = False) -> None:
    """Write it, and the event; `tell` whoever is to come. Raises LecturerBusy."""
    lecture.version += 1
    lecture.changed_at = now
    try:
        await session.flush()
    except IntegrityError as error:
        if constraint_of(error) == LECTURER_FREE:
            raise errors.LecturerBusy from error
        raise
    await session.refresh(lecture)
    told = await booking_queries.liaisons_of(session, lecture.id, COMING) if tell else []
    events.lecture_changed(session, lecture, told)
