"""At the door: an enterprise asks an agency to come, a neighbour joins, both sides agree, and all who come are booked."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from kit.calendar import BEIJING
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import Platform
from tests.gateway.test_refusals import refused

PATH = "/lecture-requests"
TODAY = datetime.now(BEIJING).date()
LECTURER = """
INSERT INTO lecturer (id, year, unit_code, seat, name, post, topics, appointed_by, appointed_at, version)
VALUES (gen_random_uuid(), %s, 'hrss', 2, '例讲师', '科长', '', gen_random_uuid(), now(), 1) ON CONFLICT DO NOTHING
"""
PRESENT = "SELECT id FROM lecturer WHERE year = %s AND unit_code = 'hrss' AND seat = 2 AND ended_at IS NULL"
COURSEWARE = """
INSERT INTO courseware
  (id, year, unit_code, title, summary, minutes, anonymised, state, created_by, created_at, changed_at, version)
VALUES (%s, %s, 'hrss', '解除劳动合同的三个误区', '', 60, true, 'APPROVED', gen_random_uuid(), now(), now(), 1)
"""
ZONE = """
INSERT INTO zone (code, name, position, active, version) VALUES ('west', '西部片区', 1, true, 1) ON CONFLICT DO NOTHING
"""
AREA = "INSERT INTO zone_area (area_code, zone_code) VALUES (%s, 'west') ON CONFLICT DO NOTHING"


def slot(days: int) -> dict[str, str]:
    begin = datetime.combine(TODAY + timedelta(days=days), time(14), BEIJING)
    return {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(hours=2)).isoformat()}


@pytest.fixture
def offer(platform: Platform) -> dict[str, Any]:
    """A lecturer and an item of courseware of 区人社局, and a zone in which the areas of both enterprises lie."""
    courseware = uuid4()
    with psycopg.connect(platform.databases["courses"]) as connection:
        connection.execute(ZONE)
        connection.cursor().executemany(AREA, [(one.area_code,) for one in COHORT[:2]])
        connection.execute(LECTURER, (TODAY.year,))
        ((lecturer,),) = connection.execute(PRESENT, (TODAY.year,)).fetchall()
        connection.execute(COURSEWARE, (courseware, TODAY.year))
    return {"lecturer_id": str(lecturer), "courseware_id": str(courseware), "capacity": 20}


async def test_a_lecture_comes_to_an_enterprise(sign_in: SignIn, offer: dict[str, Any]) -> None:
    liaison, neighbour, handler = [await sign_in(who) for who in (COHORT[0], COHORT[1], "hrss.handler")]
    topic = {"unit_code": "hrss", "title": "灵活用工怎样签合同"}
    asked = {"slots": [slot(1), slot(2)], "place": "示例路1号 职工食堂", "heads": 12}
    for wrong in (asked, asked | {"topic": topic, "courseware_id": offer["courseware_id"]}):
        refused(await liaison.post(PATH, wrong), 422, "CHOICE_INVALID")
    problem = refused(await liaison.post(PATH, asked | {"topic": topic, "slots": [slot(2), slot(1)]}), 422, "SLOTS_INVALID")
    assert "先后" in problem["title"]
    made = await liaison.post(PATH, asked | {"topic": topic})
    assert made.status_code == 201, made.text
    path = f"{PATH}/{made.json()['id']}"
    assert (made.status_code, made.headers["location"]) == (201, f"/api/v1{path}")
    assert (made.json()["turn"], made.json()["place"], made.json()["own_heads"]) == ("agency", asked["place"], 12)
    joined = await neighbour.post(f"{path}/join", {"heads": 3})
    assert (joined.json()["party_count"], joined.json()["own_heads"], joined.json()["place"]) == (2, 3, None)
    assert joined.json()["enterprise_name"] is None
    refused(await handler.post(f"{path}/counter", {"slots": [slot(3)]}, etag=joined.headers["etag"]), 422, "FIELDS_INVALID")
    countered = await handler.post(f"{path}/counter", {"slots": [slot(3)], "offer": offer}, etag=joined.headers["etag"])
    assert [one["heads"] for one in countered.json()["parties"]] == [12, 3]
    refused(
        await handler.post(f"{path}/accept", {"slot": 1, "offer": offer}, etag='"3"'), 409, "LECTURE_REQUEST_NOT_YOUR_TURN"
    )
    seen = await liaison.get(path)
    assert seen.json()["offer"]["lecturer_name"] == "例讲师"
    assert (await liaison.get(path, headers={"if-none-match": seen.headers["etag"]})).status_code == 304
    accepted = await liaison.post(f"{path}/accept", {"slot": 1}, etag=seen.headers["etag"])
    assert (accepted.status_code, accepted.json()["state"], accepted.json()["turn"]) == (200, "accepted", None)
    lecture = accepted.json()["lecture_id"]
    assert (await handler.get(f"/lectures/{lecture}")).json()["kind"] == "on_demand"
    for person, heads in ((liaison, 12), (neighbour, 3)):
        (booked,) = (await person.get("/bookings", params={"lecture": lecture})).json()["bookings"]
        assert (booked["heads"], booked["state"], booked["place"]) == (heads, "confirmed", asked["place"])
    refused(await neighbour.post(f"{path}/leave"), 409, "LECTURE_REQUEST_WRONG_STATE")
