"""Starts programs while it serves calls, as a service that has files checked, and prints how many did not come to run."""

import asyncio
from typing import Any

import services as services  # isort: skip  # first, as every service begins
import grpc
import uvloop

STARTS = 400


class Echo(grpc.GenericRpcHandler):
    def service(self, _details: Any) -> Any:
        async def echo(request: bytes, _context: Any) -> bytes:
            return request

        return grpc.unary_unary_rpc_method_handler(echo)


async def main() -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Echo(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        call: Any = channel.unary_unary("/a/b")

        async def load() -> None:
            while True:
                await call(b"x")

        calls = [asyncio.create_task(load()) for _ in range(8)]
        died = 0
        for _ in range(STARTS):
            died += await (await asyncio.create_subprocess_exec("true")).wait() != 0
        for one in calls:
            one.cancel()
    await server.stop(0)
    print(f"died={died}")  # noqa: T201 - the answer


uvloop.run(main())
