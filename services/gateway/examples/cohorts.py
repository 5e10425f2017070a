"""Examples of a year's list, nominations for it, and its published liaison points."""

from typing import Any

from services.gateway.examples.things import ENTERPRISE, ENTERPRISE_ID, HANDLER_ID

NOMINATION_ID = "0192f0d1-0001-7aaa-8bbb-ccccddddeeee"
DESIGNATION_ID = "0192f0d1-0002-7aaa-8bbb-ccccddddeeee"
USCC = "91310116MA0FAKE007"
SUMMARY: dict[str, Any] = {
    "year": 2026,
    "state": "reviewing",
    "origin": "run",
    "target_total": 171,
    "district_per_area": 3,
    "recommend_by": "2026-03-31",
    "survey_waiver": None,
    "published_at": None,
    "closed_at": None,
    "version": 4,
}
AREA = {
    "area_code": "310116101",
    "area_name": "朱泾镇",
    "district_count": 2,
    "district_target": 3,
    "town_count": 13,
    "town_target": 13,
    "undecided_count": 0,
}
COHORT = SUMMARY | {
    "areas": [AREA],
    "gaps": [{"kind": "area_seats_open", "area_code": "310116101", "area_name": "朱泾镇", "have": 2, "want": 3}],
}
PUBLISHED = COHORT | {
    "state": "published",
    "areas": [AREA | {"district_count": 3}],
    "gaps": [],
    "published_at": "2026-04-10T10:00:00+08:00",
    "version": 5,
}
WAIVER = {"reason": "本年度问卷以纸质方式开展。", "waived_by": HANDLER_ID, "waived_at": "2026-04-01T10:00:00+08:00"}
TARGETS = {
    "target_total": 171,
    "town_targets": [{"area_code": "310116101", "target": 13}],
    "recommend_by": "2026-03-31",
}
NAMED = {
    "enterprise_id": ENTERPRISE_ID,
    "uscc": USCC,
    "enterprise_name": ENTERPRISE,
    "area_code": "310116101",
    "area_name": "朱泾镇",
}
CONTENT = {"level": "district", "nominator": "chamber", "reason": "守法经营，积极参与普法活动。"}
NOMINATION: dict[str, Any] = {
    "id": NOMINATION_ID,
    "year": 2026,
    **NAMED,
    **CONTENT,
    "state": "draft",
    "seat_no": None,
    "suggested": False,
    "created_by": HANDLER_ID,
    "created_at": "2026-03-05T10:00:00+08:00",
    "submitted_at": None,
    "ended_by": None,
    "ended_at": None,
    "ended_reason": None,
    "version": 1,
}
SUBMITTED = NOMINATION | {"state": "submitted", "submitted_at": "2026-03-06T10:00:00+08:00", "version": 2}
ENDED = {"ended_by": HANDLER_ID, "ended_at": "2026-03-20T10:00:00+08:00", "version": 3}
POINT: dict[str, Any] = {
    "id": DESIGNATION_ID,
    "year": 2026,
    **NAMED,
    "level": "district",
    "seat_no": 1,
    "active": True,
    "designated_at": "2026-04-10T10:00:00+08:00",
    "withdrawn_at": None,
    "withdrawn_by": None,
    "withdrawn_reason": None,
    "replaced_by": None,
    "version": 1,
}
WITHDRAWN = POINT | {
    "active": False,
    "withdrawn_at": "2026-08-01T10:00:00+08:00",
    "withdrawn_by": HANDLER_ID,
    "withdrawn_reason": "企业迁出本区。",
    "version": 2,
}
SUCCESSOR = POINT | {
    "id": "0192f0d1-0003-7aaa-8bbb-ccccddddeeee",
    "uscc": "91310116MA0FAKE015",
    "enterprise_name": "上海丁戊己示例食品有限公司（虚构）",
    "designated_at": "2026-08-01T10:00:00+08:00",
}
FILE = f"统一社会信用代码,企业名称,级别,推荐单位,推荐理由\n{USCC},{ENTERPRISE},区级,商会,守法经营"
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_cohorts": {"response": {"cohorts": [SUMMARY], "next_page_token": ""}},
    "begin_cohort": {
        "request": TARGETS | {"year": 2026, "district_per_area": 3, "prepare_from_previous": True},
        "response": COHORT | {"state": "preparing", "version": 1},
    },
    "get_cohort": {"response": COHORT},
    "set_cohort_targets": {"request": TARGETS, "response": COHORT},
    "advance_cohort": {"request": {"to": "reviewing"}, "response": COHORT},
    "waive_survey": {"request": {"reason": WAIVER["reason"]}, "response": COHORT | {"survey_waiver": WAIVER}},
    "publish_cohort": {"response": PUBLISHED},
    "close_cohort": {"response": PUBLISHED | {"state": "closed", "closed_at": "2026-12-31T10:00:00+08:00", "version": 6}},
    "list_nominations": {"response": {"nominations": [SUBMITTED], "next_page_token": ""}},
    "create_nomination": {
        "request": CONTENT | {"year": 2026, "uscc": USCC, "enterprise_name": ENTERPRISE},
        "response": NOMINATION,
    },
    "get_nomination": {"response": SUBMITTED},
    "update_nomination": {"request": CONTENT, "response": NOMINATION | {"version": 2}},
    "submit_nomination": {"response": SUBMITTED},
    "withdraw_nomination": {
        "request": {"reason": "企业不愿担任。"},
        "response": SUBMITTED | ENDED | {"state": "withdrawn", "ended_reason": "企业不愿担任。"},
    },
    "accept_nomination": {"response": SUBMITTED | {"state": "accepted", "seat_no": 1, "version": 3}},
    "accept_nominations": {
        "request": {"nominations": [{"id": NOMINATION_ID, "version": 2}]},
        "response": {"nominations": [SUBMITTED | {"state": "accepted", "seat_no": 1, "version": 3}]},
    },
    "reject_nomination": {
        "request": {"reason": "材料不全。"},
        "response": SUBMITTED | ENDED | {"state": "rejected", "ended_reason": "材料不全。"},
    },
    "import_nominations": {"request": FILE, "response": {"row_count": 1, "created_count": 1, "errors": []}},
    "list_designations": {"response": {"liaison_points": [POINT], "next_page_token": ""}},
    "get_designation": {"response": POINT},
    "list_enterprise_designations": {"response": {"liaison_points": [WITHDRAWN], "next_page_token": ""}},
    "withdraw_designation": {"request": {"reason": WITHDRAWN["withdrawn_reason"]}, "response": WITHDRAWN},
    "replace_designation": {
        "request": {
            "reason": WITHDRAWN["withdrawn_reason"],
            "uscc": SUCCESSOR["uscc"],
            "enterprise_name": SUCCESSOR["enterprise_name"],
        },
        "response": {"replaced": WITHDRAWN | {"replaced_by": SUCCESSOR["id"]}, "replacement": SUCCESSOR},
    },
}
PARAMETERS: dict[str, Any] = {
    "nomination_id": NOMINATION_ID,
    "designation_id": DESIGNATION_ID,
    "withdrawn_too": True,
    "nomination_state": "submitted",
}
GAP = {
    "field": "310116101",
    "reason": "AREA_SEATS_OPEN",
    "message": "朱泾镇：区级联系点应有 3 个，现有 2 个",
    "have": 2,
    "want": 3,
}
