"""What a survey found, and what became of what it recommends."""

from tests.journeys.asking import STALE, STALE_RPC, Door, about, fixed, made_of, on
from tests.journeys.programme.surveys import SURVEY

NOT_FOUND = {"recommendation": "RECOMMENDATION_NOT_FOUND"}
RECOMMENDATION = "/api/v1/recommendations/{recommendation_id}"
ADVICE = {"text": "矩阵", "owner_unit": "hrss", "due_on": "2031-12-31"}
NOT_ANALYSED, NOT_ANALYSED_RPC = ("409 SURVEY_NOT_ANALYSED",), ("FAILED_PRECONDITION SURVEY_NOT_ANALYSED",)
DOORS = {
    f"POST {SURVEY}/analyse": Door(STALE),
    f"POST {SURVEY}/report": Door(STALE),
    f"GET {SURVEY}/results": Door(NOT_ANALYSED),
    f"GET {SURVEY}/results.xlsx": Door(NOT_ANALYSED),
    f"GET {SURVEY}/answers.xlsx": Door(("409 SURVEY_WRONG_STATE",)),
    f"GET {SURVEY}/report.docx": Door(NOT_ANALYSED),
    f"POST {SURVEY}/recommendations": Door(NOT_ANALYSED, fixed(**ADVICE)),
    f"PUT {RECOMMENDATION}": Door(STALE, fixed(**ADVICE)),
    f"POST {RECOMMENDATION}/adopt": Door(STALE),
    f"POST {RECOMMENDATION}/decline": Door(STALE, fixed(reason="示例")),
    f"POST {RECOMMENDATION}/complete": Door(STALE, fixed(evidence="示例")),
}
CALLS = {
    "AnalyseSurvey": Door(STALE_RPC, on("survey_id")),
    "ReportSurvey": Door(STALE_RPC, on("survey_id")),
    "GetResults": Door(NOT_ANALYSED_RPC, about("survey_id")),
    "ExportResults": Door(NOT_ANALYSED_RPC, about("survey_id")),
    "ExportAnswers": Door(("FAILED_PRECONDITION SURVEY_WRONG_STATE",), about("survey_id")),
    "DrawReport": Door(NOT_ANALYSED_RPC, about("survey_id")),
    "ProposeRecommendation": Door(NOT_ANALYSED_RPC, made_of("survey_id", content=ADVICE)),
    "GetRecommendation": Door(("OK",), about("recommendation_id")),
    "UpdateRecommendation": Door(STALE_RPC, on("recommendation_id", content=ADVICE)),
    "AdoptRecommendation": Door(STALE_RPC, on("recommendation_id")),
    "DeclineRecommendation": Door(STALE_RPC, on("recommendation_id", reason="示例")),
    "CompleteRecommendation": Door(STALE_RPC, on("recommendation_id", evidence="示例")),
}
