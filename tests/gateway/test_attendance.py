"""At the door of a lecture: checking in, rating with and without signing in, and what calendars get of it."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from icalendar import Calendar, Event

from kit.calendar import BEIJING
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import Person, Platform
from tests.gateway.test_refusals import refused

LECTURER = """
INSERT INTO lecturer (id, year, unit_code, seat, name, post, topics, appointed_by, appointed_at, version)
VALUES (%s, %s, 'hrss', 2, '例讲师', '', '', gen_random_uuid(), now(), 1)
"""
COURSEWARE = """
INSERT INTO courseware
  (id, year, unit_code, title, summary, minutes, anonymised, state, created_by, created_at, changed_at, version)
VALUES (%s, %s, 'hrss', '解除劳动合同', '', 60, true, 'APPROVED', gen_random_uuid(), now(), now(), 1)
"""
# Lectures are planned ahead; here they begin at once.
BEGIN = """
UPDATE lecture SET starts_at = now(), ends_at = now() + interval '1 hour', closes_at = now() WHERE id = CAST(%s AS uuid)
"""
# One lecturer gives one lecture at a time, and that of the next test begins at once as well.
END_ALL = "UPDATE lecture SET state = 'CANCELLED', end_reason = '示例' WHERE state <> 'CANCELLED'"
SAID = {"content": 5, "usefulness": 4, "delivery": 3, "comment": "很实用"}
HOURS_AHEAD = itertools.count(9, 3)


@dataclass
class Hall:
    """Where lectures are given: by whom, on what, and the database that lets time pass."""

    url: str
    host: Person
    lecturer_id: str
    courseware_id: str

    async def lecture(self, capacity: int = 5) -> dict[str, Any]:
        starts_at = datetime.now(BEIJING).replace(microsecond=0) + timedelta(hours=next(HOURS_AHEAD))
        draft = {
            "lecturer_id": self.lecturer_id,
            "courseware_id": self.courseware_id,
            "place": "区政务服务中心二楼报告厅",
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
            "capacity": capacity,
        }
        answer = await self.host.post("/lectures", draft)
        assert answer.status_code == 201, answer.text
        planned = answer.json()
        opened = await self.host.post(f"/lectures/{planned['id']}/open", etag=f'"{planned["version"]}"')
        assert opened.status_code == 200, opened.text
        return dict(opened.json())

    async def booked(self, contact: Person, lecture: dict[str, Any]) -> dict[str, Any]:
        for _ in range(50):
            answer = await contact.post(f"/lectures/{lecture['id']}/bookings", {"heads": 2})
            if answer.status_code == 201:
                return dict(answer.json())
            await asyncio.sleep(0.2)  # registry has not told courses of the enterprise yet
        raise AssertionError(answer.text)

    def change(self, statement: str, lecture: dict[str, Any]) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(statement, (lecture["id"],))


@pytest.fixture(scope="module")
def material(platform: Platform) -> tuple[str, str]:
    """A lecturer and courseware of the agency."""
    lecturer, courseware, year = uuid4(), uuid4(), datetime.now(BEIJING).year
    with psycopg.connect(platform.databases["courses"]) as connection:
        connection.execute(LECTURER, (lecturer, year))
        connection.execute(COURSEWARE, (courseware, year))
    return str(lecturer), str(courseware)


@pytest.fixture
async def hall(platform: Platform, sign_in: SignIn, material: tuple[str, str]) -> AsyncIterator[Hall]:
    hall = Hall(platform.databases["courses"], await sign_in("hrss.handler"), *material)
    yield hall
    with psycopg.connect(hall.url) as connection:
        connection.execute(END_ALL)


@pytest.fixture
async def guest(sign_in: SignIn) -> Person:
    return await sign_in(COHORT[1])


async def shown(hall: Hall, lecture: dict[str, Any]) -> dict[str, Any]:
    answer = await hall.host.post(f"/lectures/{lecture['id']}/check-in", key="")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    return dict(answer.json())


async def test_from_the_door_to_the_averages(http: httpx.AsyncClient, hall: Hall, liaison: Person, guest: Person) -> None:
    lecture = await hall.lecture()
    mine, theirs = await hall.booked(liaison, lecture), await hall.booked(guest, lecture)
    refused(await hall.host.post(f"/lectures/{lecture['id']}/check-in", key=""), 409, "CHECK_IN_CLOSED")
    hall.change(BEGIN, lecture)
    code = await shown(hall, lecture)
    assert code["scene"] in code["qr_text"]
    assert code["qr_svg"].startswith("<svg")

    path = f"/bookings/{mine['id']}"
    refused(await liaison.post(f"{path}/evaluation", SAID), 409, "BOOKING_NOT_ATTENDED")
    came = await liaison.post(f"{path}/check-in", {"code": code["code"], "heads": 2}, etag='"1"')
    assert (came.status_code, came.json()["state"], came.json()["attended_heads"]) == (200, "attended", 2)
    over = await hall.host.post(f"/bookings/{theirs['id']}/attendance", {"heads": 3}, etag='"1"')
    problem = refused(over, 422, "HEADS_OVER_BOOKED")
    assert problem["detail"] == "报名 2 人；多到的须说明原因"
    reason = {"heads": 3, "reason": "法务同事一同旁听"}
    assert (await hall.host.post(f"/bookings/{theirs['id']}/attendance", reason, etag='"1"')).status_code == 200

    given = await liaison.post(f"{path}/evaluation", SAID)
    assert (given.status_code, given.json()) == (201, SAID)
    refused(await liaison.post(f"{path}/evaluation", SAID), 409, "EVALUATION_GIVEN")
    assert (await liaison.get(f"{path}/evaluation")).json() == SAID
    for expected in (None, {"content": 5.0, "usefulness": 4.0, "delivery": 2.3}):
        await _rate_as_employee(http, code["scene"])
        found = (await hall.host.get(f"/lectures/{lecture['id']}/evaluations")).json()
        assert found["averages"] == expected
    assert (found["count"], sorted(found["comments"])) == (3, ["很实用", "很清楚", "很清楚"])
    refused(await liaison.get(f"/lectures/{lecture['id']}/evaluations"), 403, "PERMISSION_DENIED")


async def _rate_as_employee(http: httpx.AsyncClient, scene: str) -> None:
    made = await http.post("/api/v1/rating-links", json={"scene": scene})
    assert (made.status_code, made.headers["cache-control"]) == (201, "private, no-store")
    headers = {"rating-token": made.json()["token"]}
    seen = (await http.get("/api/v1/rating-link", headers=headers)).json()
    assert (seen["lecture"]["title"], seen["lecture"]["lecturer_name"], seen["given"]) == ("解除劳动合同", "例讲师", False)
    body = SAID | {"delivery": 2, "comment": "很清楚"}
    rated = await http.post("/api/v1/rating-link/evaluation", json=body, headers=headers)
    assert (rated.status_code, rated.content) == (204, b"")
    repeated = await http.post("/api/v1/rating-link/evaluation", json=body, headers=headers)
    assert repeated.status_code == 204
    otherwise = await http.post("/api/v1/rating-link/evaluation", json=body | {"delivery": 1}, headers=headers)
    refused(otherwise, 409, "EVALUATION_GIVEN")


async def test_guessing_the_code_ends(hall: Hall, guest: Person) -> None:
    lecture = await hall.lecture()
    booking = await hall.booked(guest, lecture)
    hall.change(BEGIN, lecture)
    code = await shown(hall, lecture)
    wrong = f"{(int(code['code']) + 1) % 10**6:06d}"
    path = f"/bookings/{booking['id']}/check-in"
    answers = [await guest.post(path, {"code": wrong, "heads": 1}, etag='"1"') for _ in range(10)]
    refused(answers[-1], 404, "CHECK_IN_CODE_WRONG")
    refused(await guest.post(path, {"code": code["code"], "heads": 1}, etag='"1"'), 429, "TOO_MANY_ATTEMPTS")


async def test_a_walk_in_is_named_as_its_liaison_point(hall: Hall, liaison: Person) -> None:
    lecture = await hall.lecture()
    hall.change(BEGIN, lecture)
    path = f"/lectures/{lecture['id']}/walk-ins"
    made = await hall.host.post(path, {"enterprise_name": COHORT[2].name, "heads": 5})
    assert (made.status_code, made.json()["state"]) == (201, "attended")
    assert made.headers["location"] == f"/api/v1/bookings/{made.json()['id']}"
    full = refused(await hall.host.post(path, {"enterprise_name": COHORT[3].name, "heads": 1}), 409, "LECTURE_FULL")
    assert full["detail"] == "还剩 0 个座位"
    unknown = await hall.host.post(path, {"enterprise_name": "查无此企业", "heads": 1})
    refused(unknown, 409, "ENTERPRISE_NOT_DESIGNATED")


def only(answer: httpx.Response) -> Event:
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(answer.content).events
    return event


async def test_a_calendar_follows_its_booking(http: httpx.AsyncClient, hall: Hall, sign_in: SignIn) -> None:
    contact = await sign_in(COHORT[4])
    lecture = await hall.lecture()
    booking = await hall.booked(contact, lecture)
    address = (await contact.post("/me/calendar-feed", key="")).json()["path"]
    feed = await http.get(address)
    file = await contact.get(f"/bookings/{booking['id']}/calendar.ics")
    first = only(feed)
    assert first == only(file)
    assert (str(first["summary"]), first["status"]) == ("法治宣讲：解除劳动合同", "CONFIRMED")
    assert first.start == datetime.fromisoformat(lecture["starts_at"])
    same = await http.get(address, headers={"if-none-match": feed.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")

    await contact.post(f"/bookings/{booking['id']}/cancel", {}, etag='"1"')
    changed = await http.get(address, headers={"if-none-match": feed.headers["etag"]})
    ended = only(changed)
    assert (ended["uid"], ended["status"]) == (first["uid"], "CANCELLED")
    assert int(str(ended["sequence"])) > int(str(first["sequence"]))

    renewed = (await contact.post("/me/calendar-feed", key="")).json()["path"]
    refused(await http.get(address), 404, "CALENDAR_FEED_NOT_FOUND")
    assert only(await http.get(renewed))["uid"] == first["uid"]


async def test_secrets_that_nobody_holds_lead_nowhere(http: httpx.AsyncClient, platform: Platform) -> None:
    refused(await http.post("/api/v1/rating-links", json={"scene": "204816"}), 404, "CHECK_IN_CODE_WRONG")
    refused(await http.get("/api/v1/rating-link", headers={"rating-token": "x"}), 404, "RATING_LINK_NOT_FOUND")
    refused(await http.get("/api/v1/rating-link"), 422, "FIELDS_INVALID")
    refused(await http.get("/api/v1/calendar/nobodys-calendar.ics"), 404, "CALENDAR_FEED_NOT_FOUND")
    logs = "".join((platform.folder / f"{name}.log").read_text() for name in ("gateway", "courses"))
    metrics = (await http.get(f"http://127.0.0.1:{platform.ports['gateway.ops']}/metrics")).text
    assert "nobodys-calendar" not in logs + metrics
    assert 'route="/api/v1/calendar/{token}.ics"' in metrics
