"""Why a session of consultation, a slot or a record is refused."""

from kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound


class ConsultationNotFound(NotFound):
    reason = "CONSULTATION_NOT_FOUND"
    message = "There is no such session."


class ConsultationWrongState(FailedPrecondition):
    reason = "CONSULTATION_WRONG_STATE"
    message = "The session is {state}, which does not allow this."


class ConsultationClosed(FailedPrecondition):
    reason = "CONSULTATION_CLOSED"
    message = "The session has begun, or takes no bookings."


class ConsultationNotStarted(FailedPrecondition):
    reason = "CONSULTATION_NOT_STARTED"
    message = "The session has not begun."


class ConsultationTimesInvalid(InvalidArgument):
    reason = "CONSULTATION_TIMES_INVALID"
    message = "{field} is past, out of order, or on another day or in another year."


class ConsultationWithoutStaff(FailedPrecondition):
    reason = "CONSULTATION_WITHOUT_STAFF"
    message = "Nobody sits in the session."


class ConsultationOfOtherZone(FailedPrecondition):
    reason = "CONSULTATION_OF_OTHER_ZONE"
    message = "The session is for enterprises of another zone."


class UnitInNoGroup(FailedPrecondition):
    reason = "UNIT_IN_NO_GROUP"
    message = "The caller's unit is in no consultation group."


class ConsultantNotFound(NotFound):
    reason = "CONSULTANT_NOT_FOUND"
    message = "The group has no such consultant in that year."


class ConsultantBusy(FailedPrecondition):
    reason = "CONSULTANT_BUSY"
    message = "A consultant sits in another session at that time."


class SlotsTaken(FailedPrecondition):
    reason = "SLOTS_TAKEN"
    message = "Enterprises have booked what would be gone."


class DistrictLevelFirst(FailedPrecondition):
    reason = "DISTRICT_LEVEL_FIRST"
    message = "District-level points book first; the others from {open_to_all_at} on."


class SlotNotFound(NotFound):
    reason = "SLOT_NOT_FOUND"
    message = "The session has no such slot."


class SlotTaken(FailedPrecondition):
    reason = "SLOT_TAKEN"
    message = "Another enterprise has the slot."


class SlotBookedAlready(AlreadyExists):
    reason = "SLOT_BOOKED_ALREADY"
    message = "The enterprise has a slot of this session."


class SlotBookingNotFound(NotFound):
    reason = "SLOT_BOOKING_NOT_FOUND"
    message = "There is no such booking."


class SlotBookingWrongState(FailedPrecondition):
    reason = "SLOT_BOOKING_WRONG_STATE"
    message = "The booking is {state}, which does not allow this."


class ConsultationRecordNotFound(NotFound):
    reason = "CONSULTATION_RECORD_NOT_FOUND"
    message = "There is no such record."


class FollowUpNotPossible(FailedPrecondition):
    reason = "FOLLOW_UP_NOT_POSSIBLE"
    message = "The visitor is no liaison point, or nothing is left to do."


class FollowUpWrongState(FailedPrecondition):
    reason = "FOLLOW_UP_WRONG_STATE"
    message = "The follow-up is {state}, which does not allow this."
