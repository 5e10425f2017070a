"""Files that people send along. The bytes lie elsewhere (kit.blobs), under a key that only the row knows."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from kit.tables import one_of
from kit.uploads import Kind
from services.dispatch.models.base import Base

MOST_OF_A_DEMAND = 10


class AttachmentState(StrEnum):
    QUARANTINED = "QUARANTINED"
    CLEAN = "CLEAN"
    REFUSED = "REFUSED"


class Attachment(Base):
    """One file. The row is there before its bytes and goes after them, so that no bytes are ever without a row.

    `stored_at` is missing until the bytes are stored; `removed_at` marks a file on its way out, which is there for nobody
    any more; a refused file has no `blob_key` once its bytes are gone. `position` makes the database keep a demand's limit.
    """

    __tablename__ = "attachment"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    demand_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand.id"))
    reply_id: Mapped[UUID | None] = mapped_column(ForeignKey("demand_reply.id"))
    position: Mapped[int | None]
    person_id: Mapped[UUID]
    unit_code: Mapped[str]
    enterprise_id: Mapped[UUID | None]
    file_name: Mapped[str]
    kind: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[bytes]
    blob_key: Mapped[str | None]
    state: Mapped[str]
    request_id: Mapped[str]
    request_hash: Mapped[bytes]
    uploaded_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
    attached_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("person_id", "request_id"),
        UniqueConstraint("demand_id", "position"),
        UniqueConstraint("blob_key"),
        one_of("kind", Kind),
        one_of("state", AttachmentState),
        CheckConstraint("size BETWEEN 1 AND 20971520", name="size_within"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256_whole"),
        CheckConstraint("char_length(file_name) BETWEEN 1 AND 120", name="file_name_length"),
        CheckConstraint("position BETWEEN 1 AND 10", name="ten_of_a_demand"),
        CheckConstraint(
            "(demand_id IS NULL) = (attached_at IS NULL) AND (demand_id IS NULL) = (position IS NULL)", name="attached_whole"
        ),
        CheckConstraint("reply_id IS NULL OR demand_id IS NOT NULL", name="reply_of_demand"),
        CheckConstraint("demand_id IS NULL OR (removed_at IS NULL AND stored_at IS NOT NULL)", name="attached_is_kept"),
        CheckConstraint("state = 'REFUSED' OR blob_key IS NOT NULL", name="kept_has_bytes"),
        Index("ix_attachment_person_id", "person_id", postgresql_where=sql("demand_id IS NULL")),
        Index("ix_attachment_loose", "uploaded_at", postgresql_where=sql("demand_id IS NULL")),
        Index("ix_attachment_quarantined", "uploaded_at", postgresql_where=sql("state = 'QUARANTINED'")),
        Index("ix_attachment_refused_bytes", "id", postgresql_where=sql("state = 'REFUSED' AND blob_key IS NOT NULL")),
    )
