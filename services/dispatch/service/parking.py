"""留作参考 that comes back: parked with an explanation and conditions, reviewed, revived when a condition is met (DEM-6)."""

from datetime import date, datetime
from typing import Any

from fahu.dispatch.v1 import demand_pb2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import errors, moves, rules
from services.dispatch.models import ConditionTag, DemandApproval
from services.dispatch.moves import Act, Course
from services.dispatch.queries import changes, requests
from services.dispatch.rules import Action, ApprovalKind, Clock, Disposition, Party, Plan
from services.dispatch.service import approvals, co_handlers, guards
from services.dispatch.service.answers import disposition_of
from services.dispatch.service.change import Change, save, take

BATCH = 50
KEEP_CONDITIONS = text("""
INSERT INTO condition_tag (name, met_unit, note) SELECT unnest(CAST(:names AS text[])), '', '' ON CONFLICT DO NOTHING
""")


async def ask(change: Change, plan: Plan) -> None:
    """Ask for parking: the agency's lead signs, then the centre."""
    rules.check_move(Action.APPROVE_PARK, change.state)
    await _check_unmet(change, plan)
    stage, content = approvals.first_stage(change), approvals.content_of(plan)
    await approvals.ask(change, ApprovalKind.PARK, stage, plan.explanation, content, plan.review_on)


async def _check_unmet(change: Change, plan: Plan) -> None:
    if met := await requests.met_among(change.session, plan.condition_tags):
        raise errors.ConditionMet(condition=met)


def plan_of(approval: DemandApproval) -> Plan:
    """The plan that a request keeps."""
    content: dict[str, Any] = approval.content
    return Plan(
        kind=Disposition(content["kind"]),
        explanation=content["explanation"],
        promised_on=_day(content["promised_on"]),
        condition_tags=tuple(content["condition_tags"]),
        review_on=_day(content["review_on"]),
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


async def park(change: Change, approval: DemandApproval, _note: str) -> None:
    """Park as asked, with the centre's yes."""
    await _park(change, Action.APPROVE_PARK, plan_of(approval), park_reviews=0)


async def park_on(change: Change, approval: DemandApproval, _note: str) -> None:
    """Keep it parked as asked, with the yes of the centre's lead."""
    await _park(change, Action.APPROVE_REVIEW, plan_of(approval), park_reviews=change.row["park_reviews"] + 1)


async def review(change: Change, plan: Plan) -> None:
    """Look at a parked demand again and keep it parked; from the third time on somebody else has a say."""
    rules.check_move(Action.REVIEW_PARK, change.state)
    rules.check_plan(plan, change.now, change.course.calendar, change.terms)
    await _check_unmet(change, plan)
    if change.row["park_reviews"] >= change.terms.park_reviews:
        content = approvals.content_of(plan)
        await approvals.ask(change, ApprovalKind.PARK_REVIEW, Party.CENTRE, plan.explanation, content, plan.review_on)
        return
    if await requests.pending_of(change.session, change.on.demand_id):
        raise errors.ApprovalPending
    await _park(change, Action.REVIEW_PARK, plan, park_reviews=change.row["park_reviews"] + 1)


async def _park(change: Change, action: Action, plan: Plan, park_reviews: int) -> None:
    day = rules.check_review(plan.review_on, change.course.calendar.day_of(change.now), change.terms)
    await change.session.execute(KEEP_CONDITIONS, {"names": list(plan.condition_tags)})
    row: dict[str, Any] = {"disposition": Disposition.REFERENCE, "promised_on": None, "review_on": day, "revived": False}
    row |= {"condition_tags": list(plan.condition_tags), "park_reviews": park_reviews}
    move = rules.MOVES[action]
    facts = {"kind": demand_pb2.DISPOSITION_KIND_REFERENCE} if move.event == "disposition_set" else {}
    act = change.act(plan.explanation, days={Clock.PARK_REVIEW: day})
    after = take(change, action, act, row, facts)
    await save(change)
    change.session.add(disposition_of(change, after, plan))


async def resume(change: Change, day: date | None, explanation: str) -> None:
    """Take a parked demand up, with a promised day."""
    rules.check_move(Action.RESUME, change.state)
    guards.check_hands_off(change)
    promised = rules.check_promise(day, change.course.calendar.day_of(change.now), change.course.calendar)
    cap = rules.cap_of(change.row["round"], change.terms)
    if rules.is_over_cap(
        promised, change.course.calendar.day_of(change.now), change.row["round"], change.course.calendar, change.terms
    ):
        raise errors.PromisedDayOverCap(cap=str(cap))
    plan = Plan(Disposition.TIME_BOUND, explanation, promised, (), None)
    row = {"disposition": Disposition.TIME_BOUND, "promised_on": promised, "review_on": None}
    row |= {"condition_tags": [], "revived": False}
    act = change.act(explanation, days={Clock.HANDLE: promised})
    # Parking ended the terms of opinions; those that are still missing are wanted again.
    wanted = await co_handlers.missing_opinions(change.session, change.row)
    after = take(change, Action.RESUME, act, row, starts=co_handlers.opinions_wanted(wanted))
    await save(change)
    change.session.add(disposition_of(change, after, plan))


async def meet_condition(session: AsyncSession, actor: Actor, name: str, note: str, now: datetime) -> None:
    """Say that a condition is met. The demands that wait for it are revived by the platform, a moment later."""
    condition = await session.get(ConditionTag, name, with_for_update=True)
    if condition is None:
        raise errors.ConditionNotFound
    if condition.met_at is None:
        condition.met_at, condition.met_by = now, actor.person_id
        condition.met_unit, condition.note = actor.unit_code, note


async def revive(session: AsyncSession, course: Course, now: datetime) -> int:
    """Bring parked demands back whose condition is met, at most one batch; each is told once. Returns how many."""
    found = await requests.to_revive(session, BATCH)
    for demand_id in found:
        movable = await changes.demand_for_move(session, None, demand_id)
        written = moves.start(movable.row, movable.clocks)
        act = Act(None, now, "、".join(movable.row["condition_tags"]))
        moves.take(written, Action.REVIVE, act, course, movable.contacts, {"revived": True})
        await moves.save(session, written)
    return len(found)
