"""How a demand is brought to a state, and what must hold of every demand however it got there."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb

from kit.auth import Actor
from services.dispatch.moves import INITIAL, STATE_COLUMNS
from services.dispatch.rules import Action, State
from tests import signing
from tests.dispatch.conftest import World

Step = tuple[Actor, str, dict[str, Any]]
ANSWER = {
    "kind": pb.REPLY_KIND_ANSWER,
    "conclusion": "按工作年限每满一年支付一个月工资。",
    "legal_basis": "《劳动合同法》第四十七条",
    "next_steps": "提前三十日书面通知员工。",
    "claim": pb.CLAIM_SOLVED,
}
DIRECT = ANSWER | {"kind": pb.REPLY_KIND_DIRECT, "legal_basis": ""}
CONTENT = {"satisfaction": 5, "solved": pb.SOLVED_YES, "comment": "很清楚"}
DISCONTENT = {"satisfaction": 2, "solved": pb.SOLVED_NO, "comment": "没有解决"}
WITHDRAWAL = {"reason": "已自行解决", "asked_by_agency": True}
NOW_PLAN = {"kind": pb.DISPOSITION_KIND_IMMEDIATE}


def today(world: World) -> date:
    return world.course.calendar.day_of(datetime.now(UTC))


def workday(world: World, ahead: int) -> str:
    """The day so many working days from today."""
    return str(world.course.calendar.day_of(world.course.calendar.add_workdays(datetime.now(UTC), ahead).at))


def next_workday(world: World) -> datetime:
    """Close of business of the next working day."""
    return world.course.calendar.add_workdays(datetime.now(UTC), 1).at


def free_day(world: World) -> str:
    """The next day on which nobody works."""
    day = today(world) + timedelta(days=1)
    while world.course.calendar.is_workday(day):
        day += timedelta(days=1)
    return str(day)


def promise(world: World) -> dict[str, Any]:
    return {"kind": pb.DISPOSITION_KIND_TIME_BOUND, "promised_on": workday(world, 3)}


def park(world: World) -> dict[str, Any]:
    return {
        "kind": pb.DISPOSITION_KIND_REFERENCE,
        "explanation": "市级细则尚未出台，出台后复核。",
        "condition_tags": ["待市级细则出台"],
        "review_on": str(today(world) + timedelta(days=30)),
    }


def reparked(world: World) -> dict[str, Any]:
    review = str(today(world) + timedelta(days=60))
    return {"explanation": "细则仍未出台。", "condition_tags": ["待市级细则出台"], "review_on": review}


def extension(world: World) -> dict[str, Any]:
    return {"promised_on": workday(world, 6), "reason": "需与社保经办机构核对缴费记录。"}


RETURN = {
    "reason": pb.RETURN_REASON_OTHER_AGENCY_LEADS,
    "basis": "按三定方案，搬迁环评由生态环境部门负责。",
    "proposed_unit_code": "eco_env",
}
YES, NO = {"approve": True, "note": "同意"}, {"approve": False, "note": "理由不充分"}


def step(world: World, action: Action) -> Step:
    """Who takes an action, by which RPC, with what."""
    liaison, agency, centre = world.enterprise.actor(), world.agency(), world.centre()
    steps: dict[Action, Step] = {
        Action.DISPATCH: (centre, "DispatchDemand", {"unit_code": "hrss", "note": "请人社局研究"}),
        Action.REPLY_DIRECTLY: (centre, "ReplyDemand", DIRECT),
        Action.ACCEPT: (agency, "AcceptDemand", {}),
        Action.HANDLE_NOW: (agency, "SetDisposition", NOW_PLAN),
        Action.PROMISE: (agency, "SetDisposition", promise(world)),
        Action.LOG_CONTACT: (agency, "LogContact", {"note": "已电话联系"}),
        Action.ASK_RETURN: (agency, "AskReturn", RETURN),
        Action.RETURN_TO_TRIAGE: (centre, "DecideReturn", {"approve": True, "note": "确非该局职责"}),
        Action.RETURN_TO_OTHER: (centre, "DecideReturn", {"approve": True, "unit_code": "eco_env"}),
        Action.DENY_RETURN: (world.centre_lead(), "DecideReturn", {"approve": False, "note": "属劳动用工，请办理"}),
        Action.ADD_CO_HANDLER: (centre, "AddCoHandler", {"unit_code": "eco_env"}),
        Action.GIVE_OPINION: (world.agency("eco_env"), "GiveOpinion", {"opinion": "涉及搬迁的，应先办排污许可变更。"}),
        Action.WAIVE_OPINION: (centre, "WaiveOpinion", {"unit_code": "eco_env", "reason": "已电话征求意见"}),
        Action.ANSWER: (agency, "ReplyDemand", ANSWER),
        Action.RATE: (liaison, "RateDemand", CONTENT),
        Action.RATE_BADLY: (liaison, "RateDemand", DISCONTENT),
        Action.CLOSE: (liaison, "RateDemand", CONTENT),
        Action.WITHDRAW: (liaison, "WithdrawDemand", WITHDRAWAL),
        Action.REOPEN: (liaison, "ReopenDemand", {"new_facts": "员工提出仲裁，另有加班费争议。"}),
        Action.PROMISE_LATER: (agency, "SetDisposition", promise(world)),
        Action.ASK_PAUSED: (agency, "SetDisposition", park(world)),
        Action.ASK_APPROVAL: (agency, "RequestExtension", extension(world)),
        Action.PASS_ON: (world.leader(), "DecideApproval", YES),
        Action.DENY: (world.leader(), "DecideApproval", NO),
        Action.APPROVE_PARK: (centre, "DecideApproval", YES),
        Action.APPROVE_EXTENSION: (centre, "DecideApproval", YES),
        Action.ASK_INFO: (agency, "RequestInfo", {"questions": ["用工几年？", "合同怎样约定？"]}),
        Action.REPORT_PROGRESS: (agency, "ReportProgress", {"text": "已函询社保经办机构，月底前有结果。"}),
        Action.SUPPLY_INFO: (liaison, "SupplyInfo", {"answer": "均满五年，合同见附件。"}),
        Action.REVIEW_PARK: (agency, "ReviewParking", reparked(world)),
        Action.RESUME: (agency, "ResumeDemand", {"promised_on": workday(world, 3), "explanation": "条件已具备，现予办理。"}),
    }
    return steps[action]


def everybody(world: World) -> dict[str, Actor]:
    """Those who have to do with a demand of the enterprise at hrss, and those who have not."""
    return {
        "neighbour": world.neighbour.actor(),
        "former contact": signing.person(Role.ROLE_LIAISON, organisation=world.enterprise.id),
        "own contact": world.enterprise.actor(),
        "another agency": world.agency("eco_env"),
        "own agency's contact": world.agency("hrss", Role.ROLE_AGENCY_CONTACT),
        "own agency's lead": world.leader(),
        "own agency's handler": world.agency("hrss", Role.ROLE_AGENCY_HANDLER),
        "agency without unit": world.agency(""),
        "centre": world.centre(),
        "supervisor": world.supervisor(),
        "officer": world.officer(),
        "supervisor who handles elsewhere": signing.person(
            Role.ROLE_SUPERVISOR, Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER, unit="eco_env"
        ),
        "operator who is a neighbour's contact": signing.person(
            Role.ROLE_CENTRE_OPERATOR, Role.ROLE_LIAISON, unit="centre", organisation=world.neighbour.id
        ),
    }


PATHS: dict[State, tuple[str, list[Action]]] = {
    State.TRIAGE: ("unsure", []),
    State.DISPATCHED: ("hrss", []),
    State.RETURN_REVIEW: ("hrss", [Action.ASK_RETURN]),
    State.ACCEPTED: ("hrss", [Action.ACCEPT]),
    State.HANDLING: ("hrss", [Action.ACCEPT, Action.PROMISE]),
    State.AWAITING_ENTERPRISE: ("hrss", [Action.ACCEPT, Action.PROMISE, Action.ASK_INFO]),
    State.PARKED: ("hrss", [Action.ACCEPT, Action.ASK_PAUSED, Action.PASS_ON, Action.APPROVE_PARK]),
    State.REPLIED: ("hrss", [Action.ACCEPT, Action.HANDLE_NOW, Action.ANSWER]),
    State.CLOSED: ("hrss", [Action.ACCEPT, Action.HANDLE_NOW, Action.ANSWER, Action.CLOSE]),
    State.WITHDRAWN: ("hrss", [Action.WITHDRAW]),
}


async def take(world: World, demand: Any, action: Action) -> Any:
    actor, method, fields = step(world, action)
    return await world.move(actor, method, demand, **filled(method, demand, fields))


def filled(method: str, demand: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a request, with the request to decide where it is about one."""
    if method != "DecideApproval":
        return fields
    return {"approval_id": demand.approvals[0].id if demand.approvals else str(uuid4()), **fields}


