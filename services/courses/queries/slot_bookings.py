"""Slots and their bookings as they are read, and what taking one depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import ConsultationNotFound, EnterpriseNotDesignated, SlotBookingNotFound
from services.courses.models import Consultation, LiaisonPoint, SlotBooking, ZoneArea
from services.courses.queries.access import (
    consultation_visible_to,
    of_own_group,
    own_slot_booking,
    slot_booking_visible_to,
)
from services.courses.queries.consultations import lock_consultation
from services.courses.rules.consultations import HOLDING, SlotBookingState


@dataclass(frozen=True, slots=True)
class SlotBookingFilter:
    consultation_id: UUID | None
    state: str
    year: int


@dataclass(frozen=True, slots=True)
class SlotBookingView:
    """A booking with its session."""

    booking: SlotBooking
    consultation: Consultation


@dataclass(frozen=True, slots=True)
class Point:
    """The caller's enterprise as a liaison point, and the zone of its area."""

    point: LiaisonPoint
    zone_code: str | None


def _views(actor: Actor) -> Select[SlotBooking, Consultation]:
    query = select(SlotBooking, Consultation).join(Consultation, Consultation.id == SlotBooking.consultation_id)
    return query.where(slot_booking_visible_to(actor))


async def slot_booking_view(session: AsyncSession, actor: Actor, slot_booking_id: UUID) -> SlotBookingView:
    """One booking. Raises SlotBookingNotFound also for one that the caller may not see."""
    query = _views(actor).where(SlotBooking.id == slot_booking_id).execution_options(populate_existing=True)
    row = (await session.execute(query)).first()
    if row is None:
        raise SlotBookingNotFound
    return SlotBookingView(*row)


async def slot_bookings_page(
    session: AsyncSession, actor: Actor, wanted: SlotBookingFilter, page_size: int, page_token: str
) -> tuple[Sequence[SlotBookingView], str]:
    """One page, newest first, and the token of the next."""
    of = str(wanted.consultation_id)
    filtered_by = fingerprint(list="slot_bookings", consultation=of, state=wanted.state, year=wanted.year)
    query, size = _views(actor), normal_page_size(page_size)
    if wanted.consultation_id:
        query = query.where(SlotBooking.consultation_id == wanted.consultation_id)
    if wanted.state:
        query = query.where(SlotBooking.state == wanted.state)
    if wanted.year:
        query = query.where(Consultation.year == wanted.year)
    if page_token:
        query = query.where(SlotBooking.id < decode_token(page_token, filtered_by, kinds=(UUID,))[0])
    rows = await session.execute(query.order_by(SlotBooking.id.desc()).limit(size + 1))
    views = [SlotBookingView(*row) for row in rows]
    if len(views) <= size:
        return views, ""
    return views[:size], encode_token(filtered_by, (views[size - 1].booking.id,))


async def taken_slots(
    session: AsyncSession, actor: Actor, consultation_id: UUID
) -> tuple[Consultation, Mapping[int, UUID | None]]:
    """A session, and its taken slots by number: with the booking where the caller may see it."""
    here = (Consultation.id == consultation_id, consultation_visible_to(actor))
    found = await session.scalar(select(Consultation).where(*here))
    if found is None:
        raise ConsultationNotFound
    query = select(SlotBooking.slot_number, SlotBooking.id, slot_booking_visible_to(actor))
    query = query.join(Consultation, Consultation.id == SlotBooking.consultation_id)
    rows = await session.execute(query.where(Consultation.id == consultation_id, SlotBooking.state.in_(HOLDING)))
    return found, {number: booking_id if visible else None for number, booking_id, visible in rows}


async def announced_to_book(session: AsyncSession, actor: Actor, consultation_id: UUID) -> Consultation:
    """A session that the caller sees, locked together with others who book."""
    visible = (Consultation.id == consultation_id, consultation_visible_to(actor))
    if await session.scalar(select(Consultation.id).where(*visible)) is None:
        raise ConsultationNotFound
    return await lock_consultation(session, consultation_id, shared=True)


