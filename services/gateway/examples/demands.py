"""One invented demand in the states of its life."""

from typing import Any

from services.gateway.examples.things import BODY, DEMAND_ID, ENTERPRISE, ENTERPRISE_ID, LIAISON_ID, TITLE

ACCEPT_CLOCK = {
    "kind": "accept",
    "ref": None,
    "holder": "agency",
    "round": 1,
    "started_at": "2026-11-23T10:02:11+08:00",
    "due_at": "2026-11-24T17:30:00+08:00",
    "first_due_at": "2026-11-24T17:30:00+08:00",
    "paused_at": None,
    "stopped_at": None,
    "breached_at": None,
    "provisional": False,
    "day_off": False,
}
TOTAL_CLOCK = ACCEPT_CLOCK | {"kind": "total", "holder": "platform", "due_at": None, "first_due_at": None}
CONTACT_CLOCK = ACCEPT_CLOCK | {"kind": "contact"}
CLASSIFY_DUE = {"due_at": "2026-11-25T17:30:00+08:00", "first_due_at": "2026-11-25T17:30:00+08:00"}
CLASSIFY_CLOCK = ACCEPT_CLOCK | {"kind": "classify"} | CLASSIFY_DUE
LINE: dict[str, Any] = {
    "id": DEMAND_ID,
    "serial": "FH2026-000123",
    "kind": "demand",
    "category_code": "hrss",
    "title": TITLE,
    "channel": "mini_program",
    "enterprise_id": ENTERPRISE_ID,
    "enterprise_name": ENTERPRISE,
    "area_code": "310116101",
    "year": 2026,
    "state": "dispatched",
    "status_text": "已转区人社局，待接收（11月23日起，于11月24日前接收）。下一步：区人社局接收后与您联系，并告诉您何时答复。"
    "有疑问请致电区人社局或区综治中心。",
    "holder": "agency",
    "held_since": "2026-11-23T10:02:11+08:00",
    "due_at": "2026-11-24T17:30:00+08:00",
    "round": 1,
    "lead_unit_code": "hrss",
    "lead_unit_name": "区人社局",
    "triage_reason": None,
    "disposition": None,
    "rating": None,
    "clocks": [TOTAL_CLOCK, ACCEPT_CLOCK, CONTACT_CLOCK, CLASSIFY_CLOCK],
    "rating_expired": False,
    "submitted_at": "2026-11-23T10:02:11+08:00",
    "updated_at": "2026-11-23T10:02:11+08:00",
    "closed_at": None,
    "version": 2,
    "submitted_by": LIAISON_ID,
    "submitted_for_by_unit": None,
}
DEMAND: dict[str, Any] = LINE | {
    "body": BODY,
    "reply": None,
    "designated": False,
    "judicial": False,
    "shielded": False,
    "subject_unit_code": None,
    "joint_case_id": None,
    "linked_demand_id": None,
    "kpi_excluded": False,
    "extensions": 0,
    "info_requests": 0,
    "approvals": [],
    "co_handlers": [],
    "info_request": None,
    "look_back": None,
    "orders": [],
    "segments": [],
}
ACCEPTED = DEMAND | {
    "state": "accepted",
    "status_text": "已接收待分类：由区人社局承办人于11月25日前确定办理方式（11月23日起）。下一步：即行即办、限时办理，"
    "或报请留作参考。了解情况请致电区综治中心。",
    "due_at": "2026-11-25T17:30:00+08:00",
    "clocks": [TOTAL_CLOCK, ACCEPT_CLOCK | {"stopped_at": "2026-11-23T14:20:00+08:00"}, CONTACT_CLOCK, CLASSIFY_CLOCK],
    "version": 3,
    "updated_at": "2026-11-23T14:20:00+08:00",
}
PROMISE: dict[str, Any] = {
    "kind": "time_bound",
    "explanation": "需核对三名员工的合同与工资记录。",
    "promised_on": "2026-11-27",
    "condition_tags": [],
    "review_on": None,
    "set_at": "2026-11-23T15:00:00+08:00",
}
HANDLE_CLOCK = ACCEPT_CLOCK | {
    "kind": "handle",
    "started_at": "2026-11-23T15:00:00+08:00",
    "due_at": "2026-11-27T17:30:00+08:00",
    "first_due_at": "2026-11-27T17:30:00+08:00",
}
CONTACTED = ACCEPTED | {
    "clocks": [*ACCEPTED["clocks"][:2], CONTACT_CLOCK | {"stopped_at": "2026-11-23T14:40:00+08:00"}, CLASSIFY_CLOCK],
    "version": 4,
    "updated_at": "2026-11-23T14:40:00+08:00",
}
HANDLING = CONTACTED | {
    "state": "handling",
    "status_text": "办理中·限时办理：请您于11月27日前答复企业（11月23日起）。下一步：企业评价。需要协调请致电区综治中心。",
    "due_at": "2026-11-27T17:30:00+08:00",
    "disposition": PROMISE,
    "clocks": [*CONTACTED["clocks"][:3], CLASSIFY_CLOCK | {"stopped_at": "2026-11-23T15:00:00+08:00"}, HANDLE_CLOCK],
    "version": 5,
    "updated_at": "2026-11-23T15:00:00+08:00",
}
REPLY = {
    "kind": "answer",
    "conclusion": "经济补偿按在本单位工作的年限，每满一年支付一个月工资；六个月以上不满一年的按一年计算。",
    "legal_basis": "《中华人民共和国劳动合同法》第四十六条、第四十七条",
    "next_steps": "请与员工书面协商一致，办理退工登记，并在十五日内转移档案和社会保险关系。",
    "claim": "solved",
}
RATING_DUE = {"due_at": "2026-12-10T17:30:00+08:00", "first_due_at": "2026-12-10T17:30:00+08:00"}
REPLIED = HANDLING | {
    "state": "replied",
    "status_text": "已答复待评价：由企业联系人于12月10日前作出评价（11月26日起）。下一步：评价满意即办结，"
    "不满意的开展回头看。了解情况请致电企业联系人。",
    "holder": "liaison",
    "held_since": "2026-11-26T09:30:00+08:00",
    "due_at": "2026-12-10T17:30:00+08:00",
    "clocks": [
        HANDLE_CLOCK | {"stopped_at": "2026-11-26T09:30:00+08:00"},
        ACCEPT_CLOCK | {"kind": "rating", "holder": "liaison", "started_at": "2026-11-26T09:30:00+08:00"} | RATING_DUE,
    ],
    "segments": [
        {
            "holder": "agency",
            "unit_code": "hrss",
            "started_at": "2026-11-23T10:02:11+08:00",
            "ended_at": "2026-11-26T09:30:00+08:00",
            "counted": True,
            "round": 1,
        }
    ],
    "reply": REPLY
    | {
        "id": "0192f0c9-0001-7aaa-8bbb-ccccddddeeee",
        "round": 1,
        "unit_code": "hrss",
        "replied_at": "2026-11-26T09:30:00+08:00",
    },
    "version": 6,
    "updated_at": "2026-11-26T09:30:00+08:00",
}
RATING = {"satisfaction": 5, "solved": "yes", "comment": "答复清楚，照此办理。"}
CLOSED = REPLIED | {
    "state": "closed",
    "status_text": "您的需求已办结，不再由任何部门办理（11月26日起，没有后续期限）。下一步：如有新情况，"
    "可以申请重新办理或另行提出。有疑问请致电区综治中心。",
    "holder": None,
    "held_since": None,
    "due_at": None,
    "clocks": [],
    "rating": RATING | {"rated_at": "2026-11-26T11:00:00+08:00", "excluded": False, "ruling": None},
    "version": 8,
    "updated_at": "2026-11-26T11:00:00+08:00",
    "closed_at": "2026-11-26T11:00:00+08:00",
}
WITHDRAWN = DEMAND | {
    "state": "withdrawn",
    "status_text": "您已撤回这条需求，不再由任何部门办理（11月23日起，没有后续期限）。下一步：如仍需要，可以另行提出。"
    "有疑问请致电区综治中心。",
    "holder": None,
    "held_since": None,
    "due_at": None,
    "clocks": [],
    "version": 3,
    "closed_at": "2026-11-23T16:00:00+08:00",
}
TIMELINE_LINE = {
    "sequence": 2,
    "type": "dispatched",
    "state": "dispatched",
    "at": "2026-11-23T10:02:11+08:00",
    "sentence": "已转区人社局办理",
    "text": "",
    "promised_on": None,
    "person_id": None,
    "who": None,
    "unit_code": None,
    "unit_name": None,
    "lead_unit_code": "hrss",
    "lead_unit_name": "区人社局",
    "asked_by_agency": False,
}
