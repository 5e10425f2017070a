"""Who sees which demand, decided once for list, detail, timeline, counts and changes."""

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from kit.auth import Actor
from services.dispatch import words
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
