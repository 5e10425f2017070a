"""Files that people send along with demands."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from kit.files import FileColumns, file_rules
from services.dispatch.models.base import Base

MOST_OF_A_DEMAND = 10


class Attachment(FileColumns, Base):
    """One file, of one demand once it is attached. `position` makes the database keep a demand's limit."""

    __tablename__ = "attachment"
    demand_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand.id"))
    reply_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand_reply.id"))
    position: Mapped[int | None]
    unit_code: Mapped[str]
    enterprise_id: Mapped[UUID | None]
    attached_at: Mapped[datetime | None]
    __table_args__ = (
        *file_rules(),
        UniqueConstraint("demand_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 10", name="ten_of_a_demand"),
        CheckConstraint(
            "(demand_id IS NULL) = (attached_at IS NULL) AND (demand_id IS NULL) = (position IS NULL)", name="attached_whole"
        ),
        CheckConstraint("reply_id IS NULL OR demand_id IS NOT NULL", name="reply_of_demand"),
        CheckConstraint("demand_id IS NULL OR (removed_at IS NULL AND stored_at IS NOT NULL)", name="attached_is_kept"),
        Index("ix_attachment_person_id", "person_id", postgresql_where=sql("demand_id IS NULL")),
        Index("ix_attachment_loose", "uploaded_at", postgresql_where=sql("demand_id IS NULL")),
        Index("ix_attachment_quarantined", "uploaded_at", postgresql_where=sql("state = 'QUARANTINED'")),
        Index("ix_attachment_refused_bytes", "id", postgresql_where=sql("state = 'REFUSED' AND blob_key IS NOT NULL")),
    )
