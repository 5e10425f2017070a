"""Answering a survey through a personal link: who has none gets nowhere, whoever they are."""

from tests.journeys.asking import Door, fixed

LINK, PART = "/api/v1/survey-link", {"questionnaire_number": 1, "answers": {}}
PART_RPC = {"token": "made-up", "questionnaire_number": 1, "answers": "{}"}
NO_LINK, NO_LINK_RPC = ("404 SURVEY_LINK_NOT_FOUND",), ("NOT_FOUND SURVEY_LINK_NOT_FOUND",)
CONSENT = {"consented": True, "consent_version": "示例"}
DOORS = {
    f"GET {LINK}": Door(NO_LINK),
    f"PUT {LINK}/draft": Door(NO_LINK, fixed(**PART)),
    f"POST {LINK}/submission": Door(NO_LINK, fixed(**PART, **CONSENT)),
    f"POST {LINK}/opinion": Door(NO_LINK, fixed(**PART)),
}
CALLS = {
    "GetSurveyLink": Door(NO_LINK_RPC, fixed(token="made-up")),
    "SaveSurveyDraft": Door(NO_LINK_RPC, fixed(**PART_RPC, expected_version=1)),
    "SubmitSurveyAnswers": Door(NO_LINK_RPC, fixed(**PART_RPC, **CONSENT, expected_version=1, request_id="示例")),
    "GiveSurveyOpinion": Door(NO_LINK_RPC, fixed(**PART_RPC)),
}
