"""The outer half of the bare pipeline: one REST route that calls the backend over gRPC."""

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import grpc
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel

protos, services = grpc.protos_and_services("benchmarks/bare/bare.proto")


class DemandIn(BaseModel):
    kind: str
    category: str
    title: str
    body: str


class DemandOut(BaseModel):
    id: str
    serial: int
    state: str
    created_at: datetime


def build_app(backend: str) -> FastAPI:
    @asynccontextmanager
    async def connected(app: FastAPI) -> AsyncIterator[None]:
        async with grpc.aio.insecure_channel(backend) as channel:
            app.state.backend = services.BareServiceStub(channel)
            yield

    app = FastAPI(lifespan=connected)
    app.add_api_route("/demands", create_demand, methods=["POST"], status_code=201)
    return app


async def create_demand(demand: DemandIn, request: Request) -> DemandOut:
    message = protos.SubmitRequest(kind=demand.kind, category=demand.category, title=demand.title, body=demand.body)
    stored = await request.app.state.backend.Submit(message, timeout=5.0)
    created_at = stored.created_at.ToDatetime(tzinfo=UTC)
    return DemandOut(id=stored.id, serial=stored.serial, state=stored.state, created_at=created_at)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--backend", required=True, help="host:port")
    arguments = parser.parse_args()
    uvicorn.run(
        build_app(arguments.backend),
        host="127.0.0.1",
        port=arguments.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
