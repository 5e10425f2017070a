"""What each term is called, for enterprises and staff alike."""

from services.gateway.texts import Text

TERMS: dict[str, Text] = {
    "triage": Text("研判", "Triage"),
    "accept": Text("接收", "Acceptance"),
    "contact": Text("先行联系企业", "First contact with the enterprise"),
    "classify": Text("确定办理方式", "Choice of how to handle it"),
    "immediate": Text("即行即办", "Handling at once"),
    "promise_cap": Text("部门自行承诺的最长时限", "How far ahead an agency may promise by itself"),
    "rework": Text("重新办理", "Later rounds"),
    "rating": Text("企业评价", "Rating by the enterprise"),
    "look_back": Text("回头看", "Look-back"),
    "approval": Text("审批", "Decision on a request"),
    "info": Text("企业补充材料", "The enterprise's answer to questions"),
    "opinion": Text("协办意见", "Opinion of an agency that assists"),
    "revive": Text("条件具备后的复核", "Review once a condition is met"),
    "report": Text("阶段性报告的间隔", "Interval of interim reports"),
    "return_within": Text("可以退单的期限", "Time to send a demand back"),
    "extend_before": Text("申请延期须提前", "How long before it is due an extension is asked for"),
    "extensions": Text("延期次数", "Extensions"),
    "info_requests": Text("请企业补充的次数", "Rounds of questions to the enterprise"),
    "park_reviews": Text("自行续期留作参考的次数", "Reviews of a parked demand without a decision"),
    "review_cap_days": Text("留作参考的最长复核间隔", "How far ahead the review of a parked demand may lie"),
    "reopen_days": Text("办结后可以重新提起的期限", "Time to have a closed demand opened again"),
}
