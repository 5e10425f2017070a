"""Ends what a stack left behind whose supervisor was killed before it could stop anything."""

import json
from contextlib import suppress

import psutil

from stack.environment import Layout
from stack.process import gone, wait_until

PATIENCE_SECONDS = 5.0


def end_leftovers(layout: Layout) -> None:
    """Wait for the processes of the last run, which the kernel told to end, and kill those that stay.

    Call it with the folder's lock held: then whoever still works in the folder is no living stack's.
    """
    if not layout.status.exists():
        return
    pids = json.loads(layout.status.read_text("utf-8"))["pids"].values()
    left = [process for pid in pids for process in _ours(int(pid), layout)]
    wait_until(lambda: all(map(gone, left)), PATIENCE_SECONDS, every=0.05)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(lambda: all(map(gone, left)), PATIENCE_SECONDS, every=0.05)
    layout.status.unlink()


def _ours(pid: int, layout: Layout) -> list[psutil.Process]:
    """The process and its children if it works in this folder; by now another program may have its number."""
    try:
        process = psutil.Process(pid)
        traces = [*process.cmdline(), *process.environ().values()]
        ours = any(str(layout.folder) in trace for trace in traces)
        return [process, *process.children(recursive=True)] if ours else []
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
