"""A gRPC server with everything it needs around its servicers: the edge interceptor, health, reflection, an orderly stop."""

from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from kit.auth import TokenVerifier
from kit.rpc import carrier
from kit.rpc.access import rules_of
from kit.rpc.interceptors import EdgeInterceptor

OPTIONS = (
    ("grpc.so_reuseport", 0),  # a port already taken must fail, not be shared unseen
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 30_000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    # Our clients ping idle connections too; else that is taken for abuse and the connection is closed under them.
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
)
MAX_REQUEST_BYTES = 4 * 1024 * 1024


class RpcServer:
    """`registrations` are the generated add_…Servicer_to_server functions bound to their servicers."""

    def __init__(
        self,
        services: list[ServiceDescriptor],
        rule_option: Any,
        registrations: list[Callable[[grpc.aio.Server], None]],
        verifier: TokenVerifier,
        domain: str,
        max_request_bytes: int = MAX_REQUEST_BYTES,
    ) -> None:
        interceptor = EdgeInterceptor(rules_of(services, rule_option), verifier, domain)
        options = (*OPTIONS, ("grpc.max_receive_message_length", max_request_bytes))
        self._server = grpc.aio.server(interceptors=[interceptor], options=options)
        for register in registrations:
            register(self._server)
        if carrier.SERVICE in services:
            carrier.add_carrier(self._server, interceptor, registrations)
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = [service.full_name for service in services]
        reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], self._server)

    async def start(self, host: str, port: int) -> int:
        """Listen and report SERVING. Returns the port, which is a free one if 0 was asked for."""
        bound = self._server.add_insecure_port(f"{host}:{port}")
        await self._server.start()
        await self._health.set("", health_pb2.HealthCheckResponse.SERVING)
        return bound

    async def stop(self, drain_seconds: float) -> None:
        """Report NOT_SERVING, let calls in flight finish, then close."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(drain_seconds)
