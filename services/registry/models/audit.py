"""Who did what to whom and why: rows only ever added, each sealed with the hash of the one before. No personal data."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.models.base import Base


class AuditRow(Base):
    """`request_id` with `mark` make a retry recognisable; `call_id` is the id under which the logs tell of the call."""

    __tablename__ = "audit"
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]
    call_id: Mapped[str]
    request_id: Mapped[str | None]
    mark: Mapped[bytes | None]
    previous: Mapped[bytes]
    seal: Mapped[bytes]
    __table_args__ = (
        Index("uq_audit_request", "actor", "request_id", unique=True, postgresql_where=text("request_id IS NOT NULL")),
        Index("ix_audit_subject", "subject", "position"),
        CheckConstraint("(request_id IS NULL) = (mark IS NULL)", name="request_marked"),
        CheckConstraint("length(seal) = 32 AND length(previous) = 32", name="sealed"),
    )
