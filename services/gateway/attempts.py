"""How often somebody may try to sign in. Counted in memory, by each replica for itself: n replicas allow n times as many."""

import time

from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from services.gateway.errors import TooManyAttempts


class Attempts:
    """One kind of attempt, limited for each of its subjects: an address, a login name."""

    def __init__(self, kind: str, limits: str) -> None:
        self._kind = kind
        self._limits: list[RateLimitItem] = parse_many(limits)
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def count(self, subject: str) -> None:
        """Count one attempt. Raises TooManyAttempts, telling when the next one may be made."""
        for limit in self._limits:
            if not self._windows.hit(limit, self._kind, subject):
                free_at = self._windows.get_window_stats(limit, self._kind, subject).reset_time
                raise TooManyAttempts(free_at - time.time())
