"""Courseware of an agency and year (LEC-2)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.courses.models.base import Base
from services.courses.rules.courseware import CoursewareState


class Courseware(Base):
    """One item. What tells of a case does so only once its agency has said that nobody can be told from it."""

    __tablename__ = "courseware"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    year: Mapped[int]
    unit_code: Mapped[str] = mapped_column(ForeignKey("unit.code"))
    title: Mapped[str]
    summary: Mapped[str]
    minutes: Mapped[int]
    anonymised: Mapped[bool]
    state: Mapped[str]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("state", CoursewareState),
        CheckConstraint("btrim(title) <> ''", name="titled"),
        CheckConstraint("minutes BETWEEN 10 AND 480", name="lasts"),
        CheckConstraint("anonymised OR state IN ('DRAFT', 'RETIRED')", name="anonymised"),
        UniqueConstraint("id", "unit_code"),
        Index("ix_courseware_year", "year", "unit_code", "state"),
    )
