"""The servers under everything else: they start anywhere, die at once, and come back with what they had."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import nats
import psycopg
import pytest
from nats.js.api import StorageType, StreamConfig

from stack.process import ServerDied, family, free_port, gone, wait_until
from stack.servers import Nats, Postgres
from tests.conftest import MakeDatabase


@pytest.fixture
def own_postgres(server_dir: Path) -> Iterator[Postgres]:
    """A server that a test may kill: not the one the other tests share."""
    server = Postgres.start(server_dir / "postgres-to-kill")
    yield server
    server.kill()


@pytest.fixture
def own_nats(server_dir: Path) -> Iterator[Nats]:
    server = Nats.start(server_dir / "nats-to-kill")
    yield server
    server.kill()


def _scalar(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_killed_postgres_comes_back_on_its_port_with_what_was_committed(own_postgres: Postgres, server_dir: Path) -> None:
    own_postgres.create_database("kept")
    url = own_postgres.url("kept")
    session = psycopg.connect(url)
    session.execute("CREATE TABLE demand (title text)")
    session.execute("INSERT INTO demand VALUES ('欠薪')")
    session.commit()
    session.execute("INSERT INTO demand VALUES ('not committed')")
    members = family(own_postgres.pid)
    own_postgres.kill()
    assert len(members) > 1
    assert all(map(gone, members))
    session.close()

    again = Postgres.start(server_dir / "postgres-to-kill", port=own_postgres.port)
    try:
        assert again.url("kept") == url
        assert _scalar(url, "SELECT string_agg(title, ',') FROM demand") == "欠薪"
    finally:
        again.stop()
    assert not again.running


def test_pid_is_the_postmaster(own_postgres: Postgres) -> None:
    os.kill(own_postgres.pid, signal.SIGKILL)
    assert wait_until(lambda: not own_postgres.running, timeout=5.0)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(own_postgres.url("postgres"), connect_timeout=2)


def test_setting_postgres_refuses_is_reported_with_its_log(server_dir: Path) -> None:
    with pytest.raises(ServerDied, match="shared_buffers"):
        Postgres.start(server_dir / "postgres-refusing", settings={"shared_buffers": "much"})


def test_locale_finds_chinese_by_trigram(postgres: Postgres) -> None:
    """Under locale C, pg_trgm takes no Chinese character for a letter and finds nothing."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as session:
        session.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert _scalar(postgres.url("postgres"), "SELECT similarity('劳动合同纠纷', '劳动合同') > 0.3")


def test_databases_of_one_hint_are_migrated_once_and_separate(make_database: MakeDatabase) -> None:
    migrated: list[str] = []

    def migrate(url: str) -> None:
        migrated.append(url)
        with psycopg.connect(url) as session:
            session.execute("CREATE TABLE thing (id int)")

    first, second = make_database("twice", migrate), make_database("twice", migrate)
    with psycopg.connect(first) as session:
        session.execute("INSERT INTO thing VALUES (1)")
    assert len(migrated) == 1
    assert _scalar(first, "SELECT count(*) FROM thing") == 1
    assert _scalar(second, "SELECT count(*) FROM thing") == 0


async def test_killed_nats_comes_back_on_its_port_with_its_streams(own_nats: Nats, server_dir: Path) -> None:
    stream = StreamConfig(name="events", subjects=["fahu.>"], storage=StorageType.FILE)
    client = await nats.connect(own_nats.url)
    await client.jetstream().add_stream(stream)
    for number in range(50):
        await client.jetstream().publish("fahu.thing", str(number).encode())
    own_nats.kill()
    await client.close()

    ports = {"port": own_nats.port, "monitor_port": own_nats.monitor_port}
    again = Nats.start(server_dir / "nats-to-kill", **ports)
    try:
        client = await nats.connect(again.url)
        info = await client.jetstream().stream_info("events")
        last = await client.jetstream().get_last_msg("events", "fahu.thing")
        await client.close()
    finally:
        again.stop()
    assert (info.state.messages, last.data) == (50, b"49")


def test_servers_die_with_a_killed_owner(server_dir: Path) -> None:
    """Else an interrupted run would leave a PostgreSQL behind, and the next could not use its directory."""
    owner = textwrap.dedent(f"""
        import pathlib, time
        from stack.servers import Nats, Postgres
        here = pathlib.Path({str(server_dir / "orphans")!r})
        servers = Postgres.start(here / "postgres"), Nats.start(here / "nats")
        print(*(server.pid for server in servers), flush=True)
        time.sleep(60)
    """)
    with subprocess.Popen([sys.executable, "-c", owner], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        members = [member for pid in process.stdout.readline().split() for member in family(int(pid))]
        process.kill()
    assert len(members) > 2
    assert wait_until(lambda: all(map(gone, members)), timeout=10.0)
    Postgres.start(server_dir / "orphans" / "postgres").stop()


def test_a_port_is_handed_out_once() -> None:
    ports = [free_port() for _ in range(200)]
    assert len(set(ports)) == 200
