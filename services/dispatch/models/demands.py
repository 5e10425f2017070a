"""A demand as it stands, and its timeline."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, Sequence, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.dispatch.models.base import Base
from services.dispatch.rules import Disposition, State, TriageReason

# What decides on a demand beside the columns that an index goes by, so that counts need not look at rows.
SEEN = ["subject_unit_code"]
DATED = [*SEEN, "submitted_at"]
NARROWER = ["area_code", "category_code", *SEEN]
BESIDE = [*NARROWER, "lead_unit_code"]
WHOSE = ["shielded", "submitted_for_by_unit"]  # what decides on whether an agency finds a demand by its area
ON_BEHALF = sql("submitted_for_by_unit <> ''")
DEMAND_NUMBER = Sequence("demand_number", metadata=Base.metadata)


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
    resume_state: Mapped[str | None] = mapped_column(default=None)
    holder: Mapped[str | None] = mapped_column(default=None)
    holder_unit: Mapped[str] = mapped_column(server_default="")
    held_since: Mapped[datetime | None] = mapped_column(default=None)
    designated: Mapped[bool] = mapped_column(server_default=sql("false"))
    condition_tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=sql("'{}'"))
    revived: Mapped[bool] = mapped_column(server_default=sql("false"))
    extensions: Mapped[int] = mapped_column(server_default=sql("0"))
    info_requests: Mapped[int] = mapped_column(server_default=sql("0"))
    park_reviews: Mapped[int] = mapped_column(server_default=sql("0"))
    shielded: Mapped[bool] = mapped_column(server_default=sql("false"))
    joint_case_id: Mapped[UUID | None] = mapped_column(default=None)
    kpi_excluded: Mapped[bool] = mapped_column(server_default=sql("false"))
    subject_unit_code: Mapped[str] = mapped_column(server_default="")
    judicial: Mapped[bool] = mapped_column(server_default=sql("false"))
    linked_demand_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand.id"), default=None)
    __table_args__ = (
        UniqueConstraint("serial"),
        UniqueConstraint("submitted_by", "request_id"),
        one_of("state", State),
        one_of("triage_reason", TriageReason),
        one_of("disposition", Disposition),
        CheckConstraint("kind IN ('DEMAND', 'SUGGESTION')", name="kind_known"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 100 AND char_length(body) BETWEEN 1 AND 5000", name="lengths"),
        CheckConstraint(
            "state NOT IN ('DISPATCHED', 'RETURN_REVIEW', 'ACCEPTED', 'HANDLING', 'PARKED') OR lead_unit_code <> ''",
            name="has_lead",
        ),
        CheckConstraint("(state = 'TRIAGE') <= (triage_reason IS NOT NULL)", name="triage_has_reason"),
        CheckConstraint("(state IN ('CLOSED', 'WITHDRAWN')) = (holder IS NULL)", name="one_holder"),
        CheckConstraint("(holder IS NULL) = (held_since IS NULL)", name="held_since"),
        CheckConstraint("(state = 'AWAITING_ENTERPRISE') = (resume_state IS NOT NULL)", name="knows_the_way_back"),
        CheckConstraint("subject_unit_code = '' OR lead_unit_code <> subject_unit_code", name="not_by_its_subject"),
        CheckConstraint("extensions BETWEEN 0 AND 2 AND info_requests BETWEEN 0 AND 2", name="quotas"),
        CheckConstraint("(state = 'CLOSED') = (closed_at IS NOT NULL)", name="closed_has_time"),
        CheckConstraint("state <> 'PARKED' OR (disposition = 'REFERENCE' AND review_on IS NOT NULL)", name="parked_review"),
        # Lists go by the first, counts and lists of a state by the second of each pair, both newest first. An id is made
        # when its demand comes in and begins with that moment, so that periods need no index of their own. What is
        # included lets a narrower question be answered without looking at rows.
        Index("ix_demand_state", "state", "id", postgresql_include=DATED),
        Index("ix_demand_enterprise_id", "enterprise_id", "id", postgresql_include=BESIDE),
        Index("ix_demand_enterprise_state", "enterprise_id", "state", "id", postgresql_include=BESIDE),
        Index("ix_demand_lead_unit_code", "lead_unit_code", "id", postgresql_include=[*NARROWER, *WHOSE]),
        Index(
            "ix_demand_lead_unit_state",
            "lead_unit_code",
            "state",
            "id",
            postgresql_include=[*NARROWER, "submitted_at", *WHOSE],
        ),
        Index("ix_demand_area_code", "area_code", "id"),
        Index(
            "ix_demand_area_state",
            "area_code",
            "state",
            "id",
            postgresql_include=["category_code", "lead_unit_code", *SEEN, *WHOSE],
        ),
        Index("ix_demand_category_code", "category_code", "id"),
        Index(
            "ix_demand_category_state",
            "category_code",
            "lead_unit_code",
            "state",
            "id",
            postgresql_include=["area_code", *SEEN, *WHOSE],
        ),
        Index("ix_demand_submitted_at", "submitted_at", postgresql_using="brin"),
        Index(
            "ix_demand_condition_tags",
            "condition_tags",
            postgresql_using="gin",
            postgresql_where=sql("state = 'PARKED' AND NOT revived"),
        ),
        Index("ix_demand_joint_case_id", "joint_case_id", postgresql_where=sql("joint_case_id IS NOT NULL")),
        Index("ix_demand_for_unit", "submitted_for_by_unit", "id", postgresql_include=BESIDE, postgresql_where=ON_BEHALF),
        Index(
            "ix_demand_for_unit_state",
            "submitted_for_by_unit",
            "state",
            "id",
            postgresql_include=BESIDE,
            postgresql_where=ON_BEHALF,
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


class DemandFiling(Base):
    """Demands that staff filed at once. Each has "<id of this>/<its place>" for a request id."""

    __tablename__ = "demand_filing"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    unit_code: Mapped[str]
    channel: Mapped[str]
    size: Mapped[int]
    filed_at: Mapped[datetime]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    __table_args__ = (
        CheckConstraint("channel IN ('PHONE', 'ON_SITE')", name="channel_on_behalf"),
        CheckConstraint("size BETWEEN 1 AND 50", name="size_within"),
        Index("uq_demand_filing_request", "person_id", "request_id", unique=True),
    )
