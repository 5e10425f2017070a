"""Runs a module of ours in a process of its own, once: what is read there, or drawn, can cost no more than that process.

Blocking: call it in a thread. Not by the event loop: that forks by itself, and answers nobody meanwhile.
"""

import os
import subprocess
import sys

TOLD = 2_000


class ChildFailed(Exception):
    """`status` is what it ended with: below zero the signal that ended it, None where it took too long."""

    def __init__(self, status: int | None, told: bytes) -> None:
        self.status = status
        self.told = told.decode(errors="replace")[-TOLD:]
        ended = "took too long" if status is None else f"ended with {status}"
        super().__init__(f"it {ended}: {self.told}")


def run(module: str, asked: bytes, seconds: float) -> bytes:
    """What the module writes to its standard output when it finds `asked` on its standard input. Raises ChildFailed."""
    env = {"PYTHONPATH": os.pathsep.join(sys.path), "LANG": "C.UTF-8"}
    command = (sys.executable, "-m", module)
    try:
        ran = subprocess.run(command, input=asked, capture_output=True, env=env, timeout=seconds, check=True)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise ChildFailed(None, error.stderr or b"") from error
    except subprocess.CalledProcessError as error:
        raise ChildFailed(error.returncode, error.stderr) from error
    return ran.stdout
