"""Ids of things, as one caller sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

NOTHING = "0192f0c1-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Things:
    """Ids of one kind, as one caller sees them."""

    own: Sequence[str] = ()
    other: Sequence[str] = ()

    def by_relation(self) -> list[tuple[str, str]]:
        owned = [("own", thing) for thing in self.own]
        return [*owned, *(("other", thing) for thing in self.other), ("none", NOTHING)]
