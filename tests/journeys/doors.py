"""How to ask for what a line of the table names: a request that is good, but for whom it is by and what it is about.

What would change something names a version that nobody saw, so that who may change it is told STALE_VERSION, and all stays
as it is for the next who asks.
"""

import asyncio
import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import grpc
import httpx
from google.protobuf import json_format, message_factory

from kit.rpc.client import refusal_of
from tests.journeys.table import CONTRACTS, NOBODY, REFUSED, WORDS, Line

UNSEEN = 999
NOT_FOUND = {
    "demand": "DEMAND_NOT_FOUND",
    "enterprise": "ENTERPRISE_NOT_FOUND",
    "submission": "ENTERPRISE_NOT_FOUND",
    "message": "NOTIFICATION_NOT_FOUND",
    "person": "PERSON_NOT_FOUND",
    "call task": "CALL_TASK_NOT_FOUND",
}
REPLY = {"kind": "guidance", "conclusion": "结论", "legal_basis": "法", "next_steps": "下一步", "claim": "explained"}
LIAISON = {"name": "示例", "phone": "19900009999", "consented": True}
SHEET = "统一社会信用代码,企业名称,街镇(园区),级别,联系人,手机号,同意\n"
Fill = Callable[[str, str], dict[str, Any]]


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
        return [self.unknown.format(NOT_FOUND[line.about])]


OF_ROUTES = Outcomes("401 TOKEN_INVALID", "403 PERMISSION_DENIED", "404 {}")
OF_RPCS = Outcomes("UNAUTHENTICATED TOKEN_INVALID", "PERMISSION_DENIED PERMISSION_DENIED", "NOT_FOUND {}")


def _nothing(thing: str, column: str) -> dict[str, Any]:
    return {}


def _fixed(**body: Any) -> Fill:
    return lambda thing, column: body


def _submission(thing: str, column: str) -> dict[str, Any]:
    """A contact sends for itself through the mini-program, staff on behalf by telephone."""
    body = {"kind": "demand", "category_code": "hrss", "title": "矩阵", "body": "由谁提交？", "enterprise_id": thing}
    return body | {"channel": "mini_program" if column == "liaison" else "phone"}


@dataclass(frozen=True)
class Door:
    """What to send to a route, and the answers that somebody gets who may."""

    good: Sequence[str] = ("200",)
    body: Fill = _nothing


STALE = ("412 STALE_VERSION",)
DEMANDS, ENTERPRISES, AUTH = "/api/v1/demands/{demand_id}", "/api/v1/enterprises/{enterprise_id}", "/api/v1/auth"
WRITTEN = {"title": "裁员补偿", "body": "如何计算？"}
DOORS = {
    "POST /api/v1/demands/similar": Door(("200",), _fixed(**WRITTEN)),
    "POST /api/v1/demands": Door(("201",), _submission),
    f"POST {DEMANDS}/dispatch": Door(STALE, _fixed(unit_code="hrss")),
    f"POST {DEMANDS}/accept": Door(STALE),
    f"POST {DEMANDS}/disposition": Door(STALE, _fixed(kind="immediate")),
    f"POST {DEMANDS}/reply": Door(STALE, _fixed(**REPLY)),
    f"POST {DEMANDS}/rating": Door(STALE, _fixed(satisfaction=5, solved="yes")),
    f"POST {DEMANDS}/withdraw": Door(STALE, _fixed(reason="示例")),
    "POST /api/v1/notifications/read": Door(("200",), lambda thing, column: {"notification_ids": [thing]}),
    "POST /api/v1/notification-templates/consents": Door(("422 TEMPLATE_UNKNOWN",), _fixed(template_ids=["none"])),
    f"POST {ENTERPRISES}/liaison": Door(("409 LIAISON_EXISTS",), _fixed(**LIAISON)),
    f"PUT {ENTERPRISES}/liaison": Door(STALE, _fixed(liaison=LIAISON, reason="示例")),
    "POST /api/v1/call-tasks/{task_id}/complete": Door(("200", "409 CALL_TASK_DONE"), _fixed(reached=True)),
    "POST /api/v1/people/{person_id}/reveal-phone": Door(("200",), _fixed(reason="电话联系")),
    "POST /api/v1/cohorts/{year}/import": Door(("200",)),
    f"POST {AUTH}/wechat": Door(("401 WECHAT_CODE_INVALID",), _fixed(code="made-up")),
    f"POST {AUTH}/password": Door(
        ("401 CREDENTIALS_WRONG",), lambda thing, column: {"login_name": column, "password": "x", "totp": "000000"}
    ),
    f"POST {AUTH}/refresh": Door(("401 SESSION_ENDED",), _fixed(refresh_token="made-up")),
    f"POST {AUTH}/sign-out": Door(("204",), _fixed(refresh_token="made-up")),
}


