"""A demand in a new round: handled again after a look-back (重办), or reopened by its enterprise with new facts (DEM-8)."""

from dataclasses import replace

from services.dispatch import errors, rules
from services.dispatch.models import Unit
from services.dispatch.moves import Row
from services.dispatch.rules import Action, Party, TriageReason
from services.dispatch.service import guards
from services.dispatch.service.change import Change, save, take

# What belonged to the round before: its replies, ratings and decisions stay in rows of their own.
FRESH: Row = {
    "disposition": None,
    "promised_on": None,
    "review_on": None,
    "condition_tags": [],
    "revived": False,
    "extensions": 0,
    "info_requests": 0,
    "park_reviews": 0,
    "rating_expired": False,
}


async def rework(change: Change) -> None:
    """Have the agency in the lead handle it again; the centre assesses what no agency could, or may be told to."""
    row, facts = _next_round(change), {"by_enterprise": False}
    act = change.act(also_told=_also_told(row))
    code = change.row["lead_unit_code"]
    lead = await change.session.get(Unit, code) if code else None
    judicial = guards.is_outsider(change)
    if not judicial and lead and lead.active and lead.contact_ids:
        take(change, Action.REWORK, act, row, facts)
        return
    reason = TriageReason.JUDICIAL if judicial else TriageReason.NO_CONTACT if code else TriageReason.REOPENED
    row |= {"lead_unit_code": "", "designated": False, "triage_reason": reason}
    take(change, Action.REASSESS, act, row, facts)


async def reopen(change: Change, new_facts: str) -> None:
    """Give a closed demand back to the centre: its enterprise has new facts."""
    rules.check_move(Action.REOPEN, change.state)
    terms = change.terms
    if not rules.may_reopen(change.row["closed_at"], change.now, terms):
        raise errors.ReopenTooLate(days=str(terms.reopen_days))
    row = _next_round(change)
    row |= {"lead_unit_code": "", "designated": False, "triage_reason": TriageReason.REOPENED}
    contacts = replace(change.contacts, agency=(), agency_lead=(), former_agency=change.contacts.agency)
    act = change.act(new_facts, also_told=_also_told(row))
    take(change, Action.REOPEN, act, row, {"by_enterprise": True}, contacts=contacts)
    await save(change)


def _next_round(change: Change) -> Row:
    return FRESH | {"round": change.row["round"] + 1}


def _also_told(row: Row) -> tuple[Party, ...]:
    """From the third round on the supervisors call the parties together."""
    return (Party.SUPERVISOR,) if row["round"] > rules.LAST_PLAIN_ROUND else ()
