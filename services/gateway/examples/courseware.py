"""Examples of courseware, its files, needs and catalogues."""

from typing import Any

from services.gateway.examples.things import FILE, HANDLER_ID

COURSEWARE_ID = "019ab0e0-0030-7c1f-8e0a-5c1d2b3a4f77"
FILE_ID = "019ab0e0-0031-7c1f-8e0a-5c1d2b3a4f77"
NEED_ID = "019ab0e0-0032-7c1f-8e0a-5c1d2b3a4f77"
CONTENT: dict[str, Any] = {
    "title": "未签书面劳动合同的二倍工资",
    "summary": "三个案例，讲清何时须支付二倍工资、时效怎样计算。",
    "minutes": 60,
    "need_ids": [NEED_ID],
}
NEED: dict[str, Any] = {
    "id": NEED_ID,
    "serial": "XQ2026-000031",
    "year": 2026,
    "unit_code": "hrss",
    "unit_name": "区人社局",
    "category_code": None,
    "text": "员工不愿签劳动合同怎么办",
    "source": "survey",
    "courseware_count": 0,
    "end_reason": None,
    "version": 1,
}
COURSEWARE: dict[str, Any] = {
    "id": COURSEWARE_ID,
    "serial": "KJ2026-000012",
    "year": 2026,
    "unit_code": "hrss",
    "unit_name": "区人社局",
    **{key: CONTENT[key] for key in ("title", "summary", "minutes")},
    "anonymised": True,
    "state": "published",
    "note": None,
    "end_reason": None,
    "needs": [{"need_id": NEED_ID, "text": NEED["text"]}],
    "file_count": 1,
    "submitted_at": "2026-03-10T10:00:00+08:00",
    "changed_at": "2026-03-20T10:00:00+08:00",
    "version": 5,
}
DRAFT = COURSEWARE | {"anonymised": False, "state": "draft", "file_count": 0, "submitted_at": None, "version": 1}
UPLOADED: dict[str, Any] = {
    "id": FILE_ID,
    "courseware_id": COURSEWARE_ID,
    "file_name": "二倍工资.pdf",
    "kind": "pdf",
    "media_type": "application/pdf",
    "size": 183214,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "state": "clean",
    "uploaded_at": "2026-03-09T16:20:00+08:00",
}
CATALOGUE: dict[str, Any] = {
    "year": 2026,
    "version": 1,
    "published_at": "2026-03-20T10:00:00+08:00",
    "published_by": HANDLER_ID,
    "items": [
        {
            "courseware_id": COURSEWARE_ID,
            **{key: COURSEWARE[key] for key in ("serial", "unit_code", "unit_name", "title", "summary", "minutes")},
            "retired": False,
        }
    ],
}
VERSION = {key: CATALOGUE[key] for key in ("version", "published_at", "published_by")} | {"item_count": 19}
GAP = {
    "field": "fire_rescue",
    "reason": "AGENCY_COURSEWARE_MISSING",
    "message": "区消防救援支队：审核通过的课件应有 2 个，现有 1 个",
    "have": 1,
    "want": 2,
}
NOTE, REASON = "第二页写出了企业名称，请隐去。", "所引用的条文已修改。"
NEED_CONTENT = {key: NEED[key] for key in ("unit_code", "text", "source")} | {"category_code": ""}
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_courseware": {"response": {"courseware": [COURSEWARE], "next_page_token": ""}},
    "get_courseware": {"response": COURSEWARE},
    "draft_courseware": {"request": CONTENT | {"year": 2026}, "response": DRAFT},
    "update_courseware": {"request": CONTENT, "response": DRAFT | {"version": 2}},
    "submit_courseware": {"request": {"anonymised": True}, "response": COURSEWARE | {"state": "submitted", "version": 3}},
    "approve_courseware": {"response": COURSEWARE | {"state": "approved", "version": 4}},
    "send_back_courseware": {"request": {"note": NOTE}, "response": DRAFT | {"note": NOTE, "version": 4}},
    "retire_courseware": {
        "request": {"reason": REASON},
        "response": COURSEWARE | {"state": "retired", "end_reason": REASON, "version": 6},
    },
    "upload_courseware_file": {"request": FILE, "response": UPLOADED},
    "list_courseware_files": {"response": {"files": [UPLOADED]}},
    "download_courseware_file": {"response": FILE},
    "list_needs": {"response": {"needs": [NEED], "next_page_token": ""}},
    "import_needs": {
        "request": "部门,类别,需求,来源\n区人社局,,员工不愿签劳动合同怎么办,问卷",
        "response": {"row_count": 1, "created_count": 1, "errors": []},
    },
    "get_need": {"response": NEED},
    "add_need": {"request": NEED_CONTENT | {"year": 2026}, "response": NEED},
    "update_need": {"request": NEED_CONTENT, "response": NEED | {"version": 2}},
    "retire_need": {
        "request": {"reason": "与另一项需求重复。"},
        "response": NEED | {"end_reason": "与另一项需求重复。", "version": 2},
    },
    "get_catalogue": {"response": CATALOGUE},
    "publish_catalogue": {"response": CATALOGUE},
    "list_catalogue_versions": {"response": {"versions": [VERSION], "next_page_token": ""}},
    "get_catalogue_version": {"response": CATALOGUE},
    "get_catalogue_progress": {
        "response": {
            "agencies": [{"unit_code": "hrss", "unit_name": "区人社局", "have": 2, "want": 2}],
            "publishable": True,
        }
    },
}
PARAMETERS: dict[str, Any] = {
    "courseware_id": COURSEWARE_ID,
    "courseware_file_id": FILE_ID,
    "need_id": NEED_ID,
    "courseware_state": "published",
    "need": NEED_ID,
    "source": "survey",
    "gaps": False,
    "number": 1,
}
