"""Who takes part, as registry tells it, and where categories lead."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from services.dispatch.models.base import Base


class Unit(Base):
    """Copy of registry's unit, kept by its events."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    active: Mapped[bool]
    contact_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    version: Mapped[int]
    leader_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)), server_default=sql("'{}'"))


class LiaisonPoint(Base):
    """Copy of registry's designation with the enterprise's present contact, kept by its events."""

    __tablename__ = "liaison_point"
    designation_id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID]
    enterprise_name: Mapped[str]
    year: Mapped[int]
    area_code: Mapped[str]
    active: Mapped[bool]
    liaison_person_id: Mapped[UUID | None]
    contact_as_of: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (Index("ix_liaison_point_enterprise_id", "enterprise_id", "year"),)


class Category(Base):
    """What an enterprise ticks."""

    __tablename__ = "category"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    hint: Mapped[str]
    position: Mapped[int]
    active: Mapped[bool]


class RoutingRule(Base):
    """Leads from a category to an agency. A change is a new version; the old one stays, inactive."""

    __tablename__ = "routing_rule"
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    version: Mapped[int]
    unit_code: Mapped[str]
    active: Mapped[bool]
    changed_by: Mapped[UUID | None] = mapped_column(default=None)
    changed_at: Mapped[datetime | None] = mapped_column(default=None)
    __table_args__ = (PrimaryKeyConstraint("category_code", "version"),)


class RoutingSuggestion(Base):
    """What an approved return teaches: the category might lead elsewhere. The centre adopts or dismisses it."""

    __tablename__ = "routing_suggestion"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    from_unit_code: Mapped[str]
    to_unit_code: Mapped[str]
    created_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("decision IN ('ADOPTED', 'DISMISSED')", name="decision_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_has_time"),
        Index("ix_routing_suggestion_open", "created_at", postgresql_where=sql("decision IS NULL")),
    )


class ConditionTag(Base):
    """A condition that parked demands wait for, by the words used for it; `met_at` once it is there."""

    __tablename__ = "condition_tag"
    name: Mapped[str] = mapped_column(primary_key=True)
    met_at: Mapped[datetime | None]
    met_by: Mapped[UUID | None]
    met_unit: Mapped[str]
    note: Mapped[str]
    __table_args__ = (CheckConstraint("(met_at IS NULL) = (met_by IS NULL)", name="met_by_somebody"),)
