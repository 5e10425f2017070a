"""Why registry refuses: results of surveys, and recommendations."""

from services.gateway.texts.problems.base import problem as _of

FINDINGS = {
    "SURVEY_NOT_ANALYSED": _of(409, "这次调研尚未汇总分析", "The survey is not analysed yet"),
    "DEMANDS_UNAVAILABLE": _of(
        503,
        "暂时取不到上一年度的需求办理数据，请稍后重试",
        "Last year's demands cannot be counted at the moment; a retry is safe",
    ),
    "RECOMMENDATION_NOT_FOUND": _of(
        404, "没有这条对策建议，或您无权查看", "There is no such recommendation, or it is not yours to see"
    ),
    "RECOMMENDATION_WRONG_STATE": _of(
        409, "对策建议目前的状态不允许这样做", "The recommendation's present state does not allow this"
    ),
    "RECOMMENDATION_OWNER_UNKNOWN": _of(422, "没有这个责任单位", "There is no such unit to see to it", "owner_unit"),
    "RECOMMENDATION_DAY_INVALID": _of(
        422, "完成时限须为今天或今后的日期", "It shall be done today or on a day ahead", "due_on"
    ),
}
