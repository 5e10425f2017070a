"""Plaques (铭牌) with the certificates that go with them. What stands on one never changes; a trigger holds that (REG-6)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules.plaques import POINT, PlaqueState


class Plaque(Base):
    """One plaque. Numbers count within the year; `token` is what its code leads to; `issued_by` is a member of staff."""

    __tablename__ = "plaque"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    designation_id: Mapped[UUID]
    year: Mapped[int]
    number: Mapped[int]
    serial: Mapped[str] = mapped_column(unique=True)
    token: Mapped[str] = mapped_column(unique=True)
    wording: Mapped[str]
    enterprise_name: Mapped[str]
    area_name: Mapped[str]
    awarded_by: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    made_on: Mapped[date] = mapped_column(Date)
    replaces: Mapped[UUID | None] = mapped_column(unique=True)
    state: Mapped[str]
    issued_on: Mapped[date | None] = mapped_column(Date)
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    __table_args__ = (
        one_of("state", PlaqueState),
        ForeignKeyConstraint(["designation_id", "year"], ["designation.id", "designation.year"], name="fk_plaque_point"),
        ForeignKeyConstraint(
            ["replaces", "designation_id"], ["plaque.id", "plaque.designation_id"], name="fk_plaque_predecessor"
        ),
        UniqueConstraint("year", "number"),
        UniqueConstraint("id", "designation_id"),
        # One that is worth something at a time, and one beginning of the chain.
        Index("uq_plaque_live", "designation_id", unique=True, postgresql_where=text("state IN ('MADE', 'ISSUED')")),
        Index("uq_plaque_first", "designation_id", unique=True, postgresql_where=text("replaces IS NULL")),
        CheckConstraint("number > 0", name="numbered"),
        CheckConstraint("length(token) >= 22", name="unguessable"),
        CheckConstraint(f"wording LIKE '%_{POINT}'", name="worded"),
        CheckConstraint("btrim(enterprise_name) <> '' AND btrim(area_name) <> ''", name="named"),
        CheckConstraint("(issued_on IS NULL) = (issued_by IS NULL)", name="issued_by_somebody"),
        CheckConstraint("state NOT IN ('ISSUED', 'RETURNED') OR issued_on IS NOT NULL", name="issued_on_a_day"),
        CheckConstraint("state <> 'MADE' OR issued_on IS NULL", name="made_not_issued"),
        CheckConstraint("(state IN ('RETURNED', 'LOST')) = (ended_at IS NOT NULL)", name="ended_once"),
        CheckConstraint("replaces <> id", name="another"),
    )
