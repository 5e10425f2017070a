"""Taking bookings (LEC-4), and what enterprises and agencies do with them afterwards.

Bookings that come in together are taken together, under the locks of their lectures and in the order in which they came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit import faults
from kit.auth import Actor
from kit.context import CallContext, enter_call
from kit.db import Run, driver_of
from kit.errors import IdempotencyKeyReused, ServiceError
from kit.events import outbox
from services.courses import errors
from services.courses.queries import bookings as queries
from services.courses.queries.bookings import BookingView, Hall, Party
from services.courses.rules import lectures as rules
from services.courses.rules.lectures import NEXT_BOOKING, BookingState, EndedBy, LectureState, Room
from services.courses.service import booking_moves, events
from services.courses.service.errands import Errand, check_version

INSERT = """
INSERT INTO booking (id, lecture_id, enterprise_id, enterprise_name, designation_id, area_code, level, heads, state,
  queue_number, booked_by, booked_at, changed_at, request_id, request_mark, version)
SELECT id, lecture_id, enterprise_id, enterprise_name, designation_id, area_code, level, heads, state,
  queue_number, booked_by, booked_at, booked_at, request_id, decode(request_mark, 'hex'), 1
FROM json_to_recordset(convert_from(%(document)s, 'UTF8')::json) AS b (
  id uuid, lecture_id uuid, enterprise_id uuid, enterprise_name text, designation_id uuid, area_code text, level text,
  heads bigint, state text, queue_number bigint, booked_by uuid, booked_at timestamptz, request_id text, request_mark text)
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """One request to book."""

    actor: Actor
    lecture_id: UUID
    heads: int
    request_id: str
    mark: bytes
    call: CallContext


@dataclass(slots=True)
class Booked:
    """A booking just taken, by the columns of its table, with the lecture and its place in the queue as they then were."""

    id: UUID
    lecture_id: UUID
    enterprise_id: UUID | None
    enterprise_name: str | None
    designation_id: UUID | None
    area_code: str | None
    level: str | None
    heads: int
    state: BookingState
    queue_number: int
    booked_by: UUID
    booked_at: datetime
    request_id: str
    request_mark: bytes
    position: int
    hall: Hall
    call: CallContext
    version: int = 1
    ended_by = end_reason = attended_heads = offered_until = None

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in COLUMNS} | {"request_mark": self.request_mark.hex()}


COLUMNS = (
    *("id", "lecture_id", "enterprise_id", "enterprise_name", "designation_id", "area_code", "level", "heads", "state"),
    *("queue_number", "booked_by", "booked_at", "request_id"),
)
Outcome = Booked | UUID | ServiceError


@dataclass(frozen=True, slots=True)
class Seen:
    """Which booking, in the version that the caller saw."""

    booking_id: UUID
    version: int


async def book(session: AsyncSession, batch: Sequence[Wish], now: datetime) -> list[Outcome]:
    """Seat or queue each. A request served before yields its booking's id, a refused one its refusal."""
    run = driver_of(session)
    halls = await queries.lock_halls(run, sorted({wish.lecture_id for wish in batch}))
    faults.point("book.after_lock")
    wanted = [(w.lecture_id, _year(halls, w), w.actor.organisation_id, w.actor.person_id, w.request_id) for w in batch]
    outcomes: list[Outcome] = []
    taken = _Taken()
    for wish, party in zip(batch, await queries.parties(run, wanted), strict=True):
        outcomes.append(_outcome(wish, party, halls.get(wish.lecture_id), taken, now))
    await _write(session, run, [one for one in outcomes if isinstance(one, Booked)])
    faults.point("book.after_write")
    return outcomes


class _Taken:
    """What this batch has taken already: the tables do not show it yet."""

    def __init__(self) -> None:
        self.requests: dict[tuple[UUID, str], Booked] = {}
        self.parties: set[tuple[UUID, UUID | None]] = set()


def _year(halls: dict[UUID, Hall], wish: Wish) -> int:
    return halls[wish.lecture_id].year if wish.lecture_id in halls else 0


def _outcome(wish: Wish, party: Party, hall: Hall | None, taken: _Taken, now: datetime) -> Outcome:
    request = (wish.actor.person_id, wish.request_id)
    if party.earlier_id:
        return party.earlier_id if party.earlier_mark == wish.mark else IdempotencyKeyReused()
    if earlier := taken.requests.get(request):
        return earlier if earlier.request_mark == wish.mark else IdempotencyKeyReused()
    try:
        checked = _check(wish, party, hall, now)
        if (wish.lecture_id, wish.actor.organisation_id) in taken.parties:
            raise errors.AlreadyBooked
    except ServiceError as refusal:
        return refusal
    booked = _place(wish, party, checked, now)
    taken.requests[request] = booked
    taken.parties.add((wish.lecture_id, wish.actor.organisation_id))
    return booked


