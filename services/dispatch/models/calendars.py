"""Which days are worked, as the State Council's notices say, and what a newer table did to clocks that ran."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.dispatch.models.base import Base


class CalendarTable(Base):
    """One year's table as it was loaded, never altered. Of a year's tables the one with the highest revision holds."""

    __tablename__ = "calendar_table"
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int]
    notice: Mapped[str]
    loaded_by: Mapped[UUID | None]
    loaded_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("year BETWEEN 2000 AND 2199", name="year_within"),
        CheckConstraint("char_length(btrim(notice)) BETWEEN 1 AND 200", name="notice_length"),
        Index("ix_calendar_table_year", "year", "revision"),
    )


class CalendarDay(Base):
    """A day that differs from Monday to Friday, or is named all the same."""

    __tablename__ = "calendar_day"
    revision: Mapped[int] = mapped_column(ForeignKey("calendar_table.revision"))
    day: Mapped[date]
    works: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("revision", "day"),
        CheckConstraint("NOT works OR extract(isodow FROM day) >= 6", name="made_up_on_weekends"),
    )


class ClockChange(Base):
    """A clock that a newer table gave another due time, or made definite, with the line of the demand that tells of it."""

    __tablename__ = "clock_change"
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    sequence: Mapped[int]
    clock_id: Mapped[UUID] = mapped_column(ForeignKey("demand_clock.id"))
    revision: Mapped[int] = mapped_column(ForeignKey("calendar_table.revision"))
    old_due_at: Mapped[datetime]
    new_due_at: Mapped[datetime]
    old_provisional: Mapped[bool]
    new_provisional: Mapped[bool]
    day_off: Mapped[bool]
    breach_lifted: Mapped[bool]
    changed_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("clock_id", "sequence"),
        ForeignKeyConstraint(["demand_id", "sequence"], ["demand_event.demand_id", "demand_event.sequence"]),
    )
