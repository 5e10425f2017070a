"""Examples of projects, services to enterprises and their coverage."""

from typing import Any

from services.gateway.examples.things import ENTERPRISE, ENTERPRISE_ID, HANDLER_ID, LIAISON_ID

PROJECT_ID = "019ab0e0-0010-7c1f-8e0a-5c1d2b3a4f77"
NODE_ID = "019ab0e0-0011-7c1f-8e0a-5c1d2b3a4f77"
RECORD_ID = "019ab0e0-0012-7c1f-8e0a-5c1d2b3a4f77"
DESIGNATION_ID = "0192f0a0-4444-7555-8666-777788889999"
UNIT, AREA = "area-310116101", "310116101"
LEADER = {"id": HANDLER_ID, "name": "例领导"}
CONTENT: dict[str, Any] = {
    "title": "劳动用工合规上门辅导",
    "description": "走访全部联系点企业，逐家梳理劳动用工风险。",
    "leader_id": HANDLER_ID,
    "handler_id": None,
    "basis_id": None,
    "starts_on": "2026-03-01",
    "ends_on": "2026-11-30",
}
NODE: dict[str, Any] = {
    "id": NODE_ID,
    "title": "完成上半年走访",
    "due_on": "2026-07-15",
    "done_on": None,
    "noted_at": None,
    "noted_by": None,
    "evidence": None,
    "days_late": 0,
    "moves": [
        {
            "from_day": "2026-06-30",
            "to_day": "2026-07-15",
            "reason": "防汛期间企业停产，顺延两周。",
            "moved_by": LEADER,
            "moved_at": "2026-06-20T10:00:00+08:00",
        }
    ],
}
PROJECT: dict[str, Any] = {
    "id": PROJECT_ID,
    "serial": "XM2026-000012",
    "year": 2026,
    "unit_code": UNIT,
    "area_code": AREA,
    **{key: CONTENT[key] for key in ("title", "description", "basis_id", "starts_on", "ends_on")},
    "leader": LEADER,
    "handler": None,
    "state": "active",
    "overdue": False,
    "nodes": [NODE],
    "notes": [],
    "end_reason": None,
    "version": 4,
    "created_by": HANDLER_ID,
    "created_at": "2026-02-20T10:00:00+08:00",
    "changed_at": "2026-06-20T10:00:00+08:00",
}
DONE = NODE | {
    "done_on": "2026-07-10",
    "noted_at": "2026-07-10T16:00:00+08:00",
    "noted_by": LEADER,
    "evidence": "走访台账 15 份，照片见镇综治中心档案。",
}
NOTE = {
    "id": "019ab0e0-0013-7c1f-8e0a-5c1d2b3a4f77",
    "text": "请在八月前补齐镇级联系点的走访。",
    "noted_by": LEADER,
    "noted_at": "2026-07-20T10:00:00+08:00",
}
RECORD: dict[str, Any] = {
    "id": RECORD_ID,
    "serial": "FW2026-000345",
    "year": 2026,
    "project_id": PROJECT_ID,
    "project_serial": PROJECT["serial"],
    "project_title": PROJECT["title"],
    "area_code": AREA,
    "designation_id": DESIGNATION_ID,
    "enterprise_id": ENTERPRISE_ID,
    "enterprise_name": ENTERPRISE,
    "served_on": "2026-06-18",
    "kind": "visit",
    "note": "梳理劳动合同文本，解答加班工资问题。",
    "state": "recorded",
    "answer_until": "2026-06-26T17:30:00+08:00",
    "provisional": False,
    "dispute_reason": None,
    "withdrawal_reason": None,
    "recorded_by": HANDLER_ID,
    "recorded_at": "2026-06-18T17:00:00+08:00",
    "answered_by": None,
    "answered_at": None,
    "version": 1,
}
ANSWERED = RECORD | {"answered_by": LIAISON_ID, "answered_at": "2026-06-19T09:00:00+08:00", "version": 2}
DISPUTED = ANSWERED | {"state": "disputed", "dispute_reason": "当天没有人来过。"}
LINE: dict[str, Any] = {
    "designation_id": DESIGNATION_ID,
    "enterprise_id": ENTERPRISE_ID,
    "enterprise_name": ENTERPRISE,
    "area_code": AREA,
    "level": "town",
    "state": "confirmed",
    "confirmed_count": 1,
    "presumed_count": 0,
    "waiting_count": 0,
    "disputed_count": 0,
    "last_served_on": "2026-06-18",
}
SHARE: dict[str, Any] = {
    "area_code": AREA,
    "level": "town",
    "point_count": 12,
    "served_count": 9,
    "presumed_count": 2,
    "waiting_count": 1,
    "disputed_count": 1,
    "share": "75.0%",
}
LATE: dict[str, Any] = {
    "project_id": PROJECT_ID,
    "serial": PROJECT["serial"],
    "project_title": PROJECT["title"],
    "unit_code": UNIT,
    "leader": LEADER,
    "node_id": NODE_ID,
    "title": NODE["title"],
    "due_on": "2026-07-15",
    "days_late": 3,
    "move_count": 1,
}
TALLY: dict[str, Any] = {
    "unit_code": UNIT,
    "unit_name": "朱泾镇",
    "planned_count": 0,
    "active_count": 2,
    "completed_count": 1,
    "due_count": 8,
    "in_time_count": 7,
    "late_count": 1,
    "in_time_share": "87.5%",
}
FILE = (
    f"统一社会信用代码,项目,服务日期,服务方式,说明\n91310116MA0FAKE007,{PROJECT['serial']},2026-06-18,走访,梳理劳动合同文本"
)
PLAN = (
    "项目名称,责任领导,承办人,开始日期,结束日期,时间节点,应完成日期,项目说明\n"
    "规上企业劳动用工辅导,,,2026-03-01,2026-12-31,首轮走访,2026-06-30,每家联系点上门一次"
)
OPERATIONS: dict[str, dict[str, Any]] = {
    "list_projects": {"response": {"projects": [PROJECT], "next_page_token": ""}},
    "get_project": {"response": PROJECT},
    "create_project": {
        "request": CONTENT | {"year": 2026},
        "response": PROJECT | {"state": "planned", "nodes": [], "version": 1},
    },
    "update_project": {"request": CONTENT, "response": PROJECT | {"state": "planned"}},
    "activate_project": {"response": PROJECT},
    "complete_project": {"response": PROJECT | {"state": "completed", "nodes": [DONE], "version": 6}},
    "cancel_project": {
        "request": {"reason": "与区级项目合并实施。"},
        "response": PROJECT | {"state": "cancelled", "end_reason": "与区级项目合并实施。", "version": 5},
    },
    "note_project": {"request": {"text": NOTE["text"]}, "response": PROJECT | {"notes": [NOTE], "version": 5}},
    "add_node": {"request": {"title": NODE["title"], "due_on": "2026-06-30"}, "response": PROJECT},
    "move_node": {
        "request": {"due_on": "2026-07-15", "reason": "防汛期间企业停产，顺延两周。"},
        "response": PROJECT,
    },
    "complete_node": {
        "request": {"done_on": "2026-07-10", "evidence": DONE["evidence"]},
        "response": PROJECT | {"nodes": [DONE], "version": 5},
    },
    "remove_node": {"response": PROJECT | {"state": "planned", "nodes": []}},
    "list_late_nodes": {"response": {"nodes": [LATE], "next_page_token": ""}},
    "summarise_projects": {"response": {"tallies": [TALLY]}},
    "list_project_gaps": {
        "response": {"gaps": [{"unit_code": "court", "unit_name": "区法院", "planned_count": 1}]},
    },
    "record_services": {
        "request": {
            "served_on": "2026-06-18",
            "kind": "visit",
            "note": RECORD["note"],
            "designation_ids": [DESIGNATION_ID],
        },
        "response": {"service_records": [RECORD]},
    },
    "list_service_records": {"response": {"service_records": [RECORD], "next_page_token": ""}},
    "get_service_record": {"response": RECORD},
    "confirm_service": {"response": ANSWERED | {"state": "confirmed"}},
    "dispute_service": {"request": {"reason": DISPUTED["dispute_reason"]}, "response": DISPUTED},
    "withdraw_service": {
        "request": {"reason": "登记有误，应为下周走访。"},
        "response": DISPUTED | {"state": "withdrawn", "withdrawal_reason": "登记有误，应为下周走访。", "version": 3},
    },
    "import_service_records": {
        "request": FILE,
        "response": {"row_count": 1, "created_count": 1, "errors": []},
    },
    "import_projects": {
        "request": PLAN,
        "response": {"row_count": 1, "created_count": 1, "errors": []},
    },
    "list_coverage": {"response": {"lines": [LINE], "next_page_token": ""}},
    "summarise_coverage": {"response": {"shares": [SHARE]}},
}
PARAMETERS: dict[str, Any] = {
    "project_id": PROJECT_ID,
    "node_id": NODE_ID,
    "unit": UNIT,
    "project_state": "active",
    "overdue": True,
    "service_record_id": RECORD_ID,
    "project": PROJECT_ID,
    "designation": DESIGNATION_ID,
    "service_state": "presumed",
    "owed": True,
}
