"""What counts in the assessment: appeals about ratings (申诉复核) and exclusion (剔除). All stays visible (DEM-8)."""

from services.dispatch import errors, rules
from services.dispatch.models import DemandRating
from services.dispatch.queries import handling, requests
from services.dispatch.rules import Action, ApprovalKind, ApprovalState, Party
from services.dispatch.service import approvals
from services.dispatch.service.change import Change, move, save, take


async def ask_appeal(change: Change, reason: str) -> None:
    """Ask the centre's lead that the latest rating does not count, once for each rating."""
    rules.check_move(Action.ASK_APPEAL, change.state)
    rating = await _rating(change)
    if rating is None or rating.ruling:
        raise errors.DemandWrongState(state=change.state, action=Action.ASK_APPEAL)
    await approvals.ask(change, ApprovalKind.APPEAL, Party.CENTRE, reason, {})


async def decide_appeal(change: Change, uphold: bool, ruling: str) -> None:
    """Rule on an appeal. The rating itself stays as the enterprise gave it."""
    rules.check_move(Action.DECIDE_APPEAL, change.state)
    approval, rating = await requests.pending_of(change.session, change.on.demand_id), await _rating(change)
    if approval is None or approval.kind != ApprovalKind.APPEAL or rating is None:
        raise errors.ApprovalNotFound
    row = {"kpi_excluded": True} if uphold else None
    take(change, Action.DECIDE_APPEAL, change.act(ruling), row, {"upheld": uphold})
    approvals.decide(change, approval, ApprovalState.APPROVED if uphold else ApprovalState.DENIED, ruling)
    await save(change)
    rating.excluded, rating.ruling = uphold, ruling


async def _rating(change: Change) -> DemandRating | None:
    found = await handling.latest_reply(change.session, change.on.demand_id)
    return found[1] if found else None


async def exclude(change: Change, reason: str) -> None:
    """Keep a demand out of the agency's assessment; it is counted apart."""
    if change.row["kpi_excluded"]:
        raise errors.DemandWrongState(state=change.state, action=Action.EXCLUDE)
    await move(change, Action.EXCLUDE, change.act(reason), {"kpi_excluded": True})
