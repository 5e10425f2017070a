"""Files of courseware: who may see an item sees its files."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.files import Files, FileState
from services.courses.errors import CoursewareFileNotFound, CoursewareNotFound
from services.courses.models import Courseware, CoursewareFile
from services.courses.queries.access import courseware_of, courseware_visible_to

# Files belong to an item from the beginning; what keeps one from going is that its item is no draft any more.
FILES = Files(CoursewareFile, true())
# Also one whose bytes are on their way: its agency can take it back when they never come.
KEPT = CoursewareFile.removed_at.is_(None)


async def files_of(session: AsyncSession, actor: Actor, courseware_id: UUID) -> Sequence[CoursewareFile]:
    """The files of one item, in order. Raises CoursewareNotFound if it is not there for the actor."""
    mine = await session.scalar(
        select(courseware_of(actor)).where(Courseware.id == courseware_id, courseware_visible_to(actor))
    )
    if mine is None:
        raise CoursewareNotFound
    query = select(CoursewareFile).where(CoursewareFile.courseware_id == courseware_id, KEPT)
    if not mine:
        query = query.where(CoursewareFile.state != FileState.REFUSED)
    return (await session.scalars(query.order_by(CoursewareFile.position, CoursewareFile.id))).all()


async def file_of(session: AsyncSession, actor: Actor, file_id: UUID) -> CoursewareFile:
    """One file. Raises CoursewareFileNotFound if it is not there for the actor."""
    query = select(CoursewareFile).join(Courseware, Courseware.id == CoursewareFile.courseware_id)
    theirs = and_(CoursewareFile.id == file_id, KEPT, courseware_visible_to(actor))
    found = (await session.scalars(query.where(theirs))).first()
    if found is None:
        raise CoursewareFileNotFound
    return found


async def file_to_remove(session: AsyncSession, actor: Actor, file_id: UUID) -> tuple[Courseware, CoursewareFile]:
    """A file with its item, locked in that order. PermissionDenied for who sees it without being of its agency."""
    found = await file_of(session, actor, file_id)
    lock = select(Courseware, courseware_of(actor)).where(Courseware.id == found.courseware_id)
    lock = lock.with_for_update(key_share=True, of=Courseware).execution_options(populate_existing=True)
    courseware, mine = (await session.execute(lock)).one()
    if not mine:
        raise PermissionDenied
    again = select(CoursewareFile).where(CoursewareFile.id == file_id, KEPT).with_for_update()
    still = (await session.scalars(again.execution_options(populate_existing=True))).first()
    if still is None:
        raise CoursewareFileNotFound
    return courseware, still


async def free_place(session: AsyncSession, courseware_id: UUID, most: int) -> int | None:
    """The first place that no file takes; None if there is none."""
    taking = and_(CoursewareFile.courseware_id == courseware_id, KEPT, CoursewareFile.state != FileState.REFUSED)
    taken = set(await session.scalars(select(CoursewareFile.position).where(taking)))
    return next((place for place in range(1, most + 1) if place not in taken), None)
