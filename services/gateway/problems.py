"""The one form in which every refusal leaves the gateway: RFC 9457 problems, whoever refused."""

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import grpc
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from kit.errors import FieldsInvalid, ServiceError
from kit.rpc.client import refusal_of
from kit.wechat import InvalidCode, Retryable, WechatError
from services.gateway import fields
from services.gateway.errors import ImportRowsInvalid, TooMany
from services.gateway.headers import SCOPE_KEY, Heads
from services.gateway.texts.problems import DETAILS, PROBLEMS
from services.gateway.texts.status import state_label

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
STANDARD = frozenset({"type", "title", "status", "detail", "instance", "reason", "request_id", "errors", "field"})
log = logging.getLogger(__name__)

# What a bare gRPC code means where no service of ours gave a reason.
BY_CODE = {
    grpc.StatusCode.UNAVAILABLE: "UNAVAILABLE",
    grpc.StatusCode.CANCELLED: "UNAVAILABLE",
    grpc.StatusCode.DEADLINE_EXCEEDED: "TIMEOUT",
    grpc.StatusCode.UNAUTHENTICATED: "TOKEN_INVALID",
    grpc.StatusCode.PERMISSION_DENIED: "PERMISSION_DENIED",
}
# What a reason that this gateway does not know yet means by its code.
STATUS_BY_CODE = {
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.ABORTED: 412,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
BY_STATUS = {
    400: "BODY_UNREADABLE",
    404: "ROUTE_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "BODY_TOO_LARGE",
    415: "CONTENT_TYPE_UNSUPPORTED",
}


def problem(
    heads: Heads,
    reason: str,
    *,
    code: grpc.StatusCode = grpc.StatusCode.INTERNAL,
    metadata: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    route: str = "",
) -> Response:
    """A refusal as problem+json. Metadata of the reason become members of it."""
    known = PROBLEMS.get(reason)
    status = known.status if known else STATUS_BY_CODE.get(code, 500)
    title = (known or PROBLEMS["UNKNOWN"]).title.say(heads.language)
    body: dict[str, Any] = {"type": f"/problems/{reason.lower().replace('_', '-')}", "title": title, "status": status}
    body |= {"reason": reason, "request_id": heads.request_id, **_detail(heads, reason, metadata or {})}
    field = (metadata or {}).get("field") or (known.field if known else "")
    if field and not errors:
        errors = [{"field": fields.as_sent(field, route), "reason": reason, "message": title}]
    if errors:
        body["errors"] = list(errors)
    body |= {name: _shown(name, value) for name, value in (metadata or {}).items() if name not in STANDARD}
    fixed = {"content-language": heads.language, **_headers(status), **(headers or {})}
    return Response(json.dumps(body, ensure_ascii=False), status, fixed, MEDIA_TYPE)


def _detail(heads: Heads, reason: str, metadata: Mapping[str, str]) -> dict[str, str]:
    """What this occurrence is about, if the refusal told what the text needs."""
    told = dict(metadata)
    if label := state_label(metadata.get("state", "").lower(), heads.language):
        told["status"] = label
    with suppress(KeyError):
        return {"detail": DETAILS[reason].say(heads.language, **told)}
    return {}


def _headers(status: int) -> dict[str, str]:
    if status == 401:
        return {"www-authenticate": 'Bearer realm="fahu"'}
    return {"retry-after": str(RETRY_SECONDS)} if status in (502, 503, 504) else {}


def _shown(name: str, value: str) -> str:
    """Metadata as the API writes such things: a state is the word that demands carry."""
    return value.lower() if name in ("state", "action") else value


def heads_of(request: Request) -> Heads:
    heads: Heads = request.scope[SCOPE_KEY]
    return heads


async def refused(request: Request, error: Exception) -> Response:
    """A refusal by the gateway, or by kit within it."""
    assert isinstance(error, ServiceError)  # noqa: S101 - registered for it alone
    heads = heads_of(request)
    headers = {"retry-after": str(error.retry_after)} if isinstance(error, TooMany) else None
    errors: Sequence[Mapping[str, Any]] = error.rows if isinstance(error, ImportRowsInvalid) else ()
    if isinstance(error, FieldsInvalid):
        errors = fields.of_violations(error.violations, heads.language, _route(request))
    return problem(heads, error.reason, code=error.code, metadata=error.metadata, errors=errors, headers=headers)


async def rpc_refused(request: Request, error: Exception) -> Response:
    """A refusal by a service, or its absence."""
    assert isinstance(error, grpc.aio.AioRpcError)  # noqa: S101 - registered for it alone
    heads, refusal = heads_of(request), refusal_of(error)
    reason = refusal.reason or BY_CODE.get(refusal.code, "INTERNAL")
    if reason in ("INTERNAL", "DEADLINE_MISSING", "UNKNOWN"):
        log.error("a service failed: %s %s", refusal.code.name, error.details())
    route = _route(request)
    errors = fields.of_violations(refusal.violations, heads.language, route)
    return problem(heads, reason, code=refusal.code, metadata=refusal.metadata, errors=errors, route=route)


def _route(request: Request) -> str:
    return getattr(request.scope.get("route"), "name", "")


async def fields_invalid(request: Request, error: Exception) -> Response:
    """What the schemas refuse. Never tells the values: they may be personal."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    heads, found = heads_of(request), error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(heads, "BODY_UNREADABLE")
    if any(one["loc"] == ("body",) and one["type"] != "missing" for one in found) and isinstance(error.body, bytes):
        return problem(heads, "CONTENT_TYPE_UNSUPPORTED")
    return problem(heads, "FIELDS_INVALID", errors=fields.of_schema(found, heads.language))


async def http_error(request: Request, error: Exception) -> Response:
    """What the framework refuses: unknown addresses and methods, bodies that are no JSON or too large."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    reason = BY_STATUS.get(error.status_code, "REQUEST_INVALID")
    headers = {"allow": ", ".join(_methods(request))} if error.status_code == 405 else {}
    return problem(heads_of(request), reason, headers=headers)


def _methods(request: Request) -> list[str]:
    """All methods of the address; the framework names those of its first route only."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in routes for method in getattr(route, "methods", None) or ()})


async def wechat_failed(request: Request, error: Exception) -> Response:
    """What WeChat refuses, or fails to answer."""
    heads = heads_of(request)
    if isinstance(error, InvalidCode):
        return problem(heads, "WECHAT_CODE_INVALID")
    if isinstance(error, Retryable):
        return problem(heads, "WECHAT_UNAVAILABLE")
    log.error("WeChat refused: %s", error)
    return problem(heads, "WECHAT_REFUSED")


def register(app: FastAPI) -> None:
    """Have every refusal of the application leave as a problem. What no handler knows, the edge answers."""
    app.add_exception_handler(ServiceError, refused)
    app.add_exception_handler(grpc.aio.AioRpcError, rpc_refused)
    app.add_exception_handler(RequestValidationError, fields_invalid)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(WechatError, wechat_failed)
