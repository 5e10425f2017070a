"""A service that starts a program while it serves calls gets one that runs."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_program_started_under_load_comes_to_run() -> None:
    surroundings = {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "gen")))}
    command = [sys.executable, "-m", "tests.kit.spawning"]
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "died=0\n", done.stderr[-2000:]