async def demand_at(world: World, state: State) -> Any:
    """A demand that came to this state the usual way."""
    category, path = PATHS[state]
    demand = await world.submit(category_code=category)
    for action in path:
        demand = await take(world, demand, action)
    assert demand.state == pb.State.Value(f"STATE_{state}")
    return demand


FOLDED = ", ".join(f"r.{name}" for name in STATE_COLUMNS)
PRESENT = ", ".join(STATE_COLUMNS)
HISTORY = f"""
SELECT d.id, d.version,
  (SELECT array_agg(e.sequence ORDER BY e.sequence) FROM demand_event e WHERE e.demand_id = d.id) AS lines,
  (SELECT array_agg(DISTINCT o.aggregate_version ORDER BY o.aggregate_version) FROM outbox o
   WHERE o.aggregate_id = d.id::text) AS announced,
  (SELECT e.state FROM demand_event e WHERE e.demand_id = d.id ORDER BY e.sequence DESC LIMIT 1) = d.state AS same_state,
  (SELECT ROW({FOLDED})::text FROM jsonb_populate_record(NULL::demand, CAST(:initial AS jsonb) ||
    (SELECT jsonb_object_agg(c.key, c.value) FROM (
       SELECT DISTINCT ON (c.key) c.key, c.value FROM demand_event e, jsonb_each(e.changes) c
       WHERE e.demand_id = d.id ORDER BY c.key, e.sequence DESC) c)) r) AS folded, ROW({PRESENT})::text AS present,
  d.state, (SELECT count(*) FROM demand_clock k
            WHERE k.demand_id = d.id AND k.stopped_at IS NULL AND k.paused_at IS NULL AND k.due_at IS NOT NULL
            AND (k.kind NOT IN ('LOOK_BACK', 'ORDER', 'APPROVAL') OR d.state NOT IN ('CLOSED', 'WITHDRAWN'))) AS running,
  d.holder,
  (SELECT COALESCE(sum(ended_at - started_at), interval '0') FROM demand_segment s WHERE s.demand_id = d.id AND counted)
    + CASE WHEN d.holder IS NOT NULL AND d.state <> 'REPLIED' THEN d.updated_at - d.held_since ELSE interval '0' END AS held,
  (SELECT sum(COALESCE(stopped_at, d.updated_at) - started_at) FROM demand_clock k
   WHERE k.demand_id = d.id AND k.kind = 'TOTAL') AS total
FROM demand d
"""
OVER = {State.CLOSED, State.WITHDRAWN}


async def check_histories(world: World) -> int:
    """Of every demand there is: lines rebuild its row, events have no gap, somebody holds it, and time adds up."""
    rows = await world.sql(HISTORY, initial=json.dumps(INITIAL))
    for row in rows:
        every = list(range(1, row.version + 1))
        assert row.lines == every, row.id
        assert row.announced == every[1:], row.id  # the routing tells of the submission too
        assert row.same_state, row.id
        assert row.folded == row.present, row.id
        assert (row.running == 0) == (row.state in OVER), (row.id, row.state)
        assert (row.holder is None) == (row.state in OVER), (row.id, row.state)
        assert row.held == row.total, (row.id, row.state)
    return len(rows)
