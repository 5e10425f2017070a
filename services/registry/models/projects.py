"""Projects of a year, their nodes, each move of a due day, and supervisors' notes (PRJ-1, PRJ-2, PRJ-4).

Triggers of migration 0008 hold what constraints cannot: a leader of the unit's own staff, at least one node from the
beginning on, no due day moved without its reason, nothing done ahead of time.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules import UnitKind
from services.registry.rules.projects import ProjectState


class Project(Base):
    """What a unit does for enterprises in a year. `area_code` is that of an area office; agencies have none."""

    __tablename__ = "project"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    year: Mapped[int]
    unit_code: Mapped[str]
    unit_kind: Mapped[str]
    area_code: Mapped[str | None]
    title: Mapped[str]
    description: Mapped[str]
    leader_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    handler_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    basis_id: Mapped[UUID | None] = mapped_column(ForeignKey("recommendation.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str]
    end_reason: Mapped[str | None]
    version: Mapped[int]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    __table_args__ = (
        one_of("state", ProjectState),
        one_of("unit_kind", (UnitKind.AGENCY, UnitKind.AREA_OFFICE)),
        ForeignKeyConstraint(["unit_code", "unit_kind"], ["unit.code", "unit.kind"], name="fk_project_unit"),
        ForeignKeyConstraint(["unit_code", "area_code"], ["unit.code", "unit.area_code"], name="fk_project_area"),
        CheckConstraint("(unit_kind = 'AREA_OFFICE') = (area_code IS NOT NULL)", name="office_has_area"),
        CheckConstraint("btrim(title) <> ''", name="named"),
        CheckConstraint(
            "starts_on <= ends_on AND EXTRACT(year FROM starts_on) = year AND EXTRACT(year FROM ends_on) = year",
            name="within_year",
        ),
        CheckConstraint("state NOT IN ('ACTIVE', 'COMPLETED') OR leader_id IS NOT NULL", name="active_is_led"),
        CheckConstraint("(state = 'CANCELLED') = (end_reason IS NOT NULL)", name="cancelled_has_reason"),
        UniqueConstraint("id", "year", "area_code"),
        Index("ix_project_list", "year", "id"),
        Index("ix_project_unit", "unit_code", "year", "id"),
    )


class ProjectNode(Base):
    """A step with a due day. `told` and `next_look` belong to the sweeper (service/late_nodes.py)."""

    __tablename__ = "project_node"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    title: Mapped[str]
    due_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    noted_at: Mapped[datetime | None]
    noted_by: Mapped[UUID | None]
    evidence: Mapped[str | None]
    move_count: Mapped[int]
    told: Mapped[int]
    next_look: Mapped[date | None] = mapped_column(Date)
    __table_args__ = (
        CheckConstraint("btrim(title) <> ''", name="named"),
        CheckConstraint("num_nulls(done_on, noted_at, noted_by, evidence) IN (0, 4)", name="done_is_shown"),
        CheckConstraint("done_on IS NULL OR next_look IS NULL", name="done_is_quiet"),
        Index("ix_project_node_project", "project_id", "due_on", "id"),
        Index("ix_project_node_open", "due_on", "id", postgresql_where=text("done_on IS NULL")),
        Index("ix_project_node_next_look", "next_look", postgresql_where=text("next_look IS NOT NULL")),
    )


class ProjectNodeMove(Base):
    """Why a due day was moved, by whom and when: the n-th move of its node. Never altered."""

    __tablename__ = "project_node_move"
    node_id: Mapped[UUID] = mapped_column(ForeignKey("project_node.id", ondelete="CASCADE"))
    number: Mapped[int]
    from_day: Mapped[date] = mapped_column(Date)
    to_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]
    moved_by: Mapped[UUID]
    moved_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("node_id", "number"),
        CheckConstraint("from_day <> to_day", name="moved"),
        CheckConstraint("btrim(reason) <> ''", name="has_reason"),
    )


class ProjectNote(Base):
    """What a supervisor remarked."""

    __tablename__ = "project_note"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    text: Mapped[str]
    noted_by: Mapped[UUID]
    noted_at: Mapped[datetime]
    __table_args__ = (Index("ix_project_note_project", "project_id", "id"),)
