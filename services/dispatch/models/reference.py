"""Who takes part, as registry tells it, and where categories lead."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint
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
    __table_args__ = (PrimaryKeyConstraint("category_code", "version"),)
