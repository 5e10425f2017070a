"""Examples of returns, assistance and routing."""

from typing import Any

from services.gateway.examples.demands import ACCEPTED, DEMAND, HANDLING
from services.gateway.examples.things import DEMAND_ID, HANDLER_ID

RETURN: dict[str, Any] = {
    "id": "019ab0e0-0004-7c1f-8e0a-5c1d2b3a4f77",
    "serial": "FH2026-000123",
    "unit_code": "hrss",
    "reason": "other_agency_leads",
    "basis": "搬迁后的环评变更由生态环境部门负责，不属劳动用工事项。",
    "proposed_unit_code": "eco_env",
    "asked_at": "2026-11-23T15:00:00+08:00",
    "state": "approved",
    "decided_at": "2026-11-24T09:30:00+08:00",
    "note": "情况属实，转区生态环境局承办。",
    "demand_id": None,
}
RETURNED = DEMAND | {
    "state": "return_review",
    "status_text": "退单待审（11月24日前）",
    "version": 3,
    "updated_at": "2026-11-23T15:00:00+08:00",
}
RULE: dict[str, Any] = {
    "category_code": "hrss",
    "category_name": "区人社局",
    "unit_codes": ["hrss"],
    "version": 1,
    "changed_by": None,
    "changed_at": None,
}
SUGGESTION: dict[str, Any] = {
    "id": "019ab0e0-0005-7c1f-8e0a-5c1d2b3a4f77",
    "category_code": "hrss",
    "from_unit_code": "hrss",
    "to_unit_code": "eco_env",
    "created_at": "2026-11-24T09:30:00+08:00",
    "demand_id": DEMAND_ID,
    "serial": "FH2026-000123",
    "decision": None,
    "decided_by": None,
    "decided_at": None,
}
CHANGED = {"changed_by": HANDLER_ID, "changed_at": "2026-11-25T10:00:00+08:00"}
DECIDED = {"decision": "adopted", "decided_by": HANDLER_ID, "decided_at": "2026-11-25T10:00:00+08:00"}
OPERATIONS: dict[str, dict[str, Any]] = {
    "ask_return": {
        "request": {key: RETURN[key] for key in ("reason", "basis", "proposed_unit_code")},
        "response": RETURNED,
    },
    "decide_return": {
        "request": {"approve": True, "unit_code": "eco_env", "note": RETURN["note"]},
        "response": DEMAND | {"version": 4, "lead_unit_code": "eco_env", "lead_unit_name": "区生态环境局"},
    },
    "list_returns": {"response": {"returns": [RETURN], "next_page_token": ""}},
    "suggest_co_handlers": {"response": {"agencies": [{"unit_code": "market_reg", "unit_name": "区市场监管局"}]}},
    "add_co_handler": {"request": {"unit_code": "market_reg"}, "response": ACCEPTED},
    "give_opinion": {"request": {"opinion": "企业登记信息无异常，对拟答复无不同意见。"}, "response": HANDLING},
    "waive_opinion": {
        "request": {"unit_code": "market_reg", "reason": "已电话征求意见，对方无不同意见。"},
        "response": HANDLING,
    },
    "list_routing_rules": {"response": {"rules": [RULE]}},
    "set_routing_rule": {
        "request": {"unit_codes": ["eco_env"]},
        "response": RULE | CHANGED | {"unit_codes": ["eco_env"], "version": 2},
    },
    "list_routing_suggestions": {"response": {"suggestions": [SUGGESTION]}},
    "decide_routing_suggestion": {"request": {"decision": "adopted"}, "response": SUGGESTION | DECIDED},
}
PARAMETERS: dict[str, Any] = {
    "return_state": ["pending"],
    "lead_unit_code": "hrss",
    "category_code": "hrss",
    "suggestion_id": SUGGESTION["id"],
}
