"""Where categories lead, and what is suggested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import errors
from services.dispatch.models import Category, Demand, RoutingRule, RoutingSuggestion
from services.dispatch.queries.access import visible_to
from services.dispatch.rules import UNSURE

MOST_SUGGESTIONS = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a category leads now. Each agency is a row with a version of its own; the rule's is the highest."""

    category_code: str
    category_name: str
    version: int
    unit_codes: tuple[str, ...]
    changed_by: UUID | None
    changed_at: datetime | None


RULES = text("""
SELECT c.code, c.name, COALESCE(last.version, 0),
  ARRAY(SELECT r.unit_code FROM routing_rule r WHERE r.category_code = c.code AND r.active AND r.unit_code <> ''
        ORDER BY r.version),
  last.changed_by, last.changed_at
FROM category c
LEFT JOIN LATERAL (SELECT * FROM routing_rule r WHERE r.category_code = c.code ORDER BY r.version DESC LIMIT 1) last ON true
WHERE c.active AND c.code <> :unsure AND (CAST(:only AS text) IS NULL OR c.code = :only) ORDER BY c.position
""")


async def rules(session: AsyncSession, only: str | None = None) -> list[Rule]:
    """The rules of all categories in order, or of one."""
    found = await session.execute(RULES, {"unsure": UNSURE, "only": only})
    return [Rule(code, name, version, tuple(units), by, at) for code, name, version, units, by, at in found]


async def rule_for_update(session: AsyncSession, category_code: str) -> Rule:
    """The rule of one category, which nobody else changes until the transaction ends. Intake does not wait for it.

    Raises CategoryUnknown, and RoutingRuleInvalid for 不确定.
    """
    category = select(Category.code).where(Category.code == category_code, Category.active)
    if await session.scalar(category.with_for_update(key_share=True)) is None:
        raise errors.CategoryUnknown
    if category_code == UNSURE:
        raise errors.RoutingRuleInvalid
    (rule,) = await rules(session, category_code)
    return rule


async def led_to(session: AsyncSession, category_code: str) -> Sequence[str]:
    """The agencies that a category leads to."""
    query = select(RoutingRule.unit_code).where(RoutingRule.category_code == category_code, RoutingRule.active)
    return (await session.scalars(query)).all()


async def suggestions(session: AsyncSession, actor: Actor, only: UUID | None = None) -> Sequence[Any]:
    """Suggestions that nobody has decided, oldest first, or one whatever became of it; each with the demand's number."""
    query = (
        select(RoutingSuggestion, Demand.serial)
        .join(Demand, Demand.id == RoutingSuggestion.demand_id)
        .where(visible_to(actor), RoutingSuggestion.id == only if only else RoutingSuggestion.decision.is_(None))
    )
    order = (RoutingSuggestion.created_at, RoutingSuggestion.id)
    return (await session.execute(query.order_by(*order).limit(MOST_SUGGESTIONS))).all()
