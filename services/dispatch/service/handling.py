"""How an agency handles a demand as far as others have a say: promises, extensions, signatures, questions (DEM-6)."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2

from services.dispatch import errors, rules
from services.dispatch.models import DemandApproval, DemandInfoRequest, DemandReply
from services.dispatch.queries import requests
from services.dispatch.rules import Action, ApprovalKind, ApprovalState, Clock, Disposition, Party, Plan, ReplyKind
from services.dispatch.service import approvals, co_handlers, guards, parking, progress
from services.dispatch.service.answers import Answer, disposition_of, reply_of
from services.dispatch.service.change import Change, move, roles_on, save, take

Apply = Callable[[Change, DemandApproval, str], Awaitable[None]]


async def set_disposition(change: Change, plan: Plan, reason: str) -> None:
    """Choose one of the three ways. A promise beyond the cap and parking are asked for first."""
    plan = rules.of_its_kind(plan)
    rules.check_plan(plan, change.now, change.course.calendar, change.terms)
    if plan.kind is Disposition.REFERENCE:
        await parking.ask(change, plan)
    elif plan.kind is Disposition.TIME_BOUND and change.row["disposition"] == Disposition.IMMEDIATE:
        await _promise_later(change, plan)
    elif plan.promised_on and _is_over_cap(change, plan.promised_on):
        await _ask_over_cap(change, plan, reason)
    else:
        await _dispose(change, rules.DISPOSITION_ACTION[plan.kind], plan)


def _is_over_cap(change: Change, day: date) -> bool:
    today = change.course.calendar.day_of(change.now)
    return rules.is_over_cap(day, today, change.row["round"], change.course.calendar, change.terms)


def check_cap(change: Change, day: date) -> None:
    """Raise PromisedDayOverCap for a day that needs the centre's yes."""
    if _is_over_cap(change, day):
        raise errors.PromisedDayOverCap(cap=str(rules.cap_of(change.row["round"], change.terms)))


async def _ask_over_cap(change: Change, plan: Plan, reason: str) -> None:
    rules.check_move(Action.PROMISE, change.state)
    if not reason:
        assert plan.promised_on  # noqa: S101 - checked with the plan
        check_cap(change, plan.promised_on)
    content = approvals.content_of(plan)
    await approvals.ask(change, ApprovalKind.OVER_CAP, Party.CENTRE, reason, content, plan.promised_on)


async def _promise_later(change: Change, plan: Plan) -> None:
    """What was to be handled at once gets a promised day after all: once, in time, and it counts as an extension."""
    rules.check_move(Action.PROMISE_LATER, change.state)
    assert plan.promised_on  # noqa: S101 - checked with the plan
    check_cap(change, plan.promised_on)
    clock = _handle_clock(change)
    if change.now >= clock["due_at"]:
        raise errors.ExtensionTooLate(days="0")
    await _dispose(change, Action.PROMISE_LATER, plan, {"extensions": change.row["extensions"] + 1}, {"changed": True})


def _handle_clock(change: Change) -> dict[str, Any]:
    return next(one for one in change.written.clocks if one["kind"] == Clock.HANDLE and one["stopped_at"] is None)


async def _dispose(
    change: Change, action: Action, plan: Plan, row: dict[str, Any] | None = None, facts: dict[str, Any] | None = None
) -> None:
    days = {Clock.HANDLE: plan.promised_on} if plan.promised_on else {}
    changed = {"disposition": plan.kind, "promised_on": plan.promised_on, "review_on": None, **(row or {})}
    kind = demand_pb2.DispositionKind.Value(f"DISPOSITION_KIND_{plan.kind}")
    act, starts = change.act(plan.explanation, days=days), progress.starts(change, plan.promised_on)
    after = take(change, action, act, changed, {"kind": kind, **(facts or {})}, starts=starts)
    await save(change)
    change.session.add(disposition_of(change, after, plan))


async def ask_extension(change: Change, day: date | None, reason: str) -> None:
    """Ask the centre to put the promised day off; handling goes on meanwhile."""
    rules.check_move(Action.ASK_APPROVAL, change.state)
    promised, terms, calendar = change.row["promised_on"], change.terms, change.course.calendar
    if promised is None:
        raise errors.DemandWrongState(state=change.state, action="EXTEND")
    if change.row["extensions"] >= terms.extensions:
        raise errors.ExtensionsUsedUp(most=str(terms.extensions))
    later = rules.check_promise(day, calendar.day_of(change.now), calendar)
    rules.check_extension(later, promised, _handle_clock(change)["due_at"], change.now, calendar, terms)
    await approvals.ask(change, ApprovalKind.EXTENSION, Party.CENTRE, reason, {}, later)


async def reply(change: Change, answer: Answer) -> None:
    """Answer the enterprise: the agency what it handles, the centre what it assesses. Some answers are signed first."""
    action = rules.check_reply(answer.kind, answer.legal_basis, change.actor.roles)
    rules.check_move(action, change.state)
    guards.check_reply(change, answer.kind)
    if action is Action.ANSWER:
        await co_handlers.check_heard(change)
    if action is Action.ANSWER and _is_to_be_signed(change):
        reason, content = answer.conclusion, approvals.content_of(answer)
        await approvals.ask(change, ApprovalKind.REPLY, Party.AGENCY_LEAD, reason, content)
        return
    after = await move(change, action, change.act(answer.conclusion), {"triage_reason": None}, _kind_of(answer))
    row = reply_of(change, after, answer)
    if action is Action.ANSWER and not roles_on(change.actor, change.row).isdisjoint(rules.AGENCY_LEAD):
        row.signed_by = change.actor.person_id
    change.session.add(row)


