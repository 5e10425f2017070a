"""Categories and agencies."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import errors
from services.dispatch.models import (
    Category,
    RoutingRule,
    Unit,
)
from services.dispatch.rules import Lead

CENTRE_UNIT = "centre"


async def categories(session: AsyncSession) -> Sequence[Any]:
    """Active categories in order, each with the one agency its rule leads to."""
    lead = select(func.min(RoutingRule.unit_code)).where(RoutingRule.category_code == Category.code, RoutingRule.active)
    unit_code = func.coalesce(lead.having(func.count() == 1).scalar_subquery(), "").label("unit_code")
    query = select(Category.code, Category.name, Category.hint, unit_code).where(Category.active)
    found: Sequence[Any] = (await session.execute(query.order_by(Category.position))).all()
    return found


async def agencies(session: AsyncSession, codes: Sequence[str]) -> Sequence[Unit]:
    """Those of these units that are agencies taking part."""
    query = select(Unit).where(Unit.code.in_(codes), Unit.active, Unit.kind == "AGENCY")
    return (await session.scalars(query)).all()


async def agency(session: AsyncSession, code: str) -> Lead:
    """An agency that takes part, with its contacts. Raises UnitNotAnAgency, UnitWithoutContact."""
    found = await agencies(session, [code])
    if not found:
        raise errors.UnitNotAnAgency
    (unit,) = found
    if not unit.contact_ids:
        raise errors.UnitWithoutContact
    return Lead(unit.code, unit.name, 0, tuple(unit.contact_ids))
