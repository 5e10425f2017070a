"""Who did what, in the transaction of what it tells of; also what makes a repeated request recognisable."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.courses.models.base import Base


class Act(Base):
    """One act. `mark` is the fingerprint of the request; `subject` says what it was about, "lecture/<id>"."""

    __tablename__ = "act"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]
    request_id: Mapped[str | None]
    mark: Mapped[bytes | None]
    __table_args__ = (UniqueConstraint("actor", "request_id"), Index("ix_act_subject", "subject", "id"))
