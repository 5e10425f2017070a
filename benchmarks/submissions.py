"""`make bench`: submissions a second through the gateway, beside the bare pipeline on the same servers in the same run.

The two take turns, so that whatever else the machine does falls on both. Ours is counted as sustained: the time until the
last inbox row of a turn is there belongs to the turn.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import load
from benchmarks.bare.pipeline import bare_pipeline
from benchmarks.measures import Backlog, cpu_seconds, inbox_delays, resident_megabytes
from stack.demo.client import Person, Platform
from stack.supervisor import Stack

CLIENTS = (1, 8, 32)
ROUNDS = 4
SECONDS = 5.0
LIAISONS = 33
RATIO_WANTED = 0.60
P50_WANTED, P99_WANTED = 0.050, 0.500
JSON = "Content-Type: application/json\r\n"
TITLE = "裁员三人的经济补偿怎么计算"
BODY = "我公司因订单减少，拟与三名工作满五年的员工解除劳动合同，想了解补偿标准、通知期限和需要准备的材料。" * 3


@dataclass(frozen=True)
class Ours:
    """Makes submissions of many contacts in turn, each with a key of its own."""

    tokens: tuple[str, ...]

    def __call__(self, number: int) -> tuple[bytes, bytes]:
        token = self.tokens[number % len(self.tokens)]
        headers = f"Authorization: Bearer {token}\r\nIdempotency-Key: {uuid.uuid4().hex}\r\n{JSON}"
        body = {"kind": "demand", "category_code": "hrss", "title": TITLE, "body": BODY}
        return headers.encode(), json.dumps(body, ensure_ascii=False).encode()


def bare_request(_number: int) -> tuple[bytes, bytes]:
    body = {"kind": "demand", "category": "hrss", "title": TITLE, "body": BODY}
    return JSON.encode(), json.dumps(body, ensure_ascii=False).encode()


@dataclass
class Score:
    """What the turns of one number of clients came to."""

    bare: list[load.Result] = field(default_factory=list)
    ours: list[load.Result] = field(default_factory=list)
    sustained: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Median of the ratios of neighbouring turns."""
        return statistics.median(o / b.throughput for o, b in zip(self.sustained, self.bare, strict=True))

    def line(self, clients: int) -> str:
        def middle(values: list[float]) -> float:
            return statistics.median(values)

        bare, ours = self.bare, self.ours
        return (
            f"  {clients:2d} clients: bare {middle([r.throughput for r in bare]):5.0f}/s "
            f"p50 {middle([r.p50 for r in bare]) * 1e3:5.1f} p99 {middle([r.p99 for r in bare]) * 1e3:6.1f} ms | "
            f"ours {middle([r.throughput for r in ours]):5.0f}/s, sustained {middle(self.sustained):5.0f}/s "
            f"p50 {middle([r.p50 for r in ours]) * 1e3:5.1f} p99 {middle([r.p99 for r in ours]) * 1e3:6.1f} ms | "
            f"ratio {self.ratio:.2f} ({min(self._ratios()):.2f}–{max(self._ratios()):.2f})"
        )

    def _ratios(self) -> list[float]:
        return [o / b.throughput for o, b in zip(self.sustained, self.bare, strict=True)]


def private_stack(folder: Path) -> Stack:
    """A stack with demonstration data; its door lets many people of one address sign in."""
    return Stack("bench", folder, env_overrides={"gateway": {"FAHU_SIGN_IN_PER_ADDRESS": "10000/minute"}})


async def sign_in(stack: Stack) -> tuple[list[Person], str]:
    """Some contacts, and the person id of the agency contact who is told of their demands."""
    accounts = stack.status()["accounts"]
    told = next(a for a in accounts["staff"] if a["unit_code"] == "hrss" and a["role"] == "agency_contact")
    async with Platform(stack.url("gateway"), stack.url("wechat")) as platform:
        enter = platform.sign_in_through_wechat
        people = [await enter(a["liaison"], a["openid"], a["phone"]) for a in accounts["contacts"][:LIAISONS]]
        contact = await enter(told["name"], told["openid"], told["phone"])
    return people, contact.id


async def race(stack: Stack, tokens: tuple[str, ...], backlog: Backlog) -> dict[int, Score]:
    """Let the two take turns at each number of clients."""
    scores = {clients: Score() for clients in CLIENTS}
    stack.postgres.create_database("bare")
    port = int(stack.url("gateway").rpartition(":")[2])
    ours, submit = load.Target(port, "/api/v1/demands"), Ours(tokens)
    with bare_pipeline(stack.postgres.url("bare")) as bare:
        for _ in range(ROUNDS):
            for clients, score in scores.items():
                plan = load.Plan(clients, SECONDS)
                score.bare.append(await asyncio.to_thread(load.run, bare.target, plan, bare_request))
                score.ours.append(await asyncio.to_thread(load.run, ours, plan, submit))
                drained = await backlog.drained()
                turn = plan.warmup + plan.seconds
                score.sustained.append(score.ours[-1].throughput * turn / (turn + drained))
    return scores


def errors_of(scores: dict[int, Score]) -> int:
    return sum(sum(result.errors.values()) for score in scores.values() for result in (*score.ours, *score.bare))


async def bench(folder: Path) -> int:
    begun = time.monotonic()
    async with private_stack(folder) as stack:
        people, contact = await sign_in(stack)
        tokens = tuple(person.token for person in people)
        async with Backlog.watch(stack) as backlog:
            await backlog.drained()
            before = cpu_seconds(stack)
            scores = await race(stack, tokens, backlog)
            spent = {name: used - before[name] for name, used in cpu_seconds(stack).items()}
            p50, p99 = await inbox_delays(stack, people, contact, TITLE, BODY)
        memory = resident_megabytes(stack)
        submitted = sum(r.answered for score in scores.values() for r in score.ours)
    for clients, score in scores.items():
        print(score.line(clients))
    print("  CPU ms a submission: " + ", ".join(f"{n} {s / submitted * 1e3:.2f}" for n, s in spent.items()))
    print("  resident MB: " + ", ".join(f"{name} {size:.0f}" for name, size in memory.items()))
    ratio, errors = scores[32].ratio, errors_of(scores)
    good = ratio >= RATIO_WANTED and p50 <= P50_WANTED and p99 <= P99_WANTED and errors == 0
    print(
        f"bench: ratio_32={ratio:.2f} wanted={RATIO_WANTED} errors={errors} inbox_p50_ms={p50 * 1e3:.1f} "
        f"inbox_p99_ms={p99 * 1e3:.1f} submissions={submitted} seconds={time.monotonic() - begun:.0f}"
    )
    return 0 if good else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="fahu-bench-") as scratch:
        Path(scratch).chmod(0o755)  # PostgreSQL runs as another user where we are root
        sys.exit(asyncio.run(bench(Path(scratch))))
