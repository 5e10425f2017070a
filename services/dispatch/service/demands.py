"""What people do with a demand after it was taken in: dispatch, accept, decide, reply, rate, withdraw (DEM-4…6, 8)."""

from dataclasses import dataclass

import uuid_utils.compat
from fahu.dispatch.v1 import demand_pb2

from services.dispatch import rules
from services.dispatch.models import DemandDisposition, DemandRating, DemandReply
from services.dispatch.moves import Row
from services.dispatch.queries import handling, reference
from services.dispatch.rules import Action, Clock, Plan
from services.dispatch.service.change import Change, move, save, take, told_of_new_lead


async def dispatch_demand(change: Change, unit_code: str, note: str) -> None:
    """Send a demand in triage to an agency by hand (人工派单)."""
    rules.check_move(Action.DISPATCH, change.state)
    lead = await reference.agency(change.session, unit_code)
    row = {"lead_unit_code": lead.unit_code, "triage_reason": None, "designated": False}
    contacts = told_of_new_lead(change.contacts, lead)
    take(change, Action.DISPATCH, change.act(note), row, {"automatic": False, "rule_version": 0}, contacts=contacts)
    await save(change)


async def accept_demand(change: Change) -> None:
    """Take a demand on for its agency (接收)."""
    await move(change, Action.ACCEPT, change.act())


async def log_contact(change: Change, note: str) -> None:
    """Note that the agency got in touch with the enterprise (先行联系)."""
    await move(change, Action.LOG_CONTACT, change.act(note))


async def set_disposition(change: Change, plan: Plan) -> None:
    """Choose 即行即办 or 限时办理, with what each demands."""
    action = rules.DISPOSITION_ACTION[plan.kind]
    rules.check_move(action, change.state)
    rules.check_plan(plan, change.now, change.course.calendar, change.course.terms)
    days = {Clock.HANDLE: plan.promised_on} if plan.promised_on else {}
    row = {"disposition": plan.kind, "promised_on": plan.promised_on, "review_on": None}
    facts = {"kind": demand_pb2.DispositionKind.Value(f"DISPOSITION_KIND_{plan.kind}")}
    after = await move(change, action, change.act(plan.explanation, days=days), row, facts)
    change.session.add(disposition_of(change, after, plan))


def disposition_of(change: Change, after: Row, plan: Plan) -> DemandDisposition:
    """The row of a decision that the last line of the timeline tells of."""
    return DemandDisposition(
        demand_id=after["id"],
        sequence=after["version"],
        kind=plan.kind,
        explanation=plan.explanation,
        promised_on=plan.promised_on,
        condition_tags=list(plan.condition_tags),
        review_on=plan.review_on,
        set_at=change.now,
    )


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
    facts = {"kind": demand_pb2.ReplyKind.Value(f"REPLY_KIND_{answer.kind}")}
    after = await move(change, action, change.act(answer.conclusion), {"triage_reason": None}, facts)
    change.session.add(reply_of(change, after, answer))


def reply_of(change: Change, after: Row, answer: Answer) -> DemandReply:
    """The row of a reply that the last line of the timeline tells of."""
    return DemandReply(
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


async def rate_demand(change: Change, satisfaction: int, solved: rules.Solved, comment: str) -> None:
    """Record the enterprise's word; a content enterprise closes its demand, any other gets a look-back."""
    rules.check_move(Action.RATE, change.state)
    reply = await handling.reply_to_rate(change.session, change.on.demand_id)
    content = rules.is_content(satisfaction, solved)
    solved_value = demand_pb2.Solved.Value(f"SOLVED_{solved}")
    facts = {"satisfaction": satisfaction, "solved": solved_value, "look_back_due": not content}
    take(change, Action.RATE if content else Action.RATE_BADLY, change.act(comment), None, facts)
    if content:
        take(change, Action.CLOSE, change.act())
    await save(change)
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
    await move(change, Action.WITHDRAW, act, {"triage_reason": None})
