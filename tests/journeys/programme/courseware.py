"""Courseware with its files, the needs it answers, and the catalogue. What the world has of each was submitted."""

import base64

from tests.journeys.asking import NO_FILE, STALE, STALE_RPC, Door, about, fixed, on
from tests.kit.uploads.makers import png

NOT_FOUND = {
    "courseware": "COURSEWARE_NOT_FOUND",
    "courseware file": "COURSEWARE_FILE_NOT_FOUND",
    "need": "NEED_NOT_FOUND",
}
ITEM, FILE = "/api/v1/courseware/{courseware_id}", "/api/v1/courseware-files/{courseware_file_id}"
NEED, YEAR = "/api/v1/needs/{need_id}", "/api/v1/catalogues/{year}"
WHY, TEXTS = {"reason": "示例"}, {"title": "矩阵", "minutes": 45}
NOT_NOW, NOT_NOW_RPC = ("409 COURSEWARE_WRONG_STATE",), ("FAILED_PRECONDITION COURSEWARE_WRONG_STATE",)
NO_CATALOGUE, NO_CATALOGUE_RPC = ("404 CATALOGUE_NOT_FOUND",), ("NOT_FOUND CATALOGUE_NOT_FOUND",)
# Nothing is made by who may: the one names a need that is none, the other an agency.
NEW = {"year": 2031, **TEXTS, "need_ids": [NO_FILE]}
NEW_NEED = {"unit_code": "nobody", "text": "示例"}
DOORS = {
    "POST /api/v1/courseware": Door(("404 NEED_NOT_FOUND",), fixed(**NEW)),
    f"PUT {ITEM}": Door(STALE, fixed(**TEXTS)),
    f"POST {ITEM}/submit": Door(STALE, fixed(anonymised=True)),
    f"POST {ITEM}/approve": Door(STALE),
    f"POST {ITEM}/send-back": Door(STALE, fixed(note="示例")),
    f"POST {ITEM}/retire": Door(STALE, fixed(**WHY)),
    f"POST {ITEM}/files": Door(NOT_NOW),
    f"DELETE {FILE}": Door(NOT_NOW),
    "POST /api/v1/needs": Door(("404 UNIT_NOT_FOUND",), fixed(year=2031, **NEW_NEED, source="survey")),
    "POST /api/v1/needs/{year}/import": Door(("422 IMPORT_COLUMNS_MISSING",)),  # it is a cohort's file
    f"PUT {NEED}": Door(STALE, fixed(**NEW_NEED, source="survey")),
    f"POST {NEED}/retire": Door(STALE, fixed(**WHY)),
    f"GET {YEAR}": Door(NO_CATALOGUE),
    f"GET {YEAR}/versions/{{number}}": Door(NO_CATALOGUE),
    f"POST {YEAR}/versions": Door(("409 CATALOGUE_INCOMPLETE",)),
}
SHEET_RPC = {"year": 2031, "file_name": "a.csv", "content": base64.b64encode("部门\n".encode()).decode()}
DRAFT, NEED_DRAFT = TEXTS | {"need_ids": [NO_FILE]}, NEW_NEED | {"source": "NEED_SOURCE_SURVEY"}
CALLS = {
    "GetCourseware": Door(("OK",), about("courseware_id")),
    "DraftCourseware": Door(("NOT_FOUND NEED_NOT_FOUND",), fixed(year=2031, draft=DRAFT, request_id="示例")),
    "UpdateCourseware": Door(STALE_RPC, on("courseware_id", draft=TEXTS)),
    "SubmitCourseware": Door(STALE_RPC, on("courseware_id", anonymised=True)),
    "ApproveCourseware": Door(STALE_RPC, on("courseware_id")),
    "SendBackCourseware": Door(STALE_RPC, on("courseware_id", note="示例")),
    "RetireCourseware": Door(STALE_RPC, on("courseware_id", **WHY)),
    "UploadCoursewareFile": Door(
        NOT_NOW_RPC,
        lambda thing, column: {
            "courseware_id": thing,
            "file_name": "a.png",
            "content": base64.b64encode(png()).decode(),
            "request_id": "示例",
        },
    ),
    "ListCoursewareFiles": Door(("OK",), about("courseware_id")),
    "DownloadCoursewareFile": Door(("OK",), about("file_id")),
    "DeleteCoursewareFile": Door(NOT_NOW_RPC, about("file_id")),
    "GetNeed": Door(("OK",), about("need_id")),
    "AddNeed": Door(("NOT_FOUND UNIT_NOT_FOUND",), fixed(year=2031, draft=NEED_DRAFT, request_id="示例")),
    "UpdateNeed": Door(STALE_RPC, on("need_id", draft=NEED_DRAFT)),
    "RetireNeed": Door(STALE_RPC, on("need_id", **WHY)),
    "ImportNeeds": Door(("INVALID_ARGUMENT IMPORT_COLUMNS_MISSING",), fixed(**SHEET_RPC)),
    "PublishCatalogue": Door(("FAILED_PRECONDITION CATALOGUE_INCOMPLETE",), fixed(year=2031, request_id="示例")),
    "GetCatalogue": Door(NO_CATALOGUE_RPC, fixed(year=2031)),
    "ListCatalogueVersions": Door(("OK",), fixed(year=2031)),
    "GetCatalogueProgress": Door(("OK",), fixed(year=2031)),
}
