"""The corps of a year: lecturers of an agency, consultants of a unit, and the four groups (LEC-1, CON-1, CON-2).

Triggers of migration 0002 keep the past: whose time has ended stays as they were, and nobody is deleted. They also see to it
that lectures ahead are given by people whose time has not ended.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.courses.models.base import Base
from services.courses.rules.corps import Corps

PRESENT = text("ended_at IS NULL")
SAME_SEAT = ("year", "unit_code", "seat")


class Member:
    """What is known of somebody in either corps."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    seat: Mapped[int]
    name: Mapped[str]
    post: Mapped[str]
    topics: Mapped[str]
    person_id: Mapped[UUID | None]
    predecessor_id: Mapped[UUID | None] = mapped_column(unique=True)
    appointed_by: Mapped[UUID]
    appointed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    version: Mapped[int]


def _constraints(table: str) -> tuple[CheckConstraint | ForeignKeyConstraint | Index | UniqueConstraint, ...]:
    """The seats are numbered, so two at once cannot both become the third; who follows somebody has their seat."""
    return (
        CheckConstraint("seat BETWEEN 1 AND 2", name="seat_numbered"),
        CheckConstraint("btrim(name) <> ''", name="named"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_for_a_reason"),
        UniqueConstraint("id", *SAME_SEAT),
        ForeignKeyConstraint(
            ["predecessor_id", *SAME_SEAT],
            [f"{table}.{column}" for column in ("id", *SAME_SEAT)],
            name=f"fk_{table}_predecessor",
        ),
        Index(f"uq_{table}_seat", *SAME_SEAT, unique=True, postgresql_where=PRESENT),
        Index(f"uq_{table}_name", "year", "unit_code", "name", unique=True, postgresql_where=PRESENT),
    )


class Lecturer(Member, Base):
    """Who lectures for an agency in a year."""

    __tablename__ = "lecturer"
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    __table_args__ = (UniqueConstraint("id", "unit_code"), *_constraints("lecturer"))


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


class Consultant(Member, Base):
    """Who advises for a unit in a year. Its group is that of its unit."""

    __tablename__ = "consultant"
    unit_code: Mapped[str]
    group_number: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(["group_number", "unit_code"], ["group_unit.group_number", "group_unit.unit_code"]),
        UniqueConstraint("id", "group_number"),
        *_constraints("consultant"),
    )


MEMBERS: dict[Corps, type[Lecturer] | type[Consultant]] = {Corps.LECTURE: Lecturer, Corps.CONSULTATION: Consultant}
