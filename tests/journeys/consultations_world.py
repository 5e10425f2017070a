"""Consultations in the world of the matrix: of the group in the table, of another, and of the supervisors' own.

Each group has a session that is planned, one that is announced and booked, and one that has begun and holds a record.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg

from kit.calendar import BEIJING
from services.courses.reference_data import GROUPS, ZONES
from stack.demo.client import Json, Person
from tests.journeys.table import COLUMNS
from tests.journeys.things import Things

AGENCY_COLUMNS = ("agency contact", "agency handler", "agency lead")
StaffOf = Callable[[str], Awaitable[Person]]
CONSULTANT = """
INSERT INTO consultant (id, year, unit_code, group_number, seat, name, post, topics, appointed_by, appointed_at, version)
VALUES (%s, %s, %s, %s, 1, '示例', '', '', gen_random_uuid(), now(), 1)
"""
OPEN_TO_ALL = "UPDATE consultation SET open_to_all_at = announced_at WHERE id = %s"
BEGUN = """
UPDATE consultation SET starts_at = starts_at - interval '9 days', ends_at = ends_at - interval '9 days',
  announced_at = announced_at - interval '20 days', open_to_all_at = open_to_all_at - interval '20 days'
WHERE id = %s
"""
POINT = "SELECT designation_id FROM liaison_point WHERE enterprise_id = %s AND active ORDER BY year DESC LIMIT 1"
TEXT = {"category_code": "hrss", "question": "矩阵示例", "advice": "示例", "follow_up": "示例", "ask_consent": True}


@dataclass(frozen=True)
class OfGroup:
    """Ids of what one group has."""

    planned: str
    announced: str
    booking: str
    record: str


async def consultations(
    people: Mapping[str, Person], neighbour: Person, staff_of: StaffOf, database_url: str
) -> dict[str, dict[str, Things]]:
    """Things of the kinds "consultation", "slot booking" and "consultation record", by column."""
    mine = await _of_group(people["agency handler"], "hrss", people["liaison"], database_url)
    theirs = await _of_group(await staff_of("eco_env"), "eco_env", neighbour, database_url)
    supervised = await _of_group(people["supervisor"], "committee", people["liaison"], database_url)
    sessions = dict.fromkeys(COLUMNS, Things([mine.announced], [mine.planned]))
    sessions |= dict.fromkeys(AGENCY_COLUMNS, Things([mine.announced, mine.planned], [theirs.planned]))
    # They see all of them, but act for their own group alone: of what they see and cannot change a cell has no word.
    sessions["supervisor"] = Things([supervised.announced, supervised.planned])
    bookings = dict.fromkeys(COLUMNS, Things([mine.booking], [theirs.booking]))
    records = dict.fromkeys(COLUMNS, Things([mine.record], [theirs.record]))
    bookings["supervisor"], records["supervisor"] = Things([supervised.booking]), Things([supervised.record])
    return {"consultation": sessions, "slot booking": bookings, "consultation record": records}


async def _of_group(host: Person, unit_code: str, contact: Person, database_url: str) -> OfGroup:
    drafts = _drafts(unit_code, str(contact.account["area_code"]), database_url)
    planned, announced, begun = [await host.post("/consultations", one) for one in drafts]
    for one in (announced, begun):
        await host.post(f"/consultations/{one['id']}/announce", {}, version=one["version"])
    with psycopg.connect(database_url) as connection:
        connection.execute(OPEN_TO_ALL, (announced["id"],))
        connection.execute(BEGUN, (begun["id"],))
        (point,) = connection.execute(POINT, (contact.account["enterprise_id"],)).fetchone() or ("",)
    booked = await contact.post(f"/consultations/{announced['id']}/slot-bookings", {"slot_number": 1})
    written = await host.post(f"/consultations/{begun['id']}/records", TEXT | {"designation_id": str(point)})
    return OfGroup(str(planned["id"]), str(announced["id"]), str(booked["id"]), str(written["id"]))


def _drafts(unit_code: str, area_code: str, database_url: str) -> list[Json]:
    first = datetime.now(BEIJING).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=8)
    consultant = uuid4()
    group = next(number for number, (_, _, units) in enumerate(GROUPS, 1) if unit_code in units)
    with psycopg.connect(database_url) as connection:
        connection.execute(CONSULTANT, (consultant, first.year, unit_code, group))
    whole = {
        "zone_code": next(code for code, _, areas in ZONES if area_code in areas),
        "place": "矩阵示例",
        "slot_minutes": 30,
        "consultant_ids": [str(consultant)],
    }
    starts = [first + timedelta(hours=3 * number) for number in range(3)]
    return [whole | {"starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=2)).isoformat()} for at in starts]
