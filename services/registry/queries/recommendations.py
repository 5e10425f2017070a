"""Recommendations: centre and supervisors see all of them, others those that their own unit shall see to."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Row, Select, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import RecommendationNotFound
from services.registry.models import Recommendation, Survey, Unit
from services.registry.rules.recommendations import RecommendationState

View = Row[Recommendation, int]


@dataclass(frozen=True, slots=True)
class RecommendationFilter:
    """What a list is narrowed to; empty and None narrow nothing. `late`: only what should be done before this day."""

    survey_id: UUID | None = None
    owner_unit: str = ""
    state: RecommendationState | None = None
    late: bool = False


def visible_to(actor: Actor) -> ColumnElement[bool]:
    if actor.has(Role.ROLE_CENTRE_OPERATOR, Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR):
        return true()
    return (Recommendation.owner_unit == actor.unit_code) & (Recommendation.owner_unit != "")


def _views(actor: Actor) -> Select[Recommendation, int]:
    return select(Recommendation, Survey.year).join(Survey, Survey.id == Recommendation.survey_id).where(visible_to(actor))


async def view(session: AsyncSession, actor: Actor, recommendation_id: UUID) -> View:
    """One with the year of its survey. Raises RecommendationNotFound also for one that the caller may not see."""
    found = (await session.execute(_views(actor).where(Recommendation.id == recommendation_id))).first()
    if found is None:
        raise RecommendationNotFound
    return found


async def for_update(session: AsyncSession, actor: Actor, recommendation_id: UUID) -> Recommendation:
    """One, locked for a change. Raises RecommendationNotFound."""
    query = select(Recommendation).where(Recommendation.id == recommendation_id, visible_to(actor))
    found = await session.scalar(query.with_for_update())
    if found is None:
        raise RecommendationNotFound
    return found


def _narrowing(wanted: RecommendationFilter, today: date) -> Iterator[ColumnElement[bool]]:
    if wanted.survey_id:
        yield Recommendation.survey_id == wanted.survey_id
    if wanted.owner_unit:
        yield Recommendation.owner_unit == wanted.owner_unit
    if wanted.state:
        yield Recommendation.state == wanted.state
    if wanted.late:
        yield (Recommendation.state == RecommendationState.ADOPTED) & (Recommendation.due_on < today)


async def page(
    session: AsyncSession, actor: Actor, wanted: RecommendationFilter, today: date, page_size: int, page_token: str
) -> tuple[Sequence[View], str]:
    """One page, newest first, and the token of the next."""
    size = normal_page_size(page_size)
    filtered_by = fingerprint(list="recommendations", **asdict(wanted))
    query = _views(actor).where(*_narrowing(wanted, today))
    if page_token:
        query = query.where(Recommendation.id < decode_token(page_token, filtered_by, kinds=(UUID,))[0])
    found = (await session.execute(query.order_by(Recommendation.id.desc()).limit(size + 1))).all()
    if len(found) <= size:
        return found, ""
    return found[:size], encode_token(filtered_by, (found[size - 1][0].id,))


async def for_file(
    session: AsyncSession, actor: Actor, wanted: RecommendationFilter, today: date, most: int
) -> Sequence[Row[Recommendation, int, str, str]]:
    """Up to `most` that the caller may list, newest first, with year and title of the survey and the name of the unit."""
    query = (
        select(Recommendation, Survey.year, Survey.title, Unit.name)
        .join(Survey, Survey.id == Recommendation.survey_id)
        .join(Unit, Unit.code == Recommendation.owner_unit)
        .where(visible_to(actor), *_narrowing(wanted, today))
    )
    return (await session.execute(query.order_by(Recommendation.id.desc()).limit(most))).all()
