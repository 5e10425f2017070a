"""Calls to other services: a channel that adds the deadline, the caller's token and the request id to every call.

gRPC itself retries, on UNAVAILABLE only, at most three calls in all and throttled. That is safe for what reads, carries a
request id or is the same when done twice; what is not is named to the channel and asked once. The wrapper stands where an
interceptor would: interceptors of grpc.aio cost a task for each call.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from kit.auth import TokenSigner
from kit.context import current_call
from kit.errors import FieldViolation

DEFAULT_SECONDS = 10.0
MAX_ANSWER_BYTES = 4 * 1024 * 1024
# A refusal travels as metadata. gRPC takes 8 KiB of it: less than what may be wrong with a hundred things of one request.
MAX_REFUSAL_BYTES = 128 * 1024
SERVICE_CONFIG: dict[str, Any] = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{}],
            "waitForReady": False,
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 3,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 50, "tokenRatio": 0.5},
}
OPTIONS = (
    ("grpc.enable_retries", 1),
    ("grpc.per_rpc_retry_buffer_size", 1024 * 1024),  # what is longer than this buffer is not sent again
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.max_metadata_size", MAX_REFUSAL_BYTES),
)
Call = Callable[..., Awaitable[Any]]


def _service_config(once: Iterable[str]) -> str:
    """The policy of all RPCs, and none for those to ask once. gRPC still sends again what never reached a server's code."""
    paths = [path.strip("/").split("/") for path in sorted(once)]
    bare = {"name": [{"service": service, "method": method} for service, method in paths]}
    return json.dumps(SERVICE_CONFIG | {"methodConfig": [*SERVICE_CONFIG["methodConfig"], *([bare] if paths else [])]})


class RpcChannel:
    """Give this to a generated stub. Calls speak for the caller being served, or for this service if `signer` is given.

    `once` are the paths of RPCs that gRPC must not repeat: "/fahu.registry.v1.RegistryService/RevealPhone".
    """

    def __init__(
        self,
        target: str,
        signer: TokenSigner | None = None,
        seconds: float = DEFAULT_SECONDS,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        once: Iterable[str] = (),
    ) -> None:
        config = ("grpc.service_config", _service_config(once))
        options = (config, *OPTIONS, ("grpc.max_receive_message_length", max_answer_bytes))
        self._channel = grpc.aio.insecure_channel(target, options=options)
        self._signer = signer
        self._seconds = seconds

    def unary_unary(self, method: str, *args: Any, **kwargs: Any) -> Call:
        inner = self._channel.unary_unary(method, *args, **kwargs)

        def call(request: Any, timeout: float | None = None) -> Any:
            context = current_call()
            token = self._signer.for_service() if self._signer else context.token
            metadata = (("authorization", f"Bearer {token}"), ("x-request-id", context.request_id))
            return inner(request, timeout=context.seconds_left(timeout or self._seconds), metadata=metadata)

        return call

    def _no_streams(self, *_args: Any, **_kwargs: Any) -> Any:
        raise TypeError("the platform's RPCs are unary")

    unary_stream = stream_unary = stream_stream = _no_streams

    async def close(self) -> None:
        await self._channel.close()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call failed, taken from the status a service sent."""

    code: grpc.StatusCode
    reason: str = ""
    domain: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    violations: tuple[FieldViolation, ...] = ()


def refusal_of(error: grpc.aio.AioRpcError) -> Refusal:
    """Read the details of a failed call; only the code where there are none."""
    status = rpc_status.from_call(error)
    reason, domain, metadata, violations = "", "", {}, []
    for detail in status.details if status else ():
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason, domain, metadata = info.reason, info.domain, dict(info.metadata)
        elif detail.Unpack(bad):
            violations += [FieldViolation(v.field, v.reason, v.description) for v in bad.field_violations]
    return Refusal(error.code(), reason, domain, metadata, tuple(violations))
