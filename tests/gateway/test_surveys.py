"""At the door: a survey from the census file to the close, with everybody who has a part in it."""

from datetime import datetime
from typing import Any

import httpx

from kit.calendar import BEIJING
from kit.sheets.rows import Columns
from kit.sheets.spreadsheet import read_rows
from services.gateway.sheets import XLSX
from stack.process import wait_until
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import Person
from tests.gateway.test_refusals import refused

YEAR = datetime.now(BEIJING).year
SURVEY = {
    "year": YEAR,
    "title": "问卷大调查",
    "opens_on": f"{YEAR}-01-10",
    "closes_on": f"{YEAR}-12-31",
    "valid_min_percent": 60,
}
HEADER = "统一社会信用代码,企业名称,街镇(园区),行业,规上"
ONE, OTHER = COHORT[0], COHORT[1]
ROWS = [f"{one.uscc},{one.name},{one.area_code},制造业,是" for one in (ONE, OTHER)]
CODES = Columns(("统一社会信用代码",), ("统一社会信用代码",))
LINKS = Columns(("统一社会信用代码", "问卷链接"), ("统一社会信用代码", "问卷链接"))


async def _import(person: Person, rows: list[str], **query: str) -> httpx.Response:
    headers = person.headers | {"content-type": "text/csv"}
    content = "\n".join([HEADER, *rows]).encode()
    path = f"/api/v1/censuses/{YEAR}/import"
    return await person.http.post(path, content=content, headers=headers, params=query)


async def _put(person: Person, path: str, body: Any, etag: str, key: str) -> httpx.Response:
    headers = person.headers | {"idempotency-key": key, "if-match": etag}
    return await person.http.put(f"/api/v1{path}", json=body, headers=headers)


async def test_a_census_is_taken_whole_or_not_at_all(sign_in: SignIn) -> None:
    lead, officer = await sign_in("centre.lead"), await sign_in("zhujing.officer")
    problem = refused(await _import(lead, [*ROWS, ROWS[0].replace("制造业", "炼金")]), 422, "IMPORT_ROWS_INVALID")
    assert [(one["row"], one["field"]) for one in problem["errors"]] == [(4, "统一社会信用代码"), (4, "行业")]
    assert (await _import(lead, ROWS, dry_run="true")).json()["created_count"] == 0
    assert (await _import(lead, ROWS)).json()["errors"] == []
    assert (await _import(lead, ROWS)).json() == {"row_count": 2, "created_count": 0, "errors": []}
    exported = await officer.get(f"/censuses/{YEAR}/export")
    assert (exported.status_code, exported.headers["content-type"]) == (200, XLSX)
    assert [one.cells["统一社会信用代码"] for one in read_rows("a.xlsx", exported.content, CODES)] == [ONE.uscc]


async def test_a_survey_from_its_beginning_to_the_close(sign_in: SignIn) -> None:
    lead, supervisor = await sign_in("centre.lead"), await sign_in("committee.supervisor")
    officer, liaison = await sign_in("zhujing.officer"), await sign_in(ONE)
    assert (await _import(lead, ROWS)).status_code == 200
    path = await _begun(lead, supervisor)
    refused(await supervisor.post(f"{path}/open", etag='"1"'), 409, "SURVEY_NOT_READY")
    enterprise = await _linked(officer, liaison, path)
    opened = await supervisor.post(f"{path}/open", etag='"1"')
    assert (opened.json()["state"], opened.headers["etag"]) == ("open", '"2"')
    reminded = await officer.post(f"{path}/reminders", {})
    assert reminded.json() == {"reminded_count": 1, "told_count": 1}
    problem = refused(await officer.post(f"{path}/reminders", {"enterprise_ids": [enterprise]}), 409, "REMINDER_NOT_DUE")
    assert problem["count"] == "1"
    await _told(liaison, path.rpartition("/")[2])
    listed = (await lead.get(f"{path}/invitations", params={"status": "outstanding"})).json()["invitations"]
    assert [(one["uscc"], len(one["reminded_on"]), one["liaison_point"]) for one in listed] == [(ONE.uscc, 1, True)]
    assert (await lead.get(f"{path}/invitations/export", params={"status": "to_remind"})).status_code == 200
    cells = (await lead.get(f"{path}/progress")).json()["cells"]
    assert [(one["area_code"], one["population"], one["sent"]) for one in cells] == sorted(
        [(ONE.area_code, 1, 1), (OTHER.area_code, 1, 0)]
    )
    closed = await supervisor.post(f"{path}/close", etag='"2"')
    assert closed.json()["summary"]["population"] == 2
    refused(await supervisor.post(f"{path}/close", etag='"3"'), 409, "SURVEY_WRONG_STATE")
    seen = await officer.get(path)
    assert (seen.json()["state"], seen.headers["etag"]) == ("closed", '"3"')
    assert (await officer.get(path, headers={"if-none-match": '"3"'})).status_code == 304


