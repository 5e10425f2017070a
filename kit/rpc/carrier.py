"""Calls that travel together: small ones to the same method, that leave a process at about the same time, share one message.

What gRPC costs for a call, in both processes, is more than what most calls do. A call that leaves alone travels alone, as
ever, and nobody waits for company: what comes while others are on their way goes next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import grpc
from fahu.carrier.v1 import carrier_service_pb2 as pb
from fahu.carrier.v1.carrier_service_pb2_grpc import (
    CarrierServiceServicer,
    CarrierServiceStub,
    add_CarrierServiceServicer_to_server,
)
from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2

from kit.coalesce import Coalescer
from kit.context import CallContext, current_call, enter_call, new_request_id
from kit.rpc.client import DEFAULT_SECONDS, RpcChannel
from kit.rpc.interceptors import EdgeInterceptor, Head, Served, code_of

SERVICE = pb.DESCRIPTOR.services_by_name["CarrierService"]
DETAILS_KEY = "grpc-status-details-bin"
# So many messages are on their way at a time, each with so many calls: what is served together must also come together.
LANES, MOST = 3, 16
Response = TypeVar("Response", bound=Message)


Register = Callable[[Any], None]


class Carrier(CarrierServiceServicer):
    """Serves carried calls through the same edge as those that come alone."""

    def __init__(self, edge: EdgeInterceptor, registrations: Sequence[Register]) -> None:
        handlers = _Handlers()
        for register in registrations:
            register(handlers)
        self._handlers = handlers.found
        self._edge = edge
        self._served: dict[str, Served] = {}

    async def Carry(self, request: pb.CarryRequest, context: Any) -> pb.CarryResponse:
        return pb.CarryResponse(answers=await asyncio.gather(*(self._answer(call, context) for call in request.calls)))

    async def _answer(self, call: pb.CarriedCall, context: Any) -> pb.CarriedAnswer:
        outcome = await self._outcome(call, context)
        if isinstance(outcome, status_pb2.Status):
            return pb.CarriedAnswer(status=outcome.SerializeToString())
        return pb.CarriedAnswer(response=outcome.SerializeToString())

    async def _outcome(self, call: pb.CarriedCall, context: Any) -> Message | status_pb2.Status:
        handler = self._handlers.get(call.method)
        if handler is None:
            return status_pb2.Status(code=grpc.StatusCode.UNIMPLEMENTED.value[0], message="Method not found!")
        if call.method not in self._served:
            self._served[call.method] = self._edge.served(call.method, handler.unary_unary)
        try:
            request = handler.request_deserializer(call.request)
        except DecodeError:
            return status_pb2.Status(code=grpc.StatusCode.INTERNAL.value[0], message="the request cannot be read")
        return await self._served[call.method](request, context, Head(call.token, call.request_id, call.seconds_left))


def add_carrier(server: grpc.aio.Server, edge: EdgeInterceptor, registrations: Sequence[Register]) -> None:
    """Let a server carry calls to what is registered there."""
    add_CarrierServiceServicer_to_server(Carrier(edge, registrations), server)


class _Handlers:
    """Stands where a server stands to learn what generated code would register there."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {}

    def add_generic_rpc_handlers(self, _handlers: Any) -> None:
        pass

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        self.found |= {f"/{service}/{name}": handler for name, handler in handlers.items()}


@dataclass(frozen=True, slots=True)
class _Leaving:
    request: Message
    call: CallContext


class Carried(Generic[Response]):
    """A method of a server with a Carrier, called as a stub's. Its requests must be safe to repeat, by a request id.

    `alone` is the stub's own method. Raises AioRpcError as that does.
    """

    def __init__(
        self,
        channel: RpcChannel,
        method: str,
        alone: Callable[[Any], Awaitable[Response]],
        response: type[Response],
    ) -> None:
        self._carry = CarrierServiceStub(cast(grpc.aio.Channel, channel)).Carry  # it asks no more of one than this has
        self._method = method
        self._alone = alone
        self._response = response
        self._leave: Coalescer[_Leaving, Response] = Coalescer(self._send, lanes=LANES, most=MOST, patience=0.0)

    async def __call__(self, request: Message) -> Response:
        return await self._leave(_Leaving(request, current_call()))

    async def _send(self, batch: Sequence[_Leaving]) -> Sequence[Response | Exception]:
        if len(batch) == 1:
            return [await self._by_itself(batch[0])]
        calls = [self._packed(one) for one in batch]
        enter_call(CallContext(new_request_id()))
        try:
            carried = await self._carry(pb.CarryRequest(calls=calls), timeout=max(call.seconds_left for call in calls))
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNIMPLEMENTED:  # a server from before there were carriers
                return [await self._by_itself(one) for one in batch]
            return [error] * len(batch)
        return [self._unpacked(answer) for answer in carried.answers]

    async def _by_itself(self, one: _Leaving) -> Response | Exception:
        enter_call(one.call)
        try:
            return await self._alone(one.request)
        except grpc.aio.AioRpcError as error:
            return error

    def _packed(self, one: _Leaving) -> pb.CarriedCall:
        return pb.CarriedCall(
            method=self._method,
            token=one.call.token,
            request_id=one.call.request_id,
            seconds_left=one.call.seconds_left(DEFAULT_SECONDS),
            request=one.request.SerializeToString(),
        )

    def _unpacked(self, answer: pb.CarriedAnswer) -> Response | Exception:
        if answer.HasField("response"):
            return self._response.FromString(answer.response)
        status = status_pb2.Status.FromString(answer.status)
        details = grpc.aio.Metadata((DETAILS_KEY, answer.status))
        return grpc.aio.AioRpcError(code_of(status), grpc.aio.Metadata(), details, status.message)
