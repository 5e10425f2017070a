"""How often somebody may try to sign in. Counted in memory, by each replica for itself: n replicas allow n times as many."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
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
                raise self._refusal(limit, subject)

    def check(self, subject: str) -> None:
        """Raise TooManyAttempts if one more would be too many; count none."""
        for limit in self._limits:
            if not self._windows.test(limit, self._kind, subject):
                raise self._refusal(limit, subject)

    def _refusal(self, limit: RateLimitItem, subject: str) -> TooManyAttempts:
        free_at = self._windows.get_window_stats(limit, self._kind, subject).reset_time
        return TooManyAttempts(free_at - time.time())


class Guesses:
    """Tokens that nobody holds, limited for each address. Who holds a good one is never held up by how many others do."""

    def __init__(self, kind: str, limits: str) -> None:
        self._attempts = Attempts(kind, limits)

    @asynccontextmanager
    async def watched(self, address: str) -> AsyncIterator[None]:
        """Count what is answered with NOT_FOUND. Raises TooManyAttempts before anything is asked, once it was too often."""
        self._attempts.check(address)
        try:
            yield
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                self._attempts.count(address)
            raise
