"""A project of this year in one area, carried on until every liaison point of the area is served."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from kit.calendar import BEIJING
from stack.demo import programme_data as data
from stack.demo.cast import Cast
from stack.demo.client import Json, Person
from stack.demo.tale import Astray, is_refused


class Project:
    """Defined by the office of the area with the fewest points. `served` counts those of its points that were."""

    def __init__(self, cast: Cast, tell: Callable[[str], None]) -> None:
        self.cast = cast
        self.served = 0
        self._tell = tell
        self._year: int = cast.accounts["year"]
        counts = Counter(contact["area_code"] for contact in cast.accounts["contacts"])
        self._area = min(counts, key=lambda code: counts[code])
        self._today = datetime.now(BEIJING).date().isoformat()
        self._project: Json = {}

    async def play(self) -> None:
        """Defined and begun, one node moved, all points served and asked, all nodes done."""
        officer, lead = await self.cast.area_officer(self._area), await self.cast.area_lead(self._area)
        await self._begin(officer, lead)
        await self._serve(officer)
        await self._cover(officer)
        for node in self._project["nodes"]:
            body = {"done_on": self._today, "evidence": data.NODE_EVIDENCE}
            await self._move(officer, f"nodes/{node['id']}/done", body)
        await self._move(lead, "complete", {})
        self._say(lead, f"时间节点全部完成，项目 {self._project['serial']} 办结")

    async def _begin(self, officer: Person, lead: Person) -> None:
        self._tell(f"\n{self._year} 年度服务企业重点项目")
        body = {"year": self._year, "title": data.PROJECT_TITLE, "leader_id": lead.id, "handler_id": officer.id}
        body |= {"starts_on": f"{self._year}-01-01", "ends_on": f"{self._year}-12-31"}
        self._project = await officer.post("/projects", body)
        self._say(officer, f"新建项目 {self._project['serial']}「{data.PROJECT_TITLE}」，责任领导为{lead.name}")
        refused = await is_refused("PROJECT_NODES_MISSING", self._move(lead, "activate", {}))
        self._say(lead, f"启动  →  被拒：{refused.title}")
        for title in data.NODES:
            await self._move(officer, "nodes", {"title": title, "due_on": self._today})
        last = self._project["nodes"][-1]
        moved = {"due_on": f"{self._year}-12-31", "reason": data.NODE_MOVED_REASON}
        await self._move(officer, f"nodes/{last['id']}/due-day", moved)
        self._say(officer, f"时间节点：{'、'.join(data.NODES)}；后者改期到 {moved['due_on']}：{data.NODE_MOVED_REASON}")
        await self._move(lead, "activate", {})
        self._say(lead, "启动项目")

    async def _serve(self, officer: Person) -> None:
        """Recorded for all points at once; one says it was not so, and is served again."""
        path = f"/cohorts/{self._year}/designations"
        points = [one async for one in officer.all_of(path, "liaison_points", area=self._area)]
        records = await self._record(officer, [one["id"] for one in points])
        self._say(officer, f"登记一场宣讲，服务联系点 {len(records)} 家，请各企业确认")
        contacts = {one["uscc"]: one for one in self.cast.accounts["contacts"]}
        codes = {one["enterprise_id"]: one["uscc"] for one in points}
        people = [await self.cast.contact(contacts[codes[one["enterprise_id"]]]) for one in records]
        (disputed, first), *others = zip(records, people, strict=True)
        body = {"reason": data.DISPUTE_REASON}
        disputed = await first.post(f"/service-records/{disputed['id']}/dispute", body, disputed["version"])
        await asyncio.gather(*(_confirm(record, person) for record, person in others))
        self._tell(f"    {len(others)} 家企业的联系人：一键确认；{first.name}：提出异议，{data.DISPUTE_REASON}")
        body = {"reason": data.RETAKEN_REASON}
        await officer.post(f"/service-records/{disputed['id']}/withdraw", body, disputed["version"])
        (again,) = await self._record(officer, [disputed["designation_id"]])
        await _confirm(again, first)
        self._say(officer, f"撤回该条并上门补课，重新登记  →  {first.name}确认")

    async def _cover(self, officer: Person) -> None:
        """Nobody is owed a service any more."""
        owed = [one async for one in officer.all_of("/coverage", "lines", year=self._year, owed=True)]
        shares = (await officer.get("/coverage/areas", year=self._year))["shares"]
        here = [one for one in shares if one["area_code"] == self._area]
        self.served = sum(one["served_count"] for one in here)
        if owed or self.served != sum(one["point_count"] for one in here):
            raise Astray(f"本街镇（园区）的联系点应都已服务，尚欠 {len(owed)} 家")
        levels = {"district": "区级", "town": "镇级"}
        told = "、".join(
            f"{levels[one['level']]} {one['served_count']}/{one['point_count']}（{one['share']}）" for one in here
        )
        self._say(officer, f"服务覆盖：{told}，尚欠 0 家")

    async def _record(self, officer: Person, points: Sequence[str]) -> list[Json]:
        body = {"served_on": self._today, "kind": "training", "note": data.SERVICE_NOTE, "designation_ids": list(points)}
        made = await officer.post(f"/projects/{self._project['id']}/services", body)
        return list(made["service_records"])

    async def _move(self, by: Person, verb: str, body: Json) -> None:
        self._project = await by.post(f"/projects/{self._project['id']}/{verb}", body, self._project["version"])

    def _say(self, who: Person, what: str) -> None:
        self._tell(f"    {who.name}：{what}")


async def _confirm(record: Json, person: Person) -> None:
    await person.post(f"/service-records/{record['id']}/confirm", {}, record["version"])
