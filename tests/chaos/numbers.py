"""How much a run does: the same drill with large numbers for `make chaos`, with small ones for every change."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Numbers:
    """Counts, and seconds where it says so."""

    demands: int  # at least so many through the kills
    clients: int
    pause_seconds: float  # of a client between two bursts, on average
    points: int  # fault points tried, at most
    victims_per_point: int  # of three: the process itself, NATS, PostgreSQL
    sudden_kills: int  # at moments that no fault point names
    least_kills: int
    outage_demands: int  # at least so many while registry is stopped, and again while NATS is
    deletion_seconds: float  # under load before, and again after, the store of the bus is deleted
    control_demands: int  # in each of the negative controls
    most_seconds: float  # for all of it; reaching them is a failure


FULL = Numbers(
    demands=2000,
    clients=11,
    pause_seconds=1.0,
    points=100,
    victims_per_point=3,
    sudden_kills=12,
    least_kills=60,
    outage_demands=100,
    deletion_seconds=4,
    control_demands=60,
    most_seconds=900,
)
SHORT = Numbers(
    demands=150,
    clients=8,
    pause_seconds=0.8,
    points=8,
    victims_per_point=1,
    sudden_kills=2,
    least_kills=10,
    outage_demands=20,
    deletion_seconds=1,
    control_demands=20,
    most_seconds=300,
)
