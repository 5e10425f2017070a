"""Bookings as they are read, and what taking them depends on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.db import Run
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import BookingNotFound
from services.courses.models import Booking, Lecture, LiaisonPoint, Unit
from services.courses.queries.access import booking_visible_to, hosted_by, own_booking
from services.courses.rules.lectures import BookingState, LectureState, Waiter

# Two statements: what was committed while the first waited for its locks is seen by the second only.
LOCK = """
SELECT id, number, year, unit_code, kind, zone_code, title, place, starts_at, ends_at, closes_at, capacity, taken, waiting,
       queued, most_heads, state, version
FROM lecture WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE
"""
PARTIES = """
SELECT p.designation_id, p.enterprise_name, p.area_code, p.level, z.zone_code,
       EXISTS (SELECT FROM booking b WHERE b.lecture_id = w.lecture AND b.enterprise_id = w.enterprise
               AND b.state IN ('WAITING', 'CONFIRMED', 'OFFERED', 'ATTENDED', 'NO_SHOW')) AS booked,
       r.id AS earlier_id, r.request_mark AS earlier_mark
FROM unnest(%(lectures)s::uuid[], %(years)s::bigint[], %(enterprises)s::uuid[], %(persons)s::uuid[], %(requests)s::text[])
     WITH ORDINALITY AS w (lecture, year, enterprise, person, request, position)
LEFT JOIN LATERAL (SELECT * FROM liaison_point l WHERE l.enterprise_id = w.enterprise AND l.year = w.year AND l.active
                   AND l.liaison_person_id = w.person LIMIT 1) p ON true
LEFT JOIN zone_area z ON z.area_code = p.area_code
LEFT JOIN booking r ON r.booked_by = w.person AND r.request_id = w.request
ORDER BY w.position
"""


@dataclass(slots=True)
class Hall:
    """A lecture as bookings need it, locked. `taken`, `waiting` and `queued` are counted on as bookings are placed."""

    id: UUID
    number: int
    year: int
    unit_code: str
    kind: str
    zone_code: str | None
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    capacity: int
    taken: int
    waiting: int
    queued: int
    most_heads: int
    state: str
    version: int


@dataclass(frozen=True, slots=True)
class Party:
    """An enterprise that wishes to come. Without a designation the caller is no contact of a liaison point of the year."""

    designation_id: UUID | None
    enterprise_name: str | None
    area_code: str | None
    level: str | None
    zone_code: str | None
    booked: bool
    earlier_id: UUID | None
    earlier_mark: bytes | None


@dataclass(frozen=True, slots=True)
class BookingFilter:
    lecture_id: UUID | None
    state: str
    year: int


@dataclass(frozen=True, slots=True)
class BookingView:
    """A booking with its lecture; `position` in the queue where it is told."""

    booking: Booking
    lecture: Lecture
    position: int = 0


async def lock_halls(run: Run, lecture_ids: Sequence[UUID]) -> dict[UUID, Hall]:
    """Lock lectures, always in the same order, so that two who want several never wait for one another."""
    rows: Any = await run(LOCK, {"ids": list(lecture_ids)})
    return {row[0]: Hall(*row) for row in rows}


async def parties(run: Run, wanted: Sequence[tuple[UUID, int, UUID | None, UUID, str]]) -> list[Party]:
    """For each (lecture, year, enterprise, person, request id): who wants to come, and whether it asked before."""
    names = ("lectures", "years", "enterprises", "persons", "requests")
    columns = dict(zip(names, map(list, zip(*wanted, strict=True)), strict=True))
    return [Party(*row) for row in await run(PARTIES, columns)]


def _views(actor: Actor) -> Select[Booking, Lecture]:
    return select(Booking, Lecture).join(Lecture, Lecture.id == Booking.lecture_id).where(booking_visible_to(actor))


async def booking_view(session: AsyncSession, actor: Actor, booking_id: UUID) -> BookingView:
    """One booking. Raises BookingNotFound also for one that the caller may not see."""
    row = (await session.execute(_views(actor).where(Booking.id == booking_id))).first()
    if row is None:
        raise BookingNotFound
    return BookingView(row[0], row[1], await _position(session, row[0]))


async def _position(session: AsyncSession, booking: Booking) -> int:
    if booking.state != BookingState.WAITING:
        return 0
    ahead = (Booking.lecture_id == booking.lecture_id, Booking.state == BookingState.WAITING)
    query = select(func.count()).where(*ahead, Booking.queue_number <= booking.queue_number)
    return await session.scalar(query) or 0


async def bookings_page(
    session: AsyncSession, actor: Actor, wanted: BookingFilter, page_size: int, page_token: str
) -> tuple[Sequence[BookingView], str]:
    """One page, newest first, and the token of the next."""
    filtered_by = fingerprint(list="bookings", lecture=str(wanted.lecture_id), state=wanted.state, year=wanted.year)
    query, size = _views(actor), normal_page_size(page_size)
    if wanted.lecture_id:
        query = query.where(Booking.lecture_id == wanted.lecture_id)
    if wanted.state:
        query = query.where(Booking.state == wanted.state)
    if wanted.year:
        query = query.where(Lecture.year == wanted.year)
    if page_token:
        query = query.where(Booking.id < decode_token(page_token, filtered_by, kinds=(UUID,))[0])
    rows = await session.execute(query.order_by(Booking.id.desc()).limit(size + 1))
    views = [BookingView(*row) for row in rows]
    if len(views) <= size:
        return views, ""
    return views[:size], encode_token(filtered_by, (views[size - 1].booking.id,))


async def bookings_for_file(session: AsyncSession, lecture_id: UUID, most: int) -> Sequence[Booking]:
    """So many bookings of a lecture at most, in the order in which they were made."""
    query = select(Booking).where(Booking.lecture_id == lecture_id).order_by(Booking.id).limit(most)
    return (await session.scalars(query)).all()


async def own_to_change(session: AsyncSession, actor: Actor, booking_id: UUID) -> BookingView:
    """The booking of the caller's enterprise, with its lecture locked before it; PermissionDenied for who only sees it."""
    return await _locked(session, actor, booking_id, own_booking(actor))


