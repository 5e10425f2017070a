"""A year's projects and their nodes, what areas did for enterprises, and who is still owed it."""

import base64
from datetime import datetime

from kit.calendar import BEIJING
from tests.journeys.asking import NO_FILE, STALE, STALE_RPC, Door, about, fixed, made_of, on

NOT_FOUND = {"project": "PROJECT_NOT_FOUND", "service record": "SERVICE_RECORD_NOT_FOUND"}
PROJECT, RECORD = "/api/v1/projects/{project_id}", "/api/v1/service-records/{service_record_id}"
NODE = f"{PROJECT}/nodes/{{node_id}}"
# Within the year, and not ahead.
NEW_YEAR = datetime.now(BEIJING).date().replace(month=1, day=1).isoformat()
PLAN = {"title": "矩阵", "starts_on": NEW_YEAR, "ends_on": NEW_YEAR}
WHY, STEP = {"reason": "示例"}, {"title": "示例", "due_on": NEW_YEAR}
MOVED, DONE = {"due_on": NEW_YEAR, "reason": "示例"}, {"done_on": NEW_YEAR, "evidence": "示例"}
SERVED = {"served_on": NEW_YEAR, "designation_ids": [NO_FILE]}
DOORS = {
    "POST /api/v1/projects": Door(("422 PROJECT_DAYS_INVALID",), fixed(**PLAN, year=2031)),
    f"PUT {PROJECT}": Door(STALE, fixed(**PLAN)),
    f"POST {PROJECT}/activate": Door(STALE),
    f"POST {PROJECT}/complete": Door(STALE),
    f"POST {PROJECT}/cancel": Door(STALE, fixed(**WHY)),
    f"POST {PROJECT}/notes": Door(STALE, fixed(text="示例")),
    f"POST {PROJECT}/nodes": Door(STALE, fixed(**STEP)),
    f"POST {NODE}/due-day": Door(STALE, fixed(**MOVED)),
    f"POST {NODE}/done": Door(STALE, fixed(**DONE)),
    f"POST {NODE}/removal": Door(STALE),
    f"POST {PROJECT}/services": Door(("409 SERVICES_REFUSED",), fixed(**SERVED, kind="visit")),
    f"POST {RECORD}/confirm": Door(STALE),
    f"POST {RECORD}/dispute": Door(STALE, fixed(**WHY)),
    f"POST {RECORD}/withdraw": Door(STALE, fixed(**WHY)),
    "POST /api/v1/projects/{year}/import": Door(("422 IMPORT_COLUMNS_MISSING",)),  # it is a cohort's file
    "POST /api/v1/service-records/{year}/import": Door(("422 IMPORT_COLUMNS_MISSING",)),  # it is a cohort's file
}
SHEET_RPC = {"year": 2031, "file_name": "a.csv", "content": base64.b64encode("统一社会信用代码\n".encode()).decode()}
CALLS = {
    "GetProject": Door(("OK",), about("project_id")),
    "CreateProject": Door(("INVALID_ARGUMENT PROJECT_DAYS_INVALID",), fixed(year=2031, content=PLAN, request_id="示例")),
    "UpdateProject": Door(STALE_RPC, on("project_id", content=PLAN)),
    "ActivateProject": Door(STALE_RPC, on("project_id")),
    "CompleteProject": Door(STALE_RPC, on("project_id")),
    "CancelProject": Door(STALE_RPC, on("project_id", **WHY)),
    "NoteProject": Door(STALE_RPC, on("project_id", text="示例")),
    "AddNode": Door(STALE_RPC, on("project_id", **STEP)),
    "MoveNode": Door(STALE_RPC, on("project_id", node_id=NO_FILE, **MOVED)),
    "CompleteNode": Door(STALE_RPC, on("project_id", node_id=NO_FILE, **DONE)),
    "RemoveNode": Door(STALE_RPC, on("project_id", node_id=NO_FILE)),
    "ImportProjects": Door(("INVALID_ARGUMENT IMPORT_COLUMNS_MISSING",), fixed(**SHEET_RPC)),
    "ExportProjects": Door(("OK",), fixed(year=2031)),
    "RecordServices": Door(
        ("FAILED_PRECONDITION SERVICES_REFUSED",), made_of("project_id", **SERVED, kind="SERVICE_KIND_VISIT")
    ),
    "GetServiceRecord": Door(("OK",), about("service_record_id")),
    "ConfirmService": Door(STALE_RPC, on("service_record_id")),
    "DisputeService": Door(STALE_RPC, on("service_record_id", **WHY)),
    "WithdrawService": Door(STALE_RPC, on("service_record_id", **WHY)),
    "ImportServiceRecords": Door(("INVALID_ARGUMENT IMPORT_COLUMNS_MISSING",), fixed(**SHEET_RPC)),
    "ExportCoverage": Door(("OK",), fixed(year=2031)),
}
