"""The API's own description: every operation with what it takes, what it answers, and every way it may say no.

Routes name only the reasons of their own; what follows from a route's form (a body, a caller, a key) is added here, so that
the description cannot lag behind the edge.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.gateway import examples
from services.gateway.examples import things
from services.gateway.headers import IDEMPOTENCY_KEY, IF_MATCH
from services.gateway.problems import MEDIA_TYPE
from services.gateway.texts.problems import PROBLEMS

ALWAYS = ("INTERNAL",)
BY_SERVICE = ("UNAVAILABLE", "TIMEOUT")
GUARDED = ("TOKEN_INVALID", "TOKEN_REVOKED", "PERMISSION_DENIED")
WITH_BODY = ("BODY_UNREADABLE", "BODY_TOO_LARGE", "CONTENT_TYPE_UNSUPPORTED", "FIELDS_INVALID")
IDEMPOTENT = ("IDEMPOTENCY_KEY_MISSING", "IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_REUSED")
VERSIONED = ("IF_MATCH_MISSING", "IF_MATCH_INVALID", "STALE_VERSION")
MARKS = "x-fahu"
PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "客户端为这次请求取的编号；重试时不变。The client's id of this request; the same for a retry.",
        "schema": {"type": "string", "pattern": f"^{IDEMPOTENCY_KEY}$", "minLength": 1, "maxLength": 64},
        "example": things.KEY,
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "您看到的版本，即读取时的 ETag。The ETag of what the caller saw.",
        "schema": {"type": "string", "pattern": f"^{IF_MATCH}$"},
        "example": '"3"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "已有版本的 ETag；未变则答 304。The ETag at hand; 304 if it is still the present one.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
    "AcceptLanguage": {
        "name": "Accept-Language",
        "in": "header",
        "required": False,
        "description": "文字的语言，默认中文。Language of the texts, Chinese by default.",
        "schema": {"type": "string"},
        "example": "zh-CN",
    },
}
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-Id": {"description": "请求编号，供排查。Id of the request, in all logs.", "schema": {"type": "string"}},
    "ETag": {"description": "版本。The version.", "schema": {"type": "string"}},
    "Location": {"description": "新建内容的地址。Where it is.", "schema": {"type": "string"}},
    "Retry-After": {"description": "多少秒后可重试。Seconds to wait.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}},
    "Allow": {"description": "支持的方法。The methods answered.", "schema": {"type": "string"}},
}
PROBLEM_SCHEMA = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457。程序依 reason 判断，title 供人阅读。Programs go by reason; title is for people.",
    "required": ["type", "title", "status", "reason", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["reason", "message"],
                "properties": {
                    "field": {"type": "string", "description": "整个请求体有误时没有。None where the body as a whole is."},
                    "reason": {"type": "string"},
                    "message": {"type": "string"},
                    "have": {"type": "integer", "description": "名单缺项：现有数。Of a gap in a list: how many there are."},
                    "want": {"type": "integer", "description": "名单缺项：应有数。How many there shall be."},
                    "row": {
                        "type": "integer",
                        "description": "导入文件的行号，或批量中的第几条。Row of a file, or place in a batch, from 1.",
                    },
                },
            },
        },
    },
    "additionalProperties": True,
}
TAGS = {
    "auth": "登录。Sign-in: contacts and staff by WeChat, console staff by password and one-time code.",
    "me": "本人。The caller.",
    "demands": "需求与建议。Needs and suggestions, from sending to closing.",
    "attachments": "附件。Files that belong to demands.",
    "joint-cases": "并案。Demands about one matter, answered together and rated apart.",
    "reply-templates": "答复模板。Texts to begin an answer with.",
    "routing": "派单规则。Where categories lead, and what returns suggest about it.",
    "calendars": "工作日。Which days are worked, 调休 included.",
    "terms": "办理时限。How long things may take, by default and as set.",
    "oversight": "回头看与督办。Look-backs with their samples, supervision orders, appeals.",
    "notifications": "消息。The caller's inbox, WeChat consents and live updates.",
    "call-tasks": "电话联系任务。Whom the centre is to telephone.",
    "cohorts": "年度联系点。A year's list: nominations, publication, withdrawal and replacement.",
    "enterprises": "企业与联系人。Enterprises and their contacts.",
    "plaques": "铭牌与证书。Plaques and certificates of liaison points, and what their codes are worth.",
    "survey-link": "问卷链接。Answering a survey through a personal link, without signing in.",
    "surveys": "问卷调查。Surveys of above-scale enterprises: questionnaires, personal links, reminders.",
    "findings": "调研结果。What a survey came to: results, files, the draft of the report.",
    "recommendations": "对策建议。What a report recommends, and what became of it.",
    "rebindings": "换绑微信。Another WeChat account for somebody on the roster.",
    "exports": "导出。Lists as XLSX files.",
    "projects": "年度项目。Projects of a year, their nodes, and who is late.",
    "service-records": "对接服务与覆盖。Services to liaison points, what they say about them, who is still owed one.",
    "lectures": "法治宣讲。Lectures of the agencies, from their plan to their end.",
    "lecture-requests": "预约上门宣讲。Lectures that enterprises ask an agency to give at their place.",
    "consultations": "现场咨询。Sessions of the four groups by zone, and what each quarter owes.",
    "slot-bookings": "咨询预约。Slots of sessions, booked by enterprises of the zone.",
    "consultation-records": "咨询记录。What was asked and advised, and the enterprise's consent to more.",
    "corps": "服务团、咨询小组与片区。Who lectures and advises, by which groups, and in which zones.",
    "bookings": "报名。Seats in lectures, the queue for them, and offers.",
    "courseware": "以案释法课件。Courseware of the agencies, its files, and the needs it answers.",
    "catalogues": "课程目录。A year's catalogue, version by version.",
    "attendance": "签到。Who came to a lecture: by the code at its door, or by the agency's hand.",
    "evaluations": "宣讲评价。What those who came think of a lecture.",
    "calendar": "日历订阅。Bookings for the calendars that people use anyway.",
    "reference": "基础数据。Areas, units, categories.",
    "platform": "平台。Health.",
}


def tells(
    *reasons: str, idempotent: bool = False, versioned: bool = False, etag: bool = False, local: bool = False
) -> dict[str, Any]:
    """What a route says of itself (for `openapi_extra`).

    Its own reasons; whether it takes an Idempotency-Key and an If-Match; whether its answer has an ETag; whether it is
    answered without asking a service.
    """
    own = [*reasons, *(() if local else BY_SERVICE)]
    own += [*(IDEMPOTENT if idempotent else ()), *(VERSIONED if versioned else ())]
    return {MARKS: {"reasons": own, "idempotent": idempotent, "versioned": versioned, "etag": etag}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the application."""
    tags = [{"name": name, "description": text} for name, text in TAGS.items()]
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes, tags=tags)
    components = document.setdefault("components", {})
    components["parameters"] = PARAMETERS
    components["headers"] = HEADERS
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path in document["paths"].values():
        for method, operation in path.items():
            _complete(method, operation)
    return document


