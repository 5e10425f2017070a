"""All races, one after the other, with replicas killed in some of them; then the controls."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from stack.supervisor import Stack
from tests.race.controls import all_controls
from tests.race.crowd import Counts, Crowd
from tests.race.halls import REPLICAS, Halls, connected, rows
from tests.race.numbers import Numbers
from tests.race.referee import Verdict, judge

TIME_PASSES = """
UPDATE booking SET offered_until = booked_at WHERE lecture_id = %s AND state = 'OFFERED'
"""
OFFERED = "SELECT count(*) FROM booking WHERE lecture_id = %s AND state = 'OFFERED' AND offered_until <= now()"
LAPSED = "SELECT count(*) FROM booking WHERE state = 'LAPSED'"
# Where a replica dies: holding the lock, having written, having committed without a word, and after another change.
FAULTS, POINTS = "faults", ("book.after_lock", "book.after_write", "book.after_commit", "booking.after_commit")
POLL_SECONDS, MOST_POLLS = 0.05, 400


@dataclass(frozen=True)
class Report:
    """What came of a run."""

    numbers: Numbers
    counts: Counts
    verdict: Verdict
    kills: int
    lapsed: int
    controls: dict[str, int]
    seconds: float

    def shortfalls(self) -> list[str]:
        verdict = self.verdict
        wrong = [f"{name}: no seat oversold" for name, seats in self.controls.items() if not seats]
        wrong += verdict.faults[:10]
        lacking = {"kills": self.kills, "lapsed": self.lapsed, "accepted": self.counts.accepted}
        return wrong + [f"nothing {name}" for name, number in lacking.items() if not number]

    def line(self) -> str:
        counts, verdict, numbers = self.counts, self.verdict, self.numbers
        failed = sum(seats > 0 for seats in self.controls.values())
        return (
            f"race: races={numbers.races} clients={numbers.clients} seats={numbers.seats} requests={counts.requests} "
            f"booked={counts.booked} cancelled={counts.cancelled} accepted={counts.accepted} lapsed={self.lapsed} "
            f"kills={self.kills} repeated={counts.repeated} oversold={verdict.oversold} undersold={verdict.undersold} "
            f"out_of_turn={verdict.out_of_turn} miscounted={verdict.miscounted} "
            f"controls_oversold={failed}/{len(self.controls)} seconds={self.seconds:.0f}"
        )


@dataclass
class Drill:
    """One run."""

    numbers: Numbers
    seed: int
    folder: Path
    tell: Callable[[str], None]
    kills: int = 0

    async def run(self) -> Report:
        begun, verdict = time.monotonic(), Verdict()
        faults = self.folder / FAULTS
        faults.mkdir(parents=True)
        overrides = {"courses": {"FAHU_SWEEP_SECONDS": "0.2", "FAHU_FAULT_FOLDER": str(faults)}}
        places = {"services": ("courses",), "replicas": {"courses": 2}, "env_overrides": overrides}
        async with Stack("race", self.folder / "race", **places) as stack, connected(stack) as connection:  # type: ignore[arg-type]
            self.tell(f"ready after {stack.started_in:.1f} s")
            counts = await self._all_races(stack, connection, verdict)
            ((lapsed,),) = await rows(connection, LAPSED)
        controls = await all_controls(self.numbers, self.seed, self.folder, self.tell)
        return Report(self.numbers, counts, verdict, self.kills, lapsed, controls, time.monotonic() - begun)

    async def _all_races(self, stack: Stack, connection: psycopg.AsyncConnection[Any], verdict: Verdict) -> Counts:
        halls, numbers = await Halls.build(connection), self.numbers
        clients = await halls.clients(numbers.clients, stack)
        async with Crowd([stack.url(name) for name in REPLICAS], clients, self.seed) as crowd:
            for number in range(numbers.races):
                lecture = await halls.lecture(numbers.seats)
                killing = self._kill(stack, crowd.random) if number % numbers.kill_each == 0 else asyncio.sleep(0)
                await asyncio.gather(crowd.race(lecture, numbers.requests), killing)
                await _come_to_rest(connection, crowd, lecture)
                await judge(connection, lecture, verdict)
                if (number + 1) % max(numbers.races // 10, 1) == 0:
                    self.tell(f"{number + 1} races, {len(verdict.faults)} faults, {self.kills} kills")
        return crowd.counts

    async def _kill(self, stack: Stack, chance: random.Random) -> None:
        """Have whichever replica next gets to a point of the code die there, both being alive to begin with."""
        for replica in REPLICAS:
            await stack.wait_ready(replica)
        await asyncio.sleep(chance.uniform(0.02, 0.2))
        point = POINTS[self.kills % len(POINTS)]
        (self.folder / FAULTS / point).write_text("self")
        self.kills += 1


async def _come_to_rest(connection: psycopg.AsyncConnection[Any], crowd: Crowd, lecture: UUID) -> None:
    """Let the offers that are open run out, so that the next in line are offered those seats; then all are accepted."""
    await connection.execute(TIME_PASSES, (lecture,))
    for _ in range(MOST_POLLS):
        ((due,),) = await rows(connection, OFFERED, lecture)
        if not due:
            break
        await asyncio.sleep(POLL_SECONDS)
    await crowd.accept_all(lecture)
