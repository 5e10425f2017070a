"""Attachments on their way through database, blobs and scanner: each step leaves a state from which the next can be resumed.

A file comes: checked, row written, bytes stored, row marked as stored, scanned. A file goes: row marked as removed, bytes
deleted, row deleted. A process that dies between two steps leaves a row that the sweeper finds; never bytes without a row.
"""

import asyncio
import hashlib
import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kit import faults
from kit.auth import Actor
from kit.blobs import BlobMissing, Blobs, BlobsUnavailable
from kit.db import Database
from kit.idempotency import check_same
from kit.scanning import Scanner, ScannerUnavailable
from kit.uploads import Checker, shown_name
from kit.uploads.errors import UploadInfected
from services.dispatch import errors
from services.dispatch.models import Attachment, AttachmentState
from services.dispatch.queries import attachments as queries
from services.dispatch.queries.attachments import Seen
from services.dispatch.service import attachments as service
from services.dispatch.service.attachments import Upload

# The sweeper leaves a file alone that may still be at its first scan.
FIRST_SCAN = timedelta(seconds=30)
log = logging.getLogger(__name__)


class Filing:
    """What the edge calls, and the sweeper."""

    def __init__(self, database: Database, blobs: Blobs, checker: Checker, scanner: Scanner) -> None:
        self._db = database
        self._blobs = blobs
        self._checker = checker
        self._scanner = scanner

    async def receive(self, actor: Actor, name: str, media_type: str, content: bytes, request_id: str) -> Seen:
        """Take a file in; the same request again returns what it made. Raises UploadRefused."""
        upload = await asyncio.to_thread(_upload, name, media_type, content, request_id)
        found = await self._found(actor, upload)
        if found is None:
            kind = await self._checker.check(content, name, media_type)
            async with self._db.begin() as session:
                await service.book(session, actor, upload, kind, datetime.now(UTC))
            faults.point("attachment.after_book")
            found = await self._found(actor, upload)
        if found is None:
            raise errors.AttachmentNotFound
        if found.state == AttachmentState.REFUSED or not found.blob_key:
            raise UploadInfected
        if found.stored_at is None:
            await self._blobs.put(found.blob_key, content)
            faults.point("attachment.after_put")
            async with self._db.begin() as session:
                await service.mark_stored(session, found.id, datetime.now(UTC))
        if found.state == AttachmentState.QUARANTINED:
            await self._scan(found.id, found.blob_key, content)
        async with self._db.read() as session:
            return await queries.attachment(session, actor, found.id)

    async def _found(self, actor: Actor, upload: Upload) -> Attachment | None:
        """What this request made before."""
        async with self._db.read() as session:
            found = await queries.of_request(session, actor.person_id, upload.request_id)
        if found:
            check_same(found.request_hash, upload.request_hash)
        return found

    async def _scan(self, attachment_id: UUID, key: str, content: bytes) -> None:
        """Have it judged. Raises UploadInfected; a scanner that is away leaves the file in quarantine."""
        try:
            found = await self._scanner.scan(content)
        except ScannerUnavailable:
            log.warning("attachment %s stays in quarantine: no verdict of the scanner", attachment_id, exc_info=True)
            return
        async with self._db.begin() as session:
            await service.judge(session, attachment_id, clean=not found)
        faults.point("attachment.after_verdict")
        if found:
            log.warning("attachment %s is refused by the scanner: %s", attachment_id, found)
            await self._drop(attachment_id, key)
            raise UploadInfected(found)

    async def content(self, actor: Actor, attachment_id: UUID) -> tuple[Seen, bytes]:
        """A clean file with its bytes, which are what came."""
        async with self._db.read() as session:
            seen = await queries.attachment(session, actor, attachment_id)
        found = seen.file
        if found.state != AttachmentState.CLEAN or not found.blob_key:
            raise errors.AttachmentNotClean(state=found.state)
        content = await self._blobs.get(found.blob_key)
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
        if digest != found.sha256:
            raise RuntimeError(f"the bytes of attachment {attachment_id} are not those that came")
        return seen, content

    async def remove(self, actor: Actor, attachment_id: UUID) -> None:
        """Take one back that is attached to nothing. Its bytes go now, or at the next sweep."""
        async with self._db.begin() as session:
            await service.remove(session, actor, attachment_id, datetime.now(UTC))
        await self.sweep_going()

    async def sweep(self, now: datetime) -> None:
        """Scan again what waits, and take away what nobody attached."""
        async with self._db.begin() as session:
            await service.remove_forgotten(session, now)
        await self.sweep_going()
        async with self._db.read() as session:
            waiting = await queries.quarantined(session, now - FIRST_SCAN)
        for one in waiting:
            try:
                await self._scan(one.id, str(one.blob_key), await self._blobs.get(str(one.blob_key)))
            except UploadInfected:
                continue
            except BlobMissing:
                log.exception("the bytes of attachment %s are lost", one.id)

    async def sweep_going(self) -> None:
        """Delete the bytes of what is marked, then what is left of the rows."""
        async with self._db.read() as session:
            going = await queries.going(session)
        for one in going:
            await self._drop(one.id, one.blob_key)

    async def _drop(self, attachment_id: UUID, key: str | None) -> None:
        try:
            if key:
                await self._blobs.delete(key)
        except BlobsUnavailable:
            log.warning("the bytes of attachment %s cannot be deleted yet", attachment_id)
            return
        faults.point("attachment.after_bytes_gone")
        async with self._db.begin() as session:
            await service.forget_bytes(session, attachment_id)

    async def aclose(self) -> None:
        await self._checker.close()
        await self._blobs.aclose()


def _upload(name: str, media_type: str, content: bytes, request_id: str) -> Upload:
    digest = hashlib.sha256(content).digest()
    whole = hashlib.sha256(b"\0".join((name.encode(), media_type.encode(), digest))).digest()
    return Upload(shown_name(name), media_type, content, digest, request_id, whole)
