"""Routing that learns: where categories lead, and what becomes of suggestions (DEM-4, DEM-5)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import StaleVersion
from services.dispatch import errors
from services.dispatch.models import RoutingRule, RoutingSuggestion
from services.dispatch.queries import reference, routing
from services.dispatch.queries.routing import Rule

ADOPTED, DISMISSED = "ADOPTED", "DISMISSED"
END = text("UPDATE routing_rule SET active = false WHERE category_code = :category AND active")
ADOPT_ALIKE = text("""
UPDATE routing_suggestion SET decision = 'ADOPTED', decided_by = :by, decided_at = :at
WHERE decision IS NULL AND category_code = :category AND from_unit_code = :from_unit AND to_unit_code = :to_unit
""")


async def set_rule(
    session: AsyncSession, actor: Actor, category_code: str, expected: int, unit_codes: Sequence[str], now: datetime
) -> None:
    """Have a category lead to these agencies from now on; the same asked again changes nothing more."""
    rule = await routing.rule_for_update(session, category_code)
    if rule.version != expected:
        if _is_that(rule, actor, expected, unit_codes):
            return
        raise StaleVersion(version=str(rule.version))
    await _put(session, actor, rule, unit_codes, now)


def _is_that(rule: Rule, actor: Actor, expected: int, unit_codes: Sequence[str]) -> bool:
    """Whether the rule is what this very request made of the version that it expected."""
    same = rule.unit_codes == tuple(unit_codes) and rule.changed_by == actor.person_id
    return same and rule.version == expected + _rows(unit_codes)


def _rows(unit_codes: Sequence[str]) -> int:
    return max(1, len(unit_codes))


async def _put(session: AsyncSession, actor: Actor, rule: Rule, unit_codes: Sequence[str], now: datetime) -> None:
    found = await reference.agencies(session, unit_codes)
    if len(found) < len(unit_codes):
        raise errors.RoutingRuleInvalid
    await session.execute(END, {"category": rule.category_code})
    # A rule that leads nowhere is a row too: who made it so, and when, is to be seen.
    for number, unit_code in enumerate(unit_codes or [""], start=1):
        row = RoutingRule(
            category_code=rule.category_code,
            version=rule.version + number,
            unit_code=unit_code,
            active=True,
            changed_by=actor.person_id,
            changed_at=now,
        )
        session.add(row)


async def decide_suggestion(session: AsyncSession, actor: Actor, suggestion_id: UUID, decision: str, now: datetime) -> None:
    """Adopt a suggestion and all that suggest the same, or dismiss it; the same decision again changes nothing more."""
    seen = await session.get(RoutingSuggestion, suggestion_id)
    if seen is None:
        raise errors.SuggestionNotFound
    # The category first: of two who adopt alike, one waits here and not for the other's suggestion.
    rule = await routing.rule_for_update(session, seen.category_code) if decision == ADOPTED else None
    found = await session.get(RoutingSuggestion, suggestion_id, with_for_update=True, populate_existing=True)
    assert found  # noqa: S101 - suggestions are never deleted
    if found.decision:
        if (found.decision, found.decided_by) == (decision, actor.person_id):
            return
        raise errors.SuggestionNotFound
    if rule:
        await _adopt(session, actor, rule, found, now)
    found.decision, found.decided_by, found.decided_at = decision, actor.person_id, now


async def _adopt(session: AsyncSession, actor: Actor, rule: Rule, found: RoutingSuggestion, now: datetime) -> None:
    if found.from_unit_code not in rule.unit_codes:
        raise errors.RoutingRuleInvalid
    replaced = [found.to_unit_code if code == found.from_unit_code else code for code in rule.unit_codes]
    await _put(session, actor, rule, list(dict.fromkeys(replaced)), now)
    alike = {"category": found.category_code, "from_unit": found.from_unit_code, "to_unit": found.to_unit_code}
    await session.execute(ADOPT_ALIKE, alike | {"by": actor.person_id, "at": now})
