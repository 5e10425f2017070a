"""What people do with a demand after it was taken in: dispatch, accept, decide, reply, rate, withdraw (DEM-4…6, 8)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from fahu.dispatch.v1 import demand_pb2
from sqlalchemy.ext.asyncio import AsyncSession

from kit import faults
from kit.auth import Actor
from kit.errors import PermissionDenied, StaleVersion
from kit.idempotency import check_same
from services.dispatch import moves, rules
from services.dispatch.announcements import Contacts
from services.dispatch.models import DemandDisposition, DemandRating, DemandReply
from services.dispatch.moves import Act, Course
from services.dispatch.queries import access, changes, handling
from services.dispatch.queries import demands as demand_queries
from services.dispatch.queries import reference as reference_queries
from services.dispatch.rules import Action, Plan, State


@dataclass(frozen=True, slots=True)
class Precondition:
    """Which demand a request is about, the version its caller saw, and what makes its retry recognisable."""

    demand_id: UUID
    expected_version: int
    request_id: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the making: the locked demand, who does it and when."""

    session: AsyncSession
    actor: Actor
    on: Precondition
    course: Course
    now: datetime
    found: changes.Movable

    @property
    def state(self) -> State:
        return State(self.found.demand.state)

    def act(self, text: str = "", **more: object) -> Act:
        key = {"request_id": self.on.request_id, "request_hash": self.on.request_hash}
        return Act(self.actor, self.now, text, **key, **more)  # type: ignore[arg-type]


async def begin(session: AsyncSession, actor: Actor, on: Precondition, course: Course, now: datetime) -> Change | None:
    """Lock the demand and check version and request id. None if this very request was served before."""
    found = await changes.demand_for_move(session, actor, on.demand_id)
    earlier = await demand_queries.served_before(session, on.demand_id, actor, on.request_id)
    if earlier is not None:
        check_same(earlier, on.request_hash)
        return None
    if found.demand.version != on.expected_version:
        raise StaleVersion(version=str(found.demand.version))
    faults.point("move.after_lock")
    return Change(session, actor, on, course, now, found)


async def _move(
    change: Change,
    action: Action,
    act: Act,
    changes: moves.Row | None = None,
    facts: moves.Row | None = None,
    contacts: Contacts | None = None,
) -> moves.Row:
    """Apply and write one move of the table, by one of those it names."""
    written = moves.start(_row_of(change))
    after = _take(written, change, action, act, changes, facts, contacts)
    await moves.save(change.session, written)
    faults.point("move.before_commit")
    return after


def _take(
    written: moves.Written,
    change: Change,
    action: Action,
    act: Act,
    changes: moves.Row | None = None,
    facts: moves.Row | None = None,
    contacts: Contacts | None = None,
) -> moves.Row:
    move = rules.check_move(action, State(written.demand["state"]))
    if move.roles.isdisjoint(_roles_on(change.actor, written.demand)):
        raise PermissionDenied
    return moves.take(written, action, act, change.course, contacts or change.found.contacts, changes, facts)


def _roles_on(actor: Actor, demand: moves.Row) -> frozenset[int]:
    """The actor's roles that count for this demand: who sees all as a supervisor has no say in another agency's case."""
    counting = set(rules.CENTRE_ROLES)
    if demand["lead_unit_code"] == actor.unit_code:
        counting.update(access.AGENCY)
    if demand["enterprise_id"] == actor.organisation_id:
        counting |= rules.LIAISON
    return actor.roles & counting


def _row_of(change: Change) -> moves.Row:
    demand = change.found.demand
    return {column.key: getattr(demand, column.key) for column in demand.__table__.columns}


async def dispatch_demand(change: Change, unit_code: str, note: str) -> None:
    """Send a demand in triage to an agency by hand (人工派单)."""
    rules.check_move(Action.DISPATCH, change.state)
    lead = await reference_queries.agency(change.session, unit_code)
    contacts = Contacts(change.found.contacts.liaison, lead.contact_ids, change.found.contacts.centre)
    changes = {"lead_unit_code": lead.unit_code, "triage_reason": None}
    await _move(change, Action.DISPATCH, change.act(note), changes, {"automatic": False, "rule_version": 0}, contacts)


