"""Why registry refuses an answer to a survey."""

from services.gateway.texts.problems.base import problem as _of

SURVEY_ANSWERS = {
    "SURVEY_LINK_NOT_FOUND": _of(404, "问卷链接无效，或已更换", "There is no such link, or it was replaced by another"),
    "SURVEY_CLOSED": _of(409, "问卷已结束，不再收取答案", "The survey is closed and takes no answers"),
    "SURVEY_CONSENT_MISSING": _of(422, "须同意实名使用甲部分方可提交", "Part A is taken only with consent", "consented"),
    "SURVEY_ANSWERS_INVALID": _of(422, "有题目未填，或答案不符合要求", "Some answers are missing or cannot be given"),
    "SURVEY_ALREADY_SUBMITTED": _of(
        409, "甲部分已提交，如需修改请重新提交", "Part A was handed in: hand it in again to replace it"
    ),
    "SURVEY_OPINION_GIVEN": _of(409, "乙部分已提交过，每家企业一次", "Part B was given already, once for each enterprise"),
    "SURVEY_QUESTIONNAIRE_UNKNOWN": _of(
        422, "没有这个版本的问卷，请重新打开链接", "There is no such version: open the link anew", "questionnaire_number"
    ),
}
