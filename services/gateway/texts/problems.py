"""Every reason for which a request is refused: its HTTP status, its title, and the field at fault where it is always one.

Reasons come from the services' contracts (error_reason.proto), from kit and from the gateway itself; a test proves that none
is missing here.
"""

from typing import NamedTuple

from services.gateway.texts import Text


class Problem(NamedTuple):
    """How one reason is told."""

    status: int
    title: Text
    field: str = ""


def _of(status: int, zh: str, en: str, field: str = "") -> Problem:
    return Problem(status, Text(zh, en), field)


DISPATCH = {
    "DEMAND_NOT_FOUND": _of(404, "没有这条需求，或您无权查看", "There is no such demand, or it is not yours to see"),
    "DEMAND_WRONG_STATE": _of(409, "需求目前的状态不允许这样做", "The demand's present state does not allow this"),
    "CATEGORY_UNKNOWN": _of(422, "没有这个需求类别", "There is no such category", "category_code"),
    "ENTERPRISE_NOT_DESIGNATED": _of(
        409, "该企业不是本年度的法治化营商环境联系点，不能提交新需求", "The enterprise is not a liaison point of this year"
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
REGISTRY = {
    "ENTERPRISE_NOT_FOUND": _of(404, "没有这家企业，或您无权查看", "There is no such enterprise, or it is not yours to see"),
    "PERSON_NOT_FOUND": _of(404, "没有这个人员", "There is no such person"),
    "LIAISON_NOT_FOUND": _of(404, "该企业还没有联系人，无从更换", "The enterprise has no contact to replace"),
    "LIAISON_EXISTS": _of(409, "该企业已有联系人，请改用更换", "The enterprise has a contact already: replace it instead"),
    "LIAISON_CONSENT_MISSING": _of(422, "须本人同意方可担任联系人", "A contact is appointed only with consent", "consented"),
    "PHONE_INVALID": _of(422, "不是有效的手机号码", "Not a mainland mobile number", "phone"),
    "PHONE_IN_USE": _of(409, "该手机号码属于工作人员或另一家企业的联系人", "The number is another person's", "phone"),
    "LOGIN_NAME_TAKEN": _of(409, "该用户名已被使用", "The login name is taken", "login_name"),
    "CONTACT_NEEDS_SUCCESSOR": _of(
        409, "该人员是单位联系人，请先确定接任人", "The person is a unit's contact: name who takes over first"
    ),
    "UNIT_NOT_FOUND": _of(404, "没有这个单位", "There is no such unit"),
    "WECHAT_NOT_BOUND": _of(401, "首次登录须授权手机号码", "The first sign-in needs the phone code too", "phone_code"),
    "NOT_ON_ROSTER": _of(403, "该手机号码不在联系人和工作人员名册上", "The phone is not on the roster"),
    "BOUND_TO_ANOTHER_WECHAT": _of(409, "该人员已绑定另一个微信号", "The person is bound to another WeChat account"),
    "ACCOUNT_WITHOUT_ROLE": _of(403, "该账号目前没有任何角色", "The account holds no role now"),
    "CREDENTIALS_WRONG": _of(401, "用户名、密码或动态口令有误", "Login name, password or one-time code is wrong"),
    "SESSION_ENDED": _of(401, "登录已失效，请重新登录", "The session has ended: sign in again"),
    "IMPORT_UNREADABLE": _of(422, "无法读取该文件，请使用 XLSX 或 CSV", "The file is neither a readable XLSX nor CSV"),
    "IMPORT_TOO_LARGE": _of(422, "文件内容过多", "The file holds too much"),
    "IMPORT_COLUMNS_MISSING": _of(422, "文件的表头缺少必需的列", "Columns are missing from the header row"),
}
NOTIFY = {
    "NOTIFICATION_NOT_FOUND": _of(404, "没有这条消息", "There is no such message", "notification_ids"),
    "TEMPLATE_UNKNOWN": _of(422, "没有这个消息模板", "There is no such template", "template_ids"),
    "CALL_TASK_NOT_FOUND": _of(404, "没有这项电话联系任务", "There is no such call task"),
    "CALL_TASK_DONE": _of(409, "这项电话联系任务已经完成", "The call task is done already"),
}
SHARED = {
    "UNKNOWN": _of(500, "服务出错，请稍后再试", "The request failed"),
    "PERMISSION_DENIED": _of(403, "您的角色不能这样做", "Your role may not do this"),
    "TOKEN_INVALID": _of(401, "未登录或登录凭证无效", "The access token is missing, expired or not ours"),
    "UNAVAILABLE": _of(503, "服务暂时不可用，请稍后重试", "The service is not available at the moment; a retry is safe"),
    "DATABASE_UNAVAILABLE": _of(
        503, "服务暂时不可用，请稍后重试", "The service is not available at the moment; a retry is safe"
    ),
    "STALE_VERSION": _of(412, "内容已被更新，请刷新后再操作", "It has changed since you read it: read again, then decide"),
    "IDEMPOTENCY_KEY_REUSED": _of(
        422, "同一个请求编号已用于不同的内容", "This Idempotency-Key was used for other content", "Idempotency-Key"
    ),
    "DEADLINE_MISSING": _of(500, "服务出错，请稍后再试", "Something went wrong on our side"),
    "FIELDS_INVALID": _of(422, "有字段不符合要求", "Some fields are not valid"),
    "PAGE_TOKEN_INVALID": _of(
        400, "翻页标记无效，请从第一页重新查询", "The page token is not one of this list", "page_token"
    ),
    "PAGE_SIZE_INVALID": _of(422, "每页条数无效", "The page size is not valid", "page_size"),
}
GATEWAY = {
    "IDEMPOTENCY_KEY_MISSING": _of(
        400, "缺少请求编号 Idempotency-Key", "The header Idempotency-Key is missing", "Idempotency-Key"
    ),
    "IDEMPOTENCY_KEY_INVALID": _of(
        400,
        "Idempotency-Key 须为 1 至 64 个可见字符",
        "Idempotency-Key has 1 to 64 visible ASCII characters",
        "Idempotency-Key",
    ),
    "IF_MATCH_MISSING": _of(428, "缺少 If-Match：请带上您看到的版本", "The header If-Match is missing", "If-Match"),
    "IF_MATCH_INVALID": _of(400, "If-Match 须为一个 ETag", "If-Match has the form of one ETag of ours", "If-Match"),
    "TOKEN_REVOKED": _of(401, "您的权限已变更，请重新登录", "The access token was revoked: sign in again"),
    "ROUTE_NOT_FOUND": _of(404, "没有这个地址", "There is nothing at this address"),
    "METHOD_NOT_ALLOWED": _of(405, "该地址不支持这种请求方法", "This address does not answer this method"),
    "BODY_TOO_LARGE": _of(413, "提交的内容过大", "The body is too large"),
    "HEADERS_TOO_LARGE": _of(431, "请求头过大，最多 16 KiB", "Address and headers are too large, at most 16 KiB"),
    "CONTENT_TYPE_UNSUPPORTED": _of(415, "不支持这种内容类型", "This content type is not understood here", "Content-Type"),
    "BODY_UNREADABLE": _of(400, "无法读取提交的内容，须为 UTF-8 编码的 JSON", "The body is not JSON in UTF-8"),
    "REQUEST_INVALID": _of(400, "请求有误", "The request cannot be understood"),
    "TOO_MANY_ATTEMPTS": _of(429, "尝试次数过多，请稍后再试", "Too many attempts: wait, then try again"),
    "TOO_MANY_STREAMS": _of(429, "打开的实时连接过多", "Too many live streams are open for this person"),
    "WECHAT_CODE_INVALID": _of(401, "微信登录凭证无效或已使用，请重试", "The code of WeChat is wrong, expired or used"),
    "WECHAT_UNAVAILABLE": _of(503, "微信暂时没有响应，请稍后重试", "WeChat does not answer at the moment"),
    "WECHAT_REFUSED": _of(502, "微信拒绝了请求，请联系管理员", "WeChat refused; somebody has to mend this"),
    "PHONE_NOT_MAINLAND": _of(403, "只支持中国大陆手机号码", "Only mainland mobile numbers are served", "phone_code"),
    "IMPORT_ROWS_INVALID": _of(422, "文件中有错误，未写入任何数据", "The file has errors; nothing was written"),
    "FILE_EMPTY": _of(422, "没有收到文件", "There is no file in the body"),
    "FILE_TOO_LARGE": _of(413, "文件过大，最多 2 MiB", "The file is too large, at most 2 MiB"),
    "TIMEOUT": _of(504, "处理超时，请稍后重试", "It took too long; a retry is safe"),
    "INTERNAL": _of(500, "服务出错，请稍后再试", "Something went wrong on our side"),
}
# What this occurrence is about, where the refusal tells values. {status} is the present state in words.
DETAILS: dict[str, Text] = {
    "DEMAND_WRONG_STATE": Text("目前的状态：{status}", "Its present state: {status}"),
    "ENTERPRISE_NOT_DESIGNATED": Text("年度：{year}", "Year: {year}"),
    "PROMISED_DAY_OVER_CAP": Text("最多 {cap} 个工作日之内", "At most {cap} working days ahead"),
    "RETURN_TOO_LATE": Text("须在派单后 {days} 个工作日内", "Within {days} working days of its dispatch"),
    "TERM_INVALID": Text("{term}：允许 {least} 至 {most}", "{term}: {least} to {most}"),
    "CALENDAR_DAY_INVALID": Text("有误的日期：{day}", "The day at fault: {day}"),
    "REVIEW_DAY_OUT_OF_RANGE": Text("须在今后 {cap} 天之内", "Within the next {cap} days"),
    "REOPEN_TOO_LATE": Text("办结后 {days} 天内可以重新提起", "Within {days} days of closing"),
    "IMPORT_TOO_LARGE": Text(
        "最多 {rows} 行、{columns} 列，解压后最多 {mebibytes} MiB、{entries} 个部件",
        "At most {rows} rows and {columns} columns, and unpacked {mebibytes} MiB in {entries} parts",
    ),
    "IMPORT_COLUMNS_MISSING": Text("缺少：{columns}", "Missing: {columns}"),
    "ATTACHMENTS_TOO_MANY": Text("最多 {limit} 个", "At most {limit}"),
    "JOINT_CASE_FULL": Text("最多 {limit} 条", "At most {limit}"),
    "TOO_MANY_ATTEMPTS": Text("请在 {seconds} 秒后再试", "Try again in {seconds} seconds"),
}
PROBLEMS: dict[str, Problem] = DISPATCH | UPLOADS | REGISTRY | NOTIFY | SHARED | GATEWAY

# What is wrong with one field; where the rule has a limit, it is told as well.
FIELDS: dict[str, Text] = {
    "MISSING": Text("必填", "is required"),
    "TOO_LONG": Text("过长", "is too long"),
    "TOO_SHORT": Text("过短", "is too short"),
    "FORMAT_INVALID": Text("格式不正确", "does not have the right form"),
    "VALUE_UNKNOWN": Text("不是可选的值", "is not one of the values allowed"),
    "OUT_OF_RANGE": Text("超出允许的范围", "is out of range"),
    "TYPE_WRONG": Text("类型不正确", "has the wrong type"),
    "FIELD_UNKNOWN": Text("没有这个字段", "is not a field of this request"),
    "DUPLICATE": Text("有重复的值", "has the same value twice"),
    "INVALID": Text("不符合要求", "is not valid"),
}
LIMITS: dict[str, Text] = {
    "TOO_LONG": Text("，最多 {limit}", ", at most {limit}"),
    "TOO_SHORT": Text("，最少 {limit}", ", at least {limit}"),
}