async def _begun(lead: Person, supervisor: Person) -> str:
    """Where the survey of the year is; there is one, and the supervisor begins it."""
    refused(await lead.post("/surveys", SURVEY), 403, "PERMISSION_DENIED")
    refused(await supervisor.post("/surveys", SURVEY | {"opens_on": f"{YEAR}-02-30"}), 422, "SURVEY_DAYS_INVALID")
    made = await supervisor.post("/surveys", SURVEY, key="survey-1")
    assert (made.status_code, made.headers["etag"], made.json()["state"]) == (201, '"1"', "draft")
    refused(await supervisor.post("/surveys", SURVEY), 409, "SURVEY_EXISTS")
    return made.headers["location"].removeprefix("/api/v1")


async def _linked(officer: Person, liaison: Person, path: str) -> str:
    """Links of the officer's area are told once, and one of them is made again; the id of its enterprise."""
    links = await officer.post(f"{path}/invitations", {})
    assert (links.status_code, links.headers["cache-control"]) == (200, "no-store")
    (mine,) = [one.cells for one in read_rows("a.xlsx", links.content, LINKS)]
    assert mine["统一社会信用代码"] == ONE.uscc
    enterprise = (await liaison.get("/me")).json()["enterprise_id"]
    again = await officer.post(f"{path}/invitations/{enterprise}/link", key="link-1")
    assert again.json()["link_number"] == 2
    assert again.json()["link"] != mine["问卷链接"]
    refused(await officer.post(f"{path}/invitations/{enterprise}/link", key="link-1"), 409, "LINKS_TOLD")
    return str(enterprise)


async def _told(liaison: Person, survey_id: str) -> None:
    """The reminder arrives in the contact's inbox, over the bus."""
    headers, url = dict(liaison.headers), f"{liaison.http.base_url}/api/v1/notifications"

    def arrived() -> bool:
        found = httpx.get(url, headers=headers, trust_env=False, params={"page_size": 50}).json()["notifications"]
        return any(one["kind"] == "survey_reminder" and one["subject_id"] == survey_id for one in found)

    assert wait_until(arrived, timeout=20.0, every=0.2)


async def test_a_questionnaire_is_read_and_written_whole(sign_in: SignIn) -> None:
    lead, supervisor = await sign_in("centre.lead"), await sign_in("committee.supervisor")
    other = SURVEY | {"year": YEAR + 1, "kind": "other", "audience": "liaison_points"}
    path = f"/surveys/{(await supervisor.post('/surveys', other)).json()['id']}"
    found = (await lead.get(f"{path}/questionnaire")).json()
    assert (found["number"], found["frozen"], len(found["part_b"]["questions"])) == (1, False, 20)
    parts = {"part_a": found["part_a"], "part_b": found["part_b"]}
    bad = parts | {"part_b": parts["part_b"] | {"questions": [{"key": "B!", "kind": "rating"}]}}
    problem = refused(await _put(lead, f"{path}/questionnaire", bad, '"1"', "q-1"), 422, "QUESTIONNAIRE_INVALID")
    assert [(one["field"], one["reason"]) for one in problem["errors"]] == [
        ("part_b.questions[0].key", "FORMAT_INVALID"),
        ("part_b.questions[0].text", "MISSING"),
    ]
    saved = await _put(lead, f"{path}/questionnaire", parts, '"1"', "q-2")
    assert (saved.status_code, saved.headers["etag"], saved.json()["part_a"]) == (200, '"2"', parts["part_a"])
    refused(await _put(lead, f"{path}/questionnaire", parts, '"1"', "q-3"), 412, "STALE_VERSION")
    refused(await _put(lead, f"{path}/questionnaire", {"part_a": []}, '"2"', "q-4"), 422, "FIELDS_INVALID")
    refused(await lead.get(f"{path}/questionnaire", params={"number": 7}), 404, "QUESTIONNAIRE_NOT_FOUND")
    refused(await lead.http.get(f"/api/v1{path}/invitations/x", headers=lead.headers), 404, "ROUTE_NOT_FOUND")
