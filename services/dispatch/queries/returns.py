"""Returns: to the agency that asked a receipt, to those who follow them all."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch.models import Demand, DemandApproval
from services.dispatch.queries.access import AGENCY, ALL_SEEING, not_about, visible_to
from services.dispatch.rules import ApprovalKind, ApprovalState


def _shown_to(actor: Actor) -> ColumnElement[bool]:
    """An agency's own, though it sees the demand no more; all to those who see all."""
    shown: list[ColumnElement[bool]] = []
    if actor.has(*AGENCY) and actor.unit_code:
        shown.append(and_(DemandApproval.unit_code == actor.unit_code, not_about(actor.unit_code)))
    if actor.has(*ALL_SEEING):
        shown.append(visible_to(actor))
    return or_(false(), *shown)


async def page(
    session: AsyncSession, actor: Actor, states: Sequence[ApprovalState], before: UUID | None, size: int
) -> Sequence[Any]:
    """Up to `size` + 1 returns with the demand's number, newest first, that come after `before`."""
    query = (
        select(DemandApproval, Demand.serial)
        .join(Demand, Demand.id == DemandApproval.demand_id)
        .where(and_(DemandApproval.kind == ApprovalKind.RETURN, _shown_to(actor)))
    )
    if states:
        query = query.where(DemandApproval.state.in_(states))
    if before:
        query = query.where(DemandApproval.id < before)
    return (await session.execute(query.order_by(DemandApproval.id.desc()).limit(size + 1))).all()
