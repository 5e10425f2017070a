"""Files on their way through database, blobs and scanner: each step leaves a state from which the next can be resumed.

A file comes: checked, row written, bytes stored, row marked as stored, scanned. A file goes: row marked as removed, bytes
deleted, row deleted. A process that dies between two steps leaves a row that the sweeper finds; never bytes without a row.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Generic
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import faults
from kit.blobs import BlobMissing, Blobs, BlobsUnavailable
from kit.db import Database
from kit.files import Files, FileState, Row, Upload
from kit.idempotency import check_same
from kit.scanning import Scanner, ScannerUnavailable
from kit.uploads import Checker, Kind
from kit.uploads.errors import UploadInfected

# The sweeper leaves a file alone that may still be at its first scan.
FIRST_SCAN = timedelta(seconds=30)
# What a service takes in one call: a file of 20 MiB, and what stands around it.
MAX_REQUEST_BYTES = 24 * 1024 * 1024
# Writes the row of a checked file; nothing if its request was booked before.
Book = Callable[[AsyncSession, Kind], Awaitable[None]]
log = logging.getLogger(__name__)


class Filing(Generic[Row]):
    """The way of files through one table. A service's edge calls it through a few functions of its own."""

    def __init__(self, files: Files[Row], database: Database, blobs: Blobs, checker: Checker, scanner: Scanner) -> None:
        self._files = files
        self._db = database
        self._blobs = blobs
        self._checker = checker
        self._scanner = scanner

    async def take_in(self, person_id: UUID, upload: Upload, book: Book) -> UUID | None:
        """Take a file in; the same request again returns what it made. None for one that was removed meanwhile.

        Raises UploadRefused, and what `book` raises.
        """
        found = await self._found(person_id, upload)
        if found is None:
            kind = await self._checker.check(upload.content, upload.file_name, upload.media_type)
            async with self._db.begin() as session:
                await book(session, kind)
            faults.point("file.after_book")
            found = await self._found(person_id, upload)
        if found is None:
            return None
        if found.state == FileState.REFUSED or not found.blob_key:
            raise UploadInfected
        if found.stored_at is None:
            await self._blobs.put(found.blob_key, upload.content)
            faults.point("file.after_put")
            async with self._db.begin() as session:
                await self._files.mark_stored(session, found.id, datetime.now(UTC))
        if found.state == FileState.QUARANTINED:
            await self._scan(found.id, found.blob_key, upload.content)
        return found.id

    async def _found(self, person_id: UUID, upload: Upload) -> Row | None:
        """What this request made before."""
        async with self._db.read() as session:
            found = await self._files.of_request(session, person_id, upload.request_id)
        if found:
            check_same(found.request_hash, upload.request_hash)
        return found

    async def _scan(self, file_id: UUID, key: str, content: bytes) -> None:
        """Have it judged. Raises UploadInfected; a scanner that is away leaves the file in quarantine."""
        try:
            found = await self._scanner.scan(content)
        except ScannerUnavailable:
            log.warning("file %s stays in quarantine: no verdict of the scanner", file_id, exc_info=True)
            return
        async with self._db.begin() as session:
            await self._files.judge(session, file_id, clean=not found)
        faults.point("file.after_verdict")
        if found:
            log.warning("file %s is refused by the scanner: %s", file_id, found)
            await self._drop(file_id, key)
            raise UploadInfected(found)

    async def content_of(self, row: Row) -> bytes:
        """The bytes of a clean file, which are what came."""
        content = await self._blobs.get(str(row.blob_key))
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).digest())
        if digest != row.sha256:
            raise RuntimeError(f"the bytes of file {row.id} are not those that came")
        return content

    async def sweep_waiting(self, now: datetime) -> None:
        """Scan again what waits for a verdict."""
        async with self._db.read() as session:
            waiting = await self._files.quarantined(session, now - FIRST_SCAN)
        for one in waiting:
            try:
                await self._scan(one.id, str(one.blob_key), await self._blobs.get(str(one.blob_key)))
            except UploadInfected:
                continue
            except BlobMissing:
                log.exception("the bytes of file %s are lost", one.id)

    async def sweep_going(self) -> None:
        """Delete the bytes of what is marked, then what is left of the rows."""
        async with self._db.read() as session:
            going = await self._files.going(session)
        for one in going:
            await self._drop(one.id, one.blob_key)

    async def _drop(self, file_id: UUID, key: str | None) -> None:
        try:
            if key:
                await self._blobs.delete(key)
        except BlobsUnavailable:
            log.warning("the bytes of file %s cannot be deleted yet", file_id)
            return
        faults.point("file.after_bytes_gone")
        async with self._db.begin() as session:
            await self._files.forget_bytes(session, file_id)

    async def aclose(self) -> None:
        await self._checker.close()
        await self._blobs.aclose()
