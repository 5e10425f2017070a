"""Who sees which demand, and whose it is: decided once for list, detail, timeline, counts, files and changes."""

from typing import Any

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, exists, false, func, or_, true

from kit.auth import Actor
from services.dispatch.models import Demand, DemandCoHandler, LiaisonPoint
from services.dispatch.rules import UNNAMED

AGENCY = (int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD))
CENTRE = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD))
ALL_SEEING = (*CENTRE, int(Role.ROLE_SUPERVISOR))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Who sees which demand. Roles add up; who has none of these sees nothing.

    Nobody of the agency that a demand is about sees it, whatever else they are, but for the enterprise's own contact.
    """
    own = _of_own_enterprise(actor)
    if not actor.unit_code:
        return or_(own, _as_staff(actor))
    return or_(own, and_(not_about(actor.unit_code), _as_staff(actor)))


def not_about(unit_code: str) -> ColumnElement[bool]:
    """Whether a demand is about something else than this unit's own doings (回避)."""
    return Demand.subject_unit_code != unit_code


def knows_whose(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor may learn whose a demand is. Nobody of an agency may while it is shielded, whatever else they are,
    but for the enterprise's own contact and who filed it on its behalf.
    """
    if not actor.has(*AGENCY):
        return true()
    return or_(Demand.shielded.is_(False), _on_its_side(actor))


def told_subject(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor may learn which agency a demand is about."""
    return true() if actor.has(*CENTRE) else _on_its_side(actor)


def reading(actor: Actor) -> tuple[ColumnElement[Any], ...]:
    """What a reader may learn of each demand, as columns to be selected beside it."""
    return Demand.enterprise_name.label("whose"), knows_whose(actor).label("known")


def in_area(actor: Actor, area_code: str) -> ColumnElement[bool]:
    """A filter by area finds nothing whose area the actor does not learn."""
    return and_(Demand.area_code == area_code, knows_whose(actor))


def says(actor: Actor, text: str) -> ColumnElement[bool]:
    """Whether a demand has this text in its words as the actor reads them."""
    columns = (Demand.title, Demand.body)
    written = or_(*(column.icontains(text, autoescape=True) for column in columns))
    if not actor.has(*AGENCY):
        return written
    shown = [func.replace(column, Demand.enterprise_name, UNNAMED).icontains(text, autoescape=True) for column in columns]
    return and_(written, or_(knows_whose(actor), *shown))


def _on_its_side(actor: Actor) -> ColumnElement[bool]:
    """The enterprise's own contact, and the office that speaks for it in this demand."""
    own = _of_own_enterprise(actor)
    return or_(own, Demand.submitted_for_by_unit == actor.unit_code) if actor.unit_code else own


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
