"""Attachments on their way in and out; the steps and what becomes of them are kit's."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.blobs import Blobs
from kit.db import Database
from kit.files import FileState, upload_of
from kit.filing import Filing as KitFiling
from kit.scanning import Scanner
from kit.uploads import Checker, Kind
from services.dispatch import errors
from services.dispatch.models import Attachment
from services.dispatch.queries import attachments as queries
from services.dispatch.queries.attachments import Seen
from services.dispatch.service import attachments as service


class Filing(KitFiling[Attachment]):
    """What the edge calls, and the sweeper."""

    def __init__(self, database: Database, blobs: Blobs, checker: Checker, scanner: Scanner) -> None:
        super().__init__(queries.FILES, database, blobs, checker, scanner)

    async def receive(self, actor: Actor, name: str, media_type: str, content: bytes, request_id: str) -> Seen:
        """Take a file in; the same request again returns what it made. Raises UploadRefused."""
        upload = await asyncio.to_thread(upload_of, name, media_type, content, request_id)

        async def book(session: AsyncSession, kind: Kind) -> None:
            await service.book(session, actor, upload, kind, datetime.now(UTC))

        attachment_id = await self.take_in(actor.person_id, upload, book)
        if attachment_id is None:
            raise errors.AttachmentNotFound
        async with self._db.read() as session:
            return await queries.attachment(session, actor, attachment_id)

    async def content(self, actor: Actor, attachment_id: UUID) -> tuple[Seen, bytes]:
        """A clean file with its bytes, which are what came."""
        async with self._db.read() as session:
            seen = await queries.attachment(session, actor, attachment_id)
        if seen.file.state != FileState.CLEAN or not seen.file.blob_key:
            raise errors.AttachmentNotClean(state=seen.file.state)
        return seen, await self.content_of(seen.file)

    async def remove(self, actor: Actor, attachment_id: UUID) -> None:
        """Take one back that is attached to nothing. Its bytes go now, or at the next sweep."""
        async with self._db.begin() as session:
            await service.remove(session, actor, attachment_id, datetime.now(UTC))
        await self.sweep_going()

    async def sweep(self, now: datetime) -> None:
        """Take away what nobody attached, and scan again what waits."""
        async with self._db.begin() as session:
            await service.remove_forgotten(session, now)
        await self.sweep_going()
        await self.sweep_waiting(now)
