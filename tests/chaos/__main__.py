"""`python -m tests.chaos [--short] [--seed N]`: the drill, its line, and exit status 1 where it falls short."""

import argparse
import shutil
import sys
from pathlib import Path

import uvloop

from stack.announce import say
from stack.environment import ROOT, Lock
from tests.chaos.drill import Drill
from tests.chaos.numbers import FULL, SHORT
from tests.chaos.report import Report

SEED = 20261123


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Kill, stop and delete; then count.")
    parser.add_argument("--short", action="store_true", help="small numbers, for the continuous integration")
    parser.add_argument("--seed", type=int, default=SEED, help="decides who is killed when, and what is sent")
    given = parser.parse_args()
    folder = _fresh(ROOT / ".run" / ("chaos-short" if given.short else "chaos"))
    report = uvloop.run(Drill(SHORT if given.short else FULL, given.seed, folder, say).run())
    sys.exit(_end(report))


def _fresh(folder: Path) -> Path:
    """Last run's folder is emptied: what was there before would look like what nobody sent."""
    if any(Lock(stack).is_taken() for stack in folder.glob("*/")):
        sys.exit(f"{folder} is in use by another run")
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _end(report: Report) -> int:
    short = report.shortfalls()
    for one in short:
        say(f"fell short: {one}")
    say(report.line())
    return 1 if short else 0


if __name__ == "__main__":
    main()
