"""How to ask at the door for what a line of the table names: a good request, but for whom it is by and what it is about.

What would change something names a version that nobody saw, so that who may change it is told STALE_VERSION, and all stays
as it is for the next who asks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.journeys import programme
from tests.journeys.asking import NO_FILE, STALE, UNSEEN, Door, fixed
from tests.journeys.table import NOBODY, REFUSED, WORDS, Line
from tests.kit.uploads.makers import png

NOT_FOUND = {
    "demand": "DEMAND_NOT_FOUND",
    "enterprise": "ENTERPRISE_NOT_FOUND",
    "submission": "ENTERPRISE_NOT_FOUND",
    "message": "NOTIFICATION_NOT_FOUND",
    "person": "PERSON_NOT_FOUND",
    "call task": "CALL_TASK_NOT_FOUND",
    "attachment": "ATTACHMENT_NOT_FOUND",
    "upload": "ATTACHMENT_NOT_FOUND",
    "joint case": "JOINT_CASE_NOT_FOUND",
    "reply template": "REPLY_TEMPLATE_NOT_FOUND",
}
REPLY = {"kind": "guidance", "conclusion": "结论", "legal_basis": "法", "next_steps": "下一步", "claim": "explained"}
LIAISON = {"name": "示例", "phone": "19900009999", "consented": True}
NO_OTHER = "0192f0c1-0000-7000-8000-000000000002"
# A period that ends before it begins, so that nothing is drawn.
BACKWARDS = {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
SHEET = "统一社会信用代码,企业名称,街镇(园区),级别,联系人,手机号,同意\n"


@dataclass(frozen=True)
class Outcomes:
    """How one transport words the answers that the table decides."""

    unsigned: str
    barred: str
    unknown: str

    def of(self, line: Line, column: str, relation: str, good: Sequence[str]) -> Sequence[str]:
        """What the table lets this caller expect about a thing in this relation."""
        word = line.reach[column]
        if word == REFUSED:
            return [self.unsigned if column == NOBODY else self.barred]
        reached = relation == "own" or (relation == "other" and WORDS[word])
        if reached or line.about in ("", "deliveries"):
            return good
        return [self.unknown.format((NOT_FOUND | programme.NOT_FOUND)[line.about])]


OF_ROUTES = Outcomes("401 TOKEN_INVALID", "403 PERMISSION_DENIED", "404 {}")


def submission(thing: str, column: str) -> dict[str, Any]:
    """A contact sends for itself through the mini-program, staff on behalf by telephone."""
    body = {"kind": "demand", "category_code": "hrss", "title": "矩阵", "body": "由谁提交？", "enterprise_id": thing}
    return body | {"channel": "mini_program" if column == "liaison" else "phone"}


SUGGESTION = "/api/v1/routing-suggestions/{suggestion_id}"
JOINT = "/api/v1/joint-cases/{joint_case_id}"
TEMPLATE = "/api/v1/reply-templates/{reply_template_id}"
TEXTS = {"title": "矩阵", "state": "handling", "conclusion": "结论"}
NOT_GOOD = {"kind": "demand", "category_code": "none", "title": "矩阵", "body": "示例", "enterprise_id": NO_FILE}
DEMANDS, ENTERPRISES, AUTH = "/api/v1/demands/{demand_id}", "/api/v1/enterprises/{enterprise_id}", "/api/v1/auth"
WRITTEN = {"title": "裁员补偿", "body": "如何计算？"}
DOORS = {
    "POST /api/v1/attachments": Door(("201",)),
    "DELETE /api/v1/attachments/{attachment_id}": Door(("409 ATTACHMENT_ATTACHED",)),
    f"POST {DEMANDS}/attachments": Door(("404 ATTACHMENT_NOT_FOUND",), fixed(attachment_ids=[NO_FILE])),
    "POST /api/v1/similar-demands": Door(("200",), fixed(**WRITTEN)),
    "POST /api/v1/demands": Door(("201",), submission),
    f"POST {DEMANDS}/dispatch": Door(STALE, fixed(unit_code="hrss")),
    f"POST {DEMANDS}/accept": Door(STALE),
    f"POST {DEMANDS}/contact": Door(STALE, fixed(note="已电话联系")),
    f"POST {DEMANDS}/disposition": Door(STALE, fixed(kind="immediate")),
    f"POST {DEMANDS}/reply": Door(STALE, fixed(**REPLY)),
    f"POST {DEMANDS}/rating": Door(STALE, fixed(satisfaction=5, solved="yes")),
    f"POST {DEMANDS}/withdraw": Door(STALE, fixed(reason="示例")),
    f"POST {DEMANDS}/progress-report": Door(STALE, fixed(text="示例")),
    f"POST {DEMANDS}/extension": Door(STALE, fixed(promised_on="2026-11-30", reason="示例")),
    f"POST {DEMANDS}/approvals/{{approval_id}}/decision": Door(STALE, fixed(approve=True)),
    f"POST {DEMANDS}/look-back": Door(STALE, fixed(reason="示例")),
    f"POST {DEMANDS}/look-back-record": Door(STALE, fixed(outcome="solved", note="示例")),
    f"POST {DEMANDS}/reopen": Door(STALE, fixed(new_facts="示例")),
    f"POST {DEMANDS}/orders": Door(STALE, fixed(level="reminder", text="示例", due_on="2026-11-30")),
    f"POST {DEMANDS}/orders/{{order_id}}/answer": Door(STALE, fixed(answer="示例")),
    f"POST {DEMANDS}/orders/{{order_id}}/close": Door(STALE),
    f"POST {DEMANDS}/appeal": Door(STALE, fixed(reason="示例")),
    f"POST {DEMANDS}/appeal-decision": Door(STALE, fixed(uphold=True, ruling="示例")),
    f"POST {DEMANDS}/kpi-exclusion": Door(STALE, fixed(reason="示例")),
    "POST /api/v1/look-back-samples": Door(("422 FIELDS_INVALID",), fixed(**BACKWARDS, share_percent=5)),
    "GET /api/v1/look-back-samples/{sample_id}": Door(("404 SAMPLE_NOT_FOUND",)),
    "GET /api/v1/look-back-samples/{sample_id}/redraw": Door(("404 SAMPLE_NOT_FOUND",)),
    f"POST {DEMANDS}/info-request": Door(STALE, fixed(questions=["示例？"])),
    f"POST {DEMANDS}/info": Door(STALE, fixed(answer="示例")),
    f"POST {DEMANDS}/parking-review": Door(STALE),
    f"POST {DEMANDS}/resume": Door(STALE),
    f"POST {DEMANDS}/infeasible": Door(STALE, fixed(conclusion="结论", legal_basis="法", next_steps="下一步")),
    "GET /api/v1/co-handler-suggestions": Door(("422 FIELDS_INVALID",)),  # for whom, nobody said
    f"POST {DEMANDS}/return": Door(STALE, fixed(reason="not_our_duty", basis="示例")),
    f"POST {DEMANDS}/return-decision": Door(STALE, fixed(approve=True)),
    f"POST {DEMANDS}/co-handlers": Door(STALE, fixed(unit_code="hrss")),
    f"POST {DEMANDS}/opinion": Door(STALE, fixed(opinion="示例")),
    f"POST {DEMANDS}/opinion-waiver": Door(STALE, fixed(unit_code="hrss", reason="示例")),
    f"POST {DEMANDS}/reveal-identity": Door(STALE),
    "PUT /api/v1/routing-rules/{category_code}": Door(STALE, fixed(unit_codes=["hrss"])),
    "PUT /api/v1/calendars/{year}": Door(STALE, fixed(notice="示例", days_off=["2031-01-01"], workdays=[])),
    "POST /api/v1/term-rules": Door(("422 TERM_DAY_INVALID",), fixed(terms={}, valid_from="2020-01-01", note="示例")),
    f"POST {SUGGESTION}/decision": Door(("404 SUGGESTION_NOT_FOUND",), fixed(decision="dismissed")),
    "POST /api/v1/joint-cases": Door(("409 JOINT_MEMBERS_REFUSED",), fixed(title="矩阵", demand_ids=[NO_FILE, NO_OTHER])),
    f"POST {JOINT}/members": Door(STALE, fixed(demand_ids=[NO_FILE])),
    f"POST {JOINT}/members/removal": Door(STALE, fixed(demand_ids=[NO_FILE], reason="示例")),
    f"POST {JOINT}/reply": Door(STALE, fixed(**REPLY)),
    f"POST {JOINT}/reply-decision": Door(STALE, fixed(approve=True)),
    "POST /api/v1/reply-templates": Door(("201",), fixed(**TEXTS)),
    f"PUT {TEMPLATE}": Door(("404 REPLY_TEMPLATE_NOT_FOUND",), fixed(**TEXTS)),
    f"POST {TEMPLATE}/retire": Door(("404 REPLY_TEMPLATE_NOT_FOUND",)),
    "POST /api/v1/filings": Door(("422 DEMANDS_INVALID",), fixed(channel="phone", demands=[NOT_GOOD])),
    "POST /api/v1/conditions/met": Door(("404 CONDITION_NOT_FOUND",), fixed(name="无此条件", note="示例")),
    "POST /api/v1/notifications/read": Door(("200",), lambda thing, column: {"notification_ids": [thing]}),
    "POST /api/v1/notification-templates/consents": Door(("422 TEMPLATE_UNKNOWN",), fixed(template_ids=["none"])),
    f"POST {ENTERPRISES}/liaison": Door(("409 LIAISON_EXISTS",), fixed(**LIAISON)),
    f"PUT {ENTERPRISES}/liaison": Door(STALE, fixed(liaison=LIAISON, reason="示例")),
    "POST /api/v1/call-tasks/{task_id}/complete": Door(("200", "409 CALL_TASK_DONE"), fixed(reached=True)),
    "POST /api/v1/people/{person_id}/reveal-phone": Door(("200",), fixed(reason="电话联系")),
    "POST /api/v1/cohorts/{year}/import": Door(("200",)),
    "POST /api/v1/liaisons/import": Door(("200",)),
    # Nobody resigns, and nobody has an open request: what is sent here takes effect for nobody.
    "POST /api/v1/me/resignation": Door(("422 FIELDS_INVALID",), fixed(reason=" ")),
    f"POST {ENTERPRISES}/liaison/invite": Door(("409 INVITE_NOT_NEEDED",)),
    f"GET {ENTERPRISES}/liaison/invite": Door(("404 INVITE_NOT_FOUND",)),
    f"DELETE {ENTERPRISES}/liaison/invite": Door(("204",)),
    f"POST {AUTH}/wechat/rebinding": Door(("401 WECHAT_CODE_INVALID",), fixed(code="made-up", phone_code="made-up")),
    "GET /api/v1/me/rebinding": Door(("404 REBINDING_NOT_FOUND",)),
    "POST /api/v1/me/rebinding/objection": Door(("404 REBINDING_NOT_FOUND",)),
    "GET /api/v1/rebindings/{rebinding_id}": Door(("404 REBINDING_NOT_FOUND",)),
    "POST /api/v1/rebindings/{rebinding_id}/decision": Door(("404 REBINDING_NOT_FOUND",), fixed(approve=True, note="示例")),
    "POST /api/v1/units/duties/import": Door(("422 IMPORT_COLUMNS_MISSING",)),  # it is a cohort's file
    f"POST {AUTH}/wechat": Door(("401 WECHAT_CODE_INVALID",), fixed(code="made-up")),
    f"POST {AUTH}/password": Door(
        ("401 CREDENTIALS_WRONG",), lambda thing, column: {"login_name": column, "password": "x", "totp": "000000"}
    ),
    f"POST {AUTH}/refresh": Door(("401 SESSION_ENDED",), fixed(refresh_token="made-up")),
    f"POST {AUTH}/sign-out": Door(("204",), fixed(refresh_token="made-up")),
}


PLAIN_DOOR = Door()


def filled(path: str, thing: str) -> str:
    """A path with the thing where its first id stands, and made-up ids behind it."""
    path = re.sub(r"\{\w+_id\}", thing or str(uuid4()), path, count=1)
    path = re.sub(r"\{\w+_id\}", NO_FILE, path)
    path = path.replace("{token}", "A" * 22)  # a code that leads nowhere
    path = path.replace("{number}", "1").replace("{code}", "west")  # a consultation group, a zone
    return path.replace("{year}", "2031").replace("{name}", "favicon.png").replace("{category_code}", "hrss")
    return (
        path.replace("{year}", "2031")
        .replace("{number}", "1")
        .replace("{name}", "favicon.png")
        .replace("{category_code}", "hrss")
    )


async def knock(http: httpx.AsyncClient, line: Line, token: str, thing: str, column: str) -> str:
    """Ask a route; returns status and reason. Reads no further than the head of a stream."""
    method, path = line.name.split(" ")
    path = filled(path, thing)
    headers = {"idempotency-key": uuid4().hex, "if-match": f'"{UNSEEN}"'}
    headers |= {"survey-token": "made-up"} if path.startswith("/api/v1/survey-link") else {}
    headers |= {"rating-token": "made-up"} if path.startswith("/api/v1/rating-link") else {}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    sent: dict[str, Any] = {}
    if path.endswith("/import"):
        sent = {"content": programme.SHEETS.get(line.name, SHEET).encode(), "params": {"dry_run": "true"}}
        headers["content-type"] = "text/csv"
    elif path == "/api/v1/attachments" or (method == "POST" and path.endswith("/files")):
        sent = {"content": png(), "params": {"file_name": "a.png"}}
        headers["content-type"] = "image/png"
    elif method == "POST" or method == "PUT":
        sent = {"json": (DOORS | programme.DOORS)[line.name].body(thing, column)}
    async with http.stream(method, path, headers=headers, **sent) as answer:
        if answer.is_success:
            return str(answer.status_code)
        await answer.aread()
        told = answer.json()["reason"] if "json" in answer.headers["content-type"] else ""
        return f"{answer.status_code} {told}"
