"""The terms of a demand, and who held it when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.dispatch.models.base import Base
from services.dispatch.rules import Clock, Party


class DemandClock(Base):
    """One term of a demand.

    Its due time follows from `counted_from` and `term_days`, or from `term_day`, so that it can be computed again when
    a year's holidays are published. `next_look` is when the sweeper looks again; `fired` the last warning, 100 the breach.
    `day_off` says that a table loaded later made the day that somebody named a free one.
    """

    __tablename__ = "demand_clock"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    kind: Mapped[str]
    round: Mapped[int]
    holder: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    provisional: Mapped[bool]
    fired: Mapped[int]
    next_look: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    ref: Mapped[str] = mapped_column(server_default="")
    unit_code: Mapped[str] = mapped_column(server_default="")
    counted_from: Mapped[datetime | None] = mapped_column(default=None)
    term_days: Mapped[int | None] = mapped_column(default=None)
    term_day: Mapped[date | None] = mapped_column(default=None)
    first_due_at: Mapped[datetime | None] = mapped_column(default=None)
    paused_at: Mapped[datetime | None] = mapped_column(default=None)
    day_off: Mapped[bool | None] = mapped_column(default=None)
    __table_args__ = (
        one_of("kind", Clock),
        one_of("holder", Party),
        CheckConstraint("(kind = 'TOTAL') = (due_at IS NULL)", name="due_unless_total"),
        CheckConstraint("(stopped_at IS NULL AND paused_at IS NULL) OR next_look IS NULL", name="silent_unless_running"),
        Index("ix_demand_clock_demand_id", "demand_id"),
        Index("ix_demand_clock_running_due", "due_at", "demand_id", postgresql_where=sql("stopped_at IS NULL")),
        Index(
            "uq_demand_clock_running", "demand_id", "kind", "ref", unique=True, postgresql_where=sql("stopped_at IS NULL")
        ),
        Index("ix_demand_clock_next_look", "next_look", postgresql_where=sql("next_look IS NOT NULL")),
        Index("ix_demand_clock_provisional", "id", postgresql_where=sql("provisional AND stopped_at IS NULL")),
    )


class DemandSegment(Base):
    """A stretch of time in which one party held a demand; ended by the line `position`. The present one is in the demand.

    Those that count, with the present one, add up to the time that the enterprise has been waiting (C0).
    """

    __tablename__ = "demand_segment"
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    position: Mapped[int]
    round: Mapped[int]
    holder: Mapped[str]
    unit_code: Mapped[str]
    counted: Mapped[bool]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("demand_id", "position"),
        one_of("holder", Party),
        CheckConstraint("ended_at > started_at", name="takes_time"),
    )
