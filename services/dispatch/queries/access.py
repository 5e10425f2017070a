"""Who sees which demand, decided once for list, detail, timeline, counts and changes."""

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from kit.auth import Actor
from services.dispatch.models import (
    Demand,
    LiaisonPoint,
)

AGENCY = (int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD))
ALL_SEEING = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD), int(Role.ROLE_SUPERVISOR))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Who sees which demand. Roles add up; who has none of these sees nothing."""
    if actor.has(*ALL_SEEING):
        return true()
    seen: list[ColumnElement[bool]] = []
    if actor.has(int(Role.ROLE_LIAISON)) and actor.organisation_id:
        present = exists().where(
            LiaisonPoint.enterprise_id == actor.organisation_id, LiaisonPoint.liaison_person_id == actor.person_id
        )
        seen.append(and_(Demand.enterprise_id == actor.organisation_id, present))
    if actor.has(*AGENCY) and actor.unit_code:
        seen.append(Demand.lead_unit_code == actor.unit_code)
    if actor.has(int(Role.ROLE_AREA_OFFICER)) and actor.unit_code:
        seen.append(Demand.submitted_for_by_unit == actor.unit_code)
    return or_(false(), *seen)
