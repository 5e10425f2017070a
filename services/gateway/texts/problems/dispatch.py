"""Why dispatch refuses: demands and their files."""

from services.gateway.texts.problems.base import problem as _of

DISPATCH = {
    "DEMAND_NOT_FOUND": _of(404, "没有这条需求，或您无权查看", "There is no such demand, or it is not yours to see"),
    "DEMAND_WRONG_STATE": _of(409, "需求目前的状态不允许这样做", "The demand's present state does not allow this"),
    "CATEGORY_UNKNOWN": _of(422, "没有这个需求类别", "There is no such category", "category_code"),
    "ENTERPRISE_NOT_DESIGNATED": _of(
        409,
        "该企业不是本年度的法治化营商环境联系点，不能提交新需求或报名",
        "The enterprise is not a liaison point of this year",
    ),
    "CHANNEL_NOT_ALLOWED": _of(422, "不能使用这种提交方式", "This channel is not the caller's to use", "channel"),
    "ENTERPRISE_MISSING": _of(422, "代为提交须指明企业", "Whoever sends for an enterprise names it", "enterprise_id"),
    "UNIT_NOT_AN_AGENCY": _of(422, "该单位不能承办或协办", "The unit is not another agency that takes part", "unit_code"),
    "UNIT_WITHOUT_CONTACT": _of(
        409, "该部门没有在岗联系人，无法派单", "The agency has no contact who could be told", "unit_code"
    ),
    "EXPLANATION_MISSING": _of(
        422, "留作参考须向企业说明理由", "A demand kept for reference needs an explanation", "explanation"
    ),
    "CONDITION_TAG_MISSING": _of(
        422, "留作参考须注明欠缺的条件", "A demand kept for reference names the missing conditions", "condition_tags"
    ),
    "PROMISED_DAY_MISSING": _of(422, "限时办理须承诺答复日期", "A time-bound handling promises a day", "promised_on"),
    "PROMISED_DAY_NOT_A_WORKDAY": _of(422, "承诺的日期不是工作日", "The promised day is not a working day", "promised_on"),
    "PROMISED_DAY_PAST": _of(422, "承诺的日期须在今天之后", "The promised day must lie ahead", "promised_on"),
    "PROMISED_DAY_OVER_CAP": _of(
        422, "承诺的日期超出办理时限", "The promised day is further ahead than allowed", "promised_on"
    ),
    "REVIEW_DAY_MISSING": _of(
        422, "留作参考须确定复核日期", "A demand kept for reference needs a day of review", "review_on"
    ),
    "REVIEW_DAY_OUT_OF_RANGE": _of(422, "复核日期不在允许的范围内", "The day of review is out of range", "review_on"),
    "REPLY_KIND_NOT_ALLOWED": _of(422, "目前不能作出这种答复", "This kind of reply is not possible now", "kind"),
    "LEGAL_BASIS_MISSING": _of(422, "答复须写明法律依据", "An answer names the law it rests on", "legal_basis"),
    "ALREADY_RATED": _of(409, "这次答复已经评价过", "The reply is rated already"),
    "LOOK_BACK_OPEN": _of(409, "这条需求已有一次回头看待办", "A look-back on this demand is open already"),
    "LOOK_BACK_NOT_FOUND": _of(404, "这条需求没有待办的回头看", "No look-back on this demand is open"),
    "LOOK_BACK_BY_REPLIER": _of(
        409, "答复人和答复单位不能核实自己的答复", "Who replied, or is of the replying unit, does not look back on it"
    ),
    "SAMPLE_NOT_FOUND": _of(404, "没有这次抽样", "There is no such sample"),
    "REOPEN_TOO_LATE": _of(409, "已过重新提起的期限，请提交新的需求", "It is too late to reopen it: send a new demand"),
    "ORDER_NOT_FOUND": _of(404, "没有这件督办，或已经办结", "There is no such order, or it is done with"),
    "ORDER_LEVEL_INVALID": _of(
        409, "须先催办、再督办、后通报，同一层级一次只能有一件", "An order follows the level before, one at a time", "level"
    ),
    "ORDER_DAY_INVALID": _of(422, "答复期限须为今后的工作日", "The answer is due on a working day ahead", "due_on"),
    "JUDICIAL_MATTER": _of(
        409,
        "该事项正在诉讼、检察程序中，除法院、检察院外，不得对办理提出要求，只能告知法定渠道",
        "The matter is before a court or procuratorate: nobody else says how to handle it",
    ),
    "CALENDAR_DAY_INVALID": _of(
        422,
        "日期不属于该年度、重复，或调休上班日不在周末",
        "A day is of another year, named twice, or made up for on a weekday",
        "days_off",
    ),
    "TERM_INVALID": _of(
        422, "时限的名称或数值不在允许的范围内，或有重复", "A term is unknown, out of range or set twice", "terms"
    ),
    "TERM_DAY_INVALID": _of(
        422, "起始日期须为今天或今后一年之内", "Terms hold from today or a day within a year", "valid_from"
    ),
    "DAY_INVALID": _of(422, "日期不存在", "There is no such day in the calendar"),
    "PROMISED_DAY_TOO_FAR": _of(
        422, "承诺的日期过远，须在一年之内", "The promised day is more than a year ahead", "promised_on"
    ),
    "EXTENSION_TOO_LATE": _of(409, "已过申请延期的时间", "It is too late to ask for an extension"),
    "EXTENSION_NOT_LATER": _of(
        422, "新的日期应晚于原承诺日期", "The new day is not later than the promised one", "promised_on"
    ),
    "EXTENSIONS_USED_UP": _of(409, "延期次数已用完", "The promised day was put off as often as it may be"),
    "APPROVAL_PENDING": _of(
        409, "这条需求有一项申请正在审批，请待决定后再操作", "A request about this demand is still to be decided"
    ),
    "APPROVAL_NOT_FOUND": _of(404, "没有这项申请，或已经决定", "There is no such request, or it is decided"),
    "APPROVAL_NOT_YOURS": _of(409, "这项申请不由您决定", "This request is somebody else's to decide"),
    "INFO_REQUESTS_USED_UP": _of(409, "请企业补充的次数已用完", "The enterprise was asked as often as it may be"),
    "CONDITION_MET": _of(409, "所列条件已经具备，不必再等", "The condition is met already", "condition_tags"),
    "CONDITION_NOT_FOUND": _of(404, "没有需求在等待这项条件", "No demand ever waited for this condition", "name"),
    "RETURN_TOO_LATE": _of(409, "已过退单的时间", "It is too late to send the demand back"),
    "RETURN_USED_UP": _of(
        409, "本部门已退过这条需求，或已被指定承办", "The agency has sent it back before, or was designated"
    ),
    "SUBJECT_AGENCY": _of(
        409,
        "该需求涉及这个部门，不能由其承办或协办",
        "The demand is about this agency, which has no part in it",
        "unit_code",
    ),
    "CO_HANDLER_INVALID": _of(
        409,
        "该部门是主办、已在协办、不在协办，或意见已定",
        "The agency leads, assists already, does not assist, or its opinion is settled",
        "unit_code",
    ),
    "ROUTING_RULE_INVALID": _of(
        422,
        "只能对应在册的承办部门；“不确定”不设对应部门",
        "Not an agency that takes part, or not a category that leads to any",
        "unit_codes",
    ),
    "SUGGESTION_NOT_FOUND": _of(404, "没有这项建议，或已经决定", "There is no such suggestion, or it is decided"),
    "OPINION_MISSING": _of(409, "协办部门的意见尚未到齐", "Opinions of assisting agencies are missing"),
    "JOINT_CASE_NOT_FOUND": _of(404, "没有这个并案，或您无权查看", "There is no such joint case, or it is not yours to see"),
    "DEMAND_IN_JOINT_CASE": _of(409, "这条需求已在并案中", "The demand belongs to a joint case already"),
    "JOINT_CASE_IDLE": _of(
        409, "并案中目前没有可由您答复或签发的需求", "No demand of the case is yours to answer or sign now"
    ),
    "JOINT_MEMBERS_REFUSED": _of(
        409, "有的需求不能这样处理，未作任何变更", "Some demands stand against it; nothing was done"
    ),
    "JOINT_CASE_FULL": _of(409, "并案中的需求已达上限", "The joint case has as many demands as it may"),
    "REPLY_TEMPLATE_NOT_FOUND": _of(404, "没有这个答复模板，或已停用", "There is no such reply template, or it is retired"),
    "DEMANDS_INVALID": _of(422, "有的需求不符合要求，一条也没有提交", "Some of the demands are not valid; none was sent"),
    "ATTACHMENT_NOT_FOUND": _of(404, "没有这个附件，或您无权查看", "There is no such attachment, or it is not yours to see"),
    "ATTACHMENT_ATTACHED": _of(409, "附件已经提交，不能再更改", "The attachment is attached already"),
    "ATTACHMENT_NOT_CLEAN": _of(409, "附件尚未通过安全检查", "The attachment has not passed the security check"),
    "ATTACHMENTS_TOO_MANY": _of(409, "附件数量已达上限", "There are as many attachments as may be"),
}

