"""Who sees which demand, decided once for list, detail, timeline, counts and changes."""

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from kit.auth import Actor
from services.dispatch.models import Demand, DemandCoHandler, LiaisonPoint

AGENCY = (int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD))
ALL_SEEING = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD), int(Role.ROLE_SUPERVISOR))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Who sees which demand. Roles add up; who has none of these sees nothing.

    Nobody of the agency that a demand is about sees it, whatever else they are, but for the enterprise's own contact.
    """
    own = _of_own_enterprise(actor)
    if not actor.unit_code:
        return or_(own, _as_staff(actor))
    return or_(own, and_(Demand.subject_unit_code != actor.unit_code, _as_staff(actor)))


def _of_own_enterprise(actor: Actor) -> ColumnElement[bool]:
    if not actor.has(int(Role.ROLE_LIAISON)) or not actor.organisation_id:
        return false()
    present = exists().where(
        LiaisonPoint.enterprise_id == actor.organisation_id, LiaisonPoint.liaison_person_id == actor.person_id
    )
    return and_(Demand.enterprise_id == actor.organisation_id, present)


def _as_staff(actor: Actor) -> ColumnElement[bool]:
    if actor.has(*ALL_SEEING):
        return true()
    seen: list[ColumnElement[bool]] = []
    if actor.has(*AGENCY) and actor.unit_code:
        seen += [Demand.lead_unit_code == actor.unit_code, _assisted_by(actor.unit_code)]
    if actor.has(int(Role.ROLE_AREA_OFFICER)) and actor.unit_code:
        seen.append(Demand.submitted_for_by_unit == actor.unit_code)
    return or_(false(), *seen)


def _assisted_by(unit_code: str) -> ColumnElement[bool]:
    return exists().where(
        DemandCoHandler.demand_id == Demand.id,
        DemandCoHandler.unit_code == unit_code,
        DemandCoHandler.released_at.is_(None),
    )
