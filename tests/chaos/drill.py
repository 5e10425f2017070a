"""One run from beginning to end: kills under load, outages, the check after each, and the negative controls."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from stack.supervisor import Stack
from tests.chaos import controls, outages
from tests.chaos.checker import Verdict, judge
from tests.chaos.history import History, Outcome
from tests.chaos.killer import Killer, plan, sudden
from tests.chaos.load import Load
from tests.chaos.numbers import Numbers
from tests.chaos.people import People, signed_in
from tests.chaos.points import Armoury, all_points
from tests.chaos.report import Report
from tests.chaos.sightings import disagreements, look

Happening = Callable[[Stack, Load, People], Awaitable[None]]
KILLS = "kills"
MORE_SECONDS = 3.0  # between blows beyond those that were planned


class Drill:
    """Runs in a folder of its own; `tell` gets a line for everything that happens."""

    def __init__(self, numbers: Numbers, seed: int, folder: Path, tell: Callable[[str], None]) -> None:
        self._numbers = numbers
        self._seed = seed
        self._folder = folder
        self._tell = tell
        self._rng = random.Random(seed)
        points = all_points()
        self.report = Report(numbers, seed, sorted(self._rng.sample(points, min(numbers.points, len(points)))))
        self._history = History(folder / "history.jsonl")
        self._armoury = Armoury(folder / "main" / "faults")
        self._begun = time.monotonic()

    async def run(self) -> Report:
        """All of it, or as far as it gets."""
        try:
            async with asyncio.timeout(self._numbers.most_seconds):
                await self._main()
                await self._controls()
        except TimeoutError:
            self.report.faults.append(f"not done within {self._numbers.most_seconds:.0f} s")
        finally:
            self._history.close()
        self.report.seconds = time.monotonic() - self._begun
        return self.report

    async def _main(self) -> None:
        stack = Stack(
            "chaos", self._folder / "main", demo_data="minimal", env_overrides=self._armoury.environments, tell=self._news
        )
        since = datetime.now(UTC)
        async with stack:
            self._news(f"ready after {stack.started_in:.1f} s")
            await self._phase(stack, self._kills)
            await self._phase(stack, lambda stack, load, _people: self._outages(stack, load, since))

    async def _phase(self, stack: Stack, happening: Happening) -> None:
        """Something happens to people who send; then quiet, and the check of everything so far."""
        async with signed_in(stack, self._numbers.clients) as people:
            async with Load(stack.url(), people, self._history, self._rng, f"演练{self._seed}") as load:
                await happening(stack, load, people)
            begun = time.monotonic()
            await outages.quiet(stack)
            self._news(f"quiet after {time.monotonic() - begun:.1f} s")
            await self._check(stack, people)

    async def _kills(self, stack: Stack, load: Load, people: People) -> None:
        """Kill while clients send, until all blows are struck and enough demands are sent."""
        load.phase = KILLS
        killer = Killer(stack, self._armoury, self._rng, lambda: load.acknowledged, self._news)
        self.report.kills, self.report.fired, self.report.missed = killer.kills, killer.fired, killer.missed

        async def strike() -> None:
            await killer.strike_all(plan(self.report.points, self._numbers, self._rng))
            while load.acknowledged < self._numbers.demands:
                await asyncio.sleep(MORE_SECONDS)
                await killer.strike_all([sudden(killer.kills.total())])

        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(people.keep_agreeing(stop))
            await load.send_while(strike(), self._numbers.pause_seconds)
            stop.set()
        self._news(f"{load.acknowledged} demands through {killer.kills.total()} kills: {dict(killer.kills)}")

    async def _outages(self, stack: Stack, load: Load, since: datetime) -> None:
        await outages.without_registry(stack, load, self._numbers.outage_demands)
        self._news(f"{load.acknowledged} demands without registry")
        self.report.faults += await outages.without_nats(stack, load, self._numbers.outage_demands)
        self._news(f"{load.acknowledged} demands without NATS")
        await outages.store_deleted(stack, load, self._numbers.deletion_seconds, self._numbers.pause_seconds / 2, since)
        self._news(f"{load.acknowledged} demands around the loss of the bus's store")

    async def _check(self, stack: Stack, people: People) -> None:
        found = await look(stack)
        verdict = judge(self._history, found, {unit: person.id for unit, person in people.agencies.items()})
        wrong = await disagreements(found, people, self._rng)
        verdict.faults += [f"{len(wrong)} times API and database differ, such as {wrong[0]}"] if wrong else []
        self.report.verdict = verdict
        self._count(verdict)
        self._news(
            f"checked {len(found.demands)} demands, {found.messages.total()} messages: {verdict.in_words() or 'sound'}"
        )

    def _count(self, verdict: Verdict) -> None:
        known = [one for one in self._history.of("submit") if one.outcome is Outcome.OK]
        self.report.acknowledged = Counter(one.phase for one in known)
        self.report.sound = Counter(one.phase for one in known if one.mark in verdict.sound)

    async def _controls(self) -> None:
        """Each on its own platform, which must come out damaged."""
        given = self._numbers, self._seed, self._folder, self._news
        async with asyncio.TaskGroup() as group:
            tasks = {name: group.create_task(control(*given)) for name, control in controls.CONTROLS.items()}
        for name, task in tasks.items():
            self.report.controls[name] = task.result()
            self._news(f"control {name} found: {'; '.join(task.result().in_words()) or 'nothing'}")

    def _news(self, text: str) -> None:
        self._tell(f"{time.monotonic() - self._begun:6.1f} {text}")
