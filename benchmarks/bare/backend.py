"""The inner half of the bare pipeline: one gRPC method, one two-row transaction by the driver itself."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import psycopg
import uvloop

protos, services = grpc.protos_and_services("benchmarks/bare/bare.proto")

CONNECTIONS = 8
SCHEMA = """
CREATE TABLE IF NOT EXISTS demand (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    serial bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    category text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    state text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS demand_event (
    demand_id uuid NOT NULL REFERENCES demand,
    version int NOT NULL,
    type text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (demand_id, version)
)
"""
INSERT_DEMAND = b"""
INSERT INTO demand (kind, category, title, body, state) VALUES (%s, %s, %s, %s, %s)
RETURNING id, serial, state, created_at
"""
INSERT_EVENT = b"INSERT INTO demand_event (demand_id, version, type) VALUES (%s, %s, %s)"

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Pool:
    """A fixed number of connections, handed out last in first out."""

    def __init__(self) -> None:
        self._free = asyncio.LifoQueue[Connection]()

    async def fill(self, url: str, size: int) -> None:
        for _ in range(size):
            self._free.put_nowait(await psycopg.AsyncConnection.connect(url))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        connection = await self._free.get()
        try:
            yield connection  # the driver sends BEGIN before the first statement
            await connection.commit()
        except BaseException:
            await connection.rollback()
            raise
        finally:
            self._free.put_nowait(connection)


class BareServicer:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def Submit(self, request: Any, context: Any) -> Any:
        values = (request.kind, request.category, request.title, request.body, "dispatched")
        async with self._pool.transaction() as connection:
            cursor = await connection.execute(INSERT_DEMAND, values)
            row = await cursor.fetchone()
            assert row is not None
            await connection.execute(INSERT_EVENT, (row[0], 1, "submitted"))
        return protos.SubmitResponse(id=str(row[0]), serial=row[1], state=row[2], created_at=row[3])

    async def Echo(self, request: Any, context: Any) -> Any:
        return request


async def serve(port: int, database_url: str | None) -> None:
    pool = Pool()
    if database_url is not None:
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            await connection.execute(SCHEMA.encode())
        await pool.fill(database_url, CONNECTIONS)
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    services.add_BareServiceServicer_to_server(BareServicer(pool), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database-url", help="without it only Echo works")
    arguments = parser.parse_args()
    uvloop.run(serve(arguments.port, arguments.database_url))
