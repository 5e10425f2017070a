"""What becomes of a file in the database: booked, stored, judged, attached, marked as removed (DEM-9: 附件)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat
from fahu.access.v1.access_pb2 import Role
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.blobs import new_key
from kit.errors import PermissionDenied
from kit.uploads import Kind
from services.dispatch import errors, rules
from services.dispatch.models import MOST_OF_A_DEMAND, Attachment, AttachmentState, Demand
from services.dispatch.queries import attachments as queries
from services.dispatch.rules import State

MOST_LOOSE = 30
LOOSE_HOURS = 24
# Between the row and its bytes lie seconds; what is not stored after so long never will be.
UNSTORED_HOURS = 1
SHUT = frozenset({State.CLOSED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came."""

    file_name: str
    media_type: str
    content: bytes
    sha256: bytes
    request_id: str
    request_hash: bytes


async def book(session: AsyncSession, actor: Actor, upload: Upload, kind: Kind, now: datetime) -> None:
    """Write the row of a checked file, before its bytes are stored. Nothing happens if this request was booked before."""
    if await queries.loose_count(session, actor.person_id) >= MOST_LOOSE:
        raise errors.AttachmentsTooMany(limit=str(MOST_LOOSE))
    values = {
        "id": uuid_utils.compat.uuid7(),
        "person_id": actor.person_id,
        "unit_code": actor.unit_code,
        "enterprise_id": actor.organisation_id,
        "file_name": upload.file_name,
        "kind": kind,
        "media_type": kind.media_type,
        "size": len(upload.content),
        "sha256": upload.sha256,
        "blob_key": new_key(),
        "state": AttachmentState.QUARANTINED,
        "request_id": upload.request_id,
        "request_hash": upload.request_hash,
        "uploaded_at": now,
    }
    await session.execute(
        insert(Attachment).values(values).on_conflict_do_nothing(index_elements=["person_id", "request_id"])
    )


async def mark_stored(session: AsyncSession, attachment_id: UUID, now: datetime) -> None:
    """Its bytes are there."""
    unstored = and_(Attachment.id == attachment_id, Attachment.stored_at.is_(None))
    await session.execute(update(Attachment).where(unstored).values(stored_at=now))


async def judge(session: AsyncSession, attachment_id: UUID, clean: bool) -> None:
    """The scanner's verdict; the first one stands."""
    waiting = and_(Attachment.id == attachment_id, Attachment.state == AttachmentState.QUARANTINED)
    state = AttachmentState.CLEAN if clean else AttachmentState.REFUSED
    await session.execute(update(Attachment).where(waiting).values(state=state))


async def attach(session: AsyncSession, actor: Actor, demand_id: UUID, ids: Sequence[UUID], now: datetime) -> None:
    """Attach the actor's own files to a demand; those that are attached to it already stay as they are."""
    demand = await queries.demand_to_attach_to(session, actor, demand_id)
    if not _has_part_in(actor, demand):
        raise PermissionDenied
    new = [one for one in await queries.own_to_change(session, actor, ids) if one.demand_id != demand_id]
    if not new:
        return
    if demand.state in SHUT:
        raise errors.DemandWrongState(state=demand.state, action="attach")
    taken = set(await queries.positions_of(session, demand_id))
    free = [position for position in range(1, MOST_OF_A_DEMAND + 1) if position not in taken]
    if len(new) > len(free):
        raise errors.AttachmentsTooMany(limit=str(MOST_OF_A_DEMAND))
    for one, position in zip(new, free, strict=False):
        if one.demand_id:
            raise errors.AttachmentAttached
        if one.state == AttachmentState.REFUSED:
            raise errors.AttachmentNotClean(state=one.state)
        one.demand_id, one.position, one.attached_at = demand_id, position, now


def _has_part_in(actor: Actor, demand: Demand) -> bool:
    """Its enterprise's contact, the lead agency's contact and handler, the centre, and the area's office that sent it on its
    behalf; who merely sees it has none.
    """
    if actor.has(*rules.CENTRE_ROLES):
        return True
    if actor.has(int(Role.ROLE_LIAISON)) and demand.enterprise_id == actor.organisation_id:
        return True
    if actor.has(int(Role.ROLE_AREA_OFFICER)) and demand.submitted_for_by_unit == actor.unit_code != "":
        return True
    return actor.has(*rules.ACCEPTING_ROLES) and demand.lead_unit_code == actor.unit_code != ""


async def remove(session: AsyncSession, actor: Actor, attachment_id: UUID, now: datetime) -> None:
    """Mark a file that is attached to nothing as removed: from now on it is there for nobody."""
    (found,) = await queries.own_to_change(session, actor, [attachment_id])
    if found.demand_id:
        raise errors.AttachmentAttached
    found.removed_at = now


async def remove_forgotten(session: AsyncSession, now: datetime) -> None:
    """Mark what was attached to nothing for a day, and what was never stored."""
    unstored = and_(Attachment.stored_at.is_(None), Attachment.uploaded_at < now - timedelta(hours=UNSTORED_HOURS))
    old = or_(Attachment.uploaded_at < now - timedelta(hours=LOOSE_HOURS), unstored)
    loose = and_(Attachment.demand_id.is_(None), Attachment.removed_at.is_(None))
    await session.execute(update(Attachment).where(loose, old).values(removed_at=now))


async def forget_bytes(session: AsyncSession, attachment_id: UUID) -> None:
    """Its bytes are gone: so is the row of one that is removed, while a refused one keeps what is known of it."""
    mine = await session.scalar(select(Attachment).where(Attachment.id == attachment_id).with_for_update())
    if mine is None:
        return
    if mine.removed_at:
        await session.execute(delete(Attachment).where(Attachment.id == attachment_id))
    else:
        mine.blob_key = None
