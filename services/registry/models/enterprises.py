"""Enterprises, where they are in a year, their designations (REG-1 to REG-4) and their contacts (REG-7)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules import Level


class Enterprise(Base):
    """A legal person, known by its 统一社会信用代码."""

    __tablename__ = "enterprise"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    uscc: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[datetime]
    __table_args__ = (
        CheckConstraint("length(uscc) = 18", name="uscc_length"),
        CheckConstraint("btrim(name) <> ''", name="named"),
        Index("ix_enterprise_name", "name", "id"),
        Index(
            "ix_enterprise_text",
            "name",
            "uscc",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops", "uscc": "gin_trgm_ops"},
        ),
    )


class EnterpriseYear(Base):
    """Where an enterprise is in a year, and whether it is above scale (规上); it may change, and each year keeps its own.

    `industry` is the letter of its 门类 in GB/T 4754; null where nobody said.
    """

    __tablename__ = "enterprise_year"
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    year: Mapped[int]
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    above_scale: Mapped[bool] = mapped_column(server_default=text("false"))
    industry: Mapped[str | None]
    __table_args__ = (
        PrimaryKeyConstraint("enterprise_id", "year"),
        UniqueConstraint("enterprise_id", "year", "area_code"),
        CheckConstraint("industry ~ '^[A-T]$'", name="industry_letter"),
        Index("ix_enterprise_year_census", "year", "area_code", "enterprise_id", postgresql_where=text("above_scale")),
    )


class Designation(Base):
    """An enterprise is a liaison point of a year. The three district-level points of an area are numbered seats.

    What it says of whom, where and which seat never changes: a trigger holds that. It may be withdrawn, once, and then
    replaced, once.
    """

    __tablename__ = "designation"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("cohort.year"))
    enterprise_id: Mapped[UUID]
    area_code: Mapped[str]
    level: Mapped[str]
    seat_no: Mapped[int | None]
    active: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_reason: Mapped[str | None]
    replaced_by: Mapped[UUID | None] = mapped_column(ForeignKey("designation.id"), unique=True)
    __table_args__ = (
        one_of("level", Level),
        ForeignKeyConstraint(
            ["enterprise_id", "year", "area_code"],
            ["enterprise_year.enterprise_id", "enterprise_year.year", "enterprise_year.area_code"],
            name="fk_designation_place",
        ),
        UniqueConstraint("id", "year", "area_code"),  # what services to it refer to
        CheckConstraint("(level = 'DISTRICT') = (seat_no IS NOT NULL)", name="district_has_seat"),
        CheckConstraint("seat_no BETWEEN 1 AND 3", name="three_seats"),
        CheckConstraint("active = (withdrawn_at IS NULL)", name="active_until_withdrawn"),
        CheckConstraint("num_nulls(withdrawn_at, withdrawn_by, withdrawn_reason) IN (0, 3)", name="withdrawal_whole"),
        CheckConstraint("replaced_by IS NULL OR NOT active", name="replaced_when_withdrawn"),
        Index("ix_designation_list", "year", "area_code", "id"),
        UniqueConstraint("id", "year"),
        Index("uq_designation_seat", "year", "area_code", "seat_no", unique=True, postgresql_where=text("active")),
        Index("uq_designation_enterprise", "enterprise_id", "year", unique=True, postgresql_where=text("active")),
    )


class Liaison(Base):
    """Who is or was the contact of an enterprise: one at a time, never without consent, nobody for two enterprises."""

    __tablename__ = "liaison"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    consented_at: Mapped[datetime]
    consent_version: Mapped[str]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    __table_args__ = (
        Index("uq_liaison_enterprise", "enterprise_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("uq_liaison_person", "person_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_liaison_history", "enterprise_id"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="end_has_reason"),
        CheckConstraint("ended_at >= consented_at", name="period"),
    )
