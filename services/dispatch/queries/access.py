"""Who sees which demand, and whose it is: decided once for list, detail, timeline, counts, files and changes."""

from typing import Any

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, any_, exists, false, func, or_, select, true

from kit.auth import Actor
from services.dispatch import words
from services.dispatch.models import Demand, DemandCoHandler, LiaisonPoint

AGENCY = (int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD))
CENTRE = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD))
ALL_SEEING = (*CENTRE, int(Role.ROLE_SUPERVISOR))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Who sees which demand. Roles add up; who has none of these sees nothing.

    Nobody of the agency that a demand is about sees it, whatever else they are, but for the enterprise's own contact.
    """
    return or_(*ways_to(actor))


def ways_to(actor: Actor) -> list[ColumnElement[bool]]:
    """The same, each way of coming to see a demand by itself: a list reads each by the index that leads along it."""
    return [*_as_contact(actor), *_as_staff(actor)] or [false()]


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


def _on_its_side(actor: Actor) -> ColumnElement[bool]:
    """The enterprise's own contact, and the office that speaks for it in this demand."""
    own = or_(false(), *_as_contact(actor))
    return or_(own, Demand.submitted_for_by_unit == actor.unit_code) if actor.unit_code else own


def _as_contact(actor: Actor) -> list[ColumnElement[bool]]:
    if not actor.has(int(Role.ROLE_LIAISON)) or not actor.organisation_id:
        return []
    present = exists().where(
        LiaisonPoint.enterprise_id == actor.organisation_id, LiaisonPoint.liaison_person_id == actor.person_id
    )
    return [and_(Demand.enterprise_id == actor.organisation_id, present)]


def _as_staff(actor: Actor) -> list[ColumnElement[bool]]:
    if not actor.unit_code:
        return [true()] if actor.has(*ALL_SEEING) else []
    not_about_it = not_about(actor.unit_code)
    if actor.has(*ALL_SEEING):
        return [not_about_it]
    seen: list[ColumnElement[bool]] = []
    if actor.has(*AGENCY):
        seen += [Demand.lead_unit_code == actor.unit_code, _assisted_by(actor.unit_code)]
    if actor.has(int(Role.ROLE_AREA_OFFICER)):
        seen.append(and_(Demand.submitted_for_by_unit != "", Demand.submitted_for_by_unit == actor.unit_code))
    return [and_(not_about_it, way) for way in seen]


def _assisted_by(unit_code: str) -> ColumnElement[bool]:
    """Few at any time, for an answer releases who assisted. As an array they are read once, and before the demands."""
    here = DemandCoHandler.unit_code == unit_code, DemandCoHandler.released_at.is_(None)
    demands = select(DemandCoHandler.demand_id).where(*here).scalar_subquery()
    return Demand.id == any_(func.array(demands))


def marks_of(actor: Actor) -> list[str]:
    """The marks (words.py) of all that the actor may see; empty for who may see all.

    `visible_to` decides, also in a search. This only keeps a search from reading what that would leave out: whoever widens
    what a role sees there widens it here.
    """
    if actor.has(*ALL_SEEING):
        return []
    kinds = (
        ("e", actor.organisation_id if actor.has(int(Role.ROLE_LIAISON)) else None),
        ("u", actor.unit_code if actor.has(*AGENCY) else None),
        ("f", actor.unit_code if actor.has(int(Role.ROLE_AREA_OFFICER)) else None),
    )
    return [words.mark(kind, value) for kind, value in kinds if value] or ["@nobody"]
