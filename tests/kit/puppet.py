"""A small service for the tests of the RPC plumbing, put together at run time: its contract and what it does are ours."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.notify.v1.notify_service_pb2 import MarkReadRequest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.wrappers_pb2 import StringValue

from kit.auth import Actor
from kit.context import CallContext, enter_call, new_request_id
from kit.rpc.client import RpcChannel
from kit.rpc.interceptors import actor_of
from kit.rpc.server import RpcServer
from tests import signing

NAME = "puppet.v1.Puppet"
ASK, SERVE, MARK = f"/{NAME}/Ask", f"/{NAME}/Serve", f"/{NAME}/Mark"
# Name, request, roles of people, names of services.
METHODS: list[tuple[str, type[Message], list[Role.ValueType], list[str]]] = [
    ("Ask", StringValue, [Role.ROLE_LIAISON, Role.ROLE_SUPERVISOR], []),
    ("Serve", StringValue, [], ["gateway"]),
    ("Mark", MarkReadRequest, [Role.ROLE_LIAISON], []),
]


def describe(
    name: str, methods: list[tuple[str, type[Message], list[Role.ValueType], list[str]]], ruled: bool = True
) -> ServiceDescriptor:
    """The contract of a service, as if a .proto file of it had been compiled."""
    package, _, service_name = name.rpartition(".")
    file = descriptor_pb2.FileDescriptorProto(name=f"{name}.proto", package=package, syntax="proto3")
    file.dependency.extend(
        [StringValue.DESCRIPTOR.file.name, MarkReadRequest.DESCRIPTOR.file.name, access_pb2.DESCRIPTOR.name]
    )
    service = file.service.add(name=service_name)
    for method_name, request, roles, services in methods:
        kinds = {
            "input_type": f".{request.DESCRIPTOR.full_name}",
            "output_type": f".{StringValue.DESCRIPTOR.full_name}",
        }
        method = service.method.add(name=method_name, **kinds)
        if ruled:
            rule = method.options.Extensions[access_pb2.rule]
            rule.roles.extend(roles)
            rule.services.extend(services)
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindServiceByName(name)


CONTRACT = describe(NAME, METHODS)


class Puppet:
    """Does for each call what the test tells it to, and remembers the calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[Actor, Any]] = []
        self.does: Callable[[str], Awaitable[str]] = self.echo

    async def echo(self, text: str) -> str:
        return text

    async def _answer(self, request: Any, context: Any) -> StringValue:
        self.calls.append((actor_of(context), request))
        return StringValue(value=await self.does(getattr(request, "value", "")))

    def register(self, server: grpc.aio.Server) -> None:
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(
                self._answer,
                request_deserializer=request.FromString,
                response_serializer=StringValue.SerializeToString,
            )
            for name, request, _, _ in METHODS
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(NAME, handlers),))
        server.add_registered_method_handlers(NAME, handlers)

    def server(self, *more: ServiceDescriptor) -> RpcServer:
        return RpcServer([CONTRACT, *more], access_pb2.rule, [self.register], signing.verifier(), "puppet.test")


@asynccontextmanager
async def served(puppet: Puppet, *more: ServiceDescriptor) -> AsyncIterator[str]:
    """Serve it on a free port, with other services of the plumbing; give the address."""
    server = puppet.server(*more)
    port = await server.start("127.0.0.1", 0)
    yield f"127.0.0.1:{port}"
    await server.stop(0)


async def ask(
    channel: RpcChannel, text: str = "", token: str | None = None, method: str = ASK, seconds: float | None = None
) -> str:
    """Call the puppet the way services call each other; as a contact unless a token is given."""
    given = token if token is not None else signing.token_of(signing.person(Role.ROLE_LIAISON))
    enter_call(CallContext(new_request_id(), given))
    answer = await call(channel, method)(StringValue(value=text), timeout=seconds)
    return str(answer.value)


def call(channel: RpcChannel | grpc.aio.Channel, method: str) -> Any:
    """The bare call of one method."""
    deserialize = StringValue.FromString
    return channel.unary_unary(method, request_serializer=_serialize, response_deserializer=deserialize)


def _serialize(request: Message) -> bytes:
    return request.SerializeToString()
