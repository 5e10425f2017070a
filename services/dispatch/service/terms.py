"""Setting terms for an agency, a category, or both: dated, kept for ever, and in force for what starts from then on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import uuid_utils.compat
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.idempotency import check_same
from services.dispatch import errors, rules
from services.dispatch.models import Category, TermRule
from services.dispatch.moves import Course
from services.dispatch.queries import reference, terms


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to hold, for whom, from when on."""

    unit_code: str
    category_code: str
    valid_from: date | None
    terms: Sequence[tuple[str, int]]
    note: str
    request_id: str
    request_hash: bytes


async def make_rule(session: AsyncSession, actor: Actor, wanted: Wanted, course: Course, now: datetime) -> TermRule:
    """Write a rule; the same request again returns what it wrote. Clocks that run keep the term they started with."""
    if earlier := await terms.rule_of_request(session, actor.person_id, wanted.request_id):
        check_same(earlier.request_hash, wanted.request_hash)
        return earlier
    own, today = rules.check_own_terms(wanted.terms), course.calendar.day_of(now)
    day = wanted.valid_from or today
    if not 0 <= (day - today).days <= rules.FAR_DAYS:
        raise errors.TermDayInvalid
    await _check_whom(session, wanted)
    rule = TermRule(
        id=uuid_utils.compat.uuid7(),
        unit_code=wanted.unit_code,
        category_code=wanted.category_code,
        valid_from=day,
        terms=own,
        note=wanted.note,
        made_by=actor.person_id,
        made_at=now,
        request_id=wanted.request_id,
        request_hash=wanted.request_hash,
    )
    session.add(rule)
    return rule


async def _check_whom(session: AsyncSession, wanted: Wanted) -> None:
    if wanted.unit_code and not await reference.agencies(session, [wanted.unit_code]):
        raise errors.UnitNotAnAgency
    if wanted.category_code and await session.get(Category, wanted.category_code) is None:
        raise errors.CategoryUnknown


async def refresh(session: AsyncSession, course: Course, now: datetime) -> None:
    """Have this process go by what holds today."""
    course.own = await terms.holding(session, course.calendar.day_of(now))
