"""Examples of answering a survey."""

from typing import Any

from services.gateway.examples.things import ENTERPRISE

PART_A: dict[str, Any] = {
    "title": "甲部分：企业法治需求（实名）",
    "questions": [
        {
            "key": "needs",
            "kind": "multiple",
            "text": "贵企业今年希望得到哪些法治服务？",
            "required": True,
            "options": [{"key": "lecture", "text": "以案释法宣讲"}, {"key": "checkup", "text": "法治体检"}],
        },
        {
            "key": "topic",
            "kind": "text",
            "text": "希望宣讲哪些内容？",
            "show_if": {"question": "needs", "is": "lecture"},
        },
    ],
}
PART_B: dict[str, Any] = {
    "title": "乙部分：对部门的评价（匿名）",
    "questions": [
        {"key": "hrss", "kind": "rating", "text": "对区人社局的服务是否满意？", "required": True, "agency": "hrss"}
    ],
}
GIVEN = {"needs": ["lecture"], "topic": "解除劳动合同的经济补偿"}
DRAFT: dict[str, Any] = {
    "state": "draft",
    "answers": {"needs": ["lecture"]},
    "questionnaire_number": 1,
    "answered_percent": 50,
    "submitted_at": None,
    "consent_version": None,
    "version": 2,
}
SUBMITTED = DRAFT | {
    "state": "submitted",
    "answers": GIVEN,
    "answered_percent": 100,
    "submitted_at": "2026-01-20T10:05:00+08:00",
    "consent_version": "2026-1",
    "version": 3,
}
OPERATIONS: dict[str, dict[str, Any]] = {
    "get_survey_link": {
        "response": {
            "title": "2026年度法治化营商环境问卷大调查",
            "year": 2026,
            "state": "open",
            "closes_on": "2026-02-28",
            "enterprise_name": ENTERPRISE,
            "questionnaire_number": 1,
            "part_a": PART_A,
            "part_b": PART_B,
            "answers": DRAFT,
            "opinion_given": False,
        }
    },
    "save_survey_draft": {
        "request": {"questionnaire_number": 1, "answers": {"needs": ["lecture"]}},
        "response": DRAFT,
    },
    "submit_survey_answers": {
        "request": {"questionnaire_number": 1, "answers": GIVEN, "consented": True, "consent_version": "2026-1"},
        "response": SUBMITTED,
    },
    "give_survey_opinion": {"request": {"questionnaire_number": 1, "answers": {"hrss": 5}}},
}
PARAMETERS = {"Survey-Token": "EXAMPLE-TOKEN-OF-A-LINK"}