def _is_to_be_signed(change: Change) -> bool:
    leads = not roles_on(change.actor, change.row).isdisjoint(rules.AGENCY_LEAD)
    needed = rules.needs_signature(change.row["disposition"], change.terms)
    return needed and not leads and bool(change.contacts.agency_lead)


def _kind_of(answer: Answer) -> dict[str, Any]:
    return {"kind": demand_pb2.ReplyKind.Value(f"REPLY_KIND_{answer.kind}")}


async def decide(change: Change, approval_id: UUID, approve: bool, note: str) -> None:
    """Say yes or no to a request; a yes of the agency's lead may pass it on to the centre."""
    approval = await approvals.pending(change, approval_id)
    apply = APPLY.get(ApprovalKind(approval.kind))
    if apply is None:  # returns and appeals are decided elsewhere
        raise errors.ApprovalNotFound
    guards.check_assent(change, approve, note)
    if not approve:
        await approvals.deny(change, approval, note)
    elif approval.stage == Party.AGENCY_LEAD and approval.kind != ApprovalKind.REPLY:
        await approvals.pass_on(change, approval, note)
    else:
        approvals.decide(change, approval, ApprovalState.APPROVED, note)
        await apply(change, approval, note)


async def _promise(change: Change, approval: DemandApproval, _note: str) -> None:
    plan = parking.plan_of(approval)
    rules.check_promise(plan.promised_on, change.course.calendar.day_of(change.now), change.course.calendar)
    await _dispose(change, Action.APPROVE_PROMISE, plan)


async def _extend(change: Change, approval: DemandApproval, _note: str) -> None:
    day = rules.check_promise(approval.day, change.course.calendar.day_of(change.now), change.course.calendar)
    plan = Plan(Disposition.TIME_BOUND, approval.reason, day, (), None)
    row = {"promised_on": day, "extensions": change.row["extensions"] + 1}
    act, starts = change.act(approval.reason, days={Clock.HANDLE: day}), progress.starts(change, day)
    after = take(change, Action.APPROVE_EXTENSION, act, row, starts=starts)
    await save(change)
    change.session.add(disposition_of(change, after, plan))


async def _sign_reply(change: Change, approval: DemandApproval, _note: str) -> None:
    await co_handlers.check_heard(change)
    await _reply_as_asked(change, approval, Action.ANSWER)


async def _let_end(change: Change, approval: DemandApproval, _note: str) -> None:
    await _reply_as_asked(change, approval, Action.APPROVE_INFEASIBLE)


async def _reply_as_asked(change: Change, approval: DemandApproval, action: Action) -> None:
    """Give the answer that was drafted, in the name of who drafted it."""
    answer = Answer(**approval.content)  # type: ignore[arg-type]
    after = take(change, action, change.act(answer.conclusion), None, _kind_of(answer))
    await save(change)
    drafted: DemandReply = reply_of(change, after, answer)
    drafted.unit_code, drafted.person_id = approval.unit_code, approval.asked_by
    drafted.signed_by = change.actor.person_id
    change.session.add(drafted)


async def propose_infeasible(change: Change, conclusion: str, legal_basis: str, next_steps: str) -> None:
    """Ask the centre's lead to let a parked demand end: it cannot be met."""
    rules.check_move(Action.APPROVE_INFEASIBLE, change.state)
    answer = Answer(ReplyKind.INFEASIBLE, conclusion, legal_basis, next_steps, "EXPLAINED")
    content = approvals.content_of(answer)
    await approvals.ask(change, ApprovalKind.INFEASIBLE, Party.CENTRE, conclusion, content)


APPLY: dict[ApprovalKind, Apply] = {
    ApprovalKind.OVER_CAP: _promise,
    ApprovalKind.PARK: parking.park,
    ApprovalKind.EXTENSION: _extend,
    ApprovalKind.REPLY: _sign_reply,
    ApprovalKind.PARK_REVIEW: parking.park_on,
    ApprovalKind.INFEASIBLE: _let_end,
}


async def ask_info(change: Change, questions: Sequence[str]) -> None:
    """Ask the enterprise for more. The clock at hand stands still until it answers, or its time to answer is over."""
    asked, most = change.row["info_requests"], change.terms.info_requests
    rules.check_move(Action.ASK_INFO, change.state)
    if asked >= most:
        raise errors.InfoRequestsUsedUp(most=str(most))
    after = await move(change, Action.ASK_INFO, change.act("\n".join(questions)), {"info_requests": asked + 1})
    request = DemandInfoRequest(
        demand_id=after["id"],
        sequence=after["version"],
        questions=list(questions),
        unit_code=change.actor.unit_code,
        asked_by=change.actor.person_id,
        asked_at=change.now,
        answer="",
        timed_out=False,
    )
    change.session.add(request)


async def supply_info(change: Change, answer: str) -> None:
    """The enterprise's answer to the latest questions."""
    await move(change, Action.SUPPLY_INFO, change.act(answer))
    request = await requests.latest_info_request(change.session, change.on.demand_id)
    assert request  # noqa: S101 - the demand awaited its answer
    request.answer, request.answered_by, request.answered_at = answer, change.actor.person_id, change.now
