"""Whether it was any good: look-backs and their samples, supervision orders, joint cases."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, PrimaryKeyConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.dispatch.models.base import Base
from services.dispatch.rules import JointAct, LookBackOrigin, LookBackOutcome, OrderLevel


class LookBackSample(Base):
    """A sample of demands to look back on. From seed, share and members anybody can draw it again."""

    __tablename__ = "look_back_sample"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    share: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    seed: Mapped[str]
    drawn_by: Mapped[UUID]
    drawn_at: Mapped[datetime]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    __table_args__ = (
        CheckConstraint("until > since", name="period"),
        CheckConstraint("share BETWEEN 0 AND 1", name="share"),
        Index("uq_look_back_sample_request", "drawn_by", "request_id", unique=True),
    )


class LookBackCandidate(Base):
    """A demand that a sample was drawn from, in its stratum, and whether the lot fell on it."""

    __tablename__ = "look_back_candidate"
    sample_id: Mapped[UUID] = mapped_column(ForeignKey("look_back_sample.id"))
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    stratum: Mapped[str]
    drawn: Mapped[bool]
    __table_args__ = (PrimaryKeyConstraint("sample_id", "demand_id"), one_of("stratum", LookBackOrigin))


class LookBack(Base):
    """One check of the result of a round, by somebody who had no part in it."""

    __tablename__ = "look_back"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    round: Mapped[int]
    origin: Mapped[str]
    sample_id: Mapped[UUID | None]
    opened_by: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    replied_by: Mapped[UUID | None]
    replied_unit: Mapped[str]
    attempts: Mapped[int]
    outcome: Mapped[str | None]
    note: Mapped[str]
    recorded_by: Mapped[UUID | None]
    recorded_unit: Mapped[str]
    recorded_at: Mapped[datetime | None]
    __table_args__ = (
        one_of("origin", LookBackOrigin),
        one_of("outcome", LookBackOutcome),
        ForeignKeyConstraint(["sample_id", "demand_id"], ["look_back_candidate.sample_id", "look_back_candidate.demand_id"]),
        CheckConstraint("(outcome IS NULL) = (recorded_at IS NULL)", name="recorded_has_outcome"),
        CheckConstraint("(recorded_at IS NULL) = (recorded_by IS NULL)", name="recorded_by_somebody"),
        # Four eyes: neither who replied nor anybody of the unit that did.
        CheckConstraint("recorded_by IS NULL OR recorded_by IS DISTINCT FROM replied_by", name="not_by_the_replier"),
        CheckConstraint("recorded_unit = '' OR recorded_unit <> replied_unit", name="not_by_the_replying_unit"),
        Index("ix_look_back_demand_id", "demand_id"),
        Index("uq_look_back_open", "demand_id", unique=True, postgresql_where=sql("recorded_at IS NULL")),
    )


class SupervisionOrder(Base):
    """A call on an agency about one demand. Each level follows one of the level before."""

    __tablename__ = "supervision_order"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    level: Mapped[str]
    unit_code: Mapped[str]
    text: Mapped[str]
    due_on: Mapped[date]
    issued_by: Mapped[UUID]
    issued_unit: Mapped[str]
    issued_at: Mapped[datetime]
    answer: Mapped[str]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    __table_args__ = (
        one_of("level", OrderLevel),
        CheckConstraint("btrim(text) <> ''", name="wants_something"),
        CheckConstraint("(answered_at IS NULL) = (btrim(answer) = '')", name="answered_has_answer"),
        Index("ix_supervision_order_demand_id", "demand_id"),
        Index("uq_supervision_order_open", "demand_id", "level", unique=True, postgresql_where=sql("closed_at IS NULL")),
    )


class JointCase(Base):
    """Demands about one matter (并案), answered together and rated apart."""

    __tablename__ = "joint_case"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    __table_args__ = (Index("uq_joint_case_request", "created_by", "request_id", unique=True),)


class JointCaseEvent(Base):
    """What was done to a joint case, and to which of its members. Never altered."""

    __tablename__ = "joint_case_event"
    joint_case_id: Mapped[UUID] = mapped_column(ForeignKey("joint_case.id"))
    sequence: Mapped[int]
    type: Mapped[str]
    person_id: Mapped[UUID]
    unit_code: Mapped[str]
    at: Mapped[datetime]
    demand_ids: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    __table_args__ = (
        PrimaryKeyConstraint("joint_case_id", "sequence"),
        one_of("type", JointAct),
        CheckConstraint("cardinality(demand_ids) > 0", name="has_members"),
        Index("uq_joint_case_event_request", "joint_case_id", "person_id", "request_id", unique=True),
    )
