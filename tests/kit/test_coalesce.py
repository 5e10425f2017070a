"""Calls that arrive together are served together, and each caller gets its own outcome, whatever befalls the others."""

import asyncio
from collections.abc import Sequence

import pytest

from kit.coalesce import Coalescer
from kit.errors import DatabaseUnavailable, NotFound


class Kitchen:
    """Serves numbers: doubles them, refuses odd ones when asked to, and breaks on 13."""

    def __init__(self, lanes: int = 2, most: int = 4, seconds: float = 0.01, patience: float = 10) -> None:
        self.batches: list[list[int]] = []
        self.seconds = seconds
        self.outage: Exception | None = None
        self.serve = Coalescer(self.work, lanes, most, patience)

    async def work(self, batch: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(batch))
        await asyncio.sleep(self.seconds)
        if self.outage:
            raise self.outage
        if 13 in batch:
            raise ValueError("broken")
        return [NotFound() if number < 0 else number * 2 for number in batch]


async def test_one_that_comes_alone_is_served_at_once_alone() -> None:
    kitchen = Kitchen()
    assert await kitchen.serve(1) == 2
    assert await kitchen.serve(2) == 4
    assert kitchen.batches == [[1], [2]]


async def test_those_who_come_meanwhile_are_served_together_in_order_and_bounded() -> None:
    kitchen = Kitchen(lanes=1, most=4)
    assert await asyncio.gather(*[kitchen.serve(number) for number in range(10)]) == [n * 2 for n in range(10)]
    assert [number for batch in kitchen.batches for number in batch] == list(range(10))
    assert max(map(len, kitchen.batches)) == 4


async def test_a_batch_that_hangs_is_passed_by_and_only_then() -> None:
    kitchen = Kitchen(lanes=2, seconds=0.2, patience=0.1)
    stuck = asyncio.create_task(kitchen.serve(1))
    await asyncio.sleep(0)
    patient = asyncio.create_task(kitchen.serve(2))
    await asyncio.sleep(0.01)
    assert kitchen.batches == [[1]]
    await asyncio.sleep(0.11)
    late = asyncio.create_task(kitchen.serve(3))
    await asyncio.sleep(0.01)
    assert kitchen.batches == [[1], [2, 3]]
    assert not stuck.done()
    assert [await one for one in (stuck, patient, late)] == [2, 4, 6]


async def test_each_gets_its_own_outcome() -> None:
    kitchen = Kitchen(lanes=1, most=10)
    found = await asyncio.gather(*[kitchen.serve(number) for number in (1, -1, 3)], return_exceptions=True)
    assert [str(outcome) for outcome in found] == ["2", str(NotFound()), "6"]


async def test_one_that_breaks_the_batch_breaks_alone() -> None:
    kitchen = Kitchen(lanes=1, most=10)
    first = asyncio.create_task(kitchen.serve(0))
    await asyncio.sleep(0)
    found = await asyncio.gather(*[kitchen.serve(number) for number in (1, 13, 3)], return_exceptions=True)
    await first
    assert [str(outcome) for outcome in found] == ["2", "broken", "6"]


async def test_an_outage_is_told_to_all_at_once_and_not_tried_for_each() -> None:
    kitchen = Kitchen(lanes=1, most=64)
    kitchen.outage = DatabaseUnavailable()
    found = await asyncio.gather(*[kitchen.serve(number) for number in range(30)], return_exceptions=True)
    assert all(isinstance(outcome, DatabaseUnavailable) for outcome in found)
    assert len(kitchen.batches) <= 2
    kitchen.outage = None
    assert await kitchen.serve(4) == 8


async def test_a_caller_who_goes_away_takes_nobody_along() -> None:
    kitchen = Kitchen(lanes=1)
    impatient, patient = asyncio.create_task(kitchen.serve(1)), asyncio.create_task(kitchen.serve(2))
    await asyncio.sleep(0.005)
    impatient.cancel()
    assert await patient == 4
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_nobody_is_forgotten_at_the_moment_the_last_batch_ends() -> None:
    """Whoever comes in the very turn of the loop in which the lanes run empty is served too."""
    for turns in range(8):
        kitchen = Kitchen(lanes=1, seconds=0)

        async def late(turns: int = turns, kitchen: Kitchen = kitchen) -> int:
            for _ in range(turns):
                await asyncio.sleep(0)
            return await kitchen.serve(7)

        async with asyncio.timeout(1):
            assert await asyncio.gather(*[kitchen.serve(1), late(), late()]) == [2, 14, 14]
