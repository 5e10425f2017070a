"""Why something with a survey, its questionnaire or its invitations is refused."""

from services.gateway.texts.problems.base import problem as _of

SURVEYS = {
    "SURVEY_NOT_FOUND": _of(404, "没有这次问卷调查", "There is no such survey"),
    "SURVEY_EXISTS": _of(409, "该年度已有年度问卷调查", "The year has its annual survey already", "year"),
    "SURVEY_WRONG_STATE": _of(409, "问卷调查目前的状态不能这样办理", "The survey's state does not allow this"),
    "SURVEY_DAYS_INVALID": _of(
        422, "日期有误，或结束早于开始，或结束日已过", "No such day, or the end before the beginning, or past", "closes_on"
    ),
    "SURVEY_AUDIENCE_INVALID": _of(422, "年度问卷调查面向全部规上企业", "An annual survey asks the census", "audience"),
    "SURVEY_NOT_READY": _of(409, "还没有邀请任何企业，请先生成问卷链接", "Nobody is invited yet: make links first"),
    "SURVEY_AREA_NOT_FOUND": _of(
        404, "没有这个区域，或不由您办理", "There is no such area, or it is another's", "area_code"
    ),
    "QUESTIONNAIRE_NOT_FOUND": _of(404, "问卷没有这一版", "The questionnaire has no such version"),
    "QUESTIONNAIRE_INVALID": _of(422, "问卷有错误，未保存", "The questionnaire has errors; nothing was written"),
    "INVITATION_NOT_FOUND": _of(404, "没有邀请这家企业，或您无权查看", "The enterprise is not invited, or not yours to see"),
    "LINKS_TOLD": _of(409, "链接只在生成时显示一次，请重新生成", "Links are told once, when they are made: make others"),
    "SURVEY_ANSWERED_ALREADY": _of(
        409, "该企业已提交甲部分，不能再生成链接", "The enterprise has handed in part A: there is no other link for it"
    ),
    "REMINDER_NOT_DUE": _of(
        409,
        "其中有已提交、三天内提醒过或已提醒三次的企业",
        "Some have answered, were reminded within three days, or three times",
        "enterprise_ids",
    ),
}
