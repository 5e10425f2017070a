"""What the clients did and what they were told: every attempt of every operation, in memory and as lines of JSON."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Literal

Kind = Literal["submit", "accept"]
WRITTEN = ("phase", "kind", "key", "mark", "person_id", "unit")


class Outcome(StrEnum):
    """What a client knows of an attempt. Unknown: it may or may not have taken effect, now or later."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Attempt:
    """One request and its end. `begun` is a moment of time.time(); `why` the status, or the name of the error."""

    begun: float
    seconds: float
    outcome: Outcome
    why: str


@dataclass
class Operation:
    """Something a client wants done once, under one idempotency key, however often it has to ask.

    `mark` is a text that no other operation has: the title of a demand, or the id of the demand to accept.
    """

    kind: Kind
    key: str
    mark: str
    person_id: str
    unit: str
    phase: str
    attempts: list[Attempt] = field(default_factory=list)
    demand_ids: set[str] = field(default_factory=set)
    states: set[str] = field(default_factory=set)

    @property
    def outcome(self) -> Outcome:
        """Success, once told, is certain; a refusal only if no other attempt might have succeeded."""
        told = {attempt.outcome for attempt in self.attempts}
        if Outcome.OK in told:
            return Outcome.OK
        return Outcome.FAILED if told == {Outcome.FAILED} else Outcome.UNKNOWN


class History:
    """All operations of a run."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = file.open("w", encoding="utf-8")
        self.operations: list[Operation] = []
        self.acknowledged: Counter[str] = Counter()  # demands that clients know to be there, by phase

    def begin(self, operation: Operation) -> Operation:
        self.operations.append(operation)
        return operation

    def of(self, kind: Kind) -> Iterator[Operation]:
        return (operation for operation in self.operations if operation.kind == kind)

    def note(self, operation: Operation, begun: float, outcome: Outcome, why: str, answer: dict[str, Any]) -> Outcome:
        """Book the end of an attempt."""
        attempt = Attempt(begun, round(time.time() - begun, 4), outcome, why)
        news = outcome is Outcome.OK and operation.outcome is not Outcome.OK
        self.acknowledged[operation.phase] += news and operation.kind == "submit"
        operation.attempts.append(attempt)
        if outcome is Outcome.OK:
            operation.demand_ids.add(answer["id"])
            operation.states.add(answer["state"])
        line = {"demand": answer.get("id", "")} | {name: getattr(operation, name) for name in WRITTEN} | asdict(attempt)
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return outcome

    def close(self) -> None:
        self._file.close()
