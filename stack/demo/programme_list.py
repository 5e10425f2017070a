"""A year's list: suggested from the year before, handed in by the areas, reviewed, published, and mended afterwards."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from stack.demo import programme_data as data
from stack.demo.cast import Cast
from stack.demo.client import Json, Person
from stack.demo.tale import Astray, is_refused

AT_ONCE = 200


class NextYear:
    """The list in the making. `former` are the points of the year before."""

    def __init__(self, cast: Cast, tell: Callable[[str], None], cohort: Json, former: Sequence[Json]) -> None:
        self.cast = cast
        self.year: int = cohort["year"]
        self.target: int = cohort["target_total"]
        self.former = former
        self._tell = tell
        self._areas: list[str] = [area["area_code"] for area in cohort["areas"]]
        self._newcomers = {one.area_code: one for one in data.newcomers(self.year)}
        # Of these areas one nominates another enterprise, one has one rejected, and one has one replaced afterwards.
        self._moved, self._rejected, self.mended = self._areas[:3]

    @classmethod
    async def begin(cls, cast: Cast, tell: Callable[[str], None]) -> "NextYear":
        """The year after the newest, which has to be published. A second demonstration thus goes on with the year after."""
        supervisor = await cast.supervisor()
        newest = (await supervisor.get("/cohorts", page_size=1))["cohorts"][0]
        if newest["state"] not in ("published", "closed"):
            raise Astray(f"{newest['year']} 年度名单停在半途，不能据以准备下一年度；请换一个平台，或删去它在 .run 下的目录")
        last, year = newest["year"], newest["year"] + 1
        areas = (await supervisor.get(f"/cohorts/{last}"))["areas"]
        former = [one async for one in supervisor.all_of(f"/cohorts/{last}/designations", "liaison_points")]
        towns = [{"area_code": area["area_code"], "target": area["town_count"]} for area in areas]
        body = {"year": year, "target_total": len(former), "town_targets": towns, "prepare_from_previous": True}
        body["district_per_area"] = max(area["district_count"] for area in areas)
        tell(f"\n{year} 年度联系点：由 {last} 年度名单准备")
        cohort = await supervisor.post("/cohorts", body)
        made = cls(cast, tell, cohort, former)
        drafts = await made._nominations(supervisor)
        made._say(supervisor, f"启动年度名单，目标 {made.target} 个；以上一年度联系点生成推荐草稿 {len(drafts)} 条")
        if not all(one["suggested"] for one in drafts) or len(drafts) != len(former):
            raise Astray(f"推荐草稿应有 {len(former)} 条，实有 {len(drafts)} 条")
        await made._advance("surveying")
        return made

    async def points(self) -> list[Json]:
        """The liaison points in force."""
        supervisor = await self.cast.supervisor()
        return [one async for one in supervisor.all_of(f"/cohorts/{self.year}/designations", "liaison_points")]

    async def nominate(self) -> None:
        """Areas hand in what is suggested; one takes a suggestion back, and its chamber of commerce names another."""
        self._tell("\n    街镇（园区）推荐")
        await self._advance("recommending")
        officer = await self.cast.area_officer(self._moved)
        left = (await self._nominations(officer))[-1]
        await officer.post(f"/nominations/{left['id']}/withdraw", {"reason": data.LEFT_REASON}, left["version"])
        self._say(officer, f"撤回对「{left['enterprise_name']}」的推荐：{data.LEFT_REASON}")
        await self._put_forward(self._moved, left["level"], "chamber", data.CHAMBER_REASON)
        handed_in = await asyncio.gather(*(self._hand_in(area) for area in self._areas))
        self._tell(f"    {len(self._areas)} 个街镇（园区）的联系人：提交推荐共 {sum(handed_in)} 条")

    async def review(self) -> None:
        """All but two are accepted: one is rejected, one waits. So the list is incomplete, and is not published yet."""
        self._tell("\n    审核和公布")
        await self._advance("reviewing")
        supervisor = await self.cast.supervisor()
        waiting = await self._nominations(supervisor, "submitted")
        rejected = [one for one in waiting if one["area_code"] == self._rejected][-1]
        late = next(one for one in waiting if one["area_code"] == self._moved and not one["suggested"])
        await self._accept([one for one in waiting if one not in (rejected, late)])
        body = {"reason": data.REJECTED_REASON}
        await supervisor.post(f"/nominations/{rejected['id']}/reject", body, rejected["version"])
        self._say(supervisor, f"通过 {len(waiting) - 2} 条；否决「{rejected['enterprise_name']}」：{data.REJECTED_REASON}")
        refused = await is_refused("COHORT_INCOMPLETE", self._publish())
        self._say(supervisor, f"公布  →  被拒：{refused.title}")
        for gap in refused.errors:
            self._tell(f"      缺：{gap['message']}")
        await self._put_forward(self._rejected, rejected["level"], "area", data.AREA_REASON)
        await self._hand_in(self._rejected)
        await self._accept(await self._nominations(supervisor, "submitted"))
        await self._publish()
        self._say(supervisor, f"审核其余推荐并公布  →  {self.year} 年度联系点 {len(await self.points())} 个")

    async def replace(self, point_id: str) -> None:
        """A published point leaves, and another enterprise of its area comes in its place."""
        self._tell("\n    公布以后的变动")
        supervisor = await self.cast.supervisor()
        point = await supervisor.get(f"/designations/{point_id}")
        body = {"reason": data.WITHDRAWN_REASON}
        point = await supervisor.post(f"/designations/{point_id}/withdraw", body, point["version"])
        self._say(supervisor, f"撤销联系点「{point['enterprise_name']}」：{data.WITHDRAWN_REASON}")
        comes = self._newcomers[point["area_code"]]
        body = {"reason": data.SUCCESSOR_REASON, "uscc": comes.uscc, "enterprise_name": comes.name}
        done = await supervisor.post(f"/designations/{point_id}/replace", body, point["version"])
        if done["replaced"]["replaced_by"] != done["replacement"]["id"]:
            raise Astray(f"「{point['enterprise_name']}」的替补没有记下")
        self._say(supervisor, f"替补为「{comes.name}」")

    async def _put_forward(self, area: str, level: str, nominator: str, reason: str) -> None:
        """Draft the nomination of an enterprise that was no point before."""
        officer, one = await self.cast.area_officer(area), self._newcomers[area]
        body = {"year": self.year, "uscc": one.uscc, "enterprise_name": one.name}
        body |= {"level": level, "nominator": nominator, "reason": reason}
        await officer.post("/nominations", body)
        self._say(officer, f"另行推荐「{one.name}」：{reason}")

    async def _hand_in(self, area: str) -> int:
        officer = await self.cast.area_officer(area)
        drafts = await self._nominations(officer, "draft")
        for one in drafts:
            await officer.post(f"/nominations/{one['id']}/submit", {}, one["version"])
        return len(drafts)

    async def _accept(self, found: Sequence[Json]) -> None:
        """Together, all or none; as many at once as one request takes."""
        supervisor = await self.cast.supervisor()
        for first in range(0, len(found), AT_ONCE):
            seen = [{"id": one["id"], "version": one["version"]} for one in found[first : first + AT_ONCE]]
            done = await supervisor.post("/nomination-acceptances", {"nominations": seen})
            if any(one["state"] != "accepted" for one in done["nominations"]):
                raise Astray("批量通过后仍有推荐未通过")

    async def _publish(self) -> None:
        supervisor = await self.cast.supervisor()
        version = (await supervisor.get(f"/cohorts/{self.year}"))["version"]
        await supervisor.post(f"/cohorts/{self.year}/publish", {}, version)

    async def _advance(self, to: str) -> None:
        supervisor = await self.cast.supervisor()
        version = (await supervisor.get(f"/cohorts/{self.year}"))["version"]
        await supervisor.post(f"/cohorts/{self.year}/advance", {"to": to}, version)

    async def _nominations(self, reader: Person, state: str = "") -> list[Json]:
        """By area; an officer's own."""
        query: dict[str, Any] = {"year": self.year} | ({"nomination_state": state} if state else {})
        return [one async for one in reader.all_of("/nominations", "nominations", **query)]

    def _say(self, who: Person, what: str) -> None:
        self._tell(f"    {who.name}：{what}")
