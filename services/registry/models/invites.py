"""Invites for the first sign-in of a contact. A code is stored as a keyed hash alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models.base import Base


class Invite(Base):
    """Lets one contact in, once. A contact has one that was neither used nor revoked; a trigger lets it end once only."""

    __tablename__ = "invite"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    liaison_id: Mapped[UUID] = mapped_column(ForeignKey("liaison.id"))
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "uq_invite_live",
            "liaison_id",
            unique=True,
            postgresql_where=text("used_at IS NULL AND revoked_at IS NULL"),
        ),
        CheckConstraint("length(code_hash) = 32", name="hashed"),
        CheckConstraint("expires_at > created_at", name="lives"),
        CheckConstraint("used_at < expires_at AND used_at >= created_at", name="used_in_time"),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="ends_once"),
    )


class InviteAttempt(Base):
    """How often a WeChat account gave a wrong code since a moment; forgotten after a day."""

    __tablename__ = "invite_attempt"
    openid_index: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    since: Mapped[datetime]
    __table_args__ = (CheckConstraint("failures > 0", name="counts"), Index("ix_invite_attempt_since", "since"))
