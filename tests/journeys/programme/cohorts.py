"""A year's list of liaison points: begun, nominated for, published, and changed afterwards."""

import base64
from datetime import datetime
from typing import Any
from uuid import uuid4

from kit.calendar import BEIJING
from tests.journeys.asking import NO_FILE, STALE, STALE_RPC, Door, Fill, about, fixed, on

NOT_FOUND = {"nomination": "NOMINATION_NOT_FOUND", "designation": "DESIGNATION_NOT_FOUND"}
COHORT, NOMINATION, POINT = "/api/v1/cohorts", "/api/v1/nominations/{nomination_id}", "/api/v1/designations/{designation_id}"
NO_COHORT, WHY = ("404 COHORT_NOT_FOUND",), {"reason": "示例"}
THIS_YEAR = datetime.now(BEIJING).year
NO_NOMINATION = [{"id": NO_FILE, "version": 1}]
NOMINATED = {"year": 2031, "uscc": "91310116MA00000001", "level": "town"}
DOORS = {
    f"POST {COHORT}": Door(("409 COHORT_EXISTS",), fixed(year=THIS_YEAR, target_total=1)),
    f"GET {COHORT}/{{year}}": Door(NO_COHORT),
    f"PUT {COHORT}/{{year}}/targets": Door(NO_COHORT, fixed(target_total=1)),
    f"POST {COHORT}/{{year}}/advance": Door(NO_COHORT, fixed(to="surveying")),
    f"POST {COHORT}/{{year}}/survey-waiver": Door(NO_COHORT, fixed(**WHY)),
    f"POST {COHORT}/{{year}}/publish": Door(NO_COHORT),
    f"POST {COHORT}/{{year}}/close": Door(NO_COHORT),
    f"GET {COHORT}/{{year}}/designations/export": Door(NO_COHORT),
    f"POST {COHORT}/{{year}}/nominations/import": Door(NO_COHORT),
    f"GET {COHORT}/{{year}}/nominations/export": Door(NO_COHORT),
    "GET /api/v1/nominations": Door(("422 FIELDS_INVALID",)),  # of which year, nobody said
    "POST /api/v1/nominations": Door(NO_COHORT, fixed(**NOMINATED)),
    f"PUT {NOMINATION}": Door(STALE, fixed(level="town")),
    f"POST {NOMINATION}/submit": Door(STALE),
    f"POST {NOMINATION}/withdraw": Door(STALE, fixed(**WHY)),
    f"POST {NOMINATION}/accept": Door(STALE),
    "POST /api/v1/nomination-acceptances": Door(("409 NOMINATIONS_REFUSED",), fixed(nominations=NO_NOMINATION)),
    f"POST {NOMINATION}/reject": Door(STALE, fixed(**WHY)),
    f"POST {POINT}/withdraw": Door(STALE, fixed(**WHY)),
    f"POST {POINT}/replace": Door(STALE, fixed(**WHY, uscc="91310116MA00000001")),
}


def _of_year(**more: Any) -> Fill:
    """A change of the list of a year that has none."""
    return lambda thing, column: {"on": {"year": 2031, "expected_version": 1, "request_id": uuid4().hex}, **more}


NO_COHORT_RPC, YEAR_2031 = ("NOT_FOUND COHORT_NOT_FOUND",), {"year": 2031}
SAID = {"level": "LEVEL_TOWN", "nominator": "NOMINATOR_AREA"}
NOMINATED_RPC = {**YEAR_2031, "uscc": NOMINATED["uscc"], "content": SAID, "request_id": "示例"}
SHEET = "统一社会信用代码,企业名称,街镇(园区),级别,联系人,手机号,同意\n".encode()
SHEET_RPC = {"year": 2031, "file_name": "a.csv", "content": base64.b64encode(SHEET).decode(), "dry_run": True}
CALLS = {
    "GetCohort": Door(NO_COHORT_RPC, fixed(**YEAR_2031)),
    "BeginCohort": Door(
        ("ALREADY_EXISTS COHORT_EXISTS",),
        lambda thing, column: {"year": THIS_YEAR, "targets": {"target_total": 1}, "request_id": uuid4().hex},
    ),
    "SetCohortTargets": Door(NO_COHORT_RPC, _of_year(targets={"target_total": 1})),
    "AdvanceCohort": Door(NO_COHORT_RPC, _of_year(to="COHORT_STATE_SURVEYING")),
    "WaiveSurvey": Door(NO_COHORT_RPC, _of_year(**WHY)),
    "PublishCohort": Door(NO_COHORT_RPC, _of_year()),
    "CloseCohort": Door(NO_COHORT_RPC, _of_year()),
    "ListDesignations": Door(("OK",), fixed(**YEAR_2031)),
    "ExportDesignations": Door(NO_COHORT_RPC, fixed(**YEAR_2031)),
    "GetDesignation": Door(("OK",), about("designation_id")),
    "ListEnterpriseDesignations": Door(("OK",), about("enterprise_id")),
    "WithdrawDesignation": Door(STALE_RPC, on("designation_id", **WHY)),
    "ReplaceDesignation": Door(STALE_RPC, on("designation_id", **WHY, uscc=NOMINATED["uscc"])),
    "ListNominations": Door(("OK",), fixed(**YEAR_2031)),
    "ImportNominations": Door(NO_COHORT_RPC, fixed(**SHEET_RPC)),
    "ExportNominations": Door(NO_COHORT_RPC, fixed(**YEAR_2031)),
    "CreateNomination": Door(NO_COHORT_RPC, fixed(**NOMINATED_RPC)),
    "GetNomination": Door(("OK",), about("nomination_id")),
    "UpdateNomination": Door(STALE_RPC, on("nomination_id", content=SAID)),
    "SubmitNomination": Door(STALE_RPC, on("nomination_id")),
    "WithdrawNomination": Door(STALE_RPC, on("nomination_id", **WHY)),
    "AcceptNomination": Door(STALE_RPC, on("nomination_id")),
    "AcceptNominations": Door(
        ("FAILED_PRECONDITION NOMINATIONS_REFUSED",), fixed(nominations=NO_NOMINATION, request_id="示例")
    ),
    "RejectNomination": Door(STALE_RPC, on("nomination_id", **WHY)),
}
