"""Named points where a fault drill may end a process, or a server it depends on, in the middle of its work.

Outside a drill `point` costs one look at a variable. A drill arms a point by creating a file of its name in the drill's
folder; the file holds the pid to kill, or "self". The point removes the file first, so that each arming fires once.
"""

import os
import signal
from contextlib import suppress
from pathlib import Path

_folder: Path | None = None


def enable(folder: Path | None) -> None:
    """Look for armed points in this folder from now on; None ends it."""
    global _folder
    _folder = folder


def point(name: str) -> None:
    """End what the armed file names, if this point is armed; otherwise nothing."""
    if _folder is None:
        return
    armed = _folder / name
    try:
        target = armed.read_text().strip()
        armed.unlink()
    except FileNotFoundError:
        return
    with suppress(ProcessLookupError):  # somebody else was quicker
        os.kill(os.getpid() if target == "self" else int(target), signal.SIGKILL)
