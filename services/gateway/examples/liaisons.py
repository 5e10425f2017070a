"""Examples of contacts: former ones, invites, other WeChat accounts, duties and files."""

from typing import Any

from services.gateway.examples.things import ENTERPRISE, ENTERPRISE_ID, HANDLER_ID, LIAISON_ID

REBINDING_ID = "0192f0c4-0001-7aaa-8bbb-ccccddddeeee"
CODE = "7QK3XW9P"
ASKED: dict[str, Any] = {
    "state": "asked",
    "asked_at": "2026-11-24T09:30:00+08:00",
    "effective_at": "2026-11-25T09:30:00+08:00",
    "expires_at": "2026-12-01T09:30:00+08:00",
}
REBINDING: dict[str, Any] = ASKED | {
    "id": REBINDING_ID,
    "serial": "HB-DDDDEEEE",
    "person_id": LIAISON_ID,
    "name": "例**",
    "phone": "138****0001",
    "enterprise_id": ENTERPRISE_ID,
    "organisation": ENTERPRISE,
    "decided_by": None,
    "decided_at": None,
    "ended_at": None,
    "version": 1,
}
APPROVED = REBINDING | {
    "state": "approved",
    "decided_by": HANDLER_ID,
    "decided_at": "2026-11-24T15:00:00+08:00",
    "version": 2,
}
INVITE: dict[str, Any] = {
    "id": "0192f0c5-0001-7aaa-8bbb-ccccddddeeee",
    "enterprise_id": ENTERPRISE_ID,
    "person_id": LIAISON_ID,
    "created_by": HANDLER_ID,
    "created_at": "2026-11-24T09:00:00+08:00",
    "expires_at": "2026-12-08T09:00:00+08:00",
}
NEW_INVITE = INVITE | {"code": CODE, "qr_text": f"/pages/invite/index?scene={CODE}", "qr_svg": "<svg>…</svg>"}
PRESENT: dict[str, Any] = {
    "person_id": LIAISON_ID,
    "name": "例**",
    "consented_at": "2026-03-02T10:00:00+08:00",
    "consent_version": "2026-1",
    "ended_at": None,
    "end_reason": None,
}
FORMER = PRESENT | {
    "person_id": HANDLER_ID,
    "name": "例*",
    "consented_at": "2025-03-03T10:00:00+08:00",
    "consent_version": "cohort-2025",
    "ended_at": "2026-03-02T10:00:00+08:00",
    "end_reason": "原联系人离职",
}
GAP: dict[str, Any] = {
    "unit_code": "hrss",
    "unit_name": "区人社局",
    "kind": "agency",
    "area_code": None,
    "missing": ["leader"],
}
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_liaisons": {"response": {"liaisons": [PRESENT, FORMER], "next_page_token": ""}},
    "import_liaisons": {
        "request": "统一社会信用代码,联系人,手机号,同意,同意文本版本\n91310116MA0FAKE007,例联系,13800000003,是,2026-1",
        "response": {"row_count": 1, "created_count": 1, "errors": []},
    },
    "resign_liaison": {"request": {"reason": "本人调离原岗位"}},
    "create_invite": {"response": NEW_INVITE},
    "get_invite": {"response": INVITE},
    "ask_rebinding": {"request": {"code": "EXAMPLE-LOGIN-CODE", "phone_code": "EXAMPLE-PHONE-CODE"}, "response": ASKED},
    "get_own_rebinding": {"response": REBINDING},
    "list_rebindings": {"response": {"rebindings": [REBINDING], "next_page_token": ""}},
    "get_rebinding": {"response": REBINDING},
    "decide_rebinding": {"request": {"approve": True, "note": "已电话核实，确系本人更换手机"}, "response": APPROVED},
    "list_duty_gaps": {"response": {"gaps": [GAP], "unit_count": 20}},
    "import_duties": {
        "request": "单位,职责,姓名,手机号\n区人社局,联系人,例经办,13800000002",
        "response": {"row_count": 1, "created_count": 1, "errors": []},
    },
}
PARAMETERS: dict[str, Any] = {"rebinding_id": REBINDING_ID, "rebinding_state": "asked"}
