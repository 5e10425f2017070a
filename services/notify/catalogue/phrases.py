"""Phrases by fact and value; "" where the fact is missing or its value is new to us."""

from collections.abc import Mapping

from services.notify.catalogue.text import Words


def _words(zh: str, en: str) -> Words:
    return {"zh": zh, "en": en}


PHRASES: Mapping[str, Mapping[object, Words]] = {
    "reason": {
        "UNSURE": _words("企业不确定找哪个部门", "the enterprise is not sure whom to ask"),
        "NO_SINGLE_LEAD": _words("未能自动确定承办部门", "no single agency could be found for it"),
        "NO_CONTACT": _words("对应部门暂无联系人", "its agency has no contact at present"),
        "CONFLICT": _words("涉及部门自身，该部门应当回避", "it is about an agency, which must keep out of it"),
        "JUDICIAL": _words("涉及正在诉讼或检察程序中的事项", "it lies before a court or a procuratorate"),
        "RETURNED": _words("部门退单已获同意", "its agency sent it back"),
        "REOPENED": _words("企业提出了新情况", "the enterprise brought new facts"),
        "": _words("需要人工研判", "it needs an assessment"),
    },
    # In English each takes the demand, or "it", right after it.
    "task": {
        "TOTAL": _words("办结", "finish"),
        "TRIAGE": _words("完成研判", "assess"),
        "ACCEPT": _words("接收", "accept"),
        "CONTACT": _words("先行联系企业", "contact the enterprise about"),
        "CLASSIFY": _words("确定办理方式", "choose how to handle"),
        "HANDLE": _words("答复企业", "answer"),
        "PARK_REVIEW": _words("复核", "review"),
        "RATING": _words("作出评价", "rate"),
        "LOOK_BACK": _words("完成回头看", "look back on"),
        "APPROVAL": _words("完成审批", "decide the request about"),
        "INFO": _words("补充材料", "supply what was asked about"),
        "OPINION": _words("提出协办意见", "give an opinion on"),
        "ORDER": _words("回复催办或督办", "answer the order about"),
        "REPORT": _words("向企业作阶段性报告", "report to the enterprise on"),
        "": _words("处理", "handle"),
    },
    "satisfaction": {
        5: _words("非常满意", "very satisfied"),
        4: _words("满意", "satisfied"),
        3: _words("基本满意", "fairly satisfied"),
        2: _words("不满意", "dissatisfied"),
        1: _words("非常不满意", "very dissatisfied"),
        "": _words("已评价", "rated"),
    },
    "solved": {
        "YES": _words("已解决", "the matter is solved"),
        "PARTLY": _words("部分解决", "the matter is partly solved"),
        "NO": _words("未解决", "the matter is not solved"),
        "": _words("是否解决未说明", "whether the matter is solved was not said"),
    },
    "approval": {
        "RETURN": _words("退单", "return"),
        "OVER_CAP": _words("承诺日期超出规定时限", "promise beyond the cap"),
        "PARK": _words("留作参考", "parking"),
        "EXTENSION": _words("延期", "extension"),
        "REPLY": _words("签发答复", "signature of the answer"),
        "PARK_REVIEW": _words("继续留作参考", "parking once more"),
        "INFEASIBLE": _words("按客观上无法办理答复", "answer that it cannot be met"),
        "APPEAL": _words("评价申诉", "appeal about the rating"),
        "": _words("审批", "approval"),
    },
    "return_reason": {
        "NOT_OUR_DUTY": _words("不属于本部门职责", "not the agency's duty"),
        "OTHER_AGENCY_LEADS": _words("应由其他部门牵头", "another agency should lead"),
        "UNCLEAR": _words("诉求不清", "unclear what is wanted"),
        "BEFORE_THE_COURTS": _words("正在诉讼、检察程序中", "before a court or a procuratorate"),
        "": _words("见退单说明", "see its explanation"),
    },
    "origin": {
        "BAD_RATING": _words("企业不满意或认为未解决", "a bad rating"),
        "WITHDRAWN": _words("接收后撤回", "withdrawn after it was accepted"),
        "PARKED": _words("留作参考", "kept for reference"),
        "OVERDUE": _words("曾经逾期", "a time limit was missed"),
        "REST": _words("抽样", "drawn by lot"),
        "OWN_MOTION": _words("主动开展", "on somebody's own motion"),
        "": _words("按要求开展", "as required"),
    },
    "outcome": {
        "SOLVED": _words("已解决", "solved"),
        "PARTLY": _words("部分解决", "partly solved"),
        "UNSOLVED": _words("未解决", "not solved"),
        "RELAPSED": _words("问题反弹", "the matter came back"),
        "UNREACHABLE": _words("未能联系上企业", "the enterprise could not be reached"),
        "": _words("请查看记录", "see the record"),
    },
    "level": {
        "REMINDER": _words("催办", "reminder"),
        "ORDER": _words("督办单", "supervision order"),
        "LISTED": _words("列入通报", "listing in the bulletin"),
        "": _words("督办", "order"),
    },
}
# A phrase goes by the fact of its own name, but for this one.
FACT_OF_PHRASE = {name: name for name in PHRASES} | {"task": "clock"}
SOME_UNIT = _words("承办部门", "the agency")
CENTRE = _words("区综治中心", "the governance centre")
CO_HANDLER = _words("协办部门", "the assisting agency")
AGENCY_LEAD = _words("{unit}分管负责人", "the lead of {unit}")
SOON = _words("近期", "soon")
IN_TIME = _words("规定时限内", "within the time set")
