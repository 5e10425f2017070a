"""Start the bare pipeline, its two halves each a process of their own, under any interpreter."""

import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Target
from stack.process import Server, free_port, lifeline, spawn


@dataclass(frozen=True)
class Pipeline:
    front: Server
    backend: Server

    @property
    def target(self) -> Target:
        return Target(port=self.front.port, path="/demands")


@contextmanager
def bare_pipeline(database_url: str, python: str = sys.executable) -> Iterator[Pipeline]:
    """Both processes on an existing, possibly empty, database; run from the root of the repository."""
    with (
        bare_backend(database_url, python) as backend,
        _module("benchmarks.bare.front", python, "--backend", f"127.0.0.1:{backend.port}") as front,
    ):
        yield Pipeline(front, backend)


@contextmanager
def bare_backend(database_url: str | None, python: str = sys.executable) -> Iterator[Server]:
    database = () if database_url is None else ("--database-url", database_url)
    with _module("benchmarks.bare.backend", python, *database) as server:
        yield server


@contextmanager
def _module(module: str, python: str, *arguments: str) -> Iterator[Server]:
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "log"
        command = [*lifeline("KILL"), python, "-m", module, "--port", str(port), *arguments]
        server = Server(spawn(command, log), log, port)
        try:
            yield server.wait_ready(lambda: _listens(port))
        finally:
            server.stop()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