async def hosted_to_change(session: AsyncSession, actor: Actor, booking_id: UUID) -> BookingView:
    """A booking of a lecture of the caller's agency, locked likewise."""
    return await _locked(session, actor, booking_id, hosted_by(actor))


async def _locked(session: AsyncSession, actor: Actor, booking_id: UUID, allowed: Any) -> BookingView:
    row = (await session.execute(_views(actor).add_columns(allowed).where(Booking.id == booking_id))).first()
    if row is None:
        raise BookingNotFound
    if not row[2]:
        raise PermissionDenied
    lecture = await lock_lecture(session, row[1].id)
    booking = await session.get_one(Booking, booking_id, populate_existing=True)
    return BookingView(booking, lecture)


async def lock_lecture(session: AsyncSession, lecture_id: UUID) -> Lecture:
    """The lecture as it is once nobody else changes it or its bookings."""
    query = select(Lecture).where(Lecture.id == lecture_id).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def head_of_queue(session: AsyncSession, lecture_id: UUID, most: int) -> list[Waiter]:
    """The first in line. As each wants a seat at least, no more than there are free seats can matter."""
    waiting = (Booking.lecture_id == lecture_id, Booking.state == BookingState.WAITING)
    query = select(Booking.id, Booking.heads).where(*waiting).order_by(Booking.queue_number).limit(most)
    return [Waiter(*row) for row in await session.execute(query)]


async def largest_waiting(session: AsyncSession, lecture_id: UUID) -> int:
    """Seats that the largest party in the queue wants; 0 while nobody waits."""
    waiting = (Booking.lecture_id == lecture_id, Booking.state == BookingState.WAITING)
    return await session.scalar(select(func.max(Booking.heads)).where(*waiting)) or 0


async def withdrawn_in_line(session: AsyncSession, lecture_id: UUID, most: int) -> list[UUID]:
    """Of the first in line, those that are liaison points no more."""
    first = [one.booking_id for one in await head_of_queue(session, lecture_id, most)]
    query = select(Booking.id).join(LiaisonPoint, LiaisonPoint.designation_id == Booking.designation_id)
    return list(await session.scalars(query.where(Booking.id.in_(first), LiaisonPoint.active.is_(False))))


async def is_point(session: AsyncSession, designation_id: UUID) -> bool:
    """Whether the designation still holds."""
    point = await session.get(LiaisonPoint, designation_id)
    return point is not None and point.active


