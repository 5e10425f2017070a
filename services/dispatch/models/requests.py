"""What is asked: of others by the agency, of the enterprise, and of agencies that assist."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, Text
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.dispatch.models.base import Base
from services.dispatch.rules import ApprovalKind, ApprovalState, Party, ReturnReason


class DemandApproval(Base):
    """A request of an agency. `stage` decides next; `content` is what is done if the answer is yes."""

    __tablename__ = "demand_approval"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    sequence: Mapped[int]
    round: Mapped[int]
    kind: Mapped[str]
    stage: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    return_reason: Mapped[str | None]
    proposed_unit_code: Mapped[str]
    day: Mapped[date | None]
    content: Mapped[dict[str, object]] = mapped_column(JSONB)
    unit_code: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    signed_by: Mapped[UUID | None]
    signed_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_unit: Mapped[str]
    decided_at: Mapped[datetime | None]
    note: Mapped[str]
    __table_args__ = (
        one_of("kind", ApprovalKind),
        one_of("state", ApprovalState),
        one_of("stage", Party),
        one_of("return_reason", ReturnReason),
        CheckConstraint("btrim(reason) <> ''", name="has_reason"),
        CheckConstraint("(kind = 'RETURN') = (return_reason IS NOT NULL)", name="return_has_reason"),
        CheckConstraint("(state = 'PENDING') = (decided_at IS NULL)", name="decided_has_time"),
        CheckConstraint("(state IN ('APPROVED', 'DENIED')) = (decided_by IS NOT NULL)", name="decided_by_somebody"),
        Index("ix_demand_approval_demand_id", "demand_id"),
        Index("uq_demand_approval_pending", "demand_id", unique=True, postgresql_where=sql("state = 'PENDING'")),
        # One return for each agency: whether it was granted or not, there is no second.
        Index("uq_demand_approval_return", "demand_id", "unit_code", unique=True, postgresql_where=sql("kind = 'RETURN'")),
    )


class DemandInfoRequest(Base):
    """Questions to the enterprise, and its answer."""

    __tablename__ = "demand_info_request"
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    sequence: Mapped[int]
    questions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit_code: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    answer: Mapped[str]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    timed_out: Mapped[bool]
    __table_args__ = (
        PrimaryKeyConstraint("demand_id", "sequence"),
        CheckConstraint("cardinality(questions) > 0", name="asks_something"),
        CheckConstraint("(answered_at IS NULL) = (btrim(answer) = '')", name="answered_has_answer"),
    )


class DemandCoHandler(Base):
    """An agency that assists in a round, with its opinion; `released_at` once it has nothing to do with it any more."""

    __tablename__ = "demand_co_handler"
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    round: Mapped[int]
    unit_code: Mapped[str]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    opinion: Mapped[str]
    opinion_by: Mapped[UUID | None]
    opinion_at: Mapped[datetime | None]
    waived_by: Mapped[UUID | None]
    waived_at: Mapped[datetime | None]
    waive_reason: Mapped[str]
    released_at: Mapped[datetime | None]
    __table_args__ = (
        PrimaryKeyConstraint("demand_id", "round", "unit_code"),
        CheckConstraint("(opinion_at IS NULL) = (btrim(opinion) = '')", name="opinion_has_text"),
        CheckConstraint("(waived_at IS NULL) = (btrim(waive_reason) = '')", name="waiver_has_reason"),
        Index("ix_demand_co_handler_unit", "unit_code", "demand_id", postgresql_where=sql("released_at IS NULL")),
    )
