"""The catalogue of a year, version by version (LEC-3). Texts and names stand in it as they were on its day.

Triggers of migration 0003 let nothing of it change, and let none be published that lacks something.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.courses.models.base import Base


class Catalogue(Base):
    """One version, with the number of its items: none is added later."""

    __tablename__ = "catalogue"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_count: Mapped[int]
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]
    __table_args__ = (CheckConstraint("item_count > 0", name="holds_something"),)


class CatalogueItem(Base):
    """One item of courseware in a version."""

    __tablename__ = "catalogue_item"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    courseware_id: Mapped[UUID] = mapped_column(ForeignKey("courseware.id"))
    serial: Mapped[str]
    unit_code: Mapped[str]
    unit_name: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str]
    minutes: Mapped[int]
    __table_args__ = (
        ForeignKeyConstraint(["year", "version"], ["catalogue.year", "catalogue.version"]),
        UniqueConstraint("year", "version", "courseware_id"),
    )
