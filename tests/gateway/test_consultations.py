"""At the door: a consultation from its plan to the demand that its enterprise agreed to, through the running services."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from kit.calendar import BEIJING
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person, Platform
from tests.gateway.test_refusals import refused

CONSULTANT = """
INSERT INTO consultant (id, year, unit_code, group_number, seat, name, post, topics, appointed_by, appointed_at, version)
VALUES (%s, %s, 'hrss', 3, 1, '例咨询', '科长', '劳动用工', gen_random_uuid(), now(), 1)
"""
LEVEL = "UPDATE liaison_point SET level = %s WHERE enterprise_id = %s"
BEGUN = """
UPDATE consultation SET starts_at = starts_at - interval '9 days', ends_at = ends_at - interval '9 days',
  announced_at = announced_at - interval '20 days', open_to_all_at = open_to_all_at - interval '20 days'
WHERE id = %s
"""
TEXT = {
    "category_code": "hrss",
    "question": "产假期间能否调整岗位？",
    "advice": "须与本人协商一致。",
    "follow_up": "请核实两名员工的补偿金额。",
    "ask_consent": True,
}


class Desk:
    """The third group at the door, and courses' database behind its back."""

    def __init__(self, platform: Platform, handler: Person) -> None:
        self.platform = platform
        self.handler = handler

    def change(self, statement: str, *values: Any) -> None:
        with psycopg.connect(self.platform.databases["courses"]) as connection:
            connection.execute(statement, values)

    async def announced(self) -> dict[str, Any]:
        """A session of the zone of 朱泾镇, in eight days."""
        starts_at = datetime.now(BEIJING).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=8)
        consultant = str(uuid4())
        self.change("UPDATE consultant SET ended_at = now(), end_reason = '示例' WHERE ended_at IS NULL")
        self.change(CONSULTANT, consultant, starts_at.year)
        body = {
            "zone_code": "west",
            "place": "朱泾镇社区文化活动中心",
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
            "slot_minutes": 30,
            "consultant_ids": [consultant],
        }
        planned = await self.handler.post("/consultations", body)
        assert (planned.status_code, planned.json()["state"], planned.json()["slot_count"]) == (201, "planned", 4)
        path = planned.headers["location"].removeprefix("/api/v1")
        shown = await self.handler.post(f"{path}/announce", etag=planned.headers["etag"])
        assert (shown.status_code, shown.json()["state"]) == (200, "announced")
        return dict(shown.json())

    async def rewrite(self, path: str, etag: str) -> httpx.Response:
        headers = self.handler.headers | {"idempotency-key": str(uuid4()), "if-match": etag}
        return await self.handler.http.put(f"/api/v1{path}", json=TEXT, headers=headers)


@pytest.fixture
async def desk(platform: Platform, sign_in: SignIn) -> Desk:
    await asyncio.to_thread(platform.run, "courses", "load-groups")
    return Desk(platform, await sign_in("hrss.handler"))


async def test_a_slot_is_booked_moved_and_given_up(desk: Desk, liaison: Person) -> None:
    session = await desk.announced()
    path, enterprise = f"/consultations/{session['id']}", liaison.session["account"]["enterprise_id"]
    desk.change(LEVEL, "TOWN", enterprise)
    told = refused(await liaison.post(f"{path}/slot-bookings", {"slot_number": 1}), 409, "DISTRICT_LEVEL_FIRST")
    assert told["open_to_all_at"] == session["open_to_all_at"]
    assert told["detail"] == f"{session['open_to_all_at']} 起可以预约"
    desk.change(LEVEL, "DISTRICT", enterprise)
    booked = await liaison.post(f"{path}/slot-bookings", {"slot_number": 1, "topic": "加班费"})
    assert (booked.status_code, booked.json()["district_level"]) == (201, True)
    refused(await liaison.post(f"{path}/slot-bookings", {"slot_number": 2}), 409, "SLOT_BOOKED_ALREADY")
    own = booked.headers["location"].removeprefix("/api/v1")
    refused(await liaison.post(f"{own}/move", {"slot_number": 5}, etag='"1"'), 404, "SLOT_NOT_FOUND")
    moved = await liaison.post(f"{own}/move", {"slot_number": 3}, etag='"1"')
    assert moved.json()["starts_at"] == (datetime.fromisoformat(session["starts_at"]) + timedelta(hours=1)).isoformat()
    slots = (await desk.handler.get(f"{path}/slots")).json()["slots"]
    assert [one["slot_booking_id"] for one in slots] == [None, None, moved.json()["id"], None]
    ended = await liaison.post(f"{own}/cancel", {}, etag='"2"')
    assert (ended.json()["state"], ended.json()["ended_by"]) == ("cancelled", "enterprise")
    assert (await liaison.get(path)).json()["free"] == 4


async def test_a_record_becomes_one_demand_once_the_enterprise_agrees(desk: Desk, liaison: Person, sign_in: SignIn) -> None:
    session = await desk.announced()
    desk.change(LEVEL, "DISTRICT", liaison.session["account"]["enterprise_id"])
    booked = (await liaison.post(f"/consultations/{session['id']}/slot-bookings", {"slot_number": 1})).json()
    desk.change(BEGUN, session["id"])
    written = await desk.handler.post(f"/consultations/{session['id']}/records", TEXT | {"slot_booking_id": booked["id"]})
    assert (written.status_code, written.json()["follow_up_state"]) == (201, "asked")
    path = written.headers["location"].removeprefix("/api/v1")
    agreed = await liaison.post(f"{path}/consent", {"agreed": True}, etag=written.headers["etag"])
    assert (agreed.status_code, agreed.json()["follow_up_state"]) == (200, "agreed")
    demand_id = await _filed(liaison, path)
    demand = (await liaison.get(f"/demands/{demand_id}")).json()
    assert (demand["channel"], demand["state"], demand["lead_unit_code"]) == ("on_site", "dispatched", "hrss")
    assert TEXT["question"] in demand["title"]
    assert TEXT["follow_up"] in demand["body"]
    refused(await desk.rewrite(path, '"3"'), 409, "FOLLOW_UP_WRONG_STATE")
    supervisor = await sign_in("committee.supervisor")
    held = await desk.handler.post(f"/consultations/{session['id']}/hold", etag='"2"')
    assert held.json()["state"] == "held"
    quarters = (await supervisor.get(f"/consultation-quarters/{held.json()['year']}")).json()["quarters"]
    (line,) = [one for one in quarters if (one["group_number"], one["quarter"]) == (3, held.json()["quarter"])]
    assert (line["held"], line["owed"], line["missed"], line["district_visits"]) == (1, 0, False, 1)


async def _filed(liaison: Person, path: str) -> str:
    for _ in range(100):
        if found := (await liaison.get(path)).json()["demand_id"]:
            return str(found)
        await asyncio.sleep(0.1)
    raise AssertionError("no demand was made")
