"""The rows of what an agency or the centre decided and answered; the last line of the timeline tells of each."""

from dataclasses import dataclass

import uuid_utils.compat

from services.dispatch.models import DemandDisposition, DemandReply
from services.dispatch.moves import Row
from services.dispatch.rules import Plan, ReplyKind
from services.dispatch.service.change import Change


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as asked for."""

    kind: ReplyKind
    conclusion: str
    legal_basis: str
    next_steps: str
    claim: str


def disposition_of(change: Change, after: Row, plan: Plan) -> DemandDisposition:
    """A decision, with the content its kind demands."""
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


def reply_of(change: Change, after: Row, answer: Answer) -> DemandReply:
    """A reply, in the name of whoever makes the change."""
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
