"""What every server process of the stack needs: a free port, a lifeline to us, a log, and a complete end."""

import functools
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import psutil

# Below the kernel's range for outgoing connections. A client that keeps calling a stopped server inside that
# range is sooner or later given the same port as its source, connects to itself, and bars the server from it.
_PORTS = range(20_000, 32_000)
_handed_out: set[int] = set()


class ServerDied(RuntimeError):
    """A server ended while we waited for it to answer; the text carries the end of its log."""


class ServerNotReady(RuntimeError):
    """A server is alive but did not answer in time; the text carries the end of its log."""


def free_port() -> int:
    """A loopback port that nothing listens on and that this process has not been given before."""
    for port in random.choices(_PORTS, k=1_000):  # noqa: S311 - spread, not secrecy
        if port in _handed_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _handed_out.add(port)
        return port
    raise RuntimeError(f"no free port left in {_PORTS}")


@functools.cache
def usable(*prefix: str) -> bool:
    """Whether commands can be run behind this prefix on this machine."""
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0


def lifeline(at_our_death: str) -> list[str]:
    """Command prefix that has the kernel send this signal when we die, even by SIGKILL.

    The kernel watches the thread that starts the server: it must live as long as the server should.
    A prefix and not a preexec_fn: that would fork a process in which gRPC's threads may hold locks.
    Empty where setpriv is missing.
    """
    prefix = ("setpriv", "--pdeathsig", at_our_death, "--")
    return list(prefix) if usable(*prefix) else []


class Server:
    """A child process and its log. The pid is the server's own: every prefix we use execs into it."""

    stop_signal = signal.SIGTERM

    def __init__(self, process: subprocess.Popen[bytes], log: Path, port: int) -> None:
        self._process = process
        self._log = log
        self.port = port

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self, timeout: float = 30.0) -> None:
        """Ask it to end in good order; after the timeout (seconds), kill it."""
        if self.running:
            self._process.send_signal(self.stop_signal)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL it with all its children; on return none of them runs any more."""
        if not self.running:
            return
        members = family(self.pid)
        for member in members:
            _kill(member)
        self._process.wait()
        wait_until(lambda: all(map(gone, members)), timeout=10.0)

    def wait_ready(self, ready: Callable[[], bool], timeout: float = 60.0) -> Self:
        """Return as soon as `ready` says so; leave no process behind where it never does."""
        if wait_until(lambda: not self.running or ready(), timeout) and self.running:
            return self
        failure = ServerNotReady if self.running else ServerDied
        self.kill()
        raise failure(f"{type(self).__name__} on port {self.port}, end of {self._log}:\n{self._log_end()}")

    def _log_end(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])


def spawn(
    command: Sequence[str | Path],
    log: Path,
    user: int | None = None,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server outside our terminal's process group: Ctrl-C reaches only us, we choose the order."""
    ids: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=env,
            cwd=cwd,
            **ids,
        )


def wait_until(done: Callable[[], bool], timeout: float, every: float = 0.01) -> bool:
    """Poll until done; False when the timeout (seconds) comes first."""
    end = time.monotonic() + timeout
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def family(pid: int) -> list[psutil.Process]:
    """The process and all below it; empty when there is none."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def gone(process: psutil.Process) -> bool:
    """Whether it runs no more. A zombie does not: in some containers nobody ever reaps orphans."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
