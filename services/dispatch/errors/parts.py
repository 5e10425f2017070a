"""Why something beside a demand is refused: look-backs, orders, rules, tables, attachments, joint cases, templates."""

import grpc

from kit.errors import FailedPrecondition, FieldsInvalid, InvalidArgument, NotFound


class LookBackNotFound(NotFound):
    reason = "LOOK_BACK_NOT_FOUND"
    message = "No look-back is open."


class SampleNotFound(NotFound):
    reason = "SAMPLE_NOT_FOUND"
    message = "There is no such sample."


class LookBackOpen(FailedPrecondition):
    reason = "LOOK_BACK_OPEN"
    message = "A look-back is open already."


class LookBackByReplier(FailedPrecondition):
    reason = "LOOK_BACK_BY_REPLIER"
    message = "Who replied, or is of the unit that replied, does not look back on it."


class ReopenTooLate(FailedPrecondition):
    reason = "REOPEN_TOO_LATE"
    message = "A demand is opened again within {days} days; later, a new one may refer to it."


class OrderNotFound(NotFound):
    reason = "ORDER_NOT_FOUND"
    message = "There is no such order, or it is done with."


class OrderLevelInvalid(FailedPrecondition):
    reason = "ORDER_LEVEL_INVALID"
    message = "An order follows one of the level before; each level is given once at a time."


class OrderDayInvalid(InvalidArgument):
    reason = "ORDER_DAY_INVALID"
    message = "The day an order is due on is a working day ahead."


class JudicialMatter(FailedPrecondition):
    reason = "JUDICIAL_MATTER"
    message = "The matter is before a court or procuratorate: nobody else says how to handle it."


class RoutingRuleInvalid(InvalidArgument):
    reason = "ROUTING_RULE_INVALID"
    message = "A rule leads from a category other than 不确定 to agencies that take part."


class SuggestionNotFound(NotFound):
    reason = "SUGGESTION_NOT_FOUND"
    message = "There is no such suggestion, or it is decided."


class ConditionMet(FailedPrecondition):
    reason = "CONDITION_MET"
    message = "{condition} is met already, so nothing waits for it."


class ConditionNotFound(NotFound):
    reason = "CONDITION_NOT_FOUND"
    message = "No demand ever waited for this condition."


class CalendarDayInvalid(InvalidArgument):
    reason = "CALENDAR_DAY_INVALID"
    message = "{day} is of another year, named twice, or made up for on a day that is worked anyhow."


class TermInvalid(InvalidArgument):
    reason = "TERM_INVALID"
    message = "{term} is no term that can be set, is named twice, or is not between {least} and {most}."


class TermDayInvalid(InvalidArgument):
    reason = "TERM_DAY_INVALID"
    message = "Terms hold from today on, or from a day within a year."


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


class JointCaseNotFound(NotFound):
    reason = "JOINT_CASE_NOT_FOUND"
    message = "There is no such joint case."


class DemandInJointCase(FailedPrecondition):
    reason = "DEMAND_IN_JOINT_CASE"
    message = "The demand belongs to a joint case already."


class JointCaseIdle(FailedPrecondition):
    reason = "JOINT_CASE_IDLE"
    message = "No member can be answered, or signed, by the caller now."


class JointCaseFull(FailedPrecondition):
    reason = "JOINT_CASE_FULL"
    message = "A joint case has at most {limit} members."


class JointMembersRefused(FieldsInvalid):
    code = grpc.StatusCode.FAILED_PRECONDITION
    reason = "JOINT_MEMBERS_REFUSED"
    message = "Some demands stand against it; nothing was done."


class ReplyTemplateNotFound(NotFound):
    reason = "REPLY_TEMPLATE_NOT_FOUND"
    message = "There is no such reply template, or it is retired."


class DemandsInvalid(FieldsInvalid):
    reason = "DEMANDS_INVALID"
    message = "Some of the demands are not valid; nothing was taken in."
