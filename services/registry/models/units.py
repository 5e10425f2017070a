"""Areas and the bodies that take part, with who does what for them (REG-9)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules import AreaKind, Duty, UnitKind


class Area(Base):
    """A town, park or sub-district, by its stable code. `district_quota` is its number of district-level points a year."""

    __tablename__ = "area"
    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    district_quota: Mapped[int]
    __table_args__ = (one_of("kind", AreaKind), CheckConstraint("district_quota BETWEEN 0 AND 3", name="quota"))


class AreaName(Base):
    """What an area is called in a period. It has one name at a time, and no two areas share one."""

    __tablename__ = "area_name"
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    name: Mapped[str]
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)
    __table_args__ = (
        PrimaryKeyConstraint("area_code", "valid"),
        ExcludeConstraint(("area_code", "="), ("valid", "&&"), name="ex_area_name_one_at_a_time", using="gist"),
        ExcludeConstraint(("name", "="), ("valid", "&&"), name="ex_area_name_one_bearer", using="gist"),
        CheckConstraint("NOT isempty(valid)", name="some_day"),
    )


class Unit(Base):
    """An agency, the centre, an area office or another body. `position` is its place in the notice's order."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    position: Mapped[int]
    active: Mapped[bool]
    version: Mapped[int]
    __table_args__ = (
        one_of("kind", UnitKind),
        UniqueConstraint("position"),
        UniqueConstraint("code", "kind"),  # what projects refer to
        UniqueConstraint("code", "area_code"),
        CheckConstraint("(kind = 'AREA_OFFICE') = (area_code IS NOT NULL)", name="office_has_area"),
    )


class UnitDuty(Base):
    """Who is or was the leader or the contact of a unit; one of each at a time."""

    __tablename__ = "unit_duty"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    duty: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        one_of("duty", Duty),
        CheckConstraint("ended_at >= started_at", name="period"),
        Index("uq_unit_duty_holder", "unit_code", "duty", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_unit_duty_person_id", "person_id"),
    )
