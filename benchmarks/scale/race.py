"""The same calls to both databases in turn, so that what else the machine does falls on both."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc

from benchmarks.generate.texts import Writer
from benchmarks.scale.cases import Case
from benchmarks.scale.world import World, contact

WARMUP = 12  # more than it takes until statements are prepared
MOST_ROUNDS = 3


@dataclass
class Times:
    """Seconds of the calls to the small and to the large database."""

    small: list[float] = field(default_factory=list)
    large: list[float] = field(default_factory=list)

    def add(self, other: "Times") -> None:
        self.small += other.small
        self.large += other.large

    @property
    def ratio(self) -> float:
        return p99(self.large) / p99(self.small)

    def __str__(self) -> str:
        middles = f"p50 {p50(self.small) * 1e3:.1f} → {p50(self.large) * 1e3:.1f}"
        return f"{middles}, p99 {p99(self.small) * 1e3:.1f} → {p99(self.large) * 1e3:.1f} ms, ratio {self.ratio:.2f}"


def p50(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


def p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


async def race(pairs: list[tuple[Case, Case]], small: World, large: World, calls: int) -> dict[str, Times]:
    """Times of each case."""
    found: dict[str, Times] = {}
    for one, other in pairs:
        times = Times()
        for _ in range(WARMUP):
            await small.call(one.token, one.method, one.request)
            await large.call(other.token, other.method, other.request)
        for number in range(calls):
            await _in_turn(times, small, large, one, other, number)
        found[f"{one.group}: {one.name}"] = times
    return found


async def _in_turn(times: Times, small: World, large: World, one: Case, other: Case, number: int) -> None:
    """Now the one first and now the other."""
    turns = [(times.small, small, one), (times.large, large, other)]
    for kept, world, case in turns if number % 2 else reversed(turns):
        kept.append(await _timed(world, case.token, case.method, case.request))


async def _timed(world: World, token: str, method: str, request: Any) -> float:
    begun = time.perf_counter()
    await world.call(token, method, request)
    return time.perf_counter() - begun


async def submissions(small: World, large: World, calls: int, limit: float) -> Times:
    """Demands sent one after the other, by many contacts. If the first ones are beyond the limit there are more."""
    times, writer = Times(), Writer(7)
    for number in range(WARMUP + calls * MOST_ROUNDS):
        if number == WARMUP:
            times = Times()
        if number > WARMUP and (number - WARMUP) % calls == 0 and times.ratio <= limit:
            break
        draft, again = (Case("submit", "", contact(small.cast, number), "SubmitDemand", _draft(writer)) for _ in range(2))
        await _in_turn(times, small, large, draft, again, number)
    return times


def _draft(writer: Writer) -> rpc.SubmitDemandRequest:
    title, body = writer.write("hrss")
    values: dict[str, Any] = {"kind": pb.DEMAND_KIND_DEMAND, "category_code": "hrss", "title": title, "body": body}
    return rpc.SubmitDemandRequest(**values, request_id=uuid.uuid4().hex)
