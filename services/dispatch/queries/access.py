"""Who sees which demand, decided once for list, detail, timeline, counts and changes."""

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, any_, exists, false, func, or_, select, true

from kit.auth import Actor
from services.dispatch import words
from services.dispatch.models import Demand, DemandCoHandler, LiaisonPoint

AGENCY = (int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD))
ALL_SEEING = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD), int(Role.ROLE_SUPERVISOR))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Who sees which demand. Roles add up; who has none of these sees nothing.

    Nobody of the agency that a demand is about sees it, whatever else they are, but for the enterprise's own contact.
    """
    return or_(*ways_to(actor))


def ways_to(actor: Actor) -> list[ColumnElement[bool]]:
    """The same, each way of coming to see a demand by itself: a list reads each by the index that leads along it."""
    return [*_as_contact(actor), *_as_staff(actor)] or [false()]


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
    not_about_it = Demand.subject_unit_code != actor.unit_code
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
