"""Why any service or the gateway itself refuses."""

from services.gateway.texts.problems.base import problem as _of

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
    "CHOICE_INVALID": _of(422, "这几项须填其一", "One of these fields is wanted, and no more than may stand together"),
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
