"""Examples of look-backs, samples, orders and appeals."""

from typing import Any

from services.gateway.examples.demands import CLOSED, DEMAND, HANDLING, REPLIED
from services.gateway.examples.things import DEMAND_ID, ENTERPRISE, HANDLER_ID, TITLE

SAMPLE: dict[str, Any] = {
    "id": "019ab0e0-0001-7c1f-8e0a-5c1d2b3a4f77",
    "since": "2026-10-01T00:00:00+08:00",
    "until": "2026-11-01T00:00:00+08:00",
    "share_percent": 5,
    "seed": "4b1f0c7a9d2e5f36a1c8e0b7d4f29356",
    "drawn_by": HANDLER_ID,
    "drawn_at": "2026-11-02T09:00:00+08:00",
    "strata": [
        {"origin": "bad_rating", "population": 2, "drawn": 2},
        {"origin": "rest", "population": 57, "drawn": 3},
    ],
    "to_open": 0,
}
LOOK_BACK: dict[str, Any] = {
    "id": "019ab0e0-0002-7c1f-8e0a-5c1d2b3a4f77",
    "demand_id": DEMAND_ID,
    "serial": "FH2026-000123",
    "title": TITLE,
    "enterprise_name": ENTERPRISE,
    "lead_unit_code": "hrss",
    "state": "replied",
    "version": 6,
    "round": 1,
    "origin": "bad_rating",
    "opened_at": "2026-11-26T11:00:00+08:00",
    "due_at": "2026-12-01T17:30:00+08:00",
    "attempts": 0,
    "outcome": None,
    "note": "",
    "unit_code": None,
    "recorded_at": None,
}
ORDER: dict[str, Any] = {
    "id": "019ab0e0-0003-7c1f-8e0a-5c1d2b3a4f77",
    "demand_id": DEMAND_ID,
    "serial": "FH2026-000123",
    "title": TITLE,
    "state": "handling",
    "version": 5,
    "level": "reminder",
    "unit_code": "hrss",
    "text": "企业来电询问进展，请按承诺日期答复。",
    "issued_at": "2026-11-26T09:00:00+08:00",
    "due_on": "2026-11-27",
    "breached_at": None,
    "answer": "",
    "answered_at": None,
    "closed_at": None,
}
CANDIDATE = {"demand_id": DEMAND_ID, "serial": "FH2026-000123", "stratum": "rest", "drawn": True}
OPERATIONS: dict[str, dict[str, Any]] = {
    "open_look_back": {"request": {"reason": "企业来电反映问题未落实。"}, "response": REPLIED},
    "record_look_back": {
        "request": {"outcome": "solved", "note": "已电话核实，补偿款已支付，企业认可处理结果。"},
        "response": CLOSED,
    },
    "reopen_demand": {"request": {"new_facts": "员工另就加班费申请仲裁，情况有变。"}, "response": DEMAND},
    "list_look_backs": {"response": {"look_backs": [LOOK_BACK], "next_page_token": ""}},
    "draw_sample": {
        "request": {key: SAMPLE[key] for key in ("since", "until", "share_percent", "seed")},
        "response": SAMPLE,
    },
    "list_samples": {"response": {"samples": [SAMPLE], "next_page_token": ""}},
    "get_sample": {"response": SAMPLE | {"candidates": [CANDIDATE], "next_page_token": ""}},
    "redraw_sample": {"response": {"same": True, "drawn": 5, "redrawn": 5, "different": []}},
    "issue_order": {"request": {key: ORDER[key] for key in ("level", "text", "due_on")}, "response": HANDLING},
    "answer_order": {"request": {"answer": "正在核对工资记录，今日下班前答复企业。"}, "response": HANDLING},
    "close_order": {"request": {"note": "已按期答复。"}, "response": HANDLING},
    "list_orders": {"response": {"orders": [ORDER], "next_page_token": ""}},
    "ask_appeal": {"request": {"reason": "答复于法有据，企业诉求超出法定标准。"}, "response": CLOSED},
    "decide_appeal": {
        "request": {"uphold": True, "ruling": "经核，答复有据，该评价不计入考核。"},
        "response": CLOSED
        | {"rating": CLOSED["rating"] | {"excluded": True, "ruling": "经核，答复有据，该评价不计入考核。"}},
    },
    "exclude_from_kpi": {"request": {"reason": "企业多次就同一已答复事项重复提交。"}, "response": CLOSED},
}
PARAMETERS: dict[str, Any] = {
    "order_id": ORDER["id"],
    "sample_id": SAMPLE["id"],
    "order_level": "order",
    "origin": "bad_rating",
    "recorded": False,
    "open": True,
}