UPLOADS = {
    "UPLOAD_EMPTY": _of(422, "文件是空的", "The file is empty"),
    "UPLOAD_TOO_LARGE": _of(413, "文件过大，最多 20 MiB", "The file is too large, at most 20 MiB"),
    "UPLOAD_NAME_INVALID": _of(422, "文件名含有不能使用的字符，或过长", "The file's name cannot be used", "file_name"),
    "UPLOAD_TYPE_NOT_ALLOWED": _of(422, "只接收 docx、pdf、jpg、png 文件", "Only docx, pdf, jpg and png are taken"),
    "UPLOAD_MISLABELLED": _of(422, "文件内容与其名称或类型不符", "The file is not what its name or media type says"),
    "UPLOAD_MALFORMED": _of(422, "文件已损坏，无法读取", "The file is damaged"),
    "UPLOAD_ENCRYPTED": _of(422, "文件已加密，请去掉密码后再上传", "The file is encrypted: remove the password first"),
    "UPLOAD_ACTIVE_CONTENT": _of(
        422,
        "文件含有宏、脚本、嵌入对象或外部引用，请另存为普通文件",
        "The file holds macros, scripts, objects or outside links",
    ),
    "UPLOAD_POLYGLOT": _of(422, "文件中藏有另一种格式的内容", "The file holds a second file of another kind"),
    "UPLOAD_BOMB": _of(422, "文件展开后过大，无法检查", "The file unfolds into more than can be checked"),
    "UPLOAD_INFECTED": _of(422, "文件未通过病毒检查", "The virus scanner refused the file"),
}
