"""Tables of dispatch. What the database can hold true, it holds: constraints first, checks in code second."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Sequence,
    Text,
    UniqueConstraint,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.db import new_metadata
from kit.events import inbox, outbox
from services.dispatch.rules import Clock, Disposition, ReplyKind, Solved, State, TriageReason


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        str: Text,
        int: BigInteger,
        datetime: TIMESTAMP(timezone=True),
        UUID: PG_UUID(as_uuid=True),
        bytes: LargeBinary,
    }


OUTBOX = outbox.table(Base.metadata)
INBOX, DEAD_LETTER = inbox.tables(Base.metadata)
DEMAND_NUMBER = Sequence("demand_number", metadata=Base.metadata)


def _one_of(column: str, values: type) -> CheckConstraint:
    names = ", ".join(f"'{value}'" for value in values)  # type: ignore[attr-defined]
    return CheckConstraint(f"{column} IN ({names})", name=f"{column}_known")


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


class Demand(Base):
    """The present state of a demand. Every column but the search index follows from its timeline."""

    __tablename__ = "demand"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    serial: Mapped[str]
    kind: Mapped[str]
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    title: Mapped[str]
    body: Mapped[str]
    channel: Mapped[str]
    enterprise_id: Mapped[UUID]
    enterprise_name: Mapped[str]
    designation_id: Mapped[UUID]
    area_code: Mapped[str]
    year: Mapped[int]
    submitted_by: Mapped[UUID]
    submitted_for_by_unit: Mapped[str]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    submitted_at: Mapped[datetime]
    state: Mapped[str]
    round: Mapped[int]
    lead_unit_code: Mapped[str]
    triage_reason: Mapped[str | None]
    disposition: Mapped[str | None]
    promised_on: Mapped[date | None]
    review_on: Mapped[date | None]
    rating_expired: Mapped[bool]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    version: Mapped[int]
    __table_args__ = (
        UniqueConstraint("serial"),
        UniqueConstraint("submitted_by", "request_id"),
        _one_of("state", State),
        _one_of("triage_reason", TriageReason),
        _one_of("disposition", Disposition),
        CheckConstraint("kind IN ('DEMAND', 'SUGGESTION')", name="kind_known"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 100 AND char_length(body) BETWEEN 1 AND 5000", name="lengths"),
        CheckConstraint(
            "state IN ('SUBMITTED', 'TRIAGE', 'WITHDRAWN', 'REPLIED', 'CLOSED') OR lead_unit_code <> ''", name="has_lead"
        ),
        CheckConstraint("(state = 'TRIAGE') <= (triage_reason IS NOT NULL)", name="triage_has_reason"),
        CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint("state <> 'PARKED' OR (disposition = 'REFERENCE' AND review_on IS NOT NULL)", name="parked_review"),
        Index("ix_demand_enterprise_id", "enterprise_id", "id"),
        Index("ix_demand_lead_unit_code", "lead_unit_code", "id"),
        Index("ix_demand_state", "state", "id"),
        Index("ix_demand_submitted_at", "submitted_at", postgresql_using="brin"),
        Index("ix_demand_for_unit", "submitted_for_by_unit", "id", postgresql_where=sql("submitted_for_by_unit <> ''")),
        Index(
            "ix_demand_text",
            "title",
            "body",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops", "body": "gin_trgm_ops"},
        ),
    )


class DemandEvent(Base):
    """One line of the timeline: what happened, and in `changes` every column of the row that changed. Never altered."""

    __tablename__ = "demand_event"
    demand_id: Mapped[UUID] = mapped_column(ForeignKey("demand.id"))
    sequence: Mapped[int]
    type: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    person_id: Mapped[UUID | None]
    unit_code: Mapped[str]
    lead_unit_code: Mapped[str]
    text: Mapped[str]
    asked_by_agency: Mapped[bool]
    changes: Mapped[dict[str, object]] = mapped_column(JSONB)
    request_id: Mapped[str | None]
    request_hash: Mapped[bytes | None]
    __table_args__ = (
        PrimaryKeyConstraint("demand_id", "sequence"),
        Index(
            "uq_demand_event_request",
            "demand_id",
            "person_id",
            "request_id",
            unique=True,
            postgresql_where=sql("request_id IS NOT NULL"),
        ),
        CheckConstraint("sequence >= 1", name="sequence_positive"),
    )


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
        _one_of("kind", Clock),
        CheckConstraint("due_at >= started_at", name="due_after_start"),
        CheckConstraint("stopped_at IS NULL OR next_look IS NULL", name="stopped_is_silent"),
        Index("ix_demand_clock_demand_id", "demand_id"),
        Index("uq_demand_clock_running", "demand_id", "kind", unique=True, postgresql_where=sql("stopped_at IS NULL")),
        Index("ix_demand_clock_next_look", "next_look", postgresql_where=sql("next_look IS NOT NULL")),
    )


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
        _one_of("kind", Disposition),
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
    __table_args__ = (
        UniqueConstraint("demand_id", "round"),
        _one_of("kind", ReplyKind),
        CheckConstraint("kind <> 'ANSWER' OR btrim(legal_basis) <> ''", name="answer_has_law"),
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
    __table_args__ = (
        CheckConstraint("satisfaction BETWEEN 1 AND 5", name="five_levels"),
        _one_of("solved", Solved),
        Index("ix_demand_rating_demand_id", "demand_id"),
    )
