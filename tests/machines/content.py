"""What the requests of the machines say: mostly what fits, now and then what does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from fahu.dispatch.v1 import demand_pb2 as pb
from hypothesis import strategies as st

from services.dispatch.rules import Action, State
from tests.machines.cast import Look
from tests.machines.stage import Stage

Draw = Callable[[Any], Any]
Fields = dict[str, Any]
AGENCY = ["eco_env", "eco_env", "market_reg", "market_reg", "hrss", "hrss", "court", "committee"]
OF_COURTS = ["procuratorate", "procuratorate", "procuratorate", "court", "hrss"]


class Scene:
    """One request in the making: about which demand, on which stage, with which conditions people speak of."""

    def __init__(self, draw: Draw, stage: Stage, look: Look, condition: str) -> None:
        self.draw = draw
        self.stage = stage
        self.look = look
        self.condition = condition

    def one(self, *of: Any) -> Any:
        return self.draw(st.sampled_from(of))

    def day(self, *aheads: int) -> str:
        """A working day so many ahead; 0 is today, -1 a day on which nobody works."""
        ahead, calendar = self.one(*aheads), self.stage.course.calendar
        today = calendar.day_of(self.stage.now)
        if ahead > 0:
            return str(calendar.day_of(calendar.add_workdays(self.stage.now, ahead).at))
        while ahead < 0 and calendar.is_workday(today):
            today += timedelta(days=1)
        return str(today)

    def review(self) -> str:
        days = self.one(1, 20, 20, 60, 90, 91)
        return str(self.stage.course.calendar.day_of(self.stage.now) + timedelta(days=days))

    def another(self) -> str:
        return str(self.one(*(OF_COURTS if self.look.row["judicial"] else AGENCY)))

    def words(self, words: str) -> str:
        """What is said beside it; before a court mostly nothing."""
        return str(self.one("", "", "", words)) if self.look.row["judicial"] else words


def _disposition(s: Scene) -> Fields:
    kinds = (pb.DISPOSITION_KIND_IMMEDIATE, pb.DISPOSITION_KIND_TIME_BOUND, pb.DISPOSITION_KIND_REFERENCE)
    kind = s.one(*kinds, pb.DISPOSITION_KIND_REFERENCE)
    if kind == pb.DISPOSITION_KIND_IMMEDIATE:
        return {"kind": kind}
    if kind == pb.DISPOSITION_KIND_TIME_BOUND:
        day = s.day(1, 2, 3, 4, 5, 8, 8, 25, 0, -1)
        return {"kind": kind, "promised_on": day, "reason": s.one("", "需现场勘查。", "需现场勘查。")}
    return {"kind": kind} | _parking(s)


def _parking(s: Scene) -> Fields:
    tags = s.one(*[[s.condition]] * 5, [s.condition, f"{s.condition}二"], [])
    return {"explanation": s.one(*["细则未出台。"] * 5, ""), "condition_tags": tags, "review_on": s.review()}


def _reply(s: Scene) -> Fields:
    fits = pb.REPLY_KIND_DIRECT if s.look.state is State.TRIAGE else pb.REPLY_KIND_ANSWER
    kind = s.one(fits, fits, fits, fits, pb.REPLY_KIND_GUIDANCE, pb.REPLY_KIND_INFEASIBLE)
    claim = s.one(pb.CLAIM_SOLVED, pb.CLAIM_PARTLY, pb.CLAIM_EXPLAINED)
    basis = s.one("《劳动合同法》第四十七条", "《劳动合同法》第四十七条", "《劳动合同法》第四十七条", "")
    return {"kind": kind, "conclusion": "按工作年限支付。", "legal_basis": basis, "next_steps": "书面通知。", "claim": claim}


def _pending(s: Scene) -> str:
    found = s.look.pending["id"] if s.look.pending else uuid4()
    return str(s.one(*[found] * 9, uuid4()))


def _order(s: Scene) -> str:
    found = [order["id"] for order in s.look.orders] or [uuid4()]
    return str(s.one(*found))


def _issue(s: Scene) -> Fields:
    held = {order["level"] for order in s.look.orders}
    levels = [pb.ORDER_LEVEL_REMINDER, pb.ORDER_LEVEL_ORDER, pb.ORDER_LEVEL_LISTED]
    level = s.one(levels[min(len(held), 2)], levels[min(len(held), 2)], *levels)
    return {"level": level, "text": "请抓紧办理。", "due_on": s.day(1, 2, 5, -1)}


def _rating(s: Scene) -> Fields:
    solved = s.one(pb.SOLVED_YES, pb.SOLVED_PARTLY, pb.SOLVED_NO)
    return {"satisfaction": s.one(5, 4, 3, 2, 1), "solved": solved, "comment": s.one("", "谢谢")}


def _return_decided(s: Scene) -> Fields:
    approve = s.one(True, False)
    return {"approve": approve, "unit_code": s.one("", s.another()) if approve else "", "note": s.words("经研判。")}


def _outcome(s: Scene) -> Fields:
    outcomes = [number for number in pb.LookBackOutcome.values() if number]
    unreached = pb.LOOK_BACK_OUTCOME_UNREACHABLE
    return {"outcome": s.one(*outcomes, unreached, unreached), "note": "已电话回访。"}


# A request for each RPC that changes a demand. One that is missing here keeps the machines from starting.
CONTENT: dict[str, Callable[[Scene], Fields]] = {
    "DispatchDemand": lambda s: {
        "unit_code": s.another(),
        "note": s.words("请研究"),
        "co_unit_codes": s.one([], [], ["eco_env"], ["market_reg"], ["eco_env", "market_reg"]),
    },
    "AcceptDemand": lambda s: {},
    "LogContact": lambda s: {"note": "已联系"},
    "SetDisposition": _disposition,
    "ReplyDemand": _reply,
    "RateDemand": _rating,
    "WithdrawDemand": lambda s: {"reason": "已自行解决", "asked_by_agency": s.one(False, True)},
    "RequestExtension": lambda s: {"promised_on": s.day(6, 9, 9, 4, 25, -1), "reason": "需核对记录。"},
    "DecideApproval": lambda s: {
        "approval_id": _pending(s),
        "approve": s.one(True, True, True, False),
        "note": s.words("已阅"),
    },
    "RequestInfo": lambda s: {"questions": ["用工几年？"]},
    "ReportProgress": lambda s: {"text": "已函询，月底前有结果。"},
    "RevealIdentity": lambda s: {},
    "SupplyInfo": lambda s: {"answer": "五年。"},
    "ReviewParking": _parking,
    "ResumeDemand": lambda s: {"promised_on": s.day(1, 3, 5, 9, 0), "explanation": "条件已具备。"},
    "ProposeInfeasible": lambda s: {
        "conclusion": "规划不调整。",
        "legal_basis": "《城乡规划法》",
        "next_steps": "另行选址。",
    },
    "OpenLookBack": lambda s: {"reason": "群众来电。"},
    "RecordLookBack": _outcome,
    "ReopenDemand": lambda s: {"new_facts": "另有加班费争议。"},
    "IssueOrder": _issue,
    "AnswerOrder": lambda s: {"order_id": _order(s), "answer": "已安排。"},
    "CloseOrder": lambda s: {"order_id": _order(s), "note": "已落实。"},
    "AskAppeal": lambda s: {"reason": "已依法办结。"},
    "DecideAppeal": lambda s: {"uphold": s.one(True, False), "ruling": "经核。"},
    "ExcludeFromKpi": lambda s: {"reason": "无理诉求。"},
    "AskReturn": lambda s: {
        "reason": pb.RETURN_REASON_NOT_OUR_DUTY,
        "basis": "按三定方案。",
        "proposed_unit_code": s.one("", s.another()),
    },
    "DecideReturn": _return_decided,
    "AddCoHandler": lambda s: {"unit_code": s.another()},
    "GiveOpinion": lambda s: {"opinion": "应先办变更。"},
    "WaiveOpinion": lambda s: {"unit_code": s.one(*sorted(s.look.assistants), "eco_env"), "reason": "已电话征求。"},
}
A = Action
ACTIONS: dict[str, set[Action]] = {
    "DispatchDemand": {A.DISPATCH},
    "AcceptDemand": {A.ACCEPT},
    "LogContact": {A.LOG_CONTACT},
    "SetDisposition": {A.HANDLE_NOW, A.PROMISE, A.PROMISE_LATER, A.ASK_PAUSED},
    "ReplyDemand": {A.ANSWER, A.REPLY_DIRECTLY, A.ASK_APPROVAL},
    "RateDemand": {A.RATE, A.RATE_BADLY, A.CLOSE},
    "WithdrawDemand": {A.WITHDRAW},
    "RequestExtension": {A.ASK_APPROVAL},
    "DecideApproval": {
        *(A.PASS_ON, A.DENY, A.APPROVE_PROMISE, A.APPROVE_EXTENSION, A.APPROVE_PARK, A.APPROVE_REVIEW),
        *(A.APPROVE_INFEASIBLE, A.ANSWER),
    },
    "RequestInfo": {A.ASK_INFO},
    "ReportProgress": {A.REPORT_PROGRESS},
    "RevealIdentity": {A.REVEAL},
    "SupplyInfo": {A.SUPPLY_INFO},
    "ReviewParking": {A.REVIEW_PARK, A.ASK_PAUSED, A.ASK_APPROVAL},
    "ResumeDemand": {A.RESUME},
    "ProposeInfeasible": {A.ASK_PAUSED},
    "OpenLookBack": {A.OPEN_LOOK_BACK},
    "RecordLookBack": {A.LOOK_BACK, A.NOTE_UNREACHED},
    "ReopenDemand": {A.REOPEN},
    "IssueOrder": {A.ISSUE_ORDER},
    "AnswerOrder": {A.ANSWER_ORDER},
    "CloseOrder": {A.CLOSE_ORDER},
    "AskAppeal": {A.ASK_APPEAL},
    "DecideAppeal": {A.DECIDE_APPEAL},
    "ExcludeFromKpi": {A.EXCLUDE},
    "AskReturn": {A.ASK_RETURN},
    "DecideReturn": {A.RETURN_TO_TRIAGE, A.RETURN_TO_OTHER, A.DENY_RETURN},
    "AddCoHandler": {A.ADD_CO_HANDLER},
    "GiveOpinion": {A.GIVE_OPINION},
    "WaiveOpinion": {A.WAIVE_OPINION},
}
