"""How a process lives: it says when it is ready, drains when told to stop, ends when it is broken, and logs in JSON."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit import runtime
from kit.probes import Probes, Undecided
from stack.process import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]


def environment(folder: Path, port: int) -> dict[str, str]:
    given = {
        "OPS_PORT": str(port),
        "NATS_URL": "nats://127.0.0.1:1",
        "NATS_MONITOR_URL": "http://127.0.0.1:1",
        "TRUSTED_KEYS_FILE": str(folder / "keys"),
        "SIGNING_KEY_FILE": str(folder / "key"),
        "READY_FILE": str(folder / "ready"),
        "FAIL_FILE": str(folder / "fail"),
        "DRAINED_FILE": str(folder / "drained"),
    }
    path = os.pathsep.join([str(ROOT), str(ROOT / "gen")])
    return {"PYTHONPATH": path} | {f"FAHU_{name}": value for name, value in given.items()}


@dataclass
class Tiny:
    """The running process, what moves it, and what it said."""

    process: subprocess.Popen[str]
    folder: Path
    port: int

    def get(self, path: str) -> httpx.Response | None:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=2)
        except httpx.TransportError:
            return None

    def status(self, path: str = "/readyz") -> int:
        answer = self.get(path)
        return answer.status_code if answer else 0

    def let(self, event: str) -> None:
        (self.folder / event).touch()

    def end(self) -> tuple[int, list[dict[str, Any]]]:
        """Wait for the end; return the exit status and the log, every line of which must be JSON."""
        output, _ = self.process.communicate(timeout=10)
        return self.process.returncode, [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Tiny]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.kit.tiny"],
        env=environment(tmp_path, port),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    found = Tiny(process, tmp_path, port)
    assert wait_until(lambda: found.status("/livez") == 200, timeout=15)
    yield found
    process.kill()
    process.wait()


def test_a_process_is_ready_when_it_is_and_drains_before_it_ends(tiny: Tiny) -> None:
    answer = tiny.get("/readyz")
    assert answer is not None
    assert (answer.status_code, answer.json()) == (503, {"file": "FileNotFoundError"})
    tiny.let("ready")
    assert wait_until(lambda: tiny.status() == 200, timeout=2)
    metrics = tiny.get("/metrics")
    assert metrics is not None
    assert "grpc_server_handled_total" in metrics.text
    assert tiny.status("/elsewhere") == 404
    tiny.process.send_signal(signal.SIGTERM)
    assert wait_until(lambda: tiny.status() == 503, timeout=2)
    assert tiny.status("/livez") == 200  # still busy with what it began
    tiny.let("drained")
    status, log = tiny.end()
    assert status == 0
    assert [line["event"] for line in log if "rain" in line["event"]] == ["draining", "drained"]


def test_a_process_whose_task_fails_ends_with_an_error_and_says_why(tiny: Tiny) -> None:
    tiny.let("drained")
    tiny.let("fail")
    status, log = tiny.end()
    assert status == 1
    (told,) = [line for line in log if "task work ended" in line["event"]]
    assert "the task broke" in told["exception"]


def test_chores_are_tried_again_and_every_line_of_the_log_names_service_time_and_request(tiny: Tiny) -> None:
    time.sleep(0.1)
    tiny.let("drained")
    tiny.process.send_signal(signal.SIGINT)
    status, log = tiny.end()
    told = [line["event"].partition(";")[0] for line in log if "chore" in line["event"]]
    assert (status, told) == (0, ["chore failed", "chore failed", "chore done"])
    assert all(line["service"] == "tiny" and line["timestamp"] and line["level"] and line["request_id"] for line in log)
    assert [line["request_id"] for line in log if line["event"] == "工作中 working"] == ["request-of-a-test"]


def test_commands_are_run_by_name(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    async def no_service() -> int:
        return 7

    async def greet(name: str) -> str:
        return f"hello {name}"

    def command(*words: str) -> None:
        monkeypatch.setattr(sys, "argv", ["tiny", *words])
        runtime.main("tiny", no_service, greet=greet, clean=lambda: None)

    command("greet", "you")
    command("clean")
    assert capsys.readouterr().out == "hello you\n"
    with pytest.raises(SystemExit, match="unknown command dance; known: serve, clean, greet"):
        command("dance")
    with pytest.raises(SystemExit) as served:
        command()
    assert served.value.code == 7


async def test_a_check_at_the_start_is_asked_until_it_passed_once() -> None:
    probes, outcomes = Probes(), [RuntimeError(), Undecided(), None, RuntimeError()]
    probes.started = True

    async def check() -> None:
        if error := outcomes.pop(0):
            raise error

    probes.on_start["bus"] = check
    assert await probes.failures() == {"bus": "RuntimeError"}
    assert await probes.failures() == {}  # nothing to look at yet: no reason not to serve
    assert "bus" in probes.on_start
    assert await probes.failures() == {}
    assert await probes.failures() == {}
    assert len(outcomes) == 1
