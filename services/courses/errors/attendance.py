"""Why a check-in, a rating or a calendar is refused."""

from kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound


class CheckInClosed(FailedPrecondition):
    reason = "CHECK_IN_CLOSED"
    message = "Check-in is open around the lecture only."


class CheckInCodeWrong(NotFound):
    """Not found, so that the gateway counts guesses as it counts those of links."""

    reason = "CHECK_IN_CODE_WRONG"
    message = "No open check-in has this code."


class HeadsOverBooked(InvalidArgument):
    reason = "HEADS_OVER_BOOKED"
    message = "Only {heads} seats were booked."


class LectureFull(FailedPrecondition):
    reason = "LECTURE_FULL"
    message = "{free} seats are free, and those who wait come first."


class BookingNotAttended(FailedPrecondition):
    reason = "BOOKING_NOT_ATTENDED"
    message = "Only who came rates."


class EvaluationGiven(AlreadyExists):
    reason = "EVALUATION_GIVEN"
    message = "It was rated already."


class EvaluationNotFound(NotFound):
    reason = "EVALUATION_NOT_FOUND"
    message = "It was not rated yet."


class RatingLinkNotFound(NotFound):
    reason = "RATING_LINK_NOT_FOUND"
    message = "There is no such link."


class RatingLinksTaken(FailedPrecondition):
    reason = "RATING_LINKS_TAKEN"
    message = "There are as many links as seats."


class CalendarFeedNotFound(NotFound):
    reason = "CALENDAR_FEED_NOT_FOUND"
    message = "There is no such feed."
