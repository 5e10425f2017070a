"""How enterprises answer: in one go, on two devices, impatiently, over connections that break, with second thoughts."""

import asyncio
import random
import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tests.census.client import Answer, Cut, Device, Devices
from tests.census.diary import Diary, Respondent

LINK = "/api/v1/survey-link"
CONSENT = {"consented": True, "consent_version": "2026-1"}
NEEDS = ("lecture", "checkup")
# Shares of those who save a draft, go on with it on another device, are cut off, send twice at once, and think again.
DRAFT, RESUMED, CUT, TWICE, AGAIN = 0.4, 0.7, 0.12, 0.1, 0.08
TRIES = 8
PAUSE_SECONDS = 0.05
NOBODY_KNOWS = frozenset({502, 503, 504})


class Closed(Exception):
    """The survey takes no answers any more."""


class Census:
    """Answers as respondents and writes down what they were told."""

    def __init__(self, devices: Devices, diary: Diary, rng: random.Random) -> None:
        self._devices = devices
        self._diary = diary
        self._rng = rng

    async def answer(self, who: Respondent) -> None:
        """Both parts, from opening the link on; ends early where the survey is closed."""
        try:
            version = await self._begin(who)
            version = await self._hand_in(who, version)
            if self._rng.random() < AGAIN:
                self._diary.events["replaced"] += 1
                await self._hand_in(who, version)
            await self._give_opinion(who)
        except Closed:
            who.refused = True

    async def _begin(self, who: Respondent) -> int:
        """Open the link, perhaps leave a draft and go on with it elsewhere. Returns the version to hand in over."""
        async with self._devices.one() as device:
            version = int((await self._link(device, who))["answers"]["version"])
            if self._rng.random() >= DRAFT:
                return version
            half = {"staff": self._rng.randrange(1, 5000)}
            body = {"questionnaire_number": 1, "answers": half}
            saved = await self._insist(device, who, "PUT", "/draft", body, {"if-match": f'"{version}"'})
            self._diary.events["drafts"] += 1
            version = int(saved.json()["version"])
        if self._rng.random() < RESUMED:
            async with self._devices.one() as device:
                found = (await self._link(device, who))["answers"]
                if (found["answers"], found["version"], found["state"]) != (half, version, "draft"):
                    self._diary.faults.append(f"a draft came back as {found}")
                self._diary.events["resumed"] += 1
        return version

    async def _hand_in(self, who: Respondent, version: int) -> int:
        answers: dict[str, Any] = {"needs": self._rng.sample(NEEDS, self._rng.randint(1, 2))}
        answers["staff"] = self._rng.randrange(1, 5000)
        answers |= {"which": "需" * self._rng.randrange(1, 60)} if "lecture" in answers["needs"] else {}
        body = {"questionnaire_number": 1, "answers": answers} | CONSENT
        headers = {"if-match": f'"{version}"', "idempotency-key": uuid4().hex}
        copies = 2 if self._rng.random() < TWICE else 1
        self._diary.events["twice"] += copies - 1
        told = await asyncio.gather(*[self._alone(who, "/submission", body, headers) for _ in range(copies)])
        if len({answer.json()["version"] for answer in told}) != 1:
            self._diary.faults.append("the same submission was told two versions")
        who.given, who.submissions = answers, who.submissions + 1
        return int(told[0].json()["version"])

    async def _give_opinion(self, who: Respondent) -> None:
        opinion = {"court": self._rng.randint(1, 5), "why": who.mark + "评" * self._rng.randrange(60)}
        body = {"questionnaire_number": 1, "answers": opinion}
        copies = 2 if self._rng.random() < TWICE else 1
        self._diary.events["twice"] += copies - 1
        told = await asyncio.gather(*[self._alone(who, "/opinion", body, {}) for _ in range(copies)])
        if sum(answer.ok for answer in told) > 1:
            self._diary.faults.append("part B was taken twice")
        who.opinion, who.opinion_at = opinion, time.time()

    async def _link(self, device: Device, who: Respondent) -> dict[str, Any]:
        found: dict[str, Any] = (await self._insist(device, who, "GET", "", None, {})).json()
        if found["state"] != "open":
            raise Closed
        return found

    async def _alone(self, who: Respondent, part: str, body: Any, headers: Mapping[str, str]) -> Answer:
        async with self._devices.one() as device:
            return await self._insist(device, who, "POST", part, body, headers)

    async def _insist(
        self, device: Device, who: Respondent, method: str, part: str, body: Any, headers: Mapping[str, str]
    ) -> Answer:
        """Ask until the outcome is known. A part B of which it is said that it was given is one that was taken."""
        given = {"survey-token": who.token, **headers}
        for attempt in range(TRIES):
            cut_after = self._rng.uniform(0, 0.08) if not attempt and method != "GET" and self._rng.random() < CUT else None
            begun = time.perf_counter()
            try:
                answer = await device.ask(method, LINK + part, given, body, cut_after=cut_after)
            except Cut:
                self._diary.events["cut"] += 1
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            self._diary.answered(begun, answer.status)
            if answer.status in NOBODY_KNOWS:
                await asyncio.sleep(PAUSE_SECONDS * 2**attempt)
            elif answer.ok or answer.reason == "SURVEY_OPINION_GIVEN":
                return answer
            elif answer.reason == "SURVEY_CLOSED":
                raise Closed
            else:
                raise AssertionError(f"{method} {part}: {answer.status} {answer.body.decode()}")
        raise AssertionError(f"{method} {part}: no answer after {TRIES} tries")
