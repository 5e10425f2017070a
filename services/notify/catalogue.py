"""The words of every message, Chinese first and English beside it. An enterprise is addressed, staff are told.

A text may name {serial}, {unit}, {due} and the phrases of PHRASES. Where the facts of a message call for other words,
its kind has one text for each value of the fact named in VARIANTS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.notify.rules import Kind

Language = Literal["zh", "en"]
Words = Mapping[Language, str]
K = Kind


@dataclass(frozen=True, slots=True)
class Text:
    """One message in both languages. Titles stay within the 20 characters that WeChat shows."""

    title: Words
    body: Words


def _text(title_zh: str, body_zh: str, title_en: str, body_en: str) -> Text:
    return Text({"zh": title_zh, "en": title_en}, {"zh": body_zh, "en": body_en})


VARIANTS: Mapping[Kind, str] = {
    K.DEMAND_DISPOSITION_SET: "disposition",
    K.DEMAND_REPLIED: "reply",
    K.DEMAND_CLOSED: "unrated",
    K.AGENCY_DEMAND_CLOSED: "unrated",
    K.DEMAND_RATED: "look_back",
}

FOR_ENTERPRISES: Mapping[Kind | tuple[Kind, object], Text] = {
    K.DEMAND_ROUTED: _text(
        "需求已送达",
        "您的需求（{serial}）已自动转交{unit}，对方应于{due}接收。有进展会及时告诉您。",
        "Your demand has arrived",
        "Your demand {serial} went straight to {unit}, which is to accept it {due}. We will tell you how it goes on.",
    ),
    K.DEMAND_IN_TRIAGE: _text(
        "需求已收到",
        "您的需求（{serial}）已收到。区综治中心将于{due}为您找到合适的部门，或直接给您答复。",
        "We have your demand",
        "We have your demand {serial}. The governance centre will find the right agency {due}, or answer you itself.",
    ),
    K.DEMAND_FORWARDED: _text(
        "需求已转交",
        "区综治中心已把您的需求（{serial}）转交{unit}，对方应于{due}接收。",
        "Your demand was passed on",
        "The governance centre passed your demand {serial} to {unit}, which is to accept it {due}.",
    ),
    K.DEMAND_ACCEPTED: _text(
        "部门已接收您的需求",
        "{unit}已接收您的需求（{serial}），接下来会告诉您怎样办理、何时答复。",
        "Your demand was accepted",
        "{unit} accepted your demand {serial} and will tell you next how it is handled and when to expect the answer.",
    ),
    (K.DEMAND_DISPOSITION_SET, "IMMEDIATE"): _text(
        "您的需求马上办理",
        "您的需求（{serial}）属于马上能解决的事项，{unit}将于{due}给您答复。",
        "Handled at once",
        "Your demand {serial} can be solved at once; {unit} will answer {due}.",
    ),
    (K.DEMAND_DISPOSITION_SET, "TIME_BOUND"): _text(
        "办理时限已定",
        "{unit}正在办理您的需求（{serial}），承诺于{due}给您答复。",
        "A date is set",
        "{unit} is working on your demand {serial} and promises to answer {due}.",
    ),
    (K.DEMAND_DISPOSITION_SET, ""): _text(
        "需求正在办理",
        "{unit}正在办理您的需求（{serial}），请点开查看办理方式。",
        "Your demand is being handled",
        "{unit} is handling your demand {serial}. Open it to see how.",
    ),
    K.DEMAND_PARKED: _text(
        "需求暂时留作参考",
        "您的需求（{serial}）目前办理条件还不成熟。{unit}已写明原因，并将于{due}再次研究。请点开查看，有疑问可联系区综治中心。",
        "Kept for reference for now",
        "The conditions for your demand {serial} are not there yet. {unit} has explained why and will look at it again "
        "{due}. Open it to read the explanation; the governance centre will gladly take your questions.",
    ),
    (K.DEMAND_REPLIED, "ANSWER"): _text(
        "您的需求有答复了",
        "{unit}已答复您的需求（{serial}）。请看看问题是否解决，并于{due}作出评价。",
        "Your demand is answered",
        "{unit} answered your demand {serial}. Please see whether it solves your matter and rate it {due}.",
    ),
    (K.DEMAND_REPLIED, "DIRECT"): _text(
        "您的需求有答复了",
        "区综治中心已直接答复您的需求（{serial}）。请看看问题是否解决，并于{due}作出评价。",
        "Your demand is answered",
        "The governance centre answered your demand {serial} itself. Please see whether it solves your matter and rate it "
        "{due}.",
    ),
    (K.DEMAND_REPLIED, "GUIDANCE"): _text(
        "为您指明了办理渠道",
        "您的需求（{serial}）需要通过其他渠道办理，区综治中心已写明去哪里办、怎么办。请查看，并于{due}作出评价。",
        "Where to take your matter",
        "Your demand {serial} belongs to another channel; the governance centre has written down where to go and how. "
        "Please read it and rate it {due}.",
    ),
    (K.DEMAND_REPLIED, ""): _text(
        "您的需求有答复了",
        "您的需求（{serial}）已答复。请看看问题是否解决，并于{due}作出评价。",
        "Your demand is answered",
        "Your demand {serial} is answered. Please see whether it solves your matter and rate it {due}.",
    ),
    (K.DEMAND_CLOSED, False): _text(
        "需求已办结",
        "您的需求（{serial}）已办结，谢谢您的评价。",
        "Your demand is closed",
        "Your demand {serial} is closed. Thank you for rating it.",
    ),
    (K.DEMAND_CLOSED, True): _text(
        "需求已办结",
        "您的需求（{serial}）评价时间已过，现已办结。如果问题还在，欢迎再次提出。",
        "Your demand is closed",
        "The time to rate your demand {serial} is over, and it is closed. If the matter remains, please send it again.",
    ),
    K.RATING_REMINDER: _text(
        "请评价办理结果",
        "您的需求（{serial}）已答复，请于{due}告诉我们问题是否解决、您是否满意。",
        "Please rate the answer",
        "Your demand {serial} is answered. Please tell us {due} whether it is solved and whether you are satisfied.",
    ),
    K.DEADLINE_MISSED: _text(
        "办理超过了时限",
        "您的需求（{serial}）没有如期办理，很抱歉。区综治中心会跟踪督促。",
        "A time limit was missed",
        "Your demand {serial} was not handled in time; we are sorry. The governance centre is following it up.",
    ),
}

FOR_STAFF: Mapping[Kind | tuple[Kind, object], Text] = {
    K.DEMAND_DISPATCHED: _text(
        "有新需求待接收",
        "需求 {serial} 已转交{unit}，请于{due}接收，并尽快与企业联系。",
        "New demand to accept",
        "Demand {serial} was passed to {unit}. Please accept it {due} and get in touch with the enterprise soon.",
    ),
    (K.DEMAND_RATED, False): _text(
        "企业已作评价",
        "需求 {serial} 收到企业评价：{satisfaction}；问题{solved}。",
        "Rated by the enterprise",
        "The enterprise rated demand {serial}: {satisfaction}; {solved}.",
    ),
    (K.DEMAND_RATED, True): _text(
        "企业评价待回头看",
        "需求 {serial} 收到企业评价：{satisfaction}；问题{solved}。区综治中心将开展回头看，请做好配合。",
        "Rated, look-back to come",
        "The enterprise rated demand {serial}: {satisfaction}; {solved}. The governance centre will look back on it; "
        "please assist.",
    ),
    K.DEMAND_WITHDRAWN: _text(
        "企业已撤回需求",
        "需求 {serial} 已由企业撤回，无需继续办理。",
        "Demand withdrawn",
        "The enterprise withdrew demand {serial}; nothing more is to be done.",
    ),
    (K.AGENCY_DEMAND_CLOSED, False): _text(
        "需求已办结", "需求 {serial} 已由企业评价并办结。", "Demand closed", "Demand {serial} was rated and is closed."
    ),
    (K.AGENCY_DEMAND_CLOSED, True): _text(
        "需求已办结",
        "需求 {serial} 评价时间已过，企业未作评价，现已办结。",
        "Demand closed",
        "The time to rate demand {serial} ended without a rating; it is closed.",
    ),
    K.DEADLINE_HALFWAY: _text(
        "时限已过半",
        "需求 {serial} 请于{due}{task}，时间已过半。",
        "Half the time is gone",
        "Please {task} demand {serial} {due}; half the time is gone.",
    ),
    K.DEADLINE_WARNING: _text(
        "时限快到了",
        "需求 {serial} 请于{due}{task}，剩余时间不多。",
        "Time is running out",
        "Please {task} demand {serial} {due}; little time is left.",
    ),
    K.DEADLINE_BREACHED: _text(
        "需求已逾期",
        "需求 {serial} 应于{due}{task}，现已逾期，请立即处理。",
        "Overdue",
        "Demand {serial} is overdue: you were to {task} it {due}. Please act now.",
    ),
    K.CENTRE_TRIAGE_REQUIRED: _text(
        "有新需求待研判",
        "需求 {serial} 待研判（{reason}），请于{due}派单或直接答复。",
        "New demand to assess",
        "Demand {serial} is to be assessed ({reason}). Please dispatch it or answer it {due}.",
    ),
    K.CENTRE_DEADLINE_BREACHED: _text(
        "需求已逾期",
        "需求 {serial} 应由{unit}于{due}{task}，现已逾期，请跟进。",
        "Overdue",
        "Demand {serial} is overdue: {unit} was to {task} it {due}. Please follow it up.",
    ),
    K.CENTRE_DEMAND_PARKED: _text(
        "需求留作参考",
        "需求 {serial} 已由{unit}列为留作参考，应于{due}复核。",
        "Kept for reference",
        "{unit} keeps demand {serial} for reference and is to review it {due}.",
    ),
    K.CENTRE_DEMAND_WITHDRAWN: _text(
        "企业撤回了需求",
        "需求 {serial} 已由企业撤回。",
        "Demand withdrawn",
        "The enterprise withdrew demand {serial}.",
    ),
    K.CENTRE_LOOK_BACK_DUE: _text(
        "有评价待回头看",
        "需求 {serial} 收到企业评价：{satisfaction}；问题{solved}。请安排回头看。",
        "Look-back due",
        "The enterprise rated demand {serial}: {satisfaction}; {solved}. Please arrange a look-back.",
    ),
    K.DEMAND_CHANGED: _text(
        "需求有新进展",
        "需求 {serial} 有新进展，请点开查看。",
        "News of a demand",
        "There is news of demand {serial}. Open it to see.",
    ),
}
TEXTS = {**FOR_ENTERPRISES, **FOR_STAFF}

# Phrases by fact and value; "" where the fact is missing or its value is new to us.
PHRASES: Mapping[str, Mapping[object, Words]] = {
    "reason": {
        "UNSURE": {"zh": "企业不确定找哪个部门", "en": "the enterprise is not sure whom to ask"},
        "NO_SINGLE_LEAD": {"zh": "未能自动确定承办部门", "en": "no single agency could be found for it"},
        "NO_CONTACT": {"zh": "对应部门暂无联系人", "en": "its agency has no contact at present"},
        "": {"zh": "需要人工研判", "en": "it needs an assessment"},
    },
    "task": {
        "TRIAGE": {"zh": "完成研判", "en": "assess"},
        "ACCEPT": {"zh": "接收", "en": "accept"},
        "HANDLE": {"zh": "答复企业", "en": "answer"},
        "PARK_REVIEW": {"zh": "复核", "en": "review"},
        "RATING": {"zh": "作出评价", "en": "rate"},
        "": {"zh": "处理", "en": "handle"},
    },
    "satisfaction": {
        5: {"zh": "非常满意", "en": "very satisfied"},
        4: {"zh": "满意", "en": "satisfied"},
        3: {"zh": "基本满意", "en": "fairly satisfied"},
        2: {"zh": "不满意", "en": "dissatisfied"},
        1: {"zh": "非常不满意", "en": "very dissatisfied"},
        "": {"zh": "已评价", "en": "rated"},
    },
    "solved": {
        "YES": {"zh": "已解决", "en": "the matter is solved"},
        "PARTLY": {"zh": "部分解决", "en": "the matter is partly solved"},
        "NO": {"zh": "未解决", "en": "the matter is not solved"},
        "": {"zh": "是否解决未说明", "en": "whether the matter is solved was not said"},
    },
}
FACT_OF_PHRASE = {"reason": "reason", "task": "clock", "satisfaction": "satisfaction", "solved": "solved"}
SOME_UNIT: Words = {"zh": "承办部门", "en": "the agency"}
CENTRE: Words = {"zh": "区综治中心", "en": "the governance centre"}
IN_TIME: Words = {"zh": "规定时限内", "en": "within the time set"}
