"""Lectures that enterprises ask for, and who comes to them (LEC-4).

Triggers of migration 0005 keep what lies between rows: how many slots a proposal has, that they are in order and of the
request's year, that nobody joins or leaves a request that has ended, and that what has ended stays as it is.
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
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of, quoted
from services.courses.models.base import Base
from services.courses.models.reference import LEVELS
from services.courses.rules.lecture_requests import OPEN, RequestState, Side

OPEN_ONLY = f"state IN ({quoted(OPEN)})"
# The table of moves, as far as a row shows it: slots come in up to three rounds, and each is for the other side to answer.
STAGES = """CASE state WHEN 'REQUESTED' THEN round = 1 AND turn = 'AGENCY'
WHEN 'COUNTERED' THEN (round = 2 AND turn = 'ENTERPRISE') OR (round = 3 AND turn = 'AGENCY')
ELSE turn IS NULL END"""


class LectureRequest(Base):
    """One request. `turn_began_at`, `due_at`, `fired` and `next_look` are the clock of whoever's move it is."""

    __tablename__ = "lecture_request"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    year: Mapped[int]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    courseware_id: Mapped[UUID | None]
    title: Mapped[str]
    place: Mapped[str]
    zone_code: Mapped[str] = mapped_column(ForeignKey("zone.code"))
    enterprise_id: Mapped[UUID]
    enterprise_name: Mapped[str]
    designation_id: Mapped[UUID]
    area_code: Mapped[str]
    state: Mapped[str]
    round: Mapped[int]
    turn: Mapped[str | None]
    turn_began_at: Mapped[datetime]
    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    fired: Mapped[int]
    next_look: Mapped[datetime | None]
    first_due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    lecturer_id: Mapped[UUID | None]
    offered_courseware_id: Mapped[UUID | None]
    capacity: Mapped[int | None]
    lecture_id: Mapped[UUID | None] = mapped_column(ForeignKey("lecture.id"), unique=True)
    end_reason: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("state", RequestState),
        one_of("turn", Side),
        ForeignKeyConstraint(["courseware_id", "unit_code"], ["courseware.id", "courseware.unit_code"]),
        ForeignKeyConstraint(["offered_courseware_id", "unit_code"], ["courseware.id", "courseware.unit_code"]),
        ForeignKeyConstraint(["lecturer_id", "unit_code"], ["lecturer.id", "lecturer.unit_code"]),
        CheckConstraint("btrim(title) <> '' AND btrim(place) <> ''", name="worded"),
        CheckConstraint(f"(turn IS NOT NULL) = ({OPEN_ONLY})", name="somebody_moves"),
        CheckConstraint(STAGES, name="stages"),
        CheckConstraint("turn_began_at < due_at AND fired IN (0, 50, 80, 100)", name="clock_runs"),
        CheckConstraint("turn IS NOT NULL OR next_look IS NULL", name="clock_stops"),
        CheckConstraint("(state = 'ACCEPTED') = (lecture_id IS NOT NULL)", name="accepted_makes_a_lecture"),
        CheckConstraint("state <> 'DECLINED' OR end_reason IS NOT NULL", name="declined_for_a_reason"),
        CheckConstraint("num_nulls(lecturer_id, offered_courseware_id, capacity) IN (0, 3)", name="offer_whole"),
        CheckConstraint("turn IS DISTINCT FROM 'ENTERPRISE' OR lecturer_id IS NOT NULL", name="counter_offers"),
        CheckConstraint("capacity > 0", name="offers_seats"),
        Index(
            "uq_lecture_request_open",
            "enterprise_id",
            "unit_code",
            "courseware_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text(OPEN_ONLY),
        ),
        Index("ix_lecture_request_enterprise_id", "enterprise_id", "id"),
        Index("ix_lecture_request_unit_code", "unit_code", "id"),
        Index("ix_lecture_request_zone_code", "zone_code", "year", postgresql_where=text(OPEN_ONLY)),
        Index("ix_lecture_request_next_look", "next_look", postgresql_where=text("next_look IS NOT NULL")),
    )


class RequestSlot(Base):
    """One time that was proposed. Those of the last round are on the table."""

    __tablename__ = "request_slot"
    request_id: Mapped[UUID] = mapped_column(ForeignKey("lecture_request.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("round BETWEEN 1 AND 3 AND position BETWEEN 1 AND 3", name="numbered"),
        CheckConstraint("starts_at < ends_at", name="times_in_order"),
        ExcludeConstraint(
            ("request_id", "="),
            ("round", "="),
            (func.tstzrange(text("starts_at"), text("ends_at")), "&&"),
            name="ex_request_slot_apart",
        ),
    )


class RequestParty(Base):
    """One enterprise that comes: the one that asked, and those that joined. Who left keeps its row."""

    __tablename__ = "request_party"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("lecture_request.id"))
    asked: Mapped[bool]
    enterprise_id: Mapped[UUID]
    enterprise_name: Mapped[str]
    designation_id: Mapped[UUID]
    area_code: Mapped[str]
    level: Mapped[str]
    heads: Mapped[int]
    joined_by: Mapped[UUID]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    __table_args__ = (
        one_of("level", LEVELS),
        CheckConstraint("heads > 0", name="somebody_comes"),
        CheckConstraint("NOT asked OR left_at IS NULL", name="who_asked_stays"),
        Index("uq_request_party_asked", "request_id", unique=True, postgresql_where=text("asked")),
        Index(
            "uq_request_party_present",
            "request_id",
            "enterprise_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_request_party_enterprise_id", "enterprise_id", "request_id"),
    )
