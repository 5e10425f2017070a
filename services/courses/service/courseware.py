"""Courseware from its draft to its end: what an agency makes of it, and what 区委依法治区办 decides (LEC-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_
from uuid_utils.compat import uuid7

from kit.files import FileState
from services.courses import errors
from services.courses.models import Courseware, CoursewareNeed
from services.courses.queries import courseware as queries
from services.courses.queries.access import courseware_of, supervises
from services.courses.rules.courseware import NEXT_COURSEWARE, CoursewareState
from services.courses.service import events
from services.courses.service.errands import Errand, check_version


@dataclass(frozen=True, slots=True)
class CoursewareDraft:
    """What an agency says of an item."""

    title: str
    summary: str
    minutes: int
    need_ids: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Seen:
    """Which item, in the version that the caller saw."""

    courseware_id: UUID
    version: int


async def draft(errand: Errand, year: int, given: CoursewareDraft) -> UUID:
    """Begin one of the caller's agency. Returns its id; a retry that of the first time."""
    if subject := await errand.subject():
        return UUID(subject.rpartition("/")[2])
    await queries.agency_at_work(errand.session, errand.actor.unit_code)
    courseware = Courseware(
        id=uuid7(),
        year=year,
        unit_code=errand.actor.unit_code,
        title=given.title,
        summary=given.summary,
        minutes=given.minutes,
        anonymised=False,
        state=CoursewareState.DRAFT,
        created_by=errand.actor.person_id,
        created_at=errand.now,
        changed_at=errand.now,
        version=0,
    )
    errand.session.add(courseware)
    await errand.session.flush()
    await _name_needs(errand, courseware, given.need_ids)
    await _save(errand, courseware, "COURSEWARE_DRAFTED")
    return courseware.id


async def update(errand: Errand, seen: Seen, given: CoursewareDraft) -> None:
    """Write a draft anew."""
    courseware = await _begin(errand, seen, courseware_of(errand.actor))
    if courseware is None:
        return
    check_draft(courseware)
    courseware.title, courseware.summary, courseware.minutes = given.title, given.summary, given.minutes
    await _name_needs(errand, courseware, given.need_ids)
    await _save(errand, courseware, "COURSEWARE_CHANGED")


async def submit(errand: Errand, seen: Seen, anonymised: bool) -> None:
    """Hand it in, with its files. Whoever does says that no one can be told from the case."""
    courseware = await _begin(errand, seen, courseware_of(errand.actor))
    if courseware is None:
        return
    _move(courseware, CoursewareState.SUBMITTED)
    if not anonymised:
        raise errors.CoursewareNotAnonymised
    with errand.session.no_autoflush:
        states = await queries.file_states(errand.session, courseware.id)
    if FileState.QUARANTINED in states:
        raise errors.CoursewareFilesWaiting
    if FileState.CLEAN not in states:
        raise errors.CoursewareFilesMissing
    courseware.anonymised, courseware.submitted_at = True, errand.now
    await _save(errand, courseware, "COURSEWARE_SUBMITTED")


async def approve(errand: Errand, seen: Seen) -> None:
    """Let it be taught."""
    courseware = await _begin(errand, seen, supervises(errand.actor))
    if courseware is None:
        return
    if courseware.state != CoursewareState.SUBMITTED:
        raise errors.CoursewareWrongState(state=courseware.state)
    _move(courseware, CoursewareState.APPROVED)
    courseware.note = None
    await _save(errand, courseware, "COURSEWARE_APPROVED")


async def send_back(errand: Errand, seen: Seen, note: str) -> None:
    """Make it a draft again. What it becomes has to be said to be anonymous anew."""
    courseware = await _begin(errand, seen, supervises(errand.actor))
    if courseware is None:
        return
    if courseware.state != CoursewareState.SUBMITTED:
        raise errors.CoursewareWrongState(state=courseware.state)
    _move(courseware, CoursewareState.DRAFT)
    courseware.anonymised, courseware.note = False, note
    await _save(errand, courseware, "COURSEWARE_SENT_BACK", note)


async def retire(errand: Errand, seen: Seen, reason: str) -> None:
    """Take it out of use. Lectures that are still to be given from it come first: they get another, or are cancelled. So do
    requests to which it was offered: those are answered.
    """
    courseware = await _begin(errand, seen, or_(supervises(errand.actor), courseware_of(errand.actor)))
    if courseware is None:
        return
    lectures = await queries.lectures_to_give(errand.session, courseware.id)
    if in_use := lectures + await queries.requests_offered(errand.session, courseware.id):
        raise errors.CoursewareInUse(lectures=str(in_use))
    _move(courseware, CoursewareState.RETIRED)
    courseware.end_reason = reason
    await _save(errand, courseware, "COURSEWARE_RETIRED", reason)


async def list_in_catalogue(errand: Errand, courseware: Courseware) -> None:
    """It stands in the catalogue that is being published. Whoever calls holds its lock."""
    _move(courseware, CoursewareState.PUBLISHED)
    await _save(errand, courseware, "")


def check_draft(courseware: Courseware) -> None:
    if courseware.state != CoursewareState.DRAFT:
        raise errors.CoursewareWrongState(state=courseware.state)


async def _begin(errand: Errand, seen: Seen, may: ColumnElement[bool]) -> Courseware | None:
    """The locked item, in the version that the caller saw; None for a request that was served before."""
    courseware = await queries.courseware_to_change(errand.session, errand.actor, seen.courseware_id, may)
    if await errand.is_repeat():
        return None
    check_version(courseware.version, seen.version)
    return courseware


def _move(courseware: Courseware, state: CoursewareState) -> None:
    """The one way in which an item changes its state."""
    if state not in NEXT_COURSEWARE[CoursewareState(courseware.state)]:
        raise errors.CoursewareWrongState(state=courseware.state)
    courseware.state = state


async def _name_needs(errand: Errand, courseware: Courseware, need_ids: Sequence[UUID]) -> None:
    """Set which needs it answers. One that was retired since it was named may stay."""
    before = await queries.need_ids_of(errand.session, courseware.id)
    new = set(need_ids) - before
    found = await queries.needs_of_year(errand.session, courseware.year, new)
    if len(found) != len(new):
        raise errors.NeedNotFound
    if any(need.end_reason is not None for need in found):
        raise errors.NeedRetired
    gone = CoursewareNeed.need_id.in_(before - set(need_ids))
    await errand.session.execute(delete(CoursewareNeed).where(CoursewareNeed.courseware_id == courseware.id, gone))
    for need in found:
        errand.session.add(CoursewareNeed(courseware_id=courseware.id, need_id=need.id, year=courseware.year))


async def _save(errand: Errand, courseware: Courseware, action: str, reason: str = "") -> None:
    """Its agency's contacts are told what somebody else did to it. Without an action it is part of another act."""
    courseware.version += 1
    courseware.changed_at = errand.now
    await errand.session.flush()
    await errand.session.refresh(courseware)
    own = errand.actor.unit_code == courseware.unit_code
    told = [] if own else await queries.contacts_of(errand.session, courseware.unit_code)
    events.courseware_changed(errand.session, courseware, told)
    if action:
        await errand.record(action, f"courseware/{courseware.id}", reason)
