"""Sessions of consultation of a group: planned, changed, announced, held, cancelled (CON-3…5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy import update as change
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from kit.calendar import fraction_at
from kit.db import constraint_of
from kit.errors import ServiceError
from services.courses import errors
from services.courses.models import Consultation, ConsultationStaff
from services.courses.queries import consultations as queries
from services.courses.queries import slot_bookings as booking_queries
from services.courses.queries.lectures import active_zone
from services.courses.rules.consultations import (
    NEXT_CONSULTATION,
    ConsultationState,
    ConsultationTerms,
    SessionTimes,
    SlotBookingState,
    SlotEndedBy,
)
from services.courses.rules.years import year_of
from services.courses.service import consultation_events as events
from services.courses.service import slot_moves
from services.courses.service.errands import Errand, check_version

ANNOUNCED = "CONSULTATION_ANNOUNCED"
# What the database refuses, as the caller is told.
REFUSED: dict[str | None, type[ServiceError]] = {
    "ex_consultation_staff_consultant": errors.ConsultantBusy,
    "slots_kept": errors.SlotsTaken,
}


@dataclass(frozen=True, slots=True)
class ConsultationDraft:
    """What a group says of a session."""

    zone_code: str
    place: str
    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    consultant_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Seen:
    """Which session, in the version that the caller saw."""

    consultation_id: UUID
    version: int


async def plan(errand: Errand, draft: ConsultationDraft) -> UUID:
    """Plan a session of the caller's group. Returns its id; a retry that of the first time."""
    if subject := await errand.subject():
        return UUID(subject.rpartition("/")[2])
    consultation = Consultation(
        id=uuid7(),
        group_number=await queries.own_group(errand.session, errand.actor),
        state=ConsultationState.PLANNED,
        created_by=errand.actor.person_id,
        created_at=errand.now,
        version=0,
    )
    await _write(errand, consultation, draft, year_of(draft.starts_at))
    errand.session.add(consultation)
    await _save(errand, consultation, "CONSULTATION_PLANNED", seats=draft.consultant_ids)
    return consultation.id


async def update(errand: Errand, seen: Seen, draft: ConsultationDraft) -> None:
    """Write it anew. Who booked is told of another time or place."""
    consultation = await _begin(errand, seen)
    if consultation is None:
        return
    _check_ahead(errand, consultation)
    if not NEXT_CONSULTATION[ConsultationState(consultation.state)]:
        raise errors.ConsultationWrongState(state=consultation.state)
    if consultation.state == ConsultationState.ANNOUNCED and not draft.consultant_ids:
        raise errors.ConsultationWithoutStaff
    before, booked = _what_matters(consultation), await _booked(errand, consultation)
    await _write(errand, consultation, draft, consultation.year)
    _keep_open_to_all(errand, consultation)
    told = [] if _what_matters(consultation) == before else booked
    await _save(errand, consultation, "CONSULTATION_CHANGED", told=told, seats=draft.consultant_ids)


async def announce(errand: Errand, seen: Seen, terms: ConsultationTerms) -> None:
    """Let district-level points of the zone book, and all of them once the days of priority are over."""
    consultation = await _begin(errand, seen)
    if consultation is None:
        return
    _check_ahead(errand, consultation)
    _check_move(consultation, ConsultationState.ANNOUNCED)
    if not await queries.somebody_sits(errand.session, consultation.id):
        raise errors.ConsultationWithoutStaff
    told = await queries.contacts_of_zone(errand.session, consultation.year, consultation.zone_code)
    _move(consultation, ConsultationState.ANNOUNCED)
    consultation.announced_at = errand.now
    consultation.open_to_all_at = terms.open_to_all_at(errand.now, consultation.starts_at)
    await _save(errand, consultation, ANNOUNCED, told=told)


async def cancel(errand: Errand, seen: Seen, reason: str) -> None:
    """Give it up; every booking ends with it, and its enterprise is told why.

    Also once it should have begun, or a session that nobody held would have to be called held; unless somebody came.
    """
    consultation = await _begin(errand, seen)
    if consultation is None:
        return
    _check_move(consultation, ConsultationState.CANCELLED)
    if await queries.somebody_came(errand.session, consultation.id):
        raise errors.ConsultationClosed
    told = await _booked(errand, consultation)
    live = await booking_queries.bookings_to_end(errand.session, consultation.id)
    # Bookings end first: the database lets no session go that enterprises still count on. They are told of afterwards, as
    # bookings of a session that is cancelled.
    by_host = {"ended_by": SlotEndedBy.HOST, "end_reason": reason}
    await slot_moves.write(errand.session, live, SlotBookingState.CANCELLED, errand.now, **by_host)
    _move(consultation, ConsultationState.CANCELLED)
    consultation.end_reason = reason
    await _save(errand, consultation, "CONSULTATION_CANCELLED", reason, told)
    await slot_moves.tell(errand.session, live)


