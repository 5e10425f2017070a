"""How much a run does: the whole census for `make census`, a small one for every change."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Numbers:
    """Counts, and seconds where it says so."""

    invited: int
    answering: int
    late: int  # of those who answer, so many while the survey is being closed
    areas: int
    connections: int
    least_cut: int  # connections that must have been cut in the middle of a request, resumed drafts and doubles likewise
    most_seconds: float  # for all of it; reaching them is a failure


FULL = Numbers(invited=3000, answering=2000, late=200, areas=12, connections=200, least_cut=100, most_seconds=240)
SHORT = Numbers(invited=300, answering=200, late=30, areas=4, connections=50, least_cut=8, most_seconds=60)
