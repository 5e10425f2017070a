"""Sessions of on-site consultation, the bookings of their slots, and what was asked and advised in them (CON-1…5).

A slot is a number from 1 to `slot_count`; a unique index gives it to one enterprise. Triggers of migration 0004 see to it
that a booked slot exists and goes on existing, that district-level points come first, and that what an enterprise has
answered about is not written anew.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of, quoted
from services.courses.models.base import Base
from services.courses.models.reference import LEVELS
from services.courses.rules.consultations import (
    ANSWERED,
    HOLDING,
    ConsultationState,
    FollowUpState,
    SlotBookingState,
    SlotEndedBy,
)

# China has kept UTC+8 since 1991: an interval needs no time zone database, and its results never change.
IN_SHANGHAI = "starts_at AT TIME ZONE INTERVAL '8 hours'"
SLOTS = "floor(extract(epoch FROM ends_at - starts_at) / (60 * slot_minutes))::bigint"
LIVE = f"state IN ({quoted(HOLDING)})"


class Consultation(Base):
    """One session of a group for the enterprises of one zone. Year, quarter and number of slots follow from its times."""

    __tablename__ = "consultation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    group_number: Mapped[int] = mapped_column(ForeignKey("consultation_group.number"))
    zone_code: Mapped[str] = mapped_column(ForeignKey("zone.code"))
    place: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    slot_minutes: Mapped[int]
    year: Mapped[int] = mapped_column(Computed(f"extract(year FROM {IN_SHANGHAI})::bigint", persisted=True))
    quarter: Mapped[int] = mapped_column(Computed(f"extract(quarter FROM {IN_SHANGHAI})::bigint", persisted=True))
    slot_count: Mapped[int] = mapped_column(Computed(SLOTS, persisted=True))
    live: Mapped[bool] = mapped_column(Computed("state <> 'CANCELLED'", persisted=True))
    state: Mapped[str]
    announced_at: Mapped[datetime | None]
    open_to_all_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("state", ConsultationState),
        CheckConstraint("btrim(place) <> ''", name="placed"),
        CheckConstraint("slot_minutes BETWEEN 10 AND 240", name="slots_last"),
        CheckConstraint(f"starts_at < ends_at AND {SLOTS} > 0", name="has_slots"),
        CheckConstraint(f"({IN_SHANGHAI})::date = (ends_at AT TIME ZONE INTERVAL '8 hours')::date", name="of_one_day"),
        CheckConstraint("(announced_at IS NULL) = (open_to_all_at IS NULL)", name="announced_whole"),
        CheckConstraint("state NOT IN ('ANNOUNCED', 'HELD') OR announced_at IS NOT NULL", name="announced_before"),
        CheckConstraint("open_to_all_at < starts_at", name="nobody_left_out"),
        CheckConstraint("(state = 'CANCELLED') = (end_reason IS NOT NULL)", name="cancelled_for_a_reason"),
        UniqueConstraint("id", "group_number", "starts_at", "ends_at", "live", name="uq_consultation_sat_in"),
        Index("ix_consultation_year", "year", "starts_at", "id"),
        Index("ix_consultation_group_number", "group_number", "year", "quarter"),
    )


class ConsultationStaff(Base):
    """A consultant of the group who sits in a session, and nowhere else then. Times come from the session, by cascade."""

    __tablename__ = "consultation_staff"
    consultation_id: Mapped[UUID] = mapped_column(primary_key=True)
    consultant_id: Mapped[UUID] = mapped_column(primary_key=True)
    group_number: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    live: Mapped[bool]
    __table_args__ = (
        ForeignKeyConstraint(
            ["consultation_id", "group_number", "starts_at", "ends_at", "live"],
            [f"consultation.{name}" for name in ("id", "group_number", "starts_at", "ends_at", "live")],
            name="fk_consultation_staff_session",
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(["consultant_id", "group_number"], ["consultant.id", "consultant.group_number"]),
        ExcludeConstraint(
            ("consultant_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_consultation_staff_consultant",
            where=text("live"),
        ),
    )


class SlotBooking(Base):
    """An enterprise's slot in a session."""

    __tablename__ = "slot_booking"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"))
    slot_number: Mapped[int]
    enterprise_id: Mapped[UUID]
    enterprise_name: Mapped[str]
    designation_id: Mapped[UUID]
    area_code: Mapped[str]
    level: Mapped[str]
    topic: Mapped[str]
    state: Mapped[str]
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]
    booked_by: Mapped[UUID]
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("state", SlotBookingState),
        one_of("level", LEVELS),
        one_of("ended_by", SlotEndedBy),
        CheckConstraint("(state = 'CANCELLED') = (ended_by IS NOT NULL)", name="ended_by_somebody"),
        CheckConstraint("slot_number > 0", name="slot_numbered"),
        UniqueConstraint("id", "consultation_id", "enterprise_id", name="uq_slot_booking_visit"),
        Index("uq_slot_booking_slot", "consultation_id", "slot_number", unique=True, postgresql_where=text(LIVE)),
        Index("uq_slot_booking_party", "consultation_id", "enterprise_id", unique=True, postgresql_where=text(LIVE)),
        Index("ix_slot_booking_enterprise_id", "enterprise_id", "id"),
        Index("ix_slot_booking_consultation_id", "consultation_id", "id"),
    )


class ConsultationRecord(Base):
    """What one enterprise asked and was advised. Without a booking it walked in; without a designation it is no point."""

    __tablename__ = "consultation_record"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    consultation_id: Mapped[UUID] = mapped_column(ForeignKey("consultation.id"))
    slot_booking_id: Mapped[UUID | None]
    enterprise_id: Mapped[UUID | None]
    enterprise_name: Mapped[str]
    designation_id: Mapped[UUID | None]
    area_code: Mapped[str]
    level: Mapped[str | None]
    category_code: Mapped[str]
    question: Mapped[str]
    advice: Mapped[str]
    follow_up: Mapped[str]
    follow_up_state: Mapped[str]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    demand_id: Mapped[UUID | None] = mapped_column(unique=True)
    unit_code: Mapped[str]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("follow_up_state", FollowUpState),
        one_of("level", LEVELS),
        ForeignKeyConstraint(
            ["slot_booking_id", "consultation_id", "enterprise_id"],
            ["slot_booking.id", "slot_booking.consultation_id", "slot_booking.enterprise_id"],
            name="fk_consultation_record_visit",
        ),
        CheckConstraint("btrim(enterprise_name) <> ''", name="visitor_named"),
        CheckConstraint("num_nulls(enterprise_id, designation_id, level) IN (0, 3)", name="point_whole"),
        CheckConstraint("slot_booking_id IS NULL OR enterprise_id IS NOT NULL", name="booked_by_a_point"),
        CheckConstraint(
            "follow_up_state = 'NONE' OR (designation_id IS NOT NULL AND btrim(follow_up) <> '')",
            name="asked_about_something",
        ),
        CheckConstraint(
            f"(follow_up_state IN ({quoted(ANSWERED)})) = (answered_by IS NOT NULL AND answered_at IS NOT NULL)",
            name="answered_by_somebody",
        ),
        CheckConstraint("demand_id IS NULL OR follow_up_state = 'AGREED'", name="filed_with_consent"),
        Index("ix_consultation_record_consultation_id", "consultation_id", "id"),
        Index("ix_consultation_record_enterprise_id", "enterprise_id", "id"),
    )
