"""Lectures in the world of the matrix: of the agency in the table and of another, planned and open, the latter booked."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg

from kit.calendar import BEIJING
from stack.demo.client import Json, Person
from tests.journeys.table import COLUMNS
from tests.journeys.things import Things

AGENCY_COLUMNS = ("agency contact", "agency handler", "agency lead")
StaffOf = Callable[[str], Awaitable[Person]]
LECTURER = """
INSERT INTO lecturer (id, year, unit_code, seat, name, post, topics, appointed_by, appointed_at, version)
VALUES (%s, %s, %s, 1, '示例', '', '', gen_random_uuid(), now(), 1)
"""
COURSEWARE = """
INSERT INTO courseware
  (id, year, unit_code, title, summary, minutes, anonymised, state, created_by, created_at, changed_at, version)
VALUES (%s, %s, %s, '矩阵示例', '', 60, true, 'APPROVED', gen_random_uuid(), now(), now(), 1)
"""


async def lectures_and_bookings(
    people: Mapping[str, Person], neighbour: Person, staff_of: StaffOf, database_url: str
) -> tuple[dict[str, Things], dict[str, Things]]:
    """Things of the kinds "lecture" and "booking", by column."""
    host, elsewhere = people["agency handler"], await staff_of("eco_env")
    planned, opened = await _two_of(host, "hrss", database_url)
    theirs, their_open = await _two_of(elsewhere, "eco_env", database_url)
    mine = await _booked(people["liaison"], opened)
    others = await _booked(neighbour, their_open)
    lectures = dict.fromkeys(COLUMNS, Things([opened], [planned]))
    lectures |= dict.fromkeys(AGENCY_COLUMNS, Things([opened, planned], [theirs]))
    return lectures, dict.fromkeys(COLUMNS, Things([mine], [others]))


async def _two_of(host: Person, unit_code: str, database_url: str) -> tuple[str, str]:
    """A lecture that is planned, and one that takes bookings."""
    planned, opened = [await host.post("/lectures", one) for one in _drafts(unit_code, database_url)]
    await host.post(f"/lectures/{opened['id']}/open", {}, version=opened["version"])
    return str(planned["id"]), str(opened["id"])


def _drafts(unit_code: str, database_url: str) -> list[Json]:
    lecturer, courseware, first = uuid4(), uuid4(), datetime.now(BEIJING).replace(microsecond=0) + timedelta(days=2)
    with psycopg.connect(database_url) as connection:
        connection.execute(LECTURER, (lecturer, first.year, unit_code))
        connection.execute(COURSEWARE, (courseware, first.year, unit_code))
    whole = {"lecturer_id": str(lecturer), "courseware_id": str(courseware), "place": "矩阵示例", "capacity": 9}
    starts = [first, first + timedelta(hours=3)]
    return [whole | {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=1)).isoformat()} for at in starts]


async def _booked(contact: Person, lecture_id: str) -> str:
    return str((await contact.post(f"/lectures/{lecture_id}/bookings", {"heads": 1}))["id"])


async def lecture_requests(liaison: Person, neighbour: Person) -> dict[str, Things]:
    """One that the liaison in the table asked of the agency there, and one of a neighbour to another agency.

    The latter was taken back: while it was open, the whole zone might join it.
    """
    mine, theirs = [await _asked(person, unit) for person, unit in ((liaison, "hrss"), (neighbour, "eco_env"))]
    await neighbour.post(f"/lecture-requests/{theirs['id']}/withdraw", {}, version=theirs["version"])
    return dict.fromkeys(COLUMNS, Things([str(mine["id"])], [str(theirs["id"])]))


async def _asked(contact: Person, unit_code: str) -> Json:
    first = datetime.now(BEIJING).replace(microsecond=0) + timedelta(days=1)
    slots = [
        {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=1)).isoformat()}
        for at in (first, first + timedelta(hours=2))
    ]
    topic = {"unit_code": unit_code, "title": "矩阵示例"}
    return await contact.post("/lecture-requests", {"topic": topic, "slots": slots, "place": "示例", "heads": 1})
