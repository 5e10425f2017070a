"""The ways notify says no. Reasons are those of fahu.notify.v1.ErrorReason."""

from kit.errors import FailedPrecondition, InvalidArgument, NotFound


class NotificationNotFound(NotFound):
    reason = "NOTIFICATION_NOT_FOUND"
    message = "There is no such message in the inbox."


class TemplateUnknown(InvalidArgument):
    reason = "TEMPLATE_UNKNOWN"
    message = "There is no template {template_id}."


class CallTaskNotFound(NotFound):
    reason = "CALL_TASK_NOT_FOUND"
    message = "There is no such call task."


class CallTaskDone(FailedPrecondition):
    reason = "CALL_TASK_DONE"
    message = "The call task is done already."
