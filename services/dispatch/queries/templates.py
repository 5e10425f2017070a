"""Reply templates: the centre's for everybody who answers, an agency's for the agency; the centre reads all."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import errors
from services.dispatch.models import Category, ReplyTemplate, ReplyTemplateChange
from services.dispatch.queries.reference import CENTRE_UNIT
from services.dispatch.rules import CENTRE_ROLES


def _offered_to(actor: Actor) -> ColumnElement[bool]:
    if actor.has(*CENTRE_ROLES):
        return true()
    return ReplyTemplate.unit_code.in_({CENTRE_UNIT, actor.unit_code})


async def template(session: AsyncSession, actor: Actor, template_id: UUID, *, lock: bool = False) -> ReplyTemplate:
    """One template, locked until the transaction ends if wanted. Raises ReplyTemplateNotFound."""
    query = select(ReplyTemplate).where(ReplyTemplate.id == template_id, _offered_to(actor))
    found = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise errors.ReplyTemplateNotFound
    return found


async def page(
    session: AsyncSession, actor: Actor, category: str, state: str, retired: bool, before: UUID | None, size: int
) -> Sequence[ReplyTemplate]:
    """Up to `size` + 1 templates, newest first. Those for all categories are among those of each."""
    kept = ReplyTemplate.retired_at.is_not(None) if retired else ReplyTemplate.retired_at.is_(None)
    conditions = [_offered_to(actor), kept]
    if category:
        conditions.append(or_(ReplyTemplate.category_code == category, ReplyTemplate.category_code.is_(None)))
    conditions += [ReplyTemplate.state == state] if state else []
    conditions += [ReplyTemplate.id < before] if before else []
    query = select(ReplyTemplate).where(*conditions).order_by(ReplyTemplate.id.desc()).limit(size + 1)
    return (await session.scalars(query)).all()


async def create(session: AsyncSession, new: ReplyTemplate) -> bool:
    """Write a new template. False if its very request has made one, perhaps at this moment."""
    values = {column.key: getattr(new, column.key) for column in ReplyTemplate.__table__.columns}
    query = insert(ReplyTemplate).values(values).on_conflict_do_nothing(index_elements=["created_by", "request_id"])
    return await session.scalar(query.returning(ReplyTemplate.id)) is not None


async def of_request(session: AsyncSession, actor: Actor, request_id: str) -> ReplyTemplate | None:
    """The template that this person made under this request id."""
    mine = (ReplyTemplate.created_by == actor.person_id, ReplyTemplate.request_id == request_id)
    return await session.scalar(select(ReplyTemplate).where(*mine))


async def served_before(session: AsyncSession, template_id: UUID, actor: Actor, request_id: str) -> bytes | None:
    """Fingerprint of what this person did to the template under this request id, if anything."""
    return await session.scalar(
        select(ReplyTemplateChange.request_hash).where(
            ReplyTemplateChange.reply_template_id == template_id,
            ReplyTemplateChange.person_id == actor.person_id,
            ReplyTemplateChange.request_id == request_id,
        )
    )


async def check_category(session: AsyncSession, code: str) -> None:
    """Raise CategoryUnknown unless it can be ticked."""
    if await session.scalar(select(Category.code).where(Category.code == code, Category.active)) is None:
        raise errors.CategoryUnknown
