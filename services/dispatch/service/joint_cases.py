"""并案: demands about one matter, joined, answered together, and rated apart. What is done, is done to all or to none."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import FieldViolation, IdempotencyKeyReused, ServiceError, StaleVersion
from kit.idempotency import check_same
from services.dispatch import errors, rules
from services.dispatch.models import JointCase, JointCaseEvent
from services.dispatch.moves import Course
from services.dispatch.queries import joint_cases as queries
from services.dispatch.rules import Action, JointAct, State
from services.dispatch.service import handling
from services.dispatch.service.answers import Answer
from services.dispatch.service.change import Change, Precondition, begin, move, roles_on

OnMember = Callable[[Change], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Errand:
    """One request about a case: whose, when, and what makes its retry recognisable."""

    session: AsyncSession
    actor: Actor
    course: Course
    now: datetime
    request_id: str
    request_hash: bytes


async def create(errand: Errand, title: str, demand_ids: Sequence[UUID]) -> UUID:
    """Join demands that are not answered yet. Returns the id of the case."""
    case = JointCase(
        id=uuid_utils.compat.uuid7(),
        title=title,
        created_by=errand.actor.person_id,
        created_at=errand.now,
        request_id=errand.request_id,
        request_hash=errand.request_hash,
    )
    if not await queries.create(errand.session, case):
        earlier = await queries.of_request(errand.session, errand.actor, errand.request_id)
        assert earlier  # noqa: S101 - cases are never deleted
        check_same(earlier.request_hash, errand.request_hash)
        return earlier.id
    await _join(errand, case.id, title, demand_ids)
    await _note(errand, case.id, JointAct.CREATED, demand_ids)
    return case.id


async def add(errand: Errand, joint_case_id: UUID, expected: int, demand_ids: Sequence[UUID]) -> None:
    """Join more demands."""
    if await _begin(errand, joint_case_id, expected) is None:
        return
    if await queries.size(errand.session, joint_case_id) + len(demand_ids) > queries.MOST_MEMBERS:
        raise errors.JointCaseFull(limit=str(queries.MOST_MEMBERS))
    case = await queries.joint_case(errand.session, errand.actor, joint_case_id)
    await _join(errand, joint_case_id, case.title, demand_ids)
    await _note(errand, joint_case_id, JointAct.ADDED, demand_ids)


async def take_out(errand: Errand, joint_case_id: UUID, expected: int, demand_ids: Sequence[UUID], reason: str) -> None:
    """Let members go their own way again."""
    seen = await _begin(errand, joint_case_id, expected)
    if seen is None:
        return

    async def leave(change: Change) -> None:
        await move(change, Action.TAKE_OUT, change.act(reason), {"joint_case_id": None}, {"taken_out": True})

    await _to_each(errand, [row for row in seen if row.id in demand_ids], leave, demand_ids)
    await _note(errand, joint_case_id, JointAct.TAKEN_OUT, demand_ids)


async def reply(errand: Errand, joint_case_id: UUID, expected: int, answer: Answer) -> Sequence[UUID]:
    """Give one answer to all members that the actor may answer now. Returns those; some may have to be signed first."""
    seen = await _begin(errand, joint_case_id, expected)
    if seen is None:
        return await _done_before(errand, joint_case_id)
    action = rules.check_reply(answer.kind, answer.legal_basis, errand.actor.roles)
    mine = [row for row in seen if _may(errand.actor, action, row)]
    return await _of_members(errand, joint_case_id, JointAct.REPLIED, mine, lambda change: handling.reply(change, answer))


async def decide(errand: Errand, joint_case_id: UUID, expected: int, approve: bool, note: str) -> Sequence[UUID]:
    """Say yes or no to what is still to be signed of the latest joint answer of the actor's agency. Returns the members."""
    seen = await _begin(errand, joint_case_id, expected)
    if seen is None:
        return await _done_before(errand, joint_case_id)
    latest = await queries.latest_reply(errand.session, joint_case_id, errand.actor.unit_code)
    asked = await queries.to_sign(errand.session, latest) if latest else {}

    async def sign(change: Change) -> None:
        await handling.decide(change, asked[change.on.demand_id], approve, note)

    return await _of_members(errand, joint_case_id, JointAct.DECIDED, [row for row in seen if row.id in asked], sign)


