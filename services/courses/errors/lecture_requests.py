"""Why a request for a lecture, or an answer to one, is refused."""

from kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound


class LectureRequestNotFound(NotFound):
    reason = "LECTURE_REQUEST_NOT_FOUND"
    message = "There is no such request for a lecture."


class LectureRequestWrongState(FailedPrecondition):
    reason = "LECTURE_REQUEST_WRONG_STATE"
    message = "The request is {state}, which does not allow this."


class LectureRequestNotYourTurn(FailedPrecondition):
    reason = "LECTURE_REQUEST_NOT_YOUR_TURN"
    message = "It is the other side's move."


class LectureRequestExists(AlreadyExists):
    reason = "LECTURE_REQUEST_EXISTS"
    message = "The enterprise has an open request for this already."


class SlotsInvalid(InvalidArgument):
    reason = "SLOTS_INVALID"
    message = "{field} is past, out of order, or in another year."


class RequestSlotNotFound(NotFound):
    reason = "REQUEST_SLOT_NOT_FOUND"
    message = "There is no such slot on the table."


class SlotPast(FailedPrecondition):
    reason = "SLOT_PAST"
    message = "The slot has passed."


class CapacityTooSmall(FailedPrecondition):
    reason = "CAPACITY_TOO_SMALL"
    message = "{heads} people come."


class AlreadyJoined(AlreadyExists):
    reason = "ALREADY_JOINED"
    message = "The enterprise comes already."


class NotJoined(FailedPrecondition):
    reason = "NOT_JOINED"
    message = "The enterprise has not joined."


class LectureRequestFull(FailedPrecondition):
    reason = "LECTURE_REQUEST_FULL"
    message = "Only {free} more seats are offered."


class AgencyNotFound(NotFound):
    reason = "AGENCY_NOT_FOUND"
    message = "There is no such agency."
