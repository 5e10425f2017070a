"""Lectures of this year: corps, catalogue, a lecture whose seats run out, one on demand; and a consultation."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from kit.calendar import BEIJING
from stack.demo import programme_data as data
from stack.demo.cast import Cast
from stack.demo.client import Json, Person
from stack.demo.tale import Astray, is_refused

HOST = "hrss"
SEATS = 2


class Lectures:
    """Plays through the platform's own addresses. `courseware` items and `bookings` are counted on the way."""

    def __init__(self, cast: Cast, tell: Callable[[str], None]) -> None:
        self.cast = cast
        self.courseware = self.bookings = 0
        self._tell = tell
        self._year: int = cast.accounts["year"]
        self._lecturers: dict[str, Json] = {}
        self._items: dict[str, list[Json]] = {}

    async def play(self) -> None:
        self._tell(f"\n{self._year} 年度法治宣讲与咨询")
        progress = await (await self.cast.supervisor()).get(f"/catalogues/{self._year}/progress")
        agencies = [(one["unit_code"], one["unit_name"]) for one in progress["agencies"]]
        for unit, _ in agencies:
            await self._join_corps(unit)
        self._tell(f"    {len(agencies)} 个部门各选派 1 名讲师")
        if progress["publishable"]:  # played before on this platform
            for unit, _ in agencies:
                self._items[unit] = [one async for one in await self._taught(unit)]
        else:
            await self._teach(agencies)
        await self._hold()
        await self._visit()
        await self._consult()

    async def _teach(self, agencies: Sequence[tuple[str, str]]) -> None:
        """Two items of each agency, the last of which is late with its second."""
        for unit, _ in agencies:
            titles = data.COURSEWARE[: 1 if unit == agencies[-1][0] else 2]
            self._items[unit] = [await self._approved(unit, title) for title in titles]
        await self._publish(agencies[-1])

    async def _taught(self, unit: str) -> AsyncIterator[Json]:
        handler = await self.cast.agency_handler(unit)
        return handler.all_of("/courseware", "courseware", year=self._year, unit=unit, courseware_state="published")

    async def _join_corps(self, unit: str) -> None:
        handler = await self.cast.agency_handler(unit)
        present = (await handler.get("/lecturers", year=self._year, unit=unit))["members"]
        body = {"year": self._year, "unit_code": unit, "name": data.LECTURER, "post": "科长", "topics": "以案释法"}
        self._lecturers[unit] = present[0] if present else await handler.post("/lecturers", body)

    async def _approved(self, unit: str, title: str) -> Json:
        """Drafted with its file, submitted, and approved by the supervisor."""
        handler, supervisor = await self.cast.agency_handler(unit), await self.cast.supervisor()
        body = {"year": self._year, "title": title, "summary": data.COURSEWARE_SUMMARY, "minutes": 60, "need_ids": []}
        item = await handler.post("/courseware", body)
        path = f"/courseware/{item['id']}"
        await handler.send_file("课件.png", data.slide(title), "image/png", to=f"{path}/files")
        item = await _once_judged(handler, path, item["version"])
        self.courseware += 1
        return await supervisor.post(f"{path}/approve", {}, item["version"])

    async def _publish(self, short: tuple[str, str]) -> None:
        """Refused while one agency lacks an item; then all of it."""
        supervisor, path = await self.cast.supervisor(), f"/catalogues/{self._year}/versions"
        refused = await is_refused("CATALOGUE_INCOMPLETE", supervisor.post(path, {}))
        self._say(supervisor, f"发布课程目录  →  被拒：{refused.title}（{short[1]}还缺 1 个课件）")
        self._items[short[0]].append(await self._approved(short[0], data.COURSEWARE[1]))
        version = await supervisor.post(path, {})
        self._say(supervisor, f"发布 {self._year} 年度课程目录第 {version['version']} 版，{len(version['items'])} 门课")

    async def _hold(self) -> None:
        """Two seats for three: one waits, is offered what falls free, and checks in."""
        host = await self.cast.agency_handler(HOST)
        soon = datetime.now(BEIJING).replace(microsecond=0) + timedelta(minutes=25)
        lecture = await self._lecture(host, soon)
        people = [await self.cast.liaison(turn) for turn in range(3)]
        booked = [await one.post(f"/lectures/{lecture['id']}/bookings", {"heads": 1}) for one in people]
        self.bookings = len(booked)
        *_, waiting = booked
        if waiting["state"] != "waiting":
            raise Astray(f"第三家应在候补，实为 {waiting['state']}")
        self._tell(f"    三家企业报名，座位 {SEATS} 个：{people[2].name}候补，第 {waiting['queue']['position']} 位")
        await people[0].post(f"/bookings/{booked[0]['id']}/cancel", {"reason": data.GIVEN_UP}, booked[0]["version"])
        offered = await people[2].get(f"/bookings/{waiting['id']}")
        seated = await people[2].post(f"/bookings/{waiting['id']}/accept", {}, offered["version"])
        self._tell(f"    {people[0].name}取消报名（{data.GIVEN_UP}）→ 座位保留给{people[2].name} → 确认")
        code = (await host.post(f"/lectures/{lecture['id']}/check-in", {}))["code"]
        came = await people[2].post(f"/bookings/{seated['id']}/check-in", {"code": code, "heads": 1}, seated["version"])
        early = people[2].post(f"/bookings/{came['id']}/evaluation", data.EVALUATION)
        refused = await is_refused("LECTURE_NOT_STARTED", early)
        self._tell(f"    {people[2].name}凭现场签到码签到；提前评价  →  被拒：{refused.title}")

    async def _lecture(self, host: Person, starts_at: datetime) -> Json:
        body = {
            "courseware_id": self._items[HOST][0]["id"],
            "lecturer_id": self._lecturers[HOST]["id"],
            "place": data.HALL,
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(minutes=5)).isoformat(),
            "closes_at": starts_at.isoformat(),
            "capacity": SEATS,
        }
        lecture = await host.post("/lectures", body)
        return await host.post(f"/lectures/{lecture['id']}/open", {}, lecture["version"])

    async def _visit(self) -> None:
        """An enterprise asks the agency to come; a neighbour of its zone joins; the agency takes one of the slots."""
        host, contact = await self.cast.agency_handler(HOST), await self.cast.liaison(0)
        given = [one async for one in host.all_of("/lectures", "lectures", year=self._year, unit=HOST)]
        first = datetime.now(BEIJING).replace(hour=9, minute=30, second=0, microsecond=0) + timedelta(days=len(given))
        slots = [_slot(first + timedelta(hours=3 * number)) for number in range(2)]
        asked = {"courseware_id": self._items[HOST][1]["id"], "slots": slots, "place": data.WORKSHOP, "heads": 12}
        request = await contact.post("/lecture-requests", asked)
        offer = {"lecturer_id": self._lecturers[HOST]["id"], "courseware_id": asked["courseware_id"], "capacity": 30}
        body = {"slot": 2, "offer": offer}
        done = await host.post(f"/lecture-requests/{request['id']}/accept", body, request["version"])
        self._tell(f"    {contact.name}预约上门宣讲 {request['serial']}，提出两个时段  →  {host.name}：接受第二个时段")
        if done["state"] != "accepted" or not done["lecture_id"]:
            raise Astray("预约上门宣讲应已接受，并安排了场次")

    async def _consult(self) -> None:
        """A session of the third group in a zone; a district-level point books first."""
        host = await self.cast.agency_handler(HOST)
        members = (await host.get("/consultants", year=self._year, unit=HOST))["members"]
        who = {"year": self._year, "unit_code": HOST, "name": data.CONSULTANT, "post": "副科长", "topics": "劳动用工"}
        consultant = members[0] if members else await host.post("/consultants", who)
        starts_at = datetime.now(BEIJING).replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=2)
        body = {
            "zone_code": "west",
            "place": data.HALL,
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
            "slot_minutes": 30,
            "consultant_ids": [consultant["id"]],
        }
        session = await host.post("/consultations", body)
        session = await host.post(f"/consultations/{session['id']}/announce", {}, session["version"])
        quarters = await host.get(f"/consultation-quarters/{starts_at.year}")
        held = next(one for one in quarters["quarters"] if one["group_number"] == 3 and one["quarter"] == session["quarter"])
        self._say(host, f"第三组在西部片区安排咨询 {session['serial']}，本季度已安排 {held['announced']} 场")

    def _say(self, by: Person, text: str) -> None:
        self._tell(f"    {by.name}：{text}")


async def _once_judged(handler: Person, path: str, version: int) -> Json:
    """Submitted as soon as its file has passed the checks."""
    for _ in range(100):
        files = (await handler.get(f"{path}/files"))["files"]
        if all(one["state"] == "clean" for one in files):
            return await handler.post(f"{path}/submit", {"anonymised": True}, version)
        await asyncio.sleep(0.1)
    raise Astray("课件文件迟迟没有检查完毕")


def _slot(starts_at: datetime) -> Json:
    return {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
