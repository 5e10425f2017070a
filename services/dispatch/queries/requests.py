"""Requests that wait for a decision, questions to the enterprise, and what parked demands wait for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, func, literal, or_, select, text, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch.models import ConditionTag, Demand, DemandApproval, DemandInfoRequest
from services.dispatch.queries.access import reading, visible_to
from services.dispatch.rules import ApprovalKind, ApprovalState, Party, State

MOST_APPROVALS = 200
MOST_WAITING = 1000
CENTRE_AND_ABOVE = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD), int(Role.ROLE_SUPERVISOR))
TO_REVIVE = text("""
SELECT d.id FROM demand d
WHERE d.state = 'PARKED' AND NOT d.revived
  AND d.condition_tags && (SELECT COALESCE(array_agg(name), '{}') FROM condition_tag WHERE met_at IS NOT NULL)
ORDER BY d.id LIMIT :batch FOR UPDATE SKIP LOCKED
""")


async def pending_of(session: AsyncSession, demand_id: UUID) -> DemandApproval | None:
    """The request about a demand that waits for a decision; there is one at most."""
    query = select(DemandApproval).where(
        DemandApproval.demand_id == demand_id, DemandApproval.state == ApprovalState.PENDING
    )
    return (await session.scalars(query)).first()


async def pending_page(session: AsyncSession, actor: Actor) -> Sequence[Any]:
    """Requests that wait for this actor, or all for those who follow them; oldest first, with the demand's words."""
    before: ColumnElement[bool] = true()
    if not actor.has(*CENTRE_AND_ABOVE):
        before = (DemandApproval.stage == Party.AGENCY_LEAD) & (DemandApproval.unit_code == actor.unit_code)
    query = (
        select(DemandApproval, Demand.serial, Demand.title, Demand.version, *reading(actor))
        .join(Demand, Demand.id == DemandApproval.demand_id)
        .where(DemandApproval.state == ApprovalState.PENDING, before, visible_to(actor))
    )
    return (await session.execute(query.order_by(DemandApproval.asked_at).limit(MOST_APPROVALS))).all()


async def has_returned(session: AsyncSession, demand_id: UUID, unit_code: str) -> bool:
    """Whether an agency has sent a demand back before, whatever became of that."""
    query = select(DemandApproval.id).where(
        DemandApproval.demand_id == demand_id,
        DemandApproval.unit_code == unit_code,
        DemandApproval.kind == ApprovalKind.RETURN,
    )
    return (await session.scalar(query.limit(1))) is not None


async def latest_info_request(session: AsyncSession, demand_id: UUID) -> DemandInfoRequest | None:
    query = select(DemandInfoRequest).where(DemandInfoRequest.demand_id == demand_id)
    return (await session.scalars(query.order_by(DemandInfoRequest.sequence.desc()).limit(1))).first()


async def met_among(session: AsyncSession, names: Sequence[str]) -> str | None:
    """One of these conditions that is met already; None if none is."""
    return await session.scalar(
        select(ConditionTag.name).where(ConditionTag.name.in_(names), ConditionTag.met_at.is_not(None)).limit(1)
    )


async def to_revive(session: AsyncSession, batch: int) -> Sequence[UUID]:
    """Parked demands one of whose conditions is met, locked; those that somebody else holds are left to the next round."""
    return (await session.scalars(TO_REVIVE, {"batch": batch})).all()


async def conditions(session: AsyncSession, actor: Actor, name: str | None = None) -> Sequence[Any]:
    """Conditions with how many demands the actor sees waiting for each: those not met first, then the newest."""
    waiting = (
        select(literal(1))
        .where(Demand.state == State.PARKED, Demand.condition_tags.contains(array([ConditionTag.name])), visible_to(actor))
        .limit(MOST_WAITING)
        .correlate(ConditionTag)
        .lateral("waiting")
    )
    count = select(func.count()).select_from(waiting).correlate(ConditionTag).scalar_subquery().label("waiting")
    query = select(ConditionTag, count)
    recent = ConditionTag.met_at > func.now() - text("interval '1 year'")
    query = query.where(ConditionTag.name == name) if name else query.where(or_(ConditionTag.met_at.is_(None), recent))
    return (await session.execute(query.order_by(ConditionTag.met_at.desc().nulls_first(), ConditionTag.name))).all()
