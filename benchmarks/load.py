"""A load generator for HTTP/1.1 that costs as little as it can: raw protocol, C parser, own process."""

import asyncio
import gc
import multiprocessing
import resource
import time
from array import array
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import cast

import httptools
import uvloop

# The i-th request of a run: header lines, each ended by CRLF, and the body.
# Picklable: a function of a module, a functools.partial of one, or an object with __call__.
MakeRequest = Callable[[int], tuple[bytes, bytes]]

LOST = 0  # counted as the status of a request whose connection ended before the answer


@dataclass(frozen=True)
class Target:
    port: int
    path: str
    method: str = "POST"
    host: str = "127.0.0.1"


@dataclass(frozen=True)
class Plan:
    """A closed loop of so many clients; with a rate, an open loop of so many requests a second over as many.

    In the open loop a request's time starts when it was due, so that a stall is paid for by all it held up.
    """

    clients: int
    seconds: float
    warmup: float = 1.0
    rate: float | None = None


@dataclass(frozen=True)
class Result:
    """Counts and times of the requests answered after the warm-up. Times in seconds."""

    throughput: float
    p50: float
    p99: float
    statuses: dict[int, int]
    generator_cpu: float = field(repr=False)

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())

    @property
    def errors(self) -> dict[int, int]:
        return {status: count for status, count in self.statuses.items() if not 200 <= status < 300}


def run(target: Target, plan: Plan, make_request: MakeRequest) -> Result:
    """Generate the load from a process of its own and return what came of it."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as executor:
        return executor.submit(_run_here, target, plan, make_request).result()


def _run_here(target: Target, plan: Plan, make_request: MakeRequest) -> Result:
    gc.disable()
    return uvloop.run(_Load(target, plan, make_request).run())


class _Load:
    """One run: hands requests to idle connections and keeps the score."""

    def __init__(self, target: Target, plan: Plan, make_request: MakeRequest) -> None:
        self.target = target
        self._plan = plan
        self._make_request = make_request
        self._line = f"{target.method} {target.path} HTTP/1.1\r\nHost: {target.host}\r\n".encode()
        self._sent = 0
        self._times = array("d")
        self._statuses: Counter[int] = Counter()
        self._idle: deque[_Client] = deque()
        self._due: deque[float] = deque()  # open loop: requests that wait for an idle connection
        self.ended = False

    async def run(self) -> Result:
        loop = asyncio.get_running_loop()
        for _ in range(self._plan.clients):
            await self.connect()
        self._counted_from = time.perf_counter() + self._plan.warmup
        cpu = _cpu_seconds()
        if self._plan.rate is None:
            while self._idle:
                self._idle.popleft().send(self._next_request(), time.perf_counter())
        else:
            self._tick(loop, time.perf_counter(), 0)
        await asyncio.sleep(self._plan.warmup + self._plan.seconds)
        self.ended = True
        return self._result(time.perf_counter() - self._counted_from, _cpu_seconds() - cpu)

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: _Client(self), self.target.host, self.target.port)

    def ready(self, client: "_Client") -> None:
        """The client is connected, or has its answer: give it the next request, or let it wait for one."""
        if self.ended:
            return
        if self._plan.rate is None and self._sent:
            client.send(self._next_request(), time.perf_counter())
        elif self._due:
            client.send(self._next_request(), self._due.popleft())
        else:
            self._idle.append(client)

    def answered(self, started: float, status: int) -> None:
        now = time.perf_counter()
        if now >= self._counted_from and not self.ended:
            self._times.append(now - started)
            self._statuses[status] += 1

    def lost(self, client: "_Client") -> None:
        """The server closed an idle connection, or failed: connect again, as a browser would."""
        if client in self._idle:
            self._idle.remove(client)
        if not self.ended:
            self._reconnecting = asyncio.ensure_future(self.connect())

    def _tick(self, loop: asyncio.AbstractEventLoop, begin: float, number: int) -> None:
        assert self._plan.rate is not None
        if self.ended:
            return
        due = begin + number / self._plan.rate
        if self._idle:
            self._idle.popleft().send(self._next_request(), due)
        else:
            self._due.append(due)
        delay = begin + (number + 1) / self._plan.rate - time.perf_counter()
        loop.call_later(max(0.0, delay), self._tick, loop, begin, number + 1)

    def _next_request(self) -> bytes:
        headers, body = self._make_request(self._sent)
        self._sent += 1
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (self._line, headers, len(body), body)

    def _result(self, seconds: float, cpu: float) -> Result:
        times = sorted(self._times) or [float("nan")]
        throughput = len(self._times) / seconds
        p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
        return Result(throughput, p50, p99, dict(self._statuses), cpu)


class _Client(asyncio.Protocol):
    """One keep-alive connection with at most one request on it; no task, no future."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._parser = httptools.HttpResponseParser(self)
        self._busy = False
        self._started = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = cast(asyncio.Transport, transport).write  # uvloop's is none by inheritance
        self._load.ready(self)

    def send(self, request: bytes, started: float) -> None:
        self._started = started
        self._busy = True
        self._write(request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._busy = False
        self._load.answered(self._started, self._parser.get_status_code())
        self._load.ready(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._busy:
            self._load.answered(self._started, LOST)
        self._load.lost(self)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
