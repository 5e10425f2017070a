"""What the contacts of an agency are told: of the one in the lead, of its lead (分管负责人), of those that assist."""

from services.notify.catalogue.text import Texts, text
from services.notify.rules import Kind

K = Kind

FOR_AGENCIES: Texts = {
    K.DEMAND_DISPATCHED: text(
        "有新需求待接收",
        "需求 {serial} 已转交{unit}，请于{due}接收，并尽快与企业联系。",
        "New demand to accept",
        "Demand {serial} was passed to {unit}. Please accept it {due} and get in touch with the enterprise soon.",
    ),
    K.RETURN_DENIED: text(
        "退单未获同意",
        "需求 {serial} 的退单未获同意，指定由{unit}承办，不能再次退单。请于{due}接收；确定办理方式的时限不变。",
        "Return denied",
        "The return of demand {serial} was denied: {unit} is to handle it and cannot send it back again. Please accept it "
        "{due}; the time to choose how to handle it has not changed.",
    ),
    K.RETURN_APPROVED: text(
        "退单已获同意",
        "需求 {serial} 的退单已获同意，已改由其他部门办理或重新研判，无需再处理。",
        "Return approved",
        "The return of demand {serial} was approved. It goes elsewhere; nothing more is to be done.",
    ),
    K.APPROVAL_TO_SIGN: text(
        "有申请待审批",
        "需求 {serial} 有一项申请待审批（{approval}），请于{due}作出决定。",
        "A request to decide",
        "There is a request to decide about demand {serial} ({approval}). Please decide it {due}.",
    ),
    K.APPROVAL_DENIED: text(
        "申请未获同意",
        "需求 {serial} 的申请（{approval}）未获同意，请按原定时限继续办理。",
        "Request denied",
        "The request about demand {serial} ({approval}) was denied. Please go on within the time set before.",
    ),
    (K.APPROVAL_GRANTED, "OVER_CAP"): text(
        "承诺日期已获同意",
        "需求 {serial} 的承诺日期已获同意，请于{due}答复企业。",
        "Promise approved",
        "The promised day of demand {serial} was approved. Please answer the enterprise {due}.",
    ),
    (K.APPROVAL_GRANTED, "EXTENSION"): text(
        "延期已获同意",
        "需求 {serial} 的延期已获同意，请于{due}答复企业。",
        "Extension approved",
        "The extension of demand {serial} was approved. Please answer the enterprise {due}.",
    ),
    (K.APPROVAL_GRANTED, "PARK"): text(
        "留作参考已获同意",
        "需求 {serial} 留作参考已获同意，请做好沟通解释，并于{due}复核。",
        "Parking approved",
        "Demand {serial} may be kept for reference. Please explain it to the enterprise and review it {due}.",
    ),
    (K.APPROVAL_GRANTED, "PARK_REVIEW"): text(
        "继续留作参考获同意",
        "需求 {serial} 继续留作参考已获同意，请做好沟通解释，并于{due}复核。",
        "Parking once more approved",
        "Demand {serial} may be kept for reference further. Please explain it to the enterprise and review it {due}.",
    ),
    (K.APPROVAL_GRANTED, ""): text(
        "申请已获同意",
        "需求 {serial} 的申请（{approval}）已获同意，请点开查看。",
        "Request approved",
        "The request about demand {serial} ({approval}) was approved. Open it to see.",
    ),
    K.AGENCY_DEMAND_REPLIED: text(
        "答复已送达企业",
        "需求 {serial} 的答复已签发并送达企业，等待企业评价。",
        "The answer is out",
        "The answer to demand {serial} was signed and sent to the enterprise, which is to rate it.",
    ),
    (K.INFO_SUPPLIED, False): text(
        "企业已补充材料",
        "企业已补充需求 {serial} 的材料，办理时限恢复计时，请继续办理。",
        "The enterprise answered",
        "The enterprise answered the questions about demand {serial}. The clock runs again; please go on.",
    ),
    (K.INFO_SUPPLIED, True): text(
        "企业未按时补充材料",
        "企业未在时限内补充需求 {serial} 的材料，办理时限恢复计时，请按现有情况继续办理。",
        "No answer in time",
        "The enterprise did not answer the questions about demand {serial} in time. The clock runs again; please go on with "
        "what is known.",
    ),
    K.CO_DEMAND_DISPATCHED: text(
        "有需求请协办",
        "需求 {serial} 由{unit}主办，请本部门协办，并在规定时限内提出意见。",
        "Your assistance is asked for",
        "{unit} leads demand {serial}. Please assist and give an opinion within the time set.",
    ),
    K.CO_HANDLER_ADDED: text(
        "有需求请协办",
        "需求 {serial} 由{unit}主办，请本部门协办，并于{due}提出意见。",
        "Your assistance is asked for",
        "{unit} leads demand {serial}. Please assist and give an opinion {due}.",
    ),
    (K.OPINION_GIVEN, False): text(
        "协办意见已提出",
        "需求 {serial} 的协办部门已提出意见，请在答复时统筹考虑。",
        "An opinion is in",
        "An assisting agency gave its opinion on demand {serial}. Please take it into account in the answer.",
    ),
    (K.OPINION_GIVEN, True): text(
        "无需等待协办意见",
        "经区综治中心决定，需求 {serial} 不再等待一项协办意见，请继续办理。",
        "No opinion to wait for",
        "The governance centre decided not to wait for an opinion on demand {serial}. Please go on.",
    ),
    K.OPINION_WAIVED: text(
        "无需再提协办意见",
        "经区综治中心决定，需求 {serial} 无需再提协办意见。",
        "Opinion no longer needed",
        "The governance centre no longer waits for an opinion on demand {serial}; nothing more is to be done.",
    ),
    K.DEMAND_REVIVED: text(
        "留作参考的条件已具备",
        "需求 {serial} 等待的条件已经具备，请于{due}复核：转为办理，或说明继续留作参考的理由。",
        "A condition is met",
        "What demand {serial} was waiting for has come about. Please review it {due}: take it up, or explain why not.",
    ),
    K.AGENCY_DEMAND_RESUMED: text(
        "需求转为办理",
        "需求 {serial} 已从留作参考转为办理，请于{due}答复企业。",
        "Taken up again",
        "Demand {serial} is no longer kept for reference. Please answer the enterprise {due}.",
    ),
    (K.DEMAND_RATED, False): text(
        "企业已作评价",
        "需求 {serial} 收到企业评价：{satisfaction}；问题{solved}。",
        "Rated by the enterprise",
        "The enterprise rated demand {serial}: {satisfaction}; {solved}.",
    ),
    (K.DEMAND_RATED, True): text(
        "企业评价待回头看",
        "需求 {serial} 收到企业评价：{satisfaction}；问题{solved}。区综治中心将开展回头看，请做好配合。",
        "Rated, look-back to come",
        "The enterprise rated demand {serial}: {satisfaction}; {solved}. The governance centre will look back on it; "
        "please assist.",
    ),
    K.LOOKED_BACK: text(
        "回头看已有结果",
        "需求 {serial} 的回头看已有结果：{outcome}。",
        "Result of the look-back",
        "The look-back on demand {serial} is done: {outcome}.",
    ),
    K.AGENCY_DEMAND_REOPENED: text(
        "需求退回重办",
        "需求 {serial} 经回头看须重新办理（第{round}次），请于{due}接收，并尽快与企业联系。",
        "To be handled again",
        "After a look-back, demand {serial} is to be handled again (round {round}). Please accept it {due} and get in touch "
        "with the enterprise soon.",
    ),
    K.AGENCY_DEMAND_REASSESSED: text(
        "企业要求重新办理",
        "企业就已办结的需求 {serial} 提出新情况，现由区综治中心重新研判。",
        "Opened again",
        "The enterprise brought new facts about demand {serial}, which was closed. The governance centre assesses it anew.",
    ),
    (K.AGENCY_DEMAND_JOINED, False): text(
        "需求已并案",
        "需求 {serial} 已与同类需求并案，可以一并答复；各自的时限不变。",
        "Joined with others",
        "Demand {serial} was joined with others of its kind. They can be answered together; the terms of each stay.",
    ),
    (K.AGENCY_DEMAND_JOINED, True): text(
        "需求已移出并案",
        "需求 {serial} 已移出并案，请单独办理；时限不变。",
        "Taken out of its joint case",
        "Demand {serial} was taken out of its joint case. Please handle it by itself; its terms stay.",
    ),
    K.DEMAND_WITHDRAWN: text(
        "企业已撤回需求",
        "需求 {serial} 已由企业撤回，无需继续办理。",
        "Demand withdrawn",
        "The enterprise withdrew demand {serial}; nothing more is to be done.",
    ),
    (K.AGENCY_DEMAND_CLOSED, False): text(
        "需求已办结",
        "需求 {serial} 经回头看，现已办结；企业的评价保持不变。",
        "Demand closed",
        "After a look-back, demand {serial} is closed; the enterprise's rating stays as it is.",
    ),
    (K.AGENCY_DEMAND_CLOSED, True): text(
        "需求已办结",
        "需求 {serial} 评价时间已过，企业未作评价，现已办结。",
        "Demand closed",
        "The time to rate demand {serial} ended without a rating; it is closed.",
    ),
    K.ORDER_ISSUED: text(
        "收到催办或督办",
        "需求 {serial} 有一项督促（{level}），请抓紧办理，并于{due}回复。",
        "Called on to act",
        "There is an order about demand {serial} ({level}). Please act and answer it {due}.",
    ),
    K.ORDER_CLOSED: text(
        "催办或督办已了结",
        "对需求 {serial} 的督促（{level}）已了结。",
        "Order closed",
        "The order about demand {serial} ({level}) is closed.",
    ),
    (K.APPEAL_DECIDED, True): text(
        "评价申诉成立",
        "需求 {serial} 的评价申诉成立，该评价不计入考核，企业的评价仍予公开。",
        "Appeal upheld",
        "The appeal about demand {serial} was upheld: the rating does not count in the assessment, and stays visible.",
    ),
    (K.APPEAL_DECIDED, False): text(
        "评价申诉不成立",
        "需求 {serial} 的评价申诉不成立，该评价照常计入考核。",
        "Appeal dismissed",
        "The appeal about demand {serial} was dismissed: the rating counts in the assessment.",
    ),
    K.DEMAND_EXCLUDED: text(
        "需求不计入考核",
        "需求 {serial} 经区综治中心决定不计入考核，仍须照常答复企业。",
        "Left out of the assessment",
        "The governance centre left demand {serial} out of the assessment. The enterprise is still to be answered.",
    ),
    K.IDENTITY_REVEALED: text(
        "企业已公开身份",
        "需求 {serial} 的企业同意告知身份，可以直接与其联系。",
        "The enterprise is known now",
        "The enterprise of demand {serial} agreed to be named. It can be contacted directly.",
    ),
    K.DEADLINE_HALFWAY: text(
        "时限已过半",
        "需求 {serial} 请于{due}{task}，时间已过半。",
        "Half the time is gone",
        "Please {task} demand {serial} {due}; half the time is gone.",
    ),
    K.DEADLINE_WARNING: text(
        "时限快到了",
        "需求 {serial} 请于{due}{task}，剩余时间不多。",
        "Time is running out",
        "Please {task} demand {serial} {due}; little time is left.",
    ),
    K.DEADLINE_BREACHED: text(
        "需求已逾期",
        "需求 {serial} 应于{due}{task}，现已逾期，请立即处理。",
        "Overdue",
        "Demand {serial} is overdue: you were to {task} it {due}. Please act now.",
    ),
}
