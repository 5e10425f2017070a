"""What a stack keeps between its runs: its folder, its ports, its keys. And the lock that makes it run once."""

import fcntl
import json
import os
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from kit.auth import generate_keys
from kit.crypto import Keyring
from stack.process import free_port

ROOT = Path(__file__).resolve().parent.parent
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class StackError(RuntimeError):
    """The stack cannot go on; the message says why, to the person who started it."""


class AlreadyRunning(StackError):
    """A stack of this folder runs already."""


class OwnServers(BaseSettings):
    """Servers to use instead of those from wheels. Give the monitor's URL together with that of NATS."""

    model_config = SettingsConfigDict(env_prefix="FAHU_", extra="ignore", frozen=True)

    postgres_url: SecretStr | None = None
    nats_url: str | None = None
    nats_monitor_url: str | None = None

    def check(self) -> None:
        if (self.nats_url is None) != (self.nats_monitor_url is None):
            raise StackError("FAHU_NATS_URL 与 FAHU_NATS_MONITOR_URL 须同时给出。 Give both or neither.")


@dataclass(frozen=True)
class Layout:
    """Where a stack keeps what. The folder is open to look into: PostgreSQL may have to run as nobody in it."""

    name: str
    folder: Path

    @classmethod
    def of(cls, name: str, folder: Path | None = None) -> "Layout":
        if not _NAME.fullmatch(name):
            raise StackError(f"名称 {name!r} 只能含小写字母、数字和连字符。 Use a-z, 0-9 and '-' in a name.")
        return cls(name, (folder or ROOT / ".run" / name).absolute())

    def prepare(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def trusted_keys(self) -> Path:
        return self.keys / "trusted.jwks"

    def signing_key(self, service: str) -> Path:
        return self.keys / f"{service}.jwk"

    def keyring(self, service: str) -> Path:
        return self.keys / f"{service}.keyring"

    def blobs(self, service: str) -> Path:
        """Where all processes of a service keep files that people sent."""
        return self.folder / "blobs" / service

    @property
    def status(self) -> Path:
        return self.folder / "stack.json"

    @property
    def surroundings(self) -> Path:
        """The environment of each service, for commands that are run beside its processes."""
        return self.folder / "surroundings.json"

    @property
    def accounts(self) -> Path:
        return self.folder / "accounts.json"

    def log(self, child: str) -> Path:
        return self.logs / f"{child}.log"

    def keep_last_log(self, child: str) -> None:
        """Begin a new log and keep the one of the run before."""
        if self.log(child).exists():
            self.log(child).replace(self.log(child).with_suffix(".log.1"))


class Lock:
    """Held by the one process that runs a stack; the kernel gives it back however that process ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._path.read_text().strip()
            file.close()
            message = f"{self._path.parent} 已由进程 {holder} 运行，请先停止它，或用另一个名称。"
            raise AlreadyRunning(f"{message} It runs already, as process {holder}.") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def is_taken(self) -> bool:
        """Whether another process holds it."""
        if not self._path.exists():
            return False
        with self._path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    @property
    def held(self) -> bool:
        return self._file is not None

    def give_back(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class Ports:
    """A port for each use, the same at every run of a stack as long as nothing else took it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ports.json"
        self._known: dict[str, int] = json.loads(self._file.read_text()) if self._file.exists() else {}
        self._given: dict[str, int] = {}
        self._one_at_a_time = threading.Lock()

    def of(self, use: str) -> int:
        with self._one_at_a_time:
            if use not in self._given:
                known = self._known.get(use)
                self._given[use] = known if known is not None and _is_free(known) else free_port()
                self._known[use] = self._given[use]
                write_whole(self._file, json.dumps(self._known, indent=1))
            return self._given[use]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still timing out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def make_keys(layout: Layout, services: Sequence[str]) -> None:
    """Signing keys that all services trust and a key ring for each, once for each folder.

    A service that joins later gets all signing keys made anew: sessions are opaque tokens in a database and survive it.
    """
    missing = [name for name in services if not layout.signing_key(name).exists()]
    if missing or not layout.trusted_keys.exists():
        private, public = generate_keys(list(services))
        for name, key in private.items():
            write_whole(layout.signing_key(name), key, 0o600)
        write_whole(layout.trusted_keys, public, 0o600)
    for name in services:
        if not layout.keyring(name).exists():
            write_whole(layout.keyring(name), Keyring.generate(), 0o600)


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file so that nobody ever reads half of it, or reads it with a wider mode."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)


def write_json(path: Path, value: Any, mode: int = 0o600) -> None:
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n", mode)
