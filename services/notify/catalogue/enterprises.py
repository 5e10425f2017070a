"""What the contact of an enterprise is told."""

from services.notify.catalogue.text import Texts, text
from services.notify.rules import Kind

K = Kind

FOR_ENTERPRISES: Texts = {
    K.DEMAND_ROUTED: text(
        "需求已送达",
        "您的需求（{serial}）已自动转交{unit}，对方应于{due}接收。有进展会及时告诉您。",
        "Your demand has arrived",
        "Your demand {serial} went straight to {unit}, which is to accept it {due}. We will tell you how it goes on.",
    ),
    K.DEMAND_IN_TRIAGE: text(
        "需求已收到",
        "您的需求（{serial}）已收到。区综治中心将于{due}为您找到合适的部门，或直接给您答复。",
        "We have your demand",
        "We have your demand {serial}. The governance centre will find the right agency {due}, or answer you itself.",
    ),
    K.DEMAND_FORWARDED: text(
        "需求已转交",
        "区综治中心已把您的需求（{serial}）转交{unit}，对方应于{due}接收。",
        "Your demand was passed on",
        "The governance centre passed your demand {serial} to {unit}, which is to accept it {due}.",
    ),
    K.DEMAND_ACCEPTED: text(
        "部门已接收您的需求",
        "{unit}已接收您的需求（{serial}），接下来会告诉您怎样办理、何时答复。",
        "Your demand was accepted",
        "{unit} accepted your demand {serial} and will tell you next how it is handled and when to expect the answer.",
    ),
    (K.DEMAND_DISPOSITION_SET, "IMMEDIATE"): text(
        "您的需求马上办理",
        "您的需求（{serial}）属于马上能解决的事项，{unit}将于{due}给您答复。",
        "Handled at once",
        "Your demand {serial} can be solved at once; {unit} will answer {due}.",
    ),
    (K.DEMAND_DISPOSITION_SET, "TIME_BOUND"): text(
        "办理时限已定",
        "{unit}正在办理您的需求（{serial}），承诺于{due}给您答复。",
        "A date is set",
        "{unit} is working on your demand {serial} and promises to answer {due}.",
    ),
    (K.DEMAND_DISPOSITION_SET, ""): text(
        "需求正在办理",
        "{unit}正在办理您的需求（{serial}），请点开查看办理方式。",
        "Your demand is being handled",
        "{unit} is handling your demand {serial}. Open it to see how.",
    ),
    K.DEMAND_PROGRESS_REPORTED: text(
        "您的需求有阶段性进展",
        "{unit}向您报告了需求（{serial}）的办理进展，请点开查看。",
        "How your demand stands",
        "{unit} reported on your demand {serial}. Open it to read how it stands.",
    ),
    K.DEMAND_PARKED: text(
        "需求暂时留作参考",
        "您的需求（{serial}）目前办理条件还不成熟。{unit}已写明原因，并将于{due}再次研究。请点开查看，有疑问可联系区综治中心。",
        "Kept for reference for now",
        "The conditions for your demand {serial} are not there yet. {unit} has explained why and will look at it again "
        "{due}. Open it to read the explanation; the governance centre will gladly take your questions.",
    ),
    (K.DEMAND_REPLIED, "ANSWER"): text(
        "您的需求有答复了",
        "{unit}已答复您的需求（{serial}）。请看看问题是否解决，并于{due}作出评价。",
        "Your demand is answered",
        "{unit} answered your demand {serial}. Please see whether it solves your matter and rate it {due}.",
    ),
    (K.DEMAND_REPLIED, "DIRECT"): text(
        "您的需求有答复了",
        "区综治中心已直接答复您的需求（{serial}）。请看看问题是否解决，并于{due}作出评价。",
        "Your demand is answered",
        "The governance centre answered your demand {serial} itself. Please see whether it solves your matter and rate it "
        "{due}.",
    ),
    (K.DEMAND_REPLIED, "GUIDANCE"): text(
        "为您指明了办理渠道",
        "您的需求（{serial}）需要通过其他渠道办理，区综治中心已写明去哪里办、怎么办。请查看，并于{due}作出评价。",
        "Where to take your matter",
        "Your demand {serial} belongs to another channel; the governance centre has written down where to go and how. "
        "Please read it and rate it {due}.",
    ),
    (K.DEMAND_REPLIED, "INFEASIBLE"): text(
        "您的需求有答复了",
        "您的需求（{serial}）经研究，目前客观上无法办理，{unit}已写明理由和依据。请查看，并于{due}作出评价。",
        "Your demand is answered",
        "Your demand {serial} was looked into and cannot be met as things stand; {unit} has written down why, and the "
        "law it rests on. Please read it and rate it {due}.",
    ),
    (K.DEMAND_REPLIED, ""): text(
        "您的需求有答复了",
        "您的需求（{serial}）已答复。请看看问题是否解决，并于{due}作出评价。",
        "Your demand is answered",
        "Your demand {serial} is answered. Please see whether it solves your matter and rate it {due}.",
    ),
    (K.DEMAND_CLOSED, False): text(
        "需求已办结",
        "区综治中心已就您的需求（{serial}）开展回头看，现已办结。您作出的评价保持不变；如有新情况，可以申请重新办理。",
        "Your demand is closed",
        "The governance centre looked back on your demand {serial}, and it is closed. What you rated stays as it is. Should "
        "there be new facts, you may ask to have it opened again.",
    ),
    (K.DEMAND_CLOSED, True): text(
        "需求已办结",
        "您的需求（{serial}）评价时间已过，现已办结。如果问题还在，欢迎再次提出。",
        "Your demand is closed",
        "The time to rate your demand {serial} is over, and it is closed. If the matter remains, please send it again.",
    ),
    K.RATING_REMINDER: text(
        "请评价办理结果",
        "您的需求（{serial}）已答复，请于{due}告诉我们问题是否解决、您是否满意。",
        "Please rate the answer",
        "Your demand {serial} is answered. Please tell us {due} whether it is solved and whether you are satisfied.",
    ),
    K.DEADLINE_MISSED: text(
        "办理超过了时限",
        "您的需求（{serial}）没有如期办理，很抱歉。区综治中心会跟踪督促。",
        "A time limit was missed",
        "Your demand {serial} was not handled in time; we are sorry. The governance centre is following it up.",
    ),
    K.DEMAND_REASSESSED: text(
        "正在重新确定部门",
        "您的需求（{serial}）不属于原先转交的部门办理。区综治中心将于{due}重新确定承办部门，或直接给您答复。",
        "Looking for the right agency",
        "Your demand {serial} was not for the agency it went to. The governance centre will find the right one {due}, or "
        "answer you itself.",
    ),
    K.DEMAND_PROMISE_CHANGED: text(
        "答复日期有变化",
        "您的需求（{serial}）原定马上办理，经核实还需要一些时间，{unit}现承诺于{due}给您答复。",
        "Another date is set",
        "Your demand {serial} was to be handled at once and needs some more time; {unit} now promises to answer {due}.",
    ),
    K.DEMAND_EXTENDED: text(
        "答复日期推迟",
        "您的需求（{serial}）未能按原定日期办完，经区综治中心同意，{unit}将于{due}给您答复。原因请点开查看。",
        "The answer comes later",
        "Your demand {serial} could not be finished by the day promised. With the governance centre's consent, {unit} will "
        "answer {due}. Open it to read why.",
    ),
    K.DEMAND_INFO_REQUESTED: text(
        "请补充材料",
        "办理您的需求（{serial}）还需要一些情况，{unit}列出了问题。请您点开查看，并于{due}回复；收到后马上接着办。",
        "Please answer some questions",
        "To go on with your demand {serial}, {unit} needs to know more. Please open it and answer the questions {due}; "
        "handling goes on as soon as you have.",
    ),
    K.INFO_REMINDER: text(
        "请记得补充材料",
        "您的需求（{serial}）在等您补充材料，请于{due}回复，以免影响办理。",
        "Your answer is awaited",
        "Your demand {serial} waits for your answer. Please give it {due}, so that handling can go on.",
    ),
    K.DEMAND_INFO_TIMED_OUT: text(
        "补充材料时间已过",
        "您的需求（{serial}）补充材料的时间已过，{unit}将按现有情况接着办理。如仍需补充，请直接联系{unit}。",
        "Going on without your answer",
        "The time to answer the questions about your demand {serial} is over; {unit} goes on with what it knows. Should you "
        "still have something to add, please contact {unit}.",
    ),
    K.DEMAND_CONDITION_MET: text(
        "办理条件有了进展",
        "您的需求（{serial}）先前等待的条件已经具备，{unit}将于{due}重新研究，并把结果告诉您。",
        "Conditions have changed",
        "What your demand {serial} was waiting for has come about; {unit} will look at it again {due} and tell you.",
    ),
    K.DEMAND_RESUMED: text(
        "您的需求开始办理",
        "您的需求（{serial}）已从留作参考转为办理，{unit}承诺于{due}给您答复。",
        "Your demand is taken up",
        "Your demand {serial} is no longer kept for reference: {unit} handles it and promises to answer {due}.",
    ),
    K.DEMAND_PARK_REVIEWED: text(
        "需求继续留作参考",
        "{unit}复核了您的需求（{serial}），办理条件仍不成熟，已写明原因，并将于{due}再次研究。有疑问可联系区综治中心。",
        "Still kept for reference",
        "{unit} reviewed your demand {serial}: the conditions are still not there. It has explained why and will look at it "
        "again {due}. The governance centre will gladly take your questions.",
    ),
    (K.DEMAND_JOINED, False): text(
        "您的需求将一并研究",
        "您的需求（{serial}）将与同类需求一并研究，仍会单独答复您，办理时限不变。",
        "Looked at with others",
        "Your demand {serial} is looked at together with others of its kind. You get an answer of "
        "your own, in the same time.",
    ),
    (K.DEMAND_JOINED, True): text(
        "您的需求改为单独研究",
        "您的需求（{serial}）改为单独研究，办理时限不变。",
        "Looked at by itself",
        "Your demand {serial} is looked at by itself again, in the same time.",
    ),
    K.SURVEY_REMINDER: text(
        "请填写法治化营商环境问卷",
        "问卷调查（{serial}）还没有收到您企业的答复，请于{due}通过企业收到的专属链接填写。链接找不到的，请联系所在街镇或园区。",
        "Please answer the survey",
        "Survey {serial} of the business environment lacks your enterprise's answer. Please give it {due}, through the "
        "personal link that your enterprise received. Your town or park has another if it was lost.",
    ),
    K.DEMAND_REOPENED: text(
        "您的需求将重新办理",
        "经回头看，您的需求（{serial}）反映的问题没有解决到位，已交{unit}重新办理，对方应于{due}接收。",
        "Your demand is handled again",
        "The look-back found that your demand {serial} is not settled. It went to {unit} once more, which is to accept it "
        "{due}.",
    ),
}
