"""Kills processes with SIGKILL, in the middle of their work at fault points and at moments nobody chose."""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from stack.supervisor import Stack
from tests.chaos.numbers import Numbers
from tests.chaos.points import Armoury, host_of

SERVERS = ("nats", "postgres")
SUDDEN = ("dispatch", "notify", "nats", "postgres", "gateway")
FIRE_SECONDS = 30.0
DEATH_SECONDS = 10.0
BACK_SECONDS = 30.0
BREATH = (0.2, 1.5)
BREATHLESS_SECONDS = 15.0
POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Blow:
    """Whom to kill, and at which point of whose work; at any moment where no point is named."""

    victim: str
    point: str = ""
    number: int = 0  # tells blows apart that are otherwise the same


def plan(points: Sequence[str], numbers: Numbers, rng: random.Random) -> list[Blow]:
    """Every point with its victims and some sudden blows, in an order by lot."""
    aimed = [
        Blow(victim, point)
        for point in points
        for victim in rng.sample([host_of(point), *SERVERS], numbers.victims_per_point)
    ]
    blows = aimed + [sudden(number) for number in range(numbers.sudden_kills)]
    return rng.sample(blows, len(blows))


def sudden(number: int) -> Blow:
    """A blow at any moment, for each in turn."""
    return Blow(SUDDEN[number % len(SUDDEN)], number=number)


class NotBack(RuntimeError):
    """A process that was killed did not come back."""


@dataclass
class Killer:
    """Strikes one blow after the other and counts those that hit. `progress` counts what clients got done meanwhile."""

    stack: Stack
    armoury: Armoury
    rng: random.Random
    progress: Callable[[], int]
    tell: Callable[[str], None]
    kills: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    missed: list[Blow] = field(default_factory=list)

    async def strike_all(self, blows: Sequence[Blow]) -> None:
        """A blow that misses, because nobody came to its point in time, has a second chance at the end."""
        waiting, tried = deque(blows), set[Blow]()
        while waiting:
            blow = waiting.popleft()
            if await self._strike(blow):
                self.kills[blow.victim] += 1
                self.fired[blow.point] += 1
            elif blow in tried:
                self.missed.append(blow)
            else:
                tried.add(blow)
                waiting.append(blow)
            await self._breathe()

    async def _breathe(self) -> None:
        """Leave the platform time to get a little done, however slow the machine: who is only killed shows nothing."""
        before = self.progress()
        await asyncio.sleep(self.rng.uniform(*BREATH))
        await _until(lambda: self.progress() > before, BREATHLESS_SECONDS)

    async def _strike(self, blow: Blow) -> bool:
        """True if the victim died of it. Others may be on their way back still: that is part of the drill."""
        pid = await self._pid(blow.victim)
        if not blow.point:
            await self.stack.kill(blow.victim)
        elif not await self._lie_in_wait(blow, pid):
            self.tell(f"  nobody came to {blow.point} in time")
            return False
        dead = await _until(lambda: self.stack.pids().get(blow.victim) != pid, DEATH_SECONDS)
        self.tell(f"  killed {blow.victim:9} {'at ' + blow.point if blow.point else 'out of the blue'}")
        return dead

    async def _lie_in_wait(self, blow: Blow, pid: int) -> bool:
        self.armoury.arm(blow.point, "self" if blow.victim == host_of(blow.point) else pid)
        if await _until(lambda: not self.armoury.is_armed(blow.point), FIRE_SECONDS):
            return True
        self.armoury.disarm(blow.point)
        return False

    async def _pid(self, name: str) -> int:
        if not await _until(lambda: name in self.stack.pids(), BACK_SECONDS):
            raise NotBack(f"{name} did not come back within {BACK_SECONDS:.0f} s")
        return self.stack.pid(name)


async def _until(happened: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True
