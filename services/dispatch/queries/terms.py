"""Terms that were set for agencies and categories."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.models import TermRule
from services.dispatch.rules import OwnTerms

MOST_RULES = 200
HOLDING = text("""
SELECT DISTINCT ON (unit_code, category_code) unit_code, category_code, terms FROM term_rule WHERE valid_from <= :today
ORDER BY unit_code, category_code, valid_from DESC, id DESC
""")


async def holding(session: AsyncSession, today: date) -> OwnTerms:
    """The terms that differ from the defaults on a day."""
    found = await session.execute(HOLDING, {"today": today})
    return {(unit, category): terms for unit, category, terms in found if terms}


async def rules(session: AsyncSession) -> Sequence[TermRule]:
    """What was ever set, the latest first."""
    query = select(TermRule).order_by(TermRule.valid_from.desc(), TermRule.id.desc())
    return (await session.scalars(query.limit(MOST_RULES))).all()


async def rule_of_request(session: AsyncSession, person_id: UUID, request_id: str) -> TermRule | None:
    query = select(TermRule).where(TermRule.made_by == person_id, TermRule.request_id == request_id)
    return (await session.scalars(query)).first()
