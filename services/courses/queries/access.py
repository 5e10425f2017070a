"""Who sees which lecture and which booking."""

from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from kit.auth import Actor
from services.courses.models import Booking, Lecture, LiaisonPoint
from services.courses.rules.lectures import LectureState

AGENCY = (int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD))
ALL_SEEING = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD), int(Role.ROLE_SUPERVISOR))
OFFICER = int(Role.ROLE_AREA_OFFICER)
LIAISON = int(Role.ROLE_LIAISON)


def lecture_visible_to(actor: Actor) -> ColumnElement[bool]:
    """A planned lecture is its agency's matter, and that of those who oversee; the others are for all who take part."""
    if actor.has(*ALL_SEEING):
        return true()
    known = Lecture.state != LectureState.PLANNED
    if hosts(actor):
        return or_(known, Lecture.unit_code == actor.unit_code)
    return known if actor.has(OFFICER, LIAISON) else false()


def hosted_by(actor: Actor) -> ColumnElement[bool]:
    """Whether a lecture is of the actor's own agency."""
    return Lecture.unit_code == actor.unit_code if hosts(actor) else false()


def hosts(actor: Actor) -> bool:
    return actor.has(*AGENCY) and bool(actor.unit_code)


def booking_visible_to(actor: Actor) -> ColumnElement[bool]:
    """A booking is its enterprise's matter, its host's, its area's, and that of those who oversee."""
    if actor.has(*ALL_SEEING):
        return true()
    ways = [own_booking(actor), hosted_by(actor)]
    if actor.has(OFFICER) and actor.area_code:
        ways.append(Booking.area_code == actor.area_code)
    return or_(*ways)


def own_booking(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor is the present contact of the enterprise, also of one that is no liaison point any more."""
    if not actor.has(LIAISON) or not actor.organisation_id:
        return false()
    return booking_held_by(actor.person_id, actor.organisation_id)


def booking_held_by(person_id: UUID, enterprise_id: UUID) -> ColumnElement[bool]:
    """Whether a booking is the enterprise's, and the person its present contact."""
    held = (LiaisonPoint.designation_id == Booking.designation_id, LiaisonPoint.liaison_person_id == person_id)
    return and_(Booking.enterprise_id == enterprise_id, exists().where(*held))


def overseen_by(actor: Actor) -> ColumnElement[bool]:
    """Who came to a lecture and what is said of it is its agency's matter, and that of those who oversee."""
    return true() if actor.has(*ALL_SEEING) else hosted_by(actor)
