"""Demands that staff filed at once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch.models import Demand, DemandFiling
from services.dispatch.queries.access import visible_to
from services.dispatch.queries.demands import named


async def create(session: AsyncSession, new: DemandFiling) -> bool:
    """Write that something is filed. False if this very request has filed it, perhaps at this moment."""
    values = {column.key: getattr(new, column.key) for column in DemandFiling.__table__.columns}
    query = insert(DemandFiling).values(values).on_conflict_do_nothing(index_elements=["person_id", "request_id"])
    return await session.scalar(query.returning(DemandFiling.id)) is not None


async def of_request(session: AsyncSession, actor: Actor, request_id: str) -> DemandFiling | None:
    """What this person filed under this request id."""
    mine = (DemandFiling.person_id == actor.person_id, DemandFiling.request_id == request_id)
    return await session.scalar(select(DemandFiling).where(*mine))


def key_of(filing_id: UUID, place: int) -> str:
    """The request id of one demand of a filing. Nobody else can have it: the filing's id is made here."""
    return f"{filing_id}/{place}"


async def demands_of(session: AsyncSession, actor: Actor, filing: DemandFiling) -> Sequence[Any]:
    """What was filed, as far as the actor sees it, in the order it was given; as lists show it."""
    places = {key_of(filing.id, place): place for place in range(filing.size)}
    filed = (Demand.submitted_by == filing.person_id, Demand.request_id.in_(places))
    rows = (await session.execute(named(actor).add_columns(Demand.request_id).where(*filed, visible_to(actor)))).all()
    return sorted(rows, key=lambda row: places[row.request_id])
