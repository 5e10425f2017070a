"""Who is in the corps (LEC-1, CON-2): appointed to a free seat, replaced, ended. The past is kept."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.db import constraint_of
from kit.errors import PermissionDenied
from services.courses import errors
from services.courses.models import MEMBERS
from services.courses.queries import corps as queries
from services.courses.queries.access import sends_for
from services.courses.queries.corps import AnyMember, Sender
from services.courses.rules.corps import Corps, free_seat
from services.courses.rules.years import year_of
from services.courses.service import duties
from services.courses.service.errands import Errand, check_version

PLACE = {
    Corps.LECTURE: ("year", "unit_code", "seat"),
    Corps.CONSULTATION: ("year", "unit_code", "seat", "group_number"),
}


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """What is said of somebody."""

    name: str
    post: str
    topics: str
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom, in the version that the caller saw."""

    corps: Corps
    member_id: UUID
    version: int


async def appoint(errand: Errand, corps: Corps, year: int, unit_code: str, draft: MemberDraft) -> UUID:
    """Give somebody the unit's free seat. Returns their id; a retry that of the first time."""
    if subject := await errand.subject():
        return _id_in(subject)
    check_year(errand, year)
    if not sends_for(errand.actor, unit_code):
        raise PermissionDenied
    sender = next((one for one in await queries.senders(errand.session, corps) if one.unit_code == unit_code), None)
    if sender is None:
        raise errors.UnitNotInCorps
    member = await seat(errand, corps, year, sender, draft)
    await errand.record(f"{corps}_MEMBER_APPOINTED", f"member/{member.id}")
    return member.id


async def seat(errand: Errand, corps: Corps, year: int, sender: Sender, draft: MemberDraft) -> AnyMember:
    """Find a free seat and take it; who loses it to somebody at the same moment looks again."""
    while True:
        holders = await queries.present(errand.session, corps, year, sender.unit_code)
        if draft.name in {holder.name for holder in holders}:
            raise errors.AlreadyInCorps
        free = free_seat([holder.seat for holder in holders])
        if free is None:
            raise errors.CorpsSeatsTaken
        member = _member(errand, corps, draft, year=year, unit_code=sender.unit_code, seat=free, **_group(sender))
        if await _is_written(errand.session, member):
            return member


async def update(errand: Errand, seen: Seen, post: str, topics: str, person_id: UUID | None) -> None:
    """Write down another post, other topics, or the account. A name stands for a person, and stays."""
    member = await _begin(errand, seen)
    if member is None:
        return
    rewrite(member, post, topics)
    member.person_id = person_id
    await errand.record(f"{seen.corps}_MEMBER_UPDATED", f"member/{member.id}")


def rewrite(member: AnyMember, post: str, topics: str) -> None:
    """Raises MemberEnded: the past stays as it was."""
    if member.ended_at:
        raise errors.MemberEnded
    member.post, member.topics = post, topics
    member.version += 1


async def replace(errand: Errand, seen: Seen, draft: MemberDraft, reason: str, takes_over: bool) -> UUID:
    """End somebody's time and seat another at once, with the duties ahead if they take those over. Returns who follows."""
    member = await _begin(errand, seen)
    if member is None:
        return _id_in(await errand.subject())
    ahead = await duties.duties_of(errand, seen.corps, member.id)
    if ahead and not takes_over:
        raise errors.LecturesAhead(count=str(len(ahead)))
    if draft.name == member.name:
        raise errors.AlreadyInCorps
    await _end(errand, member, reason)
    place = {column: getattr(member, column) for column in PLACE[seen.corps]}
    successor = _member(errand, seen.corps, draft, predecessor_id=member.id, **place)
    if not await _is_written(errand.session, successor):
        raise errors.AlreadyInCorps
    await duties.hand_over(errand, ahead, member.id, successor.id)
    await errand.record(f"{seen.corps}_MEMBER_REPLACED", f"member/{successor.id}", reason)
    return successor.id


async def end(errand: Errand, seen: Seen, reason: str) -> None:
    """End somebody's time. Their duties ahead want somebody else first."""
    member = await _begin(errand, seen)
    if member is None:
        return
    if ahead := await duties.duties_of(errand, seen.corps, member.id):
        raise errors.LecturesAhead(count=str(len(ahead)))
    await _end(errand, member, reason)
    await errand.record(f"{seen.corps}_MEMBER_ENDED", f"member/{member.id}", reason)


def check_year(errand: Errand, year: int) -> None:
    """The corps of a year that is over stays as it was."""
    if year < year_of(errand.now):
        raise errors.YearOver(year=str(year))


async def _begin(errand: Errand, seen: Seen) -> AnyMember | None:
    """The locked member, in the version that the caller saw; None for a request that was served before.

    Their duties are locked first: whoever changes a lecture locks it before looking at who gives it.
    """
    await queries.check_may_change(errand.session, errand.actor, seen.corps, seen.member_id)
    if await errand.is_repeat():
        return None
    await duties.lock(errand, await duties.duties_of(errand, seen.corps, seen.member_id))
    member = await queries.lock_member(errand.session, seen.corps, seen.member_id)
    if await errand.is_repeat():
        return None
    check_version(member.version, seen.version)
    check_year(errand, member.year)
    if member.ended_at:
        raise errors.MemberEnded
    return member


async def _end(errand: Errand, member: AnyMember, reason: str) -> None:
    """The one way in which somebody's time ends."""
    member.ended_at, member.end_reason = errand.now, reason
    member.version += 1
    await errand.session.flush()


def _member(errand: Errand, corps: Corps, draft: MemberDraft, **place: Any) -> AnyMember:
    return MEMBERS[corps](
        id=uuid7(),
        name=draft.name,
        post=draft.post,
        topics=draft.topics,
        person_id=draft.person_id,
        appointed_by=errand.actor.person_id,
        appointed_at=errand.now,
        version=1,
        **place,
    )


def _group(sender: Sender) -> dict[str, int]:
    return {"group_number": sender.group_number} if sender.group_number else {}


async def _is_written(session: AsyncSession, member: AnyMember) -> bool:
    """Whether the seat and the name were free; somebody may have taken either at the same moment."""
    table = member.__tablename__
    try:
        async with session.begin_nested():
            session.add(member)
    except IntegrityError as error:
        if constraint_of(error) in (f"uq_{table}_seat", f"uq_{table}_name"):
            return False
        raise
    return True


def _id_in(subject: str) -> UUID:
    return UUID(subject.rpartition("/")[2])
