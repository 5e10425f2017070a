"""When a stack is settled: every event written is published, and every listener has taken in what was published."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

import httpx
import psycopg

from stack.environment import StackError
from stack.programs import Program

PENDING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
POLL_SECONDS = 0.05


class NotSettled(StackError):
    """Events are still on their way; the message says where."""


async def settle(programs: Iterable[Program], databases: Mapping[str, str], monitor_url: str, seconds: float) -> None:
    """Return once no event is on its way. Raises NotSettled when that does not come in time."""
    end = time.monotonic() + seconds
    clean = 0
    async with httpx.AsyncClient(base_url=monitor_url, timeout=5, trust_env=False) as monitor:
        # Twice: between looking at outboxes and at listeners, a listener may have written to its own outbox.
        while clean < 2:
            waiting = await _on_their_way(list(programs), databases, monitor)
            clean = 0 if waiting else clean + 1
            if waiting and time.monotonic() > end:
                raise NotSettled(f"事件尚未送达 Events still on their way: {waiting}")
            if waiting:
                await asyncio.sleep(POLL_SECONDS)


async def _on_their_way(programs: list[Program], databases: Mapping[str, str], monitor: httpx.AsyncClient) -> dict[str, int]:
    """Events not yet published, by service, and not yet taken in, by listener."""
    found = {f"{p.name} outbox": await _pending(databases[p.name]) for p in programs if p.has_database}
    listeners = await _listeners(monitor)
    for program in programs:
        for source in program.listens_to:
            # A listener that has not yet introduced itself to the bus has everything before it.
            found[f"{source} → {program.name}"] = listeners.get((f"FAHU_{source.upper()}", program.name), 1)
    return {where: count for where, count in found.items() if count}


async def _pending(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        row = await (await connection.execute(PENDING)).fetchone()
    return int(row[0]) if row else 0


async def _listeners(monitor: httpx.AsyncClient) -> dict[tuple[str, str], int]:
    """Messages each listener has not acknowledged, by stream and listener."""
    answer = (await monitor.get("/jsz", params={"accounts": "true", "streams": "true", "consumers": "true"})).json()
    streams: list[dict[str, Any]] = [
        stream for account in answer.get("account_details") or [] for stream in account.get("stream_detail") or []
    ]
    return {
        (stream["name"], consumer["name"]): consumer["num_pending"] + consumer["num_ack_pending"]
        for stream in streams
        for consumer in stream.get("consumer_detail") or []
    }