def _complete(method: str, operation: dict[str, Any]) -> None:
    marks = operation.pop(MARKS, {"reasons": [], "idempotent": False, "versioned": False, "etag": False})
    parameters = operation.setdefault("parameters", [])
    takes = [("IdempotencyKey", marks["idempotent"]), ("IfMatch", marks["versioned"])]
    takes += [("IfNoneMatch", marks["etag"] and method == "get"), ("AcceptLanguage", True)]
    parameters += [_ref("parameters", name) for name, taken in takes if taken]
    responses = operation["responses"]
    responses.pop("422", None)
    for parameter in parameters:
        _never_null(parameter.get("schema", {}))
    _add_headers(operation, marks["etag"])
    if marks["etag"] and method == "get":
        responses["304"] = {"description": "未变。Not modified.", "headers": _headers("X-Request-Id", "ETag")}
    responses |= _problems(_reasons(operation, marks["reasons"]))
    _add_examples(operation)


def _reasons(operation: dict[str, Any], own: Iterable[str]) -> set[str]:
    """The route's own reasons and those of its form."""
    reasons = {*own, *ALWAYS}
    if "security" in operation:
        reasons |= {*GUARDED}
    if "requestBody" in operation:
        reasons |= {*WITH_BODY}
    if any(parameter.get("in") in ("path", "query") for parameter in operation["parameters"]):
        reasons.add("FIELDS_INVALID")
    return reasons


def _problems(reasons: set[str]) -> dict[str, Any]:
    """One response for each status, with an example for each reason."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for reason in sorted(reasons):
        by_status[PROBLEMS[reason].status].append(reason)
    found: dict[str, Any] = {}
    for status, grouped in sorted(by_status.items()):
        shown = {reason: {"summary": PROBLEMS[reason].title.en, "value": examples.problem(reason)} for reason in grouped}
        content = {MEDIA_TYPE: {"schema": _ref("schemas", "Problem"), "examples": shown}}
        names = ["X-Request-Id", *(["WWW-Authenticate"] if status == 401 else [])]
        names += ["Retry-After"] if status in (429, 502, 503, 504) else []
        found[str(status)] = {"description": "、".join(grouped), "content": content, "headers": _headers(*names)}
    return found


def _never_null(schema: dict[str, Any]) -> None:
    """A parameter is left out, not null: a query has no way to write that."""
    kinds = [kind for kind in schema.pop("anyOf", ()) if kind != {"type": "null"}]
    for kind in kinds:
        schema |= kind


def _add_headers(operation: dict[str, Any], etag: bool) -> None:
    for status, response in operation["responses"].items():
        response["description"] = operation["summary"]
        names = ["X-Request-Id", *(["ETag"] if etag else []), *(["Location"] if status == "201" else [])]
        response["headers"] = _headers(*names)


def _add_examples(operation: dict[str, Any]) -> None:
    shown = examples.OPERATIONS.get(operation["operationId"], {})
    if "request" in shown:
        _show(operation["requestBody"]["content"], shown["request"])
    if "response" in shown:
        success = next(response for status, response in operation["responses"].items() if status in ("200", "201"))
        _show(success["content"], shown["response"])
    for parameter in operation["parameters"]:
        if "$ref" not in parameter and parameter["name"] in examples.PARAMETERS:
            parameter["example"] = examples.PARAMETERS[parameter["name"]]


def _show(content: dict[str, Any], example: Any) -> None:
    """Give what is text its example: none shows what a workbook or a picture looks like."""
    for kind, media in content.items():
        if kind.startswith("text/") or kind.endswith("json"):
            media["example"] = example


def _headers(*names: str) -> dict[str, Any]:
    return {name: _ref("headers", name) for name in names}


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
