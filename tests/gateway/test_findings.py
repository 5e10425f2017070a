"""At the door: from a closed survey to its results, files and recommendations, and demands that are counted on the way."""

import io
import json
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import psycopg
from docx import Document
from python_calamine import CalamineWorkbook

from kit.calendar import BEIJING
from services.gateway.routes.findings import DOCX
from services.gateway.sheets import XLSX
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person, Platform
from tests.gateway.test_refusals import refused

YEAR = datetime.now(BEIJING).year
SURVEY = {
    "year": YEAR,
    "kind": "other",
    "audience": "liaison_points",
    "title": "联系点问卷调查",
    "opens_on": f"{YEAR}-01-10",
    "closes_on": f"{YEAR}-12-31",
}
ADVICE = {"text": "每季度开展一次劳动用工宣讲", "owner_unit": "hrss", "due_on": f"{YEAR + 1}-06-30"}


async def _closed(supervisor: Person, lead: Person) -> str:
    """The path of a survey that was held, and that nobody answered."""
    made = (await supervisor.post("/surveys", SURVEY)).json()
    path = f"/surveys/{made['id']}"
    assert (await lead.post(f"{path}/invitations", {})).status_code == 200
    for verb in ("open", "close"):
        made = (await supervisor.post(f"{path}/{verb}", etag=f'"{made["version"]}"')).json()
    assert made["state"] == "closed"
    return path


async def test_from_the_close_to_the_report(sign_in: SignIn) -> None:
    supervisor, lead = await sign_in("committee.supervisor"), await sign_in("centre.lead")
    operator, handler = await sign_in("centre.operator"), await sign_in("hrss.handler")
    path = await _closed(supervisor, lead)
    refused(await operator.get(f"{path}/results"), 409, "SURVEY_NOT_ANALYSED")
    refused(await supervisor.post(f"{path}/recommendations", ADVICE), 409, "SURVEY_NOT_ANALYSED")
    refused(await lead.post(f"{path}/analyse", etag='"3"'), 403, "PERMISSION_DENIED")
    refused(await supervisor.post(f"{path}/analyse", etag='"2"'), 412, "STALE_VERSION")
    refused(await supervisor.post(f"{path}/report", etag='"3"'), 409, "SURVEY_WRONG_STATE")
    analysed = await supervisor.post(f"{path}/analyse", etag='"3"', key="analysing")
    assert (analysed.status_code, analysed.headers["etag"], analysed.json()["state"]) == (200, '"4"', "analysed")
    assert (await supervisor.post(f"{path}/analyse", etag='"3"', key="analysing")).json() == analysed.json()
    results = (await operator.get(f"{path}/results", params={"by": "area"})).json()
    assert (results["turnout"]["returned"], results["turnout"]["return_rate"], results["turnout"]["valid_rate"]) == (
        0,
        0,
        None,
    )
    assert {one["key"] for one in results["questions"]} >= {"staff", "rate_hrss"}
    assert results["groups"] == []
    refused(await operator.get(f"{path}/results", params={"industry": "Z"}), 422, "FIELDS_INVALID")
    await _files(path, lead, operator, handler)
    reported = await supervisor.post(f"{path}/report", etag='"4"')
    assert reported.json() == {"state": "reported", "version": 5}
    for verb in ("analyse", "report"):
        refused(await supervisor.get(f"{path}/{verb}"), 405, "METHOD_NOT_ALLOWED")


async def _files(path: str, lead: Person, operator: Person, handler: Person) -> None:
    for name, first in (("results", "部分"), ("answers", "统一社会信用代码")):
        exported = await lead.get(f"{path}/{name}.xlsx")
        assert (exported.status_code, exported.headers["content-type"]) == (200, XLSX)
        assert "attachment; filename*=UTF-8''" in exported.headers["content-disposition"]
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(exported.content)).get_sheet_by_index(0)
        assert sheet.to_python()[0][0] == first
        refused(await operator.get(f"{path}/{name}.xlsx"), 403, "PERMISSION_DENIED")
    drawn = await operator.get(f"{path}/report.docx")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, DOCX)
    assert Document(io.BytesIO(drawn.content)).paragraphs[0].text == f"金山区{YEAR}年度法治化营商环境调研报告"
    assert "对本年度联系点企业开展“联系点问卷调查”" in "\n".join(
        one.text for one in Document(io.BytesIO(drawn.content)).paragraphs
    )
    assert (await operator.get(f"{path}/report.docx")).content == drawn.content
    refused(await handler.get(f"{path}/report.docx"), 403, "PERMISSION_DENIED")


