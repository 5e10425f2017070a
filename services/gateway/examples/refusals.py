"""How a refusal looks, by its reason."""

from typing import Any

from services.gateway.examples import cohorts, courseware
from services.gateway.examples.things import REQUEST_ID
from services.gateway.texts.problems import DETAILS, FIELDS, PROBLEMS

# By the reason for which several things are refused together: why one of them is, and how it is named.
ONE_OF_SEVERAL: dict[str, tuple[str, dict[str, Any]]] = {
    "DEMANDS_INVALID": ("CATEGORY_UNKNOWN", {"field": "category_code", "row": 3}),
    "JOINT_MEMBERS_REFUSED": ("OPINION_MISSING", {"field": "FH2026-000123"}),
    "NOMINATIONS_REFUSED": ("SEATS_TAKEN", {"field": "id", "row": 4}),
    "SERVICES_REFUSED": ("POINT_NOT_OF_AREA", {"field": "designation_ids[0]"}),
}


def problem(reason: str) -> dict[str, Any]:
    """How a refusal for this reason looks."""
    told = PROBLEMS[reason]
    shown: dict[str, Any] = {
        "type": f"/problems/{reason.lower().replace('_', '-')}",
        "title": told.title.zh,
        "status": told.status,
        "reason": reason,
        "request_id": REQUEST_ID,
    }
    if reason == "DEMAND_WRONG_STATE":
        shown |= {"detail": DETAILS[reason].say("zh", status="已答复待评价"), "action": "accept", "state": "replied"}
    if reason == "FIELDS_INVALID":
        shown["errors"] = [{"field": "title", "reason": "TOO_LONG", "message": "过长，最多 100"}]
    elif reason in ONE_OF_SEVERAL:
        because, where = ONE_OF_SEVERAL[reason]
        shown["errors"] = [where | {"reason": because, "message": PROBLEMS[because].title.zh}]
    elif reason == "SURVEY_ANSWERS_INVALID":
        shown["errors"] = [{"field": "answers.needs", "reason": "MISSING", "message": FIELDS["MISSING"].zh}]
    elif reason == "COHORT_INCOMPLETE":
        shown["errors"] = [cohorts.GAP]
    elif reason == "CATALOGUE_INCOMPLETE":
        shown["errors"] = [courseware.GAP]
    elif told.field:
        shown["errors"] = [{"field": told.field, "reason": reason, "message": told.title.zh}]
    return shown
