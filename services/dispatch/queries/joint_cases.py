"""Joint cases with those of their members that the actor sees; who sees none, and does not follow all, sees no case."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import errors
from services.dispatch.models import Demand, DemandApproval, JointCase, JointCaseEvent
from services.dispatch.queries.access import ALL_SEEING, visible_to
from services.dispatch.queries.demands import named
from services.dispatch.rules import BEFORE_REPLY, ApprovalKind, ApprovalState, JointAct

MOST_MEMBERS = 50
MEMBER = Demand.joint_case_id == JointCase.id
LOCKED = (Demand.id, Demand.serial, Demand.version, Demand.state, Demand.lead_unit_code, Demand.enterprise_id)


def _shown_to(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.has(*ALL_SEEING) else exists().where(MEMBER, visible_to(actor))


async def joint_case(session: AsyncSession, actor: Actor, joint_case_id: UUID, *, lock: bool = False) -> JointCase:
    """One case, locked until the transaction ends if wanted. Raises JointCaseNotFound if it is not there for the actor."""
    query = select(JointCase).where(JointCase.id == joint_case_id, _shown_to(actor))
    found = await session.scalar(query.with_for_update(of=JointCase) if lock else query)
    if found is None:
        raise errors.JointCaseNotFound
    return found


async def members(session: AsyncSession, actor: Actor, joint_case_id: UUID) -> Sequence[Any]:
    """The members that the actor sees, oldest first, as lists show them."""
    query = named(actor).where(Demand.joint_case_id == joint_case_id, visible_to(actor)).order_by(Demand.id)
    return (await session.execute(query)).all()


async def lock_members(session: AsyncSession, actor: Actor, joint_case_id: UUID) -> Sequence[Any]:
    """What tells the members apart that the actor sees, locked in the order of their ids."""
    return await _locked(session, Demand.joint_case_id == joint_case_id, visible_to(actor))


async def lock_demands(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> Sequence[Any]:
    """The same of demands by id, in or out of cases."""
    return await _locked(session, Demand.id.in_(ids), visible_to(actor))


async def _locked(session: AsyncSession, *conditions: ColumnElement[bool]) -> Sequence[Any]:
    query = select(*LOCKED).where(*conditions)
    return (await session.execute(query.order_by(Demand.id).with_for_update(of=Demand))).all()


def version_of(joint_case_id: UUID, seen: Sequence[Any]) -> int:
    """What stands for the members as they were seen, in 48 bits, so that every client's numbers can hold it."""
    digest = hashlib.sha256(joint_case_id.bytes)
    for row in seen:
        digest.update(row.id.bytes + row.version.to_bytes(8))
    return int.from_bytes(digest.digest()[:6]) + 1


async def size(session: AsyncSession, joint_case_id: UUID) -> int:
    """How many members there are, whoever sees them."""
    query = select(func.count()).select_from(Demand).where(Demand.joint_case_id == joint_case_id)
    return await session.scalar(query) or 0


async def page(session: AsyncSession, actor: Actor, unanswered: bool, before: UUID | None, limit: int) -> Sequence[Any]:
    """Up to `limit` + 1 cases, newest first, with how many members the actor sees and how many of them wait."""
    mine = select(func.count()).select_from(Demand).where(MEMBER, visible_to(actor)).correlate(JointCase)
    waiting = mine.where(Demand.state.in_(BEFORE_REPLY))
    conditions = [_shown_to(actor)]
    conditions += [JointCase.id < before] if before else []
    conditions += [exists().where(MEMBER, Demand.state.in_(BEFORE_REPLY), visible_to(actor))] if unanswered else []
    columns = (JointCase, mine.scalar_subquery().label("members"), waiting.scalar_subquery().label("waiting"))
    return (await session.execute(select(*columns).where(*conditions).order_by(JointCase.id.desc()).limit(limit + 1))).all()


async def of_request(session: AsyncSession, actor: Actor, request_id: str) -> JointCase | None:
    """The case that this person made under this request id."""
    mine = (JointCase.created_by == actor.person_id, JointCase.request_id == request_id)
    return await session.scalar(select(JointCase).where(*mine))


async def served_before(session: AsyncSession, joint_case_id: UUID, actor: Actor, request_id: str) -> JointCaseEvent | None:
    """What this person did to the case under this request id, if anything."""
    query = select(JointCaseEvent).where(
        JointCaseEvent.joint_case_id == joint_case_id,
        JointCaseEvent.person_id == actor.person_id,
        JointCaseEvent.request_id == request_id,
    )
    return await session.scalar(query)


async def create(session: AsyncSession, case: JointCase) -> bool:
    """Write a new case. False if its very request has made one, perhaps at this moment."""
    values = {column.key: getattr(case, column.key) for column in JointCase.__table__.columns}
    query = insert(JointCase).values(values).on_conflict_do_nothing(index_elements=["created_by", "request_id"])
    return await session.scalar(query.returning(JointCase.id)) is not None


async def next_sequence(session: AsyncSession, joint_case_id: UUID) -> int:
    """The number of the next thing done to a case; whoever asks holds its lock."""
    query = select(func.coalesce(func.max(JointCaseEvent.sequence), 0)).where(JointCaseEvent.joint_case_id == joint_case_id)
    return (await session.scalar(query) or 0) + 1


async def latest_reply(session: AsyncSession, joint_case_id: UUID, unit_code: str) -> JointCaseEvent | None:
    """The latest joint answer of a unit."""
    query = select(JointCaseEvent).where(
        JointCaseEvent.joint_case_id == joint_case_id,
        JointCaseEvent.unit_code == unit_code,
        JointCaseEvent.type == JointAct.REPLIED,
    )
    return await session.scalar(query.order_by(JointCaseEvent.sequence.desc()).limit(1))


async def to_sign(session: AsyncSession, replied: JointCaseEvent) -> dict[UUID, UUID]:
    """The requests that a joint answer left to the agency's lead and that wait still, by demand."""
    query = select(DemandApproval.demand_id, DemandApproval.id).where(
        DemandApproval.demand_id.in_(replied.demand_ids),
        DemandApproval.state == ApprovalState.PENDING,
        DemandApproval.kind == ApprovalKind.REPLY,
        DemandApproval.asked_by == replied.person_id,
        DemandApproval.asked_at == replied.at,
    )
    return {row.demand_id: row.id for row in await session.execute(query)}
