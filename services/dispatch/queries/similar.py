"""Demands much like one that is being written.

Compared are those of the last two years that have the title's longest words, and the newest that have any: two hundred at
most, however many there are. Staff are shown what is among the newest tens of thousands, a contact all of its enterprise.
Nobody is pointed at a demand without learning whose it is: a title much like it could have the enterprise's name in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Select, Subquery, Text, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import words
from services.dispatch.models import Demand
from services.dispatch.queries.access import knows_whose, visible_to
from services.dispatch.queries.demands import Filter, named
from services.dispatch.queries.search import Reach, looking_back, reach
from services.dispatch.rules import LIAISON

LOOKING_BACK = timedelta(days=730)
LATELY = 2**15  # so far back, in numbers, goes the search for any word: the marks of words.LEVELS reach so far
WITH_ALL, WITH_ANY = 100, 100
LOOKED_INTO = 20
SHOWN = 5
ALIKE = 0.3
TITLE_WEIGHT = 0.6
TELLING, ANY = 3, 8  # how many of the longest words of a title must all be there, and of how many any


@dataclass(frozen=True, slots=True)
class Written:
    """A demand as far as it is written."""

    title: str
    body: str
    category_code: str
    enterprise_id: UUID | None


async def similar(session: AsyncSession, actor: Actor, written: Written, now: datetime) -> Sequence[Any]:
    """Rows as of a list, each with its `score`, most alike first."""
    within = await reach(session, Filter(submitted_from=now - LOOKING_BACK), None)
    return await similar_within(session, actor, written, within)


async def similar_within(session: AsyncSession, actor: Actor, written: Written, within: Reach) -> Sequence[Any]:
    asked = sorted(words.words(written.title), key=lambda word: (-len(word), word))
    if not asked:
        return []
    among = _marks(actor, written)
    lately = replace(within, floor=max(within.floor, within.newest - LATELY))
    # An enterprise has few of its own; who sees more has enough to compare in what is new.
    far = within if actor.roles <= LIAISON else lately
    found = union_all(
        _candidates(words.all_of, asked[:TELLING], among, actor, far, WITH_ALL),
        _candidates(words.any_of, _telling(asked)[:ANY], among, actor, lately, WITH_ANY),
    )
    rows: Sequence[Any] = (await session.execute(_compared(actor, found.subquery("found"), written))).all()
    return rows


def _telling(asked: Sequence[str]) -> Sequence[str]:
    """Without the small words that stand in every title, unless there are no others."""
    return [word for word in asked if len(word) > 1] or asked


def _marks(actor: Actor, written: Written) -> list[str]:
    of_category = written.category_code and not actor.roles <= LIAISON
    marks = (("c", written.category_code if of_category else ""), ("e", written.enterprise_id))
    return [words.quoted(words.mark(kind, value)) for kind, value in marks if value]


def _candidates(
    join: Any, asked: Sequence[str], among: Sequence[str], actor: Actor, within: Reach, size: int
) -> Select[Any]:
    question = words.all_of([words.any_of([join([words.quoted(word) for word in asked])]), *among])
    return looking_back(question, actor, [visible_to(actor), knows_whose(actor)], within, size)


def _compared(actor: Actor, found: Subquery, written: Written) -> Select[Any]:
    """The most alike by their titles, then by their words as well."""
    once = select(found).ext(distinct_on(found.c.demand_id)).subquery("once")
    alike = func.similarity(once.c.title, written.title.strip()).label("alike")
    likely = select(once, alike).order_by(alike.desc(), once.c.number.desc()).limit(LOOKED_INTO).subquery("likely")
    mine = sorted(words.words(written.body))
    theirs = func.unnest(func.tsvector_to_array(likely.c.words)).column_valued("theirs")
    shared = select(func.count()).where(theirs == func.any_(literal(mine, ARRAY(Text)))).scalar_subquery()
    by_words = cast(shared, Float) / max(1, len(mine))
    score = likely.c.alike * TITLE_WEIGHT + by_words * (1 - TITLE_WEIGHT) if mine else likely.c.alike
    scored = select(likely.c.demand_id, score.label("score")).subquery("scored")
    rows = named(actor).add_columns(scored.c.score).join(scored, scored.c.demand_id == Demand.id)
    return rows.where(scored.c.score >= ALIKE).order_by(scored.c.score.desc(), Demand.id.desc()).limit(SHOWN)
