"""The NATS connection, the streams on it, and the CloudEvents headers that messages carry.

The stream is a cache of the outbox. It must still be on disk when it says so: a server that does not sync always is refused.
"""

import asyncio
import json
import logging
import urllib.error
import urllib.request
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from kit.probes import Undecided

STREAM_BYTES = 2 * 1024**3
STREAM_DAYS = 30
DUPLICATE_WINDOW_SECONDS = 120
MONITOR_SECONDS = 0.5  # shorter than a readiness probe waits
log = logging.getLogger(__name__)


async def connect(client: Client, url: str, name: str) -> None:
    """Connect, and stay connected: try for ever, notice a dead server within ten seconds."""
    await client.connect(
        url,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,  # type: ignore[arg-type]  # fractions work
        ping_interval=5,
        max_outstanding_pings=2,
        connect_timeout=3,
        pending_size=8 * 1024 * 1024,
        error_cb=_on_error,
    )


async def _on_error(error: Exception) -> None:
    log.warning("bus: %s", type(error).__name__)


def stream_name(service: str) -> str:
    return f"FAHU_{service.upper()}"


async def ensure_stream(stream: JetStreamContext, service: str, replicas: int = 1) -> None:
    """Create the stream of a service's events unless it is there."""
    name = stream_name(service)
    try:
        await stream.stream_info(name)
    except NotFoundError:
        config = StreamConfig(
            name=name,
            subjects=[f"fahu.{service}.>"],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.NEW,
            storage=StorageType.FILE,
            max_bytes=STREAM_BYTES,
            max_age=STREAM_DAYS * 86400,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
            num_replicas=replicas,
        )
        await stream.add_stream(config)


async def check_durable(monitor_url: str) -> None:
    """Raise unless the server syncs every message to disk before it acknowledges; Undecided while it is away."""

    def read() -> dict[str, object]:
        with urllib.request.urlopen(f"{monitor_url}/varz", timeout=MONITOR_SECONDS) as answer:  # noqa: S310 - our own setting
            config = json.load(answer).get("jetstream", {}).get("config", {})
        return dict(config)

    try:
        config = await asyncio.to_thread(read)
    except urllib.error.HTTPError:
        raise
    except OSError as error:
        raise Undecided("the bus is away") from error
    if not config.get("sync_always"):
        raise RuntimeError("the bus acknowledges before it syncs to disk: set jetstream sync_interval to always")


def headers_of(
    event_id: str, event_type: str, source: str, at: datetime, aggregate_id: str, version: int, request_id: str
) -> dict[str, str]:
    """CloudEvents 1.0 binary mode. Values are percent-encoded, for header lines carry ASCII only."""
    return {
        "Nats-Msg-Id": event_id,
        "ce-specversion": "1.0",
        "ce-id": event_id,
        "ce-type": quote(event_type),
        "ce-source": quote(source),
        "ce-time": at.astimezone(UTC).isoformat(),
        "ce-subject": quote(aggregate_id),
        "ce-version": str(version),
        "content-type": "application/protobuf",
        "x-request-id": quote(request_id),
    }


def header(headers: dict[str, str] | None, name: str) -> str:
    """One header's value, decoded; empty if it is not there."""
    return unquote((headers or {}).get(name, ""))
