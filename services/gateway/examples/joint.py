"""Examples of joint cases and reply templates."""

from typing import Any

from services.gateway.examples.demands import LINE, REPLY
from services.gateway.examples.things import DEMAND_ID, HANDLER_ID

OTHER_ID = "0192f0c1-5b81-7e11-8a2b-3c4d5e6f7a81"
OTHER = LINE | {"id": OTHER_ID, "serial": "FH2026-000127", "title": "协商解除劳动合同的补偿标准"}
CASE: dict[str, Any] = {
    "id": "019ab0e0-0006-7c1f-8e0a-5c1d2b3a4f77",
    "title": "协商解除劳动合同的经济补偿",
    "created_by": HANDLER_ID,
    "created_at": "2026-11-23T14:00:00+08:00",
    "version": 241630917235810,
    "members": [LINE, OTHER],
}
SUMMARY = {key: CASE[key] for key in ("id", "title", "created_by", "created_at")} | {"members": 2, "unanswered": 2}
TEMPLATE: dict[str, Any] = {
    "id": "019ab0e0-0007-7c1f-8e0a-5c1d2b3a4f77",
    "unit_code": "hrss",
    "title": "协商解除劳动合同的经济补偿",
    "category_code": "hrss",
    "state": "handling",
    **{key: REPLY[key] for key in ("conclusion", "legal_basis", "next_steps")},
    "version": 1,
    "changed_by": HANDLER_ID,
    "changed_at": "2026-11-20T10:00:00+08:00",
    "retired_at": None,
}
CONTENT = {key: TEMPLATE[key] for key in ("title", "category_code", "state", "conclusion", "legal_basis", "next_steps")}
OPERATIONS: dict[str, dict[str, Any]] = {
    "create_joint_case": {
        "request": {"title": CASE["title"], "demand_ids": [DEMAND_ID, OTHER_ID]},
        "response": CASE,
    },
    "list_joint_cases": {"response": {"joint_cases": [SUMMARY], "next_page_token": ""}},
    "get_joint_case": {"response": CASE},
    "add_to_joint_case": {"request": {"demand_ids": [OTHER_ID]}, "response": CASE},
    "take_out_of_joint_case": {
        "request": {"demand_ids": [OTHER_ID], "reason": "另涉加班费争议，单独办理。"},
        "response": CASE | {"members": [LINE]},
    },
    "reply_joint_case": {"request": REPLY, "response": {"joint_case": CASE, "answered_ids": [DEMAND_ID, OTHER_ID]}},
    "list_reply_templates": {"response": {"reply_templates": [TEMPLATE], "next_page_token": ""}},
    "get_reply_template": {"response": TEMPLATE},
    "create_reply_template": {"request": CONTENT, "response": TEMPLATE},
    "update_reply_template": {"request": CONTENT, "response": TEMPLATE | {"version": 2}},
    "retire_reply_template": {
        "response": TEMPLATE | {"version": 2, "retired_at": "2026-11-25T10:00:00+08:00"},
    },
    "decide_joint_reply": {
        "request": {"approve": True, "note": "同意签发。"},
        "response": {"joint_case": CASE, "decided_ids": [DEMAND_ID, OTHER_ID]},
    },
}
PARAMETERS: dict[str, Any] = {
    "joint_case_id": CASE["id"],
    "unanswered": True,
    "reply_template_id": TEMPLATE["id"],
    "for_state": "handling",
    "retired": False,
}
