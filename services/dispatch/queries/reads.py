"""Who read what lies before a court or a procuratorate."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch.models import Demand, JudicialRead
from services.dispatch.queries.access import visible_to


async def page(session: AsyncSession, actor: Actor, demand_id: UUID | None, before: UUID | None, size: int) -> Sequence[Any]:
    """Up to `size` + 1 reads with the demand's number, newest first, that come after `before`."""
    query = select(JudicialRead, Demand.serial).join(Demand, Demand.id == JudicialRead.demand_id).where(visible_to(actor))
    if demand_id:
        query = query.where(JudicialRead.demand_id == demand_id)
    if before:
        query = query.where(JudicialRead.id < before)
    return (await session.execute(query.order_by(JudicialRead.id.desc()).limit(size + 1))).all()
