"""Surveys as they are prepared and led."""

import base64
from typing import Any
from uuid import uuid4

from tests.journeys.asking import NO_FILE, STALE, STALE_RPC, Door, about, fixed, made_of, on

NOT_FOUND = {"survey": "SURVEY_NOT_FOUND"}
SURVEY = "/api/v1/surveys/{survey_id}"
CENSUS = "统一社会信用代码,企业名称,街镇(园区),行业,规上\n"
SURVEYED = {"title": "矩阵", "opens_on": "2031-01-10", "closes_on": "2031-02-28", "valid_min_percent": 60}
ASKED = SURVEYED | {"year": 2031, "kind": "other", "audience": "liaison_points"}
DOORS = {
    "POST /api/v1/surveys": Door(("201",), fixed(**ASKED)),
    f"PUT {SURVEY}": Door(STALE, fixed(**SURVEYED)),
    f"POST {SURVEY}/open": Door(STALE),
    f"POST {SURVEY}/close": Door(STALE),
    f"PUT {SURVEY}/questionnaire": Door(STALE, fixed(part_a={}, part_b={})),
    f"POST {SURVEY}/invitations": Door(("200",)),
    f"POST {SURVEY}/invitations/{{enterprise_id}}/link": Door(("404 INVITATION_NOT_FOUND",)),
    f"POST {SURVEY}/reminders": Door(("409 SURVEY_WRONG_STATE",)),
}
SHEETS = {"POST /api/v1/censuses/{year}/import": CENSUS}
CENSUS_RPC = {
    "year": 2031,
    "file_name": "census.csv",
    "dry_run": True,
    "content": base64.b64encode(CENSUS.encode()).decode(),
}
DRAFT_RPC = {name: SURVEYED[name] for name in ("title", "opens_on", "closes_on")}


def _survey_request(thing: str, column: str) -> dict[str, Any]:
    named = {"kind": "SURVEY_KIND_OTHER", "audience": "SURVEY_AUDIENCE_LIAISON_POINTS"}
    return {"year": 2031, "content": DRAFT_RPC, "request_id": uuid4().hex, **named}


CALLS = {
    "CreateSurvey": Door(("OK",), _survey_request),
    "GetSurvey": Door(("OK",), about("survey_id")),
    "UpdateSurvey": Door(STALE_RPC, on("survey_id", content=DRAFT_RPC)),
    "GetQuestionnaire": Door(("OK",), about("survey_id")),
    "SaveQuestionnaire": Door(STALE_RPC, on("survey_id", part_a="{}", part_b="{}")),
    "OpenSurvey": Door(STALE_RPC, on("survey_id")),
    "CloseSurvey": Door(STALE_RPC, on("survey_id")),
    "ImportCensus": Door(("OK",), fixed(**CENSUS_RPC)),
    "ExportCensus": Door(("OK",), fixed(year=2031)),
    "MakeInvitations": Door(("OK",), made_of("survey_id")),
    "RemakeLink": Door(("NOT_FOUND INVITATION_NOT_FOUND",), made_of("survey_id", enterprise_id=NO_FILE)),
    "ListInvitations": Door(("OK",), about("survey_id")),
    "ExportInvitations": Door(("OK",), about("survey_id")),
    "RemindInvited": Door(("FAILED_PRECONDITION SURVEY_WRONG_STATE",), made_of("survey_id")),
    "GetProgress": Door(("OK",), about("survey_id")),
}
