"""Courses without one of its safeguards, for the negative controls: `python -m tests.race.unsafe_courses GUARD`.

Each seats people the way one finds it in booking systems that oversell.
"""

import runpy
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from kit.db import Run
from services.courses.queries import bookings as queries
from services.courses.queries.bookings import Hall
from services.courses.service import bookings

LockHalls = Callable[[Run, Sequence[UUID]], Awaitable[dict[UUID, Hall]]]
COUNTED = """
SELECT lecture_id, coalesce(sum(heads) FILTER (WHERE state <> 'WAITING'), 0), count(*) FILTER (WHERE state = 'WAITING')
FROM booking WHERE lecture_id = ANY(%(ids)s) AND state IN ('CONFIRMED', 'OFFERED', 'WAITING') GROUP BY lecture_id
"""
REMEMBER = "UPDATE lecture SET taken = %(taken)s, waiting = %(waiting)s, queued = %(queued)s WHERE id = %(id)s"
ADD = "UPDATE lecture SET taken = taken + %(heads)s WHERE id = %(id)s"
ADVISORY = "SELECT pg_advisory_xact_lock(hashtext('lectures'))"
UNLOCKED = queries.LOCK.replace("FOR NO KEY UPDATE", "")


async def read_unlocked(run: Run, lecture_ids: Sequence[UUID]) -> dict[UUID, Hall]:
    rows: Any = await run(UNLOCKED, {"ids": list(lecture_ids)})
    return {row[0]: Hall(*row) for row in rows}


async def read_and_write_back(session: Any, run: Run, made: Sequence[Any]) -> None:
    """No lock: the seats taken are read, added to, and written back."""
    await WRITE(session, run, made)
    for hall in {id(one.hall): one.hall for one in made}.values():
        values = {"taken": hall.taken, "waiting": hall.waiting, "queued": hall.queued, "id": hall.id}
        await run(REMEMBER, values)


async def count_rows(run: Run, lecture_ids: Sequence[UUID]) -> dict[UUID, Hall]:
    """Count, then insert: nothing keeps others from counting the same."""
    halls = await read_unlocked(run, lecture_ids)
    rows: Any = await run(COUNTED, {"ids": list(lecture_ids)})
    found = {row[0]: (int(row[1]), int(row[2])) for row in rows}
    return {
        key: replace(hall, taken=found.get(key, (0, 0))[0], waiting=found.get(key, (0, 0))[1]) for key, hall in halls.items()
    }


async def count_behind_a_late_lock(run: Run, lecture_ids: Sequence[UUID]) -> dict[UUID, Hall]:
    """An advisory lock under REPEATABLE READ: whoever waits for the lock goes on with what there was before it waited."""
    await run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", {})
    await run(ADVISORY, {})
    return await count_rows(run, lecture_ids)


async def seat_everybody(run: Run, lecture_ids: Sequence[UUID]) -> dict[UUID, Hall]:
    """Leave it to the constraint to refuse: without it nobody does."""
    halls = await read_unlocked(run, lecture_ids)
    return {key: replace(hall, taken=0, waiting=0) for key, hall in halls.items()}


async def add_up(session: Any, run: Run, made: Sequence[Any]) -> None:
    await WRITE(session, run, made)
    for one in made:
        await run(ADD, {"heads": one.heads, "id": one.lecture_id})


WRITE = bookings._write
GUARDS: dict[str, tuple[LockHalls, Any]] = {
    "lock": (read_unlocked, read_and_write_back),
    "count": (count_rows, WRITE),
    "advisory": (count_behind_a_late_lock, WRITE),
    "constraint": (seat_everybody, add_up),
}


def main() -> None:
    lock_halls, write = GUARDS[sys.argv.pop(1)]
    setattr(queries, "lock_halls", lock_halls)  # noqa: B010 - mypy takes a name for what it was first bound to
    bookings._write = write
    runpy.run_module("services.courses", run_name="__main__")


if __name__ == "__main__":
    main()