async def accept_demand(change: Change) -> None:
    """Take a demand on for its agency (接收)."""
    await _move(change, Action.ACCEPT, change.act())


async def set_disposition(change: Change, plan: Plan) -> None:
    """Choose 即行即办, 限时办理 or 留作参考, with what each demands."""
    action = rules.DISPOSITION_ACTION[plan.kind]
    rules.check_move(action, change.state)
    rules.check_plan(plan, change.now, change.course.calendar, change.course.terms)
    timed, parked = plan.kind is rules.Disposition.TIME_BOUND, plan.kind is rules.Disposition.REFERENCE
    promised, review = plan.promised_on if timed else None, plan.review_on if parked else None
    changes = {"disposition": plan.kind, "promised_on": promised, "review_on": review}
    kind = demand_pb2.DispositionKind.Value(f"DISPOSITION_KIND_{plan.kind}")
    after = await _move(change, action, change.act(plan.explanation, day=promised or review), changes, {"kind": kind})
    decision = DemandDisposition(
        demand_id=after["id"],
        sequence=after["version"],
        kind=plan.kind,
        explanation=plan.explanation,
        promised_on=promised,
        condition_tags=list(plan.condition_tags) if parked else [],
        review_on=review,
        set_at=change.now,
    )
    change.session.add(decision)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as asked for."""

    kind: rules.ReplyKind
    conclusion: str
    legal_basis: str
    next_steps: str
    claim: str


async def reply_demand(change: Change, answer: Answer) -> None:
    """Answer the enterprise: the agency what it handles, the centre what it assesses."""
    action = rules.check_reply(answer.kind, answer.legal_basis, change.actor.roles)
    kind = demand_pb2.ReplyKind.Value(f"REPLY_KIND_{answer.kind}")
    after = await _move(change, action, change.act(answer.conclusion), {"triage_reason": None}, {"kind": kind})
    reply = DemandReply(
        id=uuid_utils.compat.uuid7(),
        demand_id=after["id"],
        round=after["round"],
        kind=answer.kind,
        conclusion=answer.conclusion,
        legal_basis=answer.legal_basis,
        next_steps=answer.next_steps,
        claim=answer.claim,
        unit_code=change.actor.unit_code,
        person_id=change.actor.person_id,
        replied_at=change.now,
    )
    change.session.add(reply)


async def rate_demand(change: Change, satisfaction: int, solved: rules.Solved, comment: str) -> None:
    """Record the enterprise's word; a content enterprise closes its demand, any other gets a look-back."""
    rules.check_move(Action.RATE, change.state)
    reply = await handling.reply_to_rate(change.session, change.on.demand_id)
    content = rules.is_content(satisfaction, solved)
    written = moves.start(_row_of(change))
    solved_value = demand_pb2.Solved.Value(f"SOLVED_{solved}")
    facts = {"satisfaction": satisfaction, "solved": solved_value, "look_back_due": not content}
    also = () if content else (rules.Party.CENTRE,)
    _take(written, change, Action.RATE, change.act(comment, also_told=also), None, facts)
    if content:
        _take(written, change, Action.CLOSE, Act(change.actor, change.now))
    await moves.save(change.session, written)
    rating = DemandRating(
        reply_id=reply.id,
        demand_id=change.on.demand_id,
        satisfaction=satisfaction,
        solved=solved,
        comment=comment,
        person_id=change.actor.person_id,
        rated_at=change.now,
    )
    change.session.add(rating)


async def withdraw_demand(change: Change, reason: str, asked_by_agency: bool) -> None:
    """Take a demand back; only the enterprise may, and it is asked whether the agency wanted it."""
    act = change.act(reason, asked_by_agency=asked_by_agency)
    await _move(change, Action.WITHDRAW, act, {"triage_reason": None})
