"""One census from the invitations to the attack on what it left."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from stack.supervisor import Stack
from tests.census.attack import Findings, attack
from tests.census.attack import Respondent as Target
from tests.census.client import Devices
from tests.census.diary import Diary, Respondent
from tests.census.judge import faults
from tests.census.numbers import Numbers
from tests.census.office import Office, read_books
from tests.census.people import Census
from tests.census.sights import Sights, look

ANSWERS, NAIVE = "anonymous_answer", "naive_answer"
# The attacker gets more than a server tells by itself.
SERVER = {"track_commit_timestamp": "on"}


@dataclass
class Report:
    """The figures, and where they fall short."""

    numbers: Numbers
    diary: Diary = field(default_factory=Diary)
    people: Sequence[Respondent] = ()
    reminded: int = 0
    summary: Any = None
    answering_seconds: float = 0.0
    seconds: float = 0.0
    linkage: Findings | None = None
    control: Findings | None = None
    faults: list[str] = field(default_factory=list)

    def shortfalls(self) -> list[str]:
        found = [*self.faults, *self.diary.faults[:5]]
        if self.diary.server_errors:
            found.append(f"{self.diary.server_errors} answers with 5xx")
        for what in ("cut", "resumed", "twice"):
            if self.diary.events[what] < self.numbers.least_cut:
                found.append(f"only {self.diary.events[what]} times {what}")
        if not any(one.refused for one in self.people):
            found.append("nobody came too late")
        if self.linkage is None or self.linkage.joined or self.linkage.faults:
            found.append(f"part B is joined to part A: {self.linkage.line() if self.linkage else 'not tried'}")
        if self.control is None or not self.control.joined or self.control.share < 0.5:
            found.append(f"the control is not joined: {self.control.line() if self.control else 'not tried'}")
        if self.seconds > self.numbers.most_seconds:
            found.append(f"it took {self.seconds:.0f} s")
        return found

    def line(self) -> str:
        given = sum(one.given is not None for one in self.people)
        opinions = sum(one.opinion is not None for one in self.people)
        events, linkage, control = self.diary.events, self.linkage, self.control
        tried = f"{linkage.right:.0f}/{linkage.respondents} (luck < {linkage.allowed})" if linkage else "-"
        return (
            f"census: invited={self.numbers.invited} part_a={given} part_b={opinions}"
            f" too_late={sum(one.refused for one in self.people)} reminded={self.reminded}"
            f" cut={events['cut']} twice={events['twice']} resumed={events['resumed']} replaced={events['replaced']}"
            f" requests={self.diary.statuses.total()} 5xx={self.diary.server_errors}"
            f" p50={self.diary.quantile(0.5) * 1000:.0f}ms p99={self.diary.quantile(0.99) * 1000:.0f}ms"
            f" answering={self.answering_seconds:.1f}s joined={tried}"
            f" strategies={linkage.strategies if linkage else 0} control={control.share if control else 0:.0%}"
            f" faults={len(self.faults) + len(self.diary.faults)} seconds={self.seconds:.0f}"
        )


class Drill:
    """Runs in a folder of its own; `tell` gets a line for each step."""

    def __init__(self, numbers: Numbers, seed: int, folder: Path, tell: Callable[[str], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._rng = random.Random(seed)
        self._begun = time.monotonic()
        self.report = Report(numbers)

    async def run(self) -> Report:
        stack = Stack("census", self._folder, demo_data="minimal", postgres_settings=SERVER)
        async with stack:
            self._news(f"ready after {stack.started_in:.1f} s")
            office = Office(stack, self._rng)
            await self._answer(stack, office)
            await self._look(stack, office)
            await office.leave()
        self.report.seconds = time.monotonic() - self._begun
        return self.report

    async def _answer(self, stack: Stack, office: Office) -> None:
        numbers, report = self.report.numbers, self.report
        invited = await office.invite(numbers.invited, numbers.areas)
        self._news(f"{len(invited)} invited")
        report.people = answering = self._rng.sample(invited, numbers.answering)
        early, late = answering[: -numbers.late], answering[-numbers.late :]
        async with Devices(stack.url(), numbers.connections) as devices:
            census = Census(devices, report.diary, self._rng)
            begun = time.monotonic()
            await asyncio.gather(self._reminding(office, early), *[census.answer(one) for one in early])
            report.answering_seconds = time.monotonic() - begun
            self._news(f"{len(early)} answered in {report.answering_seconds:.1f} s")
            await asyncio.gather(self._closing(office, late), *[census.answer(one) for one in late])
        self._news(f"closed; {sum(one.refused for one in late)} of {len(late)} came too late")

    async def _reminding(self, office: Office, early: Sequence[Respondent]) -> None:
        """Remind everybody else when half of those who come early are through."""
        while sum(one.opinion is not None for one in early) < len(early) // 2:  # noqa: ASYNC110 - others' work
            await asyncio.sleep(0.01)
        self.report.reminded = await office.remind()

    async def _closing(self, office: Office, late: Sequence[Respondent]) -> None:
        """Close when about a third of the last ones are through."""
        while sum(one.opinion is not None for one in late) < len(late) // 3:  # noqa: ASYNC110 - others' work
            await asyncio.sleep(0.01)
        self.report.summary = await office.close()

    async def _look(self, stack: Stack, office: Office) -> None:
        report = self.report
        report.faults += faults(report.people, await asyncio.to_thread(read_books, office.url))
        report.faults += [*self._in_logs(stack), *self._in_the_summary()]
        self._news(f"compared: {'; '.join(report.faults) or 'sound'}")
        report.linkage = await asyncio.to_thread(self._attack, office.url, ANSWERS)
        self._news(f"attacked: {report.linkage.line()}")
        report.control = await asyncio.to_thread(self._attack, office.url, NAIVE)
        self._news(f"control: {report.control.line()}")

    def _attack(self, url: str, table: str) -> Findings:
        gave = [one for one in self.report.people if one.opinion is not None]
        groups: dict[str, object] = {}
        if table == ANSWERS:
            with psycopg.connect(url) as connection:
                query = "SELECT answers->>'why', area_code, industry FROM anonymous_answer"
                groups = {why[: len(gave[0].mark)]: (area, industry) for why, area, industry in connection.execute(query)}
        sights = Sights([row for row in look(url).rows if row.table in (table, ANSWERS) or row.table != NAIVE])
        return attack(sights, [Target(str(one.enterprise_id), one.mark, groups.get(one.mark)) for one in gave], table)

    def _in_the_summary(self) -> list[str]:
        """What the close counted, beside what respondents know."""
        given = [len([one for one in self.report.people if held(one) is not None]) for held in (_part_a, _part_b)]
        summary = self.report.summary
        counted = [summary.returned, summary.part_b_given]
        return [] if counted == given else [f"the close counted {counted} of {given}"]

    def _in_logs(self, stack: Stack) -> list[str]:
        told = "".join(stack.layout.log(name).read_text() for name in ("gateway", "registry"))
        found = sum(one.token in told or one.mark in told for one in self.report.people)
        return [f"the logs know {found} tokens or parts B"] if found else []

    def _news(self, text: str) -> None:
        self._tell(f"{time.monotonic() - self._begun:6.1f} {text}")


def _part_a(one: Respondent) -> object:
    return one.given


def _part_b(one: Respondent) -> object:
    return one.opinion
