"""Who sees which lecture, which booking and which courseware."""

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from kit.auth import Actor
from services.courses.models import Booking, Courseware, Lecture, LiaisonPoint
from services.courses.rules.courseware import CoursewareState
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
    held = (LiaisonPoint.designation_id == Booking.designation_id, LiaisonPoint.liaison_person_id == actor.person_id)
    return and_(Booking.enterprise_id == actor.organisation_id, exists().where(*held))


def courseware_visible_to(actor: Actor) -> ColumnElement[bool]:
    """What was never submitted is its agency's matter; what is not published, that of those who oversee as well."""
    ways: list[ColumnElement[bool]] = []
    if actor.has(*AGENCY, *ALL_SEEING, OFFICER, LIAISON):
        ways.append(Courseware.state == CoursewareState.PUBLISHED)
    if actor.has(*ALL_SEEING):
        ways.append(Courseware.state.in_((CoursewareState.SUBMITTED, CoursewareState.APPROVED)))
        ways.append(Courseware.submitted_at.is_not(None))
    return or_(false(), *ways, courseware_of(actor))


def courseware_of(actor: Actor) -> ColumnElement[bool]:
    """Whether an item is of the actor's own agency."""
    return Courseware.unit_code == actor.unit_code if hosts(actor) else false()


def sees_old_catalogues(actor: Actor) -> bool:
    return actor.has(*ALL_SEEING, *AGENCY)


def supervises(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.has(int(Role.ROLE_SUPERVISOR)) else false()
