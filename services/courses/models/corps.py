"""The corps of a year: lecturers of an agency, consultants of a unit, and the four groups (LEC-1, CON-1, CON-2)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.courses.models.base import Base

SEAT = "seat BETWEEN 1 AND 2"


class Lecturer(Base):
    """Who lectures for an agency in a year. The seats are numbered, so two at once cannot both become the third."""

    __tablename__ = "lecturer"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    seat: Mapped[int]
    name: Mapped[str]
    post: Mapped[str]
    topics: Mapped[str]
    person_id: Mapped[UUID | None]
    appointed_by: Mapped[UUID]
    appointed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    version: Mapped[int]
    __table_args__ = (
        CheckConstraint(SEAT, name="seat_numbered"),
        CheckConstraint("btrim(name) <> ''", name="named"),
        UniqueConstraint("id", "unit_code"),
        Index("uq_lecturer_seat", "year", "unit_code", "seat", unique=True, postgresql_where=text("ended_at IS NULL")),
    )


class ConsultationGroup(Base):
    """One of the four groups, with what it is asked about."""

    __tablename__ = "consultation_group"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    topics: Mapped[str]
    version: Mapped[int]


class GroupUnit(Base):
    """A unit is in exactly one group."""

    __tablename__ = "group_unit"
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    group_number: Mapped[int] = mapped_column(ForeignKey("consultation_group.number"))
    __table_args__ = (UniqueConstraint("group_number", "unit_code"),)


class Consultant(Base):
    """Who advises for a unit in a year. Its group is that of its unit."""

    __tablename__ = "consultant"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    unit_code: Mapped[str]
    group_number: Mapped[int]
    seat: Mapped[int]
    name: Mapped[str]
    post: Mapped[str]
    topics: Mapped[str]
    person_id: Mapped[UUID | None]
    appointed_by: Mapped[UUID]
    appointed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    version: Mapped[int]
    __table_args__ = (
        CheckConstraint(SEAT, name="seat_numbered"),
        CheckConstraint("btrim(name) <> ''", name="named"),
        ForeignKeyConstraint(["group_number", "unit_code"], ["group_unit.group_number", "group_unit.unit_code"]),
        UniqueConstraint("id", "group_number"),
        Index("uq_consultant_seat", "year", "unit_code", "seat", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
