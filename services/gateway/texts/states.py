"""The states of a demand in pieces of sentences, for the enterprise and for staff; status.py puts them together."""

from typing import NamedTuple

from services.gateway.texts import Text


class Told(NamedTuple):
    """A state to the enterprise: what is going on, what is due {until} when, and what comes next."""

    what: Text
    term: Text
    next: Text


class Task(NamedTuple):
    """A state to staff: its name, who is to do what, and what comes next. `holder` may name {unit}."""

    label: Text
    holder: Text
    task: Text
    next: Text


LOOKED_BACK = "replied look_back"  # answered, rated, and the centre's turn
CENTRE = Text("区综治中心", "the governance centre")
LIAISON = Text("企业联系人", "the enterprise's contact")
CONTACT = Text("{unit}联系人", "the contact of {unit}")
HANDLER = Text("{unit}承办人", "the handler of {unit}")
NOBODY = Text("", "")

ENTERPRISE: dict[str, Told] = {
    "submitted": Told(
        Text("已收到您的需求，平台正在分派", "We have your demand, and the platform is finding its way"),
        Text("{until}分派", "to be passed on {until}"),
        Text("转交承办部门，或由区综治中心研判", "it goes to its agency, or to the governance centre for assessment"),
    ),
    "triage": Told(
        Text("区综治中心正在研判您的需求", "The governance centre is assessing your demand"),
        Text("{until}转交或答复", "to be passed on or answered {until}"),
        Text("转交合适的部门，或直接答复您", "it goes to the right agency, or you get the answer"),
    ),
    "dispatched": Told(
        Text("已转{unit}，待接收", "Your demand went to {unit}, which has yet to accept it"),
        Text("{until}接收", "to be accepted {until}"),
        Text("{unit}接收后与您联系，并告诉您何时答复", "{unit} contacts you and tells you when to expect the answer"),
    ),
    "return_review": Told(
        Text(
            "区综治中心正在确认由哪个部门承办您的需求",
            "The governance centre is deciding which agency is to handle your demand",
        ),
        Text("{until}确认", "to be decided {until}"),
        Text("确定后由承办部门与您联系，已用的时间照算", "the agency contacts you; the time that went by counts"),
    ),
    "accepted": Told(
        Text("{unit}已接收您的需求，正在确定怎样办理", "{unit} accepted your demand and is choosing how to handle it"),
        Text("{until}确定", "to be chosen {until}"),
        Text("告诉您怎样办理、何时答复", "you are told how it is handled and when to expect the answer"),
    ),
    "handling": Told(
        Text("{unit}正在办理您的需求", "{unit} is working on your demand"),
        Text("承诺{until}答复", "an answer is promised {until}"),
        Text("收到答复后，请您评价", "you get the answer and are asked to rate it"),
    ),
    "awaiting_enterprise": Told(
        Text("请您补充材料，{unit}在等您回复", "Please answer the questions of {unit}, which is waiting for you"),
        Text("请{until}补充", "please answer {until}"),
        Text("收到后接着办理；未按时补充的，按现有情况办理", "handling goes on, with your answer or with what is known"),
    ),
    "parked": Told(
        Text("暂不具备条件，{unit}把您的需求留作参考", "Conditions are not ripe; {unit} keeps your demand for reference"),
        Text("{until}复核", "to be reviewed {until}"),
        Text("复核后转为办理，或再次向您说明原因", "it is taken up, or the reasons are explained to you again"),
    ),
    "replied": Told(
        Text("已答复，请您评价", "Your demand is answered: please rate the answer"),
        Text("请{until}评价", "please rate it {until}"),
        Text("您评价满意即办结，不满意的由区综治中心回头看", "it is closed, or looked back on if you are not satisfied"),
    ),
    LOOKED_BACK: Told(
        Text("您已评价，区综治中心正在回头看", "You rated the answer, and the governance centre is looking back on it"),
        Text("{until}完成", "to be done {until}"),
        Text("告诉您结果，或安排重新办理", "you learn the result, or your demand is handled again"),
    ),
    "closed": Told(
        Text("您的需求已办结，不再由任何部门办理", "Your demand is closed, and nobody holds it any more"),
        Text("没有后续期限", "no time limit runs"),
        Text(
            "如有新情况，可以申请重新办理或另行提出",
            "should there be new facts, ask to have it opened again or send another",
        ),
    ),
    "withdrawn": Told(
        Text("您已撤回这条需求，不再由任何部门办理", "You withdrew your demand, and nobody holds it any more"),
        Text("没有后续期限", "no time limit runs"),
        Text("如仍需要，可以另行提出", "should you still need it, send another"),
    ),
}
ANSWERING = Text("答复企业", "answer the enterprise")
TO_RATE = Text("企业评价", "the enterprise rates the answer")
STAFF: dict[str, Task] = {
    "submitted": Task(
        Text("已提交", "Submitted"),
        Text("平台", "the platform"),
        Text("自动分派", "route it"),
        Text("转承办部门，或由区综治中心研判", "it goes to its agency, or to the centre"),
    ),
    "triage": Task(
        Text("待研判", "To be assessed"),
        CENTRE,
        Text("完成研判", "assess it"),
        Text("派单，或直接答复", "it is dispatched, or answered at once"),
    ),
    "dispatched": Task(
        Text("已派单待接收", "Dispatched, to be accepted"),
        CONTACT,
        Text("接收", "accept it"),
        Text("先行联系企业，并确定办理方式", "the enterprise is contacted, and the way of handling chosen"),
    ),
    "return_review": Task(
        Text("退单待审", "Return to be decided"),
        CENTRE,
        Text("决定是否同意退单", "decide on the return"),
        Text("重新研判、改派，或指定原部门承办", "it is assessed anew, goes elsewhere, or stays where it was"),
    ),
    "accepted": Task(
        Text("已接收待分类", "Accepted, to be classified"),
        HANDLER,
        Text("确定办理方式", "choose how to handle it"),
        Text("即行即办、限时办理，或报请留作参考", "it is handled at once, by a day, or kept for reference with consent"),
    ),
    "handling": Task(Text("办理中", "In hand"), HANDLER, ANSWERING, TO_RATE),
    "handling immediate": Task(Text("办理中·即行即办", "In hand at once"), HANDLER, ANSWERING, TO_RATE),
    "handling time_bound": Task(Text("办理中·限时办理", "In hand with a promise"), HANDLER, ANSWERING, TO_RATE),
    "awaiting_enterprise": Task(
        Text("待企业补充", "Waiting for the enterprise"),
        LIAISON,
        Text("补充材料", "answer the questions"),
        Text("恢复计时，继续办理", "the clock runs again, and handling goes on"),
    ),
    "parked": Task(
        Text("留作参考", "Kept for reference"),
        HANDLER,
        Text("复核", "review it"),
        Text("转为办理，或说明理由后继续留作参考", "it is taken up, or kept with a new explanation"),
    ),
    "replied": Task(
        Text("已答复待评价", "Answered, to be rated"),
        LIAISON,
        Text("作出评价", "rate the answer"),
        Text("评价满意即办结，不满意的开展回头看", "it is closed, or looked back on"),
    ),
    LOOKED_BACK: Task(
        Text("已评价待回头看", "Rated, to be looked back on"),
        CENTRE,
        Text("完成回头看", "look back on it"),
        Text("办结，或退回重办", "it is closed, or handled again"),
    ),
    "closed": Task(
        Text("已办结", "Closed"),
        NOBODY,
        NOBODY,
        Text("企业有新情况的，可申请重新办理", "with new facts the enterprise may have it opened again"),
    ),
    "withdrawn": Task(
        Text("已撤回", "Withdrawn"),
        NOBODY,
        NOBODY,
        Text("接收后撤回的，开展回头看", "it is looked back on if it was accepted"),
    ),
}
