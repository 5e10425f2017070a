"""What holds an enterprise in an area for a year, when a census finds it in another."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.models import Designation, EnterpriseYear, Invitation, Nomination
from services.registry.rules.census import Obstacle
from services.registry.rules.nominations import STANDING, NominationState


async def obstacles(session: AsyncSession, year: int, enterprise_ids: Collection[UUID]) -> dict[UUID, Obstacle]:
    """Why some of these enterprises stay where they are in the year: of several reasons the weightiest.

    Their years are locked first and stay so, so that nothing comes in between that would refer to the old area.
    """
    of_year = (EnterpriseYear.year == year, EnterpriseYear.enterprise_id.in_(enterprise_ids))
    places = select(EnterpriseYear.enterprise_id).where(*of_year).order_by(EnterpriseYear.enterprise_id)
    await session.execute(places.with_for_update())
    found: dict[UUID, Obstacle] = {}
    for one in await _standing(session, year, enterprise_ids):
        if one.state != NominationState.DRAFT:
            found[one.enterprise_id] = Obstacle(one.state)
    asked = select(Invitation.enterprise_id).where(Invitation.year == year, Invitation.enterprise_id.in_(enterprise_ids))
    points = select(Designation.enterprise_id)
    points = points.where(Designation.year == year, Designation.enterprise_id.in_(enterprise_ids))
    found |= dict.fromkeys(await session.scalars(asked), Obstacle.INVITED)
    return found | dict.fromkeys(await session.scalars(points), Obstacle.DESIGNATED)


async def drafts(session: AsyncSession, year: int, enterprise_ids: Collection[UUID]) -> list[Nomination]:
    """Drafts of nominations of these enterprises; locked."""
    return [one for one in await _standing(session, year, enterprise_ids) if one.state == NominationState.DRAFT]


async def _standing(session: AsyncSession, year: int, enterprise_ids: Collection[UUID]) -> Sequence[Nomination]:
    standing = (Nomination.year == year, Nomination.enterprise_id.in_(enterprise_ids), Nomination.state.in_(STANDING))
    return (await session.scalars(select(Nomination).where(*standing).order_by(Nomination.id).with_for_update())).all()
