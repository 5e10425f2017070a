"""The ways dispatch says no. Reasons are those of fahu.dispatch.v1.ErrorReason."""

from kit.errors import FailedPrecondition, InvalidArgument, NotFound


class DemandNotFound(NotFound):
    reason = "DEMAND_NOT_FOUND"
    message = "There is no such demand."


class DemandWrongState(FailedPrecondition):
    reason = "DEMAND_WRONG_STATE"
    message = "The demand is {state}; {action} is not possible now."


class CategoryUnknown(InvalidArgument):
    reason = "CATEGORY_UNKNOWN"
    message = "There is no such category."


class EnterpriseNotDesignated(FailedPrecondition):
    reason = "ENTERPRISE_NOT_DESIGNATED"
    message = "The enterprise is not a liaison point of {year}, or the caller is not its contact."


class EnterpriseNotFound(NotFound):
    reason = "ENTERPRISE_NOT_FOUND"
    message = "There is no such enterprise."


class ChannelNotAllowed(InvalidArgument):
    reason = "CHANNEL_NOT_ALLOWED"
    message = "A contact sends through the mini-program; staff name the enterprise and another channel."


class UnitNotAnAgency(InvalidArgument):
    reason = "UNIT_NOT_AN_AGENCY"
    message = "The unit is not an agency that takes part."


class UnitWithoutContact(FailedPrecondition):
    reason = "UNIT_WITHOUT_CONTACT"
    message = "The agency has no contact who could be told."


class ExplanationMissing(InvalidArgument):
    reason = "EXPLANATION_MISSING"
    message = "A demand kept for reference needs an explanation to the enterprise."


class ConditionTagMissing(InvalidArgument):
    reason = "CONDITION_TAG_MISSING"
    message = "A demand kept for reference names at least one missing condition."


class PromisedDayMissing(InvalidArgument):
    reason = "PROMISED_DAY_MISSING"
    message = "A time-bound disposition promises a day."


class PromisedDayNotAWorkday(InvalidArgument):
    reason = "PROMISED_DAY_NOT_A_WORKDAY"
    message = "The promised day is not a working day."


class PromisedDayPast(InvalidArgument):
    reason = "PROMISED_DAY_PAST"
    message = "The promised day does not lie ahead."


class PromisedDayOverCap(InvalidArgument):
    reason = "PROMISED_DAY_OVER_CAP"
    message = "The promised day is more than {cap} working days ahead."


class ReviewDayMissing(InvalidArgument):
    reason = "REVIEW_DAY_MISSING"
    message = "A demand kept for reference needs a day of review."


class ReviewDayOutOfRange(InvalidArgument):
    reason = "REVIEW_DAY_OUT_OF_RANGE"
    message = "The review lies ahead, at most {cap} days."


class ReplyKindNotAllowed(InvalidArgument):
    reason = "REPLY_KIND_NOT_ALLOWED"
    message = "This kind of reply is not the caller's to give, or not now."


class LegalBasisMissing(InvalidArgument):
    reason = "LEGAL_BASIS_MISSING"
    message = "An answer names the law it rests on."


class AlreadyRated(FailedPrecondition):
    reason = "ALREADY_RATED"
    message = "The reply is rated already."


class DayInvalid(InvalidArgument):
    reason = "DAY_INVALID"
    message = "{field} is not a day of the calendar."


class AttachmentNotFound(NotFound):
    reason = "ATTACHMENT_NOT_FOUND"
    message = "There is no such attachment."


class AttachmentAttached(FailedPrecondition):
    reason = "ATTACHMENT_ATTACHED"
    message = "The attachment is attached already."


class AttachmentNotClean(FailedPrecondition):
    reason = "ATTACHMENT_NOT_CLEAN"
    message = "The attachment is {state}."


class AttachmentsTooMany(FailedPrecondition):
    reason = "ATTACHMENTS_TOO_MANY"
    message = "There are {limit} attachments already, and no more are taken."
