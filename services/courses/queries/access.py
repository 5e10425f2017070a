"""Who sees which lecture, which session of consultation, and which booking or record of either."""

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from kit.auth import Actor
from services.courses.models import (
    Booking,
    Consultation,
    ConsultationRecord,
    GroupUnit,
    Lecture,
    LiaisonPoint,
    SlotBooking,
    ZoneArea,
)
from services.courses.rules.consultations import FollowUpState
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


def consultation_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Until it is announced a session is its group's matter, and that of those who oversee; an officer sees its zone's."""
    if actor.has(*ALL_SEEING):
        return true()
    announced = Consultation.announced_at.is_not(None)
    ways = [of_own_group(actor)]
    if hosts(actor) or actor.has(LIAISON):
        ways.append(announced)
    if actor.has(OFFICER) and actor.area_code:
        here = (ZoneArea.area_code == actor.area_code, ZoneArea.zone_code == Consultation.zone_code)
        ways.append(and_(announced, exists().where(*here)))
    return or_(*ways)


def of_own_group(actor: Actor) -> ColumnElement[bool]:
    """Whether a session is of the group of the actor's unit. 区委政法委, of the first, sends supervisors."""
    if not advises(actor):
        return false()
    mine = (GroupUnit.unit_code == actor.unit_code, GroupUnit.group_number == Consultation.group_number)
    return exists().where(*mine)


def advises(actor: Actor) -> bool:
    """Whether the actor may act for a group, if its unit is in one."""
    return actor.has(*AGENCY, int(Role.ROLE_SUPERVISOR)) and bool(actor.unit_code)


def slot_booking_visible_to(actor: Actor) -> ColumnElement[bool]:
    """A booking is its enterprise's matter, its group's, its area's, and that of those who oversee."""
    if actor.has(*ALL_SEEING):
        return true()
    ways = [own_slot_booking(actor), of_own_group(actor)]
    if actor.has(OFFICER) and actor.area_code:
        ways.append(SlotBooking.area_code == actor.area_code)
    return or_(*ways)


def own_slot_booking(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor is the present contact of the enterprise that booked."""
    return _of_own_enterprise(actor, SlotBooking)


def record_visible_to(actor: Actor) -> ColumnElement[bool]:
    """What was asked and advised is between the enterprise and the group; those who oversee read it."""
    if actor.has(*ALL_SEEING):
        return true()
    return or_(own_record(actor), of_own_group(actor))


def agreed_to(actor: Actor) -> ColumnElement[bool]:
    """Dispatch reads what an enterprise agreed to send, and nothing else."""
    return ConsultationRecord.follow_up_state == FollowUpState.AGREED if actor.service == "dispatch" else false()


def own_record(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor is the present contact of the enterprise that asked."""
    return _of_own_enterprise(actor, ConsultationRecord)


def _of_own_enterprise(actor: Actor, table: type[SlotBooking | ConsultationRecord]) -> ColumnElement[bool]:
    if not actor.has(LIAISON) or not actor.organisation_id:
        return false()
    held = (LiaisonPoint.designation_id == table.designation_id, LiaisonPoint.liaison_person_id == actor.person_id)
    return and_(table.enterprise_id == actor.organisation_id, exists().where(*held))
