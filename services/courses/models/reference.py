"""Who takes part, as registry tells it, and which areas go together (片区)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.courses.models.base import Base

LEVELS = ("DISTRICT", "TOWN")


class Unit(Base):
    """Copy of registry's unit, kept by its events."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    area_code: Mapped[str]
    active: Mapped[bool]
    contact_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    leader_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    version: Mapped[int]


class LiaisonPoint(Base):
    """Copy of registry's designation with the enterprise's present contact, kept by its events."""

    __tablename__ = "liaison_point"
    designation_id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID]
    enterprise_name: Mapped[str]
    year: Mapped[int]
    area_code: Mapped[str]
    level: Mapped[str]
    active: Mapped[bool]
    liaison_person_id: Mapped[UUID | None]
    contact_as_of: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        one_of("level", LEVELS),
        Index("ix_liaison_point_enterprise_id", "enterprise_id", "year"),
        Index("ix_liaison_point_year", "year", "area_code"),
    )


class Zone(Base):
    """片区: areas whose enterprises come to one place."""

    __tablename__ = "zone"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int]
    active: Mapped[bool]
    version: Mapped[int]


class ZoneArea(Base):
    """An area lies in one zone."""

    __tablename__ = "zone_area"
    area_code: Mapped[str] = mapped_column(primary_key=True)
    zone_code: Mapped[str] = mapped_column(ForeignKey("zone.code"))