async def point_of(session: AsyncSession, actor: Actor, year: int) -> Point:
    """The caller's enterprise as a point of the year. Raises EnterpriseNotDesignated, also for who is not its contact."""
    query = select(LiaisonPoint, ZoneArea.zone_code).outerjoin(ZoneArea, ZoneArea.area_code == LiaisonPoint.area_code)
    mine = (LiaisonPoint.enterprise_id == actor.organisation_id, LiaisonPoint.liaison_person_id == actor.person_id)
    row = (await session.execute(query.where(*mine, LiaisonPoint.year == year, LiaisonPoint.active))).first()
    if row is None:
        raise EnterpriseNotDesignated(year=str(year))
    return Point(*row)


async def own_to_change(session: AsyncSession, actor: Actor, slot_booking_id: UUID) -> SlotBookingView:
    """The booking of the caller's enterprise, with its session locked before it; PermissionDenied for who only sees it."""
    return await _locked(session, actor, slot_booking_id, own_slot_booking(actor))


async def hosted_to_change(session: AsyncSession, actor: Actor, slot_booking_id: UUID) -> SlotBookingView:
    """A booking of a session of the caller's group, locked likewise."""
    return await _locked(session, actor, slot_booking_id, of_own_group(actor))


async def either_to_change(session: AsyncSession, actor: Actor, slot_booking_id: UUID) -> SlotBookingView:
    """A booking that is the caller's in one of both ways."""
    return await _locked(session, actor, slot_booking_id, own_slot_booking(actor) | of_own_group(actor))


async def _locked(session: AsyncSession, actor: Actor, slot_booking_id: UUID, allowed: Any) -> SlotBookingView:
    row = (await session.execute(_views(actor).add_columns(allowed).where(SlotBooking.id == slot_booking_id))).first()
    if row is None:
        raise SlotBookingNotFound
    if not row[2]:
        raise PermissionDenied
    consultation = await lock_consultation(session, row[1].id)
    booking = await session.get_one(SlotBooking, slot_booking_id, populate_existing=True)
    return SlotBookingView(booking, consultation)


async def live_bookings(session: AsyncSession, consultation_id: UUID) -> list[UUID]:
    """Bookings that hold a slot and are not settled."""
    here = (SlotBooking.consultation_id == consultation_id, SlotBooking.state == SlotBookingState.BOOKED)
    return list(await session.scalars(select(SlotBooking.id).where(*here).order_by(SlotBooking.id)))


async def bookings_to_end(session: AsyncSession, consultation_id: UUID) -> list[UUID]:
    """Bookings that end with a session that is given up: to a session that was not held nobody failed to come."""
    to_end = (SlotBookingState.BOOKED, SlotBookingState.NO_SHOW)
    here = (SlotBooking.consultation_id == consultation_id, SlotBooking.state.in_(to_end))
    return list(await session.scalars(select(SlotBooking.id).where(*here).order_by(SlotBooking.id)))


async def told(
    session: AsyncSession, slot_booking_ids: Sequence[UUID]
) -> Sequence[Row[SlotBooking, Consultation, UUID | None]]:
    """Bookings with their session and the present contact of their enterprise, for events."""
    query = select(SlotBooking, Consultation, LiaisonPoint.liaison_person_id)
    query = query.join(Consultation, Consultation.id == SlotBooking.consultation_id)
    query = query.outerjoin(LiaisonPoint, LiaisonPoint.designation_id == SlotBooking.designation_id)
    query = query.where(SlotBooking.id.in_(slot_booking_ids)).execution_options(populate_existing=True)
    return (await session.execute(query.order_by(SlotBooking.id))).all()


async def contacts_booked(session: AsyncSession, consultation_id: UUID) -> list[UUID]:
    """Present contacts of the enterprises that are booked."""
    held = and_(LiaisonPoint.designation_id == SlotBooking.designation_id, LiaisonPoint.liaison_person_id.is_not(None))
    query = select(LiaisonPoint.liaison_person_id).join(SlotBooking, held)
    here = (SlotBooking.consultation_id == consultation_id, SlotBooking.state == SlotBookingState.BOOKED)
    return [one for one in await session.scalars(query.where(*here).order_by(SlotBooking.id)) if one]
