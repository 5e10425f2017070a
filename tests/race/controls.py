"""The negative controls: the same crowd, the same referee, courses without one of its safeguards. Each must oversell."""

from collections.abc import Callable
from pathlib import Path

from stack.supervisor import Stack
from tests.race.crowd import Crowd
from tests.race.halls import REPLICAS, Halls, connected, rows
from tests.race.numbers import Numbers
from tests.race.referee import BOOKINGS, seated
from tests.race.unsafe_courses import GUARDS

# What the database keeps by itself would cover up for what is missing above it.
UNGUARD = """
ALTER TABLE lecture DROP CONSTRAINT ck_lecture_not_oversold, DROP CONSTRAINT ck_lecture_queue_counted;
DROP TRIGGER booking_made ON booking;
"""


async def oversold_without(guard: str, numbers: Numbers, seed: int, folder: Path) -> int:
    """How many seats too many were sold in all control races. Only bookings: that is enough."""
    command = {"courses": ("-m", "tests.race.unsafe_courses", guard)}
    stack = Stack(
        f"without-{guard}", folder / f"without-{guard}", services=("courses",), replicas={"courses": 2}, commands=command
    )
    async with stack, connected(stack) as connection:
        await connection.execute(UNGUARD)
        halls = await Halls.build(connection)
        oversold, clients = 0, await halls.clients(numbers.clients, stack)
        async with Crowd([stack.url(name) for name in REPLICAS], clients, seed) as crowd:
            for _ in range(numbers.control_races):
                lecture = await halls.lecture(numbers.seats)
                await crowd.race(lecture, numbers.clients)
                oversold += max(seated(await rows(connection, BOOKINGS, lecture)) - numbers.seats, 0)
    return oversold


async def all_controls(numbers: Numbers, seed: int, folder: Path, tell: Callable[[str], None]) -> dict[str, int]:
    """Seats sold too many without each of the guards."""
    found = {}
    for guard in GUARDS:
        found[guard] = await oversold_without(guard, numbers, seed, folder)
        tell(f"control without {guard}: {found[guard]} seats oversold")
    return found
