"""Examples of lectures that enterprises ask for."""

from typing import Any

from services.gateway.examples.courses import COURSEWARE_ID, LECTURE_ID, LECTURER_ID
from services.gateway.examples.things import ENTERPRISE, ENTERPRISE_ID

REQUEST_ID = "019ab0e0-0050-7c1f-8e0a-5c1d2b3a4f77"
GUEST_ID = "0192f0a0-5555-7555-8666-777788889999"
TIMES: list[dict[str, Any]] = [
    {"starts_at": "2026-06-16T14:00:00+08:00", "ends_at": "2026-06-16T16:00:00+08:00"},
    {"starts_at": "2026-06-18T14:00:00+08:00", "ends_at": "2026-06-18T16:00:00+08:00"},
]
OTHER_TIME = {"starts_at": "2026-06-23T09:30:00+08:00", "ends_at": "2026-06-23T11:30:00+08:00"}
OFFER: dict[str, Any] = {"lecturer_id": LECTURER_ID, "courseware_id": COURSEWARE_ID, "capacity": 30}
OFFERED = OFFER | {"lecturer_name": "例讲师"}
ASKED: dict[str, Any] = {
    "id": REQUEST_ID,
    "serial": "YQ2026-000007",
    "year": 2026,
    "unit_code": "hrss",
    "unit_name": "区人社局",
    "courseware_id": COURSEWARE_ID,
    "title": "以案释法：解除劳动合同的三个误区",
    "zone_code": "west",
    "zone_name": "西部片区",
    "state": "requested",
    "turn": "agency",
    "due_at": "2026-06-08T17:30:00+08:00",
    "provisional": False,
    "overdue": False,
    "slots": [{"position": position, **times} for position, times in enumerate(TIMES, 1)],
    "party_count": 1,
    "own_heads": 15,
    "enterprise_id": ENTERPRISE_ID,
    "enterprise_name": ENTERPRISE,
    "area_code": "310116101",
    "place": "示例路1号 二楼职工活动室",
    "head_count": 15,
    "offer": None,
    "end_reason": None,
    "parties": [],
    "lecture_id": None,
    "created_at": "2026-06-01T10:00:00+08:00",
    "answered_at": None,
    "version": 1,
}
HIDDEN = dict.fromkeys(("enterprise_id", "enterprise_name", "area_code", "place", "head_count"))
JOINABLE = ASKED | HIDDEN | {"own_heads": None}
JOINED = JOINABLE | {"party_count": 2, "own_heads": 3, "version": 2}
PARTIES = [
    {"enterprise_id": ENTERPRISE_ID, "enterprise_name": ENTERPRISE, "heads": 15, "asked": True},
    {"enterprise_id": GUEST_ID, "enterprise_name": "上海示例包装有限公司", "heads": 3, "asked": False},
]
# As the agency sees it.
ANSWERED = ASKED | {
    "party_count": 2,
    "own_heads": None,
    "head_count": 18,
    "offer": OFFERED,
    "parties": PARTIES,
    "answered_at": "2026-06-03T09:20:00+08:00",
    "version": 3,
}
ENDED = {"turn": None, "due_at": None}
COUNTERED = ANSWERED | {
    "state": "countered",
    "turn": "enterprise",
    "due_at": "2026-06-10T17:30:00+08:00",
    "slots": [{"position": 1, **OTHER_TIME}],
}
BUSY = "六月讲师均已排满，七月请再预约。"
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_lecture_requests": {"response": {"lecture_requests": [ASKED, JOINABLE], "next_page_token": ""}},
    "get_lecture_request": {"response": ASKED},
    "create_lecture_request": {
        "request": {"courseware_id": COURSEWARE_ID, "slots": TIMES, "place": ASKED["place"], "heads": 15},
        "response": ASKED,
    },
    "accept_lecture_request": {
        "request": {"slot": 2, "offer": OFFER},
        "response": ANSWERED | ENDED | {"state": "accepted", "lecture_id": LECTURE_ID},
    },
    "counter_lecture_request": {"request": {"slots": [OTHER_TIME], "offer": OFFER}, "response": COUNTERED},
    "decline_lecture_request": {
        "request": {"reason": BUSY},
        "response": ANSWERED | ENDED | {"state": "declined", "offer": None, "end_reason": BUSY},
    },
    "withdraw_lecture_request": {
        "request": {"reason": "厂区停产检修。"},
        "response": ASKED | ENDED | {"state": "withdrawn", "end_reason": "厂区停产检修。", "version": 2},
    },
    "join_lecture_request": {"request": {"heads": 3}, "response": JOINED},
    "leave_lecture_request": {"response": JOINABLE | {"version": 3}},
}
PARAMETERS: dict[str, Any] = {
    "lecture_request_id": REQUEST_ID,
    "request_state": "requested",
    "joinable": True,
}
