"""Why notify refuses: messages and call tasks."""

from services.gateway.texts.problems.base import problem as _of

NOTIFY = {
    "NOTIFICATION_NOT_FOUND": _of(404, "没有这条消息", "There is no such message", "notification_ids"),
    "TEMPLATE_UNKNOWN": _of(422, "没有这个消息模板", "There is no such template", "template_ids"),
    "CALL_TASK_NOT_FOUND": _of(404, "没有这项电话联系任务", "There is no such call task"),
    "CALL_TASK_DONE": _of(409, "这项电话联系任务已经完成", "The call task is done already"),
}
