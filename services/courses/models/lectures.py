"""Lectures and the bookings of enterprises (LEC-4, LEC-5).

Triggers of migration 0001 keep `taken` and `waiting` of a lecture with its bookings, and see to it that nobody passes the
queue: a newcomer is not seated while somebody waits, nor is anybody offered a seat before those ahead of them.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
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
from services.courses.rules.lectures import LIVE, BookingState, EndedBy, LectureKind, LectureState


class Lecture(Base):
    """One lecture by an agency's own lecturer on its own courseware, for the enterprises of one zone or of all."""

    __tablename__ = "lecture"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    year: Mapped[int]
    kind: Mapped[str]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    courseware_id: Mapped[UUID]
    lecturer_id: Mapped[UUID]
    title: Mapped[str]
    place: Mapped[str]
    zone_code: Mapped[str | None] = mapped_column(ForeignKey("zone.code"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(server_default=text("0"))
    waiting: Mapped[int] = mapped_column(server_default=text("0"))
    queued: Mapped[int] = mapped_column(server_default=text("0"))
    most_heads: Mapped[int]
    offer_minutes: Mapped[int]
    state: Mapped[str]
    opened_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("kind", LectureKind),
        one_of("state", LectureState),
        ForeignKeyConstraint(["courseware_id", "unit_code"], ["courseware.id", "courseware.unit_code"]),
        ForeignKeyConstraint(["lecturer_id", "unit_code"], ["lecturer.id", "lecturer.unit_code"]),
        CheckConstraint("capacity > 0", name="has_seats"),
        CheckConstraint("taken BETWEEN 0 AND capacity", name="not_oversold"),
        CheckConstraint("waiting >= 0", name="queue_counted"),
        CheckConstraint("most_heads BETWEEN 1 AND capacity", name="party_fits"),
        CheckConstraint("offer_minutes > 0", name="offers_last"),
        CheckConstraint("closes_at <= starts_at AND starts_at < ends_at", name="times_in_order"),
        CheckConstraint("opened_at IS NOT NULL OR state IN ('PLANNED', 'CANCELLED')", name="opened_for_all"),
        CheckConstraint("(state = 'CANCELLED') = (end_reason IS NOT NULL)", name="cancelled_for_a_reason"),
        ExcludeConstraint(
            ("lecturer_id", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_lecture_lecturer",
            where=text("state <> 'CANCELLED'"),
        ),
        Index("ix_lecture_year", "year", "starts_at", "id"),
        Index("ix_lecture_unit_code", "unit_code", "year"),
        Index("ix_lecture_ahead", "starts_at", postgresql_where=text("state = 'OPEN'")),
        Index("ix_lecture_closing", "closes_at", postgresql_where=text("state = 'OPEN' AND waiting > 0")),
    )


class Booking(Base):
    """An enterprise's seats in a lecture, or its place in the queue. `queue_number` is 0 for who never waited.

    `reminded_of`: the beginning of the lecture that its contact was reminded of. A lecture set for another time is another
    thing to be reminded of.
    """

    __tablename__ = "booking"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    lecture_id: Mapped[UUID] = mapped_column(ForeignKey("lecture.id"))
    enterprise_id: Mapped[UUID]
    enterprise_name: Mapped[str]
    designation_id: Mapped[UUID]
    area_code: Mapped[str]
    level: Mapped[str]
    heads: Mapped[int]
    state: Mapped[str]
    queue_number: Mapped[int]
    offered_until: Mapped[datetime | None]
    attended_heads: Mapped[int | None]
    reminded_of: Mapped[datetime | None]
    over_reason: Mapped[str | None]
    ended_by: Mapped[str | None]
    end_reason: Mapped[str | None]
    booked_by: Mapped[UUID]
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    request_id: Mapped[str]
    request_mark: Mapped[bytes]
    version: Mapped[int]
    __table_args__ = (
        one_of("state", BookingState),
        one_of("level", LEVELS),
        one_of("ended_by", EndedBy),
        CheckConstraint("heads > 0", name="somebody_comes"),
        CheckConstraint("(state = 'OFFERED') = (offered_until IS NOT NULL)", name="offer_ends"),
        CheckConstraint("(state IN ('CANCELLED', 'LAPSED')) = (ended_by IS NOT NULL)", name="ended_by_somebody"),
        CheckConstraint("(state = 'ATTENDED') = (attended_heads IS NOT NULL)", name="heads_counted"),
        CheckConstraint("attended_heads <= heads OR over_reason IS NOT NULL", name="more_for_a_reason"),
        CheckConstraint("state NOT IN ('WAITING', 'OFFERED') OR queue_number > 0", name="waits_in_line"),
        UniqueConstraint("id", "state"),
        UniqueConstraint("booked_by", "request_id"),
        Index(
            "uq_booking_live",
            "lecture_id",
            "enterprise_id",
            unique=True,
            postgresql_where=text(f"state IN ({quoted(LIVE)})"),
        ),
        Index("ix_booking_queue", "lecture_id", "queue_number", postgresql_where=text("state = 'WAITING'")),
        Index("ix_booking_offers", "offered_until", postgresql_where=text("state = 'OFFERED'")),
        Index("ix_booking_enterprise_id", "enterprise_id", "id"),
        Index("ix_booking_lecture_id", "lecture_id", "id"),
    )