async def test_a_recommendation_from_proposal_to_done(sign_in: SignIn) -> None:
    supervisor, lead = await sign_in("committee.supervisor"), await sign_in("centre.lead")
    handler, stranger = await sign_in("hrss.handler"), await sign_in("eco_env.handler")
    survey = await _closed(supervisor, lead)
    await supervisor.post(f"{survey}/analyse", etag='"3"')
    refused(
        await supervisor.post(f"{survey}/recommendations", ADVICE | {"due_on": "2020-01-01"}),
        422,
        "RECOMMENDATION_DAY_INVALID",
    )
    made = await supervisor.post(f"{survey}/recommendations", ADVICE, key="advice-1")
    assert (made.status_code, made.headers["etag"], made.json()["state"]) == (201, '"1"', "proposed")
    assert (await supervisor.post(f"{survey}/recommendations", ADVICE, key="advice-1")).json()["id"] == made.json()["id"]
    path = f"/recommendations/{made.json()['id']}"
    assert made.headers["location"] == f"/api/v1{path}"
    changed = await _put(supervisor, path, ADVICE | {"text": "每季度在各镇开展一次劳动用工宣讲"}, '"1"')
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    adopted = await supervisor.post(f"{path}/adopt", {"measure": "宣讲增至每季度一次"}, etag='"2"')
    assert (adopted.json()["state"], adopted.json()["measure"]) == ("adopted", "宣讲增至每季度一次")
    refused(await stranger.get(path), 404, "RECOMMENDATION_NOT_FOUND")
    refused(await handler.post(f"{path}/adopt", {}, etag='"3"'), 403, "PERMISSION_DENIED")
    refused(await lead.post(f"{path}/complete", {"evidence": "已办"}, etag='"3"'), 403, "PERMISSION_DENIED")
    query = {"survey": made.json()["survey_id"], "recommendation_state": "adopted", "unit": "hrss"}
    listed = (await handler.get("/recommendations", params=query)).json()["recommendations"]
    assert [one["id"] for one in listed] == [made.json()["id"]]
    assert (await handler.get("/recommendations", params=query | {"late": True})).json()["recommendations"] == []
    await _file(handler, stranger, query)
    done = await handler.post(f"{path}/complete", {"evidence": "已开展十一场"}, etag='"3"')
    assert (done.json()["state"], done.json()["evidence"]) == ("done", "已开展十一场")
    assert (await lead.get(path, headers={"if-none-match": '"4"'})).status_code == 304
    refused(await supervisor.post(f"{path}/decline", {"reason": "太晚"}, etag='"4"'), 409, "RECOMMENDATION_WRONG_STATE")


async def _file(handler: Person, stranger: Person, query: dict[str, str]) -> None:
    """What is listed comes as a workbook, to each what is theirs; the address is no recommendation's."""
    exported = await handler.get("/recommendations.xlsx", params=query)
    assert (exported.status_code, exported.headers["content-type"]) == (200, XLSX)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(exported.content)).get_sheet_by_index(0).to_python()
    assert [(row[2], row[3], row[5]) for row in sheet[1:]] == [("每季度在各镇开展一次劳动用工宣讲", "区人社局", "已采纳")]
    others = await stranger.get("/recommendations.xlsx", params=query)
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(others.content)).get_sheet_by_index(0).to_python()) == 1
    refused(await handler.get("/recommendations.xlsx", params={"page_size": 5}), 422, "FIELDS_INVALID")


async def _put(person: Person, path: str, body: Any, etag: str) -> httpx.Response:
    headers = person.headers | {"idempotency-key": f"{path}{etag}"[-60:], "if-match": etag}
    return await person.http.put(f"/api/v1{path}", json=body, headers=headers)


PAST = """
INSERT INTO demand SELECT (jsonb_populate_record(d, CAST(%s AS jsonb))).* FROM demand d WHERE id = %s
"""


async def test_the_report_tells_of_last_years_demands(platform: Platform, liaison: Person, sign_in: SignIn) -> None:
    supervisor, lead = await sign_in("committee.supervisor"), await sign_in("centre.lead")
    demand = await liaison.submit()
    at = datetime(YEAR - 1, 6, 1, tzinfo=BEIJING)
    number = int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62  # its first bits are its moment
    other = {"id": str(UUID(int=number)), "serial": "past", "request_id": "past", "submitted_at": at.isoformat()}
    with psycopg.connect(platform.databases["dispatch"]) as connection:
        connection.execute(PAST, (json.dumps(other), demand["id"]))
    analysed = await supervisor.post(f"{await _closed(supervisor, lead)}/analyse", etag='"3"')
    assert analysed.status_code == 200
    with psycopg.connect(platform.databases["registry"]) as connection:
        query = "SELECT material -> 'courses' FROM survey_analysis ORDER BY made_at DESC LIMIT 1"
        ((courses,),) = connection.execute(query).fetchall()
    assert [one["submitted"] for _, one in courses if one["category_code"] == "hrss"] == [1]
