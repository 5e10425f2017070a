"""退单: an agency sends a demand back, once and in time; the centre decides, finally (DEM-5)."""

from dataclasses import replace
from datetime import datetime

import uuid_utils.compat
from fahu.dispatch.v1 import demand_pb2

from services.dispatch import errors, rules
from services.dispatch.clocks import Name, Start
from services.dispatch.models import DemandApproval, RoutingSuggestion
from services.dispatch.queries import requests, routing
from services.dispatch.rules import Action, ApprovalKind, ApprovalState, Clock, Party, ReturnReason, TriageReason
from services.dispatch.service import agencies, approvals, guards
from services.dispatch.service.change import Change, save, take, told_of_new_lead

DESIGNATED_DAYS = 1  # working days to accept after a return was denied, in whatever round


async def ask_return(change: Change, reason: ReturnReason, basis: str, proposed_unit_code: str) -> None:
    """Send a demand back, with what that rests on and, if the agency knows, who should lead."""
    rules.check_move(Action.ASK_RETURN, change.state)
    await _check_may_return(change)
    if proposed_unit_code == change.row["lead_unit_code"]:
        raise errors.UnitNotAnAgency
    if proposed_unit_code:
        await agencies.check(change, proposed_unit_code)
    approval_id = uuid_utils.compat.uuid7()
    clock = Start(Name(Clock.APPROVAL, str(approval_id)), Party.CENTRE)
    facts = {"reason": demand_pb2.ReturnReason.Value(f"RETURN_REASON_{reason}")}
    take(change, Action.ASK_RETURN, change.act(basis), None, facts, starts=[clock])
    await save(change)
    more = {"return_reason": reason, "proposed_unit_code": proposed_unit_code}
    change.session.add(approvals.request_of(change, approval_id, ApprovalKind.RETURN, Party.CENTRE, basis, **more))


async def _check_may_return(change: Change) -> None:
    row, terms = change.row, change.terms
    if await requests.pending_of(change.session, row["id"]):
        raise errors.ApprovalPending
    if row["designated"] or await requests.has_returned(change.session, row["id"], row["lead_unit_code"]):
        raise errors.ReturnUsedUp
    if not rules.may_return(_dispatched_at(change), change.now, change.course.calendar, terms):
        raise errors.ReturnTooLate(days=str(terms.return_within))


def _dispatched_at(change: Change) -> datetime:
    """When this agency got it: its time to choose a disposition began then, and runs or stands until it has chosen."""
    moments: list[datetime] = [one["started_at"] for one in change.written.clocks if one["kind"] == Clock.CLASSIFY]
    return moments[0]


async def decide_return(change: Change, approve: bool, unit_code: str, note: str) -> None:
    """Grant a return, to another agency or to triage, or deny it."""
    rules.check_move(Action.DENY_RETURN, change.state)
    guards.check_assent(change, approve, note)
    approval = await requests.pending_of(change.session, change.on.demand_id)
    assert approval and approval.kind == ApprovalKind.RETURN  # noqa: S101, PT018 - what the state says
    if not approve:
        _designate(change, note)
    elif unit_code:
        await _send_to_another(change, unit_code, note)
    else:
        _send_to_triage(change, note)
    approvals.decide(change, approval, ApprovalState.APPROVED if approve else ApprovalState.DENIED, note)
    await save(change)
    if approve:
        await _learn(change, approval, unit_code or approval.proposed_unit_code)


def _designate(change: Change, note: str) -> None:
    unit = str(change.row["lead_unit_code"])
    accept = Start(Name(Clock.ACCEPT), Party.AGENCY, unit, days=DESIGNATED_DAYS)
    take(change, Action.DENY_RETURN, change.act(note), {"designated": True}, {"approved": False}, starts=[accept])


async def _send_to_another(change: Change, unit_code: str, note: str) -> None:
    lead = await agencies.another(change, unit_code)
    told, row = told_of_new_lead(change.contacts, lead), {"lead_unit_code": lead.unit_code, "designated": False}
    take(change, Action.RETURN_TO_OTHER, change.act(note), row, {"approved": True}, contacts=told)


def _send_to_triage(change: Change, note: str) -> None:
    row = {"lead_unit_code": "", "triage_reason": TriageReason.RETURNED, "designated": False}
    told = replace(change.contacts, former_agency=change.contacts.agency)
    take(change, Action.RETURN_TO_TRIAGE, change.act(note), row, {"approved": True}, contacts=told)


async def _learn(change: Change, approval: DemandApproval, to_unit_code: str) -> None:
    """Suggest another rule, where it was the category's rule that led to the agency, and another is known."""
    category = change.row["category_code"]
    if not to_unit_code or approval.unit_code not in await routing.led_to(change.session, category):
        return
    suggestion = RoutingSuggestion(
        id=uuid_utils.compat.uuid7(),
        demand_id=change.on.demand_id,
        category_code=category,
        from_unit_code=approval.unit_code,
        to_unit_code=to_unit_code,
        created_at=change.now,
    )
    change.session.add(suggestion)
