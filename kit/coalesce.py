"""Doing together what arrives together: calls that come in while others are being served are served next as one batch.

One statement for thirty rows costs little more than one for a single row. A call that comes alone is served at once, alone.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from kit.db import is_outage
from kit.errors import Unavailable

In = TypeVar("In")
Out = TypeVar("Out")
Work = Callable[[Sequence[In]], Awaitable[Sequence[Out | Exception]]]


class Coalescer(Generic[In, Out]):
    """`work` serves a batch and returns an outcome for each item, in order; an Exception is raised to that item's caller.

    If `work` itself fails on a batch, each of its items is served again by itself, so that one cannot spoil the others:
    serving an item twice must be safe. An outage is nobody's fault, and all are told.

    At most `width` batches of at most `most` items are served at a time: the fewer batches, the less each item costs. Only
    when none has begun for `patience` seconds, as behind a lock, do others pass those by, in at most `lanes` altogether.
    """

    def __init__(self, work: Work[In, Out], lanes: int = 3, most: int = 64, patience: float = 0.1, width: int = 1) -> None:
        self._work = work
        self._lanes = lanes
        self._most = most
        self._patience = patience
        self._width = width
        self._last_begun = 0.0
        self._waiting: deque[tuple[In, asyncio.Future[Out]]] = deque()
        self._busy = 0
        self._tasks: set[asyncio.Task[None]] = set()  # the loop itself keeps none of its tasks alive

    async def __call__(self, item: In) -> Out:
        """Have one item served."""
        future: asyncio.Future[Out] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._is_free():
            self._busy += 1
            task = asyncio.create_task(self._serve())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await future

    def _is_free(self) -> bool:
        stuck = self._busy < self._lanes and time.monotonic() - self._last_begun > self._patience
        return self._busy < self._width or stuck

    async def _serve(self) -> None:
        try:
            while self._waiting:
                await self._serve_batch()
        finally:
            self._busy -= 1  # in the same turn as the last look at those waiting: who comes next finds the lane free

    async def _serve_batch(self) -> None:
        self._last_begun = time.monotonic()
        batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
        for (_, future), outcome in zip(batch, await self._outcomes([item for item, _ in batch]), strict=True):
            if future.done():  # its caller has gone
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    async def _outcomes(self, items: Sequence[In]) -> Sequence[Out | Exception]:
        try:
            return await self._work(items)
        except Exception as error:
            if len(items) == 1 or isinstance(error, Unavailable) or is_outage(error):
                return [error] * len(items)
        return [outcome for item in items for outcome in await self._outcomes([item])]
