"""The end of a run: one line with what it did, and in words everything that fell short."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.checker import Verdict
from tests.chaos.killer import Blow
from tests.chaos.numbers import Numbers
from tests.chaos.outages import NATS_DOWN, REGISTRY_DOWN, STORE_DELETED

# What each control must have found.
MUST_FIND: dict[str, Callable[[Verdict], int]] = {
    "without inbox": lambda verdict: verdict.doubled,
    "without outbox": lambda verdict: verdict.lost,
}


@dataclass
class Report:
    """What a run found. `sound` counts, for each phase, the acknowledged demands with nothing amiss."""

    numbers: Numbers
    seed: int
    points: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    missed: list[Blow] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    acknowledged: Counter[str] = field(default_factory=Counter)
    sound: Counter[str] = field(default_factory=Counter)
    controls: dict[str, Verdict] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def _controls_failed(self) -> int:
        return sum(found(self.controls[name]) > 0 for name, found in MUST_FIND.items() if name in self.controls)

    @property
    def _points_fired(self) -> int:
        return sum(self.fired[point] > 0 for point in self.points)

    def shortfalls(self) -> list[str]:
        """Why the run failed; empty if it passed."""
        numbers = self.numbers
        wanted = {
            "demands acknowledged through the kills": (self.acknowledged["kills"], numbers.demands),
            "kills": (self.kills.total(), numbers.least_kills),
            "demands accepted, routed and told with registry stopped": (
                self.sound[REGISTRY_DOWN],
                numbers.outage_demands,
            ),
            "demands accepted with NATS stopped, and told later": (self.sound[NATS_DOWN], numbers.outage_demands),
            "demands sent while the store of the bus was lost": (self.sound[STORE_DELETED], 1),
            "negative controls that found fault": (self._controls_failed, len(MUST_FIND)),
        }
        short = [f"{what}: {got} of {least}" for what, (got, least) in wanted.items() if got < least]
        never = sorted(set(self.points) - self.fired.keys())
        short += [f"fault points that never fired: {', '.join(never)}"] if never else []
        missed = [f"{blow.victim} at {blow.point}" for blow in self.missed]
        short += [f"blows that missed: {', '.join(missed)}"] if missed else []
        return short + self.verdict.in_words() + self.faults

    def line(self) -> str:
        verdict = self.verdict
        values = {
            "demands": verdict.demands,
            "kills": self.kills.total(),
            "points": f"{self._points_fired}/{len(self.points)}",
            "lost": verdict.lost,
            "doubled": verdict.doubled,
            "phantom": len(verdict.phantoms),
            "routed_once": verdict.routed_once,
            "inbox_once": verdict.inbox_once,
            "registry_down": self.sound[REGISTRY_DOWN],
            "nats_down": self.sound[NATS_DOWN],
            "store_deleted": self.sound[STORE_DELETED],
            "controls_failed": f"{self._controls_failed}/{len(MUST_FIND)}",
            "seconds": round(self.seconds),
            "seed": self.seed,
        }
        return "chaos: " + " ".join(f"{name}={value}" for name, value in values.items())
