"""What grpc.aio itself costs: Echo of the bare backend, so many calls in flight on one channel.

Prints calls answered, calls a second, and the CPU seconds this client used.
"""

import argparse
import asyncio
import time

import grpc
import uvloop

protos, services = grpc.protos_and_services("benchmarks/bare/bare.proto")


async def measure(port: int, in_flight: int, seconds: float) -> tuple[int, float, float]:
    message = protos.SubmitRequest(kind="demand", category="hrss", title="t" * 30, body="b" * 300)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = services.BareServiceStub(channel)
        await stub.Echo(message, timeout=5.0)
        begin, used = time.perf_counter(), time.process_time()
        answered = 0

        async def call_until(end: float) -> None:
            nonlocal answered
            while time.perf_counter() < end:
                await stub.Echo(message, timeout=5.0)
                answered += 1

        await asyncio.gather(*(call_until(begin + seconds) for _ in range(in_flight)))
        return answered, answered / (time.perf_counter() - begin), time.process_time() - used


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--in-flight", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    print(*uvloop.run(measure(arguments.port, arguments.in_flight, arguments.seconds)))
