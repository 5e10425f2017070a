"""Courseware of an agency and year (LEC-2) with its files, and the needs that it answers.

Triggers of migration 0003 see to it that an item moves only as it may, keeps what was submitted, is never deleted, and not
retired while lectures are still to be given from it; and that no lecture is planned from one that may not be taught.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from kit.files import FileColumns, file_rules
from kit.tables import one_of
from services.courses.models.base import Base
from services.courses.rules.courseware import CoursewareState, NeedSource


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
    note: Mapped[str | None]
    end_reason: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("state", CoursewareState),
        CheckConstraint("btrim(title) <> ''", name="titled"),
        CheckConstraint("minutes BETWEEN 10 AND 480", name="lasts"),
        CheckConstraint("anonymised OR state IN ('DRAFT', 'RETIRED')", name="anonymised"),
        CheckConstraint("state = 'RETIRED' OR end_reason IS NULL", name="retired_for_a_reason"),
        UniqueConstraint("id", "unit_code"),
        UniqueConstraint("id", "year"),
        Index("ix_courseware_year", "year", "unit_code", "state"),
        Index("ix_courseware_number", "year", "number"),
    )


class CoursewareFile(FileColumns, Base):
    """One file of an item. `position` makes the database keep the limit; what the scanner refused takes no place."""

    __tablename__ = "courseware_file"
    courseware_id: Mapped[UUID] = mapped_column(ForeignKey("courseware.id"))
    position: Mapped[int]
    __table_args__ = (
        *file_rules(),
        CheckConstraint("position BETWEEN 1 AND 10", name="ten_of_an_item"),
        Index(
            "uq_courseware_file_place",
            "courseware_id",
            "position",
            unique=True,
            postgresql_where=sql("removed_at IS NULL AND state <> 'REFUSED'"),
        ),
        Index("ix_courseware_file_quarantined", "uploaded_at", postgresql_where=sql("state = 'QUARANTINED'")),
        Index("ix_courseware_file_removed", "id", postgresql_where=sql("removed_at IS NOT NULL")),
        Index("ix_courseware_file_refused_bytes", "id", postgresql_where=sql("state = 'REFUSED' AND blob_key IS NOT NULL")),
    )


class Need(Base):
    """What enterprises need to be taught, of an agency's matters or a category's. Nothing here says whose need it is."""

    __tablename__ = "need"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    year: Mapped[int]
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("unit.code"))
    category_code: Mapped[str | None]
    text: Mapped[str]
    source: Mapped[str]
    end_reason: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("source", NeedSource),
        CheckConstraint("btrim(text) <> ''", name="said"),
        CheckConstraint("coalesce(unit_code, category_code) <> ''", name="of_somebodys_matters"),
        UniqueConstraint("id", "year"),
        Index("ix_need_year", "year", "number"),
        Index(
            "uq_need_text",
            "year",
            sql("coalesce(unit_code, '')"),
            sql("coalesce(category_code, '')"),
            "text",
            unique=True,
            postgresql_where=sql("end_reason IS NULL"),
        ),
    )


class CoursewareNeed(Base):
    """An item answers a need of its year."""

    __tablename__ = "courseware_need"
    courseware_id: Mapped[UUID] = mapped_column(primary_key=True)
    need_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(["courseware_id", "year"], ["courseware.id", "courseware.year"]),
        ForeignKeyConstraint(["need_id", "year"], ["need.id", "need.year"]),
        Index("ix_courseware_need_need_id", "need_id"),
    )
