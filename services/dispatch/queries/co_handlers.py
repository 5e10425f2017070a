"""Agencies that assist with a demand, and their opinions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.models import DemandCoHandler, Unit


async def present(session: AsyncSession, demand_id: UUID, unit_code: str) -> tuple[DemandCoHandler, Unit] | None:
    """An agency that assists now."""
    query = (
        select(DemandCoHandler, Unit)
        .join(Unit, Unit.code == DemandCoHandler.unit_code)
        .where(
            DemandCoHandler.demand_id == demand_id,
            DemandCoHandler.unit_code == unit_code,
            DemandCoHandler.released_at.is_(None),
        )
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def missing(session: AsyncSession, demand_id: UUID, round: int) -> Sequence[str]:
    """Agencies that assist in this round and have neither given their opinion nor been let off."""
    query = select(DemandCoHandler.unit_code).where(
        DemandCoHandler.demand_id == demand_id,
        DemandCoHandler.round == round,
        DemandCoHandler.released_at.is_(None),
        DemandCoHandler.opinion_at.is_(None),
        DemandCoHandler.waived_at.is_(None),
    )
    return (await session.scalars(query.order_by(DemandCoHandler.added_at, DemandCoHandler.unit_code))).all()


async def shown(session: AsyncSession, demand_id: UUID) -> Sequence[Any]:
    """Agencies that assist, and those that were heard, with their names, in the order they came."""
    query = (
        select(DemandCoHandler, Unit.name)
        .join(Unit, Unit.code == DemandCoHandler.unit_code)
        .where(
            DemandCoHandler.demand_id == demand_id,
            or_(DemandCoHandler.released_at.is_(None), DemandCoHandler.opinion_at.is_not(None)),
        )
    )
    order = (DemandCoHandler.round, DemandCoHandler.added_at, DemandCoHandler.unit_code)
    return (await session.execute(query.order_by(*order))).all()
