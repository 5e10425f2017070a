"""The terms of a demand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from services.dispatch.models.base import Base, one_of
from services.dispatch.rules import Clock


class DemandClock(Base):
    """One term of a demand. `next_look` is when the sweeper is to look again; `fired` the last warning, 100 the breach."""

    __tablename__ = "demand_clock"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    kind: Mapped[str]
    round: Mapped[int]
    holder: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    fired: Mapped[int]
    next_look: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    __table_args__ = (
        one_of("kind", Clock),
        CheckConstraint("due_at >= started_at", name="due_after_start"),
        CheckConstraint("stopped_at IS NULL OR next_look IS NULL", name="stopped_is_silent"),
        Index("ix_demand_clock_demand_id", "demand_id"),
        Index("uq_demand_clock_running", "demand_id", "kind", unique=True, postgresql_where=sql("stopped_at IS NULL")),
        Index("ix_demand_clock_running_due", "due_at", "demand_id", postgresql_where=sql("stopped_at IS NULL")),
        Index("ix_demand_clock_next_look", "next_look", postgresql_where=sql("next_look IS NOT NULL")),
    )
