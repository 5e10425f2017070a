"""What every RPC passes on its way in and out: request id, deadline, caller, validation, errors, metrics. Once, here.

All RPCs of the platform are unary. Health and reflection are served to anyone who can reach the port.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from kit.auth import Actor, TokenVerifier
from kit.context import CallContext, enter_call, new_request_id
from kit.db import with_retries
from kit.errors import DeadlineMissing, FieldsInvalid, PermissionDenied, ServiceError
from kit.rpc.access import Rule
from kit.rpc.validation import violations_of
from kit.telemetry import RPC_HANDLED, RPC_SECONDS, RPC_STARTED

MAX_SECONDS = 30.0
OPEN_SERVICES = ("/grpc.health.v1.Health/", "/grpc.reflection.")
INTERNAL_MESSAGE = "Something went wrong on our side; it is logged under the request's id."
log = logging.getLogger(__name__)
_actor: ContextVar[Actor] = ContextVar("actor")

Behaviour = Callable[[Any, grpc.aio.ServicerContext[Any, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Head:
    """What comes beside a request. No `seconds_left`: its caller set no deadline."""

    token: str
    request_id: str
    seconds_left: float | None


# Serves one request whole: its response, or the status of its failure.
Served = Callable[[Message, grpc.aio.ServicerContext[Any, Any], Head], Awaitable[Message | status_pb2.Status]]


def actor_of(_context: grpc.aio.ServicerContext[Any, Any]) -> Actor:
    """The verified caller of the RPC being served. Pass it on explicitly; nothing below the edge looks it up."""
    return _actor.get()


class EdgeInterceptor(grpc.aio.ServerInterceptor):
    """Wraps each RPC's handler once. Refuses RPCs without a rule, which cannot be reached: the server checks at start."""

    def __init__(self, rules: dict[str, Rule], verifier: TokenVerifier, domain: str) -> None:
        self._rules = rules
        self._verifier = verifier
        self._domain = domain
        self._wrapped: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        method = details.method
        if method.startswith(OPEN_SERVICES):
            return await continuation(details)
        if method not in self._wrapped:
            handler = await continuation(details)
            if handler is None:
                return None
            self._wrapped[method] = grpc.unary_unary_rpc_method_handler(
                _over_grpc(self.served(method, handler.unary_unary)),
                request_deserializer=handler.request_deserializer,
                response_serializer=handler.response_serializer,
            )
        return self._wrapped[method]

    def served(self, method: str, behaviour: Behaviour) -> Served:
        """The handler with everything around it."""
        _, service, name = method.split("/")
        rule = self._rules[method]
        labels = ("unary", service, name)
        started, seconds = RPC_STARTED.labels(*labels), RPC_SECONDS.labels(*labels)
        handled = {code: RPC_HANDLED.labels(*labels, code.name) for code in grpc.StatusCode}

        async def serve(request: Message, context: Any, head: Head) -> Message | status_pb2.Status:
            begin = time.perf_counter()
            started.inc()
            code = grpc.StatusCode.OK
            try:
                self._admit(rule, request, head)
                answer: Message = await with_retries(lambda: behaviour(request, context))
                return answer
            except (asyncio.CancelledError, grpc.aio.AbortError):
                code = grpc.StatusCode.CANCELLED
                raise
            except Exception as error:
                status = to_status(error, self._domain)
                code = code_of(status)
                if code is grpc.StatusCode.INTERNAL:
                    log.exception("%s failed", method)
                return status
            finally:
                handled[code].inc()
                seconds.observe(time.perf_counter() - begin)

        return serve

    def _admit(self, rule: Rule, request: Message, head: Head) -> None:
        """Check deadline, caller and content, and set up what travels on. Raises a ServiceError."""
        left = head.seconds_left
        if left is None or left > MAX_SECONDS + 1:
            raise DeadlineMissing(limit=f"{MAX_SECONDS:.0f}")
        enter_call(CallContext(head.request_id or new_request_id(), head.token, time.monotonic() + left))
        actor = self._verifier.verify(head.token)
        if not rule.admits(actor):
            raise PermissionDenied
        _actor.set(actor)
        if violations := violations_of(request):
            raise FieldsInvalid(violations)


def _over_grpc(serve: Served) -> Behaviour:
    """Take a request from gRPC, and give it what became of it."""

    async def call(request: Message, context: grpc.aio.ServicerContext[Any, Any]) -> Any:
        outcome = await serve(request, context, _head_of(context))
        if isinstance(outcome, status_pb2.Status):
            await context.abort_with_status(rpc_status.to_status(outcome))
        return outcome

    return call


def _head_of(context: grpc.aio.ServicerContext[Any, Any]) -> Head:
    metadata = {str(key): str(value) for key, value in context.invocation_metadata() or ()}
    token = metadata.get("authorization", "").removeprefix("Bearer ")
    return Head(token, metadata.get("x-request-id", ""), context.time_remaining())


def code_of(status: status_pb2.Status) -> grpc.StatusCode:
    return next(code for code in grpc.StatusCode if code.value[0] == status.code)


def to_status(error: Exception, domain: str) -> status_pb2.Status:
    """A refusal as google.rpc.Status with ErrorInfo. What is no refusal of ours becomes INTERNAL and tells nothing."""
    if not isinstance(error, ServiceError):
        return status_pb2.Status(code=grpc.StatusCode.INTERNAL.value[0], message=INTERNAL_MESSAGE)
    status = status_pb2.Status(code=error.code.value[0], message=str(error))
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=domain, metadata=error.metadata)
    status.details.add().Pack(info)
    if isinstance(error, FieldsInvalid):
        bad = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad.field_violations.add(field=violation.field, description=violation.description, reason=violation.rule)
        status.details.add().Pack(bad)
    return status
