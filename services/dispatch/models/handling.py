"""What agencies decide and answer, and what enterprises say of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.dispatch.models.base import Base
from services.dispatch.rules import Disposition, ReplyKind, Solved


class DemandDisposition(Base):
    """How an agency decided to handle a demand, each decision a row, with the content its kind demands."""

    __tablename__ = "demand_disposition"
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    sequence: Mapped[int]
    kind: Mapped[str]
    explanation: Mapped[str]
    promised_on: Mapped[date | None]
    condition_tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    review_on: Mapped[date | None]
    set_at: Mapped[datetime]
    __table_args__ = (
        PrimaryKeyConstraint("demand_id", "sequence"),
        ForeignKeyConstraint(["demand_id", "sequence"], ["demand_event.demand_id", "demand_event.sequence"]),
        one_of("kind", Disposition),
        CheckConstraint("(kind = 'TIME_BOUND') = (promised_on IS NOT NULL)", name="promise"),
        CheckConstraint("(kind = 'REFERENCE') = (review_on IS NOT NULL)", name="review"),
        CheckConstraint(
            "kind <> 'REFERENCE' OR (btrim(explanation) <> '' AND cardinality(condition_tags) > 0)", name="reference_content"
        ),
    )


class DemandReply(Base):
    """An answer to the enterprise; one for each round."""

    __tablename__ = "demand_reply"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    round: Mapped[int]
    kind: Mapped[str]
    conclusion: Mapped[str]
    legal_basis: Mapped[str]
    next_steps: Mapped[str]
    claim: Mapped[str]
    unit_code: Mapped[str]
    person_id: Mapped[UUID]
    replied_at: Mapped[datetime]
    signed_by: Mapped[UUID | None] = mapped_column(default=None)
    __table_args__ = (
        UniqueConstraint("demand_id", "round"),
        one_of("kind", ReplyKind),
        CheckConstraint("kind NOT IN ('ANSWER', 'INFEASIBLE') OR btrim(legal_basis) <> ''", name="answer_has_law"),
        CheckConstraint("btrim(conclusion) <> '' AND btrim(next_steps) <> ''", name="content"),
    )


class DemandRating(Base):
    """The enterprise's word on one reply, once."""

    __tablename__ = "demand_rating"
    reply_id: Mapped[UUID] = mapped_column(ForeignKey("demand_reply.id"), primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    satisfaction: Mapped[int]
    solved: Mapped[str]
    comment: Mapped[str]
    person_id: Mapped[UUID]
    rated_at: Mapped[datetime]
    excluded: Mapped[bool] = mapped_column(server_default=sql("false"))
    ruling: Mapped[str] = mapped_column(server_default="")
    __table_args__ = (
        CheckConstraint("NOT excluded OR btrim(ruling) <> ''", name="excluded_has_ruling"),
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="five_levels"),
        one_of("solved", Solved),
        Index("ix_demand_rating_demand_id", "demand_id"),
    )
