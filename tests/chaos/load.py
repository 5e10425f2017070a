"""The clients: they send demands over HTTP, accept some, and ask again with the same key until they are told."""

import asyncio
import random
import time
import uuid
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any, Self

import httpx

from stack.demo.client import Person
from tests.chaos.history import History, Operation, Outcome
from tests.chaos.people import People

BURST = 4  # demands that one client has under way at once, at most
# Shorter than the gateway's own patience: a client often asks again while its first request is still being served.
TIMEOUT = httpx.Timeout(3.0, connect=1.0)
PATIENCE_SECONDS = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
# One way in so many: sent twice at the same moment under one key; given up after the first attempt; accepted by its agency.
SENT_TWICE, GIVEN_UP, ACCEPTED = 0.05, 0.03, 0.35
NOBODY_KNOWS = frozenset({httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT})
Answer = tuple[Outcome, str, dict[str, Any]]


class Load:
    """Sends as these people and keeps the history. `name` begins the titles of the demands."""

    def __init__(self, url: str, people: People, history: History, rng: random.Random, name: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=TIMEOUT, trust_env=False)
        self._people = people
        self._history = history
        self._rng = rng
        self._name = name
        self.phase = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    @property
    def acknowledged(self) -> int:
        """Demands that clients know to be there, of this phase."""
        return self._history.acknowledged[self.phase]

    async def keep_sending(self, stop: asyncio.Event, pause: float) -> None:
        """Every client sends in bursts, with pauses (seconds, on average) between them."""
        await asyncio.gather(*[self._client(person, stop, pause) for person in self._people.senders])

    async def send_while(self, happening: Coroutine[Any, Any, None], pause: float) -> None:
        """Keep sending until something has happened."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.keep_sending(stop, pause))
            await happening
            stop.set()

    async def send(self, count: int) -> None:
        """Send so many, each client one after the other."""
        shares = [range(start, count, len(self._people.senders)) for start in range(len(self._people.senders))]
        await asyncio.gather(
            *[self._in_turn(person, len(share)) for person, share in zip(self._people.senders, shares, strict=True)]
        )

    async def send_enough(self, count: int, seconds: float) -> None:
        """Send until so many of this phase are acknowledged, or the time is over."""
        end = time.monotonic() + seconds
        while self.acknowledged < count and time.monotonic() < end:
            await self.send(count - self.acknowledged)

    async def _client(self, person: Person, stop: asyncio.Event, pause: float) -> None:
        while not stop.is_set():
            await asyncio.gather(*[self._one(person) for _ in range(self._rng.randint(1, BURST))])
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._rng.uniform(0, 2 * pause))

    async def _in_turn(self, person: Person, count: int) -> None:
        for _ in range(count):
            await self._one(person)

    async def _one(self, person: Person) -> None:
        """One demand, perhaps up to its acceptance."""
        mark = f"{self._name} {len(self._history.operations):06}"
        unit = self._rng.choice(list(self._people.agencies))
        lot, accept = self._rng.random(), self._rng.random() < ACCEPTED
        operation = self._begin("submit", mark, person, unit)
        if lot < GIVEN_UP:
            await self._submit(operation, person)
            return
        twice = lot < GIVEN_UP + SENT_TWICE
        await asyncio.gather(*[self._insist(operation, person) for _ in range(2 if twice else 1)])
        if accept and operation.outcome is Outcome.OK:
            agency = self._people.agencies[unit]
            await self._insist(self._begin("accept", min(operation.demand_ids), agency, unit), agency)

    def _begin(self, kind: Any, mark: str, person: Person, unit: str) -> Operation:
        return self._history.begin(Operation(kind, uuid.uuid4().hex, mark, person.id, unit, self.phase))

    async def _insist(self, operation: Operation, person: Person) -> None:
        """Ask until the outcome is known, for a minute at most."""
        ask = self._submit if operation.kind == "submit" else self._accept
        end, pause = time.monotonic() + PATIENCE_SECONDS, FIRST_PAUSE
        while await ask(operation, person) is Outcome.UNKNOWN and time.monotonic() < end:
            await asyncio.sleep(pause * self._rng.uniform(0.5, 1.5))
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _submit(self, operation: Operation, person: Person) -> Outcome:
        body = {"kind": "demand", "category_code": operation.unit, "title": operation.mark, "body": "演练：请问该如何办理？"}
        return await self._ask("/demands", operation, person, body, {})

    async def _accept(self, operation: Operation, person: Person) -> Outcome:
        # The version that a routed demand has: submitted, dispatched.
        return await self._ask(f"/demands/{operation.mark}/accept", operation, person, {}, {"if-match": '"2"'})

    async def _ask(
        self, path: str, operation: Operation, person: Person, body: Mapping[str, str], headers: Mapping[str, str]
    ) -> Outcome:
        begun = time.time()
        given = {"authorization": f"Bearer {person.token}", "idempotency-key": operation.key, **headers}
        return self._history.note(operation, begun, *await self._answer(path, body, given))

    async def _answer(self, path: str, body: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        try:
            response = await self._http.post(path, json=body, headers=headers)
        except httpx.TransportError as error:
            return Outcome.UNKNOWN, type(error).__name__, {}
        if response.is_success:
            return Outcome.OK, str(response.status_code), response.json()
        reason = f"{response.status_code} {_reason(response)}"
        return Outcome.UNKNOWN if response.status_code in NOBODY_KNOWS else Outcome.FAILED, reason, {}


def _reason(response: httpx.Response) -> str:
    return str(response.json().get("reason", "")) if "json" in response.headers.get("content-type", "") else ""
