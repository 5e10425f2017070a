"""Why a demand is not taken in, not found or not moved."""

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


class EnterpriseMissing(InvalidArgument):
    reason = "ENTERPRISE_MISSING"
    message = "Whoever sends for an enterprise names it."


class UnitNotAnAgency(InvalidArgument):
    reason = "UNIT_NOT_AN_AGENCY"
    message = "The unit is not an agency that takes part, or not another one."


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
    """The day needs the centre's yes, and so a reason."""

    reason = "PROMISED_DAY_OVER_CAP"
    message = "The promised day is more than {cap} working days ahead: the centre is to be asked, with a reason."


class PromisedDayTooFar(InvalidArgument):
    reason = "PROMISED_DAY_TOO_FAR"
    message = "The promised day is more than a year ahead."


class ExtensionTooLate(FailedPrecondition):
    reason = "EXTENSION_TOO_LATE"
    message = "An extension is asked for at least {days} working days before the reply is due."


class ExtensionNotLater(InvalidArgument):
    reason = "EXTENSION_NOT_LATER"
    message = "The new day is not later than the promised one."


class ExtensionsUsedUp(FailedPrecondition):
    reason = "EXTENSIONS_USED_UP"
    message = "The promised day was put off {most} times already."


class ApprovalPending(FailedPrecondition):
    """Something waits for a decision; it comes first."""

    reason = "APPROVAL_PENDING"
    message = "A request about this demand waits for a decision."


class ApprovalNotFound(NotFound):
    reason = "APPROVAL_NOT_FOUND"
    message = "There is no such request, or it is decided."


class ApprovalNotYours(FailedPrecondition):
    reason = "APPROVAL_NOT_YOURS"
    message = "This request is before {stage}."


class ReturnTooLate(FailedPrecondition):
    reason = "RETURN_TOO_LATE"
    message = "A demand is sent back within {days} working days of its dispatch."


class ReturnUsedUp(FailedPrecondition):
    reason = "RETURN_USED_UP"
    message = "The agency has sent this demand back before, or the centre has designated it."


class SubjectAgency(FailedPrecondition):
    reason = "SUBJECT_AGENCY"
    message = "The demand is about this agency, which can have no part in it."


class CoHandlerInvalid(FailedPrecondition):
    reason = "CO_HANDLER_INVALID"
    message = "The agency leads this demand, assists already, does not assist, or its opinion is settled."


class OpinionMissing(FailedPrecondition):
    reason = "OPINION_MISSING"
    message = "The opinions of {units} are missing; the centre may do without them."


class InfoRequestsUsedUp(FailedPrecondition):
    reason = "INFO_REQUESTS_USED_UP"
    message = "The enterprise was asked {most} times already."


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
