"""Who sees which lecture and session, which booking, request and record, which courseware, and whom in the corps."""

from typing import Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, and_, exists, false, or_, true

from kit.auth import Actor
from services.courses.models import (
    Booking,
    Consultant,
    Consultation,
    ConsultationRecord,
    Courseware,
    GroupUnit,
    Lecture,
    Lecturer,
    LectureRequest,
    LiaisonPoint,
    RequestParty,
    SlotBooking,
    ZoneArea,
)
from services.courses.rules.consultations import FollowUpState
from services.courses.rules.courseware import CoursewareState
from services.courses.rules.lecture_requests import OPEN

AGENCY = (int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD))
ALL_SEEING = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD), int(Role.ROLE_SUPERVISOR))
SUPERVISOR = int(Role.ROLE_SUPERVISOR)
OFFICER = int(Role.ROLE_AREA_OFFICER)
LIAISON = int(Role.ROLE_LIAISON)


def lecture_visible_to(actor: Actor) -> ColumnElement[bool]:
    """What was never opened is its agency's matter, and that of those who oversee; the others are for all who take part."""
    if actor.has(*ALL_SEEING):
        return true()
    known = Lecture.opened_at.is_not(None)
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
    return and_(Booking.enterprise_id == actor.organisation_id, _contact_for(actor, Booking.designation_id))


def request_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Beside those who are told everything: who has joined it, and while it is open whoever may join."""
    return or_(request_told_to(actor), _joined_by(actor), _of_zone(actor))


def request_told_to(actor: Actor) -> ColumnElement[bool]:
    """A request is its enterprise's matter, its area's, and that of those who oversee it."""
    ways = [own_request(actor), request_overseen_by(actor)]
    if actor.has(OFFICER) and actor.area_code:
        ways.append(LectureRequest.area_code == actor.area_code)
    return or_(*ways)


def request_overseen_by(actor: Actor) -> ColumnElement[bool]:
    """Who comes is known to the agency that is asked, the centre and the supervisors."""
    return true() if actor.has(*ALL_SEEING) else asked_of(actor)


def asked_of(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor's own agency is asked."""
    return LectureRequest.unit_code == actor.unit_code if hosts(actor) else false()


def own_request(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor is the present contact of the enterprise that asked, also once it is no liaison point any more."""
    return and_(LectureRequest.enterprise_id == actor.organisation_id, _contact_for(actor, LectureRequest.designation_id))


def joinable_by(actor: Actor) -> ColumnElement[bool]:
    """Open requests of others in the zone of the actor's enterprise, which it has not joined."""
    return and_(_of_zone(actor), LectureRequest.enterprise_id != actor.organisation_id, ~_joined_by(actor))


def present_points(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The liaison points that the actor is the contact of."""
    if not _speaks_for_enterprise(actor):
        return (false(),)
    of_actor = (LiaisonPoint.enterprise_id == actor.organisation_id, LiaisonPoint.liaison_person_id == actor.person_id)
    return (*of_actor, LiaisonPoint.active.is_(True))


def _speaks_for_enterprise(actor: Actor) -> bool:
    return actor.has(LIAISON) and bool(actor.organisation_id)


def _contact_for(actor: Actor, designation_id: Any) -> ColumnElement[bool]:
    if not _speaks_for_enterprise(actor):
        return false()
    held = (LiaisonPoint.designation_id == designation_id, LiaisonPoint.liaison_person_id == actor.person_id)
    return exists().where(*held)


def _joined_by(actor: Actor) -> ColumnElement[bool]:
    present = (RequestParty.request_id == LectureRequest.id, RequestParty.left_at.is_(None))
    mine = (RequestParty.enterprise_id == actor.organisation_id, _contact_for(actor, RequestParty.designation_id))
    return exists().where(*present, *mine)


def _of_zone(actor: Actor) -> ColumnElement[bool]:
    if not _speaks_for_enterprise(actor):
        return false()
    of_area = (ZoneArea.area_code == LiaisonPoint.area_code, ZoneArea.zone_code == LectureRequest.zone_code)
    here = exists().where(*present_points(actor), LiaisonPoint.year == LectureRequest.year, *of_area)
    return and_(LectureRequest.state.in_(OPEN), here)


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
    return and_(table.enterprise_id == actor.organisation_id, _contact_for(actor, table.designation_id))


def member_visible_to(actor: Actor, table: type[Lecturer] | type[Consultant]) -> ColumnElement[bool]:
    """All staff know who is in a corps; whose time ended, and why, is for their unit and for those who oversee."""
    if actor.has(*ALL_SEEING):
        return true()
    present = table.ended_at.is_(None)
    if hosts(actor):
        return or_(present, table.unit_code == actor.unit_code)
    return present if actor.has(OFFICER) else false()


def sends_for(actor: Actor, unit_code: str) -> bool:
    """Whether the actor may send people into the corps for a unit: its own staff, and supervisors for any."""
    return actor.has(SUPERVISOR) or (hosts(actor) and actor.unit_code == unit_code)


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


def booking_held_by(person_id: UUID, enterprise_id: UUID) -> ColumnElement[bool]:
    """Whether a booking is the enterprise's, and the person its present contact."""
    held = (LiaisonPoint.designation_id == Booking.designation_id, LiaisonPoint.liaison_person_id == person_id)
    return and_(Booking.enterprise_id == enterprise_id, exists().where(*held))


def overseen_by(actor: Actor) -> ColumnElement[bool]:
    """Who came to a lecture and what is said of it is its agency's matter, and that of those who oversee."""
    return true() if actor.has(*ALL_SEEING) else hosted_by(actor)
