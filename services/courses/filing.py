"""Files of courseware on their way in and out; the steps are kit's."""

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
from services.courses import errors
from services.courses.models import CoursewareFile
from services.courses.queries import courseware_files as queries
from services.courses.service import courseware_files as service


class Filing(KitFiling[CoursewareFile]):
    """What the edge calls, and the sweeper."""

    def __init__(self, database: Database, blobs: Blobs, checker: Checker, scanner: Scanner) -> None:
        super().__init__(queries.FILES, database, blobs, checker, scanner)

    async def receive(
        self, actor: Actor, courseware_id: UUID, name: str, media_type: str, content: bytes, request_id: str
    ) -> CoursewareFile:
        """Take a file in for a draft; the same request again returns what it made. Raises UploadRefused."""
        upload = await asyncio.to_thread(upload_of, name, media_type, content, request_id, str(courseware_id))

        async def book(session: AsyncSession, kind: Kind) -> None:
            await service.book(session, actor, courseware_id, upload, kind, datetime.now(UTC))

        async with self._db.begin() as session:
            await service.check_takes_files(session, actor, courseware_id, upload.request_id)
        file_id = await self.take_in(actor.person_id, upload, book)
        if file_id is None:
            raise errors.CoursewareFileNotFound
        async with self._db.read() as session:
            return await queries.file_of(session, actor, file_id)

    async def content(self, actor: Actor, file_id: UUID) -> tuple[CoursewareFile, bytes]:
        """A clean file with its bytes, which are what came."""
        async with self._db.read() as session:
            found = await queries.file_of(session, actor, file_id)
        if found.state != FileState.CLEAN or found.stored_at is None:
            raise errors.CoursewareFileNotClean(state=found.state)
        return found, await self.content_of(found)

    async def remove(self, actor: Actor, file_id: UUID) -> None:
        """Take one out of a draft. Its bytes go now, or at the next sweep."""
        async with self._db.begin() as session:
            await service.remove(session, actor, file_id, datetime.now(UTC))
        await self.sweep_going()

    async def sweep(self, now: datetime) -> None:
        """Take away what was refused or never came, and scan again what waits."""
        async with self._db.begin() as session:
            await service.remove_old(session, now)
        await self.sweep_going()
        await self.sweep_waiting(now)
