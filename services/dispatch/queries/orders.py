"""Supervision orders."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch.models import Demand, DemandClock, SupervisionOrder
from services.dispatch.queries.access import ALL_SEEING, reading, visible_to
from services.dispatch.rules import Clock, OrderLevel


async def orders_of(session: AsyncSession, demand_id: UUID) -> Sequence[SupervisionOrder]:
    """All orders about a demand, oldest first."""
    query = select(SupervisionOrder).where(SupervisionOrder.demand_id == demand_id).order_by(SupervisionOrder.id)
    return (await session.scalars(query)).all()


async def open_order(session: AsyncSession, demand_id: UUID, order_id: UUID) -> SupervisionOrder | None:
    """One order about this demand, unless it is done with."""
    query = select(SupervisionOrder).where(
        SupervisionOrder.id == order_id,
        SupervisionOrder.demand_id == demand_id,
        SupervisionOrder.closed_at.is_(None),
    )
    return (await session.scalars(query)).first()


async def orders_page(
    session: AsyncSession,
    actor: Actor,
    level: OrderLevel | None,
    only_open: bool,
    unit_code: str,
    before: UUID | None,
    size: int,
) -> Sequence[Any]:
    """Up to `size` + 1 orders, newest first, each with its demand's words. An agency's staff see those to their agency."""
    conditions = [visible_to(actor)]
    conditions += [] if actor.has(*ALL_SEEING) else [SupervisionOrder.unit_code == actor.unit_code]
    conditions += [SupervisionOrder.level == level] if level else []
    conditions += [SupervisionOrder.closed_at.is_(None)] if only_open else []
    conditions += [SupervisionOrder.unit_code == unit_code] if unit_code else []
    conditions += [SupervisionOrder.id < before] if before else []
    clock = and_(
        DemandClock.demand_id == Demand.id,
        DemandClock.kind == Clock.ORDER,
        DemandClock.ref == cast(SupervisionOrder.id, String),
    )
    about = (Demand.serial, Demand.title, Demand.state, Demand.version, *reading(actor))
    query = (
        select(SupervisionOrder, *about, DemandClock.breached_at)
        .join(Demand, Demand.id == SupervisionOrder.demand_id)
        .outerjoin(DemandClock, clock)
        .where(*conditions)
    )
    return (await session.execute(query.order_by(SupervisionOrder.id.desc()).limit(size + 1))).all()
