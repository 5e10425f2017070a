"""What people usually do with a demand, by its state: chance alone would seldom come to the end of anything."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from fahu.dispatch.v1 import demand_pb2 as pb

from services.dispatch.rules import State
from tests.machines.cast import Look

# Plain days, an evening, a day before long holidays, the end of the last year whose holidays are known.
STARTS = [
    datetime(2023, 3, 6, 1, 0, tzinfo=UTC),
    datetime(2023, 5, 17, 12, 30, tzinfo=UTC),
    datetime(2023, 9, 28, 3, 0, tzinfo=UTC),
    datetime(2023, 12, 20, 1, 0, tzinfo=UTC),
]
ORDERS = ["IssueOrder", "AnswerOrder", "CloseOrder"]
OPINIONS = ["AddCoHandler", "GiveOpinion", "WaiveOpinion"]
LOOKS = ["OpenLookBack", "RecordLookBack", "RecordLookBack"]
# What people would do in each state; what occurs twice is likelier.
LIKELY: dict[State, list[str]] = {
    State.TRIAGE: ["DispatchDemand", "DispatchDemand", "RequestInfo", "ReplyDemand"],
    State.DISPATCHED: ["AcceptDemand", "LogContact", "AskReturn", "AddCoHandler", "GiveOpinion"],
    State.RETURN_REVIEW: ["DecideReturn", "DecideReturn"],
    State.ACCEPTED: ["SetDisposition", "SetDisposition", "AskReturn", "AddCoHandler", "GiveOpinion", "WaiveOpinion"],
    State.HANDLING: [
        "SetDisposition",
        "SetDisposition",
        "RequestExtension",
        "RequestExtension",
        "RequestInfo",
        "ReportProgress",
        *OPINIONS,
    ],
    State.AWAITING_ENTERPRISE: ["SupplyInfo", "GiveOpinion", "WaiveOpinion"],
    State.PARKED: ["ReviewParking", "ReviewParking", "ResumeDemand", "ProposeInfeasible"],
    State.REPLIED: ["RateDemand", "AskAppeal", *LOOKS],
    State.CLOSED: ["ReopenDemand", "AskAppeal", *LOOKS],
    State.WITHDRAWN: LOOKS,
    State.SUBMITTED: [],
}
ANYWHERE = [
    *ORDERS,
    *ORDERS,
    *ORDERS,
    "WithdrawDemand",
    "OpenLookBack",
    "RecordLookBack",
    "ExcludeFromKpi",
    "RevealIdentity",
]
# The shortest way to an answer, and to what becomes of it.
FORWARD: dict[State, list[str]] = {
    State.TRIAGE: ["DispatchDemand", "DispatchDemand", "ReplyDemand"],
    State.DISPATCHED: ["AcceptDemand"],
    State.RETURN_REVIEW: ["DecideReturn"],
    State.ACCEPTED: ["SetDisposition"],
    State.HANDLING: ["ReplyDemand"],
    State.AWAITING_ENTERPRISE: ["SupplyInfo"],
    State.PARKED: ["ReviewParking", "ReviewParking", "ProposeInfeasible"],
    State.REPLIED: ["RateDemand", "RecordLookBack"],
    State.CLOSED: ["OpenLookBack", "RecordLookBack", "ReopenDemand", "AskAppeal"],
    State.WITHDRAWN: LOOKS,
}
DECISIONS = ["DecideApproval", "DecideReturn", "DecideAppeal"]
Deed = tuple[str, str, dict[str, Any]]  # who does what, with what
SENT: Deed = ("own contact", "SubmitDemand", {})
TAKEN_ON: list[Deed] = [SENT, ("hrss contact", "AcceptDemand", {})]
PARKING = {"kind": pb.DISPOSITION_KIND_REFERENCE, "explanation": "细则未出台。"}
PARKING_ON = {"explanation": "细则仍未出台。"}
PROMISE = {"kind": pb.DISPOSITION_KIND_TIME_BOUND}
PROMISE_FAR = PROMISE | {"reason": "需现场勘查。"}
EXTENSION = {"reason": "需核对记录。"}
SIGNED, COUNTERSIGNED = (
    ("hrss lead", "DecideApproval", {"approve": True}),
    ("centre lead", "DecideApproval", {"approve": True}),
)
PARKED: list[Deed] = [*TAKEN_ON, ("hrss handler", "SetDisposition", PARKING), SIGNED, COUNTERSIGNED]
PARKED_ON: Deed = ("hrss handler", "ReviewParking", PARKING_ON)
RETURNED: list[Deed] = [SENT, ("hrss contact", "AskReturn", {"reason": pb.RETURN_REASON_UNCLEAR, "basis": "诉求不清。"})]
ANSWERED: list[Deed] = [
    *TAKEN_ON,
    ("hrss handler", "SetDisposition", {"kind": pb.DISPOSITION_KIND_IMMEDIATE}),
    (
        "hrss handler",
        "ReplyDemand",
        {"kind": pb.REPLY_KIND_ANSWER, "conclusion": "可。", "legal_basis": "第一条", "next_steps": "无。", "claim": 1},
    ),
]
RATED_BADLY: Deed = ("own contact", "RateDemand", {"satisfaction": 1, "solved": pb.SOLVED_NO})
ASKED: list[Deed] = [*ANSWERED[:3], ("hrss handler", "RequestInfo", {"questions": ["用工几年？"]})]
UNNAMED: list[Deed] = [("own contact", "SubmitDemand", {"shielded": True})]
BEFORE_COURT: list[Deed] = [("own contact", "SubmitDemand", {"before_court": True})]
# Where a sequence may begin, beside a demand that was just sent. Days, conditions and ids are put in on the way.
BEGINNINGS: Sequence[list[Deed]] = (
    [],
    [],
    PARKED[:-1],
    PARKED,
    *[[*PARKED, PARKED_ON, PARKED_ON, PARKED_ON, COUNTERSIGNED]] * 2,
    [*TAKEN_ON, ("hrss handler", "SetDisposition", PROMISE_FAR), COUNTERSIGNED],
    [*TAKEN_ON, ("hrss handler", "SetDisposition", PROMISE), ("hrss handler", "RequestExtension", EXTENSION), COUNTERSIGNED],
    [*ANSWERED, RATED_BADLY],
    [*ANSWERED, RATED_BADLY, ("hrss lead", "AskAppeal", {"reason": "已依法办结。"})],
    [*ANSWERED[:3], ("hrss handler", "SetDisposition", PROMISE)],
    RETURNED,
    RETURNED,
    ASKED,
    UNNAMED,
    BEFORE_COURT,
)


def has_point(method: str, look: Look) -> bool:
    """Whether there is something that a request of this kind could be about; nobody in their senses makes it otherwise."""
    if method in ("AnswerOrder", "CloseOrder"):
        return bool(look.orders)
    if method == "WaiveOpinion":
        return bool(look.assistants)
    if method == "RevealIdentity":
        return bool(look.row["shielded"])
    return method != "DecideApproval" or bool(look.pending)


def filled(method: str, fields: dict[str, Any], look: Look, condition: str, workday: Callable[[int], str]) -> dict[str, Any]:
    """The fields of a deed, with what a beginning leaves open."""
    if method == "DecideApproval" and look.pending:
        return fields | {"approval_id": look.pending["id"]}
    if fields in (PARKING, PARKING_ON):
        return fields | {"condition_tags": [condition], "review_on": workday(14)}
    days = {"SetDisposition": 8 if fields == PROMISE_FAR else 3, "RequestExtension": 9}
    return fields | {"promised_on": workday(days[method])} if fields in (PROMISE, PROMISE_FAR, EXTENSION) else fields
