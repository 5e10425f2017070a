"""A year's cohort, what each area shall have in it, and whom the areas nominate (REG-1 to REG-5)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules import Level
from services.registry.rules.cohort_years import CohortState, Origin
from services.registry.rules.nominations import NominationState, Nominator

# As PostgreSQL writes it down, so that models and migrations are seen to say the same.
STANDING = "state = ANY (ARRAY['DRAFT'::text, 'SUBMITTED'::text, 'ACCEPTED'::text])"
STANDING_IN = f"CASE WHEN {STANDING} THEN area_code ELSE NULL::text END"


class Cohort(Base):
    """The liaison points of one year. `target_total` is how many there shall be (2021: 171); unknown if null.

    `survey_waiver` is why the supervisor publishes without the annual survey of the year.
    """

    __tablename__ = "cohort"
    year: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    target_total: Mapped[int | None]
    state: Mapped[str]
    origin: Mapped[str]
    district_per_area: Mapped[int]
    recommend_by: Mapped[date | None] = mapped_column(Date)
    survey_waiver: Mapped[str | None]
    survey_waived_by: Mapped[UUID | None]
    survey_waived_at: Mapped[datetime | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    __table_args__ = (
        one_of("state", CohortState),
        one_of("origin", Origin),
        CheckConstraint("district_per_area BETWEEN 0 AND 3", name="seats"),
        CheckConstraint("target_total >= 0", name="target"),
        CheckConstraint("origin = 'IMPORTED' OR target_total IS NOT NULL", name="run_to_a_target"),
        CheckConstraint("origin = 'RUN' OR state IN ('PUBLISHED', 'CLOSED')", name="imported_published"),
        CheckConstraint("(state IN ('PUBLISHED', 'CLOSED')) = (published_at IS NOT NULL)", name="published_since"),
        CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", name="closed_since"),
        CheckConstraint("num_nulls(survey_waiver, survey_waived_by, survey_waived_at) IN (0, 3)", name="waiver_whole"),
        CheckConstraint("btrim(survey_waiver) <> ''", name="waiver_reasoned"),
    )


class CohortArea(Base):
    """An area that has liaison points in a year. No `town_target`: as many as it nominates."""

    __tablename__ = "cohort_area"
    year: Mapped[int] = mapped_column(ForeignKey("cohort.year"))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    town_target: Mapped[int | None]
    __table_args__ = (
        PrimaryKeyConstraint("year", "area_code"),
        CheckConstraint("town_target >= 0", name="target"),
    )


class Nomination(Base):
    """An area, or its chamber of commerce, proposes one of its own enterprises. Accepted for district level, it has a seat.

    `suggested`: made when the cohort was begun, because the enterprise was a liaison point the year before. While it stands,
    its area is the enterprise's of the year, `standing_in`; one that ended keeps its area, wherever the enterprise moves.
    """

    __tablename__ = "nomination"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int]
    enterprise_id: Mapped[UUID]
    area_code: Mapped[str]
    standing_in: Mapped[str | None] = mapped_column(Computed(STANDING_IN, persisted=True))
    nominator: Mapped[str]
    level: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str]
    seat_no: Mapped[int | None]
    suggested: Mapped[bool]
    version: Mapped[int]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
    __table_args__ = (
        one_of("nominator", Nominator),
        one_of("level", Level),
        one_of("state", NominationState),
        ForeignKeyConstraint(
            ["enterprise_id", "year"],
            ["enterprise_year.enterprise_id", "enterprise_year.year"],
            name="fk_nomination_year",
        ),
        ForeignKeyConstraint(
            ["enterprise_id", "year", "standing_in"],
            ["enterprise_year.enterprise_id", "enterprise_year.year", "enterprise_year.area_code"],
            name="fk_nomination_place",
        ),
        ForeignKeyConstraint(
            ["year", "area_code"], ["cohort_area.year", "cohort_area.area_code"], name="fk_nomination_area"
        ),
        CheckConstraint("(state = 'ACCEPTED' AND level = 'DISTRICT') = (seat_no IS NOT NULL)", name="seated"),
        CheckConstraint("seat_no BETWEEN 1 AND 3", name="three_seats"),
        CheckConstraint("state NOT IN ('SUBMITTED', 'ACCEPTED', 'REJECTED') OR submitted_at IS NOT NULL", name="handed_in"),
        CheckConstraint("(state IN ('REJECTED', 'WITHDRAWN')) = (ended_reason IS NOT NULL)", name="end_has_reason"),
        CheckConstraint("num_nulls(ended_by, ended_at, ended_reason) IN (0, 3)", name="end_whole"),
        Index(
            "uq_nomination_standing",
            "year",
            "enterprise_id",
            unique=True,
            postgresql_where=text("state IN ('DRAFT', 'SUBMITTED', 'ACCEPTED')"),
        ),
        Index(
            "uq_nomination_seat",
            "year",
            "area_code",
            "seat_no",
            unique=True,
            postgresql_where=text("seat_no IS NOT NULL"),
        ),
        Index("ix_nomination_list", "year", "area_code", "id"),
    )
