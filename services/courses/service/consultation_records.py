"""What was asked and advised on site, and whether the enterprise lets it become a demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fahu.dispatch.v1 import events_pb2
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.errors import FieldsInvalid, FieldViolation
from kit.events.handling import Delivery
from services.courses import errors
from services.courses.models import Consultation, ConsultationRecord
from services.courses.queries import consultation_records as queries
from services.courses.queries import consultations as consultation_queries
from services.courses.queries import slot_bookings as booking_queries
from services.courses.rules.consultations import (
    ANSWERED,
    ConsultationState,
    FollowUpState,
    SlotBookingState,
)
from services.courses.service import consultation_events as events
from services.courses.service import slot_moves
from services.courses.service.errands import Errand, check_version


@dataclass(frozen=True, slots=True)
class RecordContent:
    """What is written down."""

    category_code: str
    question: str
    advice: str
    follow_up: str
    ask_consent: bool


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came, said in exactly one way."""

    slot_booking_id: UUID | None
    designation_id: UUID | None
    enterprise_name: str

    def __post_init__(self) -> None:
        if sum(map(bool, (self.slot_booking_id, self.designation_id, self.enterprise_name))) != 1:
            raise FieldsInvalid([FieldViolation("slot_booking_id", "visitor.one", "The visitor is named in one way.")])


@dataclass(frozen=True, slots=True)
class Seen:
    """Which record, in the version that the caller saw."""

    record_id: UUID
    version: int


async def record(errand: Errand, consultation_id: UUID, visitor: Visitor, content: RecordContent) -> UUID:
    """Write down what one enterprise asked. Returns the record's id; a retry that of the first time."""
    if subject := await errand.subject():
        return UUID(subject.rpartition("/")[2])
    consultation = await consultation_queries.consultation_to_change(errand.session, errand.actor, consultation_id)
    if consultation.state not in (ConsultationState.ANNOUNCED, ConsultationState.HELD):
        raise errors.ConsultationWrongState(state=consultation.state)
    if errand.now < consultation.starts_at:
        raise errors.ConsultationNotStarted
    made = ConsultationRecord(
        id=uuid7(),
        consultation_id=consultation.id,
        area_code="",
        unit_code=errand.actor.unit_code,
        recorded_by=errand.actor.person_id,
        recorded_at=errand.now,
        version=0,
    )
    await _name(errand, made, consultation, visitor)
    _write(made, content)
    errand.session.add(made)
    await _save(errand, made, "CONSULTATION_RECORDED")
    return made.id


async def update(errand: Errand, seen: Seen, content: RecordContent) -> None:
    """Write the text anew, as long as the enterprise has not answered about it."""
    found = await queries.recorded_to_change(errand.session, errand.actor, seen.record_id)
    if await errand.is_repeat():
        return
    check_version(found.version, seen.version)
    if found.follow_up_state in ANSWERED:
        raise errors.FollowUpWrongState(state=found.follow_up_state)
    _write(found, content)
    await _save(errand, found, "CONSULTATION_RECORD_CHANGED")


async def answer(errand: Errand, seen: Seen, agreed: bool) -> None:
    """The enterprise says whether the record becomes a demand."""
    found = await queries.own_to_answer(errand.session, errand.actor, seen.record_id)
    if await errand.is_repeat():
        return
    check_version(found.version, seen.version)
    if found.follow_up_state != FollowUpState.ASKED:
        raise errors.FollowUpWrongState(state=found.follow_up_state)
    # Who is no liaison point any more starts nothing new; a new year alone takes nothing from who came in the old one.
    if agreed:
        await _check_designated(errand, found)
    found.follow_up_state = FollowUpState.AGREED if agreed else FollowUpState.DECLINED
    found.answered_by, found.answered_at = errand.actor.person_id, errand.now
    await _save(errand, found, f"FOLLOW_UP_{found.follow_up_state}")


async def _check_designated(errand: Errand, found: ConsultationRecord) -> None:
    assert found.designation_id  # noqa: S101 - nobody else is asked
    consultation = await errand.session.get_one(Consultation, found.consultation_id)
    await queries.point(errand.session, found.designation_id, consultation.year)


async def keep_filed(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
    """Dispatch has made the demand: keep its id."""
    for delivery in deliveries:
        event: events_pb2.ConsultationFollowUpFiled = delivery.event
        found = await queries.lock_record(session, UUID(event.consultation_record_id))
        if found.demand_id is None:
            found.demand_id, found.changed_at = UUID(event.demand_id), delivery.at
            found.version += 1
            await session.flush()


async def _name(errand: Errand, made: ConsultationRecord, consultation: Consultation, visitor: Visitor) -> None:
    """Say whose record it is. Whoever booked has come by that."""
    if visitor.enterprise_name:
        made.enterprise_name = visitor.enterprise_name
        return
    if visitor.designation_id:
        point = await queries.point(errand.session, visitor.designation_id, consultation.year)
        made.enterprise_id, made.enterprise_name = point.enterprise_id, point.enterprise_name
        made.designation_id, made.area_code, made.level = point.designation_id, point.area_code, point.level
        return
    assert visitor.slot_booking_id  # noqa: S101 - a visitor is named in one way
    view = await booking_queries.hosted_to_change(errand.session, errand.actor, visitor.slot_booking_id)
    booking = view.booking
    if booking.consultation_id != consultation.id:
        raise errors.SlotBookingNotFound
    if booking.state == SlotBookingState.CANCELLED:
        raise errors.SlotBookingWrongState(state=booking.state)
    if booking.state != SlotBookingState.ATTENDED:
        await slot_moves.move(errand.session, [booking.id], SlotBookingState.ATTENDED, errand.now)
    made.slot_booking_id = booking.id
    made.enterprise_id, made.enterprise_name = booking.enterprise_id, booking.enterprise_name
    made.designation_id, made.area_code, made.level = booking.designation_id, booking.area_code, booking.level


def _write(made: ConsultationRecord, content: RecordContent) -> None:
    if content.ask_consent and not (made.designation_id and content.follow_up):
        raise errors.FollowUpNotPossible
    made.category_code, made.question = content.category_code, content.question
    made.advice, made.follow_up = content.advice, content.follow_up
    made.follow_up_state = FollowUpState.ASKED if content.ask_consent else FollowUpState.NONE


async def _save(errand: Errand, found: ConsultationRecord, action: str) -> None:
    found.version += 1
    found.changed_at = errand.now
    await errand.session.flush()
    if found.follow_up_state == FollowUpState.ASKED:
        contact = await queries.present_contact(errand.session, found.designation_id)
        consultation = await errand.session.get_one(Consultation, found.consultation_id)
        events.follow_up_asked(errand.session, found, consultation, contact)
    if found.follow_up_state == FollowUpState.AGREED:
        events.follow_up_agreed(errand.session, found)
    await errand.record(action, f"consultation-record/{found.id}")
