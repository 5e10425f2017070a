"""Examples of survey results and recommendations."""

from typing import Any

SURVEY_ID = "019ab0e0-0120-7c1f-8e0a-5c1d2b3a4f77"
RECOMMENDATION_ID = "019ab0e0-0121-7c1f-8e0a-5c1d2b3a4f77"
_OPTION: dict[str, Any] = {"key": "hrss", "text": "区人社局", "retired": False, "agency": "hrss"}
_MARKS = [{"key": str(mark), "text": f"{mark}分", "retired": False, "agency": None} for mark in range(5, 0, -1)]
RESULTS: dict[str, Any] = {
    "turnout": {
        "population": 3000,
        "sent": 3000,
        "opened": 2310,
        "returned": 2004,
        "valid": 1980,
        "part_b_given": 1873,
        "return_rate": 0.668,
        "valid_rate": 0.988,
    },
    "questions": [
        {
            "key": "agencies",
            "part": "a",
            "kind": "multiple",
            "text": "最希望得到哪些部门的法治服务？",
            "retired": False,
            "unit": None,
            "agency": None,
            "rows": [],
            "options": [_OPTION],
        },
        {
            "key": "rate_hrss",
            "part": "b",
            "kind": "rating",
            "text": "区人社局的执法、司法和服务，您怎么评价？",
            "retired": False,
            "unit": None,
            "agency": "hrss",
            "rows": [],
            "options": _MARKS,
        },
    ],
    "groups": [
        {
            "area_code": "310116101",
            "area_name": "朱泾镇",
            "industry": None,
            "industry_name": None,
            "tallies": [
                {
                    "question_key": "agencies",
                    "row_key": None,
                    "hidden": False,
                    "answered": 160,
                    "counts": [{"key": "hrss", "count": 120, "share": 0.75}],
                    "mean": None,
                },
                {
                    "question_key": "rate_hrss",
                    "row_key": None,
                    "hidden": True,
                    "answered": None,
                    "counts": [],
                    "mean": None,
                },
            ],
        }
    ],
    "taken_at": "2026-03-01T10:00:00+08:00",
}
CONTENT: dict[str, Any] = {
    "text": "针对裁员补偿类需求集中的情况，每季度在各镇开展一次劳动用工宣讲。",
    "owner_unit": "hrss",
    "due_on": "2026-06-30",
}
RECOMMENDATION: dict[str, Any] = {
    "id": RECOMMENDATION_ID,
    "survey_id": SURVEY_ID,
    "year": 2026,
    **CONTENT,
    "state": "proposed",
    "late": False,
    "measure": "",
    "evidence": "",
    "decline_reason": "",
    "version": 1,
    "created_at": "2026-03-02T10:00:00+08:00",
    "changed_at": "2026-03-02T10:00:00+08:00",
    "done_at": None,
}
ADOPTED = RECOMMENDATION | {"state": "adopted", "measure": "宣讲课程由每年两次增至每季度一次。", "version": 2}
DONE = ADOPTED | {
    "state": "done",
    "evidence": "已在十一个镇（园区）各开展一次宣讲，到场企业 312 家。",
    "version": 3,
    "changed_at": "2026-06-20T10:00:00+08:00",
    "done_at": "2026-06-20T10:00:00+08:00",
}
DECLINED = RECOMMENDATION | {"state": "declined", "decline_reason": "市级部门已统一部署。", "version": 2}
OPERATIONS: dict[str, dict[str, Any]] = {
    "analyse_survey": {"response": {"state": "analysed", "version": 5}},
    "report_survey": {"response": {"state": "reported", "version": 6}},
    "get_results": {"response": RESULTS},
    "list_recommendations": {"response": {"recommendations": [RECOMMENDATION], "next_page_token": ""}},
    "get_recommendation": {"response": RECOMMENDATION},
    "propose_recommendation": {"request": CONTENT, "response": RECOMMENDATION},
    "update_recommendation": {"request": CONTENT, "response": RECOMMENDATION | {"version": 2}},
    "adopt_recommendation": {"request": {"measure": ADOPTED["measure"]}, "response": ADOPTED},
    "decline_recommendation": {"request": {"reason": DECLINED["decline_reason"]}, "response": DECLINED},
    "complete_recommendation": {"request": {"evidence": DONE["evidence"]}, "response": DONE},
}
PARAMETERS: dict[str, Any] = {
    "recommendation_id": RECOMMENDATION_ID,
    "recommendation_state": "adopted",
    "survey": SURVEY_ID,
    "unit": "hrss",
    "industry": "C",
    "by": "area",
    "late": True,
}