def _check(wish: Wish, party: Party, hall: Hall | None, now: datetime) -> Hall:
    if hall is None or hall.state == LectureState.PLANNED:
        raise errors.LectureNotFound
    if party.designation_id is None:
        raise errors.EnterpriseNotDesignated(year=str(hall.year))
    if hall.state != LectureState.OPEN or now >= hall.closes_at:
        raise errors.LectureClosed
    if hall.zone_code and hall.zone_code != party.zone_code:
        raise errors.LectureOfOtherZone
    if wish.heads > hall.most_heads:
        raise errors.TooManyHeads(most=str(hall.most_heads))
    if party.booked:
        raise errors.AlreadyBooked
    return hall


def _place(wish: Wish, party: Party, hall: Hall, now: datetime) -> Booked:
    room = Room(hall.capacity, hall.taken, hall.waiting)
    state = room.place(wish.heads)
    hall.taken, hall.waiting = room.taken, room.waiting
    waits = state is BookingState.WAITING
    hall.queued += waits
    return Booked(
        id=uuid7(),
        lecture_id=hall.id,
        enterprise_id=wish.actor.organisation_id,
        enterprise_name=party.enterprise_name,
        designation_id=party.designation_id,
        area_code=party.area_code,
        level=party.level,
        heads=wish.heads,
        state=state,
        queue_number=hall.queued if waits else 0,
        booked_by=wish.actor.person_id,
        booked_at=now,
        request_id=wish.request_id,
        request_mark=wish.mark,
        position=hall.waiting if waits else 0,
        hall=hall,
        call=wish.call,
    )


async def _write(session: AsyncSession, run: Run, made: Sequence[Booked]) -> None:
    if not made:
        return
    await run(INSERT, {"document": orjson.dumps([one.columns() for one in made])})
    for one in made:
        enter_call(one.call)
        outbox.add(session, events.booking_event(one, one.hall, one.booked_by), str(one.id), one.version)


async def accept(errand: Errand, seen: Seen) -> None:
    """The enterprise takes the seats that are held for it."""
    view = await queries.own_to_change(errand.session, errand.actor, seen.booking_id)
    if await _is_repeat(errand, view, seen):
        return
    if view.booking.state == BookingState.OFFERED and view.booking.offered_until <= errand.now:  # type: ignore[operator]
        raise errors.OfferEnded
    if not await queries.is_point(errand.session, view.booking.designation_id):
        raise errors.EnterpriseNotDesignated(year=str(view.lecture.year))
    await _move(errand, view, BookingState.CONFIRMED, "OFFER_ACCEPTED")


async def cancel(errand: Errand, seen: Seen, reason: str) -> None:
    """The enterprise gives up its seats, its place in the queue, or an offer."""
    view = await queries.own_to_change(errand.session, errand.actor, seen.booking_id)
    await _end(errand, view, seen, EndedBy.ENTERPRISE, reason)


async def release(errand: Errand, seen: Seen, reason: str) -> None:
    """The agency takes a booking back."""
    view = await queries.hosted_to_change(errand.session, errand.actor, seen.booking_id)
    await _end(errand, view, seen, EndedBy.HOST, reason)


async def _end(errand: Errand, view: BookingView, seen: Seen, by: EndedBy, reason: str) -> None:
    if await _is_repeat(errand, view, seen):
        return
    if errand.now >= view.lecture.starts_at:
        raise errors.LectureStarted
    told = await _host_to_tell(errand, view, by)
    ended = {"ended_by": by, "end_reason": reason or None, "agency_ids": told}
    await _move(errand, view, BookingState.CANCELLED, f"BOOKING_ENDED_BY_{by}", **ended)
    await booking_moves.offer_free_seats(errand.session, view.lecture.id, errand.now)


async def _host_to_tell(errand: Errand, view: BookingView, by: EndedBy) -> list[UUID]:
    """The agency looks at its list of bookings; it is told only of seats that are given up on the last day."""
    late = rules.is_late(errand.now, view.lecture.starts_at) and view.booking.state in rules.SEATED
    return await queries.contacts_of(errand.session, view.lecture) if late and by is EndedBy.ENTERPRISE else []


async def _is_repeat(errand: Errand, view: BookingView, seen: Seen) -> bool:
    """Whether this very request was served before. Raises StaleVersion."""
    if await errand.is_repeat():
        return True
    check_version(view.booking.version, seen.version)
    return False


async def _move(errand: Errand, view: BookingView, to: BookingState, action: str, **changes: Any) -> None:
    if to not in NEXT_BOOKING[BookingState(view.booking.state)]:
        raise errors.BookingWrongState(state=view.booking.state)
    await booking_moves.move(errand.session, [view.booking.id], to, errand.now, **changes)
    await errand.record(action, f"booking/{view.booking.id}", changes.get("end_reason") or "")
