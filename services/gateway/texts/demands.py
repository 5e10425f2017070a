"""How the timeline of a demand reads: in other words for an enterprise than for staff. Its state: status.py."""

from datetime import date

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
    "contacted": (
        Text("{unit}已与您联系", "{unit} contacted you"),
        Text("{unit}先行联系企业", "{unit} contacted the enterprise"),
    ),
    "return_requested": (
        Text("正在确认由哪个部门承办", "It is being decided which agency is to handle it"),
        Text("{unit}申请退单", "{unit} wants to send it back"),
    ),
    "return_approved": (
        Text("区综治中心同意调整承办部门", "The governance centre lets another agency handle it"),
        Text("{unit}同意退单", "{unit} approved the return"),
    ),
    "return_denied": (
        Text("区综治中心确认由{lead}承办", "The governance centre confirmed that {lead} handles it"),
        Text("{unit}不同意退单，指定{lead}承办", "{unit} denied the return; {lead} handles it"),
    ),
    "approval_requested": (
        Text("{unit}的办理意见正在审核", "What {unit} proposes is being decided"),
        Text("{unit}提出申请，待审批", "{unit} asked for an approval"),
    ),
    "approval_signed": (
        Text("{lead}负责人已审核", "The lead of {lead} agreed"),
        Text("{lead}分管负责人已审核，转区综治中心审批", "The lead of {lead} agreed; the centre decides"),
    ),
    "approval_denied": (
        Text("办理意见未获同意，按原定时限办理", "What was proposed was not approved; the time limit stays"),
        Text("{unit}不同意申请", "{unit} denied the request"),
    ),
    "extended": (Text("答复日期推迟", "The answer comes later"), Text("{unit}同意延期", "{unit} approved the extension")),
    "extended promised": (
        Text("答复日期推迟到{day}前", "The answer comes by {day} now"),
        Text("{unit}同意延期，{day}前答复", "{unit} approved an extension until {day}"),
    ),
    "info_requested": (
        Text("{unit}请您补充材料", "{unit} asks you for more"),
        Text("{unit}请企业补充材料", "{unit} asked the enterprise for more"),
    ),
    "info_supplied": (Text("您已补充材料", "You answered the questions"), Text("企业已补充材料", "The enterprise answered")),
    "info_timeout": (
        Text("补充材料的时间已过，继续办理", "The time to answer is over; handling goes on"),
        Text("企业未按时补充材料，继续办理", "The enterprise did not answer in time; handling goes on"),
    ),
    "co_handler_added": (
        Text("已请其他部门协办", "Another agency assists"),
        Text("{unit}增加协办部门", "{unit} asked another agency to assist"),
    ),
    "opinion_given": (
        Text("协办部门已提出意见", "An assisting agency gave its opinion"),
        Text("{unit}提出协办意见", "{unit} gave its opinion"),
    ),
    "opinion_waived": (
        Text("不再等待协办意见", "An opinion is no longer waited for"),
        Text("{unit}决定不再等待协办意见", "{unit} decided not to wait for an opinion"),
    ),
    "revived": (
        Text("等待的条件已具备，将重新研究", "A condition is met; it will be looked at again"),
        Text("等待的条件已具备，待复核", "A condition is met; to be reviewed"),
    ),
    "resumed": (Text("{lead}开始办理", "{lead} takes it up"), Text("转由{lead}办理", "Taken up by {lead}")),
    "resumed promised": (
        Text("{lead}开始办理，承诺{day}前答复", "{lead} takes it up and promises an answer by {day}"),
        Text("转为限时办理，{lead}承诺{day}前答复", "Taken up by {lead}, to be answered by {day}"),
    ),
    "park_reviewed": (
        Text("{lead}复核后继续留作参考", "{lead} reviewed it and keeps it for reference"),
        Text("{lead}复核，继续留作参考", "Reviewed by {lead}, and kept for reference"),
    ),
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
    "look_back_opened": (Text("将开展回头看", "It will be looked back on"), Text("列入回头看", "To be looked back on")),
    "look_back_tried": (
        Text("回头看时未能联系上您", "You could not be reached for the look-back"),
        Text("回头看未能联系上企业", "The enterprise could not be reached for the look-back"),
    ),
    "looked_back": (Text("回头看已完成", "The look-back is done"), Text("{unit}完成回头看", "Looked back on by {unit}")),
    "reopened triage": (
        Text("您申请重新办理", "You had it opened again"),
        Text("企业提出新情况，申请重新办理", "Opened again by the enterprise, with new facts"),
    ),
    "reopened dispatched": (
        Text("经回头看，交{lead}重新办理", "After the look-back, {lead} handles it again"),
        Text("经回头看，退回{lead}重办", "After the look-back, sent to {lead} again"),
    ),
    "order_issued": (
        Text("已督促{lead}抓紧办理", "{lead} was called on to act"),
        Text("{unit}发出催办或督办", "{unit} called on {lead} to act"),
    ),
    "order_answered": (
        Text("{unit}已回复督促", "{unit} answered"),
        Text("{unit}回复催办或督办", "{unit} answered the order"),
    ),
    "order_closed": (
        Text("督促已了结", "What {lead} was called on for is settled"),
        Text("{unit}了结催办或督办", "{unit} closed the order"),
    ),
    "appeal_requested": (
        Text("{unit}对评价提出申诉", "{unit} appealed about the rating"),
        Text("{unit}就评价提出申诉", "{unit} appealed about the rating"),
    ),
    "appeal_decided": (
        Text("评价申诉已有结论，您的评价保持不变", "The appeal is decided; your rating stays as it is"),
        Text("{unit}对评价申诉作出决定", "{unit} decided the appeal"),
    ),
    "excluded": (
        Text("考核方式有调整，不影响为您办理", "It is assessed in another way; its handling stays the same"),
        Text("{unit}决定不计入考核", "Left out of the assessment by {unit}"),
    ),
    "identity_revealed": (
        Text("您同意告知企业身份", "You let your enterprise be named"),
        Text("企业同意告知身份", "The enterprise agreed to be named"),
    ),
    "joined": (
        Text("与同类需求一并研究", "Looked at together with others"),
        Text("{unit}将其与同类需求并案", "Joined with others of its kind by {unit}"),
    ),
    "taken_out": (
        Text("改为单独研究", "Looked at by itself again"),
        Text("{unit}将其移出并案", "Taken out of its joint case by {unit}"),
    ),
    "progress_reported": (
        Text("{unit}报告了办理进展", "{unit} reported how it stands"),
        Text("{unit}向企业作阶段性报告", "{unit} reported to the enterprise"),
    ),
    "rescheduled": (
        Text("节假日安排有更新，办理期限已重新核算", "Holidays were published: the time limits were counted again"),
        Text("节假日安排有更新，各项期限已重新核算", "Holidays were published: the terms were counted again"),
    ),
    "closed": (Text("需求已办结", "Closed"), Text("需求办结", "Closed")),
    "withdrawn": (Text("您已撤回需求", "You withdrew the demand"), Text("企业撤回需求", "Withdrawn by the enterprise")),
    "changed": (Text("需求有新进展", "The demand moved on"), Text("需求有新进展", "The demand moved on")),
}
UNNAMED = Text("承办部门", "the agency")
UNNAMED_ENTERPRISE = Text("某联系点企业", "A liaison enterprise")  # one that shields itself


def day_text(day: date, language: Language) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}" if language == "en" else f"{day.month}月{day.day}日"


def line_text(kind: str, unit: str, lead: str, day: date | None, *, enterprise: bool, language: Language) -> str:
    """One line of a timeline; `kind` is a key of LINES."""
    text = LINES.get(kind, LINES["changed"])[0 if enterprise else 1]
    unnamed = UNNAMED.say(language)
    return text.say(language, unit=unit or unnamed, lead=lead or unnamed, day=day_text(day, language) if day else "")