async def ids_in(
    session: AsyncSession, lecture_id: UUID, states: Sequence[BookingState], most: int | None = None
) -> list[UUID]:
    """Bookings of a lecture in some states, in the order in which they were made."""
    query = select(Booking.id).where(Booking.lecture_id == lecture_id, Booking.state.in_(states))
    return list(await session.scalars(query.order_by(Booking.id).limit(most)))


async def told(session: AsyncSession, booking_ids: Sequence[UUID]) -> Sequence[Row[Booking, Lecture, UUID | None]]:
    """Bookings with their lecture and the present contact of their enterprise, for events; in the order of the queue."""
    query = select(Booking, Lecture, LiaisonPoint.liaison_person_id).join(Lecture, Lecture.id == Booking.lecture_id)
    query = query.outerjoin(LiaisonPoint, LiaisonPoint.designation_id == Booking.designation_id)
    query = query.where(Booking.id.in_(booking_ids)).order_by(Booking.queue_number, Booking.id)
    found = await session.execute(query.execution_options(populate_existing=True))
    return found.all()


async def contacts_of(session: AsyncSession, lecture: Lecture) -> list[UUID]:
    """Contacts of the agency that gives a lecture."""
    return list(await session.scalar(select(Unit.contact_ids).where(Unit.code == lecture.unit_code)) or ())


async def with_reminders_due(
    session: AsyncSession, now: datetime, before: timedelta, most: int
) -> Sequence[Row[Booking, Lecture, UUID | None]]:
    """Bookings whose lecture is near and whose contact was not reminded of its time.

    One being changed is left to the next look. Who got the seats since the reminder was due has just heard of them.
    """
    near = (Lecture.state == LectureState.OPEN, Lecture.starts_at > now, Lecture.starts_at <= now + before)
    due = (
        Booking.state == BookingState.CONFIRMED,
        Booking.reminded_of.is_distinct_from(Lecture.starts_at),
        Booking.changed_at <= Lecture.starts_at - before,
    )
    query = select(Booking, Lecture, LiaisonPoint.liaison_person_id).join(Lecture, Lecture.id == Booking.lecture_id)
    query = query.outerjoin(LiaisonPoint, LiaisonPoint.designation_id == Booking.designation_id)
    query = query.where(*near, *due).order_by(Booking.id).limit(most)
    return (await session.execute(query.with_for_update(of=Booking, skip_locked=True))).all()


async def liaisons_of(session: AsyncSession, lecture_id: UUID, states: Sequence[BookingState]) -> list[UUID]:
    """Present contacts of the enterprises whose bookings are in some states."""
    query = select(LiaisonPoint.liaison_person_id).join(Booking, Booking.designation_id == LiaisonPoint.designation_id)
    query = query.where(
        Booking.lecture_id == lecture_id, Booking.state.in_(states), LiaisonPoint.liaison_person_id.is_not(None)
    )
    return [one for one in await session.scalars(query.order_by(Booking.id)) if one]


async def with_ended_offers(session: AsyncSession, now: datetime, most: int) -> list[UUID]:
    """Lectures with an offer that ran out; one that somebody is changing is left to the next look."""
    due = select(Booking.lecture_id).where(Booking.state == BookingState.OFFERED, Booking.offered_until <= now)
    return await _free(session, Lecture.id.in_(due), most)


async def with_late_queues(session: AsyncSession, now: datetime, most: int) -> list[UUID]:
    """Lectures that have closed while bookings wait."""
    closed = (Lecture.state == LectureState.OPEN) & (Lecture.waiting > 0) & (Lecture.closes_at <= now)
    return await _free(session, closed, most)


async def _free(session: AsyncSession, which: Any, most: int) -> list[UUID]:
    query = select(Lecture.id).where(which).order_by(Lecture.id).limit(most)
    return list(await session.scalars(query.with_for_update(key_share=True, skip_locked=True)))


async def ended_offers(session: AsyncSession, lecture_id: UUID, now: datetime) -> list[UUID]:
    due = (Booking.lecture_id == lecture_id, Booking.state == BookingState.OFFERED, Booking.offered_until <= now)
    return list(await session.scalars(select(Booking.id).where(*due)))
