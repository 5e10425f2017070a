"""Dispatch as a process of its own: what it starts without, what it refuses to serve on, and how it ends."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1.dispatch_service_pb2_grpc import DispatchServiceStub
from fahu.registry.v1 import events_pb2, unit_pb2
from nats.aio.client import Client

from kit.calendar import WorkingCalendar, library_tables
from kit.db import Database
from kit.events import bus, outbox
from kit.rpc.client import RpcChannel
from services.dispatch.moves import Course
from services.dispatch.rules import Terms
from stack.process import free_port, spawn
from stack.servers import Nats
from tests import signing
from tests.conftest import MakeDatabase
from tests.dispatch.conftest import Enterprise, World, migrated, populate

ROOT = Path(__file__).resolve().parents[2]


class Ports:
    def __init__(self) -> None:
        self.ops, self.grpc, self.nats, self.monitor = (free_port() for _ in range(4))


@asynccontextmanager
async def process(folder: Path, database_url: str, ports: Ports) -> AsyncIterator[subprocess.Popen[bytes]]:
    """`python -m services.dispatch`, its log in folder/log."""
    private, public = signing.keys()
    (folder / "trusted").write_text(public)
    (folder / "key").write_text(private["dispatch"])
    settings = {
        "OPS_PORT": ports.ops,
        "GRPC_PORT": ports.grpc,
        "DATABASE_URL": database_url,
        "COURSES_TARGET": "127.0.0.1:1",  # nobody is there: what waits for courses keeps nothing else from working
        "BLOB_FOLDER": folder / "blobs",
        "NATS_URL": f"nats://127.0.0.1:{ports.nats}",
        "NATS_MONITOR_URL": f"http://127.0.0.1:{ports.monitor}",
        "TRUSTED_KEYS_FILE": folder / "trusted",
        "SIGNING_KEY_FILE": folder / "key",
    }
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"} | {f"FAHU_{name}": str(value) for name, value in settings.items()}
    running = spawn([sys.executable, "-m", "services.dispatch"], folder / "log", env=env, cwd=ROOT)
    yield running
    running.kill()
    running.wait()


async def failures(ports: Ports) -> dict[str, str] | None:
    """What keeps the process from being ready; None while nobody answers."""
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"http://127.0.0.1:{ports.ops}/readyz", timeout=3)
    except httpx.TransportError:
        return None
    found: dict[str, str] = answer.json()
    assert (answer.status_code == 200) == (found == {})
    return found


async def until(seconds: float, done: Any) -> Any:
    """Ask again until the answer is true; fail with the last one."""
    end = asyncio.get_running_loop().time() + seconds
    while not (answer := await done()):
        assert asyncio.get_running_loop().time() < end, answer
        await asyncio.sleep(0.05)
    return answer


@asynccontextmanager
async def caller(database_url: str, ports: Ports) -> AsyncIterator[World]:
    """A world whose stub calls the process."""
    database = Database(database_url)
    database.before_commit = outbox.flush
    course = Course(WorkingCalendar.from_library(), Terms())
    mine, other, former = Enterprise(), Enterprise(), Enterprise()
    contacts = {code: uuid4() for code in ("hrss", "eco_env", "centre")}
    await populate(database, {mine: course.calendar.day_of(datetime.now(UTC)).year}, contacts, {})
    channel = RpcChannel(f"127.0.0.1:{ports.grpc}")
    stub: Any = DispatchServiceStub(channel)  # type: ignore[call-overload]
    yield World(database, stub, course, mine, other, former, contacts, {})
    await channel.close()
    await database.close()


async def test_it_starts_and_takes_demands_in_without_the_bus_and_tells_when_it_is_there(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    url, ports = make_database("dispatch", migrated), Ports()
    async with process(tmp_path, url, ports) as running, caller(url, ports) as world:
        await until(20, lambda: ready(ports))
        demand = await world.submit()
        assert demand.state == pb.STATE_DISPATCHED
        nats = Nats.start(tmp_path / "nats", port=ports.nats, monitor_port=ports.monitor)
        await until(15, lambda: all_sent(world))
        await tell_of_a_new_agency(nats.url)
        await until(10, lambda: known(world, "procuratorate"))
        running.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(running.wait, 15) == 0
        nats.stop()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {line["service"] for line in lines} == {"dispatch"}
    assert lines[-1]["event"] == "dispatch stopped"


async def test_it_notices_a_table_of_holidays_that_a_command_loaded(make_database: MakeDatabase, tmp_path: Path) -> None:
    url, ports = make_database("dispatch", migrated), Ports()
    async with process(tmp_path, url, ports), caller(url, ports) as world:
        await until(20, lambda: ready(ports))
        demand = await world.submit()
        due = world.course.calendar.day_of(world.course.calendar.add_workdays(datetime.now(UTC), 1).at)
        days = library_tables().get(due.year, {}) | {due: False}
        table: dict[str, Any] = {"year": due.year, "notice": "示例", "days_off": [], "workdays": []}
        for day, works in days.items():
            table["workdays" if works else "days_off"].append(str(day))
        (tmp_path / "table.json").write_text(json.dumps(table))
        assert [await load(url, tmp_path / "table.json") for _ in range(2)] == ["1 years", "0 years"]
        await until(15, lambda: changed(world, demand))
        (moved,) = await changed(world, demand)
        assert moved.old_due_at.date() == due < moved.new_due_at.date()


async def load(url: str, file: Path) -> str:
    command = [sys.executable, "-m", "services.dispatch", "load-calendar", str(file)]
    env = {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}", "FAHU_DATABASE_URL": url}
    ran = await asyncio.to_thread(subprocess.run, command, env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


async def changed(world: World, demand: Any) -> list[Any]:
    query = (
        "SELECT c.* FROM clock_change c JOIN demand_clock k ON k.id = clock_id WHERE c.demand_id = :id AND kind = 'ACCEPT'"
    )
    return await world.sql(query, id=demand.id)


async def ready(ports: Ports) -> bool:
    return await failures(ports) == {}


async def all_sent(world: World) -> bool:
    return not await world.sql("SELECT FROM outbox WHERE published_at IS NULL")


async def known(world: World, unit: str) -> bool:
    return bool(await world.sql("SELECT FROM unit WHERE code = :code", code=unit))


async def tell_of_a_new_agency(url: str) -> None:
    event = events_pb2.UnitChanged(
        code="procuratorate", name="区检察院", kind=unit_pb2.UNIT_KIND_AGENCY, active=True, version=1
    )
    row = outbox.row_of(event, "procuratorate", 1)
    headers = bus.headers_of(str(row.id), row.type, "registry", row.created_at, "procuratorate", 1, "r")
    client = Client()
    await bus.connect(client, url, "test")
    await bus.ensure_stream(client.jetstream(), "registry")
    await client.jetstream().publish(row.subject, row.payload, headers=headers)
    await client.close()


async def test_it_serves_on_no_bus_that_could_lose_what_it_acknowledged(
    make_database: MakeDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lax = 'listen: 127.0.0.1:{}\nhttp: 127.0.0.1:{}\njetstream {{ store_dir: "{}" }}\n'
    monkeypatch.setattr("stack.servers._nats_config", lambda folder, port, monitor: lax.format(port, monitor, folder))
    ports = Ports()
    nats = Nats.start(tmp_path / "nats", port=ports.nats, monitor_port=ports.monitor)
    async with process(tmp_path, make_database("dispatch", migrated), ports):
        assert await until(20, lambda: failures(ports)) == {"bus": "RuntimeError"}
    nats.stop()


async def test_it_does_not_serve_on_a_database_of_another_revision(make_database: MakeDatabase, tmp_path: Path) -> None:
    ports = Ports()
    async with process(tmp_path, make_database("blank", lambda _url: None), ports):
        assert set(await until(20, lambda: failures(ports))) == {"schema", "calendar"}
