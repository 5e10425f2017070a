"""`make scale`: what reading and submitting cost beside a million demands, against the same beside ten thousand.

Real PostgreSQL, dispatch's own queries through its own server, the two databases in turn. It ends in one line, and fails
where a call's p99 is more than twice, or a submission's more than 1.2 times, what it is beside ten thousand; where a table
of demands is read whole; or where two sweepers fire a warning of a hundred thousand clocks never or twice.
"""

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.generate.cast import Cast
from benchmarks.generate.load import fill
from benchmarks.scale import sweep
from benchmarks.scale.cases import cases, details
from benchmarks.scale.plans import read_whole
from benchmarks.scale.race import Times, p50, race, submissions
from benchmarks.scale.world import World, served
from kit import migrate
from services.dispatch.__main__ import MIGRATIONS
from stack.servers import Postgres

SMALL, CONTROL = 10_000, 4_000
SEED = 2021
SUBMISSIONS = 1500
READING, SUBMITTING, FILLING = 2.0, 1.2, 15 * 60
GROUPS = ("list", "detail", "search", "counts")
HINTS = "similar"  # named by no requirement: told, not judged
SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "2GB", "checkpoint_timeout": "30min"}


@dataclass(frozen=True)
class Plan:
    """How much there is to be."""

    demands: int
    calls: int
    clocks: int


@dataclass
class Outcome:
    """What the run came to."""

    filled: float
    times: dict[str, Times] = field(default_factory=dict)
    submitting: Times = field(default_factory=Times)
    read_whole: list[str] = field(default_factory=list)
    wrong: int = 0
    control: int = 0

    def of(self, group: str) -> Times:
        """All calls of a group together."""
        every = Times()
        for name, times in self.times.items():
            if name.startswith(f"{group}: "):
                every.add(times)
        return every

    @property
    def good(self) -> bool:
        quick = all(self.of(group).ratio <= READING for group in GROUPS) and self.submitting.ratio <= SUBMITTING
        return quick and self.filled <= FILLING and not self.read_whole and self.wrong == 0 and self.control > 0

    def line(self, large: int, begun: float) -> str:
        ratios = " ".join(f"{group}_p99_ratio={self.of(group).ratio:.2f}" for group in GROUPS)
        worst, name = max((p50(times.large) / p50(times.small), name) for name, times in self.times.items())
        beyond = sum(p50(times.large) > READING * p50(times.small) for times in self.times.values())
        return (
            f"scale: demands={large} generated_seconds={self.filled:.0f} {ratios} wanted={READING} "
            f"worst_case={name.replace(': ', '/').replace(' ', '_')} worst_case_p50_ratio={worst:.2f} "
            f"cases={len(self.times)} cases_p50_beyond={beyond} "
            f"submit_p99_ratio={self.submitting.ratio:.2f} wanted={SUBMITTING} "
            f"read_whole={len(self.read_whole)} warnings_wrong={self.wrong} doubled_without_locks={self.control} "
            f"seconds={time.monotonic() - begun:.0f}"
        )


async def _generate(postgres: Postgres, number: int) -> Cast:
    name = f"demands_{number}"
    postgres.create_database(name)
    await asyncio.to_thread(migrate.upgrade, MIGRATIONS, postgres.url(name))
    return await fill(postgres.url(name), number, SEED)


async def _call(small: World, large: World, calls: int, outcome: Outcome) -> None:
    """Look at the plans, then let the two take turns."""
    worlds = (small, large)
    pairs = list(zip(*[[*cases(world), *await details(world)] for world in worlds], strict=True))
    for pair in pairs:
        for world, case in zip(worlds, pair, strict=True):
            found = await read_whole(world, case)
            outcome.read_whole += [f"{case.group}: {case.name} at {world.number} reads {table}" for table in found]
    gc.collect()
    gc.freeze()  # looking through all that is there now and then would make the p99
    outcome.times = await race([(one, other) for one, other in pairs], small, large, calls)
    outcome.submitting = await submissions(small, large, SUBMISSIONS, SUBMITTING)


def _tell(outcome: Outcome) -> None:
    for name, times in sorted(outcome.times.items(), key=lambda one: -p50(one[1].large) / p50(one[1].small)):
        print(f"  {name}: {times}")
    for group in (*GROUPS, HINTS):
        print(f"  {group}, all together: {outcome.of(group)}")
    print(f"  submission: {outcome.submitting}", flush=True)
    for found in outcome.read_whole:
        print(f"  read whole: {found}")


def _sweep(postgres: Postgres, clocks: int, outcome: Outcome) -> None:
    url = postgres.url(f"demands_{SMALL}")
    # The control first: the count means something only if this one sees doubles.
    sweep.crowd(url, "control-", CONTROL)
    sweep.sweep_together(url, 55, locked=False)
    outcome.control = sweep.wrong(url, "control-", 1)
    sweep.quiet(url)
    sweep.crowd(url, "crowd-", clocks)
    for hours, times in sweep.MARKS.items():
        sweep.sweep_together(url, hours)
        outcome.wrong += sweep.wrong(url, "crowd-", times)


async def scale(folder: Path, plan: Plan) -> int:
    begun = time.monotonic()
    postgres = Postgres.start(folder / "postgres", settings=SETTINGS)
    try:
        cast = await _generate(postgres, SMALL)
        filling = time.monotonic()
        await _generate(postgres, plan.demands)
        outcome = Outcome(time.monotonic() - filling)
        urls = [postgres.url(f"demands_{number}") for number in (SMALL, plan.demands)]
        async with served(urls[0], SMALL, cast) as few, served(urls[1], plan.demands, cast) as many:
            await _call(few, many, plan.calls, outcome)
        _tell(outcome)
        await asyncio.to_thread(_sweep, postgres, plan.clocks, outcome)
    finally:
        postgres.stop()
    print(outcome.line(plan.demands, begun))
    return 0 if outcome.good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demands", type=int, default=1_000_000, help="how many the large database holds")
    parser.add_argument("--calls", type=int, default=120, help="how often each call is made at each size")
    parser.add_argument("--clocks", type=int, default=100_000, help="how many the sweepers find running")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fahu-scale-") as scratch:
        Path(scratch).chmod(0o755)  # PostgreSQL runs as another user where we are root
        sys.exit(asyncio.run(scale(Path(scratch), Plan(given.demands, given.calls, given.clocks))))