async def knock(http: httpx.AsyncClient, line: Line, token: str, thing: str, column: str) -> str:
    """Ask a route; returns status and reason. Reads no further than the head of a stream."""
    method, path = line.name.split(" ")
    for part in ("demand_id", "enterprise_id", "task_id", "person_id"):
        path = path.replace(f"{{{part}}}", thing)
    path = path.replace("{year}", "2031").replace("{name}", "favicon.png")
    headers = {"idempotency-key": uuid4().hex, "if-match": f'"{UNSEEN}"'}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    sent: dict[str, Any] = {}
    if path.endswith("/import"):
        sent = {"content": SHEET.encode(), "params": {"dry_run": "true"}}
        headers["content-type"] = "text/csv"
    elif method != "GET":
        sent = {"json": DOORS[line.name].body(thing, column)}
    async with http.stream(method, path, headers=headers, **sent) as answer:
        if answer.is_success:
            return str(answer.status_code)
        await answer.aread()
        return f"{answer.status_code} {answer.json()['reason']}"


def _on(**more: Any) -> Fill:
    return lambda thing, column: {
        "on": {"demand_id": thing, "expected_version": UNSEEN, "request_id": uuid4().hex},
        **more,
    }


def _submit_request(thing: str, column: str) -> dict[str, Any]:
    body = _submission(thing, column)
    named = {"kind": "DEMAND_KIND_DEMAND", "channel": f"CHANNEL_{body['channel'].upper()}", "request_id": uuid4().hex}
    return body | named


def _about(name: str) -> Fill:
    return lambda thing, column: {name: thing}


def _people(thing: str, column: str) -> dict[str, Any]:
    return {"person_ids": [thing]} if thing else {}


STALE_RPC = ("ABORTED STALE_VERSION",)
REPLY_RPC = REPLY | {"kind": "REPLY_KIND_GUIDANCE", "claim": "CLAIM_EXPLAINED"}
FILE_RPC = {"year": 2031, "file_name": "cohort.csv", "content": base64.b64encode(SHEET.encode()).decode(), "dry_run": True}
CALLS = {
    "SubmitDemand": Door(("OK",), _submit_request),
    "GetDemand": Door(("OK",), _about("demand_id")),
    "ListDemandEvents": Door(("OK",), _about("demand_id")),
    "ListSimilarDemands": Door(("OK",), _fixed(**WRITTEN)),
    "DispatchDemand": Door(STALE_RPC, _on(unit_code="hrss")),
    "AcceptDemand": Door(STALE_RPC, _on()),
    "SetDisposition": Door(STALE_RPC, _on(kind="DISPOSITION_KIND_IMMEDIATE")),
    "ReplyDemand": Door(STALE_RPC, _on(**REPLY_RPC)),
    "RateDemand": Door(STALE_RPC, _on(satisfaction=5, solved="SOLVED_YES")),
    "WithdrawDemand": Door(STALE_RPC, _on(reason="示例")),
    "MarkRead": Door(("OK",), lambda thing, column: {"notification_ids": [thing]}),
    "RecordConsent": Door(("INVALID_ARGUMENT TEMPLATE_UNKNOWN",), _fixed(template_ids=["none"], request_id="示例")),
    "CompleteCallTask": Door(("OK", "FAILED_PRECONDITION CALL_TASK_DONE"), _about("call_task_id")),
    "ListDeliveries": Door(("OK",), _about("subject_id")),
    "GetEnterprise": Door(("OK",), _about("enterprise_id")),
    "AppointLiaison": Door(
        ("ALREADY_EXISTS LIAISON_EXISTS",),
        lambda thing, column: {"enterprise_id": thing, "liaison": LIAISON, "request_id": uuid4().hex},
    ),
    "ReplaceLiaison": Door(
        STALE_RPC,
        lambda thing, column: {
            "enterprise_id": thing,
            "liaison": LIAISON,
            "reason": "示例",
            "expected_version": UNSEEN,
            "request_id": uuid4().hex,
        },
    ),
    "ImportCohort": Door(("OK",), _fixed(**FILE_RPC)),
    "BatchGetPersonNames": Door(("OK",), _people),
    "BatchGetWechatAddresses": Door(("OK",), _people),
    "RevealPhone": Door(("OK",), lambda thing, column: {"person_id": thing, "reason": "电话联系"}),
    "SignInWithWechat": Door(("FAILED_PRECONDITION WECHAT_NOT_BOUND",), _fixed(openid="a-stranger")),
    "SignInWithPassword": Door(
        ("UNAUTHENTICATED CREDENTIALS_WRONG",), _fixed(login_name="nobody", password="x", totp="000000")
    ),
    "RefreshSession": Door(("UNAUTHENTICATED SESSION_ENDED",), _fixed(refresh_token="made-up")),
    "EndSession": Door(("OK",), _fixed(refresh_token="made-up")),
}
PLAIN_CALL = Door(("OK",))
PLAIN_DOOR = Door()


async def call(channels: dict[str, grpc.aio.Channel], line: Line, token: str, thing: str, column: str) -> str:
    """Call an RPC at its service; returns code and reason."""
    service, name = line.name.split("/")
    contract = next(one for one in CONTRACTS if one.name == service)
    method = contract.methods_by_name[name]
    request = message_factory.GetMessageClass(method.input_type)()
    json_format.ParseDict(CALLS.get(name, PLAIN_CALL).body(thing, column), request)
    stub = channels[contract.full_name.split(".")[1]].unary_unary(
        f"/{contract.full_name}/{name}",
        request_serializer=type(request).SerializeToString,
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    )
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    try:
        async with asyncio.timeout(15):
            await stub(request, timeout=10, metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name} {refusal_of(error).reason}"
    return "OK"