async def _begin(errand: Errand, joint_case_id: UUID, expected: int) -> Sequence[Any] | None:
    """Lock the case and the members that the actor sees, and check the version. None if this request was served before."""
    await queries.joint_case(errand.session, errand.actor, joint_case_id, lock=True)
    earlier = await queries.served_before(errand.session, joint_case_id, errand.actor, errand.request_id)
    if earlier:
        check_same(earlier.request_hash, errand.request_hash)
        return None
    seen = await queries.lock_members(errand.session, errand.actor, joint_case_id)
    present = queries.version_of(joint_case_id, seen)
    if present != expected:
        raise StaleVersion(version=str(present))
    return seen


async def _done_before(errand: Errand, joint_case_id: UUID) -> Sequence[UUID]:
    earlier = await queries.served_before(errand.session, joint_case_id, errand.actor, errand.request_id)
    return earlier.demand_ids if earlier else ()


async def _join(errand: Errand, joint_case_id: UUID, title: str, demand_ids: Sequence[UUID]) -> None:
    async def join(change: Change) -> None:
        if change.row["joint_case_id"]:
            raise errors.DemandInJointCase
        await move(change, Action.JOIN, change.act(title), {"joint_case_id": joint_case_id})

    found = await queries.lock_demands(errand.session, errand.actor, demand_ids)
    await _to_each(errand, found, join, demand_ids)


def _may(actor: Actor, action: Action, row: Any) -> bool:
    """Whether the table lets the actor do this to a demand as it stands."""
    allowed = rules.MOVES[action]
    return State(row.state) in allowed.sources and not allowed.roles.isdisjoint(roles_on(actor, row._asdict()))


async def _of_members(
    errand: Errand, joint_case_id: UUID, act: JointAct, rows: Sequence[Any], on_member: OnMember
) -> Sequence[UUID]:
    """Do it to these members, of whom there must be one."""
    if not rows:
        raise errors.JointCaseIdle
    await _to_each(errand, rows, on_member)
    ids = [row.id for row in rows]
    await _note(errand, joint_case_id, act, ids)
    return ids


async def _to_each(errand: Errand, rows: Sequence[Any], on_member: OnMember, wanted: Sequence[UUID] = ()) -> None:
    """Do it to each of these demands. Raises JointMembersRefused with all that stand against it, or are not there."""
    missing = sorted(set(wanted) - {row.id for row in rows})
    refused = [_violation(str(one), errors.DemandNotFound()) for one in missing]
    for row in rows:
        on = Precondition(row.id, row.version, errand.request_id, errand.request_hash)
        try:
            change = await begin(errand.session, errand.actor, on, errand.course, errand.now)
            if change is None:
                raise IdempotencyKeyReused
            await on_member(change)
        except ServiceError as refusal:
            refused.append(_violation(row.serial, refusal))
    if refused:
        raise errors.JointMembersRefused(refused)


def _violation(name: str, refusal: ServiceError) -> FieldViolation:
    return FieldViolation(name, refusal.reason, str(refusal))


async def _note(errand: Errand, joint_case_id: UUID, act: JointAct, demand_ids: Sequence[UUID]) -> None:
    """Write down what was done."""
    event = JointCaseEvent(
        joint_case_id=joint_case_id,
        sequence=await queries.next_sequence(errand.session, joint_case_id),
        type=act,
        person_id=errand.actor.person_id,
        unit_code=errand.actor.unit_code,
        at=errand.now,
        demand_ids=list(demand_ids),
        request_id=errand.request_id,
        request_hash=errand.request_hash,
    )
    errand.session.add(event)
