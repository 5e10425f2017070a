"""Requests to sign in with another WeChat account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from services.registry.models.base import Base
from services.registry.rules.rebindings import RebindingState

_OPEN = "state IN ('ASKED', 'APPROVED')"


class Rebinding(Base):
    """One request. The new account's openid is kept while it is open. What has ended changes no more: a trigger holds it."""

    __tablename__ = "rebinding"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    openid: Mapped[bytes | None]
    openid_index: Mapped[bytes | None]
    state: Mapped[str]
    asked_at: Mapped[datetime]
    effective_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int]
    __table_args__ = (
        one_of("state", RebindingState),
        Index("uq_rebinding_open", "person_id", unique=True, postgresql_where=text(_OPEN)),
        Index("uq_rebinding_openid_index", "openid_index", unique=True, postgresql_where=text("openid_index IS NOT NULL")),
        Index("ix_rebinding_person_id", "person_id", "id"),
        Index("ix_rebinding_state", "state", "id"),
        CheckConstraint(f"({_OPEN}) = (openid IS NOT NULL)", name="openid_while_open"),
        CheckConstraint("(openid IS NULL) = (openid_index IS NULL)", name="openid_indexed"),
        CheckConstraint(f"({_OPEN}) = (ended_at IS NULL)", name="open_or_ended"),
        CheckConstraint("effective_at >= asked_at + interval '24 hours'", name="frozen_a_day"),
        CheckConstraint("expires_at > effective_at", name="lives"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
        CheckConstraint("decided_by <> person_id", name="four_eyes"),
        CheckConstraint("state NOT IN ('APPROVED', 'REFUSED', 'EFFECTED') OR decided_by IS NOT NULL", name="decided"),
        CheckConstraint("state <> 'EFFECTED' OR ended_at BETWEEN effective_at AND expires_at", name="effected_in_time"),
    )
