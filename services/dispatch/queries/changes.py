"""What a change of a demand starts from."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import errors
from services.dispatch.announcements import Contacts
from services.dispatch.models import (
    Demand,
)
from services.dispatch.queries.access import visible_to
from services.dispatch.queries.reference import CENTRE_UNIT

CONTACTS = text("""
SELECT
  (SELECT liaison_person_id FROM liaison_point WHERE enterprise_id = :enterprise ORDER BY year DESC LIMIT 1),
  (SELECT contact_ids FROM unit WHERE code = :lead),
  (SELECT contact_ids FROM unit WHERE code = :centre)
""")


@dataclass(frozen=True, slots=True)
class Movable:
    """A demand locked for a move, and who is to be told of it."""

    demand: Demand
    contacts: Contacts


async def demand_for_move(session: AsyncSession, actor: Actor, demand_id: UUID) -> Movable:
    """Lock one demand until the transaction ends. Raises DemandNotFound if it is not there for the actor."""
    query = select(Demand).where(Demand.id == demand_id, visible_to(actor)).with_for_update(of=Demand)
    demand = (await session.scalars(query)).first()
    if demand is None:
        raise errors.DemandNotFound
    return Movable(demand, await contacts_of(session, demand.enterprise_id, demand.lead_unit_code))


async def contacts_of(session: AsyncSession, enterprise_id: UUID, lead_unit_code: str) -> Contacts:
    """The enterprise's present contact and those of the lead agency and the centre."""
    found = await session.execute(CONTACTS, {"enterprise": enterprise_id, "lead": lead_unit_code, "centre": CENTRE_UNIT})
    liaison, agency, centre = found.one()
    return Contacts((liaison,) if liaison else (), tuple(agency or ()), tuple(centre or ()))
