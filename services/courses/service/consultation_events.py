"""The events of consultations, as rows in the outbox of the transaction that made them true."""

from collections.abc import Sequence
from uuid import UUID

from fahu.courses.v1 import consultation_pb2, events_pb2
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import outbox
from services.courses.models import Consultation, ConsultationRecord, SlotBooking
from services.courses.rules.consultations import serial_of, slot_times
from services.courses.service.events import TOLD_AT_ONCE, stamp


def subject(consultation: Consultation) -> events_pb2.ConsultationSubject:
    return events_pb2.ConsultationSubject(
        consultation_id=str(consultation.id),
        serial=serial_of(consultation.year, consultation.number),
        year=consultation.year,
        quarter=consultation.quarter,
        group_number=consultation.group_number,
        zone_code=consultation.zone_code,
        state=consultation_pb2.ConsultationState.Value(f"CONSULTATION_STATE_{consultation.state}"),
        starts_at=stamp(consultation.starts_at),
        ends_at=stamp(consultation.ends_at),
        open_to_all_at=stamp(consultation.open_to_all_at) if consultation.open_to_all_at else None,
        version=consultation.version,
    )


def consultation_changed(
    session: AsyncSession, consultation: Consultation, liaison_ids: Sequence[UUID], *, announced: bool
) -> None:
    """One event for everybody who keeps a copy; beyond 200 contacts to tell, further ones."""
    for begin in range(0, max(len(liaison_ids), 1), TOLD_AT_ONCE):
        told = [str(person) for person in liaison_ids[begin : begin + TOLD_AT_ONCE]]
        event = events_pb2.ConsultationChanged(consultation=subject(consultation), liaison_ids=told, announced=announced)
        outbox.add(session, event, str(consultation.id), consultation.version)


def slot_booking_changed(
    session: AsyncSession, booking: SlotBooking, consultation: Consultation, liaison_id: UUID | None, *, moved_by_host: bool
) -> None:
    starts_at, _ = slot_times(consultation.starts_at, consultation.slot_minutes, booking.slot_number)
    event = events_pb2.SlotBookingChanged(
        consultation=subject(consultation),
        slot_booking_id=str(booking.id),
        enterprise_id=str(booking.enterprise_id),
        designation_id=str(booking.designation_id),
        area_code=booking.area_code,
        slot_number=booking.slot_number,
        state=consultation_pb2.SlotBookingState.Value(f"SLOT_BOOKING_STATE_{booking.state}"),
        ended_by=consultation_pb2.SlotBookingEnder.Value(f"SLOT_BOOKING_ENDER_{booking.ended_by or 'UNSPECIFIED'}"),
        liaison_person_id=str(liaison_id or ""),
        version=booking.version,
        slot_starts_at=stamp(starts_at),
        moved_by_host=moved_by_host,
    )
    outbox.add(session, event, str(booking.id), booking.version)


def follow_up_asked(
    session: AsyncSession, record: ConsultationRecord, consultation: Consultation, liaison_id: UUID | None
) -> None:
    event = events_pb2.ConsultationFollowUpAsked(
        consultation_record_id=str(record.id),
        enterprise_id=str(record.enterprise_id),
        liaison_person_id=str(liaison_id or ""),
        version=record.version,
        consultation_serial=serial_of(consultation.year, consultation.number),
        unit_code=record.unit_code,
    )
    outbox.add(session, event, str(record.id), record.version)


def follow_up_agreed(session: AsyncSession, record: ConsultationRecord) -> None:
    event = events_pb2.ConsultationFollowUpAgreed(
        consultation_record_id=str(record.id), enterprise_id=str(record.enterprise_id), version=record.version
    )
    outbox.add(session, event, str(record.id), record.version)
