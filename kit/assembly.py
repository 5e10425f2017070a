"""What every service with a database is made of, put together in one place for the composition roots."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from nats.aio.client import Client

from kit.auth import TokenSigner, TokenVerifier
from kit.db import Database
from kit.events import bus, inbox, outbox
from kit.events.consumer import Consumer
from kit.events.deadletters import redrive
from kit.events.handling import Handlers, Handling
from kit.events.relay import Relay, rebuild
from kit.migrate import check_current
from kit.rpc.server import MAX_REQUEST_BYTES, RpcServer
from kit.runtime import Runtime
from kit.settings import DatabaseSettings, ServiceSettings

BUS_PATIENCE_SECONDS = 0.1


class Assembly:
    """One service: its runtime, database, bus, relay, consumers and server. Build it with `assemble`."""

    def __init__(self, name: str, settings: ServiceSettings, database: Database, client: Client) -> None:
        self.name = name
        self.settings = settings
        self.runtime = Runtime(name, settings)
        self.database = database
        self.client = client
        self.stream = client.jetstream()
        self.verifier = TokenVerifier(settings.trusted_keys())
        self.signer = TokenSigner(settings.signing_key())

    def consume(self, source: str, handlers: Handlers, name: str | None = None) -> None:
        """Listen to another service's events; the durable consumer is called like this service unless named."""
        consumer = Consumer(self.database, self.stream, source, name or self.name, handlers)
        self.runtime.spawn(f"consumer {source}", self._once_there(source, consumer))

    async def _once_there(self, source: str, worker: Consumer | Relay) -> None:
        """Let it work once there is a stream: a relay that is refused leaves its rows to their leases, for many seconds."""
        await self._ensure_stream(source)
        await worker.run()

    async def _ensure_stream(self, source: str) -> None:
        """Have the stream of a service; wait for a bus that is away, so that the service itself can start without it."""
        while True:
            with suppress(Exception):
                # What is asked before the first connection is never answered, and holds everything up until it times out.
                if self.client.is_connected:
                    return await bus.ensure_stream(self.stream, source)
            await asyncio.sleep(BUS_PATIENCE_SECONDS)

    async def _keep_streams(self) -> None:
        """A stream that was deleted comes back by itself; what it held comes back with `rebuild`."""
        await self._ensure_stream(self.name)

    async def serve(
        self,
        services: list[ServiceDescriptor],
        rule_option: Any,
        registrations: list[Callable[[grpc.aio.Server], None]],
        max_request_bytes: int = MAX_REQUEST_BYTES,
    ) -> int:
        """Start relay, housekeeping and gRPC, then live until told to stop. Returns the exit status."""
        server = RpcServer(services, rule_option, registrations, self.verifier, f"{self.name}.fahu", max_request_bytes)
        relay = Relay(self.database, self.client, self.name)
        self.runtime.spawn("relay", self._once_there(self.name, relay))
        self.runtime.every(60, "outbox housekeeping", relay.tidy)
        self.runtime.every(60, "inbox housekeeping", lambda: inbox.tidy(self.database))
        self.runtime.every(2, "streams", self._keep_streams)
        await server.start(self.settings.host, self.settings.grpc_port)
        self.runtime.on_stop(lambda: server.stop(self.settings.drain_seconds))
        status = await self.runtime.run()
        # Not earlier: on a closed connection the bus's client turns the cancelling of its readers into an error of its own.
        await self.client.close()
        await self.database.close()
        return status


async def assemble(name: str, settings: ServiceSettings, migrations: Path) -> Assembly:
    """Connect everything a service needs. A bus that is away does not keep it from starting: intake works without it."""
    database = Database(settings.database_url.get_secret_value(), settings.pool_size)
    assembly = Assembly(name, settings, database, Client())
    assembly.runtime.spawn_once("bus", bus.connect(assembly.client, settings.nats_url, name))
    assembly.runtime.probes.checks |= {
        "database": database.check,
        "schema": lambda: check_current(migrations, database),
    }
    assembly.runtime.probes.on_start["bus"] = lambda: bus.check_durable(settings.nats_monitor_url)
    return assembly


async def redrive_all(name: str, *handlers_by_source: Handlers) -> str:
    """The `redrive` command: hand all dead letters to their handlers again."""
    handlers = {kind: handler for handlers in handlers_by_source for kind, handler in handlers.items()}
    database = Database(DatabaseSettings().database_url.get_secret_value())
    database.before_commit = outbox.flush
    passed, failed = await redrive(database, Handling(name, handlers))
    await database.close()
    return f"{passed} dead letters handled, {failed} still fail"


async def rebuild_since(flag: str = "", since: str = "") -> str:
    """The `rebuild --since TIME` command: have all events since then published again. TIME is ISO 8601 with its zone."""
    moment = _moment(since) if flag == "--since" else None
    if moment is None:
        raise SystemExit("usage: rebuild --since 2026-11-23T00:00:00+08:00")
    database = Database(DatabaseSettings().database_url.get_secret_value())
    count = await rebuild(database, moment)
    await database.close()
    return f"{count} events to be published again"


def _moment(given: str) -> datetime | None:
    """None for what is no moment. Without a zone the database would take it for its own, eight hours off and too late."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
