"""What belongs to a demand: its clocks, dispositions, replies and ratings."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import errors
from services.dispatch.models import DemandClock, DemandDisposition, DemandRating, DemandReply, DemandSegment


async def clocks_of(session: AsyncSession, demand_ids: Sequence[UUID], running_only: bool) -> Sequence[DemandClock]:
    query = select(DemandClock).where(DemandClock.demand_id.in_(demand_ids)).order_by(DemandClock.started_at, DemandClock.id)
    if running_only:
        query = query.where(DemandClock.stopped_at.is_(None))
    return (await session.scalars(query)).all()


async def segments_of(session: AsyncSession, demand_id: UUID) -> Sequence[DemandSegment]:
    """Who held a demand when, oldest first; the present holder stands in the demand."""
    query = select(DemandSegment).where(DemandSegment.demand_id == demand_id).order_by(DemandSegment.position)
    return (await session.scalars(query)).all()


async def latest_disposition(session: AsyncSession, demand_id: UUID) -> DemandDisposition | None:
    query = select(DemandDisposition).where(DemandDisposition.demand_id == demand_id)
    return (await session.scalars(query.order_by(DemandDisposition.sequence.desc()).limit(1))).first()


async def latest_reply(session: AsyncSession, demand_id: UUID) -> tuple[DemandReply, DemandRating | None] | None:
    query = (
        select(DemandReply, DemandRating)
        .outerjoin(DemandRating, DemandRating.reply_id == DemandReply.id)
        .where(DemandReply.demand_id == demand_id)
        .order_by(DemandReply.round.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def reply_to_rate(session: AsyncSession, demand_id: UUID) -> DemandReply:
    """The latest reply of a demand that has one. Raises AlreadyRated if it is rated."""
    found = await latest_reply(session, demand_id)
    if found is None or found[1] is not None:
        raise errors.AlreadyRated
    return found[0]
