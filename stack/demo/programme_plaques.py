"""Plaques of a year: made, drawn, handed over, and what their codes say to anybody."""

from collections.abc import Callable
from datetime import datetime

from kit.calendar import BEIJING
from stack.demo.cast import Cast
from stack.demo.client import Json
from stack.demo.tale import Astray, is_refused

SAYS = {"valid": "有效", "not_yet_valid": "尚未生效", "withdrawn": "已撤销"}


class Papers:
    """A year's plaques. One of an area is handed over, and its point replaced afterwards: `point`."""

    def __init__(self, cast: Cast, tell: Callable[[str], None], year: int, area: str) -> None:
        self.cast = cast
        self.valid = 0
        self._tell = tell
        self._year = year
        self._area = area
        self._shown: Json = {}

    @property
    def point(self) -> str:
        return str(self._shown["designation_id"])

    @property
    def _good(self) -> str:
        """What a plaque is worth that nobody took away: the year of the list has begun, or has not."""
        return "valid" if self._year <= datetime.now(BEIJING).year else "not_yet_valid"

    async def make(self, wanted: int) -> None:
        """One for every point; one of them is looked at."""
        self._tell("\n    铭牌和证书")
        lead = await self.cast.centre_lead()
        made = (await lead.post(f"/cohorts/{self._year}/plaques", {}))["made_count"]
        if made != wanted:
            raise Astray(f"应制作铭牌 {wanted} 块，实际 {made} 块")
        self._shown = [one async for one in lead.all_of("/plaques", "plaques", year=self._year, area=self._area)][-1]
        sizes = []
        for form in ("plaque", "certificate"):
            paper = await lead.fetch(f"/plaques/{self._shown['id']}/pdf", form=form)
            if not paper.startswith(b"%PDF"):
                raise Astray(f"{self._shown['serial']} 的 {form} 不是 PDF 文件")
            sizes.append(f"{len(paper) / 1024:.0f} KB")
        self._tell(f"    {lead.name}：制作 {made} 块；{self._shown['serial']}「{self._shown['wording']}」")
        self._tell(f"      铭牌（A3，PDF，{sizes[0]}）、证书（A4，PDF，{sizes[1]}）")

    async def hand_over(self) -> None:
        """By the area's officer, a year ahead at most. Who scans its code reads that it is valid, or will be."""
        officer = await self.cast.area_officer(self._area)
        told = f"    {officer.name}：向「{self._shown['enterprise_name']}」颁发铭牌 {self._shown['serial']}"
        issue = officer.post(f"/plaques/{self._shown['id']}/issue", {}, self._shown["version"])
        if self._year > datetime.now(BEIJING).year + 1:
            told += f"  →  被拒：{(await is_refused('PLAQUE_DAY_INVALID', issue)).title}"
        else:
            await issue
        self._tell(told)
        await self._scan(self._good)

    async def follow(self, wanted: int) -> None:
        """After a point was replaced: its plaque is worth nothing, and the newcomer's is made."""
        await self._scan("withdrawn")
        lead = await self.cast.centre_lead()
        made = (await lead.post(f"/cohorts/{self._year}/plaques", {}))["made_count"]
        everyone = [one async for one in lead.all_of("/plaques", "plaques", year=self._year)]
        self.valid = sum(one["standing"] == self._good for one in everyone)
        if (made, self.valid) != (1, wanted):
            raise Astray(f"应补制 1 块、有效 {wanted} 块，实际补制 {made} 块、有效 {self.valid} 块")
        self._tell(f"    {lead.name}：为替补企业制作铭牌 {made} 块；本年度有效铭牌 {self.valid} 块")

    async def _scan(self, standing: str) -> None:
        """What anybody reads at the address in the code; it names nobody."""
        page = await self.cast.platform.page(self._shown["verification_url"])
        mark = SAYS[standing]
        if f">{mark}<" not in page or self._shown["enterprise_name"] in page:
            raise Astray(f"{self._shown['serial']} 的验证页面应只显示「{mark}」")
        self._tell(f"    任何人扫码验证 {self._shown['serial']}：{mark}（{self._shown['wording']}，{self._year} 年度）")
