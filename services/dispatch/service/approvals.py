"""Requests of an agency and the decisions about them (DEM-6). Time alone never says yes; it only warns."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat
from fahu.dispatch.v1 import demand_pb2

from services.dispatch import errors, rules
from services.dispatch.clocks import Name, Start
from services.dispatch.models import DemandApproval
from services.dispatch.queries import requests
from services.dispatch.rules import Action, ApprovalKind, ApprovalState, Clock, Party
from services.dispatch.service.change import Change, roles_on, save, take

# The centre's lead alone says yes to these.
FOR_CENTRE_LEAD = frozenset({ApprovalKind.OVER_CAP, ApprovalKind.PARK_REVIEW, ApprovalKind.INFEASIBLE})
# How each is asked for. While those that pause are decided, the agency's clock stands still; its due time does not wait.
ASKING = {
    ApprovalKind.OVER_CAP: Action.ASK_PAUSED,
    ApprovalKind.PARK: Action.ASK_PAUSED,
    ApprovalKind.INFEASIBLE: Action.ASK_PAUSED,
    ApprovalKind.APPEAL: Action.ASK_APPEAL,
}


async def ask(
    change: Change,
    kind: ApprovalKind,
    stage: Party,
    reason: str,
    content: Mapping[str, Any],
    day: date | None = None,
) -> DemandApproval:
    """Put a request before somebody, who is told. `content` is what is done if the answer is yes."""
    if await requests.pending_of(change.session, change.on.demand_id):
        raise errors.ApprovalPending
    action = ASKING.get(kind, Action.ASK_APPROVAL)
    rules.check_move(action, change.state)
    approval_id = uuid_utils.compat.uuid7()
    act = change.act(reason, also_told=(stage,))
    take(change, action, act, None, _facts(kind, stage), starts=[_clock(approval_id, stage, change)])
    await save(change)
    signed = stage is Party.CENTRE and not roles_on(change.actor, change.row).isdisjoint(rules.AGENCY_LEAD)
    approval = request_of(change, approval_id, kind, stage, reason, day=day, content=_plain(content))
    approval.signed_by = change.actor.person_id if signed else None
    approval.signed_at = change.now if signed else None
    change.session.add(approval)
    return approval


def request_of(
    change: Change, approval_id: UUID, kind: ApprovalKind, stage: Party, reason: str, **more: Any
) -> DemandApproval:
    """A request about the demand as it stands after the moves taken, in the name of whoever makes the change."""
    after = change.row
    columns = {"proposed_unit_code": "", "content": {}, "decided_unit": "", "note": ""} | more
    return DemandApproval(
        id=approval_id,
        demand_id=after["id"],
        sequence=after["version"],
        round=after["round"],
        kind=kind,
        stage=stage,
        state=ApprovalState.PENDING,
        reason=reason,
        unit_code=after["lead_unit_code"],
        asked_by=change.actor.person_id,
        asked_at=change.now,
        **columns,
    )


def first_stage(change: Change) -> Party:
    """Who signs first: the agency's lead, unless the lead asks, or the agency has named none."""
    leads = not roles_on(change.actor, change.row).isdisjoint(rules.AGENCY_LEAD)
    return Party.CENTRE if leads or not change.contacts.agency_lead else Party.AGENCY_LEAD


async def pending(change: Change, approval_id: UUID) -> DemandApproval:
    """The request to decide, if it is before the actor. Raises ApprovalNotFound, ApprovalNotYours."""
    found = await requests.pending_of(change.session, change.on.demand_id)
    if found is None or found.id != approval_id:
        raise errors.ApprovalNotFound
    mine = roles_on(change.actor, change.row)
    if found.stage == Party.AGENCY_LEAD:
        deciders = rules.AGENCY_LEAD
    else:
        deciders = rules.CENTRE_LEAD if _is_for_lead(change, found) else rules.CENTRE_ROLES
    if mine.isdisjoint(deciders):
        raise errors.ApprovalNotYours(stage=found.stage)
    return found


def _is_for_lead(change: Change, found: DemandApproval) -> bool:
    """Whether the centre's lead alone decides: so for an extension that puts the day as far off as needs interim reports."""
    calendar = change.course.calendar
    far = found.kind == ApprovalKind.EXTENSION and rules.needs_reports(
        found.day, calendar.day_of(found.asked_at), calendar, change.terms
    )
    return far or found.kind in FOR_CENTRE_LEAD


async def deny(change: Change, approval: DemandApproval, note: str) -> None:
    """Say no. What stood still goes on, as due as it was."""
    facts = {"kind": demand_pb2.ApprovalKind.Value(f"APPROVAL_KIND_{approval.kind}")}
    take(change, Action.DENY, change.act(note), None, facts)
    decide(change, approval, ApprovalState.DENIED, note)
    await save(change)


async def pass_on(change: Change, approval: DemandApproval, note: str) -> None:
    """Sign for the agency; now the centre decides."""
    kind = ApprovalKind(approval.kind)
    act = change.act(note, also_told=(Party.CENTRE,))
    starts = [_clock(approval.id, Party.CENTRE, change)]
    take(change, Action.PASS_ON, act, None, _facts(kind, Party.CENTRE), starts=starts)
    approval.stage = Party.CENTRE
    approval.signed_by, approval.signed_at = change.actor.person_id, change.now
    await save(change)


def decide(change: Change, approval: DemandApproval, state: ApprovalState, note: str) -> None:
    """Write the decision into the request, before the moves are saved: what is pending then is void."""
    approval.state, approval.note = state, note
    approval.decided_by, approval.decided_unit = change.actor.person_id, change.actor.unit_code
    approval.decided_at = change.now


def _facts(kind: ApprovalKind, stage: Party) -> dict[str, int]:
    return {
        "kind": demand_pb2.ApprovalKind.Value(f"APPROVAL_KIND_{kind}"),
        "stage": demand_pb2.Party.Value(f"PARTY_{stage}"),
    }


def _clock(approval_id: UUID, stage: Party, change: Change) -> Start:
    unit = str(change.row["lead_unit_code"]) if stage is Party.AGENCY_LEAD else ""
    return Start(Name(Clock.APPROVAL, str(approval_id)), stage, unit)


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in content.items()}


def content_of(asked: Any) -> dict[str, Any]:
    """A plan or an answer as a request keeps it."""
    return asdict(asked)
