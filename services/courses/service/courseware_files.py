"""What becomes of a file of courseware in the database: booked for a draft, and taken out of it again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.files import FileState, Upload
from kit.uploads import Kind
from services.courses import errors
from services.courses.models import CoursewareFile
from services.courses.queries import courseware as courseware_queries
from services.courses.queries import courseware_files as queries
from services.courses.queries.access import courseware_of
from services.courses.rules.courseware import MOST_FILES
from services.courses.service.courseware import check_draft

# So long an agency sees that the scanner refused a file.
REFUSED_SHOWN = timedelta(hours=24)


async def check_takes_files(session: AsyncSession, actor: Actor, courseware_id: UUID, request_id: str) -> None:
    """Before a file is looked at, which takes a while. A request that was served before may come again at any time."""
    if await queries.FILES.of_request(session, actor.person_id, request_id) is None:
        check_draft(await courseware_queries.courseware_to_change(session, actor, courseware_id, courseware_of(actor)))


async def book(session: AsyncSession, actor: Actor, courseware_id: UUID, upload: Upload, kind: Kind, now: datetime) -> None:
    """Write the row of a checked file, before its bytes are stored. Nothing happens if this request was booked before."""
    courseware = await courseware_queries.courseware_to_change(session, actor, courseware_id, courseware_of(actor))
    check_draft(courseware)
    if await queries.FILES.of_request(session, actor.person_id, upload.request_id):
        return
    place = await queries.free_place(session, courseware_id, MOST_FILES)
    if place is None:
        raise errors.CoursewareFilesTooMany(limit=str(MOST_FILES))
    values = upload.columns(actor.person_id, kind, now) | {"courseware_id": courseware_id, "position": place}
    written = insert(CoursewareFile).values(values).on_conflict_do_nothing(index_elements=["person_id", "request_id"])
    await session.execute(written)


async def remove(session: AsyncSession, actor: Actor, file_id: UUID, now: datetime) -> None:
    """Take a file out of a draft: from now on it is there for nobody."""
    courseware, found = await queries.file_to_remove(session, actor, file_id)
    check_draft(courseware)
    found.removed_at = now


async def remove_old(session: AsyncSession, now: datetime) -> None:
    """Mark what was refused a day ago, and what was never stored."""
    refused = and_(CoursewareFile.state == FileState.REFUSED, CoursewareFile.uploaded_at < now - REFUSED_SHOWN)
    await queries.FILES.remove_old(session, now, refused)
