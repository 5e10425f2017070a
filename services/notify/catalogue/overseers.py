"""What the centre and the supervisors are told, and the plain line for whoever nobody foresaw."""

from services.notify.catalogue.text import Texts, text
from services.notify.rules import Kind

K = Kind

FOR_OVERSEERS: Texts = {
    K.CENTRE_TRIAGE_REQUIRED: text(
        "有新需求待研判",
        "需求 {serial} 待研判（{reason}），请于{due}派单或直接答复。",
        "New demand to assess",
        "Demand {serial} is to be assessed ({reason}). Please dispatch it or answer it {due}.",
    ),
    K.CENTRE_RETURN_REQUESTED: text(
        "有退单待审",
        "{unit}申请退回需求 {serial}（{return_reason}），请于{due}作出决定。",
        "A return to decide",
        "{unit} wants to send demand {serial} back ({return_reason}). Please decide {due}.",
    ),
    K.CENTRE_APPROVAL_REQUESTED: text(
        "有申请待审批",
        "{unit}就需求 {serial} 提出申请（{approval}），请于{due}作出决定。",
        "A request to decide",
        "{unit} asks for a decision about demand {serial} ({approval}). Please decide {due}.",
    ),
    (K.CENTRE_INFO_SUPPLIED, False): text(
        "企业已补充材料",
        "企业已补充需求 {serial} 的材料，研判时限恢复计时，请继续研判。",
        "The enterprise answered",
        "The enterprise answered the questions about demand {serial}. The clock runs again; please go on assessing it.",
    ),
    (K.CENTRE_INFO_SUPPLIED, True): text(
        "企业未按时补充材料",
        "企业未在时限内补充需求 {serial} 的材料，研判时限恢复计时，请按现有情况研判。",
        "No answer in time",
        "The enterprise did not answer the questions about demand {serial} in time. The clock runs again; please assess it "
        "with what is known.",
    ),
    (K.CENTRE_INFO_NOTED, False): text(
        "企业已补充材料",
        "企业已补充需求 {serial} 的材料，{unit}继续办理。",
        "The enterprise answered",
        "The enterprise answered the questions about demand {serial}; {unit} goes on with it.",
    ),
    (K.CENTRE_INFO_NOTED, True): text(
        "企业未按时补充材料",
        "企业未在时限内补充需求 {serial} 的材料，{unit}按现有情况继续办理。",
        "No answer in time",
        "The enterprise did not answer the questions about demand {serial} in time; {unit} goes on with what it knows.",
    ),
    K.CENTRE_DEMAND_PARKED: text(
        "需求留作参考",
        "需求 {serial} 已由{unit}列为留作参考，应于{due}复核。",
        "Kept for reference",
        "{unit} keeps demand {serial} for reference and is to review it {due}.",
    ),
    K.CENTRE_DEMAND_WITHDRAWN: text(
        "企业撤回了需求",
        "需求 {serial} 已由企业撤回。",
        "Demand withdrawn",
        "The enterprise withdrew demand {serial}.",
    ),
    K.CENTRE_LOOK_BACK_DUE: text(
        "有评价待回头看",
        "需求 {serial} 收到企业评价：{satisfaction}；问题{solved}。请安排回头看。",
        "Look-back due",
        "The enterprise rated demand {serial}: {satisfaction}; {solved}. Please arrange a look-back.",
    ),
    K.CENTRE_LOOK_BACK_OPENED: text(
        "有需求待回头看",
        "需求 {serial} 待回头看（{origin}），请于{due}完成。",
        "A look-back to do",
        "Demand {serial} is to be looked back on ({origin}). Please do so {due}.",
    ),
    K.CENTRE_DEMAND_REOPENED: text(
        "企业要求重新办理",
        "企业就已办结的需求 {serial} 提出新情况，请于{due}重新研判。",
        "Opened again",
        "The enterprise brought new facts about demand {serial}, which was closed. Please assess it {due}.",
    ),
    K.CENTRE_DEMAND_REWORKED: text(
        "需求已退回重办",
        "需求 {serial} 经回头看已交{unit}重新办理（第{round}次），对方应于{due}接收。",
        "To be handled again",
        "After a look-back, demand {serial} went to {unit} once more (round {round}), which is to accept it {due}.",
    ),
    K.CENTRE_DEADLINE_BREACHED: text(
        "需求已逾期",
        "需求 {serial} 应由{holder}于{due}{task}，现已逾期，请跟进。",
        "Overdue",
        "Demand {serial} is overdue: {holder} was to {task} it {due}. Please follow it up.",
    ),
    K.CENTRE_OVERDUE: text(
        "本中心任务已逾期",
        "需求 {serial} 应由区综治中心于{due}{task}，现已逾期，请立即处理。",
        "Overdue at the centre",
        "Demand {serial} is overdue: the governance centre was to {task} it {due}. Please act now.",
    ),
    K.ORDER_ANSWERED: text(
        "催办或督办已回复",
        "{unit}已回复对需求 {serial} 的督促（{level}），请查看并决定是否了结。",
        "An order is answered",
        "{unit} answered the order about demand {serial} ({level}). Please see whether it can be closed.",
    ),
    K.SUPERVISOR_DEADLINE_BREACHED: text(
        "需求已逾期",
        "需求 {serial} 应由{holder}于{due}{task}，现已逾期，请予督促。",
        "Overdue",
        "Demand {serial} is overdue: {holder} was to {task} it {due}. Please see to it.",
    ),
    K.SUPERVISOR_DEMAND_REWORKED: text(
        "需求多次重办",
        "需求 {serial} 已进入第{round}次办理，现由{unit}处理，请关注，必要时召集有关部门会商。",
        "Handled again and again",
        "Demand {serial} is in round {round} now, with {unit}. Please keep an eye on it, and call the "
        "parties together if need be.",
    ),
    K.DEMAND_CHANGED: text(
        "需求有新进展",
        "需求 {serial} 有新进展，请点开查看。",
        "News of a demand",
        "There is news of demand {serial}. Open it to see.",
    ),
}
