"""A stack starts, mends itself, refuses to run twice, and leaves nothing behind."""

import asyncio
import json
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import nats
import psutil
import psycopg
import pytest
from pydantic import SecretStr

from stack.environment import ROOT, AlreadyRunning, OwnServers, StackError
from stack.process import family, gone, wait_until
from stack.servers import Nats, Postgres
from stack.supervisor import Stack

SERVERS = ["nats", "postgres", "wechat"]
# The command line, with servers only.
COMMAND = """
import functools, stack.supervisor, stack.__main__
stack.__main__.Stack = functools.partial(stack.supervisor.Stack, services=())
stack.__main__.main()
"""


def servers_only(folder: Path) -> Stack:
    """Sandbox and servers, no services."""
    return Stack("test", folder, services=())


def members_of(stack: Stack) -> list[psutil.Process]:
    return [member for pid in stack.pids().values() for member in family(pid)]


def addresses_of(stack: Stack) -> tuple[str, str, str]:
    return stack.nats.url, stack.postgres.url("postgres"), stack.url("wechat")


async def until_running(stack: Stack, names: list[str]) -> None:
    async with asyncio.timeout(20):
        while sorted(stack.pids()) != names:  # noqa: ASYNC110 - what other processes do raises no event here
            await asyncio.sleep(0.05)


@pytest.fixture
async def stack(server_dir: Path) -> AsyncIterator[Stack]:
    async with servers_only(server_dir / "stack") as stack:
        yield stack


async def test_killed_servers_come_back_where_they_were_and_stop_leaves_nothing(stack: Stack) -> None:
    members, pids, addresses = members_of(stack), stack.pids(), addresses_of(stack)
    for name in SERVERS:
        await stack.kill(name)
    await until_running(stack, SERVERS)
    members += members_of(stack)
    assert addresses_of(stack) == addresses
    assert all(stack.pid(name) != pids[name] for name in SERVERS)
    assert json.loads(stack.layout.status.read_text())["pids"] == stack.pids()
    client = await nats.connect(stack.nats_url, connect_timeout=3)
    await client.close()
    psycopg.connect(stack.postgres.url("postgres"), connect_timeout=3).close()
    async with httpx.AsyncClient(trust_env=False) as client_of_wechat:
        assert (await client_of_wechat.get(f"{stack.url('wechat')}/sandbox/health")).is_success

    await stack.stop()
    assert wait_until(lambda: all(map(gone, members)), timeout=5)
    assert not stack.layout.status.exists()


async def test_what_was_killed_stays_down_unless_supervised_and_what_was_halted_too(stack: Stack) -> None:
    await stack.halt("wechat")
    stack.supervising = False
    await stack.kill("nats")
    await asyncio.sleep(0.5)
    assert sorted(stack.pids()) == ["postgres"]
    stack.supervising = True
    await until_running(stack, ["nats", "postgres"])
    await stack.resume("wechat")
    assert sorted(stack.pids()) == SERVERS


async def test_next_run_has_the_ports_and_data_of_the_last(server_dir: Path) -> None:
    async with servers_only(server_dir / "again") as stack:
        addresses = addresses_of(stack)
        keys = stack.layout.trusted_keys.read_text()
        stack.postgres.create_database("kept")
    async with servers_only(server_dir / "again") as stack:
        assert addresses_of(stack) == addresses
        assert stack.layout.trusted_keys.read_text() == keys
        psycopg.connect(stack.postgres.url("kept")).close()


async def test_secrets_are_the_owners_alone(stack: Stack) -> None:
    files = [*stack.layout.keys.iterdir(), stack.layout.status]
    assert len(files) > 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_two_names_run_side_by_side_and_one_name_once(stack: Stack, server_dir: Path) -> None:
    with pytest.raises(AlreadyRunning, match="已由进程"):
        await servers_only(stack.layout.folder).start()
    async with servers_only(server_dir / "other") as other:
        assert not set(addresses_of(other)) & set(addresses_of(stack))
    assert sorted(stack.pids()) == SERVERS


async def test_given_servers_are_used_and_left_alone(postgres: Postgres, nats_server: Nats, server_dir: Path) -> None:
    monitor = f"http://127.0.0.1:{nats_server.monitor_port}"
    given = OwnServers(postgres_url=SecretStr(postgres.url("postgres")), nats_url=nats_server.url, nats_monitor_url=monitor)
    async with Stack("given", server_dir / "given", services=(), given=given) as stack:
        assert list(stack.pids()) == ["wechat"]
        assert stack.nats_url == nats_server.url
        assert stack.database_url("registry") == postgres.url("fahu_given_registry")
    assert postgres.running
    assert nats_server.running


def test_names_that_would_leave_the_folder_are_refused() -> None:
    with pytest.raises(StackError, match="名称"):
        Stack("../elsewhere")


def test_killed_supervisor_takes_its_servers_along_and_the_next_run_has_the_folder(server_dir: Path) -> None:
    folder = server_dir / "killed"
    command = [sys.executable, "-c", COMMAND, "--data", str(folder)]
    members: list[psutil.Process] = []
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            assert any("就绪" in line for line in iter(process.stdout.readline, ""))
            assert all(map(gone, members))
            members = family(process.pid)[1:]
            process.kill()
    assert wait_until(lambda: all(map(gone, members)), timeout=10)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_command_stops_in_order_at_a_signal(server_dir: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", COMMAND, "--data", str(server_dir / "signalled")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        while "就绪" not in (line := process.stdout.readline()):
            assert line, "it ended before it was ready"
        members = family(process.pid)[1:]
        process.send_signal(how)
        rest = process.stdout.read()
    assert len(members) > 3
    assert process.returncode == 0
    assert rest.endswith("已停止\n")
    assert all(map(gone, members))
