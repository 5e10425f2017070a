"""Why a lecture or a booking is refused."""

from kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound


class LectureNotFound(NotFound):
    reason = "LECTURE_NOT_FOUND"
    message = "There is no such lecture."


class LectureWrongState(FailedPrecondition):
    reason = "LECTURE_WRONG_STATE"
    message = "The lecture is {state}, which does not allow this."


class LectureClosed(FailedPrecondition):
    reason = "LECTURE_CLOSED"
    message = "The lecture takes no bookings now."


class LectureStarted(FailedPrecondition):
    reason = "LECTURE_STARTED"
    message = "The lecture has begun."


class LectureNotStarted(FailedPrecondition):
    reason = "LECTURE_NOT_STARTED"
    message = "The lecture has not begun."


class LectureTimesInvalid(InvalidArgument):
    reason = "LECTURE_TIMES_INVALID"
    message = "{field} is past, out of order, or in another year."


class LecturerBusy(FailedPrecondition):
    reason = "LECTURER_BUSY"
    message = "The lecturer gives another lecture at that time."


class LecturerNotFound(NotFound):
    reason = "LECTURER_NOT_FOUND"
    message = "The agency has no such lecturer now."


class CoursewareNotFound(NotFound):
    reason = "COURSEWARE_NOT_FOUND"
    message = "The agency has no such courseware."


class ZoneNotFound(NotFound):
    reason = "ZONE_NOT_FOUND"
    message = "There is no such zone."


class CapacityTaken(FailedPrecondition):
    reason = "CAPACITY_TAKEN"
    message = "{taken} seats are taken already."


class EnterpriseNotDesignated(FailedPrecondition):
    reason = "ENTERPRISE_NOT_DESIGNATED"
    message = "The enterprise is no liaison point in {year}, or the caller not its contact."


class LectureOfOtherZone(FailedPrecondition):
    reason = "LECTURE_OF_OTHER_ZONE"
    message = "The lecture is for enterprises of another zone."


class TooManyHeads(FailedPrecondition):
    reason = "TOO_MANY_HEADS"
    message = "One enterprise may have at most {most} seats."


class AlreadyBooked(AlreadyExists):
    reason = "ALREADY_BOOKED"
    message = "The enterprise has a booking of this lecture."


class BookingNotFound(NotFound):
    reason = "BOOKING_NOT_FOUND"
    message = "There is no such booking."


class BookingWrongState(FailedPrecondition):
    reason = "BOOKING_WRONG_STATE"
    message = "The booking is {state}, which does not allow this."


class OfferEnded(FailedPrecondition):
    reason = "OFFER_ENDED"
    message = "The offer has ended."
