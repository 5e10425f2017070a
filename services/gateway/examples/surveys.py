"""Examples of surveys, questionnaires and invitations."""

from typing import Any

from services.gateway.examples.things import ENTERPRISE, ENTERPRISE_ID

SURVEY: dict[str, Any] = {
    "id": "019ab0e0-0030-7c1f-8e0a-5c1d2b3a4f77",
    "year": 2026,
    "kind": "annual",
    "audience": "census",
    "title": "2026年法治化营商环境问卷大调查",
    "opens_on": "2026-01-10",
    "closes_on": "2026-02-28",
    "valid_min_percent": 60,
    "state": "draft",
    "questionnaire_number": 1,
    "version": 1,
    "created_at": "2026-01-04T10:00:00+08:00",
    "opened_at": None,
    "closed_at": None,
    "summary": None,
}
OPEN = SURVEY | {"state": "open", "version": 2, "opened_at": "2026-01-10T09:00:00+08:00"}
CLOSED = OPEN | {
    "state": "closed",
    "version": 3,
    "closed_at": "2026-03-01T09:00:00+08:00",
    "summary": {
        "population": 1003,
        "sent": 1003,
        "opened": 871,
        "returned": 802,
        "valid": 789,
        "part_b_given": 760,
        "anonymous": 760,
    },
}
CONTENT = {name: SURVEY[name] for name in ("title", "opens_on", "closes_on", "valid_min_percent")}
PART_A: dict[str, Any] = {
    "title": "甲部分：贵企业的法治需求",
    "questions": [
        {
            "key": "counsel",
            "kind": "single",
            "text": "贵企业有法务人员吗？",
            "required": True,
            "options": [{"key": "yes", "text": "有"}, {"key": "no", "text": "没有"}],
        },
        {
            "key": "counsel_count",
            "kind": "number",
            "text": "共几人？",
            "min": 1,
            "max": 999,
            "show_if": {"question": "counsel", "is": "yes"},
        },
    ],
}
PART_B: dict[str, Any] = {
    "title": "乙部分：对各部门的评价",
    "questions": [
        {"key": "rate_hrss", "kind": "rating", "text": "对区人社局，您怎么评价？", "agency": "hrss", "scale": 5},
        {
            "key": "why_hrss",
            "kind": "text",
            "text": "主要哪里不满意？",
            "max_length": 200,
            "show_if": {"question": "rate_hrss", "at_most": 3},
        },
    ],
}
QUESTIONNAIRE = {
    "survey_id": SURVEY["id"],
    "number": 1,
    "frozen": False,
    "part_a": PART_A,
    "part_b": PART_B,
    "created_at": "2026-01-04T10:00:00+08:00",
}
INVITATION = {
    "enterprise_id": ENTERPRISE_ID,
    "uscc": "91310116MA0FAKE007",
    "enterprise_name": ENTERPRISE,
    "area_code": "310116101",
    "industry": "C",
    "liaison_point": True,
    "sent_on": "2026-01-08",
    "opened_on": "2026-01-12",
    "answered": False,
    "reminded_on": ["2026-01-20"],
    "may_remind_on": "2026-01-23",
    "link_number": 1,
}
CENSUS = f"统一社会信用代码,企业名称,街镇(园区),行业,规上\n91310116MA0FAKE007,{ENTERPRISE},朱泾镇,制造业,是"
CELL = {"area_code": "310116101", "industry": "C", "population": 87, "sent": 87, "opened": 71, "answered": 66}
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_surveys": {"response": {"surveys": [SURVEY], "next_page_token": ""}},
    "create_survey": {
        "request": CONTENT | {name: SURVEY[name] for name in ("year", "kind", "audience")},
        "response": SURVEY,
    },
    "get_survey": {"response": CLOSED},
    "update_survey": {"request": CONTENT, "response": SURVEY | {"version": 2}},
    "open_survey": {"response": OPEN},
    "close_survey": {"response": CLOSED},
    "get_questionnaire": {"response": QUESTIONNAIRE},
    "save_questionnaire": {"request": {"part_a": PART_A, "part_b": PART_B}, "response": QUESTIONNAIRE},
    "import_census": {"request": CENSUS, "response": {"row_count": 1, "created_count": 1, "errors": []}},
    "export_census": {},
    "make_invitations": {"request": {"area_code": "310116101", "renew": False}},
    "list_invitations": {"response": {"invitations": [INVITATION], "next_page_token": ""}},
    "export_invitations": {},
    "remake_link": {"response": {"link": "https://fahu.example/survey#pb1pQ0", "link_number": 2}},
    "remind_invited": {
        "request": {"area_code": "310116101", "enterprise_ids": []},
        "response": {"reminded_count": 21, "told_count": 4},
    },
    "get_progress": {"response": {"cells": [CELL]}},
}
PARAMETERS: dict[str, Any] = {"survey_id": SURVEY["id"], "number": 1, "status": "to_remind"}