async def hold(errand: Errand, seen: Seen) -> None:
    """It was held. Whoever is booked and was not marked did not come; that may be corrected afterwards."""
    consultation = await _begin(errand, seen)
    if consultation is None:
        return
    if errand.now < consultation.starts_at:
        raise errors.ConsultationNotStarted
    _move(consultation, ConsultationState.HELD)
    await _save(errand, consultation, "CONSULTATION_HELD")
    live = await booking_queries.live_bookings(errand.session, consultation.id)
    await slot_moves.move(errand.session, live, SlotBookingState.NO_SHOW, errand.now)


async def hand_over(errand: Errand, consultation_id: UUID, consultant_id: UUID, successor_id: UUID) -> None:
    """Have another consultant sit in it. It is part of an errand that keeps its own id."""
    consultation = await queries.lock_consultation(errand.session, consultation_id)
    theirs = (ConsultationStaff.consultation_id == consultation.id, ConsultationStaff.consultant_id == consultant_id)
    await errand.session.execute(change(ConsultationStaff).where(*theirs).values(consultant_id=successor_id))
    await _save(replace(errand, request_id="", mark=b""), consultation, "CONSULTATION_HANDED_OVER")


async def _begin(errand: Errand, seen: Seen) -> Consultation | None:
    """The locked session, in the version that the caller saw; None for a request that was served before."""
    consultation = await queries.consultation_to_change(errand.session, errand.actor, seen.consultation_id)
    if await errand.is_repeat():
        return None
    check_version(consultation.version, seen.version)
    return consultation


def _check_ahead(errand: Errand, consultation: Consultation) -> None:
    if errand.now >= consultation.starts_at:
        raise errors.ConsultationClosed


def _check_move(consultation: Consultation, state: ConsultationState) -> None:
    if state not in NEXT_CONSULTATION[ConsultationState(consultation.state)]:
        raise errors.ConsultationWrongState(state=consultation.state)


def _move(consultation: Consultation, state: ConsultationState) -> None:
    """The one way in which a session changes its state."""
    _check_move(consultation, state)
    consultation.state = state


def _keep_open_to_all(errand: Errand, consultation: Consultation) -> None:
    """A session that is brought forward may not begin before all may book it."""
    if consultation.open_to_all_at:
        latest = fraction_at(errand.now, consultation.starts_at, 0.5)
        consultation.open_to_all_at = min(consultation.open_to_all_at, latest)


def _what_matters(consultation: Consultation) -> tuple[object, ...]:
    return consultation.starts_at, consultation.ends_at, consultation.slot_minutes, consultation.place


async def _booked(errand: Errand, consultation: Consultation) -> list[UUID]:
    return await booking_queries.contacts_booked(errand.session, consultation.id)


async def _write(errand: Errand, consultation: Consultation, draft: ConsultationDraft, year: int) -> None:
    """Set what the draft says, checked."""
    times = SessionTimes(draft.starts_at, draft.ends_at, draft.slot_minutes)
    if field := times.fault(errand.now, year):
        raise errors.ConsultationTimesInvalid(field=field)
    zone = await active_zone(errand.session, draft.zone_code)
    await queries.check_consultants(errand.session, consultation.group_number, year, draft.consultant_ids)
    consultation.zone_code, consultation.place = zone or draft.zone_code, draft.place
    consultation.starts_at, consultation.ends_at = times.starts_at, times.ends_at
    consultation.slot_minutes = draft.slot_minutes


async def _save(
    errand: Errand,
    consultation: Consultation,
    action: str,
    reason: str = "",
    told: Sequence[UUID] = (),
    seats: Sequence[UUID] | None = None,
) -> None:
    consultation.version += 1
    consultation.changed_at = errand.now
    try:
        await _seat(errand, consultation, seats)
    except IntegrityError as error:
        if refusal := REFUSED.get(constraint_of(error)):
            raise refusal from error
        raise
    await errand.session.refresh(consultation)
    events.consultation_changed(errand.session, consultation, told, announced=action == ANNOUNCED)
    await errand.record(action, f"consultation/{consultation.id}", reason)


async def _seat(errand: Errand, consultation: Consultation, seats: Sequence[UUID] | None) -> None:
    """Write the session and who sits in it; who leaves does so first, and is not in the way of another time."""
    if seats is None:
        await errand.session.flush()
        return
    with errand.session.no_autoflush:
        before = await queries.seated(errand.session, consultation.id)
        gone = (ConsultationStaff.consultation_id == consultation.id, ConsultationStaff.consultant_id.not_in(seats))
        await errand.session.execute(delete(ConsultationStaff).where(*gone))
    await errand.session.flush()
    await errand.session.refresh(consultation)
    errand.session.add_all(_seat_of(consultation, one) for one in seats if one not in before)
    await errand.session.flush()


def _seat_of(consultation: Consultation, consultant_id: UUID) -> ConsultationStaff:
    return ConsultationStaff(
        consultation_id=consultation.id,
        consultant_id=consultant_id,
        group_number=consultation.group_number,
        starts_at=consultation.starts_at,
        ends_at=consultation.ends_at,
        live=True,
    )
