"""Reading attachments: who may see a demand sees its files; a file that is attached to nothing is its uploader's alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.files import Files
from services.dispatch import errors
from services.dispatch.models import Attachment, Demand
from services.dispatch.queries.access import knows_whose, visible_to

# What is attached is kept.
FILES = Files(Attachment, Attachment.demand_id.is_(None))


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as somebody sees it: whether its demand is before a court, and whether they may learn who sent the file."""

    file: Attachment
    judicial: bool
    sender_known: bool


def _seen(row: Row[Any]) -> Seen:
    """An area's office is as telling as the enterprise that it sent the demand for."""
    file: Attachment = row[0]
    telling = file.unit_code in ("", row.submitted_for_by_unit)
    return Seen(file, bool(row.judicial), file.demand_id is None or bool(row.known) or not telling)


def _files(actor: Actor) -> Select[*tuple[Any, ...]]:
    query = select(Attachment, Demand.judicial, Demand.submitted_for_by_unit, knows_whose(actor).label("known"))
    return query.outerjoin(Demand, Demand.id == Attachment.demand_id).where(FILES.there)


async def attachment(session: AsyncSession, actor: Actor, attachment_id: UUID) -> Seen:
    """One attachment. Raises AttachmentNotFound if it is not there for the actor."""
    loose = and_(Attachment.demand_id.is_(None), Attachment.person_id == actor.person_id)
    theirs = or_(loose, and_(Demand.id.is_not(None), visible_to(actor)))
    found = (await session.execute(_files(actor).where(Attachment.id == attachment_id, theirs))).first()
    if found is None:
        raise errors.AttachmentNotFound
    return _seen(found)


@dataclass(frozen=True, slots=True)
class FilesSeen:
    """The files of a demand, and whether it is before a court."""

    files: Sequence[Seen]
    judicial: bool


async def attachments_of(session: AsyncSession, actor: Actor, demand_id: UUID) -> FilesSeen:
    """The files of one demand, in order. Raises DemandNotFound if it is not there for the actor."""
    judicial = await session.scalar(select(Demand.judicial).where(Demand.id == demand_id, visible_to(actor)))
    if judicial is None:
        raise errors.DemandNotFound
    query = _files(actor).where(Attachment.demand_id == demand_id).order_by(Attachment.position)
    return FilesSeen([_seen(row) for row in await session.execute(query)], judicial)


async def demand_to_attach_to(session: AsyncSession, actor: Actor, demand_id: UUID) -> Demand:
    """Lock one demand until the transaction ends. Raises DemandNotFound if it is not there for the actor."""
    query = select(Demand).where(Demand.id == demand_id, visible_to(actor)).with_for_update(of=Demand)
    found = (await session.scalars(query)).first()
    if found is None:
        raise errors.DemandNotFound
    return found


async def own_to_change(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> Sequence[Attachment]:
    """Lock files that the actor uploaded, in the order given. Raises AttachmentNotFound if one of them is not there."""
    query = select(Attachment).where(Attachment.id.in_(ids), Attachment.person_id == actor.person_id, FILES.there)
    found = {one.id: one for one in await session.scalars(query.order_by(Attachment.id).with_for_update())}
    if len(found) != len(ids):
        raise errors.AttachmentNotFound
    return [found[one] for one in ids]


async def loose_count(session: AsyncSession, person_id: UUID) -> int:
    loose = and_(Attachment.person_id == person_id, Attachment.demand_id.is_(None))
    return await session.scalar(select(func.count()).select_from(Attachment).where(loose)) or 0


async def positions_of(session: AsyncSession, demand_id: UUID) -> Sequence[int]:
    """The places that are taken, of 1 to 10."""
    found = await session.scalars(select(Attachment.position).where(Attachment.demand_id == demand_id))
    return [one for one in found if one is not None]
