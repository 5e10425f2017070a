"""How a demand's state and its timeline read: in other words for an enterprise than for staff (demand-lifecycle: States).

The time-dependent part is a day, never "overdue": what is shown for one version of a demand stays the same.
"""

from datetime import date
from typing import NamedTuple

from services.gateway.texts import Language, Text

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class Status(NamedTuple):
    """A state for one audience: with the day its running clock is due, and without."""

    due: Text
    plain: Text


def _status(zh: str, en: str, zh_due: str = "", en_due: str = "") -> Status:
    return Status(Text(zh + zh_due, en + en_due), Text(zh, en))


ENTERPRISE: dict[str, Status] = {
    "submitted": _status("已收到", "Received"),
    "triage": _status("区综治中心正在研判", "The governance centre is assessing it", "，{day}前转交或答复", ", until {day}"),
    "dispatched": _status("已转{unit}，待接收", "Sent to {unit}, to be accepted", "（{day}前）", " by {day}"),
    "accepted": _status("{unit}已接收", "Accepted by {unit}"),
    "handling": _status("办理中", "Being handled", "，承诺{day}前答复", ", an answer is promised by {day}"),
    "parked": _status("暂不具备条件", "Conditions are not ripe", "，{day}复核", ", to be reviewed on {day}"),
    "replied": _status("已答复，请评价", "Answered, please rate", "（{day}前）", " by {day}"),
    "closed": _status("已办结", "Closed"),
    "withdrawn": _status("已撤回", "Withdrawn"),
}
STAFF: dict[str, Status] = {
    "submitted": _status("已提交", "Submitted"),
    "triage": _status("待研判", "To be assessed", "（{day}前）", " by {day}"),
    "dispatched": _status("已派单待接收", "Dispatched, to be accepted", "（{day}前）", " by {day}"),
    "accepted": _status("已接收待分类", "Accepted, to be classified", "（{day}前）", " by {day}"),
    "handling": _status("办理中", "In hand", "（{day}前答复）", ", to be answered by {day}"),
    "handling immediate": _status("办理中·即行即办", "In hand at once", "（{day}前答复）", ", to be answered by {day}"),
    "handling time_bound": _status(
        "办理中·限时办理", "In hand with a promise", "（{day}前答复）", ", to be answered by {day}"
    ),
    "parked": _status("留作参考", "Kept for reference", "（{day}复核）", ", to be reviewed on {day}"),
    "replied": _status("已答复待评价", "Answered, to be rated", "（{day}前）", " by {day}"),
    "closed": _status("已办结", "Closed"),
    "withdrawn": _status("已撤回", "Withdrawn"),
}

# Lines of the timeline: for the enterprise, for staff. A key may be narrowed by what happened.
LINES: dict[str, tuple[Text, Text]] = {
    "submitted": (Text("需求已提交", "Sent"), Text("企业提交需求", "Sent by the enterprise")),
    "submitted on_behalf": (
        Text("{unit}代为提交需求", "Sent by {unit} on the enterprise's behalf"),
        Text("{unit}代企业提交需求", "Sent by {unit} on the enterprise's behalf"),
    ),
    "triage_required": (
        Text("已转区综治中心研判", "Passed to the governance centre for assessment"),
        Text("转区综治中心研判", "To be assessed by the governance centre"),
    ),
    "dispatched": (Text("已转{lead}办理", "Sent to {lead}"), Text("{unit}派单至{lead}", "Dispatched to {lead} by {unit}")),
    "dispatched automatic": (
        Text("已转{lead}办理", "Sent to {lead}"),
        Text("系统自动转交{lead}", "Routed to {lead} by rule"),
    ),
    "accepted": (Text("{lead}已接收", "Accepted by {lead}"), Text("{lead}接收", "Accepted by {lead}")),
    "disposition_set handling": (
        Text("{lead}即行即办，一个工作日内答复", "{lead} handles it at once, within a working day"),
        Text("{lead}即行即办", "{lead} handles it at once"),
    ),
    "disposition_set promised": (
        Text("{lead}承诺{day}前答复", "{lead} promises an answer by {day}"),
        Text("{lead}限时办理，承诺{day}前答复", "{lead} promises an answer by {day}"),
    ),
    "disposition_set parked": (
        Text("暂不具备条件，{lead}留作参考并将复核", "Conditions are not ripe; {lead} keeps it and will review it"),
        Text("{lead}留作参考", "{lead} keeps it for reference"),
    ),
    "replied": (Text("{unit}已答复", "Answered by {unit}"), Text("{unit}答复", "Answered by {unit}")),
    "rated": (Text("您已评价", "You rated the answer"), Text("企业已评价", "Rated by the enterprise")),
    "closed": (Text("需求已办结", "Closed"), Text("需求办结", "Closed")),
    "withdrawn": (Text("您已撤回需求", "You withdrew the demand"), Text("企业撤回需求", "Withdrawn by the enterprise")),
    "changed": (Text("需求有新进展", "The demand moved on"), Text("需求有新进展", "The demand moved on")),
}
UNNAMED = Text("承办部门", "the agency")


def day_text(day: date, language: Language) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}" if language == "en" else f"{day.month}月{day.day}日"


def status_text(state: str, disposition: str, unit: str, due: date | None, *, enterprise: bool, language: Language) -> str:
    """Who holds the demand, and until when."""
    table = ENTERPRISE if enterprise else STAFF
    status = table.get(f"{state} {disposition}") or table[state]
    unit = unit or UNNAMED.say(language)
    if due is None:
        return status.plain.say(language, unit=unit)
    return status.due.say(language, unit=unit, day=day_text(due, language))


def line_text(kind: str, unit: str, lead: str, day: date | None, *, enterprise: bool, language: Language) -> str:
    """One line of a timeline; `kind` is a key of LINES."""
    text = LINES.get(kind, LINES["changed"])[0 if enterprise else 1]
    unnamed = UNNAMED.say(language)
    return text.say(language, unit=unit or unnamed, lead=lead or unnamed, day=day_text(day, language) if day else "")
