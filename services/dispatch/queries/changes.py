"""What a change of a demand starts from: the locked row, the clocks that run, and who is to be told."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import errors
from services.dispatch.announcements import Contacts
from services.dispatch.models import Demand, DemandClock
from services.dispatch.queries.access import visible_to
from services.dispatch.queries.reference import CENTRE_UNIT

Columns = dict[str, Any]
CONTACTS = text("""
SELECT
  (SELECT liaison_person_id FROM liaison_point WHERE enterprise_id = :enterprise ORDER BY year DESC LIMIT 1) AS liaison,
  (SELECT contact_ids FROM unit WHERE code = :lead) AS agency,
  (SELECT leader_ids FROM unit WHERE code = :lead) AS agency_lead,
  (SELECT contact_ids FROM unit WHERE code = :centre) AS centre,
  (SELECT array_agg(c) FROM demand_co_handler h JOIN unit u ON u.code = h.unit_code, unnest(u.contact_ids) c
   WHERE h.demand_id = :demand AND h.released_at IS NULL) AS co_handler,
  (SELECT array_agg(c) FROM unit u, unnest(u.contact_ids) c WHERE u.kind = 'SUPERVISOR' AND u.active) AS supervisor,
  (SELECT contact_ids || leader_ids FROM unit WHERE code = :subject) AS of_subject
""")


@dataclass(frozen=True, slots=True)
class Movable:
    """A demand locked for a move: the columns of its row, the clocks that run, and who is to be told of it."""

    demand: Demand
    row: Columns
    clocks: list[Columns]
    contacts: Contacts


async def demand_for_move(session: AsyncSession, actor: Actor | None, demand_id: UUID) -> Movable:
    """Lock one demand until the transaction ends; no actor: for the platform. Raises DemandNotFound if it is not visible."""
    query = select(Demand).where(Demand.id == demand_id).with_for_update(of=Demand)
    if actor:
        query = query.where(visible_to(actor))
    demand = (await session.scalars(query)).first()
    if demand is None:
        raise errors.DemandNotFound
    running = select(DemandClock).where(DemandClock.demand_id == demand_id, DemandClock.stopped_at.is_(None))
    clocks = [columns_of(clock) for clock in await session.scalars(running)]
    return Movable(demand, columns_of(demand), clocks, await contacts_of(session, demand))


def columns_of(row: Any) -> Columns:
    """A row by the names of its columns."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


async def contacts_of(session: AsyncSession, demand: Demand) -> Contacts:
    """Everybody who may have to be told about a demand as it stands."""
    values = {
        "demand": demand.id,
        "enterprise": demand.enterprise_id,
        "lead": demand.lead_unit_code,
        "subject": demand.subject_unit_code,
        "centre": CENTRE_UNIT,
    }
    found = (await session.execute(CONTACTS, values)).one()
    return Contacts(
        liaison=(found.liaison,) if found.liaison else (),
        agency=tuple(found.agency or ()),
        agency_lead=tuple(found.agency_lead or ()),
        centre=tuple(found.centre or ()),
        co_handler=tuple(found.co_handler or ()),
        supervisor=tuple(found.supervisor or ()),
        of_subject=frozenset(found.of_subject or ()),
    )
