"""`python -m tests.race [--short] [--seed N]`: races for the last seats, their line, exit status 1 where it falls short."""

import argparse
import shutil
import sys

import uvloop

from stack.announce import say
from stack.environment import ROOT, Lock
from tests.race.drill import Drill
from tests.race.numbers import FULL, SHORT

SEED = 20261125


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.race", description="Race for the last seats; then count.")
    parser.add_argument("--short", action="store_true", help="few races, for the continuous integration")
    parser.add_argument("--seed", type=int, default=SEED, help="decides who does what, and which replica is killed")
    given = parser.parse_args()
    folder = ROOT / ".run" / ("race-short" if given.short else "race")
    if Lock(folder).is_taken():
        sys.exit(f"{folder} is in use by another run")
    shutil.rmtree(folder, ignore_errors=True)
    report = uvloop.run(Drill(SHORT if given.short else FULL, given.seed, folder, say).run())
    short = report.shortfalls()
    for one in short:
        say(f"fell short: {one}")
    say(report.line())
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
