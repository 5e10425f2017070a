"""What a database knows of files that people send. The bytes lie elsewhere (kit.blobs), under a key only the row knows.

A table of files has the columns of `FileColumns` and `file_rules()` among its constraints; what a file belongs to is the
service's own. `Files` are the statements that are the same for all such tables.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, UniqueConstraint, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from kit.blobs import new_key
from kit.tables import one_of
from kit.uploads import Kind, shown_name

BATCH = 20
# Between the row and its bytes lie seconds; what is not stored after so long never will be.
UNSTORED = timedelta(hours=1)


class FileState(StrEnum):
    """QUARANTINED waits for the scanner's verdict; only what is CLEAN is handed out; REFUSED has lost its bytes."""

    QUARANTINED = "QUARANTINED"
    CLEAN = "CLEAN"
    REFUSED = "REFUSED"


class FileColumns:
    """One file. The row is there before its bytes and goes after them, so that no bytes are ever without a row.

    `stored_at` is missing until the bytes are stored; `removed_at` marks a file on its way out, which is there for nobody
    any more; a refused file has no `blob_key` once its bytes are gone.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
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
    removed_at: Mapped[datetime | None]


def file_rules() -> tuple[UniqueConstraint | CheckConstraint, ...]:
    """What the database holds true of every file."""
    return (
        UniqueConstraint("person_id", "request_id"),
        UniqueConstraint("blob_key"),
        one_of("kind", Kind),
        one_of("state", FileState),
        CheckConstraint("size BETWEEN 1 AND 20971520", name="size_within"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256_whole"),
        CheckConstraint("char_length(file_name) BETWEEN 1 AND 120", name="file_name_length"),
        CheckConstraint("state = 'REFUSED' OR blob_key IS NOT NULL", name="kept_has_bytes"),
    )


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. `request_hash` is the fingerprint of all that was sent, `about` included."""

    file_name: str
    media_type: str
    content: bytes
    sha256: bytes
    request_id: str
    request_hash: bytes

    def columns(self, person_id: UUID, kind: Kind, now: datetime) -> dict[str, Any]:
        """The row of a file that was checked, before its bytes are stored."""
        return {
            "id": uuid7(),
            "person_id": person_id,
            "file_name": self.file_name,
            "kind": kind,
            "media_type": kind.media_type,
            "size": len(self.content),
            "sha256": self.sha256,
            "blob_key": new_key(),
            "state": FileState.QUARANTINED,
            "request_id": self.request_id,
            "request_hash": self.request_hash,
            "uploaded_at": now,
        }


def upload_of(name: str, media_type: str, content: bytes, request_id: str, about: str = "") -> Upload:
    """Reads a large file whole: not for the event loop. `about`: what it is sent for. Raises UploadNameInvalid."""
    digest = hashlib.sha256(content).digest()
    parts = (name.encode(), media_type.encode(), digest, *([about.encode()] if about else []))
    return Upload(shown_name(name), media_type, content, digest, request_id, hashlib.sha256(b"\0".join(parts)).digest())


Row = TypeVar("Row", bound=FileColumns)


class Files(Generic[Row]):
    """The statements over one table of files. `may_go` says which rows may be removed at all."""

    def __init__(self, table: type[Row], may_go: ColumnElement[bool]) -> None:
        self.table = table
        self.may_go = may_go
        self.there = and_(table.stored_at.is_not(None), table.removed_at.is_(None))

    async def of_request(self, session: AsyncSession, person_id: UUID, request_id: str) -> Row | None:
        """What this person uploaded under this request id; not what is on its way out."""
        mine = and_(self.table.person_id == person_id, self.table.request_id == request_id)
        return (await session.scalars(select(self.table).where(mine, self.table.removed_at.is_(None)))).first()

    async def mark_stored(self, session: AsyncSession, file_id: UUID, now: datetime) -> None:
        """Its bytes are there."""
        unstored = and_(self.table.id == file_id, self.table.stored_at.is_(None))
        await session.execute(update(self.table).where(unstored).values(stored_at=now))

    async def judge(self, session: AsyncSession, file_id: UUID, clean: bool) -> None:
        """The scanner's verdict; the first one stands."""
        waiting = and_(self.table.id == file_id, self.table.state == FileState.QUARANTINED)
        state = FileState.CLEAN if clean else FileState.REFUSED
        await session.execute(update(self.table).where(waiting).values(state=state))

    async def remove_old(self, session: AsyncSession, now: datetime, forgotten: ColumnElement[bool]) -> None:
        """Mark what is forgotten, as the service sees it, and what was never stored."""
        unstored = and_(self.table.stored_at.is_(None), self.table.uploaded_at < now - UNSTORED)
        going = and_(self.may_go, self.table.removed_at.is_(None), or_(forgotten, unstored))
        await session.execute(update(self.table).where(going).values(removed_at=now))

    async def forget_bytes(self, session: AsyncSession, file_id: UUID) -> None:
        """Its bytes are gone: so is the row of one that is removed, while a refused one keeps what is known of it."""
        mine = await session.scalar(select(self.table).where(self.table.id == file_id).with_for_update())
        if mine is None:
            return
        if mine.removed_at:
            await session.execute(delete(self.table).where(self.table.id == file_id))
        else:
            mine.blob_key = None

    async def quarantined(self, session: AsyncSession, before: datetime) -> Sequence[Row]:
        """Some that wait for a verdict since then, whichever: one on which the scanner chokes must not hold up the rest."""
        waiting = and_(self.there, self.table.state == FileState.QUARANTINED, self.table.stored_at < before)
        return (await session.scalars(select(self.table).where(waiting).order_by(func.random()).limit(BATCH))).all()

    async def going(self, session: AsyncSession) -> Sequence[Row]:
        """Some that are marked as removed, and some refused ones whose bytes are still there."""
        refused = and_(self.table.state == FileState.REFUSED, self.table.blob_key.is_not(None))
        marked = and_(self.may_go, self.table.removed_at.is_not(None))
        return (await session.scalars(select(self.table).where(or_(marked, refused)).limit(BATCH))).all()
