"""What becomes of a file in the database: booked, stored, judged, attached, marked as removed (DEM-9: 附件)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.files import FileState, Upload
from kit.uploads import Kind
from services.dispatch import errors, rules
from services.dispatch.models import MOST_OF_A_DEMAND, Attachment, Demand
from services.dispatch.queries import attachments as queries
from services.dispatch.rules import State

MOST_LOOSE = 30
LOOSE_HOURS = 24
SHUT = frozenset({State.CLOSED, State.WITHDRAWN})


async def book(session: AsyncSession, actor: Actor, upload: Upload, kind: Kind, now: datetime) -> None:
    """Write the row of a checked file, before its bytes are stored. Nothing happens if this request was booked before."""
    if await queries.loose_count(session, actor.person_id) >= MOST_LOOSE:
        raise errors.AttachmentsTooMany(limit=str(MOST_LOOSE))
    values = upload.columns(actor.person_id, kind, now)
    values |= {"unit_code": actor.unit_code, "enterprise_id": actor.organisation_id}
    await session.execute(
        insert(Attachment).values(values).on_conflict_do_nothing(index_elements=["person_id", "request_id"])
    )


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
        if one.state == FileState.REFUSED:
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
    await queries.FILES.remove_old(session, now, Attachment.uploaded_at < now - timedelta(hours=LOOSE_HOURS))
