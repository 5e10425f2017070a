"""Reply templates, each with what it was before."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.dispatch.models.base import Base


class ReplyTemplate(Base):
    """A template as it stands. Never deleted: `retired_at` ends it. No category: for all."""

    __tablename__ = "reply_template"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str]
    title: Mapped[str]
    category_code: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    state: Mapped[str]
    conclusion: Mapped[str]
    legal_basis: Mapped[str]
    next_steps: Mapped[str]
    version: Mapped[int]
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    created_by: Mapped[UUID]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    __table_args__ = (
        CheckConstraint("state IN ('TRIAGE', 'HANDLING', 'PARKED')", name="state_answers"),
        CheckConstraint("btrim(title) <> '' AND btrim(conclusion) <> ''", name="content"),
        CheckConstraint("unit_code <> ''", name="has_unit"),
        Index("uq_reply_template_request", "created_by", "request_id", unique=True),
        Index("ix_reply_template_unit_code", "unit_code", "id"),
    )


class ReplyTemplateChange(Base):
    """A version of a template: what it said, and who made it so. Never altered."""

    __tablename__ = "reply_template_change"
    reply_template_id: Mapped[UUID] = mapped_column(ForeignKey("reply_template.id"))
    version: Mapped[int]
    content: Mapped[dict[str, object]] = mapped_column(JSONB)
    retired: Mapped[bool]
    person_id: Mapped[UUID]
    at: Mapped[datetime]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    __table_args__ = (
        PrimaryKeyConstraint("reply_template_id", "version"),
        Index("uq_reply_template_change_request", "reply_template_id", "person_id", "request_id", unique=True),
    )
