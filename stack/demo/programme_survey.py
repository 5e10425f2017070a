"""The year's survey: above-scale enterprises asked through personal links, results, and what is recommended from them."""

import asyncio
import io
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from python_calamine import CalamineWorkbook

from kit.calendar import BEIJING
from stack.demo import programme_data as data
from stack.demo.cast import Cast
from stack.demo.client import Json, Person
from stack.demo.programme_data import Asked
from stack.demo.tale import Astray, is_refused

OPEN_DAYS = 30
NEEDS_SHOWN = 3
USCC_COLUMN, LINK_COLUMN = "统一社会信用代码", "问卷链接"


class Survey:
    """The annual survey of a year. `returned` counts the parts A that were found at its end."""

    def __init__(self, cast: Cast, tell: Callable[[str], None], survey: Json) -> None:
        self.cast = cast
        self.returned = 0
        self._tell = tell
        self._survey = survey
        self._tokens: dict[str, str] = {}
        self._here = f"/surveys/{survey['id']}"

    @classmethod
    async def begin(cls, cast: Cast, tell: Callable[[str], None], year: int, former: Sequence[Json]) -> "Survey":
        """Made by the supervisor, with links by the centre's lead: for enterprises of every area, points among them."""
        tell("\n    问卷调查")
        supervisor, today = await cast.supervisor(), datetime.now(BEIJING).date()
        body = {"year": year, "title": data.SURVEY_TITLE.format(year=year), "opens_on": today.isoformat()}
        body["closes_on"] = (today + timedelta(days=OPEN_DAYS)).isoformat()
        made = cls(cast, tell, await supervisor.post("/surveys", body))
        parts = await supervisor.get(f"{made._here}/questionnaire")
        a, b = len(parts["part_a"]["questions"]), len(parts["part_b"]["questions"])
        made._say(supervisor, f"新建「{body['title']}」，用标准问卷：甲部分 {a} 题记名，乙部分 {b} 题不记名")
        await made._invite(year, former)
        await made._move(supervisor, "open")
        return made

    async def answer(self) -> None:
        """An enterprise of each area answers; the first keeps a draft before."""
        answering = list({one.area_code: one for one in data.newcomers(self._survey["year"])}.values())
        await asyncio.gather(*(self._answer(turn, one) for turn, one in enumerate(answering)))
        self._tell(f"    {len(answering)} 家企业凭各自链接：提交甲、乙两部分，其中「{answering[0].name}」先暂存、再接着填完")
        lead = await self.cast.centre_lead()
        reminded = (await lead.post(f"{self._here}/reminders", {}))["reminded_count"]
        if reminded != len(self._tokens) - len(answering):
            raise Astray(f"应提醒 {len(self._tokens) - len(answering)} 家，实际提醒 {reminded} 家")
        self._say(lead, f"提醒尚未提交的 {reminded} 家")
        supervisor = await self.cast.supervisor()
        came = (await self._move(supervisor, "close"))["summary"]
        self.returned = came["returned"]
        if (came["returned"], came["part_b_given"]) != (len(answering), len(answering)):
            raise Astray(f"应回收 {len(answering)} 份，实际：{came}")
        told = f"应调查 {came['population']} 家，回收 {came['returned']} 份，有效 {came['valid']} 份"
        self._say(supervisor, f"结束问卷：{told}，乙部分 {came['part_b_given']} 份")
        late = await is_refused("SURVEY_CLOSED", self._submit(self._tokens[answering[0].uscc], 0, 1))
        self._tell(f"    结束后再提交  →  被拒：{late.title}")

    async def conclude(self) -> None:
        """Results, what they show and hide, the draft of the report, and a recommendation that is adopted."""
        supervisor = await self.cast.supervisor()
        await self._move(supervisor, "analyse")
        await self._show_results(supervisor)
        report = await supervisor.fetch(f"{self._here}/report.docx")
        if not report.startswith(b"PK"):
            raise Astray("调研报告不是 DOCX 文件")
        self._say(supervisor, f"生成调研报告草稿（DOCX，{len(report) / 1024:.0f} KB）")
        body = {"text": data.RECOMMENDATION, "owner_unit": data.RECOMMENDATION_OWNER}
        body["due_on"] = (datetime.now(BEIJING).date() + timedelta(days=data.RECOMMENDATION_DAYS)).isoformat()
        found = await supervisor.post(f"{self._here}/recommendations", body)
        self._say(supervisor, f"提出对策建议，{found['due_on']} 前完成：{found['text']}")
        measure = {"measure": data.MEASURE}
        found = await supervisor.post(f"/recommendations/{found['id']}/adopt", measure, found["version"])
        seen = await (await self.cast.agency_handler(data.RECOMMENDATION_OWNER)).get("/recommendations")
        if found["state"] != "adopted" or found["id"] not in [one["id"] for one in seen["recommendations"]]:
            raise Astray("责任单位没有看到已采纳的对策建议")
        self._say(supervisor, f"采纳，调整举措：{found['measure']}")

    async def _invite(self, year: int, former: Sequence[Json]) -> None:
        """The year's census, then a link for each."""
        firsts = {one["area_code"]: one for one in reversed(former)}.values()
        points = [Asked(one["uscc"], one["enterprise_name"], one["area_code"]) for one in firsts]
        enterprises = [*points, *data.newcomers(year)]
        lead = await self.cast.centre_lead()
        report = await lead.send_rows(f"/censuses/{year}/import", data.census_file(enterprises))
        outside = sum(one.area_code == data.SUBDISTRICT for one in enterprises)
        self._say(lead, f"导入规上企业名单 {report['row_count']} 家，含石化街道 {outside} 家、联系点 {len(points)} 家")
        self._tokens = _tokens_in(await lead.post_for_file(f"{self._here}/invitations", {}))
        if self._tokens.keys() != {one.uscc for one in enterprises}:
            raise Astray(f"应有 {len(enterprises)} 个问卷链接，实有 {len(self._tokens)} 个")
        self._say(lead, f"生成个人问卷链接 {len(self._tokens)} 个")

    async def _answer(self, turn: int, one: Asked) -> None:
        """Through the link alone, without signing in."""
        token = self._tokens[one.uscc]
        link = await self._through_link("GET", "", token)
        version, number = link["answers"]["version"], link["questionnaire_number"]
        if turn == 0:
            half = {"questionnaire_number": number, "answers": dict(list(data.part_a(turn).items())[:2])}
            version = (await self._through_link("PUT", "/draft", token, half, version))["version"]
        await self._submit(token, turn, number, version)
        opinion = {"questionnaire_number": number, "answers": data.part_b(turn)}
        await self._through_link("POST", "/opinion", token, opinion)

    async def _submit(self, token: str, turn: int, number: int, version: int = 1) -> None:
        body = {"questionnaire_number": number, "answers": data.part_a(turn), "consented": True, "consent_version": "1"}
        await self._through_link("POST", "/submission", token, body, version)

    async def _through_link(
        self, method: str, path: str, token: str, body: Json | None = None, version: int | None = None
    ) -> Json:
        headers = {"survey-token": token}
        if version is not None:
            headers |= {"if-match": f'"{version}"', "idempotency-key": uuid.uuid4().hex}
        return await self.cast.platform.call(method, f"/survey-link{path}", headers=headers, json=body)

    async def _show_results(self, supervisor: Person) -> None:
        results = await supervisor.get(f"{self._here}/results")
        (district,) = results["groups"]
        tallies = {one["question_key"]: one for one in district["tallies"] if one["row_key"] is None}
        asked = {one["key"]: one for one in results["questions"]}["agencies"]
        names = {option["key"]: option["text"] for option in asked["options"]}
        needs = sorted(tallies["agencies"]["counts"], key=lambda one: -one["count"])[:NEEDS_SHOWN]
        told = "、".join(f"{names[one['key']]} {one['count']} 家" for one in needs)
        self._say(supervisor, f"汇总分析，法治服务需求最多的是：{told}；总体满意度 {tallies['overall']['mean']:.1f} 分")
        by_area = (await supervisor.get(f"{self._here}/results", by="area"))["groups"]
        places = [group for group in by_area if group["area_code"] in data.PLACES]
        shown = [one for group in places for one in group["tallies"] if not one["hidden"]]
        if len(places) != self.returned or any(one["question_key"] == "overall" for one in shown):
            raise Astray("结果应按街镇（园区）分列，其中乙部分不足五份，不予列示")
        self._tell(f"      （甲部分可按 {len(places)} 个街镇（园区）分列；乙部分在各处都不足五份，只列全区）")

    async def _move(self, supervisor: Person, verb: str) -> Json:
        survey = await supervisor.post(f"{self._here}/{verb}", {}, self._survey["version"])
        self._survey |= {"version": survey["version"]}
        return survey

    def _say(self, who: Person, what: str) -> None:
        self._tell(f"    {who.name}：{what}")


def _tokens_in(links: bytes) -> dict[str, str]:
    """The secrets of the links in the centre's file, by code."""
    header, *rows = CalamineWorkbook.from_filelike(io.BytesIO(links)).get_sheet_by_index(0).to_python()
    code, link = header.index(USCC_COLUMN), header.index(LINK_COLUMN)
    return {str(row[code]): str(row[link]).partition("#")[2] for row in rows}
