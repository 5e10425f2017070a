"""Which demands are looked back on: a sample that anybody can draw again, on any machine (DEM-8: 回头看, 抽查)."""

import hashlib
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from uuid import UUID

from services.dispatch.rules.words import LookBackOrigin

# Worst first: a demand belongs to the first stratum that it fits.
STRATA = (
    LookBackOrigin.BAD_RATING,
    LookBackOrigin.WITHDRAWN,
    LookBackOrigin.PARKED,
    LookBackOrigin.OVERDUE,
    LookBackOrigin.REST,
)


def stratum_of(*, badly_rated: bool, withdrawn_after_acceptance: bool, parked: bool, overdue: bool) -> LookBackOrigin:
    """The one stratum a demand is in."""
    fits = (badly_rated, withdrawn_after_acceptance, parked, overdue, True)
    return next(stratum for stratum, fit in zip(STRATA, fits, strict=True) if fit)


def draw(population: Mapping[UUID, LookBackOrigin], seed: str, share: Decimal) -> frozenset[UUID]:
    """Every demand of all strata but the rest; of the rest this share, rounded up, by lot.

    The lot is SHA-256 over "<seed>:<demand id>": it depends neither on the order of the population nor on any generator.
    """
    always = {demand_id for demand_id, stratum in population.items() if stratum is not LookBackOrigin.REST}
    rest = sorted(population.keys() - always, key=lambda demand_id: (_lot(seed, demand_id), demand_id))
    number = int((share * len(rest)).to_integral_value(ROUND_CEILING))
    return frozenset(always | set(rest[:number]))


def _lot(seed: str, demand_id: UUID) -> bytes:
    return hashlib.sha256(f"{seed}:{demand_id}".encode()).digest()
