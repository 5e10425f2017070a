"""How large a run is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Numbers:
    """Races for a lecture's last seats, by so many clients with so many requests; in one of `kill_each` a replica dies."""

    races: int
    kill_each: int
    control_races: int
    clients: int = 60
    requests: int = 400
    seats: int = 30


FULL = Numbers(races=250, kill_each=6, control_races=10)
SHORT = Numbers(races=12, kill_each=4, control_races=3)
