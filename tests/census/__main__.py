"""`python -m tests.census [--short] [--seed N]`: the census, its line, and exit status 1 where it falls short."""

import argparse
import shutil
import sys

import uvloop

from stack.announce import say
from stack.environment import ROOT, Lock
from tests.census.census import Drill
from tests.census.numbers import FULL, SHORT

SEED = 20261125


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.census", description="Have thousands answer a survey; then count."
    )
    parser.add_argument("--short", action="store_true", help="small numbers, for the continuous integration")
    parser.add_argument("--seed", type=int, default=SEED, help="decides who answers how, and when somebody hangs up")
    given = parser.parse_args()
    folder = ROOT / ".run" / ("census-short" if given.short else "census")
    if Lock(folder).is_taken():
        sys.exit(f"{folder} is in use by another run")
    shutil.rmtree(folder, ignore_errors=True)  # what was there before would look like what nobody gave
    report = uvloop.run(Drill(SHORT if given.short else FULL, given.seed, folder, say).run())
    short = report.shortfalls()
    for one in short:
        say(f"fell short: {one}")
    say(report.line())
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
