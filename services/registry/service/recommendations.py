"""Recommendations of a report, from proposal to what was done (SUR-4). Every change goes through `_change`."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.calendar import BEIJING
from kit.errors import PermissionDenied, StaleVersion
from services.registry.errors import RecommendationDayInvalid, RecommendationOwnerUnknown
from services.registry.models import Recommendation, Unit
from services.registry.queries import findings, surveys
from services.registry.queries import recommendations as queries
from services.registry.rules.recommendations import RecommendationState, check_move, check_open
from services.registry.service import audit, programme_events
from services.registry.service.audit import Retry


@dataclass(frozen=True, slots=True)
class Content:
    """What people decide about a recommendation."""

    text: str
    owner_unit: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Errand:
    """One request about a recommendation: whose, when, and what makes its retry recognisable."""

    session: AsyncSession
    actor: Actor
    now: datetime
    retry: Retry


@dataclass(frozen=True, slots=True)
class Seen:
    """A recommendation as the caller saw it."""

    id: UUID
    version: int


async def propose(errand: Errand, survey_id: UUID, content: Content) -> UUID:
    """Draw one from an analysed survey. Returns its id."""
    session, actor, now = errand.session, errand.actor, errand.now
    await findings.hold_analysis(session, survey_id)
    if await audit.is_repeat(session, actor, errand.retry):
        return await surveys.subject_of_request(session, actor, errand.retry.request_id)
    await _check(errand, content)
    made = Recommendation(
        id=uuid7(),
        survey_id=survey_id,
        text=content.text,
        owner_unit=content.owner_unit,
        due_on=content.due_on,
        state=RecommendationState.PROPOSED,
        measure="",
        evidence="",
        decline_reason="",
        version=1,
        created_by=actor.person_id,
        created_at=now,
        changed_at=now,
    )
    session.add(made)
    await _note(errand, made, "PROPOSED", addressed=True)
    return made.id


async def update(errand: Errand, seen: Seen, content: Content) -> None:
    """Write it anew until it is settled."""
    found = await _to_change(errand, seen)
    if found:
        check_open(RecommendationState(found.state))
        await _check(errand, content)
        addressed = found.owner_unit != content.owner_unit
        found.text, found.owner_unit, found.due_on = content.text, content.owner_unit, content.due_on
        await _change(errand, found, "CHANGED", addressed)


async def adopt(errand: Errand, seen: Seen, measure: str) -> None:
    """Make it binding, with what is to change."""
    found = await _to_change(errand, seen)
    if found:
        check_move(RecommendationState(found.state), RecommendationState.ADOPTED)
        found.state, found.measure = RecommendationState.ADOPTED, measure
        await _change(errand, found, "ADOPTED")


async def decline(errand: Errand, seen: Seen, reason: str) -> None:
    """End it with a reason."""
    found = await _to_change(errand, seen)
    if found:
        check_move(RecommendationState(found.state), RecommendationState.DECLINED)
        found.state, found.decline_reason = RecommendationState.DECLINED, reason
        await _change(errand, found, "DECLINED")


async def complete(errand: Errand, seen: Seen, evidence: str) -> None:
    """Report it done, for the unit that shall see to it."""
    found = await _to_change(errand, seen, own=True)
    if found:
        check_move(RecommendationState(found.state), RecommendationState.DONE)
        found.state, found.evidence, found.done_at = RecommendationState.DONE, evidence, errand.now
        await _change(errand, found, "DONE")


async def _to_change(errand: Errand, seen: Seen, *, own: bool = False) -> Recommendation | None:
    """Lock one and check its version. None if this very request was served before."""
    found = await queries.for_update(errand.session, errand.actor, seen.id)
    if await audit.is_repeat(errand.session, errand.actor, errand.retry):
        return None
    if found.version != seen.version:
        raise StaleVersion(version=str(found.version))
    if own and found.owner_unit != errand.actor.unit_code:
        raise PermissionDenied
    return found


async def _check(errand: Errand, content: Content) -> None:
    unit = await errand.session.get(Unit, content.owner_unit)
    if unit is None or not unit.active:
        raise RecommendationOwnerUnknown
    if content.due_on < errand.now.astimezone(BEIJING).date():
        raise RecommendationDayInvalid


async def _change(errand: Errand, found: Recommendation, what: str, addressed: bool = False) -> None:
    found.version += 1
    found.changed_at = errand.now
    await _note(errand, found, what, addressed)


async def _note(errand: Errand, found: Recommendation, what: str, addressed: bool = False) -> None:
    await programme_events.recommendation_changed(errand.session, found, addressed)
    subject = f"recommendation/{found.id}"
    await audit.record(errand.session, errand.actor, f"RECOMMENDATION_{what}", subject, errand.now, retry=errand.retry)
