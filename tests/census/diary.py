"""What a respondent did and was told: what the databases are compared with afterwards."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.census.attack import MARK


@dataclass
class Respondent:
    """`given` is part A as it was acknowledged last, `opinion` part B once it was; None until then."""

    token: str
    enterprise_id: UUID
    mark: str
    given: dict[str, Any] | None = None
    submissions: int = 0
    opinion: dict[str, Any] | None = None
    opinion_at: float = 0.0
    refused: bool = False


@dataclass
class Diary:
    """Everybody's, and how long the door took."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def answered(self, begun: float, status: int) -> None:
        self.seconds.append(time.perf_counter() - begun)
        self.statuses[status] += 1

    def quantile(self, share: float) -> float:
        ordered = sorted(self.seconds) or [float("nan")]
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    @property
    def server_errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)


def mark(code: int) -> str:
    """Stands in a part B, so that the checker, and nobody else, knows whose it is."""
    return f"{MARK}{code}{MARK}"
