"""Services to enterprises: recorded by an area, answered by the enterprise (PRJ-3)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules.service_records import ServiceKind, ServiceState


class ServiceRecord(Base):
    """One service of an area's project to a liaison point of the same area and year, on one day.

    `asked_id` is the contact who was asked, `answer_until` the end of the time in which silence is no answer yet. Of whom
    nobody asked, nothing is presumed.
    """

    __tablename__ = "service_record"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    year: Mapped[int]
    area_code: Mapped[str]
    project_id: Mapped[UUID]
    designation_id: Mapped[UUID]
    served_on: Mapped[date] = mapped_column(Date)
    kind: Mapped[str]
    note: Mapped[str]
    state: Mapped[str]
    asked_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime | None]
    answer_until: Mapped[datetime | None]
    provisional: Mapped[bool]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    dispute_reason: Mapped[str | None]
    withdrawn_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal_reason: Mapped[str | None]
    version: Mapped[int]
    __table_args__ = (
        one_of("kind", ServiceKind),
        one_of("state", ServiceState),
        ForeignKeyConstraint(
            ["project_id", "year", "area_code"],
            ["project.id", "project.year", "project.area_code"],
            name="fk_service_record_project",
        ),
        ForeignKeyConstraint(
            ["designation_id", "year", "area_code"],
            ["designation.id", "designation.year", "designation.area_code"],
            name="fk_service_record_designation",
        ),
        CheckConstraint("EXTRACT(year FROM served_on) = year", name="within_year"),
        CheckConstraint("num_nulls(asked_id, asked_at, answer_until) IN (0, 3)", name="asked_until"),
        CheckConstraint("num_nulls(answered_by, answered_at) IN (0, 2)", name="answered_by_somebody"),
        CheckConstraint("state = 'WITHDRAWN' OR (state = 'RECORDED') = (answered_at IS NULL)", name="answered"),
        CheckConstraint("state = 'WITHDRAWN' OR (state = 'DISPUTED') = (dispute_reason IS NOT NULL)", name="disputed"),
        CheckConstraint("num_nulls(withdrawn_by, withdrawn_at, withdrawal_reason) IN (0, 3)", name="withdrawn_whole"),
        CheckConstraint("(state = 'WITHDRAWN') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        Index(
            "uq_service_record_once",
            "designation_id",
            "project_id",
            "served_on",
            "kind",
            unique=True,
            postgresql_where=text("state <> 'WITHDRAWN'"),
        ),
        Index("ix_service_record_list", "year", "id"),
        Index("ix_service_record_area", "area_code", "year", "id"),
        Index("ix_service_record_project", "project_id", "id"),
        Index("ix_service_record_unasked", "id", postgresql_where=text("asked_id IS NULL AND state = 'RECORDED'")),
        Index("ix_service_record_provisional", "id", postgresql_where=text("provisional AND state = 'RECORDED'")),
    )
